"""The steps behind four threads: what they say, and that none waits for another."""

import asyncio
import json
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks.dynamic import _steps
from pulumi_resource_dataworks.dynamic._resource_info import DEFINITION, DEPLOYMENT, RESOURCE_INFO, RUN
from pulumi_resource_dataworks.dynamic._steps import StepError, Steps
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
def steps(request: pytest.FixtureRequest) -> Iterator[Steps]:
    """One that is configured with what the test's mark says, or with keys of nobody."""
    made = Steps()
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
        RESOURCE_INFO: {"urn": URN.replace("::etl", f"::{name}"), **about},
    }


def test_whole_numbers_reach_the_state_as_such(steps: Steps) -> None:
    found, failures = steps.check(DEFINITION, {}, inputs())
    assert failures == []
    assert type(found["projectId"]) is int


@pytest.mark.parametrize("project", [1.5, 2.0**60])
def test_a_project_that_is_no_whole_number_is_refused(steps: Steps, project: float) -> None:
    _, failures = steps.check(DEFINITION, {}, {**inputs(), "projectId": project})
    assert ["positive whole number" in failure for failure in failures] == [True]


def test_an_id_that_no_float_can_hold_is_refused(steps: Steps) -> None:
    document = etl(
        id=2.0**60, description=pulumi.UNKNOWN
    )  # a document with something unknown comes as an object
    _, failures = steps.check(DEFINITION, {}, inputs(document, isObject=True))
    assert len(failures) == 1
    assert "spec.workflows[0].id" in failures[0]


def test_a_null_is_as_good_as_nothing(steps: Steps) -> None:
    document = etl()
    nodes(document)[0]["timeout"] = None
    found, failures = steps.check(DEFINITION, {}, inputs(json.dumps(document), isObject=True))
    assert failures == []
    assert found["spec"] == etl()


def test_with_something_unknown_the_rest_is_checked(steps: Steps, messages: Messages) -> None:
    document = etl(description=pulumi.UNKNOWN)
    found, failures = steps.check(DEFINITION, {}, inputs(document, isObject=True))
    assert failures == []
    assert isinstance(workflow(found["spec"]).pop("description"), type(pulumi.UNKNOWN))
    assert found["spec"] == etl()
    nodes(document)[0]["recurrence"] = "Norml"
    messages(steps.check(DEFINITION, {}, inputs(document, isObject=True))[1][0])


def test_an_asset_is_refused_where_it_stands(steps: Steps, messages: Messages) -> None:
    document = etl()
    nodes(document)[0]["script"]["content"] = pulumi.StringAsset("SELECT 1")
    _, failures = steps.check(DEFINITION, {}, inputs(document, isObject=True))
    messages(failures)


@pytest.mark.parametrize("steps", [{**SETTINGS, "dataworks:regoin": "x"}], indirect=True)
def test_a_misspelt_setting_is_reported_at_check(steps: Steps) -> None:
    _, failures = steps.check(DEFINITION, {}, inputs())
    assert len(failures) == 1
    assert "dataworks:regoin" in failures[0]
    assert "region" in failures[0].replace("regoin", "")


@pytest.mark.parametrize("steps", [{**SETTINGS, "shop:regoin": "x"}], indirect=True)
def test_what_belongs_to_others_is_none_of_ours(steps: Steps) -> None:
    assert steps.check(DEFINITION, {}, inputs())[1] == []


