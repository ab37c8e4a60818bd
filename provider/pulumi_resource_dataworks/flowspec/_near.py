"""Words that look like others: near misses, and slips of the pen."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from ._fault import Phrase

_SEPARATORS = re.compile(r"[-_ ]")

_SHORT = 4
"""Letters below which a letter more makes another word; up to which another letter does."""

_LONG = 100
"""Letters above which nothing alike is looked for."""

_FEW = 50
"""Words among which the most alike is looked for: a document may ask for each node."""


@lru_cache(maxsize=256)
def near(word: str, known: tuple[str, ...] | frozenset[str]) -> Phrase:
    """`Did you mean "x"? ` for the known word that looks most like this one, else nothing.

    A word is like another where five sixths of their letters are the same in the same order, or three quarters of a
    short word's; where it is a slip; or where one begins as the other does, but for a quarter.
    """
    if len(word) > _LONG:
        return _suggestion(None)
    names, text = _casefolded(known), word.casefold()
    cutoff, letters = 0.75 if len(text) <= _SHORT else 0.83, frozenset(text)
    # difflib takes 25 us a word, and a document may hold thousands of unknown ones: this leaves it those with the same letters.
    some = [
        name
        for name, (_, others) in names.items()
        if 2 * min(len(name), len(text) - len(letters - others)) >= cutoff * (len(text) + len(name))
    ]
    close = difflib.get_close_matches(text, some, n=1, cutoff=cutoff)
    match = close or [name for name in names if slip(text, name) or _same_start(text, name)]
    return _suggestion(names[match[0]][0] if match else None)


@lru_cache(maxsize=64)
def _casefolded(known: tuple[str, ...] | frozenset[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Each word without its case, with itself and its letters."""
    return {name.casefold(): (name, frozenset(name.casefold())) for name in known}


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
        return near(word, self.words) if len(self.words) <= _FEW else _suggestion(self.meant(word))

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
