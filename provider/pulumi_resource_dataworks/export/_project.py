"""The files of a Pulumi project around the documents, and its README."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pulumi_resource_dataworks import __version__

from ._documents import Member, as_json
from ._kinds import FILE, counted
from ._languages import CONTENT, LANGUAGES, Language, filled, quoted, scalar, variable
from ._workspace import ExportRequest

_MOST_PLACES = 5
"""Places that the README names for a setting."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a program is made of.

    Attributes:
        request: What is exported.
        region: The exported workspace's region, where the program names it.
        members: What it declares; each comes after those whose outputs it names.
        settings: Of a portable program: what its stacks must set, and what each is in the exported workspace.
        places: Where each setting is used.
    """

    request: ExportRequest
    region: str | None
    members: Sequence[Member]
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    places: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    @property
    def language(self) -> Language:
        """The program's language."""
        return LANGUAGES[self.request.language]

    @property
    def name(self) -> str:
        """The project's name in Pulumi."""
        return "dataworks-workflows" if self.request.portable else f"dataworks-{self.request.project_id}"


def program_files(program: Program) -> dict[str, bytes]:
    """The files of a program by path, the scripts aside."""
    request = program.request
    folders = dict.fromkeys(member.kind.folder for member in program.members)
    python_sdk = f"pulumi-dataworks=={__version__}\n" if request.language == "python" else ""
    texts = {
        "Pulumi.yaml": "".join(f"{line}\n" for line in _pulumi_yaml(program)),
        "requirements.txt": f"pulumi-resource-dataworks=={__version__}\n{python_sdk}",
        ".gitattributes": "# A script is what its file holds, byte by byte: Git is not to change line ends.\n"
        + "".join(f"{folder}/** -text\n" for folder in folders),
        ".gitignore": ".venv/\n__pycache__/\nnode_modules/\nbin/\n",
        **program.language.written(program.name, request, program.members),
    }
    found = {path: text.encode() for path, text in texts.items()}
    found |= {f"{member.folder}/{member.kind.document}": as_json(member.root) for member in program.members}
    if not request.portable:
        imports = [
            {"type": member.kind.type, "name": member.resource, "id": f"{request.project_id}/{member.own}"}
            for member in program.members
        ]
        text = json.dumps({"resources": imports}, ensure_ascii=False, indent=2) + "\n"
        found["import.json"] = text.encode()
    return found


def _pulumi_yaml(program: Program) -> Iterator[str]:
    request = program.request
    where = "a DataWorks workspace" if request.portable else f"DataWorks workspace {request.project_id}"
    yield f"name: {program.name}"
    yield f"description: What {where} holds."
    yield f"runtime:{program.language.runtime}"
    yield "plugins:"
    yield "  providers:"
    yield "    - name: dataworks"
    yield "      path: .venv/bin # where pip puts the provider's executable"
    if request.portable:
        yield "config:"
        yield "  projectId:\n    type: integer"
        for key, value in program.settings.items():
            yield f"  {key}: # in workspace {request.project_id}: {quoted(value)}\n    type: string"
    elif program.region:
        yield "config:"
        yield f"  dataworks:region: {{ value: {quoted(program.region)} }}"
    if request.language == "yaml":
        yield "resources:"
        for member in program.members:
            yield from _resource(member, request)


def _resource(member: Member, request: ExportRequest) -> Iterator[str]:
    """A resource of a program in Pulumi YAML."""
    yield f"  {scalar(member.resource)}:"
    yield f"    type: dataworks:{member.kind.resource}"
    yield "    properties:"
    yield f"      projectId: {'${projectId}' if request.portable else request.project_id}"
    yield "      spec:"
    yield "        fn::invoke:"
    yield "          function: dataworks:readFlowSpec"
    yield "          arguments:"
    yield f"            path: {scalar(f'{member.folder}/{member.kind.document}')}"
    if member.variables:
        yield "            variables:"
    for name, stands_for in member.variables.items():
        yield f"              {quoted(name)}: {variable(stands_for)}"
    yield "          return: spec"
    if member.kind.scene:
        yield f"      scene: {member.kind.scene}"
    if member.kind is FILE and request.portable:
        yield f"      content: {{ fn::fileAsset: {scalar(f'{member.folder}/{CONTENT}')} }}"
    if not request.portable:
        yield "    options: { protect: true }"


# --- The README of an exported project: what is where, and the commands that come next


def readme(program: Program, left_out: Mapping[str, str], mentions: Mapping[str, Sequence[str]]) -> str:
    """The text of README.md.

    Args:
        program: The program.
        left_out: Why something is no part of it, by path.
        mentions: Scripts that name something of the workspace, by path: what they name.
    """
    request, kinds = program.request, [member.kind for member in program.members]
    values = {
        "project_id": request.project_id,
        "request": request,
        "program": program.language.program,
        "install": program.language.install,
        "count": counted(kinds),
        "folders": ", ".join(f"`{folder}/`" for folder in dict.fromkeys(kind.folder for kind in kinds)),
        "calls": len(kinds) + sum(kind.folder in ("nodes", "tasks") for kind in kinds),
    }
    parts = [filled("README.md", values, [request.form, *["anywhere"] * (not program.region)])]
    if FILE in kinds:
        files = [one for one in program.members if one.kind is FILE] if request.portable else []
        parts.append(filled("files.md", {}, [request.form]))
        parts[-1] += "".join(f"- `{one.folder}/{CONTENT}`: {one.path}\n" for one in files)
    if program.settings:
        parts.append("".join(f"{line}\n" for line in _settings(program)))
    if mentions:
        lines = [
            f"\n- `{path}`: {', '.join(f'`{name}`' for name in names)}" for path, names in mentions.items()
        ]
        parts.append(
            f"## Scripts to look at\n\nThey name the workspace, something in it by its ID, or the value of a setting:\n{''.join(lines)}\n"
        )
    if left_out:
        lines = [f"\n- {path}: {' '.join(reason.split())}" for path, reason in sorted(left_out.items())]
        parts.append(
            "## Left out\n\nThese are no part of the program. `left-out/` has their documents as DataWorks gave them:\n"
            f"{''.join(lines)}\n"
        )
    return "\n".join(parts)


def _settings(program: Program) -> Iterator[str]:
    yield "## What belongs to a workspace\n"
    yield "Set each with `pulumi config set KEY VALUE`:\n"
    if any(value.startswith("id:") for value in program.settings.values()):
        yield "Write `id:` where it is here: Pulumi YAML makes something else of a number, `true` and the like.\n"
    yield f"| key | in workspace {program.request.project_id} | used by |"
    yield "|---|---|---|"
    for key, value in program.settings.items():
        places = program.places[key]
        more = f"; and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        shown = "; ".join(places[:_MOST_PLACES]) + more
        yield f"| `{key}` | `{_cell(value)}` | {_cell(shown)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
