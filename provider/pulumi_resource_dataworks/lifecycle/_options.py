"""The provider's settings that are about what it does, not about how it reaches the service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pulumi_resource_dataworks import openapi

_KEYS = ("strict", "validateOnPreview", "dryRunProjects")


@dataclass(frozen=True, slots=True)
class Options:
    """What the provider does.

    Attributes:
        strict: Whether it is an error that the service keeps something else than was sent.
        dry_run: Whether a preview asks the service to validate the document.
        dry_run_projects: The workspaces that are known to honour a dry run: elsewhere it may be a real import.
    """

    strict: bool = False
    dry_run: bool = False
    dry_run_projects: frozenset[int] = frozenset()

    @classmethod
    def take(cls, config: Mapping[str, Any]) -> tuple[Options, dict[str, Any]]:
        """The options of a provider's configuration, and the settings that are left for the client.

        Raises:
            SettingsError: With every fault, each naming its setting.
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
    """A value as Pulumi sends provider configuration: JSON text for all that is no text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _is_project(value: Any) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and value > 0
