"""Texts that people write: YAML, read so that no value changes, and what is wrong with a text that is no JSON or YAML.

YAML's own types are its traps: `1.10` is a number that loses its zero, `on` a boolean, `010` an octal, a date no text. So
plain scalars keep their spelling until the table says what the field is. The events of libyaml are read one by one:
nesting and aliases cost no recursion, and what they expand to is counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import yaml

from ._problems import InvalidDocumentError, Problem, escaped
from ._tables import Field, Shape, field_of
from ._values import Path, as_whole, is_list, is_object

MAX_DEPTH = 100
"""How deep objects and lists may nest. The deepest public document has 14 levels."""

JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
Place = TypeVar("Place")


def nearest(found: Mapping[Path, Place], path: Path, start: Place) -> Place:
    """The place of a value, or of its nearest parent that has one; else the start of the text."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, start)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """An offset as line and column, both from 1."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


# --- YAML


MAX_ALIASED = 200_000
"""How many values the aliases of a text may stand for. A trigger of 10,000 nodes written once is 60,000."""

_TEXT_OF_ONE = 100
"""So many characters of a text count as another value: a script of 20,000 characters may be that of 1,000 nodes."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")
)
_TEXT_TAG = "tag:yaml.org,2002:str"


class Plain(str):
    """A scalar without quotes: what it is, the field decides."""

    __slots__ = ()


def read_yaml(text: str) -> Any:
    """The value of a YAML text, FlowSpec's text fields as they are written.

    Raises:
        InvalidDocumentError: It cannot be read; the problem says at which line and column.
    """
    try:
        root = _Reader(text).read()
    except yaml.MarkedYAMLError as error:
        problem, remedy = yaml_words(text, error)
        mark = error.problem_mark or error.context_mark
        raise _invalid(f"this is not YAML: {problem}", remedy, mark) from None
    except yaml.YAMLError as error:  # a character that YAML does not take
        letter = str(getattr(error, "character", ""))
        code = int(letter) if letter.isdecimal() else ord(letter[:1] or "\0")
        line, column = line_and_column(text, max(text.find(chr(code)), 0))
        message = f"this is not YAML: it holds the character U+{code:04X}, which YAML does not take"
        remedy = "Remove it, or write the document as JSON."
        raise InvalidDocumentError([Problem((), message, remedy, line=line, column=column)]) from None
    return settle(root, Field(Shape.OBJECT, object_type="document"))


def locate_yaml(text: str, paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """The line and column, both from 1, of the value at each path, or of its nearest parent that is there."""
    reader = _Reader(text)
    reader.read()
    return {path: nearest(reader.places, path, (1, 1)) for path in set(paths)}


def settle(value: Any, field: Field) -> Any:
    """Plain scalars as what their field is: text keeps its spelling, everything else is read as JSON would."""
    if is_object(value):
        object_type = field.object_type if field.shape is Shape.OBJECT else ""
        return {key: settle(item, field_of(object_type, key)[1]) for key, item in value.items()}
    if is_list(value):
        one = Field(Shape.OBJECT, object_type=field.object_type) if field.shape is Shape.LIST else field
        return [settle(item, one) for item in value]
    if not isinstance(value, Plain):
        return value
    text = str(value)
    if text in _NULLS:
        return None
    if field.shape in {Shape.TEXT, Shape.CHOICE}:
        return text
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text) and len(text) < 4000:
        return int(text)
    return as_whole(float(text)) if _NUMBER.match(text) else text


class _Reader:
    """Builds the value of a text from its events.

    Attributes:
        places: The line and column, both from 1, of each value by its path.
    """

    def __init__(self, text: str) -> None:
        self.places: dict[Path, tuple[int, int]] = {}
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[
            str, tuple[Any, int] | None
        ] = {}  # None for one whose value is not read to its end
        self._size = 0  # how many values have been read, those that aliases stand for included
        self._aliased = 0

    def read(self) -> Any:
        """The text's one value; None where it is empty."""
        root, documents = None, 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "the text holds more than one YAML document"
                    raise _invalid(message, "Keep one.", event.start_mark)
            elif isinstance(event, yaml.NodeEvent):
                root = self._value(event, ())
        return root

    def _value(self, event: Any, path: Path) -> Any:
        """The value that begins with an event, and is read to its end."""
        mark, anchor = event.start_mark, event.anchor
        self.places[path] = (mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            return self._aliased_value(event)
        if event.tag not in (None, "!") and event.tag not in _TAGS:
            raise _invalid(f"the tag {event.tag} is none of FlowSpec's", "Leave the tag out.", mark)
        before = self._size
        self._size += 1
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0] and event.tag != _TEXT_TAG
            value: Any = Plain(event.value) if plain else str(event.value)
            self._size += len(value) // _TEXT_OF_ONE
        elif len(path) >= MAX_DEPTH:
            raise _invalid(f"this is nested deeper than {MAX_DEPTH} levels", "Flatten it.", mark)
        else:
            if anchor:
                self._anchors[anchor] = None
            value = self._object(path) if isinstance(event, yaml.MappingStartEvent) else self._list(path)
        if anchor:
            self._anchors[anchor] = (value, self._size - before)
        return value

    def _aliased_value(self, event: Any) -> Any:
        name, mark = event.anchor, event.start_mark
        if name not in self._anchors:
            raise _invalid(f"*{name} stands for nothing", f"Write &{name} first.", mark)
        anchored = self._anchors[name]
        if anchored is None:
            raise _invalid(f"*{name} stands inside itself", "Write it out.", mark)
        value, size = anchored
        self._size += size
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            message = (
                f"the aliases stand for more than {MAX_ALIASED:,} values, of which each {_TEXT_OF_ONE} characters of a "
                "text are one"
            )
            raise _invalid(message, "Write fewer aliases of aliases.", mark)
        return value

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _object(self, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        place = self.places[path]
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = None if isinstance(event, yaml.CollectionStartEvent) else self._value(event, path)
            if not isinstance(key, str):
                remedy = 'Write the key as text, and a placeholder in quotes: "{{name}}".'
                raise _invalid("a key has to be text", remedy, event.start_mark)
            here = (*path, str(key))
            if key in own:
                remedy = "Keep one of the two: the service would drop the other."
                raise _invalid("the key {} is written twice", remedy, event.start_mark, here, (str(key),))
            event = next(self._events)
            value = self._value(event, here)
            if key != "<<":
                own[str(key)] = value
                continue
            others = value if is_list(value) else [value]
            if not all(isinstance(other, dict) for other in others):
                raise _invalid(
                    "<< takes an object or a list of them", "Write an alias of one.", event.start_mark
                )
            merged += others
        self.places[path] = place  # and not that of the last key
        # The first of several merged objects wins over later ones, and own keys over all.
        return {key: value for held in (*reversed(merged), own) for key, value in held.items()}


def _invalid(
    message: str, remedy: str, mark: Any, path: Path = (), values: tuple[object, ...] = ()
) -> InvalidDocumentError:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if not values:
        message, remedy = escaped(message), escaped(remedy)
    return InvalidDocumentError([Problem(path, message, remedy, values, line=line, column=column)])


# --- What is wrong with a text that is no JSON or YAML, in the words of who wrote it


_PAIRS = {"}": "{", "]": "["}
_WORD = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_NO_SPACE = re.compile(r"\s*(- )?[A-Za-z][\w-]*:[^\s/\\]")
_KEY_AND_SIGN = re.compile(r"\s*(?:- )?[A-Za-z][\w-]*(?::(?=[^\S ])|(?=\uff1a))(.)")
_TEXT_AND_BRACKET = re.compile(r"[^\s,:\[{\]}'\"][\[{]")
_SIGNS = '{}[]:," '
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"

Words = tuple[str, str]
"""What is wrong, and what to do about it."""

_CORRECT = "Correct the text at that place."
_COMMENT = "Remove it, or write the document as YAML, where # begins a comment."
_QUOTE = "Put the text in quotes."


def json_words(text: str, problem: str, offset: int) -> Words:
    """What is wrong with a JSON text.

    Args:
        text: The text.
        problem: What Python's parser says of it; its wording differs between versions.
        offset: Where it says so.
    """
    rest = text[offset:].lstrip()
    before = text[: len(text) - len(rest)].rstrip()
    if odd := _lookalike(text[offset : offset + 1]) or _commas(before, rest):
        return odd
    if rest.startswith(("//", "/*", "#")):
        return f"JSON has no comments, and {rest[:2].strip()} begins one", _COMMENT
    if problem.startswith("Unterminated string"):
        return "the text in quotes that begins here does not end", "Write the closing quote."
    if problem.startswith("Invalid control character"):
        what, how = ("a tab", r"\t") if text[offset : offset + 1] == "\t" else ("a line break", r"\n")
        return f"{what} stands inside quotes", f"Write it as {how}, or the document as YAML."
    if problem.startswith("Invalid \\"):
        return "a backslash stands inside quotes by itself", r"Write it twice: \\."
    opener = _open_at(before)
    if not rest:
        return f"{opener or 'the text'} is not closed", f"Write its {_closer(opener)} where it ends."
    if rest[0] in _PAIRS and opener and opener[0] != _PAIRS[rest[0]]:
        return f"{rest[0]} stands where {opener} has to be closed", f"Write {_closer(opener)} before it."
    if problem.startswith("Extra data"):
        more = "a closing bracket too many" if rest[0] in _PAIRS else "more after the end of the document"
        return f"there is {more}", "Remove it."
    return _word(rest, problem, opener)


def _commas(before: str, rest: str) -> Words | None:
    """The words for a comma that nothing follows, or that follows nothing."""
    after = rest[1:].lstrip() if rest[:1] == "," else rest
    if after[:1] in ("}", "]") and (after is not rest or before.endswith(",")):
        return f"a comma stands before the closing {after[0]}", "Remove the comma."
    if after is not rest and before.endswith((",", "{", "[")):
        return "there is a comma too many", "Remove it."
    return None


def _lookalike(letter: str) -> Words | None:
    """The words for a sign that looks like one of JSON's, as word processors and Chinese keyboards write it."""
    plain = '"' if letter and letter in _QUOTES else unicodedata.normalize("NFKC", letter)
    if plain == letter or plain not in _SIGNS:
        return None
    sign = "a plain space" if plain == " " else plain
    return f"U+{ord(letter):04X} looks like {sign} and is none", f"Write {sign}."


def _word(rest: str, problem: str, opener: str) -> Words:
    if rest[0] == "'":
        return "a text stands in single quotes", "Write double quotes."
    word = _WORD.match(rest)
    if "delimiter" in problem:
        missing = "a colon" if "':'" in problem else "a comma"
        unclosed = (
            f", or {opener} is not closed" if missing == "a comma" and rest[0] in "{[" and opener else ""
        )
        return f"{missing} is missing before this{unclosed}", "Write it."
    if word and "property name" not in problem:
        known = _WORDS.get(word.group())
        return "a word stands without quotes", f"Write {known}." if known else "Write it in double quotes."
    if "property name" in problem and rest[0] in "{[" and opener:
        return f"a key is expected here, or {opener} is not closed", f"Write {_closer(opener)} where it ends."
    if "property name" in problem:
        return (
            "a key in double quotes is expected here",
            _CORRECT if word is None else "Write the key in quotes.",
        )
    return "a value is expected here", _CORRECT


def _open_at(text: str) -> str:
    """The last bracket that a text leaves open, with its line: `{ of line 3`."""
    brackets: list[tuple[str, int]] = []
    for token in JSON_TOKEN.finditer(text):
        if token.group() in ("{", "["):
            brackets.append((token.group(), token.start()))
        elif token.group() in _PAIRS and brackets:
            brackets.pop()
    return f"{brackets[-1][0]} of line {line_and_column(text, brackets[-1][1])[0]}" if brackets else ""


def _closer(opener: str) -> str:
    return "]" if opener.startswith("[") else "}"


_KEY = ("a key needs a colon and a space behind it", "Write them, or put the text in quotes.")
_INDENT = ("the line does not continue the lines above", "Indent it as they are indented.")
_YAML: dict[str, Words] = {
    "escape character": (
        "a backslash stands inside double quotes by itself",
        "Write it twice, or take single quotes.",
    ),
    "quoted scalar": ("the quote of line {line} is not closed", "Write the closing quote."),
    "alias": ("a text that begins with * is an alias to YAML", _QUOTE),
    "anchor": ("a text that begins with & is an anchor to YAML", _QUOTE),
    "cannot start any token": ("a text cannot begin with this sign in YAML", _QUOTE),
    "expected ':'": _KEY,
    "mapping values are not allowed": (
        "there is a colon where no key can stand",
        "Put a text that holds a colon in quotes, or indent the line as those above.",
    ),
    "expected key": _INDENT,
    "expected '-' indicator": _INDENT,
    "<block end>": _INDENT,
}
"""Our words for PyYAML's, by a part of what it says."""


def yaml_words(text: str, error: Any) -> Words:
    """What is wrong with a YAML text, of which PyYAML has raised an error with marks."""
    mark: Any = error.problem_mark or error.context_mark
    context: Any = error.context_mark
    problem, said = str(error.problem or error.context), f"{error.problem} {error.context}"
    lines = text.split("\n")
    line = next(iter(lines[mark.line :]), "")
    if line[mark.column : mark.column + 1] == "\t" or "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab stands where YAML takes spaces", "Indent the line with spaces."
    above = lines[max(0, mark.line - 1) : mark.line + 1]
    sign = next(filter(None, map(_KEY_AND_SIGN.match, above)), None)
    if sign and (odd := _lookalike(sign.group(1))):
        return odd
    comment = next((one.split()[0][:2] for one in above if one.lstrip().startswith(("//", "/*"))), None)
    if comment:
        return f"a comment begins with {comment} here, and with # in YAML", "Write # for it."
    if _TEXT_AND_BRACKET.match(line[max(0, mark.column - 1) :]):
        return "a bracket stands in a text without quotes", _QUOTE
    if "expected ',' or" in said and context:
        opener = "[" if "]" in said else "{"
        what = f"{opener} of line {context.line + 1} is not closed"
        return (
            f"{what}, or a comma is missing before this",
            f"Write {_closer(opener)} where it ends, or the comma.",
        )
    if "mapping values" in said and any(map(_NO_SPACE.match, above[:-1])):
        return _KEY
    problem, remedy = next((words for part, words in _YAML.items() if part in said), (problem, _CORRECT))
    return problem.format(line=context.line + 1) if context and "{line}" in problem else problem, remedy
