"""A workflow definition's inputs and outputs, as values of this program and as Pulumi keeps them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import OF_THE_DOCUMENT

from ._state import bookkeeping, iso_time, marked, with_bookkeeping, workflow_of
from ._step import UNKNOWN, HalfDoneError, LifecycleError

# --- The IDs that a document leaves out: those that the service is known to have, else guesses for what is not there yet


ATTEMPTS = 3
"""How many IDs in line are derived for a name, the first included."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Where the IDs of one resource's document come from; `known` are the service's by node name, the workflow's under ""."""

    urn: str
    project_id: int
    known: Mapping[str, str] = field(default_factory=dict[str, str])

    def derived(self, path: str, name: str, attempt: int = 0) -> str:
        """An ID that only this resource, a workflow at this path and a node of this name give."""
        return flowspec.derive_id(self.urn, self.project_id, path, name, attempt)

    def derivable_ids(self, path: str, name: str) -> set[str]:
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


# --- Inputs and outputs


FLAG_INPUTS = {"adopt": "adopt", "validate_on_preview": "validateOnPreview"}
"""The inputs that are true, false or left out, and how Pulumi calls them."""

_REWRITES = ("sent", "kept")
_SIMILAR = 2
_OUTPUTS_OF_THE_SERVICE = {"owner": "owner", "create_time": "createTime"}
_NOT_IN_THE_DOCUMENT = ("workflowId", "nodeIds", *_OUTPUTS_OF_THE_SERVICE.values())


@dataclass(frozen=True)
class DefinitionInputs:
    """What check has accepted, wholly known: the author's document, and where the IDs that it leaves out come from.

    With `adopt` what is in the way may be taken over, and what others added may be deleted. Whether a preview asks the
    service is for the provider's settings to say where `validate_on_preview` is None.
    """

    project_id: int
    spec: flowspec.Object
    ids: Ids
    adopt: bool | None = None
    validate_on_preview: bool | None = None

    @classmethod
    def of(
        cls, values: Mapping[str, Any], urn: str, known: Mapping[str, str] | None = None
    ) -> DefinitionInputs:
        """Reads inputs that check returned; `known` are the service's IDs by node name, as `Ids` has them.

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
        given = {name: values.get(key) for name, key in FLAG_INPUTS.items()}
        switches = {name: value for name, value in given.items() if isinstance(value, bool)}
        return cls(project_id, values["spec"], Ids(urn, project_id, known or {}), **switches)

    @cached_property
    def root(self) -> flowspec.Object:
        """The complete document, under its declared IDs."""
        return flowspec.complete(self.spec, self.ids.chooser(self.spec))

    @cached_property
    def nodes(self) -> dict[str, flowspec.Object]:
        """The nodes of the complete document, by name."""
        return dict(flowspec.nodes_of(flowspec.workflow_of(self.root)))

    @property
    def workflow_id(self) -> str:
        """The workflow's declared ID."""
        return str(written_id(self.spec) or self.ids.chooser(self.spec)(""))

    @property
    def is_id_derived(self) -> bool:
        """Whether the provider chose the workflow's ID."""
        return self.derived("") == self.workflow_id

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

    def derivable_ids(self, name: str) -> set[str]:
        """Every ID that this resource may have derived for a name."""
        return self.ids.derivable_ids(self.path, name)

    def to_pulumi(self) -> dict[str, Any]:
        """The inputs as Pulumi keeps them."""
        switches = {key: getattr(self, name) for name, key in FLAG_INPUTS.items()}
        written = {key: value for key, value in switches.items() if value is not None}
        return {"projectId": self.project_id, "spec": self.spec, **written}


