"""The objects of Data Studio that stand beside workflows: what differs between their kinds, and the check of what the user wrote."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks._names import FILE_RESOURCE_INPUTS, FUNCTION_INPUTS, NODE_INPUTS

from ._check import Checked, project_id_of, read_document, read_flag, refuse_unknown_inputs
from ._step import Asset, Path, Unknown, UnsupportedValue

if TYPE_CHECKING:
    from pulumi_resource_dataworks.openapi import Client, StudioObjects

SCENES: Final = ("DATAWORKS_PROJECT", "DATAWORKS_MANUAL_WORKFLOW", "DATAWORKS_MANUAL_TASK")
"""Where in Data Studio a node stands; the first where nothing is said."""


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """One kind of object.

    Attributes:
        resource: The resource's name.
        form: What its documents look like.
        operations: What the service does with it.
        inputs: The resource's inputs.
        id_output: The output that holds its ID.
        short: The inputs that stand for a document, and the fields that they are.
        defaults: What an input is that is left out.
        commands: The type of script that the short inputs mean, by the object's `type`; "" for any other.
    """

    resource: str
    form: flowspec.SingleForm
    operations: Callable[[Client], StudioObjects]
    inputs: tuple[str, ...]
    id_output: str
    short: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    commands: Mapping[str, str] = field(default_factory=dict[str, str])
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def noun(self) -> str:
        """What messages call such an object."""
        return self.form.noun

    def document(self, inputs: Mapping[str, Any]) -> Any:
        """The document that inputs mean, as its author would write it."""
        if "spec" in inputs or not self.short:
            return inputs.get("spec")
        label = inputs.get("type")
        command = self.commands.get(label.casefold() if isinstance(label, str) else "", self.commands[""])
        held: dict[str, Any] = {"script": {"runtime": {"command": command}}}
        self._write(inputs, held)
        if "datasource" in held:
            held["datasource"]["type"] = "odps"  # short inputs are for MaxCompute
        return {"kind": self.form.kind, "spec": {self.form.holder: [held]}}

    def _write(self, inputs: Mapping[str, Any], held: dict[str, Any]) -> None:
        """Writes short inputs into the object of a document."""
        for key, (*steps, last) in self.short.items():
            value = inputs.get(key)
            if value is None:
                continue
            if key == "fileResources" and isinstance(value, list):
                value = [{"name": name} for name in cast("list[Any]", value)]
            holder = held
            for step in steps:
                holder = holder.setdefault(step, {})
            holder[last] = value

    def patched(self, news: Mapping[str, Any], olds: Mapping[str, Any]) -> Mapping[str, Any]:
        """The inputs that `pulumi do patch` means where it puts short ones beside the document that a read gave: fields of it."""
        given = {key: news[key] for key in self.short if news.get(key) is not None}
        if not given or not olds.get("spec") or news.get("spec") != olds["spec"]:
            return news
        spec = copy.deepcopy(news["spec"])
        held = self.form.object_of(spec)
        folder, slash, name = str(flowspec.script_of(held).get("path") or "").rpartition("/")
        if "name" in given and name == held.get("name"):
            given = {"path": f"{folder}{slash}{given['name']}", **given}
        self._write(given, held)
        return {**{key: item for key, item in news.items() if key not in given}, "spec": spec}

    def inputs_of(self, spec: flowspec.Object, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs that mean this document, in the form of others."""
        if "spec" in inputs or not self.short:
            return {**inputs, "spec": spec}
        found, held = dict(inputs), self.form.object_of(spec)
        for key, steps in self.short.items():
            value: Any = held
            for step in steps:
                value = cast("Mapping[str, Any]", value).get(step) if isinstance(value, Mapping) else None
            if key == "fileResources" and value is not None:
                value = [one.get("name") for one in flowspec.objects(value)]
            found.pop(key, None)
            found |= {} if value is None else {key: value}
        if "path" not in inputs and found.get("path", "") == found.get("name"):
            del found["path"]  # what it is when left out
        return found

    def property_of(self, path: Path, inputs: Mapping[str, Any]) -> str:
        """The input of a path of the carrying document, as Pulumi writes it."""
        path = flowspec.uncarried_path(path)
        if "spec" in inputs or not self.short:
            return flowspec.show_path(("spec", *path))
        inner = path[3:]
        if inner[:2] == ("script", "runtime") and len(self.commands) > 1:
            return "type"
        fits = (key for key, steps in self.short.items() if inner[: len(steps)] == steps[: len(inner)])
        near = (key for key, steps in self.short.items() if inner[:1] == steps[:1])
        return next(fits, next(near, "name"))


