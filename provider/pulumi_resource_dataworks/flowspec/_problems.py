"""What is wrong with a document: where, what, and what to write instead; `rules.toml` has the texts, and why it is wrong."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, Literal, NamedTuple, cast

from ._values import Path, is_secret, show_path

_HIDDEN = "[secret]"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a document.

    Attributes:
        path: Where it is: the keys and indices from the document's root.
        message: What is wrong. Each `{}` stands for one of `values`.
        remedy: What to write instead, as a sentence; it may hold `{}` after those of the message.
        values: What the document says; what is a secret there is not quoted.
        severity: `error` stops the preview; `warning` is shown.
        rule: The name of the rule; `rules.toml` has its reason.
        line: The line in the document's text, from 1; 0 where there is no text.
        column: The column in that line, from 1; 0 where there is no text.
        file: The file that holds the text, where it is one.
    """

    path: Path
    message: str
    remedy: str
    values: tuple[object, ...] = ()
    severity: Literal["error", "warning"] = "error"
    rule: str = "unreadable"
    line: int = 0
    column: int = 0
    file: str = ""

    def render(self, *, secret: bool = False) -> str:
        """One line for a person: `spec.workflows[0].name (line 4, column 9): ... Write ...`."""
        values = tuple(_shown(value, secret=secret) for value in self.values)
        place = show_path(self.path) or "spec"
        if self.line:
            file = f"{self.file}, " if self.file else ""
            place += f" ({file}line {self.line}, column {self.column})"
        return f"{place}: {(self.message + '. ' + self.remedy).format(*values)}"


class InvalidDocumentError(ValueError):
    """A document that cannot be applied.

    Attributes:
        problems: Every problem that was found, errors and warnings, in the order of the document.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(f"{len(self.problems)} problems")


def escaped(text: str) -> str:
    """A text for a message or a remedy, in which braces stand for values."""
    return text.replace("{", "{{").replace("}", "}}")


class Rule(NamedTuple):
    """Why documents are refused or doubted.

    Attributes:
        says: What the rule refuses or doubts.
        because: What is known of the service, or of the vendor's parser, that makes it a rule.
        text: The message and the remedy of each case; of the only one without a name.
        warning: Whether its problems are warnings.
    """

    says: str
    because: str
    text: Mapping[str, tuple[str, str]]
    warning: bool


@functools.cache
def rules() -> Mapping[str, Rule]:
    """The rules of `rules.toml`, by the names that problems have. Read with the first problem: most documents have none."""
    text = resources.files("pulumi_resource_dataworks.flowspec").joinpath("rules.toml").read_text("utf-8")
    return {name: _rule(table) for name, table in tomllib.loads(text).items()}


def _rule(table: dict[str, Any]) -> Rule:
    text = table.get("text", {})
    cases = cast("Any", {"": text} if isinstance(text, list) else text)
    return Rule(table["says"], table["because"], cases, bool(table.get("warning")))


def problem(name: str, path: Path, /, *values: object, **words: object) -> Problem:
    """A problem by the name of its rule, or of one of the rule's cases: `crlf`, `arm.none`.

    Args:
        name: The name.
        path: Where the problem is.
        values: What the document says, for each `{}` of the text.
        words: Words of ours, for each `{word}`; they are shown also where the document is a secret.
    """
    name, _, case = name.partition(".")
    rule = rules()[name]
    message, remedy = rule.text[case]
    for word, value in words.items():
        shown = escaped(str(value))
        message, remedy = message.replace(f"{{{word}}}", shown), remedy.replace(f"{{{word}}}", shown)
    return Problem(path, message, remedy, values, "warning" if rule.warning else "error", name)


def doubt(error: Problem) -> Problem:
    """The same as a warning."""
    return replace(error, severity="warning")


class Phrase(str):
    """A value of a problem that is shown without quotes."""

    __slots__ = ()


def _shown(value: object, *, secret: bool) -> str:
    if (secret or is_secret(value)) and value != "":
        return _HIDDEN
    if isinstance(value, Phrase):
        return value
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text if len(text) <= 120 else text[:117] + "..."
    return f'"{text}"' if isinstance(value, str) else text
