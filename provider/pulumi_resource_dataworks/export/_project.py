"""The program around the documents, the files of its project, and its README."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks.flowspec import Object

from . import _go, _python, _typescript
from ._fetch import workflows
from ._folder import MANIFEST, About
from ._layout import DOCUMENT, as_json
from ._yaml import block, quoted, scalar

# --- The program around the documents, in each language, and the files that a project of that language has


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


# --- The README of an exported project: what is where, and the commands that come next


_FEW = 5

_TOOLS = {
    "python": "",
    "yaml": "",
    "typescript": "npm install\n",
    "go": "go mod tidy\n",
}
_PROGRAMS = {"python": "__main__.py", "yaml": "Pulumi.yaml", "typescript": "index.ts", "go": "main.go"}


@dataclass(frozen=True, slots=True)
class Look:
    """A script that names something of the workspace.

    Attributes:
        path: Its file.
        names: What it names.
    """

    path: str
    names: Sequence[str]


def readme(
    program: Program,
    about: About,
    left_out: Mapping[str, str],
    used: Mapping[str, Sequence[str]],
    looks: Sequence[Look],
) -> str:
    """The text of README.md.

    Args:
        program: The program.
        about: What the export is of.
        left_out: Why a workflow is no part of it, by path.
        used: Where each setting is used.
        looks: Scripts that name something of the workspace.
    """
    sections = [_head(program, about), _portable(program) if program.portable else _import(program)]
    if program.settings:
        sections.append("\n".join(_settings(program, used)))
    if looks:
        sections.append("\n".join(_to_look_at(looks)))
    if left_out:
        sections.append("\n".join(_left_out(left_out)))
    return "\n\n".join(sections) + "\n"


def _head(program: Program, about: About) -> str:
    count = len(program.members)
    beside = "with its document in `workflow.json` and " if program.language != "yaml" else "with "
    return f"""# DataWorks workflows of workspace {about.project_id}

Written by `pulumi-dataworks export {about}`. `{_PROGRAMS[program.language]}` declares {workflows(count)}.
`workflows/` has a folder for each, as they lie in Data Studio, {beside}its scripts in files of their
own. What the files hold is what DataWorks gets, to the last line break.

`{MANIFEST}` lists what the export has written. Keep it: with it, the same export can be repeated here, and never overwrites
a file that somebody has edited."""


def _setup(program: Program) -> str:
    return f"""python3 -m venv .venv
.venv/bin/pip install -r requirements.txt
{_TOOLS[program.language]}pulumi stack init dev
"""


def _import(program: Program) -> str:
    region = "" if program.region else "pulumi config set dataworks:region cn-shanghai\n"
    return f"""## Take the workflows over

```sh
{_setup(program)}{region}export ALIBABA_CLOUD_ACCESS_KEY_ID=... ALIBABA_CLOUD_ACCESS_KEY_SECRET=...
pulumi import --file import.json --generate-code=false --skip-preview --yes
pulumi preview --expect-no-changes
```

The import reads each workflow once ({len(program.members)} calls) and writes nothing to DataWorks; the preview makes no call. The
resources are protected: nothing deletes a workflow before the program says otherwise. After the import, `import.json` is
of no use."""


def _portable(program: Program) -> str:
    return f"""## Make the workflows in another workspace

```sh
{_setup(program)}pulumi config set projectId 123456
pulumi config set dataworks:region cn-shanghai
export ALIBABA_CLOUD_ACCESS_KEY_ID=... ALIBABA_CLOUD_ACCESS_KEY_SECRET=...
pulumi preview
```

No document holds an ID of workspace {program.project_id}: the provider derives new ones, for each stack its own. `--portable` is not for
the workspace itself, where the paths are taken."""


def _settings(program: Program, used: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "## What belongs to a workspace\n"
    yield "Set each with `pulumi config set KEY VALUE`:\n"
    if any(value.startswith("id:") for value in program.settings.values()):
        yield "Write `id:` before an ID, as Pulumi YAML rounds numbers.\n"
    yield f"| key | in workspace {program.project_id} | used by |"
    yield "|---|---|---|"
    for key, value in program.settings.items():
        places = list(used.get(key, ()))
        shown = "; ".join(places[:_FEW]) + (f"; and {len(places) - _FEW} more" if len(places) > _FEW else "")
        yield f"| `{key}` | `{_cell(value)}` | {_cell(shown)} |"


def _to_look_at(looks: Sequence[Look]) -> Iterator[str]:
    yield "## Scripts to look at\n"
    yield "They name the workspace, or something in it by its ID:\n"
    for look in looks:
        yield f"- `{look.path}`: {', '.join(f'`{name}`' for name in look.names)}"


def _left_out(left_out: Mapping[str, str]) -> Iterator[str]:
    yield "## Left out\n"
    yield "These are no part of the program. `left-out/` has their documents as DataWorks gave them:\n"
    for path, reason in sorted(left_out.items()):
        yield f"- {path}: {' '.join(reason.split())}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
