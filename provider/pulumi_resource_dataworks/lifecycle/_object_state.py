"""A Data Studio object's inputs and outputs, as values of this program and as Pulumi keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import OF_THE_OBJECT

from ._object_kinds import FILE_RESOURCE, NODE, ObjectKind
from ._state import bookkeeping, iso_time, marked, parse_id, with_bookkeeping
from ._step import UNKNOWN, Asset, HalfDoneError, LifecycleError, has_unknown

StudioKey = tuple[int, str]
"""Project ID and the object's ID."""

_OUTPUTS_OF_THE_SERVICE = {"output": "output", "owner": "owner", "create_time": "createTime"}


@dataclass(frozen=True)
class ObjectInputs:
    """What check has accepted, wholly known.

    Attributes:
        kind: What it is.
        values: The inputs.
        spec: The document that they mean.
        own: The ID under which the document is kept here: one that only this resource derives, or that of an imported object.
        uploaded: What the state says of the content, as the file may be another one by now; None in what is asked for.
    """

    kind: ObjectKind
    values: Mapping[str, Any]
    spec: flowspec.Object
    own: str
    uploaded: str | None = None

    @classmethod
    def of(cls, kind: ObjectKind, values: Mapping[str, Any], urn: str, own: str = "") -> ObjectInputs:
        """Reads inputs that check returned; `own` is known once the object is there.

        Raises:
            LifecycleError: There is no document, which only an edited state can lack.
        """
        given = {key: values[key] for key in kind.inputs if values.get(key) is not None}
        given["projectId"] = int(given["projectId"])
        try:
            spec: flowspec.Object = kind.document(given)
            held = kind.form.object_of(spec)
            path = f"{kind.resource}/{given.get('containerId', '')}/{held['name']}"
        except (KeyError, IndexError, TypeError):
            raise LifecycleError(
                f"the state of this resource holds no document of a {kind.noun}: somebody has edited it. Take it from a former "
                "checkpoint, or remove the resource with `pulumi state delete` and import it"
            ) from None
        return cls(kind, given, spec, own or flowspec.derive_id(urn, given["projectId"], path, ""))

    @cached_property
    def root(self) -> flowspec.Object:
        """The complete document, in the form in which documents are compared."""
        own, project_id = self.own, self.project_id
        choose = partial(flowspec.derive_id, own, project_id, self.name)
        return flowspec.complete_single(self.spec, self.kind.form, own, choose)

    @property
    def project_id(self) -> int:
        """The workspace's ID."""
        return int(self.values["projectId"])

    @property
    def container_id(self) -> str:
        """The workflow or container that holds a node; empty where none does."""
        return str(self.values.get("containerId") or "")

    @property
    def held(self) -> flowspec.Object:
        """The object in the complete document."""
        return self.kind.form.object_of(self.root)

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.kind.form.object_of(self.spec)["name"])

    @property
    def path(self) -> str:
        """The object's path, its name included; empty where a container decides it."""
        path = str(flowspec.script_of(self.held).get("path") or "")
        return "" if self.container_id else path.strip("/")

    @property
    def type(self) -> tuple[str, str]:
        """What cannot be changed (the vendor's skill, of nodes): the script's type, and the object's own where it is no function's."""
        return self._type_of(self.held)

    def can_be_made_of(self, actual: flowspec.Object) -> bool:
        """Whether what is there has this type, as far as it says one."""
        there = self._type_of(self.kind.form.object_of(actual))
        return all(one == other for one, other in zip(self.type, there, strict=True) if one and other)

    def _type_of(self, held: flowspec.Object) -> tuple[str, str]:
        label = "" if self.kind.form is flowspec.FUNCTION else str(held.get("type") or "")
        return str(flowspec.runtime_of(held).get("command") or "").upper(), label.casefold()

    @property
    def adopts(self) -> bool:
        """Whether an object that is there already may be taken over."""
        return self.values.get("adopt") is True

    @property
    def content(self) -> str:
        """What distinguishes the content of a file from another; in a state what was uploaded last."""
        return self.uploaded if self.uploaded is not None else content_mark(self.values)

    @property
    def is_whole(self) -> bool:
        """Whether it can be made again of this: no answer gives the content of a file, so the inputs or the document have to."""
        known = self.content or self.held.get("file") or flowspec.script_of(self.held).get("content")
        return self.kind is not FILE_RESOURCE or bool(known)

    @property
    def output(self) -> str:
        """What a dependency names to wait for a node, as it is declared; empty for any other object."""
        if self.kind is not NODE:
            return ""
        return flowspec.single_output(flowspec.uncarried(self.root, self.kind.form), self.own, self.own)

    @property
    def digest(self) -> str:
        """A hash of what the object means, the content of a file included."""
        found = flowspec.digest(self.root)
        if not self.content:
            return found
        version = found.partition(":")[0]
        return f"{version}:{_sha256(f'{found} {self.content}')}"

    def means(self, other: ObjectInputs) -> bool:
        """Whether both mean the same, and hold the same file."""
        return self.content == other.content and flowspec.same(self.root, other.root)


