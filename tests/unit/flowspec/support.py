"""Documents for these tests, and what is done to them."""

import copy
import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Fault, InvalidDocumentError
from specs import etl

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "flowspec"

Object = dict[str, Any]
Path_ = tuple[str | int, ...]
Change = Callable[[Object], object]

WORKFLOW: Path_ = ("spec", "workflows", 0)
URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowDefinition::etl"


def manifest() -> list[dict[str, str]]:
    if not SHARED.exists():
        return []
    with (SHARED / "manifest.csv").open(encoding="utf-8-sig") as rows:
        return list(csv.DictReader(rows))


READY = [Path(row["path"]).name for row in manifest() if row["import_ready"] == "yes"]
OTHERS = [Path(row["path"]).name for row in manifest() if row["import_ready"] in ("needs-transform", "n/a")]

each_ready = pytest.mark.parametrize("name", READY)


def public(name: str) -> Object:
    found: Object = json.loads((SHARED / "documents" / name).read_text(encoding="utf-8"))
    return found


def chooser(urn: str = URN, project: int = 10001) -> Callable[[str], str]:
    return lambda name: flowspec.derive_id(urn, project, name)


def completed(root: Object | None = None, urn: str = URN) -> Object:
    """A document as check hands it on."""
    return flowspec.complete(root or etl(), chooser(urn))


def workflow(root: Object) -> Object:
    found: Object = root["spec"]["workflows"][0]
    return found


def changed(root: Object, change: Change) -> Object:
    done = copy.deepcopy(root)
    change(done)
    return done


def at(root: Any, path: Path_) -> Any:
    for step in path:
        root = root[step]
    return root


def put(root: Object, path: Path_, value: Any) -> Object:
    """A copy with another value at a path."""
    done = copy.deepcopy(root)
    at(done, path[:-1])[path[-1]] = value
    return done


def leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value that is neither object nor list, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def kinds_of_leaves(root: Object, each: int = 2) -> Iterator[tuple[Path_, Any]]:
    """The first leaves of each place that only list indices tell apart: what is true of these is true of the rest."""
    seen: dict[Path_, int] = {}
    for path, value in leaves(root):
        place = tuple("*" if isinstance(step, int) else step for step in path)
        seen[place] = seen.get(place, 0) + 1
        if seen[place] <= each:
            yield path, value


def other(value: Any) -> Any:
    """A value of the same kind that means something else."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return "other" if value is None else f"{value}x"


def faults_of(source: object) -> list[Fault]:
    """Everything that is said about a document, errors and warnings."""
    try:
        return flowspec.validate(flowspec.read(source))
    except InvalidDocumentError as error:
        return error.faults


def errors_of(source: object) -> list[Fault]:
    return [fault for fault in faults_of(source) if fault.severity == "error"]


def text_of(root: Object) -> tuple[str, dict[Path_, int]]:
    """A document as text over many lines, and the line at which each of its values begins."""
    lines: list[str] = [""]
    where: dict[Path_, int] = {}

    def write(value: Any, path: Path_, indent: str) -> None:
        where[path] = len(lines)
        if isinstance(value, dict | list) and value:
            pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
            lines[-1] += "{" if isinstance(value, dict) else "["
            for number, (key, item) in enumerate(pairs):
                lines.append(f"{indent}  {json.dumps(key)}: " if isinstance(value, dict) else f"{indent}  ")
                write(item, (*path, key), f"{indent}  ")
                lines[-1] += "," if number < len(pairs) - 1 else ""
            lines.append(f"{indent}{'}' if isinstance(value, dict) else ']'}")
        else:
            lines[-1] += json.dumps(value)

    write(root, (), "")
    text = "\n".join(lines)
    assert json.loads(text) == root
    return text, where
