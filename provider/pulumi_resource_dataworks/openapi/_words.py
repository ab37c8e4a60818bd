"""What the service, or a proxy before it, says in words of its own: they may quote all that was sent.

A script may come back as a whole line, as one token, escaped, encoded or cut off, so no search can find it. What decides
is whether the running step was given a secret (`withhold_words`): then none of these words is shown.
"""

import json
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from ._keys import without_keys

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
