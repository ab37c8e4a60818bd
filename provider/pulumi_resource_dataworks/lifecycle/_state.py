"""A workflow definition's inputs and outputs, as values of this program and as Pulumi keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import BOOKKEEPING, OF_THE_DOCUMENT

from ._step import UNKNOWN, LifecycleError

# --- The IDs that a document leaves out: those that the service is known to have, else guesses for what is not there yet


ATTEMPTS = 3
"""How many IDs in line are derived for a name, the first included."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Where the IDs of one resource's document come from.

    Attributes:
        urn: The resource.
        project_id: Its workspace.
        known: The service's IDs by node name, the workflow's under the empty one.
    """

    urn: str
    project_id: int
    known: Mapping[str, str] = field(default_factory=dict[str, str])

    def derived(self, path: str, name: str, attempt: int = 0) -> str:
        """An ID that only this resource, a workflow at this path and a node of this name give."""
        return flowspec.derive_id(self.urn, self.project_id, path, name, attempt)

    def in_line(self, path: str, name: str) -> set[str]:
        """Every ID that may have been derived for a name."""
        return {self.derived(path, name, attempt) for attempt in range(ATTEMPTS)}

    def chooser(self, root: flowspec.Object) -> Callable[[str], str]:
        """Gives an ID by a node's name: the known one, else a derived one, and never one that another node has."""
        workflow = flowspec.workflow_of(root)
        nodes = [("", workflow), *flowspec.nodes_of(workflow)]
        own = {str(one["id"]) for one in (root["spec"], *(node for _, node in nodes)) if one.get("id")}
        known = {name: one for name, one in self.known.items() if one not in own}
        taken = own | {known[name] for name, node in nodes if not node.get("id") and name in known}
        path = flowspec.path_of(root)

        def choose(name: str) -> str:
            derived = (self.derived(path, name, attempt) for attempt in count())
            return known.get(name) or next(one for one in derived if one not in taken)

        return choose


# --- A workflow definition's inputs and outputs, as values of this program and as Pulumi keeps them


_REWRITES = ("sent", "kept")
_SWITCHES = ("adopt", "validateOnPreview")


