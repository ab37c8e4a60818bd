"""A run in another region than that of the state: whatever the engine asks, nothing is looked for, taken for gone or changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer
from tests.support.documents import flow
from tests.support.messages import Messages
from tests.support.plugin_process import Calls, Plugin, refusal, settings
from tests.support.wire_values import plain

NAME = "placed"
DEPLOYMENT = "dataworks:index:WorkflowDeployment"
State = tuple[str, dict[str, Any], dict[str, Any]]
"""A resource's ID, inputs and outputs."""

STEPS: dict[str, Callable[[Calls, State], Any]] = {
    "diff": lambda calls, state: calls.diff(NAME, state[0], state[1], state[1], state=state[2]),
    "read": lambda calls, state: calls.read(NAME, state[0], state[1], state[2]),
    "update": lambda calls, state: calls.update(NAME, state[0], state[2], state[1]),
    "delete": lambda calls, state: calls.delete(NAME, state[0], state[2]),
}


@pytest.fixture
def made(plugin: Plugin, emulator: Emulator) -> State:
    """A workflow that was made in cn-shanghai, at the emulator."""
    news = {"projectId": emulator.project.project_id, "spec": flow(NAME)}
    inputs = plain(plugin.check(NAME, news).inputs)
    answer = plugin.create(NAME, inputs)
    return answer.id, inputs, plain(answer.properties)


def deployed(state: State) -> State:
    """A deployment with the same hidden output."""
    resource_id, inputs, outputs = state
    live = {
        "projectId": inputs["projectId"],
        "workflowId": outputs["workflowId"],
        "digest": outputs["digest"],
    }
    return resource_id, live, {**live, "status": "Online", "__place": outputs["__place"]}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", ["", DEPLOYMENT], ids=["definition", "deployment"])
@pytest.mark.parametrize(
    "changes",
    [{"region": "cn-beijing"}, {"endpoint": ""}],
    ids=["another region", "the service instead of the emulator"],
)
def test_a_step_of_what_was_made_elsewhere_is_refused(
    plugin: Plugin, server: EmulatorServer, made: State, step: str, kind: str, changes: dict[str, str]
) -> None:
    plugin.configure({**settings(server), **changes})
    before = len(server.emulator.calls)
    calls, state = (plugin.about(kind), deployed(made)) if kind else (plugin, made)
    with pytest.raises(grpc.RpcError, match="this resource was made in cn-shanghai at 127") as error:
        STEPS[step](calls, state)
    assert refusal(error).code is grpc.StatusCode.FAILED_PRECONDITION
    assert refusal(error).detail is None
    assert len(server.emulator.calls) == before


def test_the_way_out_is_reported(
    plugin: Plugin, server: EmulatorServer, made: State, messages: Messages
) -> None:
    for changes in ({"region": "cn-beijing"}, {"endpoint": ""}):
        plugin.configure({**settings(server), **changes})
        with pytest.raises(grpc.RpcError) as error:
            STEPS["read"](plugin, made)
        messages(refusal(error).text)
    assert made[2]["__place"] == {"region": "cn-shanghai", "host": "127.0.0.1"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"region": ""},
        {"accessKey": "other", "secretKey": "other"},
        {"endpoint": "http://localhost:{port}"},
    ],
    ids=["the same", "no region", "other keys", "an endpoint that the configuration names"],
)
def test_the_same_place_is_no_other(
    plugin: Plugin, server: EmulatorServer, made: State, changes: dict[str, str]
) -> None:
    port = server.endpoint.rpartition(":")[2]
    plugin.configure({**settings(server), **{key: text.format(port=port) for key, text in changes.items()}})
    STEPS["diff"](plugin, made)


def test_what_does_not_say_where_it_was_made_is_taken_for_here(
    plugin: Plugin, server: EmulatorServer, made: State
) -> None:
    resource_id, inputs, outputs = made
    del outputs["__place"]
    plugin.configure({**settings(server), "region": "cn-beijing"})
    found = plain(STEPS["read"](plugin, (resource_id, inputs, outputs)).properties)
    assert found["__place"] == {"region": "cn-beijing", "host": "127.0.0.1"}