def test_four_steps_run_at_once(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until all four have begun."""
    begun: list[openapi.Client] = []
    all_four = asyncio.Event()

    async def create(_: Any, step: lifecycle.Context, __: Inputs) -> tuple[str, Inputs]:
        begun.append(step.unraced)
        if len(begun) == 4:
            all_four.set()
        await all_four.wait()
        return step.urn.rpartition("::")[2], {"reported": step.report.urn}  # type: ignore[attr-defined]

    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "create", create)
    names = ["one", "two", "three", "four"]
    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(steps.create, DEFINITION, inputs(name=name)) for name in names]
        found = [future.result(timeout=10) for future in futures]
    assert [resource_id for resource_id, _ in found] == names
    assert [outputs["reported"].rpartition("::")[2] for _, outputs in found] == names
    assert len(set(map(id, begun))) == 1


def test_a_step_gets_its_timeout_and_what_it_is_to_leave(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[Any] = []

    async def update(_: Any, step: lifecycle.Context, *__: Any) -> Inputs:
        got.extend([step.timeout, step.ignore_changes])
        return {}

    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "update", update)
    about: Inputs = {"timeouts": {"create": 5.0, "update": 90.0}, "ignoreChanges": ["spec.a"]}
    steps.update(DEFINITION, "10001/1", inputs(), inputs(**about))
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
        (RUN, "create", "the next `pulumi up` finds the instances of this one by their name"),
    ],
)
def test_a_half_done_step_says_how_to_go_on(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, kind: str, operation: str, hint: str
) -> None:
    half_done = lifecycle.HalfDoneError(
        "job 1 failed", SimpleNamespace(resource_id="10001/1", to_pulumi=dict)
    )
    monkeypatch.setattr(type(steps._resource_types[kind].steps), operation, raises(half_done))
    calls: dict[str, Callable[[], Any]] = {
        "create": lambda: steps.create(kind, inputs()),
        "update": lambda: steps.update(kind, "10001/1", inputs(), inputs()),
        "delete": lambda: steps.delete(kind, "10001/1", inputs()),
    }
    with pytest.raises(StepError) as error:
        calls[operation]()
    kept = "A dynamic resource keeps nothing of a step that failed"
    assert str(error.value).startswith(f"job 1 failed. {kept}: {hint}")


def test_a_refusal_is_reported_in_its_own_words(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "create", raises(lifecycle.RefusedError("is taken")))
    with pytest.raises(StepError, match=r"^is taken$"):
        steps.create(DEFINITION, inputs())


def test_a_defect_is_reported_without_what_it_has_seen(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, messages: Messages
) -> None:
    monkeypatch.setattr(lifecycle.WorkflowDefinitions, "create", raises(KeyError(PLANTED)))
    with pytest.raises(StepError) as error:
        steps.create(DEFINITION, inputs())
    messages(error.value)
    shown = "".join(traceback.format_exception(error.value))  # what Pulumi shows
    assert PLANTED not in shown
    assert "in _ending" not in shown  # nor the frames that lead to it


@pytest.mark.parametrize("steps", [{"dataworks:regoin": "x"}], indirect=True)
def test_a_destroy_with_wrong_settings_says_so(steps: Steps) -> None:
    with pytest.raises(StepError, match="regoin"):
        steps.delete(DEFINITION, "10001/1", inputs())


def test_a_state_that_lost_its_urn_can_be_read_and_deleted(emulator: EmulatorServer) -> None:
    with running(emulator) as steps:
        made, _ = steps.check(DEFINITION, {}, inputs())
        resource_id, outputs = steps.create(DEFINITION, made)
    lost = {key: value for key, value in outputs.items() if key != RESOURCE_INFO}
    with running(emulator) as steps:
        found = steps.read(DEFINITION, resource_id, lost)
        assert found is not None
        assert found[1]["workflowId"] == outputs["workflowId"]
        steps.delete(DEFINITION, resource_id, lost)
        assert emulator.emulator.workflows() == []
        assert steps.read(DEFINITION, resource_id, lost) is None


def test_a_state_of_the_plugin_s_is_updated_once(steps: Steps) -> None:
    made, _ = steps.check(DEFINITION, {}, inputs())
    plugin_s = {key: value for key, value in made.items() if key != RESOURCE_INFO}
    assert steps.diff(DEFINITION, "10001/1", plugin_s, made).changes == {"spec": "update"}
    assert steps.diff(DEFINITION, "10001/1", made, made).changes == {}


DIGEST = f"1:{64 * 'a'}"


def deployment(digest: str = DIGEST) -> Inputs:
    """Inputs of a deployment as `pulumi.dynamic` hands them over."""
    return {
        "projectId": 10001.0,
        "workflowId": "1",
        "digest": digest,
        RESOURCE_INFO: {"urn": URN.replace("Definition", "Deployment")},
    }


def test_a_deployment_is_checked_as_one(steps: Steps, messages: Messages) -> None:
    found, failures = steps.check(DEPLOYMENT, {}, deployment())
    assert failures == []
    assert (found["projectId"], found["digest"]) == (10001, DIGEST)
    messages(steps.check(DEPLOYMENT, {}, deployment(""))[1][0])


def test_a_deployment_of_the_plugin_s_is_updated_once(steps: Steps) -> None:
    made, _ = steps.check(DEPLOYMENT, {}, deployment())
    online = {**made, "status": "Online", "deployedDigest": DIGEST}
    plugin_s = {key: value for key, value in online.items() if key != RESOURCE_INFO}
    assert steps.diff(DEPLOYMENT, "10001/1", plugin_s, made).changes == {"digest": "update"}
    assert steps.update(DEPLOYMENT, "10001/1", plugin_s, made) == {
        **online,
        "__place": {"host": "127.0.0.1"},
    }
    assert steps.diff(DEPLOYMENT, "10001/1", online, made).changes == {}


def test_a_run_of_the_plugin_s_is_updated_once_and_not_made_again(steps: Steps) -> None:
    given = {"projectId": 10001.0, "workflowId": "1", "triggers": [{"a": 1.0}], "parallelism": 2.0}
    made, failures = steps.check(RUN, {}, {**given, RESOURCE_INFO: {"urn": URN.replace("Definition", "Run")}})
    assert failures == []
    ended = {**made, "runName": "pulumi_a_b", "status": "Success", "instanceIds": ["1"]}
    plugin_s = {key: value for key, value in ended.items() if key != RESOURCE_INFO}
    assert steps.diff(RUN, "10001/pulumi_a_b", plugin_s, made).changes == {"parameters": "update"}
    assert steps.update(RUN, "10001/pulumi_a_b", plugin_s, made) == {
        **ended,
        "__place": {"host": "127.0.0.1"},
    }
    assert steps.diff(RUN, "10001/pulumi_a_b", ended, made).changes == {}


@contextmanager
def running(emulator: EmulatorServer) -> Iterator[Steps]:
    """A steps of one phase of a run, as the engine starts one for each."""
    account = emulator.emulator.account
    steps = Steps()
    steps.configure(
        {
            "dataworks:endpoint": emulator.endpoint,
            "dataworks:accessKey": account.access_key,
            "dataworks:secretKey": account.secret_key,
            "dataworks:callsPerSecond": "1000",
        }
    )
    yield steps
    steps.close()


@pytest.mark.parametrize(
    ("arguments", "address"),
    [(["x", "--tracing", "127.0.0.1:5000"], "127.0.0.1:5000"), (["x"], ""), (["x", "file:///a"], "")],
)
def test_the_engine_is_the_last_argument(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], address: str
) -> None:
    monkeypatch.setattr("sys.argv", arguments)
    _steps.current.cache_clear()
    found = _steps.current()
    _steps.current.cache_clear()
    found.close()
    assert found._log.address == address


def test_without_configuration_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
    steps = Steps()
    steps.configure({})
    assert isinstance(steps._settings, openapi.Settings)
    assert steps._settings.region == "cn-hangzhou"
    steps.close()


def test_what_was_made_elsewhere_is_neither_looked_for_nor_changed(steps: Steps) -> None:
    found, _ = steps.check(DEFINITION, {}, inputs())
    state = {**found, "workflowId": "7", "__place": {"region": "cn-shanghai"}}
    for step in (
        lambda: steps.diff(DEFINITION, "10001/7", state, found),
        lambda: steps.read(DEFINITION, "10001/7", state),
        lambda: steps.update(DEFINITION, "10001/7", state, found),
        lambda: steps.delete(DEFINITION, "10001/7", state),
    ):
        steps.configure({"dataworks:region": "cn-beijing"})
        with pytest.raises(StepError, match="made in cn-shanghai, and this run reaches cn-beijing"):
            step()
