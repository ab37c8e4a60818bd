"""The operations about pipeline runs: to production, and out of it."""

import json
from typing import Final

from ._documents import write
from ._errors import REFUSED, Parameters, ServiceError, integer, missing, paged, texts
from ._json import JsonObject
from ._pipeline_runs import NOT_RUNNING, Run, RunKind, Stage, stages_of
from ._state import Account, ServiceState, milliseconds

NOT_DEPLOYABLE: Final = "5801489541076353033"
"""A run for an ID of something else than a workflow, or of a node inside of one (the vendor's skill: HTTP 400)."""


def create_pipeline_run(state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Make a run that deploys a workflow or takes it offline; its first stage begins by itself."""
    switches = state.switches
    project = state.project(integer(params, "ProjectId"))
    kind = _kind(params["Type"])
    ids = texts(params, "ObjectIds")
    if not ids:
        raise ServiceError(400, "InvalidObjectIds", "ObjectIds is a JSON array of IDs.")
    key = state.located((project.project_id, ids[0]))  # documented: all others are ignored
    workflow = state.current(key)
    is_idle = kind == "Offline" and key not in state.production
    if workflow is None or (is_idle and switches.offline_of_undeployed == "refused"):
        raise ServiceError(400, NOT_DEPLOYABLE, f'未找到发布对象: [["{key[1]}"]]')
    has_other = any(run.key == key and not run.ended for run in state.runs.values())
    if has_other and switches.concurrent_run == "refused":
        raise ServiceError(400, REFUSED, f"Another pipeline run of {key[1]} has not ended.")
    last_automatic = _last_automatic(state, params)
    approval = switches.approval_stage != "none" and kind == "Online"
    listed = stages_of(kind, standard=project.dev_environment_enabled, approval=approval)
    stages = [Stage(one, state.next_stage_life(one.code)) for one in listed]
    codes = [one.code for one in listed]
    now = state.clock.now()
    run = Run(kind, key, account.uid, now, workflow, stages)
    run.description = params.get("Description", "") if switches.run_description == "kept" else ""
    run.automatic = tuple(codes[: codes.index(last_automatic) + 1]) if last_automatic in codes else ()
    state.add_run(run)
    run.settle(state, now)
    return {"Id": run.run_id}


def get_pipeline_run(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """How a run stands, with its stages."""
    run = _known_run(state, params)
    if run is None or state.clock.now() < run.created + state.switches.stale_reads:
        return state.empty_answer({})
    for stage in run.stages:
        stage.polls += stage.status == "Running"
    run.settle(state, state.clock.now())
    return {"Pipeline": _run_in_answer(state, run)}


def exec_pipeline_run_stage(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """Begin the next stage. Documented: stages follow one another, none is skipped or repeated."""
    run, code = _run(state, params), params["Code"]
    stage = run.current
    if run.ended or stage is None:
        raise ServiceError(400, REFUSED, NOT_RUNNING)
    if stage.definition.code != code or stage.status != "Init":
        raise ServiceError(400, REFUSED, f"Stage {code} cannot be executed now.")
    if stage.definition.manual and state.switches.approval_stage == "exec_refused":
        raise ServiceError(400, REFUSED, f"Stage {code} has to be passed by a person.")
    run.begin(stage, state.clock.now())
    return {"Success": True}


def list_pipeline_runs(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of a workspace's runs, or of those of one object."""
    project = state.project(integer(params, "ProjectId"))
    horizon = state.clock.now() - state.switches.stale_reads
    found = [
        run
        for run in state.runs.values()
        if run.key[0] == project.project_id
        and run.created <= horizon
        and params.get("ObjectId") in {None, run.key[1]}
        and params.get("Status") in {None, run.status}
        and params.get("Creator") in {None, run.creator}
    ]
    if state.switches.runs_order == "newest_first":
        found.reverse()
    page, paging = paged(params, found)
    return {"PagingInfo": {**paging, "PipelineRuns": [_run_in_answer(state, run) for run in page]}}


def list_pipeline_run_items(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of what a run deploys: the workflow and its nodes."""
    run = _run(state, {**params, "Id": params["PipelineRunId"]})
    body = run.package.body
    listed = [(run.key[1], body["name"], "WorkflowDefinition", write(run.package.document))]
    listed += [(node["id"], node["name"], "Node", json.dumps(node)) for node in body["nodes"]]
    page, paging = paged(params, listed)
    return {"PagingInfo": {**paging, "PipelineRunItems": [_item(run, *each) for each in page]}}


def abolish_pipeline_run(state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """End a run before its end."""
    run = _run(state, params)
    if run.ended:
        raise ServiceError(400, REFUSED, NOT_RUNNING)
    run.abolish(state.clock.now())
    return {"Success": True}


def _run(state: ServiceState, params: Parameters) -> Run:
    run = _known_run(state, params)
    if run is None:
        raise state.not_found()
    return run


def _known_run(state: ServiceState, params: Parameters) -> Run | None:
    project = state.project(integer(params, "ProjectId"))
    run = state.runs.get(params["Id"])
    return run if run and run.key[0] == project.project_id else None


def _kind(given: str) -> RunKind:
    if given == "Online":
        return "Online"
    if given == "Offline":
        return "Offline"
    raise ServiceError(400, "InvalidType", "Type is Online or Offline.")


def _last_automatic(state: ServiceState, params: Parameters) -> str:
    """The stage up to which a run goes on by itself; empty in the usual mode."""
    if params.get("RunMode", "Normal") == "Normal":
        return ""
    if state.switches.run_mode_auto == "refused":
        raise ServiceError(400, REFUSED, "RunMode Auto is not supported.")
    if "AutoRunUntilStage" not in params:
        raise missing("AutoRunUntilStage")
    return params["AutoRunUntilStage"]


def _run_in_answer(state: ServiceState, run: Run) -> JsonObject:
    return {
        "Id": run.run_id,
        "ProjectId": run.key[0],
        "Creator": run.creator,
        "CreateTime": milliseconds(run.created),
        "ModifyTime": milliseconds(run.modified),
        "Status": run.status,
        "Message": run.message,
        "Description": run.description,
        "Stages": [_stage_in_answer(state, step, stage) for step, stage in enumerate(run.stages, 1)],
    }


def _stage_in_answer(state: ServiceState, step: int, stage: Stage) -> JsonObject:
    late = stage.begun is not None and state.clock.now() < stage.begun + state.switches.stage_begins_after
    return {
        "Code": stage.definition.code,
        "Name": stage.definition.name,
        "Step": step,
        "Type": stage.definition.type,
        "Status": "Init" if late else stage.status,
        "Message": stage.message,
        "Description": "",
        "Detail": {},
    }


def _item(run: Run, object_id: str, name: str, kind: str, spec: str) -> JsonObject:
    failed = run.culprit == object_id
    messages = (stage.message for stage in run.stages if stage.status == "Fail" and failed)
    return {
        "Id": object_id,
        "Name": name,
        "Type": kind,
        "Status": "Fail" if failed else run.status,
        "Version": 1,
        "Spec": spec,
        "Message": next(messages, ""),
        "CreateTime": milliseconds(run.created),
        "ModifyTime": milliseconds(run.modified),
    }
