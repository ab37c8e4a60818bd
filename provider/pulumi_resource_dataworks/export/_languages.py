"""The program around the documents: in Python, TypeScript and Go, whose files are in `templates`, and as values of Pulumi YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from string import Template

from pulumi_resource_dataworks import __version__

from ._documents import Member, Output, Setting
from ._kinds import FILE, KINDS, WORKFLOW, Kind

CONTENT = "content"
"""The file beside the document of a file resource that a portable program uploads."""

_TEMPLATES = resources.files("pulumi_resource_dataworks.export").joinpath("templates")


def filled(template: str, values: Mapping[str, object]) -> str:
    """A template with what stands in it for `$...`."""
    return Template(_TEMPLATES.joinpath(f"{template}.txt").read_text("utf-8")).substitute(values)


def inputs_of(kind: Kind, *, portable: bool) -> list[str]:
    """The inputs that a program gives beside the document."""
    return ["scene"] * bool(kind.scene) + ["content"] * (kind is FILE and portable)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of Pulumi. Where there are two of something, the second is for portable programs.

    Attributes:
        program: The name of the program's file.
        runtime: Its name, as Pulumi.yaml has it.
        install: The command that installs the program's packages, pip's aside.
        files: The project's own files that have a template.
        helper: The template of a function that declares a resource of one kind.
        project: What the program says of the workspace before everything else.
        project_id: How its functions name the workspace, where that is not always the same.
        calls: How the program calls such a function, without variables and with them.
        setting: The value of a variable that is a setting of the stack.
        outputs: The value of one that is an output, of a workflow's node and of anything else.
        inputs: What a function gives beside the document, by input.
        protect: How it protects what it declares.
    """

    program: str
    runtime: str
    install: str = ""
    files: tuple[str, ...] = ()
    helper: str = ""
    project: tuple[str, str] = ("", "")
    project_id: tuple[str, str] = ("", "")
    calls: tuple[str, str] = ("", "")
    setting: str = ""
    outputs: tuple[str, str] = ("", "")
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    protect: tuple[str, str] = ("", "")

    def written(
        self, name: str, project_id: int, members: Sequence[Member], *, portable: bool
    ) -> dict[str, str]:
        """The project's own files."""
        kinds = [kind for kind in KINDS if self.helper and any(one.kind is kind for one in members)]
        values = {
            "title": "A DataWorks workspace" if portable else f"DataWorks workspace {project_id}",
            "project": self.project[portable].format(project_id),
            "helpers": "\n".join(self._helper(kind, portable=portable) for kind in kinds),
            "calls": "\n".join(map(self._call, members)),
            "name": name,
            "version": __version__,
        }
        return {file: filled(file, values) for file in self.files}

    def _helper(self, kind: Kind, *, portable: bool) -> str:
        more = "".join(self.inputs[key].format(kind=kind) for key in inputs_of(kind, portable=portable))
        values = {
            "helper": kind.helper,
            "noun": kind.noun,
            "folder": kind.folder,
            "document": kind.document,
            "resource": kind.resource,
            "project_id": self.project_id[portable],
            "more": more,
            "protect": self.protect[portable],
            "node": ", node" if kind is WORKFLOW else "",
            "output": "NodeOutputs.MapIndex(pulumi.String(node))"
            if kind is WORKFLOW
            else kind.output.title(),
        }
        return filled(self.helper, values)

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
        helper="helper.py",
        project=("PROJECT_ID = {}", 'config = pulumi.Config()\nPROJECT_ID = config.require_int("projectId")'),
        calls=("{}({}, {})", "{}({}, {}, {{\n{},\n}})"),
        setting="config.require({})",
        outputs=("{kind.folder}[{name}].node_outputs[{node}]", "{kind.folder}[{name}].{kind.output}"),
        inputs={
            "scene": '        scene="{kind.scene}",\n',
            "content": f'        content=pulumi.FileAsset(f"{{{{folder}}}}/{CONTENT}"),\n',
        },
        protect=(
            "        opts=pulumi.ResourceOptions(protect=True),  # no destroy deletes it before this line says False\n",
            "",
        ),
    ),
    "yaml": Language(
        "Pulumi.yaml",
        " yaml",
        inputs={
            "scene": "scene: {kind.scene}",
            "content": "content: {{ fn::fileAsset: {file} }}",
        },
    ),
    "typescript": Language(
        "index.ts",
        " nodejs",
        "npm install\n",
        ("index.ts", "package.json", "tsconfig.json"),
        helper="helper.ts",
        project=(
            "const projectId = {};",
            'const config = new pulumi.Config();\nconst projectId = config.requireNumber("projectId");',
        ),
        calls=("{}({}, {});", "{}({}, {}, {{\n{},\n}});"),
        setting="config.require({})",
        outputs=("{kind.folder}[{name}].nodeOutputs[{node}]", "{kind.folder}[{name}].{kind.output}"),
        inputs={
            "scene": '        scene: "{kind.scene}",\n',
            "content": f'        content: new pulumi.asset.FileAsset(folder + "/{CONTENT}"),\n',
        },
        protect=(", { protect: true }); // no destroy deletes it before this line says false", ");"),
    ),
    "go": Language(
        "main.go",
        " go",
        "go mod tidy\n",
        ("main.go", "go.mod"),
        helper="helper.go",
        project=(
            ")\n\nconst projectID = {}",
            '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"\n)',
        ),
        project_id=("pulumi.Int(projectID)", 'pulumi.Int(config.RequireInt(ctx, "projectId"))'),
        calls=("\t\t{}(ctx, {}, {}, nil),", "\t\t{}(ctx, {}, {}, pulumi.Map{{\n{},\n\t\t}}),"),
        setting="pulumi.String(config.Require(ctx, {}))",
        outputs=("{kind.helper}Output({name}, {node})", "{kind.helper}Output({name})"),
        inputs={
            "scene": '\t\tScene:     pulumi.String("{kind.scene}"),\n',
            "content": f'\t\tContent:   pulumi.NewFileAsset(folder + "/{CONTENT}"),\n',
        },
        protect=(", pulumi.Protect(true)) // no destroy deletes it before this line says false", ")"),
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
