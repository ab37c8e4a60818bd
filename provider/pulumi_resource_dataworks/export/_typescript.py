"""The program in TypeScript."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pulumi_resource_dataworks import __version__

_PROGRAM = """// {title}: each in a folder of its own.

import {{ readFileSync }} from "node:fs";
import {{ join }} from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

{constants}
/** Puts a value in the place of {{"fn::...": ...}} in a document. */
function fill(found: any, folder: string): unknown {{
    if (found?.["fn::readFile"]) return readFileSync(join(folder, found["fn::readFile"]), "utf8");
{cases}    return found;
}}

/** Declares the workflow of a folder. */
function workflow(name: string, folder: string): void {{
    const text = readFileSync(join(folder, "workflow.json"), "utf8");
    const spec = JSON.parse(text, (_, found) => fill(found, folder));
{declaration}}}

{calls}
"""
_DECLARATION = """    new dataworks.WorkflowDefinition(
        name,
        { projectId, spec: JSON.stringify(spec) },
        { protect: true }, // no destroy deletes it before this line says false
    );
"""
_PORTABLE_CONSTANTS = """const config = new pulumi.Config();
const workflows: Record<string, dataworks.WorkflowDefinition> = {};
"""
_PORTABLE_CASES = """    if (found?.["fn::config"]) return config.require(found["fn::config"]);
    if (found?.["fn::nodeOutput"]) {
        const [name, node] = found["fn::nodeOutput"];
        return workflows[name].nodeOutputs[node];
    }
    if (found?.["fn::join"]) return found["fn::join"][1].join(found["fn::join"][0]);
"""
_PORTABLE_DECLARATION = """    const projectId = config.requireNumber("projectId");
    workflows[name] = new dataworks.WorkflowDefinition(name, { projectId, spec: pulumi.jsonStringify(spec) });
"""
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
    calls = (f"workflow({_text(resource)}, {_text(folder)});" for resource, folder in workflows)
    program = _PROGRAM.format(
        title="DataWorks workflows" if portable else f"The workflows of DataWorks workspace {project_id}",
        constants=_PORTABLE_CONSTANTS if portable else f"const projectId = {project_id};\n",
        cases=_PORTABLE_CASES if portable else "",
        declaration=_PORTABLE_DECLARATION if portable else _DECLARATION,
        calls="\n".join(calls),
    )
    return {
        "index.ts": program,
        "package.json": json.dumps(_package(name), indent=2) + "\n",
        "tsconfig.json": _TSCONFIG,
    }


def _package(name: str) -> object:
    return {
        "name": name,
        "private": True,
        "main": "index.ts",
        "dependencies": {"@pulumi-dataworks/dataworks": __version__, "@pulumi/pulumi": "^3.269.0"},
        "devDependencies": {"@types/node": "^20", "typescript": "^5.9.0"},
    }


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
