"""Pipeline runs, as the vendor's own client makes and follows them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_dataworks_public20240518 import models  # type: ignore[import-untyped]
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import ClientException  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, Life, Project

PROJECT = 10001
WORKFLOW, NODE = "5000000000000000001", "5000000000000000002"


def spec(content: str = "SELECT 1;", workflow: str = WORKFLOW, node: str = NODE, **more: Any) -> str:
    name = f"w{workflow[0]}"
    script = {"path": f"{name}/n", "runtime": {"command": "ODPS_SQL"}, "content": content}
    made = {
        "id": node,
        "name": "n",
        "script": script,
        "outputs": {"nodeOutputs": [{"data": more.get("data", node)}]},
    }
    path = {"path": name, "runtime": {"command": "WORKFLOW"}}
    body = {"id": workflow, "name": name, "script": path, "nodes": [made]}
    body["dependencies"] = more.get("dependencies", [])
    return json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [body]}})


@pytest.fixture
def sdk(sdk: Client, emulator: Emulator) -> Client:
    emulator.set_stage_life(Life("polls", 1))
    imported(sdk, spec())
    return sdk


def imported(sdk: Client, text: str) -> None:
    sdk.import_workflow_definition(models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=text))


def made(sdk: Client, kind: str = "Online", workflow: str = WORKFLOW, **more: Any) -> str:
    request = models.CreatePipelineRunRequest(project_id=PROJECT, type=kind, object_ids=[workflow], **more)
    return str(sdk.create_pipeline_run(request).body.id)


def got(sdk: Client, run_id: str) -> Any:
    return sdk.get_pipeline_run(models.GetPipelineRunRequest(project_id=PROJECT, id=run_id)).body.pipeline


def execute(sdk: Client, run_id: str, code: str) -> bool:
    request = models.ExecPipelineRunStageRequest(project_id=PROJECT, id=run_id, code=code)
    return bool(sdk.exec_pipeline_run_stage(request).body.success)


def to_its_end(sdk: Client, run_id: str) -> Any:
    """Executes every stage in its turn."""
    for _ in range(20):
        run = got(sdk, run_id)
        if run.status != "Running":
            return run
        stage = next((one for one in run.stages if one.status != "Success"), None)
        if stage and stage.status == "Init":
            execute(sdk, run_id, stage.code)
    raise AssertionError(f"{run_id} does not end")


@pytest.mark.parametrize("standard", [False, True])
def test_stages_follow_one_another(sdk: Client, emulator: Emulator, standard: bool) -> None:
    emulator._state.projects[0] = Project(dev_environment_enabled=standard)
    run_id = made(sdk, description="release 7")
    first = got(sdk, run_id)
    assert (first.status, first.description, first.project_id) == ("Running", "release 7", PROJECT)
    assert [stage.step for stage in first.stages] == list(range(1, len(first.stages) + 1))
    assert first.stages[0].code == "BUILD_PACKAGE"
    for code in ("PROD", "BUILD_PACKAGE", "NOWHERE"):
        with pytest.raises(ClientException):
            execute(sdk, run_id, code)
    run = to_its_end(sdk, run_id)
    codes = ["BUILD_PACKAGE", *(["DEV_CHECK", "DEV"] if standard else []), "PROD_CHECK", "PROD"]
    assert [(stage.code, stage.status) for stage in run.stages] == [(code, "Success") for code in codes]
    with pytest.raises(ClientException, match="流水线不是正在运行"):
        execute(sdk, run_id, "PROD")
    get = models.GetWorkflowDefinitionRequest(id=WORKFLOW, project_id=PROJECT)
    assert sdk.get_workflow_definition(get).body.workflow_definition.workflow_id
    assert emulator.production(WORKFLOW) is not None


def test_what_is_in_production_is_what_was_packed(sdk: Client, emulator: Emulator) -> None:
    run_id = made(sdk)
    imported(sdk, spec("SELECT 2;"))
    to_its_end(sdk, run_id)
    held = emulator.production(WORKFLOW)
    assert held is not None
    assert held.body["nodes"][0]["script"]["content"] == "SELECT 1;"


def test_lists_and_items_come_in_pages(sdk: Client, emulator: Emulator) -> None:
    runs = [made(sdk) for _ in range(3)]
    listed = models.ListPipelineRunsRequest(project_id=PROJECT, object_id=WORKFLOW, page_size=2)
    page = sdk.list_pipeline_runs(listed).body.paging_info
    assert (page.total_count, [run.id for run in page.pipeline_runs]) == (3, [runs[2], runs[1]])
    emulator.switch(runs_order="oldest_first")
    page = sdk.list_pipeline_runs(listed).body.paging_info
    assert [run.id for run in page.pipeline_runs] == runs[:2]
    other = models.ListPipelineRunsRequest(project_id=PROJECT, object_id="9")
    assert sdk.list_pipeline_runs(other).body.paging_info.total_count == 0
    items = models.ListPipelineRunItemsRequest(project_id=PROJECT, pipeline_run_id=runs[0])
    found = sdk.list_pipeline_run_items(items).body.paging_info.pipeline_run_items
    assert [(item.id, item.type) for item in found] == [(WORKFLOW, "WorkflowDefinition"), (NODE, "Node")]


def test_a_failed_check_names_its_node(sdk: Client, emulator: Emulator) -> None:
    emulator.script_stage("PROD_CHECK", Life("immediate", outcome="Fail", error='"n" scans everything'))
    run = to_its_end(sdk, made(sdk))
    assert (run.status, run.message) == ("Fail", '"n" scans everything')
    items = models.ListPipelineRunItemsRequest(project_id=PROJECT, pipeline_run_id=run.id)
    found = sdk.list_pipeline_run_items(items).body.paging_info.pipeline_run_items
    assert [(item.id, item.message) for item in found if item.message] == [(NODE, '"n" scans everything')]


def test_an_output_can_be_made_once_in_production(sdk: Client) -> None:
    to_its_end(sdk, made(sdk))
    imported(sdk, spec(workflow="6000000000000000001", node="6000000000000000002", data=NODE))
    run = to_its_end(sdk, made(sdk, workflow="6000000000000000001"))
    assert run.status == "Fail"
    assert "can not exported multiple nodes into the same output" in run.message


def test_what_others_need_stays_in_production(sdk: Client, emulator: Emulator) -> None:
    to_its_end(sdk, made(sdk))
    depends = [{"nodeId": "6000000000000000002", "depends": [{"type": "Normal", "output": NODE}]}]
    imported(sdk, spec(workflow="6000000000000000001", node="6000000000000000002", dependencies=depends))
    to_its_end(sdk, made(sdk, workflow="6000000000000000001"))
    run = to_its_end(sdk, made(sdk, "Offline"))
    assert (run.stages[0].code, run.stages[0].status) == ("OfflineCheck", "Fail")
    assert emulator.production(WORKFLOW) is not None
    to_its_end(sdk, made(sdk, "Offline", "6000000000000000001"))
    run = to_its_end(sdk, made(sdk, "Offline"))
    assert [stage.type for stage in run.stages] == ["Check", "Check", "Offline"]
    assert emulator.production(WORKFLOW) is None
    assert sdk.delete_workflow_definition(
        models.DeleteWorkflowDefinitionRequest(id=WORKFLOW, project_id=PROJECT)
    ).body.success


def test_an_abolished_run_is_over(sdk: Client) -> None:
    run_id = made(sdk)
    request = models.AbolishPipelineRunRequest(project_id=PROJECT, id=run_id)
    assert sdk.abolish_pipeline_run(request).body.success
    assert got(sdk, run_id).status == "Cancel"
    with pytest.raises(ClientException):
        sdk.abolish_pipeline_run(request)


def test_a_run_may_go_on_by_itself(sdk: Client, emulator: Emulator) -> None:
    emulator.set_stage_life(Life("immediate"))
    run_id = made(sdk, run_mode="Auto", auto_run_until_stage="PROD")
    assert got(sdk, run_id).status == "Success"
    emulator.switch(run_mode_auto="refused")
    with pytest.raises(ClientException):
        made(sdk, run_mode="Auto", auto_run_until_stage="PROD")
    emulator.switch(run_mode_auto="accepted")
    with pytest.raises(ClientException, match="AutoRunUntilStage"):
        made(sdk, run_mode="Auto")


@pytest.mark.parametrize("how", ["exec_refused", "runs_until_approved"])
def test_a_person_passes_a_stage(sdk: Client, emulator: Emulator, how: str) -> None:
    emulator.switch(approval_stage=how)
    emulator.set_stage_life(Life("immediate"))
    run_id = made(sdk)
    with pytest.raises(ValueError, match="waits for a person"):
        emulator.approve(run_id)
    execute(sdk, run_id, "PROD_CHECK")
    if how == "exec_refused":
        with pytest.raises(ClientException, match="by a person"):
            execute(sdk, run_id, "Emulator.Approval")
    else:
        assert execute(sdk, run_id, "Emulator.Approval")
        assert got(sdk, run_id).status == "Running"
    emulator.approve(run_id)
    assert execute(sdk, run_id, "PROD")
    assert got(sdk, run_id).status == "Success"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"workflow": "9"}, "未找到发布对象"),
        ({"workflow": NODE}, "未找到发布对象"),
        ({"kind": "Offline"}, "未找到发布对象"),
        ({"kind": "Sideways"}, "'Online' or 'Offline'"),
    ],
)
def test_what_cannot_be_run_is_refused(sdk: Client, wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ClientException, match=said):
        made(sdk, **wrong)


def test_switches_of_runs(sdk: Client, emulator: Emulator) -> None:
    emulator.switch(run_description="dropped", concurrent_run="refused", offline_of_undeployed="succeeds")
    assert to_its_end(sdk, made(sdk, "Offline", description="x")).description == ""
    made(sdk)
    with pytest.raises(ClientException, match="has not ended"):
        made(sdk)
    emulator.switch(stale_reads=60)
    with pytest.raises(ClientException):
        got(sdk, emulator.runs()[-1].run_id)
    emulator.switch(not_found_empty=True)
    assert got(sdk, emulator.runs()[-1].run_id) is None


def test_a_stage_may_begin_late_in_what_is_reported(sdk: Client, emulator: Emulator) -> None:
    emulator.switch(stage_begins_after=60)
    emulator.set_stage_life(Life("seconds", 100))
    run_id = made(sdk)
    assert got(sdk, run_id).stages[0].status == "Init"
    emulator.clock.advance(61)
    assert got(sdk, run_id).stages[0].status == "Running"