def content_mark(values: Mapping[str, Any]) -> str:
    """A hash of a file, or of its address without the signature behind it; empty where nothing says what the file holds."""
    content = values.get("content")
    if isinstance(content, Asset):
        return content.hash or _sha256(content.text)
    address = str(values.get("contentUrl") or "").partition("?")[0]
    return address and _sha256(address)  # it may be a secret


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object as the service holds it: its answer, and the document in it."""

    answer: openapi.StudioObject
    root: flowspec.Object

    def carried(self, inputs: ObjectInputs) -> flowspec.Object:
        """The document in the form in which that of these inputs is compared."""
        actual = flowspec.read_single(self.root, inputs.kind.form, self.answer.id, inputs.own)
        return flowspec.as_in_container(actual, inputs.root) if inputs.container_id else actual

    def output(self, inputs: ObjectInputs) -> str:
        """What a dependency names to wait for a node; empty for any other object."""
        output = inputs.output
        return output and flowspec.single_output(self.root, self.answer.id, output)

    def proves(self, inputs: ObjectInputs) -> bool:
        """Whether it shows that this resource has made it: the output of a node that names none is the resource's own ID."""
        return self.output(inputs) == inputs.own


@dataclass(frozen=True, slots=True)
class ObjectState:
    """What the outputs hold.

    Attributes:
        inputs: What was sent last.
        object_id: The service's ID; empty where the answer to the create was lost.
        output: What a dependency names to wait for a node; empty for any other object.
        owner: The owner's account ID, once read.
        create_time: When it was made, as ISO 8601 text in UTC, once read.
        rewrites: Where the service has made something else of the document: what was sent, and what a read-back showed.
        left_out: What a read-back showed of a node's fields that the document leaves out; None before that.
        settled: Whether the service holds what was sent, as far as it was seen.
    """

    inputs: ObjectInputs
    object_id: str = ""
    output: str = ""
    owner: str | None = None
    create_time: str | None = None
    rewrites: tuple[str, str] | None = None
    left_out: flowspec.LeftOut | None = None
    settled: bool = True

    @classmethod
    def of(cls, kind: ObjectKind, urn: str, resource_id: str, outputs: Mapping[str, Any]) -> ObjectState:
        """Reads outputs that this provider wrote."""
        kept = bookkeeping(outputs)
        project_id, object_id = studio_key(kind, resource_id, outputs)
        rewrites = kept.get("rewrites")
        own = kept.get("ownId", object_id)
        inputs = ObjectInputs.of(kind, {**outputs, "projectId": project_id}, urn, own)
        inputs = replace(inputs, uploaded=kept.get("content", ""))
        return cls(
            inputs,
            object_id,
            rewrites=tuple(rewrites) if rewrites else None,
            left_out=kept.get("leftOut"),
            settled="unsettled" not in kept,
            **{name: outputs.get(key) or "" for name, key in _OUTPUTS_OF_THE_SERVICE.items()},
        )

    @property
    def resource_id(self) -> str:
        """The resource's ID: `<projectId>/<the object's ID>`; the one that was asked for where the service's was lost."""
        return f"{self.inputs.project_id}/{self.object_id or self.inputs.own}"

    @property
    def key(self) -> StudioKey:
        """The project's ID, and the service's of the object."""
        return self.inputs.project_id, self.object_id

    def sent(self) -> ObjectState:
        """This state once its document may be on its way."""
        return replace(self, settled=False)

    def half_done(self, message: str) -> HalfDoneError:
        """The end of a step that has sent something, so that the next run goes on from there."""
        return HalfDoneError(message, self.sent())

    def with_answer(self, found: FoundObject) -> ObjectState:
        """This state after a look at the service."""
        answer = found.answer
        return replace(
            self,
            object_id=answer.id,
            output=found.output(self.inputs) or self.output,
            owner=answer.owner or self.owner,
            create_time=iso_time(answer.create_time) or self.create_time,
        )

    def projected(self, actual: flowspec.Object) -> flowspec.Object:
        """What the service holds of the fields that the document has."""
        return flowspec.project(self.inputs.root, actual)

    def as_declared(self, actual: flowspec.Object) -> flowspec.Object:
        """As `projected`, but what the service made of the document when it was sent counts as the document."""
        now = self.projected(actual)
        if self.rewrites is None:
            return now
        sent, kept = (flowspec.read_canonical(text).root for text in self.rewrites)
        return cast("flowspec.Object", flowspec.restore(sent, kept, now))

    def to_pulumi(self) -> dict[str, Any]:
        """The outputs as Pulumi keeps them."""
        outputs = object_outputs(self.inputs)
        found = {key: getattr(self, name) for name, key in _OUTPUTS_OF_THE_SERVICE.items()}
        found[self.inputs.kind.id_output] = self.object_id
        outputs |= {key: value for key, value in found.items() if value}
        kept: dict[str, Any] = {
            "content": self.inputs.content or None,
            "ownId": self.inputs.own if self.inputs.own != self.object_id else None,
            "rewrites": list(self.rewrites) if self.rewrites else None,
            "leftOut": self.left_out,
            "unsettled": None if self.settled else True,
        }
        return marked(with_bookkeeping(outputs, kept), self.inputs.spec, OF_THE_OBJECT)


