"""A document written in YAML, read so that no value changes: what is text in FlowSpec stays what was written.

YAML's own types are its traps: `1.10` is a number that loses its zero, `on` a boolean, `010` an octal, a date no text. So
plain scalars keep their spelling until the table says what the field is. The events of libyaml are read one by one:
nesting and aliases cost no recursion, and what they expand to is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from ._fields import Field, Shape
from ._problems import InvalidDocumentError, Path, Problem, Step, escaped
from ._syntax import MAX_DEPTH, line_and_column, yaml_words
from ._tables import field_of

MAX_ALIASED = 200_000
"""How many values the aliases of a text may stand for. A trigger of 10,000 nodes written once is 60,000."""

_TEXT_OF_ONE = 100
"""So many characters of a text count as another value: a script of 20,000 characters may be that of 1,000 nodes."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXACT = 2**53
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


@dataclass(slots=True)
class _Frame:
    """One collection that is being read."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    path: Path
    key: str | None = None
    merged: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    size: int = 1


def read_yaml(text: str) -> Any:
    """The value of a YAML text, FlowSpec's text fields as they are written.

    Raises:
        InvalidDocumentError: It cannot be read; the problem says at which line and column.
    """
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
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
    return settle(reader.root, Field(Shape.ENTITY, object_type="document"))


def locate_yaml(text: str, paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """The line and column, both from 1, of the value at each path, or of its nearest parent that is there."""
    marks: dict[Path, tuple[int, int]] = {}
    reader = _Reader(marks)
    for event in yaml.parse(text, Loader=_LOADER):
        reader.take(event)
    return {path: _nearest(marks, path) for path in set(paths)}


def _nearest(marks: dict[Path, tuple[int, int]], path: Path) -> tuple[int, int]:
    while path and path not in marks:
        path = path[:-1]
    return marks.get(path, (1, 1))


def settle(value: Any, field: Field) -> Any:
    """Plain scalars as what their field is: text keeps its spelling, everything else is read as JSON would."""
    if isinstance(value, dict):
        object_type = field.object_type if field.shape is Shape.ENTITY else ""
        return {
            key: settle(item, field_of(object_type, key)[1])
            for key, item in cast("dict[str, Any]", value).items()
        }
    if isinstance(value, list):
        item_field = (
            Field(Shape.ENTITY, object_type=field.object_type) if field.shape is Shape.LIST else field
        )
        return [settle(item, item_field) for item in cast("list[Any]", value)]
    if not isinstance(value, Plain):
        return value
    if value in _NULLS:
        return None
    if field.shape in {Shape.TEXT, Shape.CHOICE}:
        return str(value)
    return _resolved(str(value))


def _resolved(text: str) -> Any:
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text) and len(text) < 4000:
        return int(text)
    return whole(float(text)) if _NUMBER.match(text) else text


def whole(number: float) -> int | float:
    """3600 for 3600.0, as which Pulumi hands over numbers and Python writes them: the vendor's parser takes no 3600.0."""
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


class _Reader:
    """Builds the value from events, without recursion."""

    def __init__(self, marks: dict[Path, tuple[int, int]] | None = None) -> None:
        self.root: Any = None
        self.marks = marks
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._aliased = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Takes the next event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _invalid("the text holds more than one YAML document", "Keep one.", event.start_mark)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._start(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end(event)

    def _scalar(self, event: Any) -> None:
        _known_tag(event)
        plain = event.implicit[0] and event.tag != _TEXT_TAG
        value = Plain(event.value) if plain else str(event.value)
        size = 1 + len(value) // _TEXT_OF_ONE
        if event.anchor:
            self._anchors[event.anchor] = (value, size)
        self._put(value, event, size)

    def _alias(self, event: Any) -> None:
        if any(frame.anchor == event.anchor for frame in self._frames):
            raise _invalid(f"*{event.anchor} stands inside itself", "Write it out.", event.start_mark)
        if event.anchor not in self._anchors:
            raise _invalid(
                f"*{event.anchor} stands for nothing", f"Write &{event.anchor} first.", event.start_mark
            )
        value, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            message = (
                f"the aliases stand for more than {MAX_ALIASED:,} values, of which each {_TEXT_OF_ONE} characters of a "
                "text are one"
            )
            raise _invalid(message, "Write fewer aliases of aliases.", event.start_mark)
        self._put(value, event, size)

    def _start(self, event: Any) -> None:
        _known_tag(event)
        if len(self._frames) >= MAX_DEPTH:
            raise _invalid(f"this is nested deeper than {MAX_DEPTH} levels", "Flatten it.", event.start_mark)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._frames.append(_Frame(value, event.anchor, self._next_path(event)))
        self._mark(event)

    def _end(self, event: Any) -> None:
        frame = self._frames.pop()
        if isinstance(frame.value, dict):
            whole: dict[str, Any] = {}
            for other in (
                *reversed(frame.merged),
                frame.value,
            ):  # the first wins over later ones, and own keys over all
                whole.update(other)
            frame.value = whole
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.value, frame.size)
        self._put(frame.value, event, frame.size, closing=True)

    def _put(self, value: Any, event: Any, size: int, *, closing: bool = False) -> None:
        if not self._frames:
            self.root = value
            return
        frame = self._frames[-1]
        frame.size += size
        if isinstance(frame.value, list):
            if not closing:
                self._mark(event)
            frame.value.append(value)
        elif frame.key is None:
            frame.key = self._new_key(value, frame, event)
        else:
            if not closing:
                self._mark(event)
            self._set(frame, frame.key, value, event)
            frame.key = None

    def _new_key(self, value: Any, frame: _Frame, event: Any) -> str:
        if not isinstance(value, str):
            raise _invalid("a key has to be text", "Write the key as text.", event.start_mark)
        if value != "<<" and value in frame.value:
            path = (*frame.path, str(value))
            remedy = "Keep one of the two: the service would drop the other."
            raise _invalid("the key {} is written twice", remedy, event.start_mark, path, (str(value),))
        return "<<" if isinstance(value, Plain) and value == "<<" else str(value)

    def _set(self, frame: _Frame, key: str, value: Any, event: Any) -> None:
        if key != "<<":
            cast("dict[str, Any]", frame.value)[key] = value
            return
        others = cast("list[Any]", value) if isinstance(value, list) else [value]
        if not all(isinstance(other, dict) for other in others):
            raise _invalid("<< takes an object or a list of them", "Write an alias of one.", event.start_mark)
        frame.merged += others

    def _next_path(self, event: Any) -> Path:
        if not self._frames:
            return ()
        frame = self._frames[-1]
        step: Step | None = len(frame.value) if isinstance(frame.value, list) else frame.key
        if step is None:
            raise _invalid("a key has to be text", "Write the key as text.", event.start_mark)
        return (*frame.path, step)

    def _mark(self, event: Any) -> None:
        if self.marks is None:
            return
        inside = isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent)
        path = self._frames[-1].path if inside else self._next_path(event)
        self.marks.setdefault(path, (event.start_mark.line + 1, event.start_mark.column + 1))


def _known_tag(event: Any) -> None:
    if event.tag not in (None, "!") and event.tag not in _TAGS:
        raise _invalid(f"the tag {event.tag} is none of FlowSpec's", "Leave the tag out.", event.start_mark)


def _invalid(
    message: str, remedy: str, mark: Any, path: Path = (), values: tuple[object, ...] = ()
) -> InvalidDocumentError:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if not values:
        message, remedy = escaped(message), escaped(remedy)
    return InvalidDocumentError([Problem(path, message, remedy, values, line=line, column=column)])