@dataclass(frozen=True, slots=True)
class DefinitionState:
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
        took: How long the imports so far took, for the next one's wait.
        took_nodes: How many nodes the last of them had.
    """

    inputs: DefinitionInputs
    workflow_id: str
    ids: Mapping[str, str]
    owned: frozenset[str] = frozenset()
    owner: str | None = None
    create_time: str | None = None
    rewrites: tuple[str, str] | None = None
    left_out: flowspec.LeftOut | None = None
    pending_job: str | None = None
    settled: bool = True
    took: openapi.Length | None = None
    took_nodes: int = 1

    @classmethod
    def first(cls, inputs: DefinitionInputs) -> DefinitionState:
        """The state of a workflow that is about to be imported for the first time, under its declared IDs."""
        return cls(inputs=inputs, workflow_id=inputs.workflow_id, ids={})

    @classmethod
    def of(cls, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> DefinitionState:
        """Reads outputs that this provider wrote."""
        project_id, workflow_id = workflow_of(resource_id, outputs)
        kept = bookkeeping(outputs)
        nodes: Mapping[str, str] = outputs.get("nodeIds") or {}
        rewrites = kept.get("rewrites")
        return cls(
            inputs=DefinitionInputs.of({**outputs, "projectId": project_id}, urn, {**nodes, "": workflow_id}),
            workflow_id=workflow_id,
            ids=kept.get("actualIds") or {},
            owned=owned_nodes(outputs),
            rewrites=(rewrites["sent"], rewrites["kept"]) if rewrites else None,
            left_out=kept.get("leftOut"),
            pending_job=kept.get("pendingJob"),
            settled="unsettled" not in kept,
            took=openapi.Length.kept(kept.get("importSeconds")),
            took_nodes=_count(kept.get("importNodes")),
            **{name: outputs.get(key) for name, key in _OUTPUTS_OF_THE_SERVICE.items()},
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
    def node_ids(self) -> dict[str, str]:
        """The service's IDs of the document's nodes, by name."""
        return {name: self.ids.get(node["id"], node["id"]) for name, node in self.inputs.nodes.items()}

    @property
    def should_take(self) -> openapi.Length | None:
        """How long an import of the document should take, from those so far; None where these say little of it.

        What a job takes beside its nodes is not known, so a workflow of many more or far fewer nodes is another one.
        """
        growth = max(1, len(self.inputs.nodes)) / self.took_nodes
        return self.took.times(growth) if self.took and 1 / _SIMILAR <= growth <= _SIMILAR else None

    def having_taken(self, seconds: openapi.Span, expected: float) -> DefinitionState:
        """This state with what an import of the document took."""
        took = openapi.learn(self.should_take, seconds, expected)
        return replace(self, took=took, took_nodes=max(1, len(self.inputs.nodes)))

    @property
    def known_ids(self) -> dict[str, str]:
        """The service's IDs by node name, the workflow's under the empty one."""
        return {**self.node_ids, "": self.workflow_id}

    @property
    def root(self) -> flowspec.Object:
        """The complete document that was sent, under the service's IDs."""
        return self.under_actual_ids(self.inputs.root)

    def under_actual_ids(self, root: flowspec.Object) -> flowspec.Object:
        """A document with the service's IDs in place of the declared ones."""
        return cast("flowspec.Object", flowspec.rename_ids(root, dict(self.ids)))

    def under_declared_ids(self, actual: flowspec.Object) -> flowspec.Object:
        """The same the other way round."""
        return cast("flowspec.Object", flowspec.rename_ids(actual, {v: k for k, v in self.ids.items()}))

    def with_answer(self, definition: openapi.WorkflowDefinition, actual: flowspec.Object) -> DefinitionState:
        """This state after a look at the service."""
        return replace(
            self,
            workflow_id=definition.id or self.workflow_id,
            ids=flowspec.actual_ids(self.inputs.root, actual, self.ids),
            owner=definition.owner or self.owner,
            create_time=iso_time(definition.create_time) or self.create_time,
        )

    def updated(self, inputs: DefinitionInputs) -> DefinitionState:
        """This state with another document; of the IDs those stay that it declares too."""
        declared = flowspec.node_ids(inputs.root) | {inputs.workflow_id}
        ids = {one: other for one, other in self.ids.items() if one in declared}
        return replace(self, inputs=inputs, ids=ids, rewrites=None)

    def sent(self, job: str | None) -> DefinitionState:
        """This state once its document may be on its way: its nodes count among its own, and its end was not seen."""
        owned = self.owned | frozenset(self.node_ids.values())
        return replace(self, pending_job=job, settled=False, owned=owned)

    def half_done(self, message: str, job: str | None = None) -> HalfDoneError:
        """The end of a step that has sent the document, so that the next run goes on from there."""
        return HalfDoneError(message, self.sent(job))

    def projected(self, actual: flowspec.Object) -> flowspec.Object:
        """What the service holds, under the declared IDs, with the fields that the document has."""
        return flowspec.project(self.inputs.root, self.under_declared_ids(actual))

    def as_declared(self, actual: flowspec.Object) -> flowspec.Object:
        """As `projected`, but what the service made of the document when it was imported counts as the document."""
        now = self.projected(actual)
        if self.rewrites is None:
            return now
        sent, kept = (self.under_declared_ids(flowspec.read_canonical(text).root) for text in self.rewrites)
        return cast("flowspec.Object", flowspec.restore(sent, kept, now))

    def beside(self, actual: flowspec.Object) -> flowspec.LeftOut:
        """What the service holds of the fields that the document leaves out."""
        return flowspec.left_out(self.inputs.root, self.under_declared_ids(actual))

    def changed_beside(self, actual: flowspec.Object) -> dict[str, flowspec.Object]:
        """What of that somebody has changed since it was read back."""
        if self.left_out is None:
            return {}
        return flowspec.changed_since(self.inputs.root, self.under_declared_ids(actual), self.left_out)

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        outputs = {
            **document_outputs(self.inputs, self.root),
            "workflowId": self.workflow_id,
            "nodeIds": self.node_ids,
        }
        found = {key: getattr(self, name) for name, key in _OUTPUTS_OF_THE_SERVICE.items()}
        outputs |= {key: value for key, value in found.items() if value}
        declared = {str(one.get("id")) for one in _bearers_of_ids(self.inputs.spec)}
        kept: dict[str, Any] = {
            "actualIds": {one: other for one, other in self.ids.items() if one in declared} or None,
            "ownedNodeIds": sorted(self.owned) if self.owned != frozenset(self.node_ids.values()) else None,
            "rewrites": self.rewrites and dict(zip(_REWRITES, self.rewrites, strict=True)),
            "leftOut": self.left_out,
            "pendingJob": self.pending_job,
            "unsettled": None if self.settled else True,
            "importSeconds": self.took and [round(seconds, 3) for seconds in self.took],
            "importNodes": self.took and self.took_nodes,
        }
        return marked(with_bookkeeping(outputs, kept), self.inputs.spec, OF_THE_DOCUMENT)


