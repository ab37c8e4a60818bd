"""A workflow definition's inputs and outputs, as values of this program and as Pulumi keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi

from ._errors import LifecycleError
from ._values import UNKNOWN

_REWRITES = ("sent", "kept")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What check has accepted.

    Attributes:
        project_id: The workspace.
        text: The document as canonical text.
        adopt: Whether what is in the way may be taken over, and what others added may be deleted.
        dry_run: Whether preview asks the service; None where the provider's settings decide.
    """

    project_id: int
    text: str
    adopt: bool | None = None
    dry_run: bool | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Inputs:
        """Reads inputs that check returned."""
        adopt, dry_run = (_flag(values.get(key)) for key in ("adopt", "dryRun"))
        return cls(int(values["projectId"]), str(values["spec"]), adopt, dry_run)

    @property
    def root(self) -> flowspec.Object:
        """The document."""
        return flowspec.read_canonical(self.text).root

    @property
    def workflow_id(self) -> str:
        """The workflow's declared ID."""
        return str(flowspec.workflow_of(self.root)["id"])

    @property
    def path(self) -> str:
        """The workflow's path, its name included."""
        return str(flowspec.workflow_of(self.root)["script"]["path"])

    @property
    def name(self) -> str:
        """The workflow's name."""
        return str(flowspec.workflow_of(self.root)["name"])

    @property
    def kind(self) -> str:
        """The document's kind, as it is written."""
        return str(self.root["kind"])

    def to_pulumi(self) -> dict[str, Any]:
        """The inputs as Pulumi keeps them."""
        flags = {"adopt": self.adopt, "dryRun": self.dry_run}
        written = {key: value for key, value in flags.items() if value is not None}
        return {"projectId": self.project_id, "spec": self.text, **written}


