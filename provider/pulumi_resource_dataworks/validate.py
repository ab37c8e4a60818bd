"""`pulumi-dataworks validate`: what a preview would say about documents, without Pulumi and without a call."""

from __future__ import annotations

import io
import json
import sys
from argparse import Namespace
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from . import flowspec
from ._names import printable

STDIN = "-"
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


class UnreadableError(Exception):
    """A file that cannot be read."""


def run(arguments: Namespace) -> int:
    """Validates `arguments.files`, and prints what is found as `arguments.format` says.

    Returns:
        0 where no document has an error, 1 where one has, 2 where a file cannot be read.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    findings: list[Finding] = []
    unreadable = 0
    for name in arguments.files:
        file = STDIN_NAME if name == STDIN else name
        try:
            findings += [finding_of(file, problem) for problem in problems_of(read_text(name))]
        except UnreadableError as error:
            unreadable += 1
            sys.stderr.write(f"pulumi-dataworks: {printable(file)} cannot be read: {error}\n")
    if arguments.format == "json":
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{finding.text()}\n" for finding in findings)
    sys.stdout.flush()
    errors = sum(finding.severity == "error" for finding in findings)
    counts = {"file": len(arguments.files), "error": errors, "warning": len(findings) - errors}
    summary = [f"{number} {noun}" if number == 1 else f"{number} {noun}s" for noun, number in counts.items()]
    sys.stderr.write(", ".join([*summary, f"{unreadable} unreadable"] if unreadable else summary) + "\n")
    return 2 if unreadable else 1 if errors else 0


def finding_of(file: str, problem: flowspec.Problem) -> Finding:
    """A problem as it is printed."""
    path = flowspec.show_path(problem.path)
    message = replace(problem, path=("spec",), line=0).render().removeprefix("spec: ")
    return Finding(
        file, max(problem.line, 1), max(problem.column, 1), problem.severity, path, message, problem.rule
    )


def problems_of(text: str) -> list[flowspec.Problem]:
    """Every problem of a document, warnings included; none where nothing is wrong."""
    if not text.strip():
        return [
            flowspec.Problem((), "the file is empty", "A document is an object with version, kind and spec.")
        ]
    try:
        return flowspec.validate(flowspec.read(text))
    except flowspec.InvalidDocumentError as error:
        return error.problems


def read_text(name: str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        UnreadableError: With the reason for a person.
    """
    try:
        data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableError(getattr(error, "strerror", None) or str(error)) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise UnreadableError(
            f"line {line} is not UTF-8 (byte 0x{byte:02x}); save the file as UTF-8"
        ) from None
