"""Documents for these tests, and what is done to them."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import InvalidDocumentError, Problem
from tests.support.documents import etl, node
from tests.support.nightly import NIGHTLY

Object = dict[str, Any]
Path_ = tuple[str | int, ...]
Change = Callable[[Object], object]

WORKFLOW: Path_ = ("spec", "workflows", 0)
URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowDefinition::etl"

OWN_IDS = {
    "script",
    "trigger",
    "runtimeResource",
    "datasource",
    "parameters",
    "nodeOutputs",
    "variables",
    "referenceVariable",
    "array",
    "tables",
    "output",
    "from",
    "table",
    "datasources",
}
"""Entities whose ID is the service's own and means nothing to the author."""
BESIDE = {"triggers", "scripts", "runtimeResources", "files", "artifacts"}
"""Lists beside the workflow that the vendor's library reads and does not write."""


def chooser(urn: str = URN, project: int = 10001) -> Callable[[str], str]:
    return lambda name: flowspec.derive_id(urn, project, "", name)


def completed(root: Object | None = None, urn: str = URN) -> Object:
    """A document as check hands it on."""
    return flowspec.complete(root or etl(), chooser(urn))


def with_node(**fields: Any) -> Object:
    """A workflow of one node with these fields."""
    return etl(nodes=[node("a", **fields)], dependencies=[])


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


def kinds_of_leaves(root: Object, each: int = 2 if NIGHTLY else 1) -> Iterator[tuple[Path_, Any]]:
    """The first leaves of each place that only list indices distinguish: what is true of these is true of the rest."""
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


def problems_of(source: object) -> list[Problem]:
    """Everything that is said about a document, errors and warnings."""
    try:
        return flowspec.validate(flowspec.read(source))
    except InvalidDocumentError as error:
        return error.problems


def errors_of(source: object) -> list[Problem]:
    return [problem for problem in problems_of(source) if problem.severity == "error"]


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


def is_server_owned(path: Path_) -> bool:
    """By the service's read-backs and the vendor's parser's verdicts, not by the tables under test."""
    keys = [step for step in path if isinstance(step, str)]
    variable = {"parameters", "variable", "variables", "referenceVariable", "array", "from"}
    set_by_the_parser = keys[-1] == "artifactType" and keys[-2] in variable
    dropped_by_the_parser = keys[-1] in {"maxIteration", "resultStatus", "addresses"}
    beside = keys[:1] == ["spec"] and keys[1] in BESIDE
    own_id = keys[-1] == "id" and keys[-2] in OWN_IDS
    owned = "metadata" in keys or keys[-1] in {"isDefault", "resourceGroupName"} or own_id
    return owned or beside or set_by_the_parser or dropped_by_the_parser
