"""The arguments of a function: all their failures at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle._check import Checked, project_id_of
from pulumi_resource_dataworks.lifecycle._step import Unknown, UnsupportedValue, has_unknown


class CheckFailure(NamedTuple):
    """One failure: the argument, and what is wrong and what to write instead, in a sentence or two."""

    argument: str
    reason: str


class UnansweredError(Exception):
    """The arguments have failures, or one of them is not known yet."""


class Arguments:
    """What a program gave to a function.

    Args:
        function: The function's name.
        given: By name; an argument that is null is not given.
        takes: The names that the function takes.

    Attributes:
        failures: All that was found so far.
    """

    def __init__(self, function: str, given: Mapping[str, Any], takes: Sequence[str]) -> None:
        self._function = function
        self._given = {key: value for key, value in given.items() if value is not None}
        self.failures: list[CheckFailure] = []
        for key in self._given:
            if key not in takes and not key.startswith("__"):
                near = flowspec.near(key, tuple(takes))
                self._fail(key, f'"{key}" is not an argument of {function}. {near}It takes {_listed(takes)}.')

    def end(self) -> None:
        """To be called when every argument was looked at.

        Raises:
            UnansweredError: Something is wrong, or not known yet.
        """
        if self.failures or has_unknown(self._given):
            raise UnansweredError

    def one_of(self, *names: str) -> None:
        """Finds failure unless just one of these is given."""
        given = [name for name in names if name in self._given]
        if len(given) != 1:
            what = f"{_listed(given)} are given" if given else "none is given"
            self._fail((given or names)[0], f"{self._function} takes one of {_listed(names)}, and {what}.")

    def project_id(self, *, required: bool = True) -> int | None:
        """The workspace's ID; None where it is wrong, not known, or left out."""
        if not required and "projectId" not in self._given:
            return None
        checked = Checked()
        found = project_id_of(self._given.get("projectId"), checked)
        for reason in checked.failures:
            self._fail("projectId", reason)
        return found if isinstance(found, int) else None

    def text(self, name: str, *, required: bool = False) -> str:
        """A text without the space around it; empty where it is wrong, not given or not known."""
        value = self._given.get(name)
        if value is None and required:
            self._fail(name, f"{name} is missing.")
        if value is None or isinstance(value, Unknown):
            return ""
        if isinstance(value, str) and value.strip():
            return value.strip()
        self._fail(name, f"{name} has to be a text, not {_what_it_is(value)}.")
        return ""

    def choice(self, name: str, known: Sequence[str], otherwise: str) -> str:
        """As `text`, one of those that are known, however it is capitalized; `otherwise` says more of any other."""
        value = self.text(name)
        found = next((one for one in known if one.casefold() == value.casefold()), "")
        if value and not found:
            self._fail(name, f"{name} has to be one of {_listed(known)}. {otherwise}.")
        return found

    def values(self, name: str) -> dict[str, Any]:
        """An object; empty where it is wrong or not given."""
        value = self._given.get(name, {})
        if isinstance(value, Mapping):
            return dict(cast("Mapping[str, Any]", value))
        self._fail(name, f"{name} has to be an object, not {_what_it_is(value)}.")
        return {}

    def workflow_id(self) -> str:
        """As `text`, for an ID of a workflow; a number has lost digits already, unless it is small."""
        value = self._given.get("workflowId")
        if not isinstance(value, int | float) or isinstance(value, bool):
            return self.text("workflowId")
        reason = 'workflowId has to be a text, such as "7234567890123456789": a number of so many digits is rounded.'
        self._fail("workflowId", reason)
        return ""

    def _fail(self, argument: str, reason: str) -> None:
        self.failures.append(CheckFailure(argument, reason))


def _what_it_is(value: Any) -> str:
    if isinstance(value, UnsupportedValue):
        return value.what
    kinds = {
        "str": "a text" if str(value).strip() else "an empty text",
        "bool": "a boolean",
        "list": "a list",
        "dict": "an object",
    }
    return kinds.get(type(value).__name__, "a number")


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
