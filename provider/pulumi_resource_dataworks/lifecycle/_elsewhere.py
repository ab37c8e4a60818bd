"""Where a resource was made. Region and endpoint may come from the environment, so that another shell is another place.

There its workflow is not to be found, or the one that bears its ID is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks._names import PLACE

from ._errors import LifecycleError


@dataclass(frozen=True, slots=True)
class Place:
    """Whose workspaces a run reaches; what is not known is empty.

    Attributes:
        region: The region.
        host: The host, where it is none of Alibaba Cloud's own.
        is_configured: Whether the stack's configuration names the endpoint: then another host reaches the same workspaces.
    """

    region: str = ""
    host: str = ""
    is_configured: bool = False

    @classmethod
    def of(cls, settings: openapi.Settings, config: Mapping[str, Any]) -> Place:
        """The place that a run reaches with these settings, which were made of this configuration and the environment."""
        return cls(*settings.place, is_configured=bool(config.get("endpoint")))

    def noted(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of a resource that is here."""
        known = {key: value for key, value in (("region", self.region), ("host", self.host)) if value}
        return {**outputs, PLACE: known} if known else dict(outputs)

    def refuse_others(self, outputs: Mapping[str, Any]) -> None:
        """Ends a step of a resource that was made elsewhere.

        Raises:
            LifecycleError: It was.
        """
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
