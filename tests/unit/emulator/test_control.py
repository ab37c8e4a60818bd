import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer

Call = Callable[..., httpx.Response]
WORKFLOW = "5000000000000000001"


def document(name: str = "flow", nodes: int = 1) -> dict[str, Any]:
    inner = [
        {"id": str(index), "name": f"n{index}", "script": {"path": "p", "runtime": {"command": "PYTHON"}}}
        for index in range(nodes)
    ]
    script = {"path": "flow", "runtime": {"command": "WORKFLOW"}}
    body = {"id": WORKFLOW, "name": name, "script": script, "nodes": inner}
    return {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [body]}}


@pytest.fixture
def control(server: EmulatorServer) -> Call:
    def send(name: str, *body: Any) -> httpx.Response:
        url = f"{server.endpoint}/_emulator/{name}"
        return httpx.post(url, json=body[0]) if body else httpx.get(url)

    return send


@pytest.fixture
def stored(call: Call) -> None:
    call("ImportWorkflowDefinition", {"ProjectId": 10001, "Spec": json.dumps(document())})


def test_faults_are_set_and_forgotten(control: Call, call: Call) -> None:
    fault = {
        "action": "GetJobStatus",
        "status": 429,
        "code": "Throttling.User",
        "headers": {"x-acs-retry-after": "5"},
    }
    assert control("faults", fault).json() == {}
    assert call("GetJobStatus", {"JobId": "1"}).json()["Code"] == "Throttling.User"
    control("faults", [fault, fault])
    control("faults", [])
    assert call("GetJobStatus", {"JobId": "1"}).status_code == 400


def test_jobs_are_scripted(control: Call, call: Call, emulator: Emulator) -> None:
    control("job", {"progression": "seconds", "amount": 60})
    control("job", {"progression": "immediate", "outcome": "Fail", "error": "no", "times": 1})
    spec = {"ProjectId": 10001, "Spec": json.dumps(document())}
    first = call("ImportWorkflowDefinition", spec).json()["AsyncJob"]["Id"]
    second = call("ImportWorkflowDefinition", spec).json()["AsyncJob"]["Id"]
    assert call("GetJobStatus", {"JobId": first}).json()["JobStatus"]["Error"] == "no"
    assert call("GetJobStatus", {"JobId": second}).json()["JobStatus"]["Status"] == "Running"
    control("clock", {"advance": 61})
    assert call("GetJobStatus", {"JobId": second}).json()["JobStatus"]["Status"] == "Success"
    assert len(emulator.workflows()) == 1


def test_switches_are_read_and_changed(control: Call) -> None:
    assert control("switches").json()["ids_on_wire"] == "strings"
    assert control("switches", {"ids_on_wire": "numbers"}).json()["ids_on_wire"] == "numbers"


@pytest.mark.usefixtures("stored")
def test_calls_and_workflows_are_told(control: Call) -> None:
    (entry,) = control("calls?action=ImportWorkflowDefinition").json()
    assert (entry["action"], entry["status"], entry["params"]["ProjectId"]) == (
        "ImportWorkflowDefinition",
        200,
        "10001",
    )
    assert (entry["project"], entry["took_effect"], entry["code"]) == (10001, True, "")
    assert control("calls?action=GetJobStatus").json() == []
    (workflow,) = control("workflows").json()
    assert {key: workflow[key] for key in ("id", "projectId", "kind", "path", "published")} == {
        "id": WORKFLOW,
        "projectId": 10001,
        "kind": "CycleWorkflow",
        "path": "flow",
        "published": False,
    }
    assert json.loads(workflow["spec"])["spec"]["id"] == WORKFLOW


@pytest.mark.usefixtures("stored")
def test_a_workflow_changes_behind_the_users_back(control: Call, emulator: Emulator) -> None:
    before = emulator.workflow(WORKFLOW)
    assert control("edit", {"id": WORKFLOW, "document": document("renamed", nodes=2)}).status_code == 200
    after = emulator.workflow(WORKFLOW)
    assert (after.body["name"], set(after.nodes)) == ("renamed", {"0", "1"})
    assert after.nodes["0"]["metadata"]["createTime"] == before.nodes["0"]["metadata"]["createTime"]
    control("publish", {"id": WORKFLOW})
    assert emulator.workflow(WORKFLOW).scheduling_id is not None
    control("publish", {"id": WORKFLOW, "published": False})
    assert emulator.workflow(WORKFLOW).scheduling_id is None
    control("edit", {"id": WORKFLOW, "document": None})
    assert emulator.workflows() == []


@pytest.mark.usefixtures("stored")
def test_a_workflow_is_held_open(control: Call, call: Call) -> None:
    control("switches", {"locked_workflow": "refused"})
    assert control("lock", {"id": WORKFLOW}).json() == {}
    spec = {"ProjectId": 10001, "Spec": json.dumps(document())}
    assert call("ImportWorkflowDefinition", spec).status_code == 400
    control("lock", {"id": WORKFLOW, "locked": False})
    assert call("ImportWorkflowDefinition", spec).status_code == 200


def test_everything_of_a_file_is_set_at_once(control: Call, call: Call, emulator: Emulator) -> None:
    settings = {
        "switches": {"ids_on_wire": "numbers"},
        "faults": [{"action": "GetJobStatus", "status": 503}],
        "job": {"progression": "immediate", "outcome": "Cancel"},
        "edition": "basic",
    }
    assert control("configure", settings).json() == {}
    assert call("GetJobStatus", {"JobId": "1"}).status_code == 503
    assert emulator.switches.ids_on_wire == "numbers"
    codes = {call("GetJobStatus", {"JobId": "1"}).json()["Code"] for _ in range(110)}
    assert "Throttling.Api.Risk" in codes
    assert control("edition", {"edition": None}).json() == {}
    control("configure", {"switches": {"ids_on_wire": "strings"}})
    spec = {"ProjectId": 10001, "Spec": json.dumps(document())}
    job = call("ImportWorkflowDefinition", spec).json()["AsyncJob"]["Id"]
    assert call("GetJobStatus", {"JobId": job}).json()["JobStatus"]["Status"] == "Cancel"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("faults", {"nope": 1}),
        ("faults", {"when": "meanwhile"}),
        ("job", {"nope": 1}),
        ("job", {"progression": "sideways"}),
        ("job", {"outcome": "Maybe"}),
        ("switches", {"nope": 1}),
        ("configure", {"switch": {}}),
        ("configure", {"switches": {"nope": 1}}),
        ("edition", {"edition": "free"}),
        ("edition", {}),
        ("lock", {"id": "1"}),
        ("faults", {"nth": 0}),
        ("faults", {"headers": {"x": 1}}),
        ("publish", {}),
        ("publish", {"id": "1"}),
        ("edit", {"id": WORKFLOW, "document": {"kind": "Workflow"}}),
        ("edit", {"id": WORKFLOW, "document": {"kind": "CycleWorkflow", "spec": {}}}),
    ],
)
@pytest.mark.usefixtures("stored")
def test_what_control_cannot_take_is_said(control: Call, name: str, body: dict[str, Any]) -> None:
    answer = control(name, body)
    assert answer.status_code == 400
    assert answer.json()["error"]
