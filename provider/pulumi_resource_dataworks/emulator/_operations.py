"""The operations: where each looks for its parameters, and what it answers."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ._documents import as_it_is, write
from ._errors import REFUSED, Parameters, ServiceError, boolean, integer, is_list, no_project, paged
from ._fill import without_content
from ._imports import relocate, submit
from ._lives import Job
from ._noise import noisy
from ._pipelines import (
    abolish_pipeline_run,
    create_pipeline_run,
    exec_pipeline_run_stage,
    get_pipeline_run,
    list_pipeline_run_items,
    list_pipeline_runs,
)
from ._world import Account, Key, Project, ResourceGroup, Workflow, World, milliseconds, stable

# --- The operations about workspaces and resource groups. Parameters and answers are those of the vendor's SDK (9.11.0)


Body = dict[str, Any]


def get_project(world: World, account: Account, given: Parameters) -> Body:
    """One workspace by its ID."""
    project_id = integer(given, "Id")
    for project in world.projects:
        if project.project_id == project_id:
            return {"Project": _project(project, account)}
    raise world.missing() if world.switches.unknown_project == "as_workflow" else no_project(project_id)


def list_projects(world: World, account: Account, given: Parameters) -> Body:
    """One page of the workspaces, or of those with given names or IDs."""
    names, ids = _texts(given, "Names"), _texts(given, "Ids")
    found = [
        project
        for project in world.projects
        if (not names or any(_is_called(world, project, name) for name in names))
        and (not ids or str(project.project_id) in ids)
        and given.get("Status") in {None, project.status}
    ]
    page, paging = paged(given, found)
    return {"PagingInfo": {**paging, "Projects": [_project(project, account) for project in page]}}


def list_resource_groups(world: World, _: Account, given: Parameters) -> Body:
    """One page of resource groups, the name matched anywhere in it; general-purpose ones unless types are named."""
    types = _texts(given, "ResourceGroupTypes") or ["CommonV2"]
    statuses = _texts(given, "Statuses")
    found = [
        group
        for group in world.resource_groups
        if group.type in types
        and given.get("Name", "") in group.name
        and (not statuses or group.status in statuses)
        and ("ProjectId" not in given or _is_of(world, group, integer(given, "ProjectId")))
    ]
    page, paging = paged(given, found)
    return {"PagingInfo": {**paging, "ResourceGroupList": [_group(group) for group in page]}, "Success": True}


def _is_called(world: World, project: Project, name: str) -> bool:
    if world.switches.project_names == "any_case":
        return name.casefold() == project.identifier.casefold()
    return name == project.identifier or (
        world.switches.project_names == "contained" and name in project.identifier
    )


def _is_of(world: World, group: ResourceGroup, project_id: int) -> bool:
    world.project(project_id)
    bound = [project.project_id for project in world.projects] if group.projects is None else group.projects
    if world.switches.groups_of_project == "first":
        return project_id in bound[:1]
    return world.switches.groups_of_project == "all" or project_id in bound


def _project(project: Project, account: Account) -> Body:
    return {
        "Id": project.project_id,
        "Name": project.identifier,
        "DisplayName": project.display_name,
        "Description": project.description,
        "Owner": account.uid,
        "Status": project.status,
        "DevEnvironmentEnabled": project.dev_environment_enabled,
        "DevRoleDisabled": False,
        "PaiTaskEnabled": False,
    }


def _group(group: ResourceGroup) -> Body:
    return {
        "Id": group.group_id,
        "Name": group.name,
        "ResourceGroupType": group.type,
        "Status": group.status,
        "PaymentType": "PostPaid",
    }


def _texts(given: Parameters, name: str) -> list[str]:
    """A list that comes as JSON text."""
    try:
        value = json.loads(given.get(name) or "[]")
    except ValueError:
        value = None
    if not is_list(value):
        raise ServiceError(400, f"Invalid{name}", f"{name} is not a list in JSON.")
    return [str(item) for item in value]


# --- The operations about nodes by themselves. Parameters and answers are those of the vendor's SDK (9.11.0)


def get_node(world: World, _: Account, given: Parameters) -> Body:
    """One node, with its workflow's document around it (recorded traffic, and the vendor's skill)."""
    project_id = world.project(integer(given, "ProjectId")).project_id
    for workflow, node in _nodes(world, project_id):
        if node["id"] == given["Id"]:
            body = {**workflow.body, "nodes": [node], "dependencies": []}
            spec = {**workflow.document["spec"], "workflows": [body]}
            return {
                "Node": {**_node(world, workflow, node), "Spec": write({**workflow.document, "spec": spec})}
            }
    return world.nothing({})


def list_nodes(world: World, _: Account, given: Parameters) -> Body:
    """One page of a workspace's nodes, the name matched anywhere in it."""
    project_id = world.project(integer(given, "ProjectId")).project_id
    found = [
        (workflow, node)
        for workflow, node in _nodes(world, project_id)
        if given.get("Name", "") in node["name"] and given.get("ContainerId") in {None, workflow.workflow_id}
    ]
    page, paging = paged(given, found)
    listed = [{**_node(world, *one), "Outputs": _outputs(one[1])} for one in page]
    # The SDK has text for these numbers here, and only here.
    return {"PagingInfo": {**{key: str(number) for key, number in paging.items()}, "Nodes": listed}}


