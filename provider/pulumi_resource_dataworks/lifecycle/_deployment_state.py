"""A workflow deployment's inputs and outputs, and the check of what the user wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import DEPLOYED, DEPLOYMENT_INPUTS

from ._check import Checked, project_id_of, read_flag, refuse_unknown_inputs, rounded_id
from ._object_kinds import OBJECT_KINDS
from ._pipeline_run import RunRequest, short_digest
from ._state import bookkeeping, with_bookkeeping
from ._step import UNKNOWN, Unknown

# --- A workflow deployment's inputs and outputs, as values of this program and as Pulumi keeps them


ONLINE: Final = "Online"
"""The outputs' status where production holds what this resource has deployed."""
OFFLINE: Final = "Offline"
"""The same where somebody has taken it offline since."""
REDEPLOYED: Final = "Redeployed"
"""The same where somebody else's run has deployed the workflow since."""
FAILED: Final = "Fail"
"""The same where the last run of this resource has failed."""

NOUNS: Final = {DEPLOYED[0]: "workflow", **{kind.id_output: kind.noun for kind in OBJECT_KINDS}}
"""By the input that names it, what the deployed thing is called in messages."""

_OUTPUTS = {
    "run_id": "pipelineRunId",
    "status": "status",
    "deployed": "deployedDigest",
    "scheduling_id": "publishedWorkflowId",
    "stages": "stages",
}
"""How Pulumi calls the fields of a state; an output that is empty is left out."""


@dataclass(frozen=True, slots=True)
class DeploymentInputs:
    """What check has accepted: the ID in Data Studio of what is deployed, and the digest of the document; empty where not known.

    `approval` says whether a stage that only a person can pass is waited for, or ends the step; `abolish_abandoned`, whether
    a run that this resource began and does not see to its end is ended. `key` is the input that says what is deployed.
    """

    project_id: int
    workflow_id: str
    digest: str
    description: str = ""
    approval: Literal["wait", "fail"] = "wait"
    abolish_abandoned: bool = False
    key: str = "workflowId"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> DeploymentInputs:
        """Reads inputs that check returned."""
        key = deployed_key(values)
        return cls(
            project_id=int(values["projectId"]),
            workflow_id=str(values[key]),
            digest=str(values.get("digest") or ""),
            description=str(values.get("description") or ""),
            approval="fail" if values.get("approval") == "fail" else "wait",
            abolish_abandoned=values.get("abolishAbandoned") is True,
            key=key,
        )

    @property
    def workflow(self) -> tuple[int, str]:
        """The project's ID and the workflow's."""
        return self.project_id, self.workflow_id

    @property
    def run_request(self) -> RunRequest:
        """The run that deploys what is asked for."""
        return RunRequest(
            *self.workflow, "Online", self.digest, self.description, self.approval, NOUNS[self.key]
        )

    @property
    def deployed(self) -> dict[str, Any]:
        """The outputs that are inputs: `workflowId` is among them, empty where something else is deployed."""
        return {DEPLOYED[0]: "", **self.to_pulumi()}

    def to_pulumi(self) -> dict[str, Any]:
        """The inputs as Pulumi keeps them: what is the default is left out."""
        values = {
            "projectId": self.project_id,
            self.key: self.workflow_id,
            "digest": self.digest,
            "description": self.description or None,
            "approval": None if self.approval == "wait" else self.approval,
            "abolishAbandoned": self.abolish_abandoned or None,
        }
        return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """What the outputs hold.

    Attributes:
        inputs: What was asked for last.
        run_id: The last pipeline run of this resource that succeeded; empty before the first.
        status: "Online", "Offline" or "Redeployed"; how the last run ended where that was not well; empty before.
        deployed: The digest of what is in production; empty where that is not known.
        scheduling_id: The workflow's ID in production, where the service says it; empty otherwise.
        stages: The stages of the last run.
        pending_run: The run that was begun and not seen to its end; empty where its ID was lost; None where there is none.
        pending_digest: What that run deploys.
        stage_seconds: How long each stage took in the runs so far, by its code, for the next run's waits.
    """

    inputs: DeploymentInputs
    run_id: str = ""
    status: str = ""
    deployed: str = ""
    scheduling_id: str = ""
    stages: tuple[Mapping[str, str], ...] = ()
    pending_run: str | None = None
    pending_digest: str = ""
    stage_seconds: Mapping[str, openapi.Length] = field(default_factory=dict[str, openapi.Length])

    @classmethod
    def of(cls, inputs: DeploymentInputs, outputs: Mapping[str, Any]) -> DeploymentState:
        """Reads outputs that this provider wrote."""
        known: dict[str, Any] = {name: outputs[key] for name, key in _OUTPUTS.items() if outputs.get(key)}
        pending = cast("Mapping[str, str] | None", outputs.get("pendingRun"))
        if pending is not None:
            known |= {"pending_run": pending.get("runId", ""), "pending_digest": pending.get("digest", "")}
        known["stages"] = tuple(known.get("stages", ()))
        kept = bookkeeping(outputs).get("stageSeconds")
        by_code = cast("dict[str, object]", kept) if isinstance(kept, dict) else {}
        lengths = {code: openapi.Length.kept(seconds) for code, seconds in by_code.items()}
        return cls(inputs, **known, stage_seconds={code: one for code, one in lengths.items() if one})

    @property
    def resource_id(self) -> str:
        """The resource's ID: `<projectId>/<workflowId>`."""
        return f"{self.inputs.project_id}/{self.inputs.workflow_id}"

    @property
    def is_as_asked(self) -> bool:
        """Whether production holds what is asked for, as far as this resource has seen."""
        same = short_digest(self.deployed) == short_digest(self.inputs.digest)
        return self.pending_run is None and self.status == ONLINE and same

    @property
    def first_stage(self) -> str:
        """The code of the stage that began the last run; empty where that is not known."""
        return self.stages[0]["code"] if self.stages else ""

    @property
    def resumable_run(self) -> str | None:
        """The run that was begun and that deploys what is asked for, where its ID is known."""
        return self.pending_run if self.pending_run and self.pending_digest == self.inputs.digest else None

    def with_stages(self, run: openapi.PipelineRun) -> DeploymentState:
        """This state with the stages of a run."""
        return replace(self, stages=tuple(stage.shown for stage in run.in_order))

    def with_success(self, run: openapi.PipelineRun) -> DeploymentState:
        """This state once a run of this resource has succeeded."""
        digest = self.inputs.digest
        return replace(self.with_stages(run), run_id=run.id, status=ONLINE, deployed=digest, pending_run=None)

    def with_pending_run(self, run_id: str | None) -> DeploymentState:
        """This state while a run of this resource has not been seen to its end; empty where its ID is not known."""
        digest = self.inputs.digest
        return replace(self, pending_run=run_id, pending_digest=digest, status=self.status or "Running")

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        found = {key: getattr(self, name) for name, key in _OUTPUTS.items()}
        found["stages"] = [dict(stage) for stage in self.stages]
        outputs = {**self.inputs.deployed, **{key: value for key, value in found.items() if value}}
        if self.pending_run is not None:
            outputs["pendingRun"] = {"runId": self.pending_run, "digest": self.pending_digest}
        if self.stage_seconds:
            lengths = {code: [round(one, 3) for one in length] for code, length in self.stage_seconds.items()}
            outputs = with_bookkeeping(outputs, {"stageSeconds": lengths})
        return outputs


