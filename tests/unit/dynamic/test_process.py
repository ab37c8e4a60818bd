"""The process behind four threads: what it says, and that nobody waits for another."""

import asyncio
import json
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pulumi
import pytest

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks.dynamic import _process
from pulumi_resource_dataworks.dynamic._about import ABOUT, DEFINITION, DEPLOYMENT
from pulumi_resource_dataworks.dynamic._process import Process, StepError
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Life
from tests.support.definitions import workflow
from tests.support.documents import etl, nodes
from tests.support.messages import Messages

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/dataworks:WorkflowDefinition::etl"
PLANTED = "planted-words-3c9a"
SETTINGS = {
    "dataworks:endpoint": "http://127.0.0.1:9",
    "dataworks:accessKey": "AK",
    "dataworks:secretKey": "SK",
}

Inputs = dict[str, Any]


@pytest.fixture
def process(request: pytest.FixtureRequest) -> Iterator[Process]:
    """One that is configured with what the test's mark says, or with keys of nobody."""
    made = Process()
    made.configure(getattr(request, "param", SETTINGS))
    yield made
    made.close()


@pytest.fixture
def emulator() -> Iterator[EmulatorServer]:
    with EmulatorServer(Emulator(job_life=Life("seconds", 0))) as server:
        yield server


def inputs(spec: Any = None, name: str = "etl", **about: Any) -> Inputs:
    """Inputs as `pulumi.dynamic` hands them over."""
    document = json.dumps(etl()) if spec is None else spec
    return {
        "__provider": "x",
        "projectId": 10001.0,
        "spec": document,
        ABOUT: {"urn": URN.replace("::etl", f"::{name}"), **about},
    }


def test_whole_numbers_reach_the_state_as_such(process: Process) -> None:
    found, failures = process.check(DEFINITION, {}, inputs())
    assert failures == []
    assert type(found["projectId"]) is int


@pytest.mark.parametrize("project", [1.5, 2.0**60])
def test_a_project_that_is_no_whole_number_is_refused(process: Process, project: float) -> None:
    _, failures = process.check(DEFINITION, {}, {**inputs(), "projectId": project})
    assert ["positive whole number" in failure for failure in failures] == [True]


def test_an_id_that_no_float_can_hold_is_refused(process: Process) -> None:
    document = etl(
        id=2.0**60, description=pulumi.UNKNOWN
    )  # a document with something unknown comes as an object
    _, failures = process.check(DEFINITION, {}, inputs(document, isObject=True))
    assert len(failures) == 1
    assert "spec.workflows[0].id" in failures[0]


def test_a_null_is_as_good_as_nothing(process: Process) -> None:
    document = etl()
    nodes(document)[0]["timeout"] = None
    found, failures = process.check(DEFINITION, {}, inputs(json.dumps(document), isObject=True))
    assert failures == []
    assert found["spec"] == etl()


def test_with_something_unknown_the_rest_is_checked(process: Process, messages: Messages) -> None:
    document = etl(description=pulumi.UNKNOWN)
    found, failures = process.check(DEFINITION, {}, inputs(document, isObject=True))
    assert failures == []
    assert isinstance(workflow(found["spec"]).pop("description"), type(pulumi.UNKNOWN))
    assert found["spec"] == etl()
    nodes(document)[0]["recurrence"] = "Norml"
    messages(process.check(DEFINITION, {}, inputs(document, isObject=True))[1][0])


def test_an_asset_is_refused_where_it_stands(process: Process, messages: Messages) -> None:
    document = etl()
    nodes(document)[0]["script"]["content"] = pulumi.StringAsset("SELECT 1")
    _, failures = process.check(DEFINITION, {}, inputs(document, isObject=True))
    messages(failures)


@pytest.mark.parametrize("process", [{**SETTINGS, "dataworks:regoin": "x"}], indirect=True)
def test_a_misspelt_setting_is_told_at_check(process: Process) -> None:
    _, failures = process.check(DEFINITION, {}, inputs())
    assert len(failures) == 1
    assert "dataworks:regoin" in failures[0]
    assert "region" in failures[0].replace("regoin", "")


