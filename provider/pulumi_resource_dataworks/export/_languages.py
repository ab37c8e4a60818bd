"""The program around the documents in Python, TypeScript and Go, as templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Template

from pulumi_resource_dataworks import __version__

from ._portable import Setting, Variables


@dataclass(frozen=True, slots=True)
class Language:
    """A language of Pulumi.

    Attributes:
        program: The name of the program's file.
        runtime: Its name, as Pulumi.yaml has it.
        install: The command that installs the program's packages, pip's aside.
        calls: How the program declares a workflow, without variables and with them.
        setting: The value of a variable that is a setting of the stack.
        output: The value of one that is a node's output of another workflow.
        files: The project's own files, as templates.
        own: What stands in them for `$...` in a program for the exported workspace.
        portable: The same in one for other workspaces.
    """

    program: str
    runtime: str
    install: str = ""
    calls: tuple[str, str] = ("", "")
    setting: str = ""
    output: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    own: Mapping[str, str] = field(default_factory=dict[str, str])
    portable: Mapping[str, str] = field(default_factory=dict[str, str])

    def written(
        self, name: str, project_id: int, workflows: Iterable[tuple[str, str, Variables]], *, portable: bool
    ) -> dict[str, str]:
        """The project's own files, for workflows by name of the resource, folder and variables."""
        values = {
            "title": "DataWorks workflows"
            if portable
            else f"The workflows of DataWorks workspace {project_id}",
            "calls": "\n".join(self._call(*workflow) for workflow in workflows),
            "name": name,
            "version": __version__,
        }
        parts = self.portable if portable else self.own
        values |= {key: Template(part).substitute(project_id=project_id) for key, part in parts.items()}
        return {path: Template(text).substitute(values) for path, text in self.files.items()}

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


_PYTHON = '''"""$title: each in a folder of its own."""

import pulumi
import pulumi_dataworks as dataworks

$constants

def workflow(name: str, folder: str$parameter) -> None:
    """Declare the workflow of a folder."""
    document = dataworks.read_flow_spec_output(path=f"{folder}/workflow.json"$variables)
$declaration

$calls
'''
_PYTHON_OWN = {
    "constants": "PROJECT_ID = $project_id\n",
    "parameter": "",
    "variables": "",
    "declaration": """    dataworks.WorkflowDefinition(
        name,
        project_id=PROJECT_ID,
        spec=document.spec,
        opts=pulumi.ResourceOptions(protect=True),  # no destroy deletes it before this line says False
    )
""",
}
_PYTHON_PORTABLE = {
    "constants": """config = pulumi.Config()
workflows: dict[str, dataworks.WorkflowDefinition] = {}
""",
    "parameter": ", variables: dict[str, pulumi.Input[str]] | None = None",
    "variables": ", variables=variables",
    "declaration": """    workflows[name] = dataworks.WorkflowDefinition(
        name, project_id=config.require_int("projectId"), spec=document.spec
    )
""",
}

_TYPESCRIPT = """// $title: each in a folder of its own.

import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

$constants
/** Declares the workflow of a folder. */
function workflow(name: string, folder: string, variables: Record<string, pulumi.Input<string>> = {}): void {
    const { spec } = dataworks.readFlowSpecOutput({ path: folder + "/workflow.json", variables });
$declaration}

$calls
"""
_TYPESCRIPT_OWN = {
    "constants": "const projectId = $project_id;\n",
    "declaration": "    // no destroy deletes it before this line says false\n"
    "    new dataworks.WorkflowDefinition(name, { projectId, spec }, { protect: true });\n",
}
_TYPESCRIPT_PORTABLE = {
    "constants": """const config = new pulumi.Config();
const workflows: Record<string, dataworks.WorkflowDefinition> = {};
""",
    "declaration": """    const projectId = config.requireNumber("projectId");
    workflows[name] = new dataworks.WorkflowDefinition(name, { projectId, spec });
""",
}
_TSCONFIG = """{
  "compilerOptions": {
    "strict": true,
    "outDir": "bin",
    "target": "es2020",
    "module": "commonjs",
    "moduleResolution": "node",
    "types": ["node"],
    "skipLibCheck": true
  },
  "files": ["index.ts"]
}
"""
_PACKAGE = """{
  "name": "$name",
  "private": true,
  "main": "index.ts",
  "dependencies": {
    "@pulumi-dataworks/dataworks": "$version",
    "@pulumi/pulumi": "^3.269.0"
  },
  "devDependencies": {
    "@types/node": "^20",
    "typescript": "^5.9.0"
  }
}
"""