NODE = ObjectKind(
    "Node",
    flowspec.NODE,
    lambda client: client.nodes,
    NODE_INPUTS,
    "nodeId",
    defaults={"scene": SCENES[0]},
)
FUNCTION = ObjectKind(
    "Function",
    flowspec.FUNCTION,
    lambda client: client.functions,
    FUNCTION_INPUTS,
    "functionId",
    {
        "name": ("name",),
        "path": ("script", "path"),
        "type": ("type",),
        "className": ("className",),
        "fileResources": ("fileResources",),
        "dataSource": ("datasource", "name"),
    },
    {"": "ODPS_FUNCTION"},
)
FILE_RESOURCE = ObjectKind(
    "FileResource",
    flowspec.FILE_RESOURCE,
    lambda client: client.file_resources,
    FILE_RESOURCE_INPUTS,
    "fileResourceId",
    {
        "name": ("name",),
        "path": ("script", "path"),
        "type": ("type",),
        "dataSource": ("datasource", "name"),
    },
    {"python": "ODPS_PYTHON", "jar": "ODPS_JAR", "archive": "ODPS_ARCHIVE", "": "ODPS_FILE"},
)
OBJECT_KINDS: Final = (NODE, FUNCTION, FILE_RESOURCE)


# --- Check: from what the user wrote to the inputs that the state holds. Makes no call


