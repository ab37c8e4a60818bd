"""The program around the documents: in Python, TypeScript and Go, whose files are in `templates`, and as values of Pulumi YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePath
from string import Template

from pulumi_resource_dataworks import __version__

from ._documents import Member, Output, Setting
from ._kinds import FILE, KINDS, WORKFLOW, Kind
from ._workspace import ExportRequest

CONTENT = "content"
"""The file beside the document of a file resource that a portable program uploads."""

_TEMPLATES = resources.files("pulumi_resource_dataworks.export").joinpath("templates")


def filled(template: str, values: Mapping[str, object], words: Collection[str] = ()) -> str:
    """A template with what stands in it for `$...`; a line that begins with `?word` is there for that word alone."""
    text = _TEMPLATES.joinpath(f"{template}.txt").read_text("utf-8")
    text = re.sub(r"(?m)^\?(\w+) ?(.*\n)", lambda line: line[2] if line[1] in words else "", text)
    return Template(text).substitute(values)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of Pulumi.

    Attributes:
        program: The name of the program's file.
        runtime: Its name, as Pulumi.yaml has it.
        install: The command that installs the program's packages, pip's aside.
        files: The project's own files that have a template; so does the function that declares a resource of one kind.
        calls: How the program calls such a function, without variables and with them.
        setting: The value of a variable that is a setting of the stack.
        outputs: The value of one that is an output, of a workflow's node and of anything else.
    """

    program: str
    runtime: str
    install: str = ""
    files: tuple[str, ...] = ()
    calls: tuple[str, str] = ("", "")
    setting: str = ""
    outputs: tuple[str, str] = ("", "")

    def written(self, name: str, request: ExportRequest, members: Sequence[Member]) -> dict[str, str]:
        """The project's own files."""
        kinds = [kind for kind in KINDS if self.files and any(one.kind is kind for one in members)]
        values = {
            "project_id": request.project_id,
            "helpers": "\n".join(self._helper(kind, request.form) for kind in kinds),
            "calls": "\n".join(map(self._call, members)),
            "name": name,
            "version": __version__,
        }
        return {file: filled(file, values, [request.form]) for file in self.files}

    def _helper(self, kind: Kind, form: str) -> str:
        words = [form, "workflow" if kind is WORKFLOW else "object"]
        words += ["scene"] * bool(kind.scene) + ["upload"] * (kind is FILE and form == "portable")
        values = {
            "helper": kind.helper,
            "noun": kind.noun,
            "folder": kind.folder,
            "document": kind.document,
            "resource": kind.resource,
            "output": kind.output.title(),
            "scene": kind.scene,
            "content": CONTENT,
        }
        return filled(f"helper{PurePath(self.program).suffix}", values, words)

    def _call(self, member: Member) -> str:
        lines = [f"    {_json(name)}: {self._value(value)}" for name, value in member.variables.items()]
        call = self.calls[bool(lines)]
        return call.format(
            member.kind.helper, _json(member.resource), _json(member.folder), ",\n".join(lines)
        )

    def _value(self, value: Setting | Output) -> str:
        if isinstance(value, Setting):
            return self.setting.format(_json(value.key))
        name, node = _json(value.resource), _json(value.node)
        return self.outputs[value.kind is not WORKFLOW].format(kind=value.kind, name=name, node=node)


def _json(text: str) -> str:
    """A text as all three languages write it. What cannot be seen is escaped: Go takes no byte order mark within a file."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(
        letter if letter.isprintable() or ord(letter) > 0xFFFF else f"\\u{ord(letter):04x}"
        for letter in written
    )


LANGUAGES = {
    "python": Language(
        "__main__.py",
        "\n  name: python\n  options:\n    toolchain: pip\n    virtualenv: .venv",
        files=("__main__.py",),
        calls=("{}({}, {})", "{}({}, {}, {{\n{},\n}})"),
        setting="config.require({})",
        outputs=("{kind.folder}[{name}].node_outputs[{node}]", "{kind.folder}[{name}].{kind.output}"),
    ),
    "yaml": Language("Pulumi.yaml", " yaml"),
    "typescript": Language(
        "index.ts",
        " nodejs",
        "npm install\n",
        files=("index.ts", "package.json", "tsconfig.json"),
        calls=("{}({}, {});", "{}({}, {}, {{\n{},\n}});"),
        setting="config.require({})",
        outputs=("{kind.folder}[{name}].nodeOutputs[{node}]", "{kind.folder}[{name}].{kind.output}"),
    ),
    "go": Language(
        "main.go",
        " go",
        "go mod tidy\n",
        files=("main.go", "go.mod"),
        calls=("\t\t{}(ctx, {}, {}, nil),", "\t\t{}(ctx, {}, {}, pulumi.Map{{\n{},\n\t\t}}),"),
        setting="pulumi.String(config.Require(ctx, {}))",
        outputs=("{kind.helper}Output({name}, {node})", "{kind.helper}Output({name})"),
    ),
}


# --- Values as Pulumi YAML writes them: `${...}` for what is known later, `$$` for a `$` that would begin one
#
# Pulumi makes a number or a truth value of a setting that looks like one: such a setting is written `id:<value>`.


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


def variable(value: Setting | Output) -> str:
    """What a document's variable is in Pulumi."""
    if isinstance(value, Output):
        node = f"[{_subscript(value.node)}]" if value.node else ""
        return quoted(f"${{[{_subscript(value.resource)}].{value.kind.output}{node}}}")
    text = quoted(f"${{{value.key}}}")
    return f'{{ fn::select: [1, {{ fn::split: [":", {text}] }}] }}' if value.is_literal else text


def _subscript(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
