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


def without(key: str) -> dict[str, Any]:
    """A document whose node lacks something."""
    made = document()
    [found] = made["spec"]["workflows"][0]["nodes"]
    del (found if key in found else found["script"])[key]
    return made


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


def test_tasks_are_scripted_and_instances_reported(control: Call, call: Call, emulator: Emulator) -> None:
    made = document()
    call(
        "ImportWorkflowDefinition",
        {"ProjectId": 10001, "Spec": json.dumps(made | {"kind": "ManualWorkflow"})},
    )
    emulator.deploy(WORKFLOW)
    assert control("task", {"seconds": 0}).json() == {}
    assert control("task", {"name": "n0", "seconds": 0, "outcome": "Failure", "times": 1}).json() == {}
    own = emulator.workflow(WORKFLOW).scheduling_id
    asked = {"ProjectId": 10001, "Name": "mine", "Type": "ManualWorkflow", "WorkflowId": own}
    for _ in range(2):
        call("CreateWorkflowInstances", asked)
    first, second = control("instances").json()
    assert (first["status"], first["tasks"]) == ("Failure", {"n0": "Failure"})
    assert (second["status"], second["name"]) == ("Success", "mine")


def test_switches_are_read_and_changed(control: Call) -> None:
    assert control("switches").json()["ids_on_wire"] == "strings"
    assert control("switches", {"ids_on_wire": "numbers"}).json()["ids_on_wire"] == "numbers"


@pytest.mark.usefixtures("stored")
def test_calls_and_workflows_are_reported(control: Call) -> None:
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
def test_a_colleague_edits_one_field_of_a_node(control: Call, emulator: Emulator) -> None:
    workflow = document("daily", nodes=2)
    loop = {"name": "check", "id": "9", "script": {"runtime": {"command": "ODPS_SQL"}, "path": "x"}}
    workflow["spec"]["workflows"][0]["nodes"][1]["do-while"] = {"nodes": [loop]}
    emulator.edit(WORKFLOW, workflow)
    before = emulator.workflow(WORKFLOW)

    def edit(workflow: str, node: str, field: str, value: Any) -> Any:
        return control("edit-node", {"workflow": workflow, "node": node, "field": field, "value": value})

    assert edit("daily", "n0", "script.content", "SELECT 2;").json() == {}
    assert edit(WORKFLOW, "n0", "runtimeResource.resourceGroup", "g2").json() == {}
    assert edit("daily", "n0", "datasource", None).json() == {}
    assert edit("daily", "check", "script.content", "SELECT 3;").json() == {}
    after = emulator.workflow(WORKFLOW)
    edited, other = after.nodes["0"], after.nodes["1"]
    assert (edited["script"]["content"], edited["runtimeResource"]["resourceGroup"]) == ("SELECT 2;", "g2")
    assert other["do-while"]["nodes"][0]["script"]["content"] == "SELECT 3;"
    kept = {key: value for key, value in other.items() if key != "do-while"}
    assert kept == {key: value for key, value in before.nodes["1"].items() if key != "do-while"}
    for wrong in (
        ("nightly", "n0", "recurrence", "Pause"),
        ("daily", "none", "recurrence", "Pause"),
        ("daily", "n0", "name.x", "y"),
        ("daily", "n0", "script", None),
    ):
        assert edit(*wrong).status_code == 400
    assert emulator.workflow(WORKFLOW).document == after.document


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
        ("edit", {"id": WORKFLOW, "document": []}),
        *(
            ("edit", {"id": WORKFLOW, "document": without(key)})
            for key in ("id", "name", "script", "runtime")
        ),
        ("edit", {"id": [], "document": None}),
        ("faults", 1),
        ("faults", [1]),
        ("faults", {"status": 99999}),
        ("faults", {"headers": {"a b": "x"}}),
        ("faults", {"headers": {"x": "a\r\nb: c"}}),
        ("faults", {"delay_seconds": -1}),
        ("job", []),
        ("job", {"times": "three"}),
        ("job", {"times": 10**12}),
        ("job", {"amount": -1}),
        ("stage", {"code": 1}),
        ("stage", {"times": 0}),
        ("switches", []),
        ("switches", {"self": 1}),
        ("switches", {"job_hidden_polls": -1}),
        ("switches", {"not_found_status": 99999}),
        ("publish", {"id": WORKFLOW, "published": "false"}),
        ("publish", [WORKFLOW]),
        ("lock", {"id": WORKFLOW, "locked": 1}),
        ("deploy", {"id": WORKFLOW, "type": "Sideways"}),
        ("approve", {"id": None}),
        ("clock", {"advance": "60"}),
        ("clock", {"advance": 1e300}),
        ("clock", {"advance": -1}),
        ("configure", {"faults": {"nth": 0}}),
        ("configure", {"edition": 5}),
    ],
)
@pytest.mark.usefixtures("stored")
def test_what_control_cannot_take_is_said(control: Call, name: str, body: Any) -> None:
    answer = control(name, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b'{"advance": NaN}', b'{"advance": 1e999}', b"[" * 1000, b'"\\ud800"']
)
def test_what_is_no_json_is_said(server: EmulatorServer, text: bytes) -> None:
    for name in ("clock", "switches", "configure", "edit", "faults"):
        answer = httpx.post(
            f"{server.endpoint}/_emulator/{name}", content=text, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400
        assert answer.json()["error"]


@pytest.mark.parametrize(
    "form", [{}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}]
)
def test_a_page_cannot_send_what_a_browser_sends_without_asking(
    server: EmulatorServer, form: dict[str, str]
) -> None:
    url = f"{server.endpoint}/_emulator/switches"
    answer = httpx.post(url, content=b'{"ids_on_wire": "numbers"}', headers=form)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]
    asked = httpx.options(
        url, headers={"origin": "http://page.example", "access-control-request-method": "POST"}
    )
    assert asked.status_code == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]
    assert server.emulator.switches.ids_on_wire == "strings"


@pytest.mark.parametrize(
    "host", ["page.example", "page.example:80", "127.0.0.1.page.example", "localhost.page.example"]
)
def test_a_page_whose_name_means_this_machine_is_refused(server: EmulatorServer, host: str) -> None:
    url = f"{server.endpoint}/_emulator/switches"
    answers = [httpx.get(url, headers={"host": host})]
    answers.append(httpx.post(url, json={"ids_on_wire": "numbers"}, headers={"host": host}))
    assert [answer.status_code for answer in answers] == [403, 403]
    assert host in answers[0].json()["error"]
    assert server.emulator.switches.ids_on_wire == "strings"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8990", "[::1]:8990", "emulator", "192.0.2.1:80"])
def test_an_address_and_a_name_without_a_dot_are_served(server: EmulatorServer, host: str) -> None:
    assert httpx.get(f"{server.endpoint}/_emulator/switches", headers={"host": host}).status_code == 200
