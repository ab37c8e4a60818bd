"""From what the service gave to the files of a Pulumi project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_resource_dataworks import flowspec, lifecycle
from pulumi_resource_dataworks.flowspec import Object

from ._fetch import Fetched
from ._folder import About, hash_of_id
from ._layout import DOCUMENT, Folders, Names, parts_of, resource_names, take_scripts_out
from ._portable import portable
from ._project import Look, Member, Program, program_files, readme
from ._workflow import LeftOutError, Workflow, identifier_of, imported

WORKFLOWS = "workflows"
_LEFT_OUT = "left-out"


@dataclass(slots=True)
class Made:
    """A Pulumi project.

    Attributes:
        files: What to write, by path.
        names: The name of each workflow's resource by a hash of its ID.
        members: How many workflows the program declares.
        left_out: By path in Data Studio, why a workflow is no part of the program.
    """

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    names: dict[str, str] = field(default_factory=dict[str, str])
    members: int = 0
    left_out: dict[str, str] = field(default_factory=dict[str, str])


def assemble(fetched: Fetched, about: About, region: str | None, given: Mapping[str, str]) -> Made:
    """Makes the project.

    Args:
        fetched: What the service gave.
        about: What the export is of.
        region: The workspace's region, where it is known.
        given: The names of resources by a hash of the workflow's ID, as an earlier export has them.
    """
    left_out = dict(fetched.refused)
    documents = {one: _read(one, spec, left_out) for one, spec in fetched.specs.items()}
    read = {one: root for one, root in documents.items() if root is not None}
    workflows, paths = _workflows(fetched, read, left_out, given, portable=about.portable)
    identifier = next(filter(None, map(identifier_of, read.values())), None)
    _ask_provider(workflows, about.project_id, left_out)
    program, where = _program(workflows, about, region, identifier, left_out)
    made = Made(members=len(program.members))
    made.names = {hash_of_id(one): workflow.resource for one, workflow in workflows.items()}
    made.files |= _place(program, workflows)
    looks = _looks(made.files, identifier, read) if about.portable else []
    made.files |= program_files(program)
    made.left_out = _by_path(left_out, paths)
    made.files |= _kept_aside(fetched, left_out, paths)
    made.files["README.md"] = readme(program, about, made.left_out, where, looks).encode()
    return made


def _place(program: Program, workflows: Mapping[str, Workflow]) -> dict[str, bytes]:
    """Gives each workflow its folder, as in Data Studio, and returns the scripts in it."""
    folders, placed, scripts = Folders(WORKFLOWS, DOCUMENT), dict[str, Member](), dict[str, bytes]()
    members = {one.workflow_id: one for one in program.members}
    for workflow_id, member in sorted(members.items(), key=lambda item: (workflows[item[0]].path, item[0])):
        folder = folders.take(parts_of(workflows[workflow_id].path))
        document, files = take_scripts_out(member.document, folder, folders.names[folder])
        placed[workflow_id] = Member(member.resource, folder, document, workflow_id)
        scripts |= files
    program.members[:] = [placed[member.workflow_id] for member in program.members]
    return scripts


def _by_path(left_out: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, str]:
    """Why workflows are left out, by path; with the ID where two have one path."""
    often = Counter(paths[one] for one in left_out)
    return {
        paths[one] if often[paths[one]] == 1 else f"{paths[one]} ({one})": reason
        for one, reason in left_out.items()
    }


def _read(workflow_id: str, spec: str, left_out: dict[str, str]) -> Object | None:
    try:
        root = flowspec.read(spec).root
        flowspec.workflow_of(root)
    except flowspec.InvalidDocumentError as error:
        left_out[workflow_id] = "\n".join(problem.render() for problem in error.problems)
    except (KeyError, IndexError, TypeError):
        left_out[workflow_id] = "DataWorks gave it back without a workflow in it"
    else:
        return root
    return None


def _workflows(
    fetched: Fetched,
    read: Mapping[str, Object],
    left_out: dict[str, str],
    given: Mapping[str, str],
    *,
    portable: bool,
) -> tuple[dict[str, Workflow], dict[str, str]]:
    """The workflows whose documents the provider takes, by ID; and the path of every one."""
    paths = {one.id: one.path.strip("/") or one.name for one in fetched.workflows}
    roots: dict[str, Object] = {}
    for one, root in read.items():
        document = _imported(one, root, left_out, portable=portable)
        if document is not None:
            roots[one] = document
            paths[one] = str(flowspec.workflow_of(document)["script"]["path"]).strip("/")
    known = {one: given[hash_of_id(one)] for one in roots if hash_of_id(one) in given}
    names = resource_names({one: parts_of(paths[one]) for one in roots}, known)
    return {one: Workflow(one, paths[one], names[one], root) for one, root in roots.items()}, paths


def _imported(workflow_id: str, given: Object, left_out: dict[str, str], *, portable: bool) -> Object | None:
    try:
        return imported(workflow_id, given, portable=portable)
    except LeftOutError as error:
        left_out[workflow_id] = str(error)
        return None


def _ask_provider(workflows: dict[str, Workflow], project_id: int, left_out: dict[str, str]) -> None:
    """Leaves out what a preview would refuse, such as a second workflow of one path."""
    definitions = lifecycle.WorkflowDefinitions()
    for one, workflow in sorted(workflows.items(), key=lambda item: item[1].path):
        inputs = {"projectId": project_id, "spec": workflow.root}
        urn = f"urn:pulumi:export::export::dataworks:index:WorkflowDefinition::{workflow.resource}"
        failures = definitions.check(urn, inputs, None).failures
        if failures:
            left_out[one] = "\n".join(failures)
            del workflows[one]


def _program(
    workflows: dict[str, Workflow],
    about: About,
    region: str | None,
    identifier: str | None,
    left_out: dict[str, str],
) -> tuple[Program, dict[str, list[str]]]:
    """The program, with no folders yet; and where each setting is used."""
    if not about.portable:
        members = [_member(workflow, flowspec.short(workflow.root)) for workflow in workflows.values()]
        members.sort(key=lambda member: (workflows[member.workflow_id].path, member.workflow_id))
        return Program(about.language, about.project_id, region, members), {}
    found = portable(sorted(workflows.values(), key=lambda workflow: workflow.path), identifier)
    left_out |= found.left_out
    members = [_member(workflows[one], document) for one, document in found.documents.items()]
    settings = {
        setting.key: f"id:{value}" if setting.is_number and about.language == "yaml" else value
        for (_, value), setting in found.settings.known.items()
    }
    program = Program(about.language, about.project_id, None, members, settings, portable=True)
    return program, found.settings.used


def _member(workflow: Workflow, document: Object) -> Member:
    return Member(workflow.resource, "", document, workflow.workflow_id)


def _kept_aside(fetched: Fetched, left_out: Mapping[str, str], paths: Mapping[str, str]) -> dict[str, bytes]:
    """The documents of workflows that are no part of the program, as DataWorks gave them."""
    names = Names()
    return {
        f"{_LEFT_OUT}/{names.take(paths[one].replace('/', '.'), '.json')}": fetched.specs[one].encode(
            errors="backslashreplace"
        )
        for one in sorted(left_out, key=lambda one: (paths[one], one))
        if one in fetched.specs
    }


def _looks(files: Mapping[str, bytes], identifier: str | None, read: Mapping[str, Object]) -> list[Look]:
    """The scripts that name the workspace, or something in it by its ID."""
    ids = {one for root in read.values() for one in flowspec.node_ids(root)} | read.keys()
    found: list[Look] = []
    for path, content in files.items():
        text = content.decode()
        named = [identifier] if identifier and re.search(rf"\b{re.escape(identifier)}\b", text) else []
        named += sorted({*re.findall(r"[0-9]{15,}", text)} & ids)
        if named:
            found.append(Look(path, named))
    return found
