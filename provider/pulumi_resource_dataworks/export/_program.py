"""The program around the documents, in each language, and the files that a project of that language has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks.flowspec import Object

from . import _go, _python, _typescript
from ._layout import DOCUMENT, as_json
from ._yaml import block, quoted, scalar

TYPE = "dataworks:index:WorkflowDefinition"
LANGUAGES = ("python", "yaml", "typescript", "go")
_RUNTIMES = {"typescript": "nodejs"}
_OPTIONS = {"python": "\n  options:\n    toolchain: pip\n    virtualenv: .venv"}


@dataclass(frozen=True, slots=True)
class Member:
    """A workflow of the program.

    Attributes:
        resource: The name of its resource.
        folder: Its folder, from the program's.
        document: Its document, with `ScriptFile` and the like for what the program puts in.
        workflow_id: Its ID in the exported workspace.
    """

    resource: str
    folder: str
    document: Object
    workflow_id: str


@dataclass(frozen=True, slots=True)
class Program:
    """What a program is made of.

    Attributes:
        language: One of `LANGUAGES`.
        project_id: The exported workspace.
        region: Its region, where it is known.
        members: Its workflows; each comes after those whose node outputs it names.
        settings: Of a portable program: what its stacks have to say, and what each is in the exported workspace.
        portable: Whether it is for other workspaces.
    """

    language: str
    project_id: int
    region: str | None
    members: list[Member]
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    portable: bool = False

    @property
    def name(self) -> str:
        """The project's name in Pulumi."""
        return "dataworks-workflows" if self.portable else f"dataworks-{self.project_id}"


def program_files(program: Program) -> dict[str, bytes]:
    """The files of a program by path, the scripts aside."""
    texts: dict[str, str] = {"Pulumi.yaml": "".join(f"{line}\n" for line in _project(program))}
    texts["requirements.txt"] = f"pulumi-resource-dataworks=={__version__}\n"
    texts[".gitattributes"] = (
        "# A script is what its file holds, byte by byte: Git is not to change line ends.\nworkflows/** -text\n"
    )
    texts[".gitignore"] = (
        ".venv/\n__pycache__/\nnode_modules/\nbin/\n.dataworks-export.*\n!.dataworks-export.json\n"
    )
    calls = [(member.resource, member.folder) for member in program.members]
    if program.language == "python":
        texts |= _python.files(program.project_id, calls, portable=program.portable)
        texts["requirements.txt"] += f"pulumi-dataworks=={__version__}\n"
    elif program.language == "typescript":
        texts |= _typescript.files(program.name, program.project_id, calls, portable=program.portable)
    elif program.language == "go":
        texts |= _go.files(program.name, program.project_id, calls, portable=program.portable)
    found = {path: text.encode() for path, text in texts.items()}
    if program.language != "yaml":
        found |= {f"{member.folder}/{DOCUMENT}": as_json(member.document) for member in program.members}
    if not program.portable:
        found["import.json"] = _import_list(program)
    return found


def _import_list(program: Program) -> bytes:
    resources = [
        {"type": TYPE, "name": member.resource, "id": f"{program.project_id}/{member.workflow_id}"}
        for member in program.members
    ]
    return (json.dumps({"resources": resources}, ensure_ascii=False, indent=2) + "\n").encode()


def _project(program: Program) -> Iterator[str]:
    where = "" if program.portable else f" of workspace {program.project_id}"
    yield f"name: {program.name}"
    yield f"description: The DataWorks workflows{where}."
    runtime = _RUNTIMES.get(program.language, program.language)
    if program.language in _OPTIONS:
        yield f"runtime:\n  name: {runtime}{_OPTIONS[program.language]}"
    else:
        yield f"runtime: {runtime}"
    yield "plugins:"
    yield "  providers:"
    yield "    - name: dataworks"
    yield "      path: .venv/bin # where pip puts the provider's executable"
    yield from _config(program)
    if program.language == "yaml":
        yield "resources:"
        for member in program.members:
            yield from _resource(program, member)


def _config(program: Program) -> Iterator[str]:
    region = [f"  dataworks:region: {{ value: {quoted(program.region)} }}"] if program.region else []
    region = [] if program.portable else region
    if region or program.portable:
        yield "config:"
        yield from region
    if program.portable:
        yield "  projectId:\n    type: integer"
        for key, value in program.settings.items():
            yield f"  {key}: # in workspace {program.project_id}: {quoted(value)}\n    type: string"


def _resource(program: Program, member: Member) -> Iterator[str]:
    yield f"  {scalar(member.resource)}:"
    yield "    type: dataworks:WorkflowDefinition"
    yield "    properties:"
    yield f"      projectId: {'${projectId}' if program.portable else program.project_id}"
    yield "      spec:"
    yield "        fn::toJSON:"
    yield from (f"          {line}" for line in block(member.document))
    if not program.portable:
        yield "    options: { protect: true }"
