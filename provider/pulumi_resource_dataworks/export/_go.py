"""The program in Go."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pulumi_resource_dataworks import __version__

_PROGRAM = """// {title}: each in a folder of its own.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
{imports}
	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
{more_imports})

{constants}
// Name of the resource and folder of each workflow.
var workflows = [][2]string{{
{calls}
}}

func main() {{
	pulumi.Run(program)
}}

{helpers}
// read returns the document of a folder, with a value in the place of each {{"fn::...": ...}}.
func read(folder string, fill func(function string, argument any) (any, error)) (any, error) {{
	text, err := os.ReadFile(filepath.Join(folder, "workflow.json"))
	if err != nil {{
		return nil, err
	}}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {{
		return nil, err
	}}
	return filled(document, fill)
}}

func filled(value any, fill func(function string, argument any) (any, error)) (any, error) {{
	var err error
	switch value := value.(type) {{
	case []any:
		for index, item := range value {{
			if value[index], err = filled(item, fill); err != nil {{
				return nil, err
			}}
		}}
	case map[string]any:
		for key, item := range value {{
			if value[key], err = filled(item, fill); err != nil {{
				return nil, err
			}}
			if strings.HasPrefix(key, "fn::") {{
				return fill(key, value[key])
			}}
		}}
	}}
	return value, nil
}}

func readFile(folder string, name any) (any, error) {{
	script, err := os.ReadFile(filepath.Join(folder, name.(string)))
	return string(script), err
}}
"""

_HELPERS = """func program(ctx *pulumi.Context) error {
	for _, workflow := range workflows {
		name, folder := workflow[0], workflow[1]
		spec, err := read(folder, func(_ string, argument any) (any, error) {
			return readFile(folder, argument)
		})
		if err != nil {
			return err
		}
		text, err := json.Marshal(spec)
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
	}
	return nil
}
"""

_PORTABLE_HELPERS = """func program(ctx *pulumi.Context) error {
	outputs := map[string]pulumi.StringMapOutput{}
	for _, workflow := range workflows {
		name, folder := workflow[0], workflow[1]
		spec, err := read(folder, func(function string, argument any) (any, error) {
			switch function {
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
		})
		if err != nil {
			return err
		}
		made, err := dataworks.NewWorkflowDefinition(ctx, name, &dataworks.WorkflowDefinitionArgs{
			ProjectId: pulumi.Int(config.RequireInt(ctx, "projectId")),
			Spec:      pulumi.JSONMarshal(spec),
		})
		if err != nil {
			return err
		}
		outputs[name] = made.NodeOutputs
	}
	return nil
}
"""

_MODULE = """module {name}

go 1.26.6

require (
	github.com/pulumi-dataworks/pulumi-dataworks/sdk/go v{version}
	github.com/pulumi/pulumi/sdk/v3 v3.276.0
)
"""


def files(
    name: str, project_id: int, workflows: Sequence[tuple[str, str]], *, portable: bool
) -> dict[str, str]:
    """The program's own files.

    Args:
        name: The project's name.
        project_id: The exported workspace.
        workflows: Name of the resource and folder of each workflow.
        portable: Whether the program is for other workspaces.
    """
    calls = (f"\t{{{_text(resource)}, {_text(folder)}}}," for resource, folder in workflows)
    program = _PROGRAM.format(
        title="DataWorks workflows" if portable else f"The workflows of DataWorks workspace {project_id}",
        imports='\t"strings"\n',
        more_imports='\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"\n' if portable else "",
        constants="" if portable else f"const projectID = {project_id}\n",
        calls="\n".join(calls),
        helpers=_PORTABLE_HELPERS if portable else _HELPERS,
    )
    if portable:
        program = program.replace('\t"encoding/json"\n', '\t"encoding/json"\n\t"fmt"\n')
    return {"main.go": program, "go.mod": _MODULE.format(name=name, version=__version__)}


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
