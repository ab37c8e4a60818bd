"""Reads what is in a workspace into a folder, where what was read is kept, so that a stopped run goes on."""

from __future__ import annotations

import asyncio
import difflib
import fnmatch
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks._names import STUDIO_KINDS

from ._kinds import KINDS, NODE, TASK, Kind

# --- The folder of an export: a new one, or that of a run that was stopped. No file that is there is ever overwritten


KEPT = ".dataworks-export.read"
"""The folder of documents that were read by a run that has not written its program yet."""

_MOST_LISTED = 10


class RefusedError(Exception):
    """Why nothing was written; says what to do."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is exported, and as what; `name` is a pattern of names, and `kinds` are words of `--kind`."""

    project_id: int
    language: str
    portable: bool
    name: str
    kinds: tuple[str, ...] = tuple(STUDIO_KINDS)

    @property
    def has_all_kinds(self) -> bool:
        """Whether nothing is left out by its kind."""
        return {*self.kinds} == {*STUDIO_KINDS}

    @property
    def form(self) -> str:
        """The word of its lines in the templates."""
        return "portable" if self.portable else "fixed"

    def __str__(self) -> str:
        which = "--all" if self.name == "*" else f"--name '{self.name}'"
        kinds = "" if self.has_all_kinds else "".join(f" --kind {kind}" for kind in self.kinds)
        form = " --portable" if self.portable else ""
        return f"--project-id {self.project_id} {which}{kinds} --language {self.language}{form}"


class Folder:
    """The folder that an export goes into.

    Raises:
        RefusedError: It holds something else.
        OSError: It cannot be read.
    """

    def __init__(self, path: Path, request: ExportRequest) -> None:
        self.path, self.request = path, request
        self._kept = path / KEPT
        if path.exists() and not path.is_dir():
            raise RefusedError(f"{path} is a file: give the name of a folder")
        was_stopped = self._kept.is_dir() and not self._kept.is_symlink()
        if path.is_dir() and not was_stopped and any(path.iterdir()):
            raise RefusedError(f"{path} is not empty, and no stopped export is in it: give a new folder")

    def start(self) -> None:
        """Makes the folder this export's, so that a run that is stopped can go on."""
        self._kept.mkdir(parents=True, exist_ok=True)

    def count_kept(self) -> int:
        """How many documents are kept."""
        return len(list(self._kept.glob("*.json")))

    def kept(self, name: str) -> bytes | None:
        """A document that a stopped run has kept under a name; None where it has not."""
        file = self._kept / name
        return file.read_bytes() if file.is_file() else None

    def keep(self, name: str, document: bytes) -> None:
        """Keeps a document for the next run."""
        self._put(self._kept / name, document)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Writes all files, by path from the folder, and forgets what was kept.

        Raises:
            RefusedError: One is there and holds something else; nothing was written.
            OSError: A file cannot be written.
        """
        others = sorted(path for path, content in files.items() if self._holds_another(path, content))
        if others:
            listed = "".join(f"\n  {path}" for path in others[:_MOST_LISTED])
            more = f"\n  and {len(others) - _MOST_LISTED} more" if len(others) > _MOST_LISTED else ""
            raise RefusedError(
                f"{self.path} has files that are not of this export:{listed}{more}\n"
                "Nothing was written. Export into another folder and compare the two, or move these files away."
            )
        self.start()
        for path, content in files.items():
            self._put(self.path / path, content)
        shutil.rmtree(self._kept)

    def _holds_another(self, path: str, content: bytes) -> bool:
        target = self.path / path
        return target.exists() and not (target.is_file() and target.read_bytes() == content)

    def _put(self, target: Path, content: bytes) -> None:
        """Writes a file so that it is there wholly or not at all."""
        half = self._kept / "half"
        half.write_bytes(content)
        target.parent.mkdir(parents=True, exist_ok=True)
        half.replace(target)


# --- What is in a workspace


_SAID = 50
"""After so many documents a line says how far the run is: every ten seconds at 5 calls a second."""

_AT_ONCE = 4
"""Calls that are under way at once: the client keeps to its calls a second, and an answer may take longer than that."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of one of the service's lists."""

    item: openapi.WorkflowSummary | openapi.StudioObject
    kind: Kind

    @property
    def key(self) -> str:
        """What distinguishes it from all others."""
        return self.kind.key(self.item.id)

    @property
    def path(self) -> str:
        """Its path, the name included; the name alone where the list leaves the path out."""
        return self.item.path.strip("/") or self.item.name