def object_outputs(inputs: ObjectInputs) -> dict[str, Any]:
    """The outputs that follow from the inputs alone, so that a preview knows them."""
    path = {"path": inputs.path} if inputs.path else {}
    # The document without what is ignored of the input.
    spec = {"spec": inputs.spec} if "spec" in inputs.values else {}
    more = {"name": inputs.name, "digest": inputs.digest}
    return {**inputs.kind.defaults, **path, **inputs.values, **spec, **more}


def preview_outputs(inputs: ObjectInputs) -> dict[str, Any]:
    """The outputs of an object that is not there yet."""
    unknown = dict.fromkeys((inputs.kind.id_output, "owner", "createTime"), UNKNOWN)
    output = {"output": inputs.output} if inputs.output else {}
    return {**marked({**object_outputs(inputs), **output}, inputs.spec, OF_THE_OBJECT), **unknown}


def unknown_outputs(kind: ObjectKind, news: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs where something of the inputs is not known yet."""
    keys = (
        kind.id_output,
        "owner",
        "createTime",
        "name",
        "path",
        "digest",
        *(("output",) if kind is NODE else ()),
    )
    return {**dict.fromkeys(keys, UNKNOWN), **news}


def is_unknown(kind: ObjectKind, news: Mapping[str, Any]) -> bool:
    """Whether something of what would be sent is not known yet."""
    return has_unknown([news.get(key) for key in kind.inputs if key != "adopt"])


def studio_key(kind: ObjectKind, resource_id: str, outputs: Mapping[str, Any]) -> StudioKey:
    """Project and object ID of a resource; empty where the answer to its create was lost.

    Raises:
        LifecycleError: The resource's ID has another form.
    """
    project_id, object_id = parse_id(resource_id, kind.noun, kind.id_output)
    known = outputs.get(kind.id_output)
    if isinstance(known, str) and known:
        return project_id, known
    return project_id, "" if "unsettled" in bookkeeping(outputs) else object_id
