import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life, Switches

Ask = Callable[..., dict[str, Any]]
WORKFLOW = "5000000000000000001"


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(strict=False, job_life=Life("immediate"))


def spec(workflow_id: str = WORKFLOW, name: str = "flow", kind: str = "CycleWorkflow", nodes: int = 1) -> str:
    inner = [
        {"id": str(index), "name": f"n{index}", "script": {"path": "p", "runtime": {"command": "PYTHON"}}}
        for index in range(nodes)
    ]
    script = {"path": name, "runtime": {"command": "WORKFLOW"}}
    body = {"id": workflow_id, "name": name, "script": script, "nodes": inner, "description": "d"}
    return json.dumps({"version": "1.1.0", "kind": kind, "spec": {"workflows": [body]}})


@pytest.fixture
def submit(ask: Ask, emulator: Emulator) -> Callable[..., str]:
    def run(text: str) -> str:
        job = ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=text)["AsyncJob"]
        return str(job["Id"])

    return run


def test_a_job_takes_its_time_by_node(ask: Ask, emulator: Emulator, submit: Callable[..., str]) -> None:
    emulator.set_job_life(Life())
    job = submit(spec(nodes=5))
    emulator.clock.advance(5)
    assert ask(emulator, "GetJobStatus", JobId=job)["JobStatus"]["Status"] == "Running"
    assert emulator.workflows() == []
    emulator.clock.advance(2)
    assert len(emulator.workflows()) == 1
    assert ask(emulator, "GetJobStatus", JobId=job)["JobStatus"]["Completed"] == "True"


@pytest.mark.parametrize("outcome", ["Fail", "Cancel"])
def test_a_scripted_job_ends_as_it_is_scripted(
    ask: Ask, emulator: Emulator, submit: Callable[..., str], outcome: Any
) -> None:
    emulator.script_job(Life("immediate", outcome=outcome, error="因为"), times=1)
    status = ask(emulator, "GetJobStatus", JobId=submit(spec()))["JobStatus"]
    assert (status["Status"], status["Completed"], status["Error"]) == (outcome, "True", "因为")
    assert emulator.workflows() == []
    assert ask(emulator, "GetJobStatus", JobId=submit(spec()))["JobStatus"]["Status"] == "Success"


def test_a_job_may_be_hidden_at_first_and_forgotten_at_last(
    ask: Ask, emulator: Emulator, submit: Callable[..., str]
) -> None:
    emulator.switch(job_hidden_polls=1, job_forgotten_after=3600)
    job = submit(spec())
    assert "Code" in ask(emulator, "GetJobStatus", JobId=job)
    assert ask(emulator, "GetJobStatus", JobId=job)["JobStatus"]["Status"] == "Success"
    emulator.clock.advance(3601)
    assert "Code" in ask(emulator, "GetJobStatus", JobId=job)


def test_reads_may_be_stale(ask: Ask, emulator: Emulator, submit: Callable[..., str]) -> None:
    emulator.switch(stale_reads=5)
    submit(spec())
    assert "Code" in ask(emulator, "GetWorkflowDefinition", Id=WORKFLOW)
    emulator.clock.advance(6)
    assert (
        ask(emulator, "GetWorkflowDefinition", Id=WORKFLOW, ProjectId=10001)["WorkflowDefinition"]["Name"]
        == "flow"
    )
    ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=10001)
    assert ask(emulator, "ListWorkflowDefinitions", ProjectId=10001)["PagingInfo"]["TotalCount"] == 1


def test_content_comes_when_it_is_asked_for(ask: Ask, emulator: Emulator, submit: Callable[..., str]) -> None:
    submit(spec())

    def script(**params: Any) -> dict[str, Any]:
        read = ask(emulator, "GetWorkflowDefinition", Id=WORKFLOW, **params)["WorkflowDefinition"]["Spec"]
        inner: dict[str, Any] = json.loads(read)["spec"]["workflows"][0]["nodes"][0]["script"]
        return inner

    assert "content" not in script()
    assert "content" in script(IncludeScriptContent="true")
    emulator.switch(include_script_content=True)
    assert "content" in script()
    assert "content" not in script(IncludeScriptContent="False")


def test_not_found_has_many_faces(ask: Ask, emulator: Emulator) -> None:
    emulator.switch(not_found_status=404, not_found_code="5801489", not_found_message="没有")
    refused = ask(emulator, "GetWorkflowDefinition", Id="1")
    assert (refused["Code"], refused["Message"]) == ("5801489", "没有")
    assert emulator.calls[-1].status == 404
    emulator.switch(not_found_empty=True)
    assert set(ask(emulator, "GetWorkflowDefinition", Id="1")) == {"RequestId"}
    assert ask(emulator, "DeleteWorkflowDefinition", Id="1", ProjectId=10001)["Success"] is False


def test_published_workflows_are_not_deleted(
    ask: Ask, emulator: Emulator, submit: Callable[..., str]
) -> None:
    submit(spec())
    emulator.publish(WORKFLOW)
    read = ask(emulator, "GetWorkflowDefinition", Id=WORKFLOW)["WorkflowDefinition"]
    assert isinstance(read["WorkflowId"], int)
    assert "published" in ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=10001)["Message"]
    emulator.publish(WORKFLOW, published=False)
    assert ask(emulator, "DeleteWorkflowDefinition", Id=WORKFLOW, ProjectId=10001)["Success"]


def test_the_first_answer_may_keep_the_workflows_id_back(ask: Ask, emulator: Emulator) -> None:
    emulator.switch(workflow_id_in_answer=False)
    job = ask(emulator, "ImportWorkflowDefinition", ProjectId=10001, Spec=spec())["AsyncJob"]
    assert "Response" not in job


def test_lists_are_paged_and_filtered(ask: Ask, emulator: Emulator, submit: Callable[..., str]) -> None:
    for index in range(12):
        submit(spec(str(10**18 + index), f"flow{index}"))
    submit(spec("7", "hook", kind="TriggerWorkflow"))

    def page(**params: Any) -> tuple[int, list[str]]:
        paging = ask(emulator, "ListWorkflowDefinitions", ProjectId=10001, **params)["PagingInfo"]
        return paging["TotalCount"], [item["Name"] for item in paging["WorkflowDefinitions"]]

    assert page() == (12, [f"flow{index}" for index in range(10)])
    assert page(PageNumber=2) == (12, ["flow10", "flow11"])
    assert page(PageSize=5, PageNumber=3) == (12, ["flow10", "flow11"])
    assert page(Name="1") == (3, ["flow1", "flow10", "flow11"])
    assert page(Owner="nobody") == (0, [])
    assert page(Type="TriggerWorkflow") == (1, ["hook"])
    emulator.switch(trigger_workflows_listed=False)
    assert page(Type="TriggerWorkflow") == (0, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"no_such": 1}, "no_such: there is no such key"),
        ({"ids_on_wire": "both"}, "ids_on_wire: Input should be 'strings' or 'numbers'"),
        ({"stale_reads": "long"}, "stale_reads: Input should be a valid number"),
        ({"job_hidden_polls": True}, "job_hidden_polls: Input should be a valid integer"),
        ({"not_found_empty": 1}, "not_found_empty: Input should be a valid boolean"),
        ({"job_forgotten_after": "1"}, "job_forgotten_after: Input should be a valid number"),
        ({"spec_limit": 1.5}, "spec_limit: Input should be a valid integer"),
    ],
)
def test_switches_know_their_settings(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Switches().but(change)
    assert Switches().but({"stale_reads": 1, "job_forgotten_after": None}).stale_reads == 1
