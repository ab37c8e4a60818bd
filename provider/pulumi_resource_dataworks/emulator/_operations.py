"""The operations: where each looks for its parameters, and what those about workflow definitions answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ._documents import write, write_as_given
from ._errors import REFUSED, Parameters, ServiceError, boolean, integer, paged
from ._imports import relocate, submit
from ._jobs import Job
from ._json import JsonObject
from ._lookups import get_node, get_project, list_nodes, list_projects, list_resource_groups
from ._pipeline_operations import (
    abolish_pipeline_run,
    create_pipeline_run,
    exec_pipeline_run_stage,
    get_pipeline_run,
    list_pipeline_run_items,
    list_pipeline_runs,
)
from ._service_fields import without_content
from ._state import Account, Key, ServiceState, Workflow, milliseconds
from ._worst_read_back import worst_read_back


def import_workflow_definition(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Submit an import. The answer is the same for a create and an update (38 of 38 real answers)."""
    project = state.project(integer(params, "ProjectId"))
    switches = state.switches
    if "DryRun" in params and switches.dry_run == "refused":
        raise ServiceError(400, REFUSED, "The parameter DryRun is not known.")
    if switches.spec_limit is not None and len(params["Spec"].encode()) > switches.spec_limit:
        raise ServiceError(400, REFUSED, f"Spec is longer than {switches.spec_limit} bytes.")
    dry_run = boolean(params, "DryRun") and switches.dry_run == "honoured"
    job = submit(state, project, account, params["Spec"], dry_run=dry_run)
    has_id = switches.workflow_id_in_answer and not (dry_run and switches.dry_run_response == "nothing")
    answer = {
        "Id": job.job_id,
        "Status": "Running",
        "Completed": False,
        "Progress": 0,
        "Type": "Create",
        "CreateTime": milliseconds(job.created),
    }
    return {"AsyncJob": {**answer, "Response": job.workflow_key[1]} if has_id else answer}


