"""From what the service gave to the files of a Pulumi project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, lifecycle
from pulumi_resource_dataworks.flowspec import Object

from ._documents import LeftOutError, Member, imported, take_scripts_out
from ._file_names import Folders, Names, parts_of, resource_names
from ._kinds import FILE, KINDS, counted
from ._languages import CONTENT
from ._portable import linked
from ._project import Program, program_files, readme
from ._workspace import ExportRequest, Listed, Workspace


@dataclass(slots=True)
class Project:
    """A Pulumi project.

    Attributes:
        files: What to write, by path; only what is left out where the program would declare nothing.
        members: How many of each kind the program declares, in words; empty where it has none.
        left_out: By path in Data Studio, why something is no part of the program.
    """

    files: dict[str, bytes]
    members: str
    left_out: dict[str, str]


def assemble(workspace: Workspace, request: ExportRequest, region: str | None) -> Project:
    """Makes the project.

    Args:
        workspace: What the service gave.
        request: What is exported.
        region: The workspace's region, where it is known.
    """
    left_out, listed = dict(workspace.refused), {one.key: one for one in workspace.listed}
    roots = _roots(workspace, listed, left_out)
    identifier = max((_workspace_of(listed[key].kind.held(root)) for key, root in roots.items()), default="")
    paths = {key: one.path for key, one in listed.items()}
    members = _members(roots, listed, paths, left_out, is_portable=request.portable)
    _ask_provider(members, request.project_id, left_out)
    program, files = _place(_program(members, request, region, identifier, left_out))
    mentions = _mentions(files, identifier, roots, program.settings.values()) if request.portable else {}
    reasons = _by_path(left_out, paths)
    files |= _kept_aside(workspace, left_out, paths)
    if program.members:
        files |= program_files(program)
        files["README.md"] = readme(program, reasons, mentions).encode()
    return Project(files, counted(member.kind for member in program.members), reasons)


def _roots(workspace: Workspace, listed: Mapping[str, Listed], left_out: dict[str, str]) -> dict[str, Object]:
    """The documents that can be read, carried as their kinds do, by key; none of a node that another document holds."""
    roots: dict[str, Object] = {}
    for key, spec in workspace.specs.items():
        one = listed[key]
        try:
            root = one.kind.carried(flowspec.read(spec).root, one.item.id)
        except flowspec.InvalidDocumentError as error:
            left_out[key] = "\n".join(problem.render() for problem in error.problems)
        except (LookupError, TypeError, AttributeError):
            left_out[key] = f"DataWorks gave it back without a {one.kind.noun} in it"
        else:
            roots |= {} if root is None else {key: root}
    inside = {key: flowspec.node_ids(root) - {listed[key].item.id} for key, root in roots.items()}
    held = {one for ids in inside.values() for one in ids}
    return {key: root for key, root in roots.items() if listed[key].item.id not in held}


def _workspace_of(held: Object) -> str:
    """The workspace's name, which the service writes beside what it gives; empty where it does not."""
    name = flowspec.part(flowspec.part(held, "metadata"), "project").get("projectIdentifier")
    return name if isinstance(name, str) else ""


def _members(
    roots: Mapping[str, Object],
    listed: Mapping[str, Listed],
    paths: dict[str, str],
    left_out: dict[str, str],
    *,
    is_portable: bool,
) -> dict[str, Member]:
    """What the provider takes, by key; `paths` gets the paths that the documents name."""
    documents: dict[str, Object] = {}
    for key, root in roots.items():
        one = listed[key]
        try:
            document = imported(one.item.id, root, portable=is_portable, kind=one.kind)
        except LeftOutError as error:
            left_out[key] = str(error)
            continue
        documents[key], held = document, one.kind.held(document)
        paths[key] = str(flowspec.script_of(held).get("path") or held["name"]).strip("/")
    # What stands beside workflows has its noun before its name where that distinguishes it.
    parts = {key: parts_of(paths[key]) for key in documents}
    names = resource_names(
        {
            key: (listed[key].kind.noun, *found) if listed[key].kind.of else found
            for key, found in parts.items()
        }
    )
    return {
        key: Member(listed[key].item.id, paths[key], names[key], document, listed[key].kind)
        for key, document in documents.items()
    }


