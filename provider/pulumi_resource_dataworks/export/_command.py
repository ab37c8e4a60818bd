"""`pulumi-dataworks export`."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from pathlib import Path

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import printable
from pulumi_resource_dataworks._workspace import read_settings

from ._assemble import Project, assemble
from ._workspace import (
    ExportRequest,
    Folder,
    RefusedError,
    Workspace,
    count_workflows,
    list_workflows,
    read_workflows,
)

_NO_TRIGGERS = (
    "Trigger workflows are not among them: no list that DataWorks documents has them. Take them over one by one with "
    "`pulumi import`."
)


def run(arguments: Namespace) -> int:
    """Exports `arguments.project_id` into `arguments.out`.

    Returns:
        0 where the program declares every workflow that was asked for, 1 where it was stopped or some are left out, 2
        where it did not begin.
    """
    out = Path(arguments.out)
    name = "*" if arguments.all else arguments.name
    request = ExportRequest(arguments.project_id, arguments.language, arguments.portable, name)
    folder: Folder | None = None
    try:
        settings = read_settings(arguments)
        folder = Folder(out, request)
        return export(settings, folder)
    except RefusedError as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:
        _say("stopped")
    except openapi.DataWorksError as error:
        _say(str(error))
    except (OSError, ImportError) as error:  # ImportError: a SOCKS proxy without its package
        _say(f"{out}: {error}")
    if folder is None:
        return 2
    if kept := folder.count_kept():
        _say(f"{count_workflows(kept)} kept in {out}: the same command goes on from there")
    return 1


def export(settings: openapi.Settings, folder: Folder) -> int:
    """Reads what is chosen and writes the project.

    Returns:
        0 where every workflow is in the program, else 1.

    Raises:
        RefusedError: Nothing is chosen, or a file would be overwritten.
        DataWorksError: The service cannot be asked any more.
        OSError: A file cannot be read or written.
    """
    workspace = asyncio.run(_read(settings, folder))
    project = assemble(workspace, folder.request, settings.region)
    folder.write(project.files)
    _report(folder, workspace, project)
    return 1 if project.left_out else 0


async def _read(settings: openapi.Settings, folder: Folder) -> Workspace:
    client = openapi.Client(settings, on_wait=_say)
    try:
        listed = await list_workflows(client, folder.request.project_id, folder.request.name)
        folder.start()
        return await read_workflows(client, listed, folder, _say)
    finally:
        await client.aclose()


def _report(folder: Folder, workspace: Workspace, project: Project) -> None:
    for name in workspace.deleted:
        _say(f'"{name}" was deleted meanwhile')
    for path, reason in sorted(project.left_out.items()):
        _say(f"left out: {path}")
        _say("\n".join(f"  {line}" for line in reason.splitlines()))
    if not project.members:
        _say(
            f"Nothing was exported: every workflow is left out. What could be read is in {folder.path / 'left-out'}"
        )
        return
    left = f", {len(project.left_out)} left out (the documents of those that could be read are in left-out/)"
    _say(
        f"{count_workflows(project.members)} in {folder.path}{left if project.left_out else ''}. {_NO_TRIGGERS}"
    )
    _say(f"What comes next: {folder.path / 'README.md'}")


def _say(message: str) -> None:
    """Writes a message, without what a terminal would obey in a name of the workspace."""
    sys.stderr.write(printable(message, lines=True) + "\n")
    sys.stderr.flush()
