"""The operations about pipeline runs: to production, and out of it."""

import json
import uuid
from typing import Any, Final, Literal

from ._documents import write
from ._errors import REFUSED, Parameters, ServiceError, integer, is_list, missing, paged
from ._runs import ENDED, NOT_RUNNING, Run, Stage, plans
from ._world import Account, World, milliseconds

Body = dict[str, Any]

NOT_DEPLOYABLE: Final = "5801489541076353033"
"""A run for an ID that is no workflow's, or a node's inside of one (the vendor's skill: HTTP 400)."""


def create_pipeline_run(world: World, account: Account, given: Parameters) -> Body:
    """Make a run that deploys a workflow or takes it offline; its first stage begins by itself."""
    project = world.project(integer(given, "ProjectId"))
    kind = _kind(given["Type"])
    key = world.home((project.project_id, _object_id(given["ObjectIds"])))
    workflow = world.current(key)
    if workflow is None or (kind == "Offline" and key not in world.production and _refuses_idle(world)):
        raise ServiceError(400, NOT_DEPLOYABLE, f'未找到发布对象: [["{key[1]}"]]')
    if world.switches.concurrent_run == "refused" and any(run.key == key for run in _unended(world)):
        raise ServiceError(400, REFUSED, f"Another pipeline run of {key[1]} has not ended.")
    auto = _until(world, given)
    listed = plans(kind, standard=project.dev_environment_enabled, approval=_has_approval(world, kind))
    now = world.clock.now()
    described = given.get("Description", "") if world.switches.run_description == "kept" else ""
    stages = [Stage(plan, world.next_stage_life(plan.code)) for plan in listed]
    run = Run(str(uuid.uuid4()), kind, key, account.uid, described, now, now, workflow, stages)
    codes = [plan.code for plan in listed]
    run.automatic = tuple(codes[: codes.index(auto) + 1]) if auto in codes else ()
    world.add_run(run)
    run.settle(world, now)
    return {"Id": run.run_id}


def get_pipeline_run(world: World, _: Account, given: Parameters) -> Body:
    """How a run stands, with its stages."""
    run = _known(world, given)
    if run is None or world.clock.now() < run.created + world.switches.stale_reads:
        return world.nothing({})
    for stage in run.stages:
        stage.polls += stage.status == "Running"
    run.settle(world, world.clock.now())
    return {"Pipeline": _told(world, run)}


def exec_pipeline_run_stage(world: World, _: Account, given: Parameters) -> Body:
    """Begin the next stage. Documented: stages follow one another, none is skipped or repeated."""
    run = _run(world, given)
    stage = run.current
    if run.status in ENDED or stage is None:
        raise ServiceError(400, REFUSED, NOT_RUNNING)
    if stage.plan.code != given["Code"] or stage.status != "Init":
        raise ServiceError(400, REFUSED, f"Stage {given['Code']} cannot be executed now.")
    if stage.plan.person and world.switches.approval_stage == "exec_refused":
        raise ServiceError(400, REFUSED, f"Stage {given['Code']} has to be passed by a person.")
    run.begin(stage, world.clock.now())
    return {"Success": True}


def list_pipeline_runs(world: World, _: Account, given: Parameters) -> Body:
    """One page of a workspace's runs, or of those of one object."""
    project = world.project(integer(given, "ProjectId"))
    horizon = world.clock.now() - world.switches.stale_reads
    wanted = given.get("ObjectId"), given.get("Status"), given.get("Creator")
    found = [
        run
        for run in world.runs.values()
        if run.key[0] == project.project_id
        and run.created <= horizon
        and all(
            want in {None, has}
            for want, has in zip(wanted, (run.key[1], run.status, run.creator), strict=True)
        )
    ]
    if world.switches.runs_order == "newest_first":
        found.reverse()
    page, paging = paged(given, found)
    return {"PagingInfo": {**paging, "PipelineRuns": [_told(world, run) for run in page]}}


