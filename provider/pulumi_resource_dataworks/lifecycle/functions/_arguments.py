"""The arguments of a function: all their faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle._check import Checked, project_id_of
from pulumi_resource_dataworks.lifecycle._values import Opaque, Unknown


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the arguments.

    Attributes:
        argument: Which one.
        reason: What is wrong and what to write instead, in a sentence or two.
    """

    argument: str
    reason: str


class Arguments:
    """What a program gave to a function.

    Args:
        function: The function's name.
        given: By name; an argument that is null is not given.
        takes: The names that the function takes.

    Attributes:
        faults: All that was found so far.
        unknown: Whether one is not known yet.
    """

    def __init__(self, function: str, given: Mapping[str, Any], takes: Sequence[str]) -> None:
        self._function = function
        self._given = {key: value for key, value in given.items() if value is not None}
        self.unknown = any(isinstance(value, Unknown) for value in self._given.values())
        self.faults = [
            Fault(
                key,
                f'"{key}" is no argument of {function}. {flowspec.near(key, tuple(takes))}It takes {_listed(takes, "and")}.',
            )
            for key in self._given
            if key not in takes and not key.startswith("__")
        ]

    def has(self, name: str) -> bool:
        """Whether it is given."""
        return name in self._given

    def one_of(self, *names: str) -> None:
        """Finds fault unless just one of these is given."""
        given = [name for name in names if self.has(name)]
        if len(given) != 1:
            what = f"{_listed(given, 'and')} are given" if given else "none is given"
            self.faults.append(
                Fault(
                    (given or names)[0], f"{self._function} takes one of {_listed(names, 'and')}, and {what}."
                )
            )

    def project_id(self) -> int:
        """The workspace's ID; 0 where it is none or not known."""
        checked = Checked()
        found = project_id_of(self._given.get("projectId"), checked)
        self.faults += [Fault("projectId", reason) for reason in checked.failures]
        return found if isinstance(found, int) else 0

    def text(self, name: str, *, required: bool = False) -> str:
        """A text without the space around it; empty where it is none, not given or not known."""
        value = self._given.get(name)
        if value is None and required:
            self.faults.append(Fault(name, f"{name} is missing."))
        if value is None or isinstance(value, Unknown):
            return ""
        if isinstance(value, str) and value.strip():
            return value.strip()
        what = (
            value.what
            if isinstance(value, Opaque)
            else "an empty text"
            if isinstance(value, str)
            else _kind(value)
        )
        self.faults.append(Fault(name, f"{name} has to be a text, not {what}."))
        return ""

    def workflow_id(self) -> str:
        """As `text`, for an ID of a workflow; a number has lost digits already, unless it is small."""
        value = self._given.get("workflowId")
        if isinstance(value, int | float) and not isinstance(value, bool):
            reason = 'workflowId has to be a text, such as "7234567890123456789": a number of so many digits is rounded.'
            self.faults.append(Fault("workflowId", reason))
            return ""
        return self.text("workflowId")


def _kind(value: Any) -> str:
    kinds = ((bool, "a boolean"), (list, "a list"), (dict, "an object"))
    return next((told for kind, told in kinds if isinstance(value, kind)), "a number")


def _listed(names: Sequence[str], word: str) -> str:
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last
