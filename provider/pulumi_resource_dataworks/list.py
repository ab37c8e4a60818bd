"""`pulumi-dataworks list`: the workflows of a workspace, and which of them are in production."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from fnmatch import fnmatchcase
from typing import Any

from . import lifecycle, openapi
from ._names import printable
from ._workspace import call, connected, read_settings

_TITLES = {"importId": "IMPORT ID", "kind": "KIND", "deployed": "DEPLOYED", "path": "PATH"}


def run(arguments: Namespace) -> int:
    """Lists what `arguments.name` chooses, as `arguments.format` says.

    Returns:
        0 where there is such a workflow, 1 where there is none, 2 where the service does not answer.
    """
    try:
        found = asyncio.run(_workflows(read_settings(arguments), arguments))
    except (openapi.DataWorksError, lifecycle.LifecycleError, ImportError) as error:  # ImportError: socksio
        sys.stderr.write(f"{printable(str(error))}\n")
        return 2
    if arguments.format == "json":
        sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    elif found:
        _print(found)
    if not found:
        which = "" if arguments.name == "*" else f" with a name like {arguments.name}"
        sys.stderr.write(f"DataWorks lists no workflow of workspace {arguments.project_id}{which}\n")
    return 0 if found else 1


async def _workflows(settings: openapi.Settings, arguments: Namespace) -> list[dict[str, Any]]:
    functions, project_id = lifecycle.Functions(), arguments.project_id
    async with connected(settings) as context:
        given = {"projectId": project_id}
        listed = (await call(context, functions, "listWorkflowDefinitions", given))["workflows"]
        chosen = [one for one in listed if fnmatchcase(one["name"], arguments.name)]
        for one in chosen:
            one["importId"] = f"{project_id}/{one['workflowId']}"
            if arguments.deployed:
                one["deployed"] = await functions.is_deployed(context, project_id, one["workflowId"])
    return chosen


def _print(found: list[dict[str, Any]]) -> None:
    columns = [column for column in _TITLES if column in found[0]]
    rows = [[_TITLES[column] for column in columns]]
    rows += [[_text(one[column]) for column in columns] for one in found]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{line.rstrip()}\n")


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value) or printable(str(value))
