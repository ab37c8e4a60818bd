"""What a resource tells its own steps, as its program has it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

_ROOT = "pulumi:pulumi:Stack"
_DURATION = re.compile(r"([0-9]*\.?[0-9]+)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def told(
    kind: str,
    name: str,
    opts: pulumi.ResourceOptions | None,
    telling: pulumi.Output[Any],
    hidden: Iterable[str],
) -> tuple[pulumi.ResourceOptions, dict[str, Any]]:
    """The options to declare a resource with, and what it tells of itself.

    Args:
        kind: Its type, without what Pulumi puts before that of every dynamic resource.
        name: Its name.
        opts: The options that the program gives.
        telling: The input that may be a secret.
        hidden: The outputs that then are secret too.
    """
    opts = pulumi.ResourceOptions.merge(opts, None)
    opts.additional_secret_outputs = secrets = list(opts.additional_secret_outputs or ())
    return opts, {
        "urn": asyncio.ensure_future(_urn(name, f"pulumi-python:{kind}", opts.parent)),
        "secret": asyncio.ensure_future(_hide(telling, secrets, hidden)),
        "ignoreChanges": opts.ignore_changes,
        "timeouts": timeouts(opts.custom_timeouts),
    }


async def _urn(name: str, kind: str, parent: pulumi.Resource | None) -> str | None:
    """The URN that the engine gives; the stack itself is no part of it.

    As plain text: its output depends on the parent, and a component waits for its children, of which this is one.
    """
    top = parent is None or parent.pulumi_resource_type == _ROOT
    return await pulumi.create_urn(name, kind, None if top else parent).future()


async def _hide(telling: pulumi.Output[Any], secrets: list[str], hidden: Iterable[str]) -> bool:
    """Whether the input is a secret; then what tells of it is added to the outputs that are.

    Pulumi reads the list when all inputs are there, and this is one.
    """
    secret = await telling.is_secret()
    if secret:
        secrets += hidden
    return secret


def timeouts(given: pulumi.CustomTimeouts | Mapping[str, str] | None) -> dict[str, float]:
    """The seconds by step."""
    values = given if isinstance(given, Mapping) else vars(given) if given else {}
    return {step: _seconds(str(values[step])) for step in ("create", "update", "delete") if values.get(step)}


def _seconds(duration: str) -> float:
    """A duration as Pulumi writes it, such as `1h30m`, in seconds."""
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))