def _ask_provider(members: dict[str, Member], project_id: int, left_out: dict[str, str]) -> None:
    """Leaves out what a preview would refuse, such as a second workflow of one path."""
    workflows = lifecycle.WorkflowDefinitions()
    objects = {kind.resource: lifecycle.StudioObjects(kind.of) for kind in KINDS if kind.of}
    for key, member in sorted(members.items(), key=lambda item: item[1].path):
        kind, urn = member.kind, f"urn:pulumi:export::export::{member.kind.type}::{member.resource}"
        spec = kind.declared(member.root, member.own, member.path)
        resource = objects.get(kind.resource, workflows)
        failures = resource.check(urn, {"projectId": project_id, "spec": spec}, None).failures
        if failures:
            left_out[key] = "\n".join(failures)
            del members[key]


def _program(
    members: Mapping[str, Member],
    request: ExportRequest,
    region: str | None,
    identifier: str,
    left_out: dict[str, str],
) -> Program:
    """The program, with no folders yet."""
    in_order = sorted(members.values(), key=lambda member: (member.path, member.key))
    found = linked(in_order, identifier, portable=request.portable)
    left_out |= found.left_out
    settings = {
        setting.key: f"id:{value}" if setting.is_literal and request.language == "yaml" else value
        for (_, value), setting in found.stack.settings.items()
    }
    region = None if request.portable else region
    return Program(request, region, list(found.members.values()), settings, found.stack.used)


def _place(program: Program) -> tuple[Program, dict[str, bytes]]:
    """Gives each member its folder, as in Data Studio, and returns the scripts in it."""
    folders = {kind: Folders(kind.folder, kind.document, *[CONTENT] * (kind is FILE)) for kind in KINDS}
    placed: dict[str, Member] = {}
    scripts: dict[str, bytes] = {}
    for member in sorted(program.members, key=lambda member: (member.path, member.key)):
        kind = member.kind
        folder = folders[kind].take(parts_of(member.path))
        root, files = take_scripts_out(member.root, folder, folders[kind].names[folder], member.variables)
        document = kind.declared(root, member.own, member.path)
        placed[member.key] = replace(member, folder=folder, root=document)
        scripts |= files
    return replace(program, members=[placed[member.key] for member in program.members]), scripts


def _by_path(left_out: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, str]:
    """Why something is left out, by path; with the key where two have one path."""
    often = Counter(paths[one] for one in left_out)
    return {
        paths[one] if often[paths[one]] == 1 else f"{paths[one]} ({one})": reason
        for one, reason in left_out.items()
    }


def _kept_aside(
    workspace: Workspace, left_out: Mapping[str, str], paths: Mapping[str, str]
) -> dict[str, bytes]:
    """The documents that are no part of the program, as DataWorks gave them."""
    names = Names()
    return {
        f"left-out/{names.take(paths[one].replace('/', '.'), '.json')}": workspace.specs[one].encode(
            errors="backslashreplace"
        )
        for one in sorted(left_out.keys() & workspace.specs, key=lambda one: (paths[one], one))
    }


def _mentions(
    scripts: Mapping[str, bytes], identifier: str, roots: Mapping[str, Object], settings: Iterable[str]
) -> dict[str, list[str]]:
    """The scripts that name the workspace, something in it by its ID, or the value of a setting, and what they name."""
    names = {identifier, *(value.removeprefix("id:") for value in settings)} - {""}
    ids = {one for root in roots.values() for one in flowspec.node_ids(root)}
    ids |= {key.rpartition(" ")[2] for key in roots}
    found: dict[str, list[str]] = {}
    for path, content in scripts.items():
        text = content.decode()
        named = sorted(name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))
        named += sorted({*re.findall(r"[0-9]{15,}", text)} & ids)
        if named:
            found[path] = named
    return found