@dataclass(frozen=True)
class Inputs:
    """What check has accepted, wholly known.

    Attributes:
        project_id: The workspace.
        spec: The document as its author wrote it.
        ids: Where the IDs that it leaves out come from.
        adopt: Whether what is in the way may be taken over, and what others added may be deleted.
        validate_on_preview: Whether preview asks the service; None where the provider's settings decide.
    """

    project_id: int
    spec: flowspec.Object
    ids: Ids
    adopt: bool | None = None
    validate_on_preview: bool | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], urn: str, known: Mapping[str, str] | None = None) -> Inputs:
        """Reads inputs that check returned.

        Args:
            values: The inputs.
            urn: The resource.
            known: The service's IDs by node name, the workflow's under the empty one.

        Raises:
            LifecycleError: There is no document, which only an edited state can lack.
        """
        try:
            flowspec.workflow_of(values["spec"])
        except (KeyError, IndexError, TypeError):
            raise LifecycleError(
                "the state of this resource holds no FlowSpec document: somebody has edited it. Take it from a former checkpoint, "
                "or remove the resource with `pulumi state delete` and import the workflow"
            ) from None
        project_id = int(values["projectId"])
        switches = (_flag(values.get(key)) for key in _SWITCHES)
        return cls(project_id, values["spec"], Ids(urn, project_id, known or {}), *switches)

    @cached_property
    def root(self) -> flowspec.Object:
        """The complete document, under its declared IDs."""
        return flowspec.complete(self.spec, self.ids.chooser(self.spec))

    @property
    def workflow_id(self) -> str:
        """The workflow's declared ID."""
        return str(written_id(self.spec) or self.ids.chooser(self.spec)(""))

    @property
    def path(self) -> str:
        """The workflow's path, its name included."""
        return flowspec.path_of(self.spec)

    @property
    def name(self) -> str:
        """The workflow's name."""
        return str(flowspec.workflow_of(self.spec)["name"])

    @property
    def kind(self) -> str:
        """The document's kind, as it is written."""
        return str(self.spec["kind"])

    def derived(self, name: str, attempt: int = 0) -> str:
        """The ID that is derived for a node here, or for the workflow where the name is empty."""
        return self.ids.derived(self.path, name, attempt)

    def in_line(self, name: str) -> set[str]:
        """Every ID that this resource may have derived for a name."""
        return self.ids.in_line(self.path, name)

    def to_pulumi(self) -> dict[str, Any]:
        """The inputs as Pulumi keeps them."""
        switches = dict(zip(_SWITCHES, (self.adopt, self.validate_on_preview), strict=True))
        written = {key: value for key, value in switches.items() if value is not None}
        return {"projectId": self.project_id, "spec": self.spec, **written}


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
            read-back showed right after, projected on it; both as canonical text, under the service's IDs.
        left_out: What a read-back right after the import showed of fields that the document leaves out; None before that.
        pending_job: The job that was submitted and not seen to its end; empty text where its ID was lost.
        settled: Whether the service holds what was sent, as far as it was seen.
    """

    inputs: Inputs
    workflow_id: str
    ids: Mapping[str, str]
    owned: frozenset[str] = frozenset()
    owner: str | None = None
    create_time: str | None = None
    rewrites: tuple[str, str] | None = None
    left_out: flowspec.LeftOut | None = None
    pending_job: str | None = None
    settled: bool = True

    @classmethod
    def of(cls, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> State:
        """Reads outputs that this provider wrote."""
        project_id, workflow_id = workflow_of(resource_id, outputs)
        kept = bookkeeping(outputs)
        nodes = dict(cast("Mapping[str, str]", outputs.get("nodeIds") or {}))
        return cls(
            inputs=Inputs.of({**outputs, "projectId": project_id}, urn, {**nodes, "": workflow_id}),
            workflow_id=workflow_id,
            ids=dict(cast("Mapping[str, str]", kept.get("actualIds") or {})),
            owned=owned_nodes(outputs),
            owner=outputs.get("owner"),
            create_time=outputs.get("createTime"),
            rewrites=_rewrites(kept.get("rewrites")),
            left_out=kept.get("leftOut"),
            pending_job=kept.get("pendingJob"),
            settled="unsettled" not in kept,
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

    @property
    def known_ids(self) -> dict[str, str]:
        """The service's IDs by node name, the workflow's under the empty one."""
        return {**self.node_ids, "": self.workflow_id}

    @property
    def root(self) -> flowspec.Object:
        """The complete document that was sent, under the service's IDs."""
        return cast("flowspec.Object", flowspec.rename_ids(self.inputs.root, dict(self.ids)))

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
        """What the service holds, under the declared IDs and in the words of the complete document.

        What it made of the document when it was imported counts as the document.
        """
        now = self.projected(actual)
        if self.rewrites is None:
            return now
        held = (flowspec.read_canonical(text).root for text in self.rewrites)
        sent, kept = (flowspec.rename_ids(root, self.declared_ids) for root in held)
        return cast("flowspec.Object", flowspec.restore(sent, kept, now))

    def projected(self, actual: flowspec.Object) -> flowspec.Object:
        """What the service holds, under the declared IDs, with the fields that the document has."""
        return flowspec.project(self.inputs.root, flowspec.rename_ids(actual, self.declared_ids))

    def beside(self, actual: flowspec.Object) -> flowspec.LeftOut:
        """What the service holds of the fields that the document leaves out."""
        return flowspec.left_out(self.inputs.root, flowspec.rename_ids(actual, self.declared_ids))

    def changed_beside(self, actual: flowspec.Object) -> dict[str, flowspec.Object]:
        """What of that somebody has changed since it was read back."""
        if self.left_out is None:
            return {}
        return flowspec.changed_since(
            self.inputs.root, flowspec.rename_ids(actual, self.declared_ids), self.left_out
        )

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        node_ids = self.node_ids
        outputs = {
            **document_outputs(self.inputs, self.root),
            "workflowId": self.workflow_id,
            "nodeIds": node_ids,
        }
        found: dict[str, Any] = {"owner": self.owner, "createTime": self.create_time}
        outputs.update({key: value for key, value in found.items() if value})
        kept: dict[str, Any] = {}
        written = {one: other for one, other in self.ids.items() if _is_written(self.inputs, one)}
        if written:
            kept["actualIds"] = written
        if self.owned != frozenset(node_ids.values()):
            kept["ownedNodeIds"] = sorted(self.owned)
        if self.rewrites is not None:
            kept["rewrites"] = dict(zip(_REWRITES, self.rewrites, strict=True))
        if self.left_out is not None:
            kept["leftOut"] = self.left_out
        if self.pending_job is not None:
            kept["pendingJob"] = self.pending_job
        if not self.settled:
            kept["unsettled"] = True
        if kept:
            outputs[BOOKKEEPING] = kept
        return marked(outputs, self.inputs.spec)


