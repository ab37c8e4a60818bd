"""Values as Pulumi YAML writes them: `${...}` for what is known later, `$$` for a `$` that would begin one.

Pulumi makes a number of a setting that looks like one, and rounds it: such a setting is written `id:<digits>`.
"""

from __future__ import annotations

import json
import re

from ._portable import NodeOutput, Setting

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def scalar(text: str) -> str:
    """A text in which Pulumi takes nothing for its own."""
    return quoted(re.sub(r"\$(?=[{$])", "$$", text))


def quoted(text: str) -> str:
    """A text that YAML reads as just that: plain where no reader can take it for anything else."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return "".join(map(_printable, json.dumps(text, ensure_ascii=False)))


def variable(value: Setting | NodeOutput) -> str:
    """What a document's variable is in Pulumi."""
    if isinstance(value, NodeOutput):
        return quoted(f"${{[{_subscript(value.resource)}].nodeOutputs[{_subscript(value.node)}]}}")
    text = quoted(f"${{{value.key}}}")
    return f'{{ fn::select: [1, {{ fn::split: [":", {text}] }}] }}' if value.is_number else text


def _subscript(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
