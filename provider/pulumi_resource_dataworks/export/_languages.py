"""The program around the documents: in Python, TypeScript and Go, whose files are in `templates`, and as values of Pulumi YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from string import Template

from pulumi_resource_dataworks import __version__

from ._documents import NodeOutput, Setting, Variables

_TEMPLATES = resources.files("pulumi_resource_dataworks.export").joinpath("templates")


def filled(template: str, values: Mapping[str, object]) -> str:
    """A template with what stands in it for `$...`."""
    return Template(_TEMPLATES.joinpath(f"{template}.txt").read_text("utf-8")).substitute(values)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of Pulumi.

    Attributes:
        program: The name of the program's file.
        runtime: Its name, as Pulumi.yaml has it.
        install: The command that installs the program's packages, pip's aside.
        files: The project's own files that have a template.
        calls: How the program declares a workflow, without variables and with them.
        setting: The value of a variable that is a setting of the stack.
        output: The value of one that is a node's output of another workflow.
    """

    program: str
    runtime: str
    install: str = ""
    files: tuple[str, ...] = ()
    calls: tuple[str, str] = ("", "")
    setting: str = ""
    output: str = ""

    def written(
        self, name: str, project_id: int, workflows: Iterable[tuple[str, str, Variables]], *, portable: bool
    ) -> dict[str, str]:
        """The project's own files, for workflows by name of the resource, folder and variables."""
        values = {
            "calls": "\n".join(self._call(*workflow) for workflow in workflows),
            "name": name,
            "project_id": project_id,
            "version": __version__,
        }
        found: dict[str, str] = {}
        for file in self.files:
            found[file] = filled(f"portable-{file}" if portable and file == self.program else file, values)
        return found

    def _call(self, resource: str, folder: str, variables: Variables) -> str:
        lines = [
            f"    {_json(name)}: "
            + (
                self.setting.format(_json(value.key))
                if isinstance(value, Setting)
                else self.output.format(_json(value.resource), _json(value.node))
            )
            for name, value in variables.items()
        ]
        call = self.calls[bool(lines)]
        return call.format(_json(resource), _json(folder), ",\n".join(lines))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


LANGUAGES = {
    "python": Language(
        "__main__.py",
        "\n  name: python\n  options:\n    toolchain: pip\n    virtualenv: .venv",
        files=("__main__.py",),
        calls=("workflow({}, {})", "workflow({}, {}, {{\n{},\n}})"),
        setting="config.require({})",
        output="workflows[{}].node_outputs[{}]",
    ),
    "yaml": Language("Pulumi.yaml", " yaml"),
    "typescript": Language(
        "index.ts",
        " nodejs",
        "npm install\n",
        ("index.ts", "package.json", "tsconfig.json"),
        calls=("workflow({}, {});", "workflow({}, {}, {{\n{},\n}});"),
        setting="config.require({})",
        output="workflows[{}].nodeOutputs[{}]",
    ),
    "go": Language(
        "main.go",
        " go",
        "go mod tidy\n",
        ("main.go", "go.mod"),
        calls=("\t\tworkflow({}, {}, nil),", "\t\tworkflow({}, {}, pulumi.Map{{\n{},\n\t\t}}),"),
        setting="pulumi.String(config.Require(ctx, {}))",
        output="output({}, {})",
    ),
}


# --- Values as Pulumi YAML writes them: `${...}` for what is known later, `$$` for a `$` that would begin one
#
# Pulumi makes a number of a setting that looks like one, and rounds it: such a setting is written `id:<digits>`.


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def scalar(text: str) -> str:
    """A text in which Pulumi takes nothing for its own."""
    return quoted(re.sub(r"\$(?=[{$])", "$$", text))


def quoted(text: str) -> str:
    """A text that YAML reads as just that: plain where no reader can take it for anything else."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def variable(value: Setting | NodeOutput) -> str:
    """What a document's variable is in Pulumi."""
    if isinstance(value, NodeOutput):
        return quoted(f"${{[{_subscript(value.resource)}].nodeOutputs[{_subscript(value.node)}]}}")
    text = quoted(f"${{{value.key}}}")
    return f'{{ fn::select: [1, {{ fn::split: [":", {text}] }}] }}' if value.is_number else text


def _subscript(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
