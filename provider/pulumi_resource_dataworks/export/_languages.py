"""The program around the documents in Python, TypeScript and Go, as templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Template

from pulumi_resource_dataworks import __version__


@dataclass(frozen=True, slots=True)
class Language:
    """A language of Pulumi.

    Attributes:
        program: The name of the program's file.
        runtime: Its name, as Pulumi.yaml has it.
        install: The command that installs the program's packages, pip's aside.
        call: The line of the program for a workflow.
        files: The project's own files, as templates.
        own: What stands in them for `$...` in a program for the exported workspace.
        portable: The same in one for other workspaces.
    """

    program: str
    runtime: str
    install: str = ""
    call: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    own: Mapping[str, str] = field(default_factory=dict[str, str])
    portable: Mapping[str, str] = field(default_factory=dict[str, str])

    def written(
        self, name: str, project_id: int, workflows: Iterable[tuple[str, str]], *, portable: bool
    ) -> dict[str, str]:
        """The project's own files, for workflows by name of the resource and folder."""
        quoted = ([json.dumps(text, ensure_ascii=False) for text in workflow] for workflow in workflows)
        values = {
            "title": "DataWorks workflows"
            if portable
            else f"The workflows of DataWorks workspace {project_id}",
            "calls": "\n".join(self.call.format(*texts) for texts in quoted),
            "name": name,
            "version": __version__,
        }
        parts = self.portable if portable else self.own
        values |= {key: Template(part).substitute(project_id=project_id) for key, part in parts.items()}
        return {path: Template(text).substitute(values) for path, text in self.files.items()}


_PYTHON = '''"""$title: each in a folder of its own."""

import json
from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks

$constants

def fill(found: dict, folder: Path):
    """Put a value in the place of {"fn::...": ...} in a document."""
    match found:
        case {"fn::readFile": name}:
            return (folder / name).read_bytes().decode()
$cases    return found


def workflow(name: str, folder: str) -> None:
    """Declare the workflow of a folder."""
    here = Path(__file__).parent / folder
    text = (here / "workflow.json").read_text(encoding="utf-8")
    spec = json.loads(text, object_hook=lambda found: fill(found, here))
$declaration

$calls
'''
_PYTHON_OWN = {
    "constants": "PROJECT_ID = $project_id\n",
    "cases": "",
    "declaration": """    dataworks.WorkflowDefinition(
        name,
        project_id=PROJECT_ID,
        spec=json.dumps(spec),
        opts=pulumi.ResourceOptions(protect=True),  # no destroy deletes it before this line says False
    )
""",
}
_PYTHON_PORTABLE = {
    "constants": """config = pulumi.Config()
workflows: dict[str, dataworks.WorkflowDefinition] = {}

""",
    "cases": """        case {"fn::config": key}:
            return config.require(key)
        case {"fn::nodeOutput": [name, node]}:
            return workflows[name].node_outputs[node]
        case {"fn::join": [separator, parts]}:
            return separator.join(parts)
""",
    "declaration": """    workflows[name] = dataworks.WorkflowDefinition(
        name, project_id=config.require_int("projectId"), spec=pulumi.Output.json_dumps(spec)
    )
""",
}

