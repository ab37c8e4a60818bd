import json
from typing import Any

import pytest
from alibabacloud_dataworks_public20240518 import models  # type: ignore[import-untyped]
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import ClientException  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, Life

PROJECT = 10001


def spec(name: str = "工作流 一") -> str:
    node = {
        "id": "5000000000000000002",
        "name": "节点",
        "script": {
            "path": f"{name}/节点",
            "runtime": {"command": "ODPS_SQL"},
            "content": "select '你好 a+b*c~';\n",
        },
    }
    workflow = {
        "id": "5000000000000000001",
        "name": name,
        "script": {"path": name, "runtime": {"command": "WORKFLOW"}},
        "nodes": [node],
    }
    document = {"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}
    return json.dumps(document, ensure_ascii=False)


def test_the_official_client_lives_a_whole_life(sdk: Client, emulator: Emulator) -> None:
    emulator.set_job_life(Life("polls", 2))
    job = sdk.import_workflow_definition(
        models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec())
    ).body.async_job
    assert (job.status, job.type, job.completed, job.progress) == ("Running", "Create", False, 0)
    assert job.response == "5000000000000000001"
    assert len(job.id) == 19
    assert isinstance(job.create_time, int)

    status = models.GetJobStatusRequest(job_id=job.id)
    first = sdk.get_job_status(status).body.job_status
    second = sdk.get_job_status(status).body.job_status
    assert (first.status, first.completed) == ("Running", "False")
    assert (second.status, second.completed, second.error) == ("Success", "True", None)

    get = models.GetWorkflowDefinitionRequest(
        id=job.response, project_id=PROJECT, include_script_content=True
    )
    read = sdk.get_workflow_definition(get).body.workflow_definition
    assert (read.id, read.name, read.project_id) == (job.response, "工作流 一", PROJECT)
    node = json.loads(read.spec)["spec"]["workflows"][0]["nodes"][0]
    assert node["script"]["content"] == "select '你好 a+b*c~';\n"

    page = sdk.list_workflow_definitions(
        models.ListWorkflowDefinitionsRequest(project_id=PROJECT, name="作流")
    ).body.paging_info
    assert (page.total_count, page.page_number, page.page_size) == (1, 1, 10)
    assert page.workflow_definitions[0].script.path == "工作流 一"

    delete = models.DeleteWorkflowDefinitionRequest(id=job.response, project_id=PROJECT)
    assert sdk.delete_workflow_definition(delete).body.success
    with pytest.raises(ClientException) as gone:
        sdk.get_workflow_definition(get)
    assert gone.value.code == emulator.switches.not_found_code
    assert emulator.count("GetJobStatus") == 2


def test_a_node_by_itself_and_in_a_list(sdk: Client, emulator: Emulator) -> None:
    sdk.import_workflow_definition(models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec()))
    get = models.GetNodeRequest(id="5000000000000000002", project_id=PROJECT)
    node = sdk.get_node(get).body.node
    assert (node.id, node.name, node.task_id) == ("5000000000000000002", "节点", None)
    [around] = json.loads(node.spec)["spec"]["workflows"]
    assert (around["id"], [one["name"] for one in around["nodes"]]) == ("5000000000000000001", ["节点"])
    paging = sdk.list_nodes(models.ListNodesRequest(project_id=PROJECT, name="点")).body.paging_info
    assert (paging.total_count, [one.id for one in paging.nodes]) == ("1", ["5000000000000000002"])
    assert [output.data for output in paging.nodes[0].outputs.node_outputs] == ["5000000000000000002"]
    nowhere = models.ListNodesRequest(project_id=PROJECT, container_id="1")
    assert sdk.list_nodes(nowhere).body.paging_info.total_count == "0"
    emulator.publish("5000000000000000001")
    assert sdk.get_node(get).body.node.task_id > 10**9
    emulator.switch(scheduling_id_shown=False)
    assert sdk.get_node(get).body.node.task_id is None
    with pytest.raises(ClientException):
        sdk.get_node(models.GetNodeRequest(id="7", project_id=PROJECT))


@pytest.mark.parametrize(("ids", "expected"), [("strings", str), ("numbers", int)])
def test_ids_come_as_text_or_as_numbers(
    sdk: Client, emulator: Emulator, ids: str, expected: type[Any]
) -> None:
    emulator.switch(ids_on_wire=ids)
    sdk.import_workflow_definition(models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec()))
    get = models.GetWorkflowDefinitionRequest(id="5000000000000000001", project_id=PROJECT)
    workflow_id = sdk.get_workflow_definition(get).body.workflow_definition.id
    assert isinstance(workflow_id, expected)
    assert int(workflow_id) == 5000000000000000001


def test_a_dry_run_writes_nothing(sdk: Client, emulator: Emulator) -> None:
    request = models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec(), dry_run=True)
    sdk.import_workflow_definition(request)
    assert emulator.workflows() == []
    emulator.switch(dry_run="ignored")
    sdk.import_workflow_definition(request)
    assert len(emulator.workflows()) == 1


def test_the_official_client_renames_and_moves(sdk: Client, emulator: Emulator) -> None:
    sdk.import_workflow_definition(models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=spec()))
    named = {"id": "5000000000000000001", "project_id": PROJECT}
    assert sdk.rename_workflow_definition(
        models.RenameWorkflowDefinitionRequest(name="新 名", **named)
    ).body.success
    assert sdk.move_workflow_definition(
        models.MoveWorkflowDefinitionRequest(path="目录/a b", **named)
    ).body.success
    assert [workflow.path for workflow in emulator.workflows()] == ["目录/a b/新 名"]