def _nodes(world: World, project_id: int) -> Iterator[tuple[Workflow, Body]]:
    for workflow in world.workflows(project_id, stale=True):
        for node in workflow.nodes.values():
            yield workflow, node


def _node(world: World, workflow: Workflow, node: Body) -> Body:
    deployed = world.production.get((workflow.project_id, workflow.workflow_id))
    told = deployed is not None and node["id"] in deployed.nodes and world.switches.scheduling_id_told
    return {
        "Id": world.on_wire(node["id"]),
        "Name": node["name"],
        "Owner": node["owner"],
        "ProjectId": workflow.project_id,
        "CreateTime": milliseconds(workflow.created),
        "ModifyTime": milliseconds(workflow.modified),
        **({"TaskId": 10**9 + stable(node["id"], "task", below=10**9)} if told else {}),
    }


def _outputs(node: Body) -> Body:
    made: list[Body] = node["outputs"].get("nodeOutputs", [])
    return {"NodeOutputs": [{"Data": output["data"]} for output in made if "data" in output]}


# --- The operations: where each looks for its parameters, and what it answers


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    Attributes:
        method: The HTTP method it takes.
        in_query: Whether its parameters are in the query, and not in a form in the body;
            or the names of those that are in the query beside a form.
        required: Parameters that it does not go without.
        run: World, caller and parameters to the answer's body, without RequestId; raises ServiceError.
    """

    method: Literal["GET", "POST"]
    in_query: bool | tuple[str, ...]
    required: tuple[str, ...]
    run: Callable[[World, Account, Parameters], Body]


def import_workflow_definition(world: World, account: Account, given: Parameters) -> Body:
    """Submit an import. The answer is the same for a create and an update (38 of 38 real answers)."""
    project = world.project(integer(given, "ProjectId"))
    switches = world.switches
    if "DryRun" in given and switches.dry_run == "refused":
        raise ServiceError(400, REFUSED, "The parameter DryRun is not known.")
    if switches.spec_limit is not None and len(given["Spec"].encode()) > switches.spec_limit:
        raise ServiceError(400, REFUSED, f"Spec is longer than {switches.spec_limit} bytes.")
    dry_run = boolean(given, "DryRun") and switches.dry_run == "honoured"
    job = submit(world, project, account, given["Spec"], dry_run=dry_run)
    told = switches.workflow_id_in_answer and not (dry_run and switches.dry_run_response == "nothing")
    response = {"Response": job.workflow_key[1]} if told else {}
    created = {"Type": "Create", "CreateTime": milliseconds(job.created)}
    return {
        "AsyncJob": {
            "Id": job.job_id,
            "Status": "Running",
            "Completed": False,
            "Progress": 0,
            **created,
            **response,
        }
    }


def get_job_status(world: World, _: Account, given: Parameters) -> Body:
    """A job's status. No live answer is recorded anywhere: the shape is the SDK's and the documentation's."""
    job = world.jobs.get(given["JobId"])
    if job is None or _forgotten(world, job):
        return _unknown_job(world, given["JobId"])
    job.polls += 1
    job.settle(world.clock.now())
    if job.polls <= world.switches.job_hidden_polls:
        return _unknown_job(world, given["JobId"])
    status = {
        "JobId": job.job_id,
        "JobType": "Create",  # unknown: the documentation also lists Update
        "Completed": _completed(world, job),
        "Status": job.status,
        "CreateTime": world.on_wire(str(milliseconds(job.created))),
    }
    return {"JobStatus": {**status, "Error": job.error} if job.error else status}


