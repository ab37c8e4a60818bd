"""The arguments of a function: how each is read, and all their failures at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle._check import Checked, project_id_of, rounded_id
from pulumi_resource_dataworks.lifecycle._step import Unknown, UnsupportedValue, has_unknown


class CheckFailure(NamedTuple):
    """One failure: the argument, and what is wrong and what to write instead, in a sentence or two."""

    argument: str
    reason: str


Reader = Callable[[str, Any], Any]
"""Gives an argument by its name and what was given, None where nothing was; a ValueError says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a function takes.

    Attributes:
        readers: How each argument is read, by its name.
        required: Those that it cannot do without.
        one_of: Those of which it takes just one.
    """

    readers: Mapping[str, Reader]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    def read(
        self, function: str, given: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, list[CheckFailure]]:
        """The arguments that a program gave, by name, and all that is wrong; None where something is, or is not known yet.

        An argument that is null is not given.
        """
        given = {key: value for key, value in given.items() if value is not None}
        failures: list[CheckFailure] = []
        for key in given:
            if key not in self.readers and not key.startswith("__"):
                hint = f"{flowspec.near(key, tuple(self.readers))}It takes {_listed([*self.readers])}."
                failures.append(CheckFailure(key, f'"{key}" is not an argument of {function}. {hint}'))
        among = [name for name in self.one_of if name in given]
        if self.one_of and len(among) != 1:
            what = f"{_listed(among)} are given" if among else "none is given"
            reason = f"{function} takes one of {_listed(self.one_of)}, and {what}."
            failures.append(CheckFailure((among or self.one_of)[0], reason))
        found: dict[str, Any] = {}
        for name in (one for one in self.readers if one in given or one in self.required):
            if not isinstance(given.get(name), Unknown):
                try:
                    found[name] = self.readers[name](name, given.get(name))
                except ValueError as error:
                    failures.append(CheckFailure(name, str(error)))
        return None if failures or has_unknown(given) else found, failures


def project_id(_: str, value: Any) -> Any:
    """The workspace's ID."""
    checked = Checked()
    found = project_id_of(value, checked)
    if checked.failures:
        raise ValueError(*checked.failures)
    return found


def text(name: str, value: Any) -> str:
    """A text without the space around it."""
    if value is None:
        raise ValueError(f"{name} is missing.")
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"{name} has to be a text, not {_what_it_is(value)}.")


def choice(known: Sequence[str], otherwise: str) -> Reader:
    """As `text`, one of those that are known, however it is capitalized; `otherwise` says more of any other."""

    def read(name: str, value: Any) -> str:
        asked = text(name, value).casefold()
        for one in known:
            if one.casefold() == asked:
                return one
        raise ValueError(f"{name} has to be one of {_listed(known)}. {otherwise}.")

    return read


def values(name: str, value: Any) -> dict[str, Any]:
    """An object."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise ValueError(f"{name} has to be an object, not {_what_it_is(value)}.")


def workflow_id(name: str, value: Any) -> str:
    """As `text`, for an ID of a workflow."""
    if reason := rounded_id(name, value):
        raise ValueError(reason)
    return text(name, value)


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
