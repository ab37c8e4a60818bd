"""From what the service gave to the files of a Pulumi project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, lifecycle
from pulumi_resource_dataworks.flowspec import Object

from ._documents import (
    DOCUMENT,
    ExportedWorkflow,
    LeftOutError,
    imported,
    take_scripts_out,
)
from ._file_names import Folders, Names, parts_of, resource_names
from ._portable import portable
from ._project import TYPE, Program, program_files, readme
from ._workspace import ExportRequest, Workspace


@dataclass(slots=True)
class Project:
    """A Pulumi project.

    Attributes:
        files: What to write, by path.
        members: How many workflows the program declares.
        left_out: By path in Data Studio, why a workflow is no part of the program.
    """

    files: dict[str, bytes]
    members: int
    left_out: dict[str, str]


def assemble(workspace: Workspace, request: ExportRequest, region: str | None) -> Project:
    """Makes the project.

    Args:
        workspace: What the service gave.
        request: What is exported.
        region: The workspace's region, where it is known.
    """
    left_out = dict(workspace.refused)
    roots = _roots(workspace, left_out)
    identifier = max(map(flowspec.workspace_of, roots.values()), default="")
    paths = {one.id: one.path.strip("/") or one.name for one in workspace.listed}
    workflows = _workflows(roots, paths, left_out, is_portable=request.portable)
    _ask_provider(workflows, request.project_id, left_out)
    program, files = _place(_program(workflows, request, region, identifier, left_out))
    mentions = _mentions(files, identifier, roots, program.settings.values()) if request.portable else {}
    reasons = _by_path(left_out, paths)
    files |= program_files(program) | _kept_aside(workspace, left_out, paths)
    files["README.md"] = readme(program, reasons, mentions).encode()
    return Project(files, len(program.members), reasons)


def _roots(workspace: Workspace, left_out: dict[str, str]) -> dict[str, Object]:
    """The documents that can be read, by workflow ID."""
    roots: dict[str, Object] = {}
    for one, spec in workspace.specs.items():
        try:
            root = flowspec.read(spec).root
            flowspec.workflow_of(root)
        except flowspec.InvalidDocumentError as error:
            left_out[one] = "\n".join(problem.render() for problem in error.problems)
        except (KeyError, IndexError, TypeError):
            left_out[one] = "DataWorks gave it back without a workflow in it"
        else:
            roots[one] = root
    return roots


def _workflows(
    roots: Mapping[str, Object],
    paths: dict[str, str],
    left_out: dict[str, str],
    *,
    is_portable: bool,
) -> dict[str, ExportedWorkflow]:
    """The workflows whose documents the provider takes, by ID; `paths` gets the paths that these documents name."""
    documents: dict[str, Object] = {}
    for one, root in roots.items():
        try:
            document = imported(one, root, portable=is_portable)
        except LeftOutError as error:
            left_out[one] = str(error)
            continue
        documents[one] = document
        paths[one] = str(flowspec.workflow_of(document)["script"]["path"]).strip("/")
    names = resource_names({one: parts_of(paths[one]) for one in documents})
    return {
        one: ExportedWorkflow(one, paths[one], names[one], document) for one, document in documents.items()
    }


def _ask_provider(workflows: dict[str, ExportedWorkflow], project_id: int, left_out: dict[str, str]) -> None:
    """Leaves out what a preview would refuse, such as a second workflow of one path."""
    definitions = lifecycle.WorkflowDefinitions()
    for one, workflow in sorted(workflows.items(), key=lambda item: item[1].path):
        inputs = {"projectId": project_id, "spec": workflow.root}
        failures = definitions.check(
            f"urn:pulumi:export::export::{TYPE}::{workflow.resource}", inputs, None
        ).failures
        if failures:
            left_out[one] = "\n".join(failures)
            del workflows[one]


def _program(
    workflows: Mapping[str, ExportedWorkflow],
    request: ExportRequest,
    region: str | None,
    identifier: str,
    left_out: dict[str, str],
) -> Program:
    """The program, with no folders yet."""
    in_order = sorted(workflows.values(), key=lambda workflow: (workflow.path, workflow.workflow_id))
    if not request.portable:
        return Program(request, region, [replace(one, root=flowspec.short(one.root)) for one in in_order])
    found = portable(in_order, identifier)
    left_out |= found.left_out
    settings = {
        setting.key: f"id:{value}" if setting.is_number and request.language == "yaml" else value
        for (_, value), setting in found.stack.settings.items()
    }
    return Program(request, None, list(found.members.values()), settings, found.stack.used)


def _place(program: Program) -> tuple[Program, dict[str, bytes]]:
    """Gives each workflow its folder, as in Data Studio, and returns the scripts in it."""
    folders = Folders("workflows", DOCUMENT)
    placed: dict[str, ExportedWorkflow] = {}
    scripts: dict[str, bytes] = {}
    for member in sorted(program.members, key=lambda member: (member.path, member.workflow_id)):
        folder = folders.take(parts_of(member.path))
        document, files = take_scripts_out(member.root, folder, folders.names[folder], member.variables)
        placed[member.workflow_id] = replace(member, folder=folder, root=document)
        scripts |= files
    return replace(program, members=[placed[member.workflow_id] for member in program.members]), scripts


def _by_path(left_out: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, str]:
    """Why workflows are left out, by path; with the ID where two have one path."""
    often = Counter(paths[one] for one in left_out)
    return {
        paths[one] if often[paths[one]] == 1 else f"{paths[one]} ({one})": reason
        for one, reason in left_out.items()
    }


def _kept_aside(
    workspace: Workspace, left_out: Mapping[str, str], paths: Mapping[str, str]
) -> dict[str, bytes]:
    """The documents of workflows that are no part of the program, as DataWorks gave them."""
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
    ids = {one for root in roots.values() for one in flowspec.node_ids(root)} | roots.keys()
    found: dict[str, list[str]] = {}
    for path, content in scripts.items():
        text = content.decode()
        named = sorted(name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))
        named += sorted({*re.findall(r"[0-9]{15,}", text)} & ids)
        if named:
            found[path] = named
    return found
