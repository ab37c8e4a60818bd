"""Check: from what the user wrote to inputs that everything else can rely on. Makes no call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks._names import INPUTS

from ._state import Inputs
from ._values import UNKNOWN, Opaque, Path, Unknown, opaque_paths, unknown_paths, without_unknowns

_MAX_PROJECT_ID = 2**53
_PROJECT_ID = re.compile(r"[0-9]{1,16}")
_NAMING_KEYS = {"nodes", "id", "name", "outputs", "nodeOutputs", "data", "output", "nodeId"}
"""Where an unknown value may hold the very name that a dependency is missing."""


@dataclass(slots=True)
class Checked:
    """What check found.

    Attributes:
        inputs: The inputs to go on with; meaningless where there are failures.
        failures: What is wrong, each a sentence with its path and what to write instead.
        warnings: What may be wrong.
        document: The document as it was written, where it is wholly known and without faults.
    """

    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    failures: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    document: flowspec.Document | None = None


def check(urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None, *, secret: bool) -> Checked:
    """Validates the inputs and chooses the IDs that the document leaves out.

    Args:
        urn: The resource's URN, from which new IDs are derived.
        news: What the user wrote; it may hold unknown values.
        olds: The inputs of the last run, whose IDs are kept.
        secret: Whether the document is a secret, so that no failure quotes it.
    """
    found = Checked()
    refuse_unknown_inputs(news, INPUTS, "workflow definition", found)
    project_id = project_id_of(news.get("projectId"), found)
    flags = {**read_flag(news, "adopt", found), **read_flag(news, "dryRun", found)}
    document = _document(news.get("spec"), found, secret=secret)
    found.inputs = {"projectId": project_id, "spec": UNKNOWN, **flags}
    found.document = document
    if document is not None and isinstance(project_id, int) and not found.failures:
        root = flowspec.complete(document.root, _chooser(urn, project_id, olds, document.root))
        found.inputs = {**Inputs(project_id, flowspec.canonical(root)).to_pulumi(), **flags}
    return found


def refuse_unknown_inputs(news: Mapping[str, Any], known: Sequence[str], noun: str, found: Checked) -> None:
    """Refuses every input that a resource does not have."""
    found.failures += [
        f'"{key}" is no input of a {noun}. It takes {", ".join(known)}.'
        for key in news
        if key not in known and not key.startswith("__")
    ]


def read_flag(news: Mapping[str, Any], key: str, found: Checked) -> dict[str, Any]:
    """An input that is true or false, or not known yet; nothing where it is left out."""
    value = news.get(key)
    if isinstance(value, str) and value.casefold() in ("true", "false"):
        value = value.casefold() == "true"
    if not (value is None or isinstance(value, bool | Unknown)):
        found.failures.append(f"{key} has to be true or false.")
    return {} if value is None else {key: value}


def project_id_of(value: Any, found: Checked) -> int | Unknown | None:
    """The workspace's ID; None, and a failure, where it is none."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, str) and _PROJECT_ID.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_PROJECT_ID:
        return value
    what = "is missing" if value is None else "has to be a positive whole number"
    what += f", not {value.what}" if isinstance(value, Opaque) else ""
    found.failures.append(
        f"projectId {what}. Write the workspace's ID: in DataWorks, Management Center shows it."
    )
    return None


def _document(value: Any, found: Checked, *, secret: bool) -> flowspec.Document | None:
    """The document where it is without faults and wholly known; None otherwise."""
    if value is None:
        found.failures.append("spec is missing. Write the FlowSpec document as JSON text or as an object.")
        return None
    opaque = [
        f"{flowspec.show_path(path) or 'spec'}: a FlowSpec document cannot hold {what}"
        for path, what in opaque_paths(value)
    ]
    if opaque:
        found.failures += [f"{message}. Give its text instead." for message in opaque]
        return None
    holes = list(unknown_paths(value))
    if () in holes:
        return None
    try:
        document = flowspec.read(without_unknowns(value) if holes else value)
        warnings = flowspec.validate(document)
    except flowspec.InvalidDocumentError as error:
        faults = [fault for fault in error.faults if not _excused(fault.path, holes)]
        for fault in faults:
            (found.failures if fault.severity == "error" else found.warnings).append(
                fault.render(secret=secret)
            )
        return None
    found.warnings += [fault.render(secret=secret) for fault in warnings]
    return None if holes else document