def get_workflow_definition(world: World, _: Account, given: Parameters) -> Body:
    """One workflow with its document."""
    workflow = _seen(world, given)
    if workflow is None:
        return world.nothing({})
    with_content = boolean(given, "IncludeScriptContent", default=world.switches.include_script_content)
    document = workflow.document if with_content else without_content(workflow.document)
    told = workflow.scheduling_id is not None and world.switches.scheduling_id_told
    published = {"WorkflowId": workflow.scheduling_id} if told else {}
    text = _text(world, workflow.workflow_id, document)
    return {"WorkflowDefinition": {**_summary(world, workflow), "Spec": text, **published}}


def list_workflow_definitions(world: World, _: Account, given: Parameters) -> Body:
    """One page of a workspace's workflows of one type, the name matched anywhere in it."""
    project = world.project(integer(given, "ProjectId"))
    found = [flow for flow in world.workflows(project.project_id, stale=True) if _listed(world, flow, given)]
    page, paging = paged(given, found)
    return {"PagingInfo": {**paging, "WorkflowDefinitions": [_list_item(world, flow) for flow in page]}}


def delete_workflow_definition(world: World, _: Account, given: Parameters) -> Body:
    """Delete one workflow. What becomes of its nodes is a switch."""
    key = _key(world, given)
    workflow = world.current(key)
    if workflow is None:
        return world.nothing({"Success": False})
    if workflow.published and world.switches.published_delete != "accepted":
        if world.switches.published_delete == "success_false":
            return {"Success": False}
        # Documented: undeploy first. The code and its text are unknown.
        raise ServiceError(400, REFUSED, f"Workflow {key[1]} is published; undeploy it before it is deleted.")
    world.store(key, None, world.clock.now())
    return {"Success": True}


def rename_workflow_definition(world: World, account: Account, given: Parameters) -> Body:
    """Give one workflow another name in the same folder. That its nodes' paths follow is a guess."""
    return _relocate(world, account, given, lambda folder, _: (folder, given["Name"]))


def move_workflow_definition(world: World, account: Account, given: Parameters) -> Body:
    """Put one workflow into another folder; `Path` is the folder without the workflow's name."""
    return _relocate(world, account, given, lambda _, name: (given["Path"].strip("/"), name))


