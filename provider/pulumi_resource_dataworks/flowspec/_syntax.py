"""Texts that are not JSON or YAML, in words for who wrote them, and where in a text a value stands."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from ._values import Path, Step

# --- Where in a JSON text a value stands. Read only when there is a problem to show


MAX_DEPTH = 100
"""How deep objects and lists may nest. The deepest public document has 14 levels."""

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
Place = TypeVar("Place")
_LINE_END = re.compile("\n")
_ODD = re.compile(r"NaN|-?Infinity|-?[0-9]{1000,}")


def locate(text: str, paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """The line and column, both from 1, of the value at each path, or of its nearest parent that is there.

    The text is read once, however many paths there are.
    """
    wanted = set(paths)
    parents = {path[:length] for path in wanted for length in range(len(path) + 1)}
    found: dict[Path, int] = {}
    for here, offset in _values(text):
        if here in parents:
            found.setdefault(here, offset)
            if wanted <= found.keys():
                break
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    offsets = {path: nearest(found, path, 0) for path in wanted}
    lines = {path: bisect_right(starts, offset) for path, offset in offsets.items()}
    return {path: (line, offsets[path] - starts[line - 1] + 1) for path, line in lines.items()}


def nearest(found: Mapping[Path, Place], path: Path, start: Place) -> Place:
    """The place of a value, or of its nearest parent that has one; else the start of the text."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, start)


def repeated_key(text: str) -> tuple[Path, int]:
    """The path of the first key that its object holds twice, and the offset of its second value."""
    seen: set[Path] = set()
    for path, offset in _values(text):
        if path in seen:
            return path, offset
        seen.add(path)
    return (), 0


def too_deep(text: str) -> int:
    """The offset at which the text nests deeper than allowed; 0 where it does not."""
    return next(
        (offset for path, offset in _values(text) if len(path) >= MAX_DEPTH and text[offset] in "{["), 0
    )


def odd_number(text: str) -> tuple[int, str]:
    """Offset and text of the first number that is none of JSON's, or has thousands of digits."""
    odd = (token for token in _JSON_TOKEN.finditer(text) if _ODD.fullmatch(token.group()))
    return next(((token.start(), token.group()) for token in odd), (0, "a value"))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """An offset as line and column, both from 1."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def _values(text: str) -> Iterator[tuple[Path, int]]:
    """Path and offset of each value of a text that is JSON, parents before their children."""
    path: list[Step] = []
    expect_key = False
    containers: list[str] = []
    for token in _JSON_TOKEN.finditer(text):
        word = token.group()
        if word in "}]":
            containers.pop()
            path.pop()
            expect_key = False
        elif word == ",":
            expect_key = containers[-1] == "{"
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else last
        elif word == ":":
            expect_key = False
        elif expect_key:
            path[-1] = json.loads(word, strict=False)
        else:
            yield tuple(path), token.start()
            if word in "{[":
                containers.append(word)
                path.append("" if word == "{" else 0)
                expect_key = word == "{"


# --- What is wrong with a text that is no JSON or YAML, in the words of who wrote it


_PAIRS = {"}": "{", "]": "["}
_WORD = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_FILE = re.compile(r"[^\n{}\[\]]*\.(json|ya?ml)|(\.{0,2}|~|[A-Za-z]:|file:)[/\\][^\n{}\[\]]*", re.IGNORECASE)
_SPACE_OR_COMMENT = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_NO_SPACE = re.compile(r"\s*(- )?[A-Za-z][\w-]*:[^\s/\\]")
_KEY_AND_SIGN = re.compile(r"\s*(?:- )?[A-Za-z][\w-]*(?::(?=[^\S ])|(?=\uff1a))(.)")
_SIGNS = '{}[]:," '
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
_LONGEST_NAME = 300

Words = tuple[str, str]
"""What is wrong, and what to do about it."""

_CORRECT = "Correct the text at that place."
_COMMENT = "Remove it, or write the document as YAML, where # begins a comment."
_QUOTE = "Put the text in quotes."


def names_a_file(text: str) -> bool:
    """Whether a text is the name of a file and no document."""
    name = text.strip().strip("\"'")
    return len(name) <= _LONGEST_NAME and ": " not in name and _FILE.fullmatch(name) is not None


def is_json_like(text: str) -> bool:
    """Whether a text is read as JSON: it begins with a bracket, comments aside, which JSON has none of."""
    place = 0
    while comment := _SPACE_OR_COMMENT.match(text, place):
        place = comment.end()
    return text[place : place + 1] in ("{", "[")


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
    for token in _JSON_TOKEN.finditer(text):
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
