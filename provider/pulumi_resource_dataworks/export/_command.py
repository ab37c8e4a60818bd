"""`pulumi-dataworks export`."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from pathlib import Path

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import STUDIO_KINDS, printable
from pulumi_resource_dataworks._workspace import connected, read_settings

from ._assemble import Project, assemble
from ._workspace import (
    ExportRequest,
    Folder,
    RefusedError,
    Workspace,
    count_documents,
    list_members,
    read_members,
)

_NO_TRIGGERS = (
    "Trigger workflows are not among them: no list that DataWorks documents has them. Take them over one by one with "
    "`pulumi import`."
)


def run(arguments: Namespace) -> int:
    """Exports `arguments.project_id` into `arguments.out`.

    Returns:
        0 where the program declares everything that was asked for, 1 where it was stopped or some are left out, 2
        where it did not begin.
    """
    out = Path(arguments.out)
    name = "*" if arguments.all else arguments.name
    kinds = tuple(kind for kind in STUDIO_KINDS if kind in (arguments.kind or STUDIO_KINDS))
    request = ExportRequest(arguments.project_id, arguments.language, arguments.portable, name, kinds)
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
        _say(f"{count_documents(kept)} kept in {out}: the same command goes on from there")
    return 1


def export(settings: openapi.Settings, folder: Folder) -> int:
    """Reads what is chosen and writes the project.

    Returns:
        0 where everything is in the program, else 1.

    Raises:
        RefusedError: There is nothing to export, or a file would be overwritten.
        DataWorksError: The service cannot be asked any more.
        OSError: A file cannot be read or written.
    """
    workspace = asyncio.run(_read(settings, folder))
    project = assemble(workspace, folder.request, settings.region)
    folder.write(project.files)
    if not project.members and not project.left_out:
        raise RefusedError(
            f"nothing in workspace {folder.request.project_id} is to be exported: all that it lists was deleted meanwhile, or is "
            "a node in a workflow"
        )
    _report(folder, workspace, project)
    return 1 if project.left_out else 0


async def _read(settings: openapi.Settings, folder: Folder) -> Workspace:
    async with connected(settings) as context:
        listed = await list_members(context, folder.request)
        folder.start()
        return await read_members(context.client, listed, folder, _say)


def _report(folder: Folder, workspace: Workspace, project: Project) -> None:
    for name in workspace.deleted:
        _say(f'"{name}" was deleted meanwhile')
    for path, reason in sorted(project.left_out.items()):
        _say(f"left out: {path}")
        _say("\n".join(f"  {line}" for line in reason.splitlines()))
    if not project.members:
        kept = f" What could be read is in {folder.path / 'left-out'}" if project.files else ""
        _say(f"Nothing was exported: everything is left out.{kept}")
        return
    left = f", {len(project.left_out)} left out (the documents of those that could be read are in left-out/)"
    triggers = f". {_NO_TRIGGERS}" if "workflow" in folder.request.kinds else ""
    _say(f"{project.members} in {folder.path}{left if project.left_out else ''}{triggers}")
    _say(f"What comes next: {folder.path / 'README.md'}")


def _say(message: str) -> None:
    """Writes a message, without what a terminal would obey in a name of the workspace."""
    sys.stderr.write(printable(message, lines=True) + "\n")
    sys.stderr.flush()