def list_pipeline_run_items(world: World, _: Account, given: Parameters) -> Body:
    """One page of what a run deploys: the workflow and its nodes."""
    run = _run(world, {**given, "Id": given["PipelineRunId"]})
    body = run.package.body
    listed = [(run.key[1], body["name"], "WorkflowDefinition", write(run.package.document))]
    listed += [(node["id"], node["name"], "Node", json.dumps(node)) for node in body["nodes"]]
    page, paging = paged(given, listed)
    return {"PagingInfo": {**paging, "PipelineRunItems": [_item(run, *each) for each in page]}}


def abolish_pipeline_run(world: World, _: Account, given: Parameters) -> Body:
    """End a run before its end."""
    run = _run(world, given)
    if run.status in ENDED:
        raise ServiceError(400, REFUSED, NOT_RUNNING)
    run.abolish(world.clock.now())
    return {"Success": True}


def _run(world: World, given: Parameters) -> Run:
    run = _known(world, given)
    if run is None:
        raise world.missing()
    return run


def _known(world: World, given: Parameters) -> Run | None:
    project = world.project(integer(given, "ProjectId"))
    run = world.runs.get(given["Id"])
    return run if run and run.key[0] == project.project_id else None


def _unended(world: World) -> list[Run]:
    return [run for run in world.runs.values() if run.status not in ENDED]


def _refuses_idle(world: World) -> bool:
    return world.switches.offline_of_undeployed == "refused"


def _has_approval(world: World, kind: str) -> bool:
    return world.switches.approval_stage != "none" and kind == "Online"


def _kind(given: str) -> Literal["Online", "Offline"]:
    if given == "Online":
        return "Online"
    if given == "Offline":
        return "Offline"
    raise ServiceError(400, "InvalidType", "Type is Online or Offline.")


def _object_id(text: str) -> str:
    """The first ID of the JSON text; documented: all others are ignored."""
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not is_list(given) or not given:
        raise ServiceError(400, "InvalidObjectIds", "ObjectIds is a JSON array of IDs.")
    return str(given[0])


def _until(world: World, given: Parameters) -> str:
    """The stage up to which a run goes on by itself; nothing in the usual mode."""
    if given.get("RunMode", "Normal") == "Normal":
        return ""
    if world.switches.run_mode_auto == "refused":
        raise ServiceError(400, REFUSED, "RunMode Auto is not supported.")
    if "AutoRunUntilStage" not in given:
        raise missing("AutoRunUntilStage")
    return given["AutoRunUntilStage"]


def _told(world: World, run: Run) -> Body:
    return {
        "Id": run.run_id,
        "ProjectId": run.key[0],
        "Creator": run.creator,
        "CreateTime": milliseconds(run.created),
        "ModifyTime": milliseconds(run.modified),
        "Status": run.status,
        "Message": run.message,
        "Description": run.description,
        "Stages": [_stage(world, step, stage) for step, stage in enumerate(run.stages, 1)],
    }


def _stage(world: World, step: int, stage: Stage) -> Body:
    late = stage.begun is not None and world.clock.now() < stage.begun + world.switches.stage_begins_after
    return {
        "Code": stage.plan.code,
        "Name": stage.plan.name,
        "Step": step,
        "Type": stage.plan.type,
        "Status": "Init" if late else stage.status,
        "Message": stage.message,
        "Description": "",
        "Detail": {},
    }


def _item(run: Run, object_id: str, name: str, kind: str, spec: str) -> Body:
    failed = run.culprit == object_id
    message = next((stage.message for stage in run.stages if stage.status == "Fail"), "") if failed else ""
    return {
        "Id": object_id,
        "Name": name,
        "Type": kind,
        "Status": "Fail" if failed else run.status,
        "Version": 1,
        "Spec": spec,
        "Message": message,
        "CreateTime": milliseconds(run.created),
        "ModifyTime": milliseconds(run.modified),
    }
