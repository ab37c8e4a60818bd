"""Values as `pulumi.dynamic` hands them over, and as plain values of the lifecycle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import pulumi

from pulumi_resource_dataworks._names import BOOKKEEPING, PLACE
from pulumi_resource_dataworks.lifecycle import UNKNOWN, Asset, Unknown, UnsupportedValue, is_secret, secret

from ._resource_info import RESOURCE_INFO, ResourceInfo

_EXACT = 2**53
_OURS = (BOOKKEEPING, PLACE)
_SECRETS = ("spec", "className", "parameters", "nodeParameters", "triggers")
"""What the lifecycle has to know to be a secret; which of a resource's it is, `pulumi.dynamic` does not say."""


def plain(value: Any) -> Any:
    """A value as the lifecycle takes it: every number comes as a float, and Pulumi has a class for what is unknown."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _EXACT else value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, type(pulumi.UNKNOWN)):
        return UNKNOWN
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return UnsupportedValue("an asset" if isinstance(value, pulumi.Asset) else "an archive")
    return value


def properties(values: Mapping[str, Any]) -> dict[str, Any]:
    """Properties without those of `pulumi.dynamic` and of this front; what may be a secret knows it."""
    found = {key: plain(value) for key, value in values.items() if not key.startswith("__") or key in _OURS}
    if isinstance(found.get("content"), dict):
        found["content"] = Asset("an asset", **found["content"])
    if ResourceInfo.of(values).secret:
        found |= {key: secret(found[key]) for key in _SECRETS if key in found}
    return found


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as the program wrote them."""
    inputs = properties(values)
    if ResourceInfo.of(values).is_object and isinstance(inputs.get("spec"), str):
        spec = json.loads(inputs["spec"])
        inputs["spec"] = secret(spec) if is_secret(inputs["spec"]) else spec
    return inputs


def kept(values: Mapping[str, Any], info: ResourceInfo) -> dict[str, Any]:
    """Properties as `pulumi.dynamic` takes them, with what the resource says of itself."""
    return {**{key: _for_pulumi(value) for key, value in values.items()}, RESOURCE_INFO: info.to_pulumi()}


def _for_pulumi(value: Any) -> Any:
    if isinstance(value, Unknown):
        return pulumi.UNKNOWN
    if isinstance(value, Asset):
        held = {key: getattr(value, key) for key in ("hash", "path", "text")}
        return {key: text for key, text in held.items() if text}
    if isinstance(value, Mapping):
        return {key: _for_pulumi(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_for_pulumi(item) for item in cast("list[Any]", value)]
    return str(value) if isinstance(value, str) else value