def get_job_status(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """A job's status. No live answer is recorded anywhere: the shape is the SDK's and the documentation's."""
    switches, now = state.switches, state.clock.now()
    job = state.jobs.get(params["JobId"])
    if job is None or _is_forgotten(job, now, switches.job_forgotten_after):
        return _unknown_job(state, params["JobId"])
    job.polls += 1
    job.settle(now)
    if job.polls <= switches.job_hidden_polls:
        return _unknown_job(state, params["JobId"])
    ended = job.status != "Running"
    # Text here by the SDK, a boolean in the import's answer.
    completed = {"text": str(ended), "boolean": ended, "always_false": "False"}[switches.job_completed]
    status = {
        "JobId": job.job_id,
        "JobType": "Create",  # unknown: the documentation also lists Update
        "Completed": completed,
        "Status": job.status,
        "CreateTime": state.id_in_answer(str(milliseconds(job.created))),
    }
    return {"JobStatus": {**status, "Error": job.error} if job.error else status}


def _is_forgotten(job: Job, now: float, after: float | None) -> bool:
    return after is not None and job.status != "Running" and now - job.ended > after


def _unknown_job(state: ServiceState, job_id: str) -> JsonObject:
    if state.switches.unknown_job == "not_found":
        return state.empty_answer({})
    return {"JobStatus": {"JobId": job_id, "Status": "Fail", "Completed": "True", "Error": "Not Found"}}


def get_workflow_definition(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One workflow with its document."""
    if "ProjectId" in params:
        workflow = state.readable(_key(state, params))
    else:  # it is not marked as required
        named = (one for one in state.workflows(stale=True) if one.workflow_id == params["Id"])
        workflow = next(named, None)
    if workflow is None:
        return state.empty_answer({})
    with_content = boolean(params, "IncludeScriptContent", default=state.switches.include_script_content)
    document = workflow.document if with_content else without_content(workflow.document)
    if state.switches.read_back_noise == "usual":
        text = write(document)
    else:
        state.reads[workflow.workflow_id] += 1
        seed = f"{workflow.workflow_id} {state.reads[workflow.workflow_id]}"
        text = write_as_given(worst_read_back(document, seed))
    answer = {**_summary(state, workflow), "Spec": text}
    if workflow.scheduling_id is not None and state.switches.scheduling_id_told:
        answer["WorkflowId"] = workflow.scheduling_id
    return {"WorkflowDefinition": answer}


def list_workflow_definitions(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of a workspace's workflows of one type, the name matched anywhere in it."""
    project = state.project(integer(params, "ProjectId"))
    found = [one for one in state.workflows(project.project_id, stale=True) if _is_listed(state, one, params)]
    page, paging = paged(params, found)
    return {"PagingInfo": {**paging, "WorkflowDefinitions": [_list_item(state, one) for one in page]}}


def delete_workflow_definition(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """Delete one workflow. What becomes of its nodes is a switch."""
    key = _key(state, params)
    workflow = state.current(key)
    if workflow is None:
        return state.empty_answer({"Success": False})
    if workflow.published and state.switches.published_delete == "success_false":
        return {"Success": False}
    if workflow.published and state.switches.published_delete == "refused":
        # Documented: undeploy first. The code and its text are unknown.
        raise ServiceError(400, REFUSED, f"Workflow {key[1]} is published; undeploy it before it is deleted.")
    state.store(key, None, state.clock.now())
    return {"Success": True}


def rename_workflow_definition(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Give one workflow another name in the same folder. That its nodes' paths follow is a guess."""
    return _relocate(state, account, params, name=params["Name"])


def move_workflow_definition(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Put one workflow into another folder; `Path` is the folder without the workflow's name."""
    return _relocate(state, account, params, folder=params["Path"].strip("/"))


def _relocate(
    state: ServiceState,
    account: Account,
    params: Parameters,
    *,
    folder: str | None = None,
    name: str | None = None,
) -> JsonObject:
    workflow = state.current(_key(state, params))
    if workflow is None:
        return state.empty_answer({"Success": False})
    folder = workflow.path.rpartition("/")[0] if folder is None else folder
    relocate(state, account, workflow, folder, workflow.body["name"] if name is None else name)
    return {"Success": True}


def _key(state: ServiceState, params: Parameters) -> Key:
    return state.located((state.project(integer(params, "ProjectId")).project_id, params["Id"]))


def _is_listed(state: ServiceState, workflow: Workflow, params: Parameters) -> bool:
    is_hidden = workflow.kind == "TriggerWorkflow" and not state.switches.trigger_workflows_listed
    return (
        not is_hidden
        and workflow.kind == params.get("Type", "CycleWorkflow")
        and params.get("Name", "") in workflow.body["name"]
        and params.get("Owner") in {None, workflow.body["owner"]}
    )


def _summary(state: ServiceState, workflow: Workflow) -> JsonObject:
    return {
        "Id": state.id_in_answer(workflow.workflow_id),
        "Name": workflow.body["name"],
        "Owner": workflow.body["owner"],
        "ProjectId": workflow.project_id,
        "CreateTime": milliseconds(workflow.created),
        "ModifyTime": milliseconds(workflow.modified),
    }


def _list_item(state: ServiceState, workflow: Workflow) -> JsonObject:
    script = workflow.body["script"]
    return {
        **_summary(state, workflow),
        "Description": workflow.document["spec"].get("description", workflow.body.get("description", "")),
        "Type": workflow.kind,
        "Script": {
            "Id": state.id_in_answer(script["id"]),
            "Path": script["path"],
            "Runtime": {"Command": script["runtime"].get("command", "")},
        },
    }


Run = Callable[[ServiceState, Account, Parameters], JsonObject]


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    Attributes:
        method: The HTTP method it takes.
        in_query: Whether its parameters are in the query, and not in a form in the body;
            or the names of those that are in the query beside a form.
        run: State, caller and parameters to the answer's body, without RequestId; raises ServiceError.
        required: Parameters that it does not go without.
    """

    method: Literal["GET", "POST"]
    in_query: bool | tuple[str, ...]
    run: Run
    required: tuple[str, ...]


def _get(run: Run, *required: str) -> Operation:
    return Operation("GET", True, run, required)


def _post(run: Run, *required: str) -> Operation:
    return Operation("POST", False, run, required)


OPERATIONS: Final[Mapping[str, Operation]] = {
    "ImportWorkflowDefinition": _post(import_workflow_definition, "ProjectId", "Spec"),
    "GetJobStatus": _get(get_job_status, "JobId"),
    "GetWorkflowDefinition": _get(get_workflow_definition, "Id"),
    "ListWorkflowDefinitions": _get(list_workflow_definitions, "ProjectId"),
    "DeleteWorkflowDefinition": _post(delete_workflow_definition, "ProjectId", "Id"),
    "RenameWorkflowDefinition": Operation(
        "POST", True, rename_workflow_definition, ("ProjectId", "Id", "Name")
    ),
    "MoveWorkflowDefinition": _post(move_workflow_definition, "ProjectId", "Id", "Path"),
    "GetNode": _get(get_node, "ProjectId", "Id"),
    "ListNodes": _get(list_nodes, "ProjectId"),
    "GetProject": _get(get_project, "Id"),
    "ListProjects": _post(list_projects),
    "ListResourceGroups": _get(list_resource_groups),
    "CreatePipelineRun": _post(create_pipeline_run, "ProjectId", "Type", "ObjectIds"),
    "GetPipelineRun": _get(get_pipeline_run, "ProjectId", "Id"),
    "ExecPipelineRunStage": Operation(
        "POST", ("ProjectId",), exec_pipeline_run_stage, ("ProjectId", "Id", "Code")
    ),
    "ListPipelineRuns": _get(list_pipeline_runs, "ProjectId"),
    "ListPipelineRunItems": _get(list_pipeline_run_items, "ProjectId", "PipelineRunId"),
    "AbolishPipelineRun": _post(abolish_pipeline_run, "ProjectId", "Id"),
}
"""Where each looks for its parameters is the SDK's (9.11.0, client.py): a rename is a POST with a query."""