@pytest.mark.parametrize("process", [{**SETTINGS, "shop:regoin": "x"}], indirect=True)
def test_what_belongs_to_others_is_none_of_ours(process: Process) -> None:
    assert process.check(DEFINITION, {}, inputs())[1] == []


def test_four_steps_run_at_once(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until all four have begun."""
    begun: list[openapi.Client] = []
    all_four = asyncio.Event()

    async def create(_: Any, step: lifecycle.Context, __: Inputs) -> tuple[str, Inputs]:
        begun.append(step.client)
        if len(begun) == 4:
            all_four.set()
        await all_four.wait()
        return step.urn.rpartition("::")[2], {"told": step.report.urn}  # type: ignore[attr-defined]

    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "create", create)
    names = ["one", "two", "three", "four"]
    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(process.create, DEFINITION, inputs(name=name)) for name in names]
        found = [future.result(timeout=10) for future in futures]
    assert [resource_id for resource_id, _ in found] == names
    assert [outputs["told"].rpartition("::")[2] for _, outputs in found] == names
    assert len(set(map(id, begun))) == 1


def test_a_step_gets_its_timeout_and_what_it_is_to_leave(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[Any] = []

    async def update(_: Any, step: lifecycle.Context, *__: Any) -> Inputs:
        got.extend([step.timeout, step.ignore_changes])
        return {}

    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "update", update)
    about: Inputs = {"timeouts": {"create": 5.0, "update": 90.0}, "ignoreChanges": ["spec.a"]}
    process.update(DEFINITION, "10001/1", inputs(), inputs(**about))
    assert got == [90.0, ("spec.a",)]


def raises(error: Exception) -> Callable[..., Any]:
    async def step(*_: Any) -> Any:
        raise error

    return step


RESUMED = "the next `pulumi up` finds the pipeline run of this one by its mark, and goes on with it unless it has ended"


@pytest.mark.parametrize(
    ("kind", "operation", "hint"),
    [
        (DEFINITION, "create", "the next `pulumi up` finds by its IDs what this one has begun, and goes on"),
        (DEFINITION, "update", "`pulumi up --refresh` goes on from what is there"),
        (DEFINITION, "delete", "try again"),
        (DEPLOYMENT, "create", RESUMED),
        (DEPLOYMENT, "update", RESUMED),
    ],
)
def test_a_half_done_step_says_how_to_go_on(
    process: Process, monkeypatch: pytest.MonkeyPatch, kind: str, operation: str, hint: str
) -> None:
    half_done = lifecycle.HalfDoneError("job 1 failed", id="10001/1", outputs={})
    monkeypatch.setattr(type(process._resource_types[kind].steps), operation, raises(half_done))
    steps: dict[str, Callable[[], Any]] = {
        "create": lambda: process.create(kind, inputs()),
        "update": lambda: process.update(kind, "10001/1", inputs(), inputs()),
        "delete": lambda: process.delete(kind, "10001/1", inputs()),
    }
    with pytest.raises(StepError) as error:
        steps[operation]()
    kept = "A dynamic resource keeps nothing of a step that failed"
    assert str(error.value) == f"job 1 failed. {kept}: {hint}"


def test_a_refusal_is_told_in_its_own_words(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "create", raises(lifecycle.RefusedError("is taken")))
    with pytest.raises(StepError, match=r"^is taken$"):
        process.create(DEFINITION, inputs())


def test_a_defect_is_told_without_what_it_has_seen(
    process: Process, monkeypatch: pytest.MonkeyPatch, messages: Messages
) -> None:
    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "create", raises(KeyError(PLANTED)))
    with pytest.raises(StepError) as error:
        process.create(DEFINITION, inputs())
    messages(error.value)
    shown = "".join(traceback.format_exception(error.value))  # what Pulumi shows
    assert PLANTED not in shown
    assert "in _telling" not in shown  # nor the frames that lead to it


@pytest.mark.parametrize("process", [{"dataworks:regoin": "x"}], indirect=True)
def test_a_destroy_with_wrong_settings_says_so(process: Process) -> None:
    with pytest.raises(StepError, match="regoin"):
        process.delete(DEFINITION, "10001/1", inputs())


def test_a_state_that_lost_its_urn_can_be_read_and_deleted(emulator: EmulatorServer) -> None:
    with running(emulator) as process:
        made, _ = process.check(DEFINITION, {}, inputs())
        resource_id, outputs = process.create(DEFINITION, made)
    lost = {key: value for key, value in outputs.items() if key != ABOUT}
    with running(emulator) as process:
        found = process.read(DEFINITION, resource_id, lost)
        assert found is not None
        assert found[1]["workflowId"] == outputs["workflowId"]
        process.delete(DEFINITION, resource_id, lost)
        assert emulator.emulator.workflows() == []
        assert process.read(DEFINITION, resource_id, lost) is None


def test_a_state_of_the_plugin_s_is_updated_once(process: Process) -> None:
    made, _ = process.check(DEFINITION, {}, inputs())
    plugin_s = {key: value for key, value in made.items() if key != ABOUT}
    assert process.diff(DEFINITION, "10001/1", plugin_s, made).changes == {"spec": "update"}
    assert process.diff(DEFINITION, "10001/1", made, made).changes == {}


DIGEST = f"1:{64 * 'a'}"


def deployment(digest: str = DIGEST) -> Inputs:
    """Inputs of a deployment as `pulumi.dynamic` hands them over."""
    return {
        "projectId": 10001.0,
        "workflowId": "1",
        "digest": digest,
        ABOUT: {"urn": URN.replace("Definition", "Deployment")},
    }


def test_a_deployment_is_checked_as_one(process: Process, messages: Messages) -> None:
    found, failures = process.check(DEPLOYMENT, {}, deployment())
    assert failures == []
    assert (found["projectId"], found["digest"]) == (10001, DIGEST)
    messages(process.check(DEPLOYMENT, {}, deployment(""))[1][0])


def test_a_deployment_of_the_plugin_s_is_updated_once(process: Process) -> None:
    made, _ = process.check(DEPLOYMENT, {}, deployment())
    online = {**made, "status": "Online", "deployedDigest": DIGEST}
    plugin_s = {key: value for key, value in online.items() if key != ABOUT}
    assert process.diff(DEPLOYMENT, "10001/1", plugin_s, made).changes == {"digest": "update"}
    assert process.update(DEPLOYMENT, "10001/1", plugin_s, made) == {
        **online,
        "__place": {"host": "127.0.0.1"},
    }
    assert process.diff(DEPLOYMENT, "10001/1", online, made).changes == {}


@contextmanager
def running(emulator: EmulatorServer) -> Iterator[Process]:
    """A process of one phase of a run, as the engine starts one for each."""
    account = emulator.emulator.account
    process = Process()
    process.configure(
        {
            "dataworks:endpoint": emulator.endpoint,
            "dataworks:accessKey": account.access_key,
            "dataworks:secretKey": account.secret_key,
            "dataworks:callsPerSecond": "1000",
        }
    )
    yield process
    process.close()


@pytest.mark.parametrize(
    ("arguments", "address"),
    [(["x", "--tracing", "127.0.0.1:5000"], "127.0.0.1:5000"), (["x"], ""), (["x", "file:///a"], "")],
)
def test_the_engine_is_the_last_argument(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], address: str
) -> None:
    monkeypatch.setattr("sys.argv", arguments)
    _process.current.cache_clear()
    found = _process.current()
    _process.current.cache_clear()
    found.close()
    assert found._log.address == address


def test_without_configuration_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
    process = Process()
    process.configure({})
    assert isinstance(process._settings, openapi.Settings)
    assert process._settings.region == "cn-hangzhou"
    process.close()


def test_what_was_made_elsewhere_is_neither_looked_for_nor_changed(process: Process) -> None:
    found, _ = process.check(DEFINITION, {}, inputs())
    state = {**found, "workflowId": "7", "__place": {"region": "cn-shanghai"}}
    for step in (
        lambda: process.diff(DEFINITION, "10001/7", state, found),
        lambda: process.read(DEFINITION, "10001/7", state),
        lambda: process.update(DEFINITION, "10001/7", state, found),
        lambda: process.delete(DEFINITION, "10001/7", state),
    ):
        process.configure({"dataworks:region": "cn-beijing"})
        with pytest.raises(StepError, match="made in cn-shanghai, and this run reaches cn-beijing"):
            step()