@dataclass(frozen=True, slots=True)
class State:
    """What the outputs hold.

    Attributes:
        inputs: The document that was sent last, under its declared IDs.
        workflow_id: The workflow's ID at the service.
        ids: The service's IDs by the declared ones, where the two differ.
        owned: The service's IDs of every node that this resource has sent and not seen gone: a node of the workflow
            that is not among them is somebody else's.
        owner: The owner's account ID, once read.
        create_time: When the workflow was made, as ISO 8601 text in UTC, once read.
        rewrites: Where the service has made something else of the document: the document that was sent, and what a
            read-back showed right after, projected on it; both as canonical text.
        pending_job: The job that was submitted and not seen to its end; empty text where its ID was lost.
    """

    inputs: Inputs
    workflow_id: str
    ids: Mapping[str, str]
    owned: frozenset[str] = frozenset()
    owner: str | None = None
    create_time: str | None = None
    rewrites: tuple[str, str] | None = None
    pending_job: str | None = None

    @classmethod
    def of(cls, resource_id: str, outputs: Mapping[str, Any]) -> State:
        """Reads outputs that this provider wrote."""
        project_id, workflow_id = workflow_of(resource_id, outputs)
        job = outputs.get("pendingJob")
        return cls(
            inputs=replace(Inputs.of({"projectId": project_id, **outputs}), project_id=project_id),
            workflow_id=workflow_id,
            ids=dict(cast("Mapping[str, str]", outputs.get("actualIds") or {})),
            owned=frozenset(cast("list[str]", outputs.get("ownedNodeIds") or [])),
            owner=outputs.get("owner"),
            create_time=outputs.get("createTime"),
            rewrites=_rewrites(outputs.get("rewrites")),
            pending_job=str(cast("Mapping[str, Any]", job).get("jobId", ""))
            if isinstance(job, Mapping)
            else None,
        )

    @property
    def resource_id(self) -> str:
        """The resource's ID: `<projectId>/<workflowId>`."""
        return f"{self.inputs.project_id}/{self.workflow_id}"

    @property
    def workflow(self) -> tuple[int, str]:
        """The project's ID, and the service's of the workflow."""
        return self.inputs.project_id, self.workflow_id

    @property
    def declared_ids(self) -> dict[str, str]:
        """The declared IDs by the service's own, where the two differ."""
        return {actual: declared for declared, actual in self.ids.items()}

    @property
    def node_ids(self) -> dict[str, str]:
        """The service's IDs of the document's nodes, by name."""
        nodes = flowspec.nodes_of(flowspec.workflow_of(self.inputs.root))
        return {name: self.ids.get(node["id"], node["id"]) for name, node in nodes}

    def called(self, workflow_id: str) -> State:
        """This state with another workflow ID."""
        return replace(self, workflow_id=workflow_id)

    def met(self, definition: openapi.WorkflowDefinition, actual: flowspec.Object) -> State:
        """This state after a look at the service."""
        return replace(
            self,
            workflow_id=definition.id or self.workflow_id,
            ids=flowspec.actual_ids(self.inputs.root, actual, self.ids),
            owner=definition.owner or self.owner,
            create_time=_iso(definition.create_time) or self.create_time,
        )

    def as_declared(self, actual: flowspec.Object) -> flowspec.Object:
        """What the service holds, under the declared IDs and in the words of the document.

        What it made of the document when it was imported counts as the document.
        """
        now = self.projected(actual)
        if self.rewrites is None:
            return now
        sent, kept = (flowspec.read_canonical(text).root for text in self.rewrites)
        return cast("flowspec.Object", flowspec.restore(sent, kept, now))

    def projected(self, actual: flowspec.Object) -> flowspec.Object:
        """What the service holds, under the declared IDs, with the fields that the document has."""
        return flowspec.project(self.inputs.root, flowspec.rename_ids(actual, self.declared_ids))

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        outputs = {**document_outputs(self.inputs), "workflowId": self.workflow_id}
        outputs["nodeIds"] = self.node_ids
        outputs["actualIds"] = dict(self.ids)
        outputs["ownedNodeIds"] = sorted(self.owned)
        found: dict[str, Any] = {"owner": self.owner, "createTime": self.create_time}
        if self.rewrites is not None:
            found["rewrites"] = dict(zip(_REWRITES, self.rewrites, strict=True))
        outputs.update({key: value for key, value in found.items() if value})
        if self.pending_job is not None:
            outputs["pendingJob"] = {"jobId": self.pending_job}
        return outputs


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _rewrites(value: Any) -> tuple[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    sent, kept = (str(cast("Mapping[str, Any]", value)[key]) for key in _REWRITES)
    return sent, kept


def first_state(inputs: Inputs) -> State:
    """The state of a workflow that is about to be imported for the first time, under its declared IDs."""
    return State(inputs=inputs, workflow_id=inputs.workflow_id, ids={})


def document_outputs(inputs: Inputs) -> dict[str, Any]:
    """The outputs that follow from the document alone, so that a preview knows them."""
    root = inputs.root
    nodes = flowspec.nodes_of(flowspec.workflow_of(root))
    return {
        **inputs.to_pulumi(),
        "name": inputs.name,
        "path": inputs.path,
        "nodeOutputs": {name: flowspec.output_of(node) for name, node in nodes},
        "digest": flowspec.digest(root),
    }


def keeping_digest(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The outputs after a step, with the digest from before where the document still means the same.

    So a release of this provider that tells digests otherwise gives no workflow another one: what hangs on it, such as
    a deployment to production, is not done again.
    """
    texts = before.get("spec"), after.get("spec")
    if isinstance(before.get("digest"), str) and all(isinstance(text, str) for text in texts):
        one, other = (flowspec.read_canonical(str(text)).root for text in texts)
        if flowspec.same(one, other):
            return {**after, "digest": before["digest"]}
    return after


def preview_outputs(inputs: Inputs) -> dict[str, Any]:
    """The outputs of a workflow that is not there yet: the service may give IDs of its own."""
    later = dict.fromkeys(
        ("workflowId", "nodeIds", "actualIds", "ownedNodeIds", "owner", "createTime"), UNKNOWN
    )
    return {**document_outputs(inputs), **later}


def unknown_outputs(project_id: Any) -> dict[str, Any]:
    """The outputs where the document itself is not known yet."""
    keys = (
        "spec",
        "workflowId",
        "name",
        "path",
        "nodeIds",
        "nodeOutputs",
        "actualIds",
        "ownedNodeIds",
        "digest",
        "owner",
        "createTime",
    )
    return {"projectId": project_id, **dict.fromkeys(keys, UNKNOWN)}


def parse_id(resource_id: str, noun: str = "workflow definition") -> tuple[int, str]:
    """Project and workflow ID of a resource ID.

    Args:
        resource_id: `<projectId>/<workflowId>`.
        noun: What the resource is, for a message.

    Raises:
        LifecycleError: It is none.
    """
    project, _, workflow = resource_id.partition("/")
    if not (
        project.isascii() and project.isdecimal() and int(project) > 0 and workflow and "/" not in workflow
    ):
        raise LifecycleError(
            f'the ID "{resource_id}" is not that of a {noun}: write <projectId>/<workflowId>, '
            "for example 123456/7234567890123456789"
        )
    return int(project), workflow


def workflow_of(resource_id: str, outputs: Mapping[str, Any]) -> tuple[int, str]:
    """Project and workflow ID of a resource.

    The outputs go before the resource's ID, which never changes: where the answer to its first import was lost, it
    holds the ID that was asked for, and the service may have given another.

    Raises:
        LifecycleError: The resource's ID is none.
    """
    project_id, workflow_id = parse_id(resource_id)
    known = outputs.get("workflowId")
    return project_id, known if isinstance(known, str) and known else workflow_id


def _iso(milliseconds: int | None) -> str | None:
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