def _relocate(
    world: World, account: Account, given: Parameters, change: Callable[[str, str], tuple[str, str]]
) -> Body:
    workflow = world.current(_key(world, given))
    if workflow is None:
        return world.nothing({"Success": False})
    folder, name = change(workflow.path.rpartition("/")[0], workflow.body["name"])
    relocate(world, account, workflow, folder, name)
    return {"Success": True}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "ImportWorkflowDefinition": Operation(
        "POST", in_query=False, required=("ProjectId", "Spec"), run=import_workflow_definition
    ),
    "GetJobStatus": Operation("GET", in_query=True, required=("JobId",), run=get_job_status),
    "GetWorkflowDefinition": Operation("GET", in_query=True, required=("Id",), run=get_workflow_definition),
    "ListWorkflowDefinitions": Operation(
        "GET", in_query=True, required=("ProjectId",), run=list_workflow_definitions
    ),
    "DeleteWorkflowDefinition": Operation(
        "POST", in_query=False, required=("ProjectId", "Id"), run=delete_workflow_definition
    ),
    "RenameWorkflowDefinition": Operation(
        "POST", in_query=True, required=("ProjectId", "Id", "Name"), run=rename_workflow_definition
    ),
    "GetNode": Operation("GET", in_query=True, required=("ProjectId", "Id"), run=get_node),
    "ListNodes": Operation("GET", in_query=True, required=("ProjectId",), run=list_nodes),
    "GetProject": Operation("GET", in_query=True, required=("Id",), run=get_project),
    "ListProjects": Operation("POST", in_query=False, required=(), run=list_projects),
    "ListResourceGroups": Operation("GET", in_query=True, required=(), run=list_resource_groups),
    "MoveWorkflowDefinition": Operation(
        "POST", in_query=False, required=("ProjectId", "Id", "Path"), run=move_workflow_definition
    ),
    "CreatePipelineRun": Operation(
        "POST", in_query=False, required=("ProjectId", "Type", "ObjectIds"), run=create_pipeline_run
    ),
    "GetPipelineRun": Operation("GET", in_query=True, required=("ProjectId", "Id"), run=get_pipeline_run),
    "ExecPipelineRunStage": Operation(
        "POST", in_query=("ProjectId",), required=("ProjectId", "Id", "Code"), run=exec_pipeline_run_stage
    ),
    "ListPipelineRuns": Operation("GET", in_query=True, required=("ProjectId",), run=list_pipeline_runs),
    "ListPipelineRunItems": Operation(
        "GET", in_query=True, required=("ProjectId", "PipelineRunId"), run=list_pipeline_run_items
    ),
    "AbolishPipelineRun": Operation(
        "POST", in_query=False, required=("ProjectId", "Id"), run=abolish_pipeline_run
    ),
}
"""Where each looks for its parameters is the SDK's (9.11.0, client.py): a rename is a POST with a query."""


def _unknown_job(world: World, job_id: str) -> Body:
    if world.switches.unknown_job == "not_found":
        return world.nothing({})
    return {"JobStatus": {"JobId": job_id, "Status": "Fail", "Completed": "True", "Error": "Not Found"}}


def _completed(world: World, job: Job) -> str | bool:
    if world.switches.job_completed == "always_false":
        return "False"
    ended = job.status != "Running"
    # Text here by the SDK, a boolean in the import's answer.
    return ended if world.switches.job_completed == "boolean" else str(ended)


def _key(world: World, given: Parameters) -> Key:
    return world.home((world.project(integer(given, "ProjectId")).project_id, given["Id"]))


def _forgotten(world: World, job: Job) -> bool:
    after = world.switches.job_forgotten_after
    return after is not None and job.status != "Running" and world.clock.now() - job.ended > after


def _seen(world: World, given: Parameters) -> Workflow | None:
    if "ProjectId" in given:
        return world.seen(_key(world, given))
    # ProjectId is not marked as required.
    return next((flow for flow in world.workflows(stale=True) if flow.workflow_id == given["Id"]), None)


def _text(world: World, workflow_id: str, document: Body) -> str:
    if world.switches.read_back_noise == "usual":
        return write(document)
    world.reads[workflow_id] += 1
    return as_it_is(noisy(document, f"{workflow_id} {world.reads[workflow_id]}"))


def _listed(world: World, workflow: Workflow, given: Parameters) -> bool:
    if workflow.kind == "TriggerWorkflow" and not world.switches.trigger_workflows_listed:
        return False
    owner = given.get("Owner")
    return (
        workflow.kind == given.get("Type", "CycleWorkflow")
        and given.get("Name", "") in workflow.body["name"]
        and owner in {None, workflow.body["owner"]}
    )


def _summary(world: World, workflow: Workflow) -> Body:
    return {
        "Id": world.on_wire(workflow.workflow_id),
        "Name": workflow.body["name"],
        "Owner": workflow.body["owner"],
        "ProjectId": workflow.project_id,
        "CreateTime": milliseconds(workflow.created),
        "ModifyTime": milliseconds(workflow.modified),
    }


def _list_item(world: World, workflow: Workflow) -> Body:
    script = workflow.body["script"]
    return {
        **_summary(world, workflow),
        "Description": workflow.document["spec"].get("description", workflow.body.get("description", "")),
        "Type": workflow.kind,
        "Script": {
            "Id": world.on_wire(script["id"]),
            "Path": script["path"],
            "Runtime": {"Command": script["runtime"].get("command", "")},
        },
    }
