"""Values as Pulumi YAML writes them: `${...}` for what is known later, `$$` for a `$` that would begin one.

Pulumi makes a number of a setting that looks like one, and rounds it: such a setting is written `id:<digits>`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

from pulumi_resource_dataworks.flowspec import Json, Object

from ._documents import Joined, NodeOutput, ScriptFile, Setting

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_WIDTH = 100


def block(value: Json) -> Iterator[str]:
    """The lines of an object or a list that is not empty."""
    if isinstance(value, dict):
        for key, item in cast("Object", value).items():
            if _is_inline(item):
                yield f"{scalar(key)}: {_inline(item)}"
            else:
                yield f"{scalar(key)}:"
                yield from (f"  {line}" for line in block(item))
    else:
        for item in cast("list[Json]", value):
            if _is_inline(item):
                yield f"- {_inline(item)}"
                continue
            first, *rest = block(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def scalar(value: Json) -> str:
    """A value that is not an object or a list, so that Pulumi takes nothing in it for its own."""
    return quoted(_escaped(value)) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """A text that YAML reads as just that: plain where no reader can take it for anything else."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return "".join(map(_printable, json.dumps(text, ensure_ascii=False)))


def _is_inline(value: Json) -> bool:
    """Whether a value is a scalar, empty, or an object of a few scalars that fits into a line."""
    if isinstance(value, dict):
        entries = cast("Object", value)
        return (
            not any(isinstance(item, dict | list) for item in entries.values())
            and len(_inline(value)) < _WIDTH
        )
    return value == [] if isinstance(value, list) else True


def _inline(value: Json) -> str:
    if isinstance(value, dict):
        entries = [f"{scalar(key)}: {_inline(item)}" for key, item in cast("Object", value).items()]
        return f"{{ {', '.join(entries)} }}" if entries else "{}"
    if isinstance(value, ScriptFile):
        return f"{{ fn::readFile: {scalar(f'./{value.folder}/{value.name}')} }}"
    if isinstance(value, Setting):
        text = quoted(f"${{{value.key}}}")
        return f'{{ fn::select: [1, {{ fn::split: [":", {text}] }}] }}' if value.is_number else text
    if isinstance(value, Joined):
        return quoted(f"${{{value.setting.key}}}{_escaped(value.rest)}")
    if isinstance(value, NodeOutput):
        return quoted(f"${{[{_subscript(value.resource)}].nodeOutputs[{_subscript(value.node)}]}}")
    return scalar(value) if value != [] else "[]"


def _escaped(text: str) -> str:
    return re.sub(r"\$(?=[{$])", "$$", text)


def _subscript(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
