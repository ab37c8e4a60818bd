"""The operations: where each looks for its parameters, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ._clock import milliseconds
from ._errors import REFUSED, ServiceError
from ._fill import without_content
from ._import import submit
from ._jobs import Job
from ._lookups import get_project, list_projects, list_resource_groups
from ._nodes import get_node, list_nodes
from ._noise import noisy
from ._parameters import Parameters, boolean, integer, paged
from ._pipelines import (
    abolish_pipeline_run,
    create_pipeline_run,
    exec_pipeline_run_stage,
    get_pipeline_run,
    list_pipeline_run_items,
    list_pipeline_runs,
)
from ._relocate import relocate
from ._world import Account, Key, Workflow, World
from ._write import as_it_is, write

Body = dict[str, Any]


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
