import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life, _gateway, _state

Call = Callable[..., httpx.Response]
WORKFLOW = "5000000000000000001"


def spec(workflow_id: str = WORKFLOW, content: str = "") -> str:
    script = {"path": f"flow_{workflow_id}", "runtime": {"command": "WORKFLOW"}, "content": content}
    body = {"id": workflow_id, "name": f"flow_{workflow_id}", "script": script, "nodes": []}
    return json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [body]}})


@pytest.fixture
def imported(call: Call, emulator: Emulator) -> Callable[[str], str]:
    emulator.set_job_life(Life("immediate"))

    def do(text: str) -> str:
        job: str = call("ImportWorkflowDefinition", {"ProjectId": 10001, "Spec": text}).json()["AsyncJob"][
            "Id"
        ]
        return job

    return do


def test_of_the_calls_the_latest_are_kept(
    call: Call, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_gateway.CallLog, "_MOST", 3)
    for number in range(5):
        call("GetJobStatus", {"JobId": str(number)})
    assert [one.params["JobId"] for one in emulator.calls] == ["2", "3", "4"]
    monkeypatch.setattr(_gateway.CallLog, "_LONGEST", 10)
    call("GetJobStatus", {"JobId": "4" * 9})
    assert [one.params["JobId"] for one in emulator.calls] == ["4", "4" * 9]
    call("GetJobStatus", {"JobId": "5" * 99})
    assert [one.params["JobId"] for one in emulator.calls] == ["5" * 99]


def test_of_a_workflow_the_latest_versions_are_kept(
    imported: Callable[[str], str], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_state, "_VERSIONS", 2)
    for number in range(5):
        imported(spec(content=str(number)))
    held = emulator._state._past[10001, WORKFLOW]
    emulator.workflows()
    assert [version.body["script"]["content"] for _, version in held if version] == ["3", "4"]


def test_of_jobs_that_have_ended_the_latest_are_kept_and_none_keeps_its_document(
    imported: Callable[[str], str], call: Call, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_state, "_JOBS", 2)
    emulator.set_job_life(Life("seconds", 60))
    running = imported(spec("6000000000000000000"))
    emulator.set_job_life(Life("immediate"))
    jobs = [imported(spec()) for _ in range(5)]
    emulator.workflows()
    assert list(emulator._state.jobs) == [running, *jobs[-3:]]  # the last had not ended when it began
    documents: list[Any] = [getattr(job.effect, "document", None) for job in emulator._state.jobs.values()]
    assert [document is not None for document in documents] == [True, False, False, False]
    assert call("GetJobStatus", {"JobId": jobs[0]}).status_code == 400


def test_of_deleted_workflows_and_ended_runs_the_latest_are_kept(
    imported: Callable[[str], str], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_state, "_OLD", 2)
    ids = [f"600000000000000000{number}" for number in range(5)]
    for workflow_id in ids:
        imported(spec(workflow_id))
        emulator.workflows()
    for workflow_id in ids[:4]:
        emulator.deploy(workflow_id)
        emulator.remove(workflow_id)
    assert [key[1] for key in emulator._state._past] == ids[2:]
    assert [run.key[1] for run in emulator.runs()] == ids[1:4]