def chosen_elsewhere(
    chosen: dict[str, tuple[int, str]],
    urn: str,
    project_id: int,
    document: flowspec.Document,
    *,
    secret: bool,
) -> list[str]:
    """A failure where an ID that the author has written is written for another project, too.

    Args:
        chosen: By ID, the project that it is written for, and the resource; filled here.
        urn: The resource's URN.
        project_id: Its workspace.
        document: Its document as it was written: derived IDs differ by project.
        secret: Whether the document is a secret, so that the failure does not quote it.
    """
    for node, own in _written_ids(document.root):
        elsewhere, other = chosen.setdefault(own, (project_id, urn))
        if elsewhere != project_id and other != urn:
            place = f'the id of node "{"[secret]" if secret else node}"' if node else "spec.workflows[0].id"
            failure = (
                f"{place}: the ID {'[secret]' if secret else own} is written for project {project_id} here, and for "
                f"project {elsewhere} in {other}. Whether DataWorks takes one ID in two workspaces for two things is unknown, so this could change "
                "the other one. Leave the IDs out of the document: then each project gets its own."
            )
            return [failure]
    return []


def _written_ids(root: flowspec.Object) -> list[tuple[str, str]]:
    """The IDs that an author has written, each with its node's name, the workflow's with none."""
    workflow = flowspec.workflow_of(root)
    ids = [("", workflow.get("id") or root["spec"].get("id"))]
    ids += [(name, node.get("id")) for name, node in flowspec.nodes_of(workflow)]
    return [(name, str(own)) for name, own in ids if own]


def _excused(path: Path, holes: list[Path]) -> bool:
    """Whether a fault may be one only because something is not known yet."""
    if not holes:
        return False
    beside = any(path[: len(hole)] == hole or hole[: len(path)] == path for hole in holes)
    about_names = "dependencies" in path or "flow" in path
    return beside or (
        about_names and any(isinstance(hole[-1], int) or hole[-1] in _NAMING_KEYS for hole in holes)
    )


def _chooser(
    urn: str, project_id: int, olds: Mapping[str, Any] | None, root: flowspec.Object
) -> Callable[[str], str]:
    """Gives an ID by a node's name: that of the last run, else a derived one, and never one that another node has."""
    workflow = flowspec.workflow_of(root)
    nodes = [("", workflow), *flowspec.nodes_of(workflow)]
    own = {str(one["id"]) for one in (root["spec"], *(node for _, node in nodes)) if one.get("id")}
    known = {name: one for name, one in _known_ids(olds, project_id).items() if one not in own}
    taken = own | {known[name] for name, node in nodes if not node.get("id") and name in known}

    def choose(name: str) -> str:
        derived = (flowspec.derive_id(urn, project_id, name, attempt) for attempt in count())
        return known.get(name) or next(one for one in derived if one not in taken)

    return choose


def _known_ids(olds: Mapping[str, Any] | None, project_id: int) -> dict[str, str]:
    """The IDs of the last run by node name, the workflow's under the empty one; none for another workspace."""
    if (
        not olds
        or not isinstance(olds.get("spec"), str)
        or int(cast("int", olds.get("projectId") or 0)) != project_id
    ):
        return {}
    workflow = flowspec.workflow_of(Inputs.of(olds).root)
    known = {name: str(node["id"]) for name, node in flowspec.nodes_of(workflow)}
    return {**known, "": str(workflow["id"])}
