"""What is wrong with a document, and what may have been meant; `rules.toml` has the texts, and why it is wrong."""

from __future__ import annotations

import difflib
import functools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple, cast

from ._tables import OBJECT_TYPES, Field, Shape
from ._values import Json, Path, is_secret, show_path

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


# --- Words that look like others: near misses, and slips of the pen


_SEPARATORS = re.compile(r"[-_ ]")

_SHORT = 4
"""Letters below which a letter more makes another word; up to which another letter does."""

_LONG = 100
"""Letters above which nothing alike is looked for."""

_FEW_NAMES = 50
"""Words among which the most alike is looked for: a document may ask for each node."""


@lru_cache(maxsize=256)
def near(word: str, known: tuple[str, ...] | frozenset[str]) -> Phrase:
    """`Did you mean "x"? ` for the known word that looks most like this one, else nothing.

    A word is like another where five sixths of their letters are the same in the same order, or three quarters of a
    short word's; where it is a slip; or where one begins as the other does, but for a quarter.
    """
    if len(word) > _LONG:
        return _suggestion(None)
    names, text = {name.casefold(): name for name in known}, word.casefold()
    cutoff = 0.75 if len(text) <= _SHORT else 0.83
    close = difflib.get_close_matches(text, names, n=1, cutoff=cutoff)
    match = close or [name for name in names if slip(text, name) or _same_start(text, name)]
    return _suggestion(names[match[0]] if match else None)


def _same_start(one: str, other: str) -> bool:
    """Whether a word begins with the other, or with three quarters of it."""
    if one[:_SHORT] != other[:_SHORT]:
        return False
    shorter, longer = sorted((one, other), key=len)
    common = _common(shorter, longer)
    return common >= _SHORT and (common == len(shorter) or common * 4 >= len(longer) * 3)


def slip(word: str, meant: str) -> bool:
    """Whether a word is another one with a slip of the pen, or with other case and separators.

    A slip is two letters swapped, a letter too many or too few in words of four letters or more, or a wrong one in words
    of five or more.
    """
    one, other = folded(word), folded(meant)
    if abs(len(one) - len(other)) > 1:
        return False
    shorter, common = min(len(one), len(other)), _common(one, other)
    one, other = one[common:], other[common:]
    if one[:2] == other[1::-1] and one[2:] == other[2:]:
        return True
    if one[1:] == other or one == other[1:]:
        return shorter >= _SHORT
    return one[1:] == other[1:] and shorter > _SHORT