_TYPESCRIPT = """// $title: each in a folder of its own.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

$constants
/** Puts a value in the place of {"fn::...": ...} in a document. */
function fill(found: any, folder: string): unknown {
    if (found?.["fn::readFile"]) return readFileSync(join(folder, found["fn::readFile"]), "utf8");
$cases    return found;
}

/** Declares the workflow of a folder. */
function workflow(name: string, folder: string): void {
    const text = readFileSync(join(folder, "workflow.json"), "utf8");
    const spec = JSON.parse(text, (_, found) => fill(found, folder));
$declaration}

$calls
"""
_TYPESCRIPT_OWN = {
    "constants": "const projectId = $project_id;\n",
    "cases": "",
    "declaration": """    new dataworks.WorkflowDefinition(
        name,
        { projectId, spec: JSON.stringify(spec) },
        { protect: true }, // no destroy deletes it before this line says false
    );
""",
}
_TYPESCRIPT_PORTABLE = {
    "constants": """const config = new pulumi.Config();
const workflows: Record<string, dataworks.WorkflowDefinition> = {};
""",
    "cases": """    if (found?.["fn::config"]) return config.require(found["fn::config"]);
    if (found?.["fn::nodeOutput"]) {
        const [name, node] = found["fn::nodeOutput"];
        return workflows[name].nodeOutputs[node];
    }
    if (found?.["fn::join"]) return found["fn::join"][1].join(found["fn::join"][0]);
""",
    "declaration": """    const projectId = config.requireNumber("projectId");
    workflows[name] = new dataworks.WorkflowDefinition(name, { projectId, spec: pulumi.jsonStringify(spec) });
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
	"bytes"
	"encoding/json"
$fmt	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
$config)

$constants
// Name of the resource and folder of each workflow.
var workflows = [][2]string{
$calls
}

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
$outputs	for _, workflow := range workflows {
		name, folder := workflow[0], workflow[1]
		spec, err := read(folder, func($function string, argument any) (any, error) {
$fill		})
		if err != nil {
			return err
		}
$declaration	}
	return nil
}

// read returns the document of a folder, with a value in the place of each {"fn::...": ...}.
func read(folder string, fill func(function string, argument any) (any, error)) (any, error) {
	text, err := os.ReadFile(filepath.Join(folder, "workflow.json"))
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	return filled(document, fill)
}

func filled(value any, fill func(function string, argument any) (any, error)) (any, error) {
	var err error
	switch value := value.(type) {
	case []any:
		for index, item := range value {
			if value[index], err = filled(item, fill); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key, item := range value {
			if value[key], err = filled(item, fill); err != nil {
				return nil, err
			}
			if strings.HasPrefix(key, "fn::") {
				return fill(key, value[key])
			}
		}
	}
	return value, nil
}

func readFile(folder string, name any) (any, error) {
	script, err := os.ReadFile(filepath.Join(folder, name.(string)))
	return string(script), err
}
"""
_GO_OWN = {
    "fmt": "",
    "config": "",
    "constants": "const projectID = $project_id\n",
    "outputs": "",
    "function": "_",
    "fill": "\t\t\treturn readFile(folder, argument)\n",
    "declaration": """		text, err := json.Marshal(spec)
		if err != nil {
			return err
		}
		_, err = dataworks.NewWorkflowDefinition(ctx, name, &dataworks.WorkflowDefinitionArgs{
			ProjectId: pulumi.Int(projectID),
			Spec:      pulumi.String(text),
		}, pulumi.Protect(true)) // no destroy deletes it before this line says false
		if err != nil {
			return err
		}
""",
}
_GO_PORTABLE = {
    "fmt": '\t"fmt"\n',
    "config": '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"\n',
    "constants": "",
    "outputs": "\toutputs := map[string]pulumi.StringMapOutput{}\n",
    "function": "function",
    "fill": """			switch function {
			case "fn::readFile":
				return readFile(folder, argument)
			case "fn::config":
				return config.Require(ctx, argument.(string)), nil
			case "fn::nodeOutput":
				of := argument.([]any)
				return outputs[of[0].(string)].MapIndex(pulumi.String(of[1].(string))), nil
			case "fn::join":
				parts := argument.([]any)[1].([]any)
				return parts[0].(string) + parts[1].(string), nil
			}
			return nil, fmt.Errorf("%s/workflow.json: no function %s", folder, function)
""",
    "declaration": """		made, err := dataworks.NewWorkflowDefinition(ctx, name, &dataworks.WorkflowDefinitionArgs{
			ProjectId: pulumi.Int(config.RequireInt(ctx, "projectId")),
			Spec:      pulumi.JSONMarshal(spec),
		})
		if err != nil {
			return err
		}
		outputs[name] = made.NodeOutputs
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
        call="workflow({}, {})",
        files={"__main__.py": _PYTHON},
        own=_PYTHON_OWN,
        portable=_PYTHON_PORTABLE,
    ),
    "yaml": Language("Pulumi.yaml", " yaml"),
    "typescript": Language(
        "index.ts",
        " nodejs",
        "npm install\n",
        call="workflow({}, {});",
        files={"index.ts": _TYPESCRIPT, "package.json": _PACKAGE, "tsconfig.json": _TSCONFIG},
        own=_TYPESCRIPT_OWN,
        portable=_TYPESCRIPT_PORTABLE,
    ),
    "go": Language(
        "main.go",
        " go",
        "go mod tidy\n",
        call="\t{{{}, {}}},",
        files={"main.go": _GO, "go.mod": _GO_MODULE},
        own=_GO_OWN,
        portable=_GO_PORTABLE,
    ),
}
