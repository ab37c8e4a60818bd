"""A FlowSpec document: read from text or an object, and written as canonical text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ._problems import InvalidDocumentError, Problem, escaped
from ._syntax import (
    MAX_DEPTH,
    is_json_like,
    json_words,
    line_and_column,
    locate,
    names_a_file,
    odd_number,
    repeated_key,
    too_deep,
)
from ._values import Json, Object, Path, is_object
from ._yaml import locate_yaml, read_yaml, whole

MAX_TEXT = 16 * 1024 * 1024
"""The longest text that is read, in characters. The vendor's package validator stops at 15 MB."""

_CONTAINERS = (dict, list)
_NUMBERS = (float, int)
_WORDS = (str, bool)
_EXACT = 2**53
_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF = "the text holds half of a surrogate pair"
_WRITE_IT = "Write the document as JSON or YAML text, or as an object."


@dataclass(frozen=True, slots=True)
class Document:
    """A document that could be read. `root` is never changed: documents are shared.

    Attributes:
        root: The document as plain values.
        text: What it was read from, where that was text.
        locate: Finds places in that text: each path's line and column.
        file: The file that holds the text, where it is one.
    """

    root: Object
    text: str | None = None
    locate: Callable[[str, Iterable[Path]], dict[Path, tuple[int, int]]] = locate
    file: str = ""

    def place(self, problems: Sequence[Problem]) -> list[Problem]:
        """The problems, each with the line and column of the text where there is one."""
        if self.text is None:
            return list(problems)
        places = self.locate(self.text, (problem.path for problem in problems)) if problems else {}
        return [
            replace(problem, line=places[problem.path][0], column=places[problem.path][1], file=self.file)
            for problem in problems
        ]


def read(source: object) -> Document:
    """Reads a document from JSON text, YAML text or an object.

    Raises:
        InvalidDocumentError: It cannot be read. The problem says at which line and column.
    """
    if isinstance(source, str):
        return _read_text(source)
    if isinstance(source, Mapping):
        problems: list[Problem] = []
        root: Object = _plain(cast("object", source), (), problems)
        problems += [] if problems else _unwritable(root, ())
        if problems:
            raise InvalidDocumentError(problems)
        return Document(root)
    raise InvalidDocumentError(
        [Problem((), f"a FlowSpec document is needed, not {_kind_of(source)}", _WRITE_IT)]
    )


_write = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def canonical(root: Object) -> str:
    """The one text of a document: keys sorted, no white space, characters as they are."""
    return _write(root)


def read_canonical(text: str) -> Document:
    """Reads a text that this provider wrote itself."""
    return Document(json.loads(text))


def _read_text(text: str) -> Document:
    if len(text) > MAX_TEXT:
        problem = Problem((), f"the text has {len(text):,} characters", f"At most {MAX_TEXT:,} are read.")
        raise InvalidDocumentError([problem])
    text = text.removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _unreadable(text, _HALF, "Write the whole character.", error.start) from None
    if names_a_file(text):
        message = "this looks like a file's name: {}"
        remedy = "Give what is in the file: in Pulumi's YAML, fn::readFile reads it."
        raise InvalidDocumentError([Problem((), message, remedy, (text.strip(),), line=1, column=1)])
    json_like = is_json_like(text)
    root = _read_json(text) if json_like else read_yaml(text)
    if not is_object(root):
        found = f"this is not a FlowSpec document but {_kind_of(root) if text.strip() else 'an empty text'}"
        remedy = "A document is an object with version, kind and spec."
        raise InvalidDocumentError([Problem((), found, remedy, line=1, column=1)])
    document = Document(root, text, locate if json_like else locate_yaml)
    problems = list(_unwritable(root, ()))
    if problems:
        raise InvalidDocumentError(document.place(problems))
    return document


