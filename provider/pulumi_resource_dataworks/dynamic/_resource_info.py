"""What a dynamic resource sends its own steps: beside its inputs, and kept in its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

Values = dict[str, Any]

DEFINITION, DEPLOYMENT, RUN = "WorkflowDefinition", "WorkflowDeployment", "WorkflowRun"
NODE, FUNCTION, FILE_RESOURCE = "Node", "Function", "FileResource"
"""The kinds of resources, as the lifecycle names them."""

RESOURCE_INFO = "__resource"
"""The input that holds it. Pulumi shows no name that begins with `__`."""


@dataclass(frozen=True, slots=True)
class ResourceInfo:
    """What a resource sends its own steps.

    Attributes:
        urn: The resource's URN; empty for a resource that another front has made.
        secret: Whether the document is a secret, or the digest that depends on it, or what a run is given.
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
    def of(cls, properties: Mapping[str, Any]) -> ResourceInfo:
        """What the properties of a resource hold of it."""
        found = cast("Mapping[str, Any]", properties.get(RESOURCE_INFO) or {})
        return cls(
            str(found.get("urn", "")),
            bool(found.get("secret")),
            bool(found.get("isObject")),
            tuple(found.get("ignoreChanges") or ()),
            found.get("timeouts"),
        )

    def to_pulumi(self) -> dict[str, Any]:
        """What belongs into the state: not how the document was sent, and nothing that is as usual."""
        ignored, timeouts = list(self.ignore_changes), dict(self.timeouts or {})
        values = {"urn": self.urn, "secret": self.secret, "ignoreChanges": ignored, "timeouts": timeouts}
        return {key: value for key, value in values.items() if value}
