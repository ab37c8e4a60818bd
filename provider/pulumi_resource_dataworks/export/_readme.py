"""The README of an exported project: what is where, and the commands that come next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ._fetch import workflows
from ._folder import MANIFEST, About
from ._program import Program

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
