"""The program around the documents in Python, TypeScript and Go, whose files are in `templates`; Pulumi.yaml is one by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from string import Template

from pulumi_resource_dataworks import __version__

from ._portable import Setting, Variables

_TEMPLATES = resources.files("pulumi_resource_dataworks.export").joinpath("templates")


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
            template = f"portable-{file}.txt" if portable and file == self.program else f"{file}.txt"
            found[file] = Template(_TEMPLATES.joinpath(template).read_text("utf-8")).substitute(values)
        return found

    def _call(self, resource: str, folder: str, variables: Variables) -> str:
        lines = [
            f"    {_quoted(name)}: "
            + (
                self.setting.format(_quoted(value.key))
                if isinstance(value, Setting)
                else self.output.format(_quoted(value.resource), _quoted(value.node))
            )
            for name, value in variables.items()
        ]
        call = self.calls[bool(lines)]
        return call.format(_quoted(resource), _quoted(folder), ",\n".join(lines))


def _quoted(text: str) -> str:
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
