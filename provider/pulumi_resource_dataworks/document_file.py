"""A FlowSpec document in a file, with its scripts in files beside it. Whatever reads such a file reads it here.

    document = read_document(Path("daily/workflow.yaml"), {"resourceGroup": "Serverless_res_group_1"})

* `{"fn::readFile": "extract.sql"}` stands for the text of a file, to the last byte. Its path is relative to the document's folder,
  and does not lead out of it. The form is that of Pulumi YAML.
* `{{name}}` stands for a variable. In a text it is the variable's text; a value that is nothing but a placeholder becomes the
  variable's value, whatever its type.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from . import flowspec
from ._names import KEEP_TEXT
from .flowspec import Document, InvalidDocumentError, Problem, is_list, is_object

STDIN = "-"
"""In place of a file's name: standard input, whose scripts are beside it in the current folder."""

READ_FILE = "fn::readFile"
LARGEST_FILE = 16 * 1024 * 1024
"""In bytes. What is larger, a document could not hold."""
_NO_NAME = "its name has a character that no file's name can have"

_AS_TEXT = "Give it as text. " + KEEP_TEXT.replace("{", "{{").replace("}", "}}")
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_SUFFIXES = (".json", ".yaml", ".yml")
_KINDS = frozenset({"cycleworkflow", "manualworkflow", "triggerworkflow"})
_NOT_SEARCHED = frozenset({"node_modules", "venv", "__pycache__", "left-out"})

_Path = tuple[str | int, ...]


class UnreadableFileError(Exception):
    """A file cannot be read. The text says why."""


class UnusedVariableError(Exception):
    """A variable is given that no placeholder of the document names.

    Attributes:
        names: Those variables.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = sorted(names)
        super().__init__("the document has no " + ", ".join(f"{{{{{name}}}}}" for name in self.names))


def read_document(name: str | Path, variables: Mapping[str, Any] | None = None) -> Document:
    """Reads a document and the files that it names.

    Args:
        name: The document's file, or STDIN.
        variables: What placeholders stand for; None leaves all of them as they are.

    Raises:
        UnreadableFileError: The document's file cannot be read.
        InvalidDocumentError: It holds no document, or names a file that cannot be read or a variable that is not given. All
            problems of the second kind are reported at once, with line and column.
        UnusedVariableError: A variable is not used.
    """
    document, unused = _read(name, variables)
    if unused:
        raise UnusedVariableError(list(unused))
    return document


def _read(name: str | Path, variables: Mapping[str, Any] | None) -> tuple[Document, frozenset[str]]:
    """A document, and the variables that it does not use."""
    text = read_text(name)
    if not text.strip():
        raise InvalidDocumentError(
            [Problem((), "the file is empty", "A document is an object with version, kind and spec.")]
        )
    try:
        document = replace(flowspec.read(text), file=str(name))
    except InvalidDocumentError as error:
        raise InvalidDocumentError([replace(one, file=str(name)) for one in error.problems]) from None
    filling = _Filling(Path() if name == STDIN else Path(name).parent, variables)
    root = filling.value(document.root, ())
    if filling.problems:
        raise InvalidDocumentError(document.place(filling.problems))
    return replace(document, root=root), frozenset(variables or ()) - filling.used


class Checked(NamedTuple):
    """A file that was read.

    Attributes:
        document: None where it holds none.
        problems: What is wrong with it, warnings included.
        unused: The variables that it does not use, as far as it could be read.
    """

    document: Document | None
    problems: list[Problem]
    unused: frozenset[str] = frozenset()


def checked(
    name: str | Path,
    variables: Mapping[str, Any] | None = None,
    validate: Callable[[Document], list[Problem]] = flowspec.validate,
) -> Checked:
    """A document and what is wrong with it, as `validate` has it.

    Without `variables` a value that holds a placeholder is taken for right.

    Raises:
        UnreadableFileError: The document's file cannot be read.
    """
    try:
        document, unused = _read(name, variables)
    except InvalidDocumentError as error:
        return Checked(None, error.problems)
    try:
        problems = validate(document)
    except InvalidDocumentError as error:
        problems = error.problems
    if variables is None:
        problems = [one for one in problems if not _has_placeholder(document.root, one.path)]
    return Checked(document, problems, unused)


def documents_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and below it that hold a document of a workflow, by name.

    Counts what is JSON or YAML of a workflow's kind. A file that names such a kind and cannot be parsed counts too, so that
    a broken document is not passed over. Hidden folders, `node_modules` and virtual environments are not searched.
    """
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if (
                entry.name[0] != "."
                and entry.name not in _NOT_SEARCHED
                and not (entry / "pyvenv.cfg").exists()
            ):
                yield from documents_in(entry)
        elif entry.suffix in _SUFFIXES and entry.is_file() and _holds_document(entry):
            yield entry


def _holds_document(file: Path) -> bool:
    try:
        text = read_text(file)
    except UnreadableFileError:
        return False
    folded = text.casefold()
    if not any(kind in folded for kind in _KINDS):
        return False
    try:
        root = flowspec.read(text).root
    except InvalidDocumentError:
        return True
    return str(root.get("kind")).casefold() in _KINDS


