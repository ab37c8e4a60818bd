"""The operations: where each looks for its parameters, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ._clock import milliseconds
from ._errors import REFUSED, ServiceError, missing
from ._fill import without_content
from ._import import submit
from ._jobs import Job
from ._world import Account, Key, Workflow, World
from ._write import write

Parameters = Mapping[str, str]
Body = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    Attributes:
        method: The HTTP method it takes.
        required: Parameters that it does not go without.
        run: World, caller and parameters to the answer's body, without RequestId; raises ServiceError.
    """

    method: Literal["GET", "POST"]
    required: tuple[str, ...]
    run: Callable[[World, Account, Parameters], Body]


def import_workflow_definition(world: World, account: Account, given: Parameters) -> Body:
    """Submit an import. The answer is the same for a create and an update (38 of 38 real answers)."""
    project = world.project(_integer(given, "ProjectId"))
    dry_run = _boolean(given, "DryRun") and world.switches.dry_run == "honoured"
    job = submit(world, project, account, given["Spec"], dry_run=dry_run)
    response = {"Response": job.workflow_key[1]} if world.switches.workflow_id_in_answer else {}
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
        return _not_found(world, {})
    job.polls += 1
    job.settle(world.clock.now())
    if job.polls <= world.switches.job_hidden_polls:
        return _not_found(world, {})
    status = {
        "JobId": job.job_id,
        "JobType": "Create",  # unknown: the documentation also lists Update
        "Completed": str(job.status != "Running"),  # text here, a boolean in the import's answer
        "Status": job.status,
        "CreateTime": _number(world, str(milliseconds(job.created))),
    }
    return {"JobStatus": {**status, "Error": job.error} if job.error else status}


def get_workflow_definition(world: World, _: Account, given: Parameters) -> Body:
    """One workflow with its document."""
    workflow = _seen(world, given)
    if workflow is None:
        return _not_found(world, {})
    with_content = _boolean(given, "IncludeScriptContent", default=world.switches.include_script_content)
    document = workflow.document if with_content else without_content(workflow.document)
    published = {} if workflow.scheduling_id is None else {"WorkflowId": workflow.scheduling_id}
    return {"WorkflowDefinition": {**_summary(world, workflow), "Spec": write(document), **published}}


def list_workflow_definitions(world: World, _: Account, given: Parameters) -> Body:
    """One page of a workspace's workflows of one type, the name matched anywhere in it."""
    project = world.project(_integer(given, "ProjectId"))
    number, size = _integer(given, "PageNumber", 1), _integer(given, "PageSize", 10)
    if not 1 <= size <= 100:
        raise ServiceError(400, "InvalidPageSize", "PageSize is at most 100.")
    found = [flow for flow in world.workflows(project.project_id, stale=True) if _listed(world, flow, given)]
    page = found[(number - 1) * size : number * size]
    paging = {"PageNumber": number, "PageSize": size, "TotalCount": len(found)}
    return {"PagingInfo": {**paging, "WorkflowDefinitions": [_list_item(world, flow) for flow in page]}}


def delete_workflow_definition(world: World, _: Account, given: Parameters) -> Body:
    """Delete one workflow. What becomes of its nodes is unknown; here they go with it."""
    key: Key = (world.project(_integer(given, "ProjectId")).project_id, given["Id"])
    workflow = world.current(key)
    if workflow is None:
        return _not_found(world, {"Success": False})
    if workflow.scheduling_id is not None and world.switches.published_delete == "refused":
        # Documented: undeploy first. The code and its text are unknown.
        raise ServiceError(400, REFUSED, f"Workflow {key[1]} is published; undeploy it before it is deleted.")
    world.store(key, None, world.clock.now())
    return {"Success": True}


OPERATIONS: Final[Mapping[str, Operation]] = {
    "ImportWorkflowDefinition": Operation("POST", ("ProjectId", "Spec"), import_workflow_definition),
    "GetJobStatus": Operation("GET", ("JobId",), get_job_status),
    "GetWorkflowDefinition": Operation("GET", ("Id",), get_workflow_definition),
    "ListWorkflowDefinitions": Operation("GET", ("ProjectId",), list_workflow_definitions),
    "DeleteWorkflowDefinition": Operation("POST", ("ProjectId", "Id"), delete_workflow_definition),
}
"""GET looks into the query, POST into the form body (SDK 9.11.0, client.py)."""


def _not_found(world: World, empty: Body) -> Body:
    switches = world.switches
    if switches.not_found_empty:
        return empty
    raise ServiceError(switches.not_found_status, switches.not_found_code, switches.not_found_message)


def _forgotten(world: World, job: Job) -> bool:
    after = world.switches.job_forgotten_after
    return after is not None and job.status != "Running" and world.clock.now() - job.ended > after


def _seen(world: World, given: Parameters) -> Workflow | None:
    if "ProjectId" in given:
        return world.seen((world.project(_integer(given, "ProjectId")).project_id, given["Id"]))
    # ProjectId is not marked as required.
    return next((flow for flow in world.workflows(stale=True) if flow.workflow_id == given["Id"]), None)


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
        "Id": _number(world, workflow.workflow_id),
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
            "Id": _number(world, script["id"]),
            "Path": script["path"],
            "Runtime": {"Command": script["runtime"].get("command", "")},
        },
    }


def _number(world: World, digits: str) -> str | int:
    return int(digits) if world.switches.ids_on_wire == "numbers" and digits.isdigit() else digits


def _integer(given: Parameters, name: str, default: int | None = None) -> int:
    if name not in given and default is not None:
        return default
    try:
        return int(given[name])
    except KeyError:
        raise missing(name) from None
    except ValueError:
        raise ServiceError(400, f"Invalid{name}", f"{name} is not a number.") from None


def _boolean(given: Parameters, name: str, *, default: bool = False) -> bool:
    # The Python SDK sends True, other SDKs true.
    return given[name].lower() == "true" if name in given else default
