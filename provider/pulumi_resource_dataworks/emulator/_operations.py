"""The operations: where each looks for its parameters, and what those about workflows and look-ups answer.

Look-ups are as the vendor's SDK (9.11.0) has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from ._calls import (
    JsonObject,
    Parameters,
    boolean,
    integer,
    no_project,
    paged,
    refused,
    texts,
)
from ._imports import refuse_long, relocate, submit
from ._instance_operations import (
    create_workflow_instances,
    get_create_workflow_instances_result,
    get_task_instance_log,
    get_workflow_instance,
    list_task_instances,
    list_tasks,
    list_workflow_instances,
    stop_workflow_instances,
)
from ._model import OBJECTS, Account, Job, Key, Project, ResourceGroup, Workflow, milliseconds
from ._objects import (
    Kind,
    change_object,
    create_object,
    delete,
    get_object,
    is_kept,
    list_objects,
    listed,
    place,
    summary,
    told,
    update,
)
from ._pipelines import (
    abolish_pipeline_run,
    create_pipeline_run,
    exec_pipeline_run_stage,
    get_pipeline_run,
    list_pipeline_run_items,
    list_pipeline_runs,
)
from ._read_back import without_content
from ._state import ServiceState
from ._uploads import authorize_file_upload, post_object

# --- Workflow definitions, and the jobs that import them


def import_workflow_definition(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Submit an import. The answer is the same for a create and an update (38 of 38 real answers)."""
    project = state.project(integer(params, "ProjectId"))
    switches = state.switches
    if "DryRun" in params and switches.dry_run == "refused":
        raise refused("The parameter DryRun is not known.")
    refuse_long(state, params["Spec"])
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
    job.advance(now)
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
    if "ProjectId" in params:
        workflow = _workflow(state.readable(_key(state, params)))
    else:  # it is not marked as required
        named = (one for one in state.workflows(stale=True) if one.workflow_id == params["Id"])
        workflow = next(named, None)
    if workflow is None:
        return state.empty_answer({})
    with_content = boolean(params, "IncludeScriptContent", default=state.switches.include_script_content)
    document = workflow.document if with_content else without_content(workflow.document)
    answer = {**summary(state, workflow, workflow.body), "Spec": told(state, document)}
    if workflow.scheduling_id is not None and state.switches.scheduling_id_told:
        answer["WorkflowId"] = workflow.scheduling_id
    return {"WorkflowDefinition": answer}


