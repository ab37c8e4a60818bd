"""Pipeline runs: to production and out of it. How they live, what each stage does, and the operations about them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from ._answers import JsonObject, ServiceError, missing, refused
from ._calls import Operation, Texts
from ._documents import write
from ._model import (
    OBJECTS,
    Life,
    Run,
    RunKind,
    Stage,
    Workflow,
    milliseconds,
    nothing,
    scheduling_id,
)
from ._state import ServiceState

NOT_RUNNING: Final = "流水线不是正在运行"
"""What ExecPipelineRunStage answers on a run that has ended (the vendor's skill, HTTP 400; its code is unknown)."""

NOT_DEPLOYABLE: Final = "5801489541076353033"
"""A run for an ID of something else than a workflow, or of a node inside of one (the vendor's skill: HTTP 400)."""

# --- The stages of a run: code, name and type of each
#
# Seen in a workspace of simple mode (DWDevin, SQL20 deployment), and those of an Offline run by the vendor's skill. DEV_CHECK
# is named by the skill, DEV by the vendor's SDK; that a workspace of standard mode has them in this order is a guess. The code
# and the type of a stage that a person has to pass are unknown: nothing may depend on them.


_DEVELOPMENT: Final = [("DEV_CHECK", "Development check", "Check"), ("DEV", "Development", "Deploy")]
_PROD_CHECK: Final = ("PROD_CHECK", "Production check", "Check")
_APPROVAL: Final = ("Emulator.Approval", "Approval", "Check")


def new_run(
    state: ServiceState, kind: RunKind, workflow: Workflow, life_of: Callable[[str], Life], until: str = ""
) -> Run:
    """A run whose first stage begins by itself, as do the others up to that with the code `until`, if there is one."""
    if kind == "Offline":
        listed = [("OfflineCheck", "Offline check", "Check"), _PROD_CHECK, ("PROD", "Production", "Offline")]
        if state.switches.offline_delete_stage:
            listed.append(("DeleteNode", "Delete node", "Delete"))
    else:
        is_standard = state.project(workflow.project_id).dev_environment_enabled
        listed = [("BUILD_PACKAGE", "Build", "Build"), *(_DEVELOPMENT if is_standard else ())]
        listed += [_PROD_CHECK, ("PROD", "Production", "Deploy")]
        if state.switches.approval_stage != "none":
            listed.insert(-1, _APPROVAL)
    codes = [code for code, _, _ in listed]
    last = codes.index(until) if until in codes else 0
    stages = [
        Stage(
            life=life_of(code),
            nodes=len(workflow.nodes),
            code=code,
            name=name,
            type=type_,
            automatic=place <= last,
            manual=code == _APPROVAL[0],
        )
        for place, (code, name, type_) in enumerate(listed)
    ]
    now = state.clock.now()
    return Run(kind, now, now, workflow, stages)


# --- How time passes


def settle(state: ServiceState) -> None:
    """Let every job and stage end whose time has come, jobs in the order in which they end."""
    now = state.clock.now()
    for job in sorted(state.running_jobs(), key=lambda job: job.end):
        job.advance(now)
    for run in state.runs.values():
        settle_run(state, run)


def settle_run(state: ServiceState, run: Run) -> None:
    """Let every stage end whose time has come, and begin those that begin by themselves."""
    now = state.clock.now()
    while not run.ended and (stage := run.current) is not None:
        if stage.status == "Init" and stage.automatic:
            _begin(run, stage, now)
        if stage.status != "Running" or stage.manual:
            return
        stage.settle(now, partial(_EFFECTS.get((run.kind, stage.code), nothing), state, run))
        if stage.status == "Running":
            return
        run.modified = now
        if stage.status != "Success":
            stage.error = stage.error or "The check did not pass."
            run.culprit = run.culprit or _named(run.package, stage.error)
            if state.switches.failed_run == "stays_running":
                return
            run.status, run.message = "Fail", stage.error
    if not run.ended:
        run.status = "Success"


def _begin(run: Run, stage: Stage, now: float) -> None:
    stage.begun, stage.status, run.modified = now, "Running", now


def _named(package: Workflow, message: str) -> str:
    """The ID of the node that a message names, or else of the workflow."""
    for node_id, node in package.nodes.items():
        if node_id in message or f'"{node["name"]}"' in message:
            return node_id
    return package.workflow_id


def _publish(state: ServiceState, run: Run, now: float) -> None:
    others = (other for key, other in state.production.items() if key != run.key)
    taken = {output for other in others for output in outputs(other)}
    for output, node_id in outputs(run.package).items():
        if output in taken:
            # The vendor's skill has these words, from the stage PROD.
            run.culprit, name = node_id, run.package.nodes[node_id]["name"]
            message = f'node "{name}" can not exported multiple nodes into the same output: {output}'
            raise refused(message)
    publish(state, run.package, now)


def publish(state: ServiceState, workflow: Workflow, now: float) -> None:
    state.production[workflow.key] = workflow
    if (stored := state.current(workflow.key)) is not None:
        number = scheduling_id(stored.workflow_id, "scheduling")
        state.store(stored.key, replace(stored, published=True, scheduling_id=number), now)


def take_offline(state: ServiceState, workflow: Workflow, now: float) -> None:
    state.production.pop(workflow.key, None)
    if (stored := state.current(workflow.key)) is not None:
        number = None if state.switches.undeployed_workflow_id == "gone" else stored.scheduling_id
        state.store(stored.key, replace(stored, published=False, scheduling_id=number), now)


def _refuse_needed(state: ServiceState, run: Run, _: float) -> None:
    """Documented of the console: a node that others depend on cannot be undeployed."""
    here = outputs(state.production.get(run.key, run.package))
    for key, other in state.production.items():
        for dependency in other.dependencies if key != run.key else ():
            for item in dependency.get("depends", []):
                if item.get("output") in here:
                    name = other.nodes.get(dependency["nodeId"], other.body)["name"]
                    run.culprit = here[item["output"]]
                    message = f'node "{name}" of workflow "{other.body["name"]}" depends on {item["output"]}'
                    raise refused(message)


_EFFECTS: Final[Mapping[tuple[str, str], Callable[[ServiceState, Run, float], None]]] = {
    ("Online", "PROD"): _publish,
    ("Offline", "OfflineCheck"): _refuse_needed,
    ("Offline", "PROD"): lambda state, run, now: take_offline(state, run.package, now),
    ("Offline", "DeleteNode"): lambda state, run, now: state.store(run.key, None, now),
}


def outputs(workflow: Workflow) -> dict[str, str]:
    """What the nodes of a workflow make, each with its node's ID."""
    return {output: node_id for node_id, node in workflow.nodes.items() for output in outputs_of_node(node)}


def outputs_of_node(node: JsonObject) -> list[str]:
    made: list[JsonObject] = node["outputs"].get("nodeOutputs", [])
    return [output["data"] for output in made if "data" in output]


# --- The operations


class CreatePipelineRun(Operation, method="POST"):
    project_id: int
    type: RunKind
    object_ids: Annotated[Texts, Field(min_length=1)]
    description: str = ""
    run_mode: str = "Normal"
    auto_run_until_stage: str | None = None

    def answer(self, state: ServiceState) -> JsonObject:
        switches = state.switches
        key = state.located((self.project_id, self.object_ids[0]))  # documented: all others are ignored
        workflow = state.current(key)
        is_idle = self.type == "Offline" and key not in state.production
        if workflow is None or (is_idle and switches.offline_of_undeployed == "refused"):
            raise ServiceError(400, NOT_DEPLOYABLE, f'未找到发布对象: [["{key[1]}"]]')
        has_other = any(run.key == key and not run.ended for run in state.runs.values())
        if has_other and switches.concurrent_run == "refused":
            raise refused(f"Another pipeline run of {key[1]} has not ended.")
        run = new_run(state, self.type, workflow, state.next_life, self._last_automatic(state))
        run.creator = state.account.uid
        run.description = self.description if switches.run_description == "kept" else ""
        state.add_run(run)
        settle_run(state, run)
        return {"Id": run.run_id}

    def _last_automatic(self, state: ServiceState) -> str:
        """The stage up to which a run goes on by itself; empty in the usual mode."""
        if self.run_mode == "Normal":
            return ""
        if state.switches.run_mode_auto == "refused":
            raise refused("RunMode Auto is not supported.")
        if self.auto_run_until_stage is None:
            raise missing("AutoRunUntilStage")
        return self.auto_run_until_stage


class _OfRun(Operation):
    project_id: int
    id: str

    def run(self, state: ServiceState) -> Run | None:
        run = state.runs.get(self.id)
        return run if run and run.key[0] == self.project_id else None

    def known_run(self, state: ServiceState) -> Run:
        run = self.run(state)
        if run is None:
            raise state.not_found()
        return run


class GetPipelineRun(_OfRun, method="GET"):
    def answer(self, state: ServiceState) -> JsonObject:
        run = self.run(state)
        if run is None or state.clock.now() < run.created + state.switches.stale_reads:
            return state.empty_answer({})
        for stage in run.stages:
            stage.polls += stage.status == "Running"
        settle_run(state, run)
        return {"Pipeline": _run_in_answer(state, run)}


class ExecPipelineRunStage(_OfRun, method="POST", in_query="ProjectId"):
    """Begin the next stage. Documented: stages follow one another, none is skipped or repeated."""

    code: str

    def answer(self, state: ServiceState) -> JsonObject:
        run = self.known_run(state)
        stage = run.current
        if run.ended or stage is None:
            raise refused(NOT_RUNNING)
        if stage.code != self.code or stage.status != "Init":
            raise refused(f"Stage {self.code} cannot be executed now.")
        if stage.manual and state.switches.approval_stage == "exec_refused":
            raise refused(f"Stage {self.code} has to be passed by a person.")
        _begin(run, stage, state.clock.now())
        return {"Success": True}


class ListPipelineRuns(Operation, method="GET"):
    project_id: int
    object_id: str | None = None

    def answer(self, state: ServiceState) -> JsonObject:
        horizon = state.clock.now() - state.switches.stale_reads
        runs = [run for run in state.runs.values() if run.created <= horizon]
        if state.switches.runs_order == "newest_first":
            runs.reverse()
        found = [_run_in_answer(state, run) for run in runs if self.object_id in {None, run.key[1]}]
        return self.page("PipelineRuns", found)


class ListPipelineRunItems(_OfRun, method="GET"):
    id: str = Field(alias="PipelineRunId")

    def answer(self, state: ServiceState) -> JsonObject:
        run = self.known_run(state)
        body = run.package.body
        kind = run.package.kind if run.package.kind in OBJECTS else "WorkflowDefinition"
        listed = [(run.key[1], body["name"], kind, write(run.package.document))]
        listed += [(node["id"], node["name"], "Node", json.dumps(node)) for node in body.get("nodes", ())]
        return self.page("PipelineRunItems", [_item(run, *each) for each in listed])


class AbolishPipelineRun(_OfRun, method="POST"):
    def answer(self, state: ServiceState) -> JsonObject:
        run = self.known_run(state)
        if run.ended:
            raise refused(NOT_RUNNING)
        abolish(run, state.clock.now())
        return {"Success": True}


def abolish(run: Run, now: float) -> None:
    run.status, run.modified = "Cancel", now
    for stage in run.stages:
        if stage.status in {"Init", "Running"}:
            stage.status = "Cancel"


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
    late = state.clock.now() < stage.begun + state.switches.stage_begins_after
    return {
        "Code": stage.code,
        "Name": stage.name,
        "Step": step,
        "Type": stage.type,
        "Status": "Init" if late else stage.status,
        "Message": stage.error,
        "Description": "",
        "Detail": {},
    }


def _item(run: Run, object_id: str, name: str, kind: str, spec: str) -> JsonObject:
    failed = run.culprit == object_id
    messages = (stage.error for stage in run.stages if stage.status == "Fail" and failed)
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
