"""A document written in YAML, read so that no value changes: what is text in FlowSpec stays what was written.

YAML's own types are its traps: `1.10` is a number that loses its zero, `on` a boolean, `010` an octal, a date no text. So
plain scalars keep their spelling until the table says what the field is. The events of libyaml are read one by one:
nesting and aliases cost no recursion, and what they expand to is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from ._problems import InvalidDocumentError, Problem, escaped
from ._syntax import MAX_DEPTH, line_and_column, nearest, yaml_words
from ._tables import Field, Shape, field_of
from ._values import Path, is_list, is_object

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
    return whole(float(text)) if _NUMBER.match(text) else text


def whole(number: float) -> int | float:
    """3600 for 3600.0, as which Pulumi hands over numbers and Python writes them: the vendor's parser takes no 3600.0."""
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


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