class Vocabulary:
    """Known words, to be asked for those that others look like: as fast for thousands of words as for one.

    Attributes:
        words: All of them.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)

    def meant(self, word: str) -> str | None:
        """A known word of which this one is a slip; digits aside, as `load_1` and `load_2` are two things."""
        found = {self._by_blur[blur]: None for blur in _blurs(word) if blur in self._by_blur}
        return next((known for known in found if slip(word, known) and _plain(word) != _plain(known)), None)

    def suggestion(self, word: str) -> Phrase:
        """`Did you mean "x"? `, or nothing; where the words are many, for a slip only."""
        return near(word, self.words) if len(self.words) <= _FEW_NAMES else _suggestion(self.meant(word))

    @cached_property
    def _by_blur(self) -> dict[str, str]:
        return {blur: word for word in self.words if _plain(word) for blur in _blurs(word)}


def _common(one: str, other: str) -> int:
    """With how many equal letters two words begin."""
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)


def _suggestion(known: str | None) -> Phrase:
    return Phrase("" if known is None else f'Did you mean "{known}"? ')


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """A word without what people write in one way or another: its case and separators."""
    return _SEPARATORS.sub("", word.casefold())


def _blurs(word: str) -> list[str]:
    """A word, and it with each of its letters left out: words that share none of these are more than a slip apart."""
    text = folded(word[:_LONG])
    return [text, *(text[:place] + text[place + 1 :] for place in range(len(text)))]


def _plain(word: str) -> str:
    return "".join(letter for letter in word if not letter.isdigit())


# --- Where a thing belongs that stands where the vendor's parser would drop it, or in another shape than it reads


_EVERYWHERE = frozenset({"id", "name", "type", "metadata", "description", "owner", "output", "nodes"})
"""Fields of so many kinds of object that they do not say which is meant."""


def field_meant(object_type: str, key: str, free: tuple[str, ...]) -> str | None:
    """The field of the same object that a key is meant for: of which it is a slip of the pen, or another word."""
    words = {**{name: name for name in free}, **OBJECT_TYPES[object_type].synonyms}
    return next((name for word, name in words.items() if name in free and slip(key, word)), None)


def where_it_belongs(object_type: str, key: str) -> str | None:
    """A sentence that says where a key belongs; nothing where that is not known."""
    place = _place_of(object_type, key)
    return OBJECT_TYPES[object_type].elsewhere.get(key) or (f"Write it as {place}." if place else None)


@lru_cache(maxsize=256)
def _place_of(object_type: str, key: str) -> str | None:
    """The place below an object where a field of this name belongs: `runtimeResource.resourceGroup` for a node."""
    if key in _EVERYWHERE:
        return None
    level = [(object_type, "")]
    for _ in range(2):
        level = [found for holder, path in level for found in _parts(holder, path)]
        names = [(path, name) for part, path in level for name in OBJECT_TYPES[part].fields]
        places = [f"{path}{name}" for path, name in names if folded(name) == folded(key)]
        if places:
            return places[0] if len(places) == 1 else None
    return None


def _parts(object_type: str, path: str) -> Iterator[tuple[str, str]]:
    """The objects that an object holds, each with its path."""
    for name, field in OBJECT_TYPES[object_type].fields.items():
        if field.object_type and field.object_type != object_type and field.shape is Shape.OBJECT:
            yield field.object_type, f"{path}{name}."
        elif field.object_type == "depend":
            yield field.object_type, f"{path}{name}[]."


_LONGEST = 60
"""Letters of a text up to which it is shown in an object."""


def as_object(value: Json, field: Field) -> Phrase | None:
    """How a text in place of an object, or in a list of objects, is written as one; nothing for a reference by ID."""
    table = OBJECT_TYPES.get(field.object_type)
    key = table and (table.text_means or (table.keys[-1] if table.keys else ""))
    if not isinstance(value, str) or not key or value.startswith("{{"):
        return None
    text = value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "..."
    name, sign, assigned = text.partition("=")
    written = {key: name, "value": assigned} if sign and field.object_type == "variable" else {key: text}
    open_ones = {name: "..." for name in OBJECT_TYPES[field.object_type].required if name not in written}
    return Phrase(json.dumps(written | open_ones, ensure_ascii=False))


def how_to_write(value: Json, field: Field) -> str:
    """A sentence that says how a value of another shape is written."""
    table = OBJECT_TYPES.get(field.object_type)
    fields = tuple(name for name in table.fields if name != "metadata") if table else ()
    if isinstance(value, dict) and value.keys() & set(fields):
        return "Put it in brackets: a list of one."
    if value == {} and not fields:
        return "Write it as text: Pulumi's SDK for Node.js makes an empty object of a Date or a BigInt."
    if field.shape is Shape.TEXT and isinstance(value, int | float):
        return "Put it in quotes."
    if field.shape is Shape.INTEGER:
        return f"Write digits alone{': ' + field.unit if field.unit else ''}."
    if field.shape is Shape.TEXT and isinstance(value, dict):
        return "Write its JSON as a text."
    if isinstance(value, str) and value.startswith("{{"):
        return "Write it out: a reference by ID is not resolved here."
    if table:
        if field.shape is not Shape.OBJECT:
            needed = (*(key for key in table.keys if key != "id"), *table.required)
            fields = tuple(dict.fromkeys((*needed, *fields)))
        first = ", ".join(fields[:_FEW]) + (" and others" if len(fields) > _FEW else "")
        return f"{'Its fields are' if field.shape is Shape.OBJECT else 'Write objects in brackets, with'} {first}."
    return f"Write {'a list of texts' if field.shape is Shape.LIST and field.strict else field.shape.value}."


_FEW = 5
"""Fields of an object that are named where it is written otherwise."""
