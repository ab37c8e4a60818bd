"""What is wrong with a document, and the rules that say why: where, what, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ._paths import Path, show_path
from ._secrets import is_secret

# --- What is wrong with a document: where, what, and what to write instead


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


def doubt(path: Path, message: str, remedy: str, *values: object, rule: str) -> Problem:
    """A warning."""
    return Problem(path, message, remedy, values, "warning", rule)


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