@dataclass(slots=True)
class Workspace:
    """What was read of a workspace.

    Attributes:
        listed: What is chosen, each kind by path.
        specs: The documents as the service gave them, by key.
        refused: By key, why one could not be read.
        deleted: Names of those that were deleted after they had been listed.
    """

    listed: list[Listed]
    specs: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    deleted: list[str] = field(default_factory=list[str])


async def list_members(context: lifecycle.Context, request: ExportRequest) -> list[Listed]:
    """What is asked for, as far as it can be listed.

    Raises:
        RefusedError: There is none.
    """
    functions, project_id, found = lifecycle.Functions(), request.project_id, list[Listed]()
    for option in request.kinds:
        kind = next(one for one in KINDS if one.resource == STUDIO_KINDS[option])
        found += [Listed(item, kind) for item in await functions.listed(context, project_id, kind.resource)]
    chosen = [one for one in found if fnmatch.fnmatchcase(one.item.name, request.name)]
    if not chosen:
        raise RefusedError(_nothing_found(request, sorted({one.item.name for one in found})))
    if any(one.kind is NODE for one in chosen):  # no answer about a node says that people start it
        tasks = await context.client.nodes.called(project_id, scene="DataworksManualTask")
        ids = {task.id for task in tasks}
        chosen = [
            replace(one, kind=TASK) if one.kind is NODE and one.item.id in ids else one for one in chosen
        ]
    return chosen


async def read_members(
    client: openapi.Client,
    listed: list[Listed],
    folder: Folder,
    say: Callable[[str], None],
) -> Workspace:
    """Reads each document that the folder does not keep as it is listed now.

    Raises:
        DataWorksError: The service cannot be asked any more; what was read is kept in the folder.
    """
    workspace = Workspace(listed)
    for one in listed:
        if (kept := folder.kept(_kept_as(folder, one))) is not None:
            workspace.specs[one.key] = kept.decode(errors="surrogatepass")
    unread = [one for one in listed if one.key not in workspace.specs]
    if workspace.specs:
        say(f"{count_documents(len(workspace.specs))} read by an earlier run")
    waiting = enumerate(unread, len(workspace.specs))

    async def work() -> None:
        for done, one in waiting:
            if done and done % _SAID == 0:
                say(f"{done} of {count_documents(len(listed))}")
            await _read(client, one, folder, workspace)

    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(_AT_ONCE):
                workers.create_task(work())
    except ExceptionGroup as errors:  # the first stops the others
        raise errors.exceptions[0] from None
    return workspace


async def _read(client: openapi.Client, one: Listed, folder: Folder, workspace: Workspace) -> None:
    project_id, own = folder.request.project_id, one.item.id
    get = one.kind.of.operations(client).get if one.kind.of else client.get_workflow_definition
    try:
        found = await get(project_id, own)
    except openapi.NotFoundError:
        workspace.deleted.append(one.item.name)
    except openapi.ServiceError as error:
        if type(error) is not openapi.ServiceError:
            raise  # of the account or the service, so of every call
        workspace.refused[one.key] = str(error)
    else:
        workspace.specs[one.key] = found.spec
        folder.keep(_kept_as(folder, one), found.spec.encode(errors="surrogatepass"))


def _kept_as(folder: Folder, one: Listed) -> str:
    """The file of a document that was read. What the list says of it is in the name: one that has changed is read again."""
    listed = (folder.request.project_id, one.key, one.item.name, one.item.path, one.item.modify_time)
    return f"{hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]}.json"


def count_documents(number: int) -> str:
    """So many documents, in words."""
    return "1 document" if number == 1 else f"{number} documents"


def _nothing_found(request: ExportRequest, names: list[str]) -> str:
    name, kinds = request.name, "" if request.has_all_kinds else f" of the kind {' or '.join(request.kinds)}"
    if not names:
        return f"workspace {request.project_id} has nothing{kinds} that can be listed"
    near = difflib.get_close_matches(re.sub(r"[*?\[\]]", "", name), names, n=3, cutoff=0.4) or names[:3]
    shown = ", ".join(f'"{one}"' for one in near)
    return f'nothing{kinds} in workspace {request.project_id} has a name like "{name}". The nearest there: {shown}'