# --- Check of a workflow deployment: from what the user wrote to inputs that everything else can rely on. Makes no call


_DIGEST = re.compile(r"1:[0-9a-f]{64}")


def check_deployment(news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
    """Validates the inputs. Under `ignoreChanges`, what a refresh has put into the old ones comes again."""
    found = Checked()
    refuse_unknown_inputs(news, DEPLOYMENT_INPUTS, "workflow deployment", found)
    found.inputs = {
        "projectId": project_id_of(news.get("projectId"), found),
        **_deployed(news, found),
        "digest": _digest(news.get("digest"), (olds or {}).get("digest"), found),
        **_description(news.get("description"), found),
        **_approval(news.get("approval"), found),
        **read_flag(news, "abolishAbandoned", found),
    }
    return found


def deployed_key(values: Mapping[str, Any]) -> str:
    """The input that says what is deployed."""
    return next((key for key in DEPLOYED if values.get(key)), DEPLOYED[0])


def _deployed(news: Mapping[str, Any], found: Checked) -> dict[str, Any]:
    given = [key for key in DEPLOYED if news.get(key)]
    if len(given) > 1:
        found.failures.append(f"{given[1]}: {given[0]} is given too. Give each its own WorkflowDeployment.")
    if not given:
        found.failures.append(
            f"{DEPLOYED[0]} is missing. Give what is to be deployed: {', '.join(DEPLOYED)}."
        )
        return {DEPLOYED[0]: None}
    return {given[0]: studio_id_of(news, given[0], found)}


def studio_id_of(news: Mapping[str, Any], key: str, found: Checked) -> str | Unknown | None:
    """An input's ID in Data Studio; None, and a failure, where it is missing or wrong."""
    value = news.get(key)
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, str) and value.strip() and "/" not in value:
        return value.strip()
    what = (
        "is missing"
        if value is None or value == ""
        else "has to be an ID of Data Studio: text without a slash"
    )
    otherwise = f"{key} {what}. Give the output {key} of its resource, or an ID in quotes."
    found.failures.append(rounded_id(key, value) or otherwise)
    return None


def _digest(value: Any, old: Any, found: Checked) -> str | Unknown | None:
    if isinstance(value, Unknown) or (isinstance(value, str) and (_DIGEST.fullmatch(value) or value == old)):
        return value
    what = "is missing" if value in (None, "") else 'has to be a digest ("1:" and 64 hexadecimal digits)'
    found.failures.append(
        f"digest {what}. Give the output digest of what is deployed: a new one deploys it again."
    )
    return None


def _description(value: Any, found: Checked) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    if not isinstance(value, str | Unknown):
        found.failures.append("description has to be text.")
    return {"description": value}


def _approval(value: Any, found: Checked) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Unknown) and value not in ("wait", "fail"):
        found.failures.append(
            'approval has to be "wait" (for somebody to pass the stage) or "fail" (with what is to be passed).'
        )
    return {"approval": value}
