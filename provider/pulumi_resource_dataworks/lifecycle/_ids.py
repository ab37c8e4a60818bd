"""The IDs that a document leaves out: those that the service is known to have, else guesses for what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from pulumi_resource_dataworks import flowspec

ATTEMPTS = 3
"""How many IDs in line are derived for a name, the first included."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Where the IDs of one resource's document come from.

    Attributes:
        urn: The resource.
        project_id: Its workspace.
        known: The service's IDs by node name, the workflow's under the empty one.
    """

    urn: str
    project_id: int
    known: Mapping[str, str] = field(default_factory=dict[str, str])

    def derived(self, path: str, name: str, attempt: int = 0) -> str:
        """An ID that only this resource, a workflow at this path and a node of this name give."""
        return flowspec.derive_id(self.urn, self.project_id, path, name, attempt)

    def in_line(self, path: str, name: str) -> set[str]:
        """Every ID that may have been derived for a name."""
        return {self.derived(path, name, attempt) for attempt in range(ATTEMPTS)}

    def chooser(self, root: flowspec.Object) -> Callable[[str], str]:
        """Gives an ID by a node's name: the known one, else a derived one, and never one that another node has."""
        workflow = flowspec.workflow_of(root)
        nodes = [("", workflow), *flowspec.nodes_of(workflow)]
        own = {str(one["id"]) for one in (root["spec"], *(node for _, node in nodes)) if one.get("id")}
        known = {name: one for name, one in self.known.items() if one not in own}
        taken = own | {known[name] for name, node in nodes if not node.get("id") and name in known}
        path = flowspec.path_of(root)

        def choose(name: str) -> str:
            derived = (self.derived(path, name, attempt) for attempt in count())
            return known.get(name) or next(one for one in derived if one not in taken)

        return choose