def read_text(name: str | Path) -> str:
    """The text of a file, or of standard input.

    Raises:
        UnreadableFileError: It is missing, is no regular file, is larger than LARGEST_FILE, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read(LARGEST_FILE + 1) if name == STDIN else _bytes_of(Path(name))
    except ValueError:
        raise UnreadableFileError(_NO_NAME) from None
    except OSError as error:
        raise UnreadableFileError(error.strerror or str(error)) from None
    if len(data) > LARGEST_FILE:
        raise UnreadableFileError(f"it is larger than {LARGEST_FILE // 1024 // 1024} MB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, byte = data.count(b"\n", 0, error.start) + 1, data[error.start]
        raise UnreadableFileError(
            f"line {line} is not UTF-8 (byte 0x{byte:02x}); save the file as UTF-8"
        ) from None


def _bytes_of(file: Path) -> bytes:
    if file.exists() and not file.is_file():
        raise UnreadableFileError("it is a folder" if file.is_dir() else "it is not a regular file")
    with file.open("rb") as opened:
        return opened.read(LARGEST_FILE + 1)


@dataclass(slots=True)
class _Filling:
    """One document, in which files and variables are put in their places.

    Attributes:
        folder: The document's folder.
        variables: By name; None leaves placeholders.
        problems: What could not be put in.
        used: The names of the variables that are used.
    """

    folder: Path
    variables: Mapping[str, Any] | None
    problems: list[Problem] = field(default_factory=list[Problem])
    used: set[str] = field(default_factory=set[str])

    def value(self, value: Any, path: _Path) -> Any:
        """A value of the document with everything in its place."""
        if isinstance(value, str):
            return self._text(value, path)
        if is_list(value):
            return [self.value(item, (*path, position)) for position, item in enumerate(value)]
        if not is_object(value):
            return value
        if any(key.startswith("fn:") for key in value):
            return self._file(value, path)
        return {key: self.value(item, (*path, key)) for key, item in value.items()}

    def _file(self, call: Mapping[str, Any], path: _Path) -> str:
        named = call.get(READ_FILE)
        if list(call) != [READ_FILE] or not isinstance(named, str):
            what, remedy = (
                "of the functions only {} is known in a document",
                'Write {{{}: "a file"}} and nothing beside it.',
            )
            self.problems.append(Problem(path, what, remedy, (READ_FILE, READ_FILE)))
            return ""
        place = (*path, READ_FILE)
        try:
            text = read_text(self._beside(named))
        except UnreadableFileError as error:
            message, remedy = (
                f"the file {{}} cannot be read: {error}",
                "{}Write the path of a file in the folder {} or below it.",
            )
            values = (named, self._near(named), str(self.folder.absolute()))
            self.problems.append(Problem(place, message, remedy, values))
            return ""
        return cast("str", self._text(text, place, is_script=True))

    def _beside(self, named: str) -> Path:
        try:
            file = (self.folder / named).resolve()
            is_inside = bool(named.strip()) and file.is_relative_to(self.folder.resolve())
        except ValueError:
            raise UnreadableFileError(_NO_NAME) from None
        except (OSError, RuntimeError) as error:  # a circle of links
            raise UnreadableFileError(str(error)) from None
        if not is_inside:
            raise UnreadableFileError("its path leads out of the document's folder")
        return file

    def _near(self, named: str) -> str:
        """A question whether another file of the same folder is meant, where this one is missing."""
        others: list[str] = []
        with contextlib.suppress(UnreadableFileError, OSError):
            file = self._beside(named)
            others = [] if file.exists() else [one.name for one in file.parent.iterdir()]
        return flowspec.near(named, tuple(Path(named).with_name(name).as_posix() for name in others))

    def _text(self, text: str, path: _Path, *, is_script: bool = False) -> Any:
        if self.variables is None or "{{" not in text:
            return text
        variables, is_script = self.variables, is_script or path[-2:] == ("script", "content")
        whole = _PLACEHOLDER.fullmatch(text)
        if whole and whole[1] in variables and not is_script:
            self.used.add(whole[1])
            return variables[whole[1]]

        def filled(found: re.Match[str]) -> str:
            name = found[1]
            if name in variables:
                self.used.add(name)
                value = variables[name]
                if isinstance(value, float) and not flowspec.is_exact(value):
                    message = "the variable {} is a number of 2^53 or more, so Pulumi has rounded it"
                    self.problems.append(Problem(path, message, _AS_TEXT, (name,)))
                return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if not is_script:  # in a script, braces may be the script's own
                values = (name, flowspec.near(name, tuple(variables)))
                message, remedy = "no variable {} is given", "{}Give a variable of this name."
                self.problems.append(Problem(path, message, remedy, values))
            return found[0]

        return _PLACEHOLDER.sub(filled, text)


def placeholders_in(text: str) -> set[str]:
    """The names of the variables that a text has a place for."""
    return set(_PLACEHOLDER.findall(text))


def _has_placeholder(root: Any, path: _Path) -> bool:
    held = root
    for step in path:
        try:
            held = held[step]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(held, str) and bool(_PLACEHOLDER.search(held))