def check_object(kind: ObjectKind, news: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Checked:
    """Validates the inputs, and makes an object of a document that is text."""
    found = Checked()
    refuse_unknown_inputs(news, kind.inputs, kind.noun, found)
    given = {key: news[key] for key in kind.inputs if news.get(key) is not None}
    short = [key for key in kind.short if key in given]
    if "spec" in given and short:
        found.failures.append(
            f"{short[0]}: spec is given too, and its document says it. Give spec, or {_listed(kind)}."
        )
    elif kind.short and not short and "spec" not in given:
        found.failures.append(f"spec is missing. Give a FlowSpec document as spec, or {_listed(kind)}.")
    found.inputs = {**given, "projectId": project_id_of(news.get("projectId"), found)}
    found.inputs |= read_flag(news, "adopt", found)
    _check_choices(kind, given, found)
    if kind is FILE_RESOURCE:
        _check_content(given, found)
        _check_address(given.get("contentUrl"), found)
    if not found.failures:
        _check_document(kind, given, olds or {}, found)
    found.document = None  # of a workflow alone
    return found


def _listed(kind: ObjectKind) -> str:
    return f"{', '.join(kind.short)} in its place"


def _check_choices(kind: ObjectKind, given: Mapping[str, Any], found: Checked) -> None:
    """The inputs that are neither the document nor one of its fields."""
    texts = [key for key in ("containerId", "contentUrl", *kind.short) if key != "fileResources"]
    for key in texts:
        if key in given and not (isinstance(given[key], Unknown) or _is_text(given[key])):
            found.failures.append(f"{key} has to be text that is not empty.")
    if "/" in str(given.get("containerId") or ""):
        found.failures.append(
            "containerId has to be the ID of a workflow or control node. Give the output workflowId or nodeId, which has no slash."
        )
    names = given.get("fileResources", [])
    if not isinstance(names, Unknown) and not (
        isinstance(names, list)
        and all(isinstance(name, Unknown) or _is_text(name) for name in cast("list[Any]", names))
    ):
        found.failures.append(
            "fileResources has to be a list of names. Give the output name of each FileResource."
        )
    scene = given.get("scene", SCENES[0])
    if not isinstance(scene, Unknown) and scene not in SCENES:
        found.failures.append(f"scene has to be one of {', '.join(SCENES)}.")
    elif scene == SCENES[1] and "containerId" not in given:
        found.failures.append(
            f"scene: {SCENES[1]} is for a node in a manual workflow. Give its ID as containerId."
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_content(given: Mapping[str, Any], found: Checked) -> None:
    """What a file resource holds: one of two inputs; a document may hold it itself."""
    content = given.get("content")
    if "content" in given and "contentUrl" in given:
        found.failures.append(
            "contentUrl: content is given too, and a file has one content. Give one of the two."
        )
    elif "spec" not in given and "content" not in given and "contentUrl" not in given:
        found.failures.append(
            "content is missing. Give the file as an asset, or its address in OSS as contentUrl."
        )
    elif isinstance(content, Asset) and content.uri:
        found.failures.append(
            "content: an asset with an address is not uploaded. Give its address in OSS as contentUrl."
        )
    elif not (content is None or isinstance(content, Asset | Unknown)):
        what = content.what if isinstance(content, UnsupportedValue) else "a plain value"
        found.failures.append(
            f"content has to be an asset of a file or a text, not {what}. Of a folder make one file first."
        )


def _check_address(address: Any, found: Checked) -> None:
    """DataWorks documents a download URL of OSS that everybody can reach, and its example is one by HTTP; no message quotes it.

    A bucket may have a domain of its own, so the host may be any.
    """
    if not isinstance(address, str) or not _is_text(address):
        return
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        parts, host = urlsplit(""), ""
    has_blanks = not address.isprintable() or " " in address
    if not host or has_blanks or parts.scheme not in ("http", "https"):
        found.failures.append(
            "contentUrl has to be the URL from which OSS lets the file be downloaded, such as "
            "https://bucket.oss-cn-shanghai.aliyuncs.com/udf.jar: signed, or readable by everybody. Give a file of this machine as content."
        )
    elif host.endswith("-internal.aliyuncs.com"):
        found.warnings.append(
            "contentUrl: this host is reached from inside of Alibaba Cloud alone, and DataWorks wants a URL that everybody can reach. "
            "Write the host without -internal."
        )


def _check_document(
    kind: ObjectKind, given: Mapping[str, Any], olds: Mapping[str, Any], found: Checked
) -> None:
    spec = read_document(
        kind.document(given), found, judge=lambda document: flowspec.validate_single(document, kind.form)
    )
    if "spec" not in given:
        found.failures = [_in_short(kind, text) for text in found.failures]
        found.warnings = [_in_short(kind, text) for text in found.warnings]
        return
    if not isinstance(spec, dict):
        found.inputs["spec"] = spec
        return
    form, document = kind.form, cast("flowspec.Object", spec)
    before = cast("flowspec.Object | None", olds.get("spec"))
    if not flowspec.is_secret(document):
        document = {**document, "kind": form.kind}
    if before and isinstance(before.get("spec"), dict) and isinstance(document.get("spec"), dict):
        arranged = flowspec.arranged(flowspec.carried(before, form), flowspec.carried(document, form))
        document = flowspec.uncarried(arranged, form)
    found.inputs["spec"] = document


def _in_short(kind: ObjectKind, text: str) -> str:
    """What is said of a place in the document, of the input that it comes from."""
    for key, steps in kind.short.items():
        place = flowspec.show_path((*kind.form.path, *steps))
        if text.startswith(place):
            return key + text.removeprefix(place)
    return text