def list_workflow_definitions(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of a workspace's workflows of one type, the name matched anywhere in it."""
    project = state.project(integer(params, "ProjectId"))
    found = [one for one in state.workflows(project.project_id, stale=True) if _is_listed(state, one, params)]
    return paged(params, "WorkflowDefinitions", found, partial(_list_item, state))


def delete_workflow_definition(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    key = _key(state, params)
    workflow = _workflow(state.current(key))
    if workflow is None:
        return state.empty_answer({"Success": False})
    if is_kept(state, workflow):
        return {"Success": False}
    state.store(key, None, state.clock.now())
    return {"Success": True}


def relocate_workflow_definition(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Give one workflow another `Name`, or put it into the folder `Path`. That its nodes' paths follow is a guess."""
    workflow = _workflow(state.current(_key(state, params)))
    if workflow is None:
        return state.empty_answer({"Success": False})
    folder = params["Path"].strip("/") if "Path" in params else workflow.path.rpartition("/")[0]
    relocate(state, account, workflow, folder, params.get("Name", workflow.body["name"]))
    return {"Success": True}


def _key(state: ServiceState, params: Parameters) -> Key:
    return state.located((state.project(integer(params, "ProjectId")).project_id, params["Id"]))


def _workflow(found: Workflow | None) -> Workflow | None:
    """What was found, if it is no object outside of workflows."""
    return None if found is None or found.kind in OBJECTS else found


def _is_listed(state: ServiceState, workflow: Workflow, params: Parameters) -> bool:
    is_hidden = workflow.kind == "TriggerWorkflow" and not state.switches.trigger_workflows_listed
    return (
        not is_hidden
        and workflow.kind == params.get("Type", "CycleWorkflow")
        and params.get("Name", "") in workflow.body["name"]
        and params.get("Owner") in {None, workflow.body["owner"]}
    )


def _list_item(state: ServiceState, workflow: Workflow) -> JsonObject:
    return {
        **listed(state, workflow, workflow.body),
        "Description": workflow.document["spec"].get("description", workflow.body.get("description", "")),
        "Type": workflow.kind,
    }


# --- Workspaces and resource groups


def get_project(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    project_id = integer(params, "Id")
    for project in state.projects:
        if project.project_id == project_id:
            return {"Project": _project(account, project)}
    as_workflow = state.switches.unknown_project == "as_workflow"
    raise state.not_found() if as_workflow else no_project(project_id)


def list_projects(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    names, ids = texts(params, "Names"), texts(params, "Ids")
    found = [
        project
        for project in state.projects
        if (not names or any(_is_called(state, project, name) for name in names))
        and (not ids or str(project.project_id) in ids)
        and params.get("Status") in {None, project.status}
    ]
    return paged(params, "Projects", found, partial(_project, account))


def list_resource_groups(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of resource groups, the name matched anywhere in it; general-purpose ones unless types are named."""
    types = texts(params, "ResourceGroupTypes") or ["CommonV2"]
    statuses = texts(params, "Statuses")
    found = [
        group
        for group in state.resource_groups
        if group.type in types
        and params.get("Name", "") in group.name
        and (not statuses or group.status in statuses)
        and ("ProjectId" not in params or _is_of(state, group, integer(params, "ProjectId")))
    ]
    return {**paged(params, "ResourceGroupList", found, _group), "Success": True}


def _group(group: ResourceGroup) -> JsonObject:
    return {
        "Id": group.group_id,
        "Name": group.name,
        "ResourceGroupType": group.type,
        "Status": group.status,
        "PaymentType": "PostPaid",
    }


def _is_called(state: ServiceState, project: Project, name: str) -> bool:
    if state.switches.project_names == "any_case":
        return name.casefold() == project.identifier.casefold()
    contained = state.switches.project_names == "contained" and name in project.identifier
    return name == project.identifier or contained


def _is_of(state: ServiceState, group: ResourceGroup, project_id: int) -> bool:
    state.project(project_id)
    bound = [project.project_id for project in state.projects] if group.projects is None else group.projects
    if state.switches.groups_of_project == "first":
        return project_id in bound[:1]
    return state.switches.groups_of_project == "all" or project_id in bound


def _project(account: Account, project: Project) -> JsonObject:
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


# --- All of them


Perform = Callable[[ServiceState, Account, Parameters], JsonObject]


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
    run: Perform
    required: tuple[str, ...]


def _get(run: Perform, *required: str) -> Operation:
    return Operation("GET", True, run, required)


def _post(run: Perform, *required: str) -> Operation:
    return Operation("POST", False, run, required)


def _of_objects(kind: Kind, *required: str) -> dict[str, Operation]:
    return {
        f"Create{kind}": _post(partial(create_object, kind), "ProjectId", "Spec", *required),
        f"Update{kind}": _post(partial(change_object, kind, update), "ProjectId", "Id", "Spec"),
        f"Get{kind}": _get(partial(get_object, kind), "Id"),
        f"List{kind}s": _get(partial(list_objects, kind), "ProjectId"),
        f"Delete{kind}": _post(partial(change_object, kind, delete), "ProjectId", "Id"),
        f"Rename{kind}": _post(partial(change_object, kind, place), "ProjectId", "Id", "Name"),
        f"Move{kind}": _post(partial(change_object, kind, place), "ProjectId", "Id", "Path"),
    }


OPERATIONS: Final[Mapping[str, Operation]] = {
    "ImportWorkflowDefinition": _post(import_workflow_definition, "ProjectId", "Spec"),
    "GetJobStatus": _get(get_job_status, "JobId"),
    "GetWorkflowDefinition": _get(get_workflow_definition, "Id"),
    "ListWorkflowDefinitions": _get(list_workflow_definitions, "ProjectId"),
    "DeleteWorkflowDefinition": _post(delete_workflow_definition, "ProjectId", "Id"),
    "RenameWorkflowDefinition": Operation(
        "POST", True, relocate_workflow_definition, ("ProjectId", "Id", "Name")
    ),
    "MoveWorkflowDefinition": _post(relocate_workflow_definition, "ProjectId", "Id", "Path"),
    **_of_objects("Node", "Scene"),
    **_of_objects("Resource"),
    **_of_objects("Function"),
    "AuthorizeFileUpload": _get(authorize_file_upload, "Product"),
    "PostObject": _post(post_object),
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
    "CreateWorkflowInstances": _post(create_workflow_instances, "ProjectId", "Name", "Type", "WorkflowId"),
    "GetCreateWorkflowInstancesResult": _get(get_create_workflow_instances_result, "OperationId"),
    "ListWorkflowInstances": _post(list_workflow_instances, "ProjectId", "BizDate"),
    "GetWorkflowInstance": _get(get_workflow_instance, "Id"),
    "ListTaskInstances": _post(list_task_instances, "ProjectId", "Bizdate"),
    "GetTaskInstanceLog": _get(get_task_instance_log, "Id"),
    "StopWorkflowInstances": _post(stop_workflow_instances, "Ids"),
    "ListTasks": _post(list_tasks, "ProjectId"),
}
"""Where each looks for its parameters is the SDK's (9.11.0, client.py): a rename is a POST with a query."""
