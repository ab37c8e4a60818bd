"""Values that are not what they should be, put into values that are."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.wire_values import SIGNATURE, UNKNOWN, archive, asset, output, reference, secret

Steps = tuple[str | int, ...]

TEXTS = ["", " ", "x", "0", "-1", "7", "true", "null", "\0", "\u2028", "\U0001f600", "{}", "[", '{"a": 1}']
TEXTS += [
    "not found",
    "a" * 10_000,
    "\u4e0d\u5b58\u5728",
    "1e999",
    "9" * 30,
    "Running",
    "Success",
    "Fail",
    "Init",
    "../x",
]
HUGE = 13_000_000
"""Characters: more than can be saved of a step that has failed."""
HALVES = ["\ud800", "a\udfffb"]
NUMBERS: list[Any] = [0, -1, 1, 2**31, 2**53 + 1, 2**63, 10**30, -(10**30), 0.5, 1e300]
NOTHING: list[Any] = [None, True, False, [], {}]
NESTED: list[Any] = [[[]], {"": {}}, [{}] * 3, {"Id": "7"}, [None]]
MARKS: list[Any] = [
    UNKNOWN,
    secret("hidden"),
    secret(UNKNOWN),
    output(),
    output(value="x", secret=True),
    asset("x"),
    archive("x"),
    reference(id="7"),
    {SIGNATURE: "none of them"},
]


def answered(chance: random.Random) -> Any:
    """What a service may write where something else belongs."""
    if chance.random() < 0.01:
        return "x" * HUGE
    return copy.deepcopy(chance.choice([*TEXTS, *HALVES, *NUMBERS, *NOTHING, *NESTED]))


def sent(chance: random.Random) -> Any:
    """What an engine may send where something else belongs."""
    numbers = [float(number) for number in NUMBERS]
    return copy.deepcopy(chance.choice([*TEXTS, *numbers, *NOTHING, *NESTED, *MARKS]))


def places(value: Any, at: Steps = ()) -> Iterator[Steps]:
    """Every place in a value, its own first."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*at, key))


def mutated(value: Any, chance: random.Random, other: Callable[[random.Random], Any]) -> Any:
    """The value with one place removed, doubled, or something else in its stead; JSON in a text is a value too."""
    done: Any = copy.deepcopy(value)
    at = chance.choice([at for at in places(done) if at] or [()])
    if not at:
        return other(chance)
    holder: Any = done
    for step in at[:-1]:
        holder = holder[step]
    key, how = at[-1], chance.random()
    inner = _json(holder[key])
    if inner is not None and how < 0.7:
        holder[key] = json.dumps(mutated(inner, chance, other))
    elif how < 0.2:
        del holder[key]
    elif how < 0.3 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[int(key)]))
    else:
        holder[key] = other(chance)
    return done


def _json(value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith(("{", "["))):
        return None
    try:
        return json.loads(value) or None
    except ValueError:
        return None