def _read_json(text: str) -> Json:
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=lambda digits: whole(float(digits)),
        )
    except json.JSONDecodeError as error:
        what, remedy = json_words(text, error.msg, error.pos)
        message, remedy = f"this is not JSON: {escaped(what)}", escaped(remedy)
        problem = Problem((), message, remedy, line=error.lineno, column=error.colno)
        raise InvalidDocumentError([problem]) from None
    except _RepeatedKeyError:
        path, offset = repeated_key(text)
        line, column = line_and_column(text, offset)
        remedy = "Keep one of the two: the service would drop the other."
        problem = Problem(path, "the key {} is written twice", remedy, (path[-1],), line=line, column=column)
        raise InvalidDocumentError([problem]) from None
    except RecursionError:
        message = f"this is nested deeper than {MAX_DEPTH} levels"
        raise _unreadable(text, message, "Flatten the document.", too_deep(text)) from None
    except ValueError:
        offset, number = odd_number(text)
        message = f"{number[:12]} is no number that JSON has"
        raise _unreadable(text, message, "Write it as text.", offset) from None


def _unreadable(text: str, message: str, remedy: str, offset: int) -> InvalidDocumentError:
    line, column = line_and_column(text, offset)
    return InvalidDocumentError([Problem((), message, remedy, line=line, column=column)])


class _RepeatedKeyError(ValueError):
    """An object holds a key twice."""


def _unique(pairs: list[tuple[str, Json]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON number")


def _unwritable(value: Json, path: Path) -> Iterator[Problem]:
    """What JSON text can spell and nothing can store: text that is no Unicode, numbers past all bounds, depth."""
    if len(path) > MAX_DEPTH:
        yield _too_deep(path)
        return
    if is_object(value) and not all(map(str.isascii, value)):
        yield from (problem for key in value for problem in _odd(key, path))
    items: Iterable[tuple[str | int, Json]] = value.items() if is_object(value) else enumerate(value)
    for step, item in items:
        if isinstance(item, _CONTAINERS):
            yield from _unwritable(item, (*path, step))
        elif not (type(item) is str and item.isascii()):
            yield from _odd(item, (*path, step))


def _too_deep(path: Path) -> Problem:
    return Problem(path, f"this is nested deeper than {MAX_DEPTH} levels", "Flatten the document.")


def _odd(value: Json, path: Path) -> Iterator[Problem]:
    if isinstance(value, str) and _SURROGATE.search(value):
        yield Problem(path, _HALF, "Write the whole character.")
    elif isinstance(value, float) and value in {float("inf"), float("-inf")}:
        yield Problem(path, "the number is too large", "Write it as text.")


def _plain(value: object, path: Path, problems: list[Problem]) -> Json:
    """A value of a Pulumi program as JSON: whole numbers as ints, and none that has been rounded already."""
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        return _number(value, path, problems)
    if value is None or isinstance(value, _WORDS):
        return value
    if len(path) > MAX_DEPTH:
        problems.append(_too_deep(path))
    elif isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        if not all(isinstance(key, str) for key in mapping):
            problems.append(Problem(path, "each key has to be text", "Write the keys in quotes."))
        return {
            str(key): item if type(item) is str else _plain(item, (*path, str(key)), problems)
            for key, item in mapping.items()
        }
    elif isinstance(value, Sequence):
        sequence = cast("Sequence[object]", value)
        return [_plain(item, (*path, index), problems) for index, item in enumerate(sequence)]
    else:
        problems.append(
            Problem(path, f"a FlowSpec document cannot hold {_kind_of(value)}", "Give its text instead.")
        )
    return None


def _number(value: float, path: Path, problems: list[Problem]) -> int | float:
    if isinstance(value, float) and not math.isfinite(value):
        problems.append(Problem(path, f"{value} is no JSON number", "Write a finite number."))
    elif abs(value) >= _EXACT:
        message = "the number is 2^53 or more, so Pulumi may have rounded it already"
        problems.append(Problem(path, message, "Write an ID as text, in quotes."))
    elif isinstance(value, float):
        return whole(value)
    return value


def _kind_of(value: object) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")


_NUMBER = "a number"
_KINDS: dict[type, str] = {
    str: "text",
    bool: "a boolean",
    int: _NUMBER,
    float: _NUMBER,
    list: "a list",
    type(None): "nothing",
}