_GO = """// $title: each in a folder of its own.
package main

import (
	"errors"

	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
$config)

${outputs}func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	workflow := func(name, folder string, variables pulumi.Map) error {
		document := dataworks.ReadFlowSpecOutput(ctx, dataworks.ReadFlowSpecOutputArgs{
			Path:      pulumi.String(folder + "/workflow.json"),
			Variables: variables,
		})
$declaration	}
	return errors.Join(
$calls
	)
}
"""
_GO_OWN = {
    "config": "",
    "outputs": "",
    "declaration": """		_, err := dataworks.NewWorkflowDefinition(ctx, name, &dataworks.WorkflowDefinitionArgs{
			ProjectId: pulumi.Int($project_id),
			Spec:      document.Spec(),
		}, pulumi.Protect(true)) // no destroy deletes it before this line says false
		return err
""",
}
_GO_PORTABLE = {
    "config": '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"\n',
    "outputs": """var workflows = map[string]*dataworks.WorkflowDefinition{}

func output(name, node string) pulumi.StringOutput {
	return workflows[name].NodeOutputs.MapIndex(pulumi.String(node))
}

""",
    "declaration": """		made, err := dataworks.NewWorkflowDefinition(ctx, name, &dataworks.WorkflowDefinitionArgs{
			ProjectId: pulumi.Int(config.RequireInt(ctx, "projectId")),
			Spec:      document.Spec(),
		})
		workflows[name] = made
		return err
""",
}
_GO_MODULE = """module $name

go 1.26.6

require (
	github.com/pulumi-dataworks/pulumi-dataworks/sdk/go v$version
	github.com/pulumi/pulumi/sdk/v3 v3.276.0
)
"""

LANGUAGES = {
    "python": Language(
        "__main__.py",
        "\n  name: python\n  options:\n    toolchain: pip\n    virtualenv: .venv",
        calls=("workflow({}, {})", "workflow({}, {}, {{\n{},\n}})"),
        setting="config.require({})",
        output="workflows[{}].node_outputs[{}]",
        files={"__main__.py": _PYTHON},
        own=_PYTHON_OWN,
        portable=_PYTHON_PORTABLE,
    ),
    "yaml": Language("Pulumi.yaml", " yaml"),
    "typescript": Language(
        "index.ts",
        " nodejs",
        "npm install\n",
        calls=("workflow({}, {});", "workflow({}, {}, {{\n{},\n}});"),
        setting="config.require({})",
        output="workflows[{}].nodeOutputs[{}]",
        files={"index.ts": _TYPESCRIPT, "package.json": _PACKAGE, "tsconfig.json": _TSCONFIG},
        own=_TYPESCRIPT_OWN,
        portable=_TYPESCRIPT_PORTABLE,
    ),
    "go": Language(
        "main.go",
        " go",
        "go mod tidy\n",
        calls=("\t\tworkflow({}, {}, nil),", "\t\tworkflow({}, {}, pulumi.Map{{\n{},\n\t\t}}),"),
        setting="pulumi.String(config.Require(ctx, {}))",
        output="output({}, {})",
        files={"main.go": _GO, "go.mod": _GO_MODULE},
        own=_GO_OWN,
        portable=_GO_PORTABLE,
    ),
}
