"""Runs of workflows over the wire: what the engine is handed of one that failed, and of a secret."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from pulumi_resource_dataworks.emulator import Emulator, ScriptedTask, TaskLife
from tests.support.documents import flow
from tests.support.plugin_process import Plugin, Seed, refusal
from tests.support.wire_values import UNKNOWN, plain, secret

DATES = ["2026-11-01", "2026-11-03/2026-11-04"]


@pytest.fixture
def news(plugin: Plugin, emulator: Emulator, seed: Seed, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The inputs of a run of a workflow in production, with one task that takes no time."""
    resource_id, _, _ = seed("live", {"projectId": emulator.project.project_id, "spec": flow("live")})
    workflow_id = resource_id.partition("/")[2]
    emulator.deploy(workflow_id)
    emulator.scheduler.life = TaskLife(0)
    monkeypatch.setattr(plugin, "kind", "dataworks:index:WorkflowRun")
    given = {"projectId": emulator.project.project_id, "workflowId": workflow_id, "businessDates": DATES}
    return plain(plugin.check("refill", given).inputs)


def test_whole_numbers_and_triggers_come_back_as_they_were(plugin: Plugin, news: dict[str, Any]) -> None:
    given = {**news, "parallelism": 2.0, "triggers": [1, {"a": None}, ["b"]]}
    assert plain(plugin.check("refill", given).inputs)["parallelism"] == 2
    outputs = plain(plugin.create("refill", given).properties)
    assert (outputs["status"], outputs["parallelism"], len(outputs["instanceIds"])) == ("Success", 2, 3)
    assert plain(plugin.read("refill", "1/x", given, outputs).properties) == outputs
    assert not plugin.diff("refill", "1/x", given, given, state=outputs).diffs
    found = plugin.diff("refill", "1/x", given, {**given, "triggers": UNKNOWN}, state=outputs)
    assert list(found.replaces) == ["triggers"]


def test_a_task_that_fails_leaves_the_resource_half_done(
    plugin: Plugin, emulator: Emulator, news: dict[str, Any]
) -> None:
    emulator.scheduler.script(ScriptedTask(0, "Failure", "no \x1b[31mtable", name="n0", date="2026-11-03"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("refill", news)
    found = refusal(error)
    assert "  no \\x1b[31mtable\n" in found.text
    assert found.detail is not None
    state = plain(found.detail.properties)
    assert (state["status"], found.detail.id) == (
        "Failure",
        f"{emulator.project.project_id}/{state['runName']}",
    )
    outputs = plain(plugin.update("refill", found.detail.id, state, news, news).properties)
    assert outputs["status"] == "Success"
    assert (
        plain(plugin.update("refill", found.detail.id, state, news, news, preview=True).properties)[
            "instanceIds"
        ]
        == UNKNOWN
    )


def test_a_secret_stays_one(plugin: Plugin, emulator: Emulator, news: dict[str, Any]) -> None:
    given = {**news, "parameters": secret({"password": "hunter2"})}
    created = plugin.create("refill", given)
    assert (
        created.properties.fields["parameters"] == plugin.check("refill", given).inputs.fields["parameters"]
    )
    emulator.scheduler.script(ScriptedTask(0, "Failure", "hunter2", name="n0"))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("again", given)
    assert "hunter2" not in refusal(error).text
