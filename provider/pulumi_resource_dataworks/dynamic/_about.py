"""What a resource tells its own steps, as `pulumi.dynamic` does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

DEFINITION, DEPLOYMENT = "WorkflowDefinition", "WorkflowDeployment"
"""The kinds of resources, as the lifecycle names them."""

ABOUT = "__resource"
"""The input that holds it. Pulumi shows no name that begins with `__`."""


@dataclass(frozen=True, slots=True)
class About:
    """What a step is not told by `pulumi.dynamic`, and the resource therefore tells it.

    Attributes:
        urn: The resource's URN.
        secret: Whether the document is a secret, or the digest that tells of it.
        is_object: Whether the document was written as an object, and is text only for the way: `pulumi.dynamic` drops
            the nulls of an object.
        ignore_changes: Property paths that keep their old value.
        timeouts: The seconds of customTimeouts by step: create, update, delete.
    """

    urn: str
    secret: bool = False
    is_object: bool = False
    ignore_changes: tuple[str, ...] = ()
    timeouts: Mapping[str, float] | None = None

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> About:
        """What the resource told; without a URN for a resource that another front has made."""
        found = cast("Mapping[str, Any]", properties.get(ABOUT) or {})
        return cls(
            urn=str(found.get("urn", "")),
            secret=bool(found.get("secret")),
            is_object=bool(found.get("isObject")),
            ignore_changes=tuple(found.get("ignoreChanges") or ()),
            timeouts=found.get("timeouts"),
        )

    def to_pulumi(self) -> dict[str, Any]:
        """What belongs into the state: not how the document was sent, and nothing that is as usual."""
        told = {
            "urn": self.urn,
            "secret": self.secret,
            "ignoreChanges": list(self.ignore_changes),
            "timeouts": dict(self.timeouts or {}),
        }
        return {key: value for key, value in told.items() if value}
