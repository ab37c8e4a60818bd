"""What a word or a place may have been meant for: near misses, misplaced fields, rounded IDs."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from ._problems import Phrase, Problem, problem
from ._tables import OBJECT_TYPES, Field, Shape
from ._values import Json, Object, Path

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
    return Phrase(json.dumps({key: text}, ensure_ascii=False))


def how_to_write(value: Json, field: Field) -> str:
    """A sentence that says how a value of another shape is written."""
    fields = tuple(OBJECT_TYPES[field.object_type].fields) if field.object_type in OBJECT_TYPES else ()
    if isinstance(value, dict) and value.keys() & set(fields):
        return "Put it in brackets: a list of one."
    if field.shape is Shape.TEXT and isinstance(value, int | float):
        return "Put it in quotes."
    if field.shape is Shape.INTEGER:
        return f"Write digits alone{': ' + field.unit if field.unit else ''}."
    if isinstance(value, str) and value.startswith("{{"):
        return "Write it out: a reference by ID is not resolved here."
    if fields:
        first = ", ".join(fields[:_FEW]) + (" and others" if len(fields) > _FEW else "")
        return f"{'Its fields are' if field.shape is Shape.OBJECT else 'Write objects in brackets, with'} {first}."
    return f"Write {'a list of texts' if field.shape is Shape.LIST and field.strict else field.shape.value}."


_FEW = 5
"""Fields of an object that are named where it is written otherwise."""


# --- IDs that went through a program which keeps 53 bits of a number


_EXACT, _LARGEST = 2**53, 2**63
_NUMBERS = (int, float)


def rounded(holder: Object, keys: tuple[str, ...], path: Path) -> Iterator[Problem]:
    """A doubt for each ID of an object that is a number of 2^53 or more, and just what such a program makes of one."""
    for key in keys:
        value: Json = holder.get(key)
        if type(value) in _NUMBERS and _EXACT <= value <= _LARGEST and _looks_rounded(value):
            yield problem("rounded-id", (*path, key), value)


def _looks_rounded(value: float) -> bool:
    """Whether a number is a double: all its digits, or as JavaScript writes them, the shortest that say which, and zeros."""
    mantissa, _, exponent = repr(float(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = (whole + fraction).ljust(len(whole) + int(exponent or 0), "0")
    return isinstance(value, float) or str(value) in (f"{float(value):.0f}", padded)