def _count(value: object) -> int:
    """A number of nodes from a state that somebody may have edited."""
    return int(value) if isinstance(value, int | float) and 1 <= value < math.inf else 1


def _bearers_of_ids(spec: flowspec.Object) -> list[flowspec.Object]:
    workflow = flowspec.workflow_of(spec)
    return [spec["spec"], workflow, *(node for _, node in flowspec.nodes_of(workflow))]


def written_id(spec: flowspec.Object) -> Any:
    """The workflow's ID where the author has written one."""
    return flowspec.workflow_of(spec).get("id") or spec["spec"].get("id")


def owned_nodes(outputs: Mapping[str, Any]) -> frozenset[str]:
    """The service's IDs of every node that the resource has sent and not seen gone."""
    nodes = cast("Mapping[str, str]", outputs.get("nodeIds") or {})
    return frozenset(cast("list[str]", bookkeeping(outputs).get("ownedNodeIds", list(nodes.values()))))


def document_outputs(inputs: DefinitionInputs, root: flowspec.Object) -> dict[str, Any]:
    """The outputs that follow from the document alone, so that a preview knows them.

    `root` is the complete document, under the IDs that the service has or will be asked for.
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
        one, other = (DefinitionState.of(urn, resource_id, outputs).root for outputs in (before, after))
        if flowspec.same(one, other):
            return {**after, "digest": flowspec.like(after["digest"], before["digest"])}
    return after


def preview_outputs(inputs: DefinitionInputs) -> dict[str, Any]:
    """The outputs of a workflow that is not there yet: the service may give IDs of its own."""
    known = marked(document_outputs(inputs, inputs.root), inputs.spec, OF_THE_DOCUMENT)
    return {**known, **dict.fromkeys(_NOT_IN_THE_DOCUMENT, UNKNOWN)}


def unknown_outputs(news: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs where something of the document is not known yet."""
    return {
        **dict.fromkeys((*_NOT_IN_THE_DOCUMENT, "name", "path", "nodeOutputs", "digest"), UNKNOWN),
        **news,
    }
