"""The program in Python."""

from __future__ import annotations

import json
from collections.abc import Sequence

_PROGRAM = '''"""{title}"""

import json
from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks

{constants}

def fill(found: dict, folder: Path):
    """Put a value in the place of {{"fn::...": ...}} in a document."""
    match found:
        case {{"fn::readFile": name}}:
            return (folder / name).read_bytes().decode()
{cases}    return found


def workflow(name: str, folder: str) -> None:
    """Declare the workflow of a folder."""
    here = Path(__file__).parent / folder
    text = (here / "workflow.json").read_text(encoding="utf-8")
    spec = json.loads(text, object_hook=lambda found: fill(found, here))
{declaration}

{calls}
'''

_DECLARATION = """    dataworks.WorkflowDefinition(
        name,
        project_id=PROJECT_ID,
        spec=json.dumps(spec),
        opts=pulumi.ResourceOptions(protect=True),  # no destroy deletes it before this line says False
    )
"""
_PORTABLE_CONSTANTS = """config = pulumi.Config()
workflows: dict[str, dataworks.WorkflowDefinition] = {}

"""
_PORTABLE_CASES = """        case {"fn::config": key}:
            return config.require(key)
        case {"fn::nodeOutput": [name, node]}:
            return workflows[name].node_outputs[node]
        case {"fn::join": [separator, parts]}:
            return separator.join(parts)
"""
_PORTABLE_DECLARATION = """    workflows[name] = dataworks.WorkflowDefinition(
        name, project_id=config.require_int("projectId"), spec=pulumi.Output.json_dumps(spec)
    )
"""


def files(project_id: int, workflows: Sequence[tuple[str, str]], *, portable: bool) -> dict[str, str]:
    """The program's own files.

    Args:
        project_id: The exported workspace.
        workflows: Name of the resource and folder of each workflow.
        portable: Whether the program is for other workspaces.
    """
    calls = (f"workflow({_text(name)}, {_text(folder)})" for name, folder in workflows)
    title = "DataWorks workflows" if portable else f"The workflows of DataWorks workspace {project_id}"
    program = _PROGRAM.format(
        title=f"{title}: each in a folder of its own.",
        constants=_PORTABLE_CONSTANTS if portable else f"PROJECT_ID = {project_id}\n",
        cases=_PORTABLE_CASES if portable else "",
        declaration=_PORTABLE_DECLARATION if portable else _DECLARATION,
        calls="\n".join(calls),
    )
    return {"__main__.py": program}


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
