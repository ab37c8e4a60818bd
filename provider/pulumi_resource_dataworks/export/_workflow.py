"""One workflow of an export: its document as `pulumi import` reads it, and whether a program can declare it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Json, Object

from ._yaml import RESERVED, replaced

_EXACT = 2**53
"""From here on a number is not the same in each language."""


_NAMES = ("name", "refTableName")


class LeftOutError(Exception):
    """Why a workflow cannot be a part of the program."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow that a program can declare.

    Attributes:
        workflow_id: Its ID in Data Studio.
        path: Its path, the name included.
        resource: The name of its resource.
        root: Its whole document, as a read for `pulumi import` gives it.
    """

    workflow_id: str
    path: str
    resource: str
    root: Object


def imported(workflow_id: str, given: Object, *, portable: bool) -> Object:
    """The document that a read for `pulumi import` makes of the service's, or one for other workspaces.

    Raises:
        LeftOutError: The provider would refuse it.
    """
    try:
        root = flowspec.clean(given, portable=portable)
        flowspec.validate(flowspec.Document(root))
        root = flowspec.complete(root, lambda _: workflow_id)
    except flowspec.InvalidDocumentError as error:
        problems = [problem.render() for problem in error.problems if problem.severity == "error"]
        raise LeftOutError("\n".join(problems)) from None
    return _spoken_alike(root)


def identifier_of(given: Object) -> str | None:
    """The workspace's name, which the service writes into the metadata of a workflow; None where it does not."""
    workflow = flowspec.workflow_of(given)
    project = cast("Object", workflow.get("metadata") or {}).get("project")
    name = cast("Object", project).get("projectIdentifier") if isinstance(project, dict) else None
    return name if isinstance(name, str) and name else None


def _spoken_alike(root: Object) -> Object:
    """The document without what a language of Pulumi cannot hold as it is.

    Raises:
        LeftOutError: It has to have that.
    """
    reserved = next(_reserved(root), None)
    if reserved is not None:
        raise LeftOutError(f'the key "{reserved}" begins as Pulumi\'s own functions do')
    found = cast("Object", replaced(root, _number_as_text))
    if not flowspec.same(found, root):
        raise LeftOutError("it holds a number of 2^53 or more, which Pulumi would round")
    return found


def _number_as_text(path: tuple[str | int, ...], value: Json) -> Json:
    """Huge numbers, and names that the service writes as numbers, as text."""
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (path[-1] in _NAMES or abs(value) >= _EXACT)
    ):
        return str(value)
    return value


def _reserved(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in cast("Object", value).items():
            if key.casefold().startswith(RESERVED):
                yield key
            yield from _reserved(item)
    elif isinstance(value, list):
        for item in cast("list[Json]", value):
            yield from _reserved(item)
