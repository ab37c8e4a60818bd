"""What holds for all resources of one run: settings, the place that it reaches, what was learnt, and workflows that changed hands."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import PLACE

from ._step import Context, LifecycleError

# --- The provider's settings that are about what it does, not about how it reaches the service


_KEYS = ("strict", "validateOnPreview", "dryRunProjects")


@dataclass(frozen=True, slots=True)
class Options:
    """What the provider's settings say.

    Attributes:
        strict: Whether it is an error that an update overwrites an edit, and that the service keeps something else than was sent.
        dry_run: Whether a preview asks the service to validate the document.
        dry_run_projects: The workspaces that are known to honour that: elsewhere it may be a real import.
    """

    strict: bool = False
    dry_run: bool = False
    dry_run_projects: frozenset[int] = frozenset()

    @classmethod
    def take(cls, config: Mapping[str, Any]) -> tuple[Options, dict[str, Any]]:
        """The options of a provider's configuration, and the settings that are left for the client.

        Raises:
            SettingsError: With every problem, each naming its setting.
        """
        values = {key: _decoded(config[key]) for key in _KEYS if config.get(key) not in (None, "")}
        rest = {key: value for key, value in config.items() if key not in _KEYS}
        problems = [
            openapi.SettingProblem(f"dataworks:{key}", "has to be true or false")
            for key in ("strict", "validateOnPreview")
            if not isinstance(values.get(key, False), bool)
        ]
        projects = values.get("dryRunProjects", [])
        if not isinstance(projects, list) or not all(map(_is_project, cast("list[Any]", projects))):
            message = "has to be a list of workspace IDs, such as [123456]"
            problems.append(openapi.SettingProblem("dataworks:dryRunProjects", message))
        if problems:
            raise openapi.SettingsError(problems)
        known = frozenset(int(project) for project in cast("list[Any]", projects))
        return cls(values.get("strict", False), values.get("validateOnPreview", False), known), rest


def _decoded(value: Any) -> Any:
    """A value of the provider's configuration, where Pulumi sends JSON text for all that is not text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _is_project(value: Any) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and value > 0


# --- Where a resource was made
#
# Region and endpoint may come from the environment, so one stack may reach another region from another shell. There its workflow
# is missing, or its ID belongs to another workflow.


@dataclass(frozen=True, slots=True)
class Place:
    """Whose workspaces a run reaches: a region, and the host where it is not one of Alibaba Cloud's; empty if unknown.

    Where the stack's configuration names the endpoint (`is_configured`), another host reaches the same workspaces.
    """

    region: str = ""
    host: str = ""
    is_configured: bool = False

    @classmethod
    def of(cls, settings: openapi.Settings, config: Mapping[str, Any]) -> Place:
        """The place of these settings, which were made of this configuration and the environment."""
        return cls(*settings.place, is_configured=bool(config.get("endpoint")))

    def noted(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of a resource that is here."""
        known = {key: value for key, value in (("region", self.region), ("host", self.host)) if value}
        return {**outputs, PLACE: known} if known else dict(outputs)

    def refuse_others(self, outputs: Mapping[str, Any]) -> None:
        """Raises a LifecycleError where a resource was made elsewhere."""
        noted = cast("Mapping[str, str] | None", outputs.get(PLACE))
        if not noted:
            return
        made = Place(noted.get("region", ""), noted.get("host", ""))
        other_host = made.host != self.host and not self.is_configured
        if other_host or (made.region and self.region and made.region != self.region):
            raise LifecycleError(
                f"this resource was made in {made}, and this run reaches {self}: it was neither looked for nor changed. Write "
                "dataworks:region or dataworks:endpoint into the stack's configuration, or set the environment's variables to what "
                f"they were. If {self} is right, take the resource out of the state first (`pulumi state delete`)"
            )

    def __str__(self) -> str:
        return " at ".join(part for part in (self.region, self.host) if part) or "a region that is not known"


# --- What the functions of a run learn, and the checks of its resources use


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known of documents and workspaces.

    Attributes:
        documents: Those that were read from files last and have warnings: a resource that is given the same says file and line.
        workspaces: The names of workspaces by ID.
    """

    documents: deque[flowspec.Document] = field(default_factory=lambda: deque(maxlen=100))
    workspaces: dict[int, str] = field(default_factory=dict[int, str])


# --- Files of this user on this machine


def _file(name: str) -> Path:
    """A file that no other user can have written, as what is in it decides whose something is.

    Raises:
        OSError: The folder is another user's, or cannot be made.
    """
    own = os.getuid() if hasattr(os, "getuid") else ""  # Windows has a temporary folder for each user
    folder = Path(tempfile.gettempdir()) / f"pulumi-dataworks-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if own != "" and folder.lstat().st_uid != own:
        raise PermissionError(f"{folder} is another user's")
    return folder / hashlib.sha256(name.encode()).hexdigest()[:16]


# --- Workflows that another resource of the same run has taken over, perhaps in another process of this provider
#
# Where a resource is renamed without an alias and gets another provider too, the engine creates it in one process and deletes
# the old one in another: that delete must leave the workflow alone. The two share nothing but the engine's address.


_STARTED = time.time()


@dataclass(slots=True)
class TakenOver:
    """The workflows that resources of a run of the engine have taken over; none are kept or known where `run` is empty."""

    run: str = ""

    def note(self, workflow: tuple[int, str]) -> None:
        """Notes a workflow that a resource has taken over."""
        if self.run:
            with _file(self.run).open("a", encoding="utf-8") as file:
                file.write(f"{workflow}\n")

    def holds(self, workflow: tuple[int, str]) -> bool:
        """Whether a resource of this run has taken it over. A file from before this process is that of an earlier run."""
        if not self.run or not (file := _file(self.run)).exists() or file.stat().st_mtime < _STARTED:
            return False
        return f"{workflow}" in file.read_text("utf-8").splitlines()


def warn_of_leaving(context: Context, noun: str, leaving: Mapping[tuple[int, str], str]) -> None:
    """Says at a preview what only `up` can find out: whether what has to go first is kept. No request of the engine's says so."""
    for (_, own_id), urn in leaving.items():
        if urn == context.urn:
            context.report.warning(
                f"up deletes the old {noun} first, as the new one takes its place. Where retainOnDelete or `deleteBeforeReplace: false` keeps it, "
                f"up refuses the new one: give that another name or path ({noun} {own_id})"
            )


# --- What was created on this machine
#
# A run that is killed leaves nothing in the state, and an object whose ID the service chose bears no mark of ours. A file says that
# what is found at its place, just as it was sent, is what this resource has made.


class Journal:
    """What resources have created on this machine, a file for each; `key` says which resource, and where."""

    def begin(self, key: str, digest: str) -> None:
        """Notes that a create is about to be sent."""
        with suppress(OSError):
            _file(f"create {key}").write_text(digest, "utf-8")

    def begun(self, key: str, digest: str) -> bool:
        """Whether a create of just this was begun."""
        try:
            return _file(f"create {key}").read_text("utf-8") == digest
        except OSError:
            return False

    def end(self, key: str) -> None:
        """Forgets a create."""
        with suppress(OSError):
            _file(f"create {key}").unlink(missing_ok=True)
