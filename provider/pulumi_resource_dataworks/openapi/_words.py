"""Texts of the service as they may be shown: without keys, and not at all where they may quote a secret."""

import base64
import json
import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BeforeValidator

# --- The keys that this process holds, and their removal from texts of others


_SHORTEST = 8
_FEW = 3
"""Different characters up to which a piece is not a sign of a key: zeros are in many an ID."""
_CUT = "***"
_WORD = re.compile(r"""[^\s"'<>,(){}\[\]\x80-\U0010ffff]{8,}""")
_held: set[str] = set()
_pieces: set[str] = set()


def hold(*keys: str | None) -> None:
    """Note keys that no text may show; one of less than 8 characters is not a real one, and not noted."""
    for key in keys:
        if key and key not in _held:
            _held.add(key)
            found = (piece for form in _forms(key) for piece in _pieces_of(form))
            _pieces.update(piece for piece in found if len(set(piece)) > _FEW)


def without_keys(text: str) -> str:
    """A text without the words that have 8 characters in a row of a key that is held.

    Gateways and proxies echo requests: with the AccessKey ID, and with the token of temporary credentials, which is as
    good as a key. An echo may be cut off, and encode what is not a letter or digit in more ways than can be listed (JSON,
    HTML, small letters): so pieces are looked for and not whole keys, and the whole word goes. Encodings that leave no
    piece as it is are looked for besides: base64 at each offset, hexadecimal, and URL encoding, for keys with much to
    encode. A signature stays: it is good for one request, whose nonce the service has seen.
    """
    return _WORD.sub(lambda found: found[0] if _pieces.isdisjoint(_pieces_of(found[0])) else _CUT, text)


def _pieces_of(text: str) -> Iterator[str]:
    return (text[at : at + _SHORTEST] for at in range(len(text) - _SHORTEST + 1))


def _forms(key: str) -> Iterator[str]:
    yield key
    yield quote(key, safe="")
    data = key.encode()
    yield from (data.hex(), data.hex().upper())
    for offset in range(3):
        # The first and the last letters also depend on what stands beside the key.
        whole = base64.b64encode(bytes(offset) + data).decode().rstrip("=")
        inner = whole[offset + (offset > 0) : -1]
        yield from (inner, inner.translate(_URL_SAFE))


_URL_SAFE = str.maketrans("+/", "-_")


# --- What the service, or a proxy before it, says in words of its own: they may quote all that was sent
#
# A script may come back as a whole line, as one token, escaped, encoded or cut off, so no search can find it. What decides
# is whether the running step was given a secret (`withhold_words`): then none of these words is shown.


LONGEST = 4000
"""Characters of a text that are looked at, by a person or by a pattern: some patterns take quadratic time."""

WITHHELD = (
    "the text is not shown, because what was sent holds a secret that it may quote; to read it, look up the IDs of this "
    "message in DataWorks"
)

_LABEL = re.compile(r"[\w.:/-]{0,100}", re.ASCII)
_withheld: ContextVar[bool] = ContextVar("_withheld", default=False)


def withhold_words(withheld: bool) -> None:
    """Say of the running task, and of those that it starts, whether it was given a secret."""
    _withheld.set(withheld)


def are_withheld() -> bool:
    """Whether the running task was given a secret."""
    return _withheld.get()


@dataclass(frozen=True)
class Words:
    """A text of the service's. As a string it is one line that may be shown.

    Attributes:
        raw: As it came, but for what is beyond `LONGEST`: to be matched, never to be shown.
    """

    raw: str = ""

    def __post_init__(self) -> None:
        if len(self.raw) > LONGEST:
            object.__setattr__(self, "raw", f"{self.raw[:LONGEST]}...")

    def __bool__(self) -> bool:
        return bool(self.raw.strip())

    def __str__(self) -> str:
        if self and are_withheld():
            return WITHHELD
        return without_keys(" ".join(self.raw.split()))


def label(text: str) -> str:
    """A code, a status or an ID of the service's as it may be shown: one that has another form is words."""
    if _LABEL.fullmatch(text):
        return without_keys(text)
    return "[not shown]" if are_withheld() else str(Words(text))


def text_of(value: Any) -> str:
    """A text of an answer, where it may also be a number or an object."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else "" if value is None else str(value)


Text = Annotated[str, BeforeValidator(text_of)]
Label = Annotated[str, BeforeValidator(lambda value: label(text_of(value).strip()))]
Free = Annotated[Words, BeforeValidator(lambda value: Words(text_of(value)))]
