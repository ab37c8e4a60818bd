"""`pulumi-dataworks validate`: what a preview would say about documents, without Pulumi and without a call."""

from __future__ import annotations

import io
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from . import flowspec
from ._names import printable
from .document_file import STDIN, UnreadableFileError, checked, documents_in

STDIN_NAME = "<stdin>"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of one file, as it is printed."""

    file: str
    line: int
    column: int
    severity: Literal["error", "warning"]
    path: str
    message: str
    rule: str

    def text(self) -> str:
        """One line that an editor can jump from."""
        path = f"{self.path}: " if self.path else ""
        return printable(f"{self.file}:{self.line}:{self.column}: {self.severity}: {path}{self.message}")


def run(arguments: Namespace) -> int:
    """Validates `arguments.files`, and prints what is found as `arguments.format` says.

    Returns:
        0 where no document has an error, 1 where one has (or, where `arguments.strict`, a warning), 2 where a file cannot
        be read, a folder has no document, or no document uses a variable.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    findings: list[Finding] = []
    unreadable = 0
    variables = dict(arguments.variable) if arguments.variable else None
    spare = frozenset(variables or ())
    files = list(_files(arguments.files))
    for name in files:
        file = STDIN_NAME if name == STDIN else name
        try:
            _, problems, unused = checked(name, variables, flowspec.validate_any)
        except UnreadableFileError as error:
            unreadable += 1
            sys.stderr.write(f"pulumi-dataworks: {printable(file)} cannot be read: {error}\n")
            unused = frozenset[str]()
        else:
            findings += [finding_of(file, problem) for problem in problems]
        spare &= unused
    for name in sorted(spare):
        sys.stderr.write(f"pulumi-dataworks: no {{{{{name}}}}} is here: leave --variable {name}=... out\n")
    if arguments.format == "json":
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{finding.text()}\n" for finding in findings)
    sys.stdout.flush()
    errors = sum(finding.severity == "error" for finding in findings)
    counts = {"file": len(files), "error": errors, "warning": len(findings) - errors}
    summary = [f"{number} {noun}" if number == 1 else f"{number} {noun}s" for noun, number in counts.items()]
    sys.stderr.write(", ".join([*summary, f"{unreadable} unreadable"] if unreadable else summary) + "\n")
    failed = len(findings) if arguments.strict else errors
    return 2 if unreadable or spare else 1 if failed else 0


def _files(names: Sequence[str]) -> Iterator[str]:
    """The files, with the documents of a folder in its place; a folder without any stays, and cannot be read."""
    for name in names:
        found = [str(file) for file in documents_in(Path(name))] if Path(name).is_dir() else []
        yield from found or [name]


def finding_of(file: str, problem: flowspec.Problem) -> Finding:
    """A problem as it is printed."""
    path = flowspec.show_path(problem.path)
    message = replace(problem, path=("spec",), line=0).render().removeprefix("spec: ")
    return Finding(
        file, max(problem.line, 1), max(problem.column, 1), problem.severity, path, message, problem.rule
    )
