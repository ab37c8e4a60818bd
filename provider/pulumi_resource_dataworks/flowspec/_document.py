"""A FlowSpec document: read from text or an object, and written as canonical text."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ._problems import InvalidDocumentError, Problem, escaped
from ._texts import JSON_TOKEN, MAX_DEPTH, json_words, line_and_column, locate_yaml, nearest, read_yaml
from ._values import Json, Object, Path, Step, as_whole, is_exact, is_object

# --- Where in a JSON text a value stands. Read only when there is a problem to show


_LINE_END = re.compile("\n")
_ODD_NUMBER = re.compile(r"NaN|-?Infinity|-?[0-9]{1000,}")


def locate(text: str, paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """The line and column, both from 1, of the value at each path, or of its nearest parent that is there.

    The text is read once, however many paths there are.
    """
    wanted = set(paths)
    parents = {path[:length] for path in wanted for length in range(len(path) + 1)}
    found: dict[Path, int] = {}
    for here, offset in _values(text):
        if here in parents:
            found.setdefault(here, offset)
            if wanted <= found.keys():
                break
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    offsets = {path: nearest(found, path, 0) for path in wanted}
    lines = {path: bisect_right(starts, offset) for path, offset in offsets.items()}
    return {path: (line, offsets[path] - starts[line - 1] + 1) for path, line in lines.items()}


def repeated_key(text: str) -> tuple[Path, int]:
    """The path of the first key that its object holds twice, and the offset of its second value."""
    seen: set[Path] = set()
    for path, offset in _values(text):
        if path in seen:
            return path, offset
        seen.add(path)
    return (), 0


def too_deep(text: str) -> int:
    """The offset at which the text nests deeper than allowed; 0 where it does not."""
    return next(
        (offset for path, offset in _values(text) if len(path) >= MAX_DEPTH and text[offset] in "{["), 0
    )


def odd_number(text: str) -> tuple[int, str]:
    """Offset and text of the first number that is none of JSON's, or has thousands of digits."""
    odd = (token for token in JSON_TOKEN.finditer(text) if _ODD_NUMBER.fullmatch(token.group()))
    return next(((token.start(), token.group()) for token in odd), (0, "a value"))


def _values(text: str) -> Iterator[tuple[Path, int]]:
    """Path and offset of each value of a text that is JSON, parents before their children."""
    path: list[Step] = []
    expect_key = False
    containers: list[str] = []
    for token in JSON_TOKEN.finditer(text):
        word = token.group()
        if word in "}]":
            containers.pop()
            path.pop()
            expect_key = False
        elif word == ",":
            expect_key = containers[-1] == "{"
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else last
        elif word == ":":
            expect_key = False
        elif expect_key:
            path[-1] = json.loads(word, strict=False)
        else:
            yield tuple(path), token.start()
            if word in "{[":
                containers.append(word)
                path.append("" if word == "{" else 0)
                expect_key = word == "{"


# --- Documents


MAX_TEXT = 16 * 1024 * 1024
"""The longest text that is read, in characters. The vendor's package validator stops at 15 MB."""

_FILE = re.compile(r"[^\n{}\[\]]*\.(json|ya?ml)|(\.{0,2}|~|[A-Za-z]:|file:)[/\\][^\n{}\[\]]*", re.IGNORECASE)
_SPACE_OR_COMMENT = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_LONGEST_NAME = 300
_NUMBERS = (float, int)
_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF = "the text holds half of a surrogate pair"
_WRITE_IT = "Write the document as JSON or YAML text, or as an object."


@dataclass(frozen=True, slots=True)
class Document:
    """A document that could be read. `root` is never changed: documents are shared.

    Attributes:
        root: The document as plain values.
        text: What it was read from, where that was text.
        file: The file that holds the text, where it is one.
    """

    root: Object
    text: str | None = None
    file: str = ""

    def place(self, problems: Sequence[Problem]) -> list[Problem]:
        """The problems, each with the line and column of the text where there is one."""
        if self.text is None:
            return list(problems)
        find = locate if _is_json_like(self.text) else locate_yaml
        places = find(self.text, (problem.path for problem in problems)) if problems else {}
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
        root: Object = _plain(cast("object", source), (), problems, _of_program)
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
    if _names_a_file(text):
        message = "this looks like a file's name: {}"
        remedy = (
            "Give what is in the file: the function readFlowSpec reads it, in Pulumi's YAML fn::readFile too."
        )
        raise InvalidDocumentError([Problem((), message, remedy, (text.strip(),), line=1, column=1)])
    root = _read_json(text) if _is_json_like(text) else read_yaml(text)
    if not is_object(root):
        found = f"this is not a FlowSpec document but {_kind_of(root) if text.strip() else 'an empty text'}"
        remedy = "A document is an object with version, kind and spec."
        raise InvalidDocumentError([Problem((), found, remedy, line=1, column=1)])
    document = Document(root, text)
    problems: list[Problem] = []
    _plain(root, (), problems, _of_text)
    if problems:
        raise InvalidDocumentError(document.place(problems))
    return document


def _names_a_file(text: str) -> bool:
    """Whether a text is the name of a file and no document."""
    name = text.strip().strip("\"'")
    return len(name) <= _LONGEST_NAME and ": " not in name and _FILE.fullmatch(name) is not None


def _is_json_like(text: str) -> bool:
    """Whether a text is read as JSON: it begins with a bracket, comments aside, which JSON has none of."""
    place = 0
    while comment := _SPACE_OR_COMMENT.match(text, place):
        place = comment.end()
    return text[place : place + 1] in ("{", "[")


def _read_json(text: str) -> Json:
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=lambda digits: as_whole(float(digits)),
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


Numbers = Callable[[float, Path, list[Problem]], int | float]
"""How a number is read, and what is wrong with it."""


def _plain(value: object, path: Path, problems: list[Problem], number: Numbers) -> Json:
    """A value as JSON; what nothing can store is added to the problems."""
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            problems.append(Problem(path, _HALF, "Write the whole character."))
        return value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, _NUMBERS):
        return number(value, path, problems)
    if len(path) > MAX_DEPTH:
        message = f"this is nested deeper than {MAX_DEPTH} levels"
        problems.append(Problem(path, message, "Flatten the document."))
    elif isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        if not all(isinstance(key, str) for key in mapping):
            problems.append(Problem(path, "each key has to be text", "Write the keys in quotes."))
        return {
            _plain(str(key), path, problems, number): item
            if type(item) is str and item.isascii()
            else _plain(item, (*path, str(key)), problems, number)
            for key, item in mapping.items()
        }
    elif isinstance(value, Sequence):
        sequence = cast("Sequence[object]", value)
        return [_plain(item, (*path, index), problems, number) for index, item in enumerate(sequence)]
    else:
        problems.append(
            Problem(path, f"a FlowSpec document cannot hold {_kind_of(value)}", "Give its text instead.")
        )
    return None


def _of_text(value: float, path: Path, problems: list[Problem]) -> int | float:
    if value in {float("inf"), float("-inf")}:
        problems.append(Problem(path, "the number is too large", "Write it as text."))
    return value


def _of_program(value: float, path: Path, problems: list[Problem]) -> int | float:
    """Of a Pulumi program: whole numbers as ints, and none that has been rounded already."""
    if isinstance(value, float) and not math.isfinite(value):
        problems.append(Problem(path, f"{value} is no JSON number", "Write a finite number."))
    elif not is_exact(value):
        message = "the number is 2^53 or more, so Pulumi may have rounded it already"
        problems.append(Problem(path, message, "Write an ID as text, in quotes."))
    elif isinstance(value, float):
        return as_whole(value)
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
