"""The operations: those about imports and their jobs, and look-ups here; the others in modules of their own.

Look-ups are as the vendor's SDK (9.11.0) has them.
"""

from . import _instance_operations, _objects, _pipelines
from ._answers import JsonObject, no_project, refused
from ._calls import OPERATIONS, Operation, Texts
from ._imports import refuse_long, submit
from ._model import Job, Project, ResourceGroup, milliseconds
from ._state import ServiceState

# --- Imports, and their jobs


class ImportWorkflowDefinition(Operation, method="POST"):
    """Submit an import. The answer is the same for a create and an update (38 of 38 real answers)."""

    project_id: int
    spec: str
    dry_run: bool | None = None

    def answer(self, state: ServiceState) -> JsonObject:
        switches = state.switches
        if self.dry_run is not None and switches.dry_run == "refused":
            raise refused("The parameter DryRun is not known.")
        refuse_long(state, self.spec)
        dry_run = bool(self.dry_run) and switches.dry_run == "honoured"
        job = submit(state, self.project_id, self.spec, dry_run=dry_run)
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


class GetJobStatus(Operation, method="GET"):
    """A job's status. No live answer is recorded anywhere: the shape is the SDK's and the documentation's."""

    job_id: str

    def answer(self, state: ServiceState) -> JsonObject:
        switches, now = state.switches, state.clock.now()
        job = state.jobs.get(self.job_id)
        if job is not None and not _is_forgotten(job, now, switches.job_forgotten_after):
            job.polls += 1
            job.advance(now)
            if job.polls > switches.job_hidden_polls:
                return {"JobStatus": _status(state, job)}
        if switches.unknown_job == "not_found":
            return state.empty_answer({})
        failed = {"Status": "Fail", "Completed": "True", "Error": "Not Found"}
        return {"JobStatus": {"JobId": self.job_id, **failed}}


def _is_forgotten(job: Job, now: float, after: float | None) -> bool:
    return after is not None and job.status != "Running" and now - job.ended > after


def _status(state: ServiceState, job: Job) -> JsonObject:
    ended = job.status != "Running"
    # Text here by the SDK, a boolean in the import's answer.
    completed = {"text": str(ended), "boolean": ended, "always_false": "False"}[state.switches.job_completed]
    return {
        "JobId": job.job_id,
        "JobType": "Create",  # unknown: the documentation also lists Update
        "Completed": completed,
        "Status": job.status,
        "CreateTime": state.id_in_answer(str(milliseconds(job.created))),
        **({"Error": job.error} if job.error else {}),
    }


# --- Workspaces and resource groups


class GetProject(Operation, method="GET"):
    id: int

    def answer(self, state: ServiceState) -> JsonObject:
        for project in state.projects:
            if project.project_id == self.id:
                return {"Project": _project(state, project)}
        as_workflow = state.switches.unknown_project == "as_workflow"
        raise state.not_found() if as_workflow else no_project(self.id)


class ListProjects(Operation, method="POST"):
    names: Texts = ()
    ids: Texts = ()

    def answer(self, state: ServiceState) -> JsonObject:
        found = [
            _project(state, project)
            for project in state.projects
            if (not self.names or any(_is_called(state, project, name) for name in self.names))
            and (not self.ids or str(project.project_id) in self.ids)
        ]
        return self.page("Projects", found)


class ListResourceGroups(Operation, method="GET"):
    """General-purpose groups are listed unless types are named."""

    statuses: Texts = ()
    resource_group_types: Texts = ("CommonV2",)
    project_id: int | None = None

    def answer(self, state: ServiceState) -> JsonObject:
        found = [
            _group(group)
            for group in state.resource_groups
            if group.type in self.resource_group_types
            and (not self.statuses or group.status in self.statuses)
            and (self.project_id is None or _is_of(state, group, self.project_id))
        ]
        return {**self.page("ResourceGroupList", found), "Success": True}


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
    bound = [project.project_id for project in state.projects] if group.projects is None else group.projects
    if state.switches.groups_of_project == "first":
        return project_id in bound[:1]
    return state.switches.groups_of_project == "all" or project_id in bound


def _project(state: ServiceState, project: Project) -> JsonObject:
    return {
        "Id": project.project_id,
        "Name": project.identifier,
        "DisplayName": project.display_name,
        "Description": project.description,
        "Owner": state.account.uid,
        "Status": project.status,
        "DevEnvironmentEnabled": project.dev_environment_enabled,
        "DevRoleDisabled": False,
        "PaiTaskEnabled": False,
    }


__all__ = [
    "OPERATIONS",
    "_instance_operations",
    "_objects",
    "_pipelines",
]  # whose operations are known by then