def written_id(spec: flowspec.Object) -> Any:
    """The workflow's ID where the author has written one."""
    return flowspec.workflow_of(spec).get("id") or spec["spec"].get("id")


def bookkeeping(outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider keeps for itself beside the outputs that people see."""
    return cast("Mapping[str, Any]", outputs.get(BOOKKEEPING) or {})


def owned_nodes(outputs: Mapping[str, Any]) -> frozenset[str]:
    """The service's IDs of every node that the resource has sent and not seen gone."""
    nodes = cast("Mapping[str, str]", outputs.get("nodeIds") or {})
    return frozenset(cast("list[str]", bookkeeping(outputs).get("ownedNodeIds", list(nodes.values()))))


def marked(outputs: dict[str, Any], spec: Any) -> dict[str, Any]:
    """The outputs, with those marked as secrets that tell of one in the document."""
    if not flowspec.secrets_of(spec):
        return outputs
    hidden = OF_THE_DOCUMENT if flowspec.hides_names(spec) else {"digest", BOOKKEEPING}
    return {key: flowspec.secret(value) if key in hidden else value for key, value in outputs.items()}


def _is_written(inputs: Inputs, declared: str) -> bool:
    workflow = flowspec.workflow_of(inputs.spec)
    held = [inputs.spec["spec"], workflow, *(node for _, node in flowspec.nodes_of(workflow))]
    return any(str(one.get("id")) == declared for one in held)


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


def document_outputs(inputs: Inputs, root: flowspec.Object) -> dict[str, Any]:
    """The outputs that follow from the document alone, so that a preview knows them.

    Args:
        inputs: The author's document.
        root: The complete one, under the IDs that the service has or will be asked for.
    """
    nodes = flowspec.nodes_of(flowspec.workflow_of(root))
    return {
        **inputs.to_pulumi(),
        "name": inputs.name,
        "path": inputs.path,
        "nodeOutputs": {name: flowspec.output_of(node) for name, node in nodes},
        "digest": flowspec.digest(root),
    }


def keeping_digest(
    urn: str, resource_id: str, before: Mapping[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """The outputs after a step, with the digest from before where the document still means the same.

    So a release of this provider that makes digests otherwise gives no workflow another one: what hangs on it, such as
    a deployment to production, is not done again.
    """
    if isinstance(before.get("digest"), str) and isinstance(after.get("digest"), str):
        one, other = (State.of(urn, resource_id, outputs).root for outputs in (before, after))
        if flowspec.same(one, other):
            return {**after, "digest": before["digest"]}
    return after


def preview_outputs(inputs: Inputs) -> dict[str, Any]:
    """The outputs of a workflow that is not there yet: the service may give IDs of its own."""
    later = dict.fromkeys(("workflowId", "nodeIds", "owner", "createTime"), UNKNOWN)
    return {**marked(document_outputs(inputs, inputs.root), inputs.spec), **later}


def unknown_outputs(news: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs where something of the document is not known yet."""
    keys = ("workflowId", "name", "path", "nodeIds", "nodeOutputs", "digest", "owner", "createTime")
    return {**dict.fromkeys(keys, UNKNOWN), **news}


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
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    except (ArithmeticError, ValueError, OSError):  # no time of this world
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
