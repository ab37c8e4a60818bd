"""One document: as `pulumi import` reads it, and as files, with its scripts beside it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.document_file import READ_FILE, placeholders_in
from pulumi_resource_dataworks.flowspec import Json, Object, is_list, is_object, part

from ._file_names import Names
from ._kinds import WORKFLOW, Kind

RESERVED = "fn::"
"""How the keys of Pulumi YAML's functions begin, and that of a document which names a file."""

Path = tuple[str | int, ...]


def replaced(value: Json, change: Callable[[Path, Json], Json], path: Path = ()) -> Json:
    """A copy in which each plain value is what `change` makes of it and of its path."""
    if is_object(value):
        return {key: replaced(item, change, (*path, key)) for key, item in value.items()}
    if is_list(value):
        return [replaced(item, change, (*path, index)) for index, item in enumerate(value)]
    return change(path, value)


def plain_values(value: Json) -> Iterator[tuple[Path, Any]]:
    """Every value that is not an object or a list, with its path."""
    found: list[tuple[Path, Json]] = []
    replaced(value, lambda path, plain: found.append((path, plain)))
    yield from found


# --- What a program can declare


class LeftOutError(Exception):
    """Why something cannot be a part of the program."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the stack's configuration; `is_literal`: Pulumi YAML would not take it for a text."""

    key: str
    is_literal: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """The output that names something for others; of a node in a workflow an entry of the resource's `nodeOutputs`."""

    resource: str
    node: str = ""
    kind: Kind = WORKFLOW


Variables = Mapping[str, Setting | Output]
"""What the placeholders of a document stand for, by name."""


@dataclass(frozen=True, slots=True)
class Member:
    """What a program can declare.

    Attributes:
        own: Its ID in Data Studio.
        path: Its path, the name included.
        resource: The name of its resource.
        root: Its document, carried as its kind does: first the whole one that a read for `pulumi import` gives, in the end the
            one that names its files, as it is declared.
        kind: Its kind.
        folder: Its folder, from the program's.
        variables: What the placeholders in the document stand for.
    """

    own: str
    path: str
    resource: str
    root: Object
    kind: Kind = WORKFLOW
    folder: str = ""
    variables: Variables = field(default_factory=dict[str, Setting | Output])

    @property
    def key(self) -> str:
        """What distinguishes it from all others."""
        return self.kind.key(self.own)


def imported(own: str, given: Object, *, portable: bool, kind: Kind = WORKFLOW) -> Object:
    """The document that a read for `pulumi import` makes of the service's, or one for other workspaces.

    Raises:
        LeftOutError: The provider would refuse it, or a language of Pulumi cannot hold it.
    """
    try:
        root = flowspec.clean(given, portable=portable)
        if kind.of:
            flowspec.validate_any(flowspec.Document(flowspec.uncarried(root, kind.of.form)))
        else:
            flowspec.validate(flowspec.Document(root))
        # What carries an object has an ID that no other one has.
        root = flowspec.complete(root, lambda _: f"of {own}" if kind.of else own)
    except flowspec.InvalidDocumentError as error:
        problems = [problem.render() for problem in error.problems if problem.severity == "error"]
        raise LeftOutError("\n".join(problems)) from None
    reserved = next(_reserved_keys(root), None)
    if reserved is not None:
        raise LeftOutError(f'the key "{reserved}" begins as Pulumi\'s own functions do')
    found: Object = replaced(root, _number_as_text)
    if not flowspec.same(found, root):
        raise LeftOutError("it holds a number of 2^53 or more, which Pulumi would round")
    return found


def _number_as_text(path: Path, value: Json) -> Json:
    """Huge numbers, and names that the service writes as numbers, as text."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    return str(value) if path[-1] in ("name", "refTableName") or not flowspec.is_exact(value) else value


def _reserved_keys(value: Json) -> Iterator[str]:
    if is_object(value):
        for key, item in value.items():
            if key.casefold().startswith(RESERVED):
                yield key
            yield from _reserved_keys(item)
    elif is_list(value):
        for item in value:
            yield from _reserved_keys(item)


# --- A document as files: its scripts in files of their own, the rest beside them


_FIRST = ("version", "kind", "id", "nodeId", "name", "type", "description", "path")
_LAST = ("inputs", "outputs", "nodes", "dependencies", "spec", "content")


_BY_LANGUAGE = {"odps": ".sql", "odps-sql": ".sql", "python": ".py", "shell": ".sh"}
"""Of a node that may be written in several, as an assignment node."""


def suffix_of(node: Object) -> str:
    """The suffix of a node's script, with its dot. The script of any other type is JSON where it reads as such."""
    script = part(node, "script")
    command = str(part(script, "runtime").get("command") or "").upper()
    known = flowspec.NODE_TYPES.get(command)
    if known and known.file:
        return known.file
    try:
        if isinstance(json.loads(str(script.get("content") or "")), dict | list):
            return ".json"
    except (ValueError, RecursionError):
        pass
    language = str(script.get("language") or "").casefold()
    return _BY_LANGUAGE.get(language, ".sql" if "SQL" in command else ".txt")


def take_scripts_out(
    root: Object, folder: str, names: Names, variables: Collection[str] = ()
) -> tuple[Object, dict[str, bytes]]:
    """Puts each script into a file of its own.

    Args:
        root: A document, carried as its kind does.
        folder: The document's folder, from the program's.
        names: The names in it.
        variables: The placeholders of the document that are no text of the workflow.

    Returns:
        The document that names the files, its keys, nodes and dependencies in an order that no read-back changes, and the
        files.
    """
    found: Object = copy.deepcopy(root)
    files: dict[str, bytes] = {}

    def named(text: str, name: str, suffix: str) -> Object:
        file = names.take(name.replace("/", "."), suffix)
        files[f"{folder}/{file}"] = text.encode()
        return {READ_FILE: file}

    workflow = flowspec.workflow_of(found)
    beside = [
        (str(one["name"]), one)
        for form in (flowspec.FUNCTION, flowspec.FILE_RESOURCE)
        for one in flowspec.objects(found["spec"].get(form.holder))
    ]
    for name, node in sorted([*flowspec.nodes_of(workflow), *beside], key=lambda named: named[0]):
        script = part(node, "script")
        content = script.get("content")
        if isinstance(content, str) and content:
            script["content"] = named(content, name, suffix_of(node))
    # The service gives nodes in another order at each import; none of these orders has a meaning.
    for _, scope in flowspec.scopes(workflow):
        for key, own in (("nodes", "name"), ("dependencies", "nodeId"), ("flow", "nodeId")):
            if isinstance(scope.get(key), list):
                scope[key] = sorted(flowspec.objects(scope[key]), key=lambda item: str(item.get(own)))

    def kept(path: Path, value: Json) -> Json:
        """In a file beside a document, `{{name}}` is no variable unless one of that name is given."""
        if path[-1] == READ_FILE or not isinstance(value, str) or placeholders_in(value) <= {*variables}:
            return value
        return named(value, str(path[-1]), ".txt")

    return replaced(_ordered(found), kept), files


def as_json(document: Object) -> bytes:
    """A document as a file."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _ordered(value: Json) -> Json:
    if is_object(value):
        return {key: _ordered(value[key]) for key in sorted(value, key=_rank)}
    return [_ordered(item) for item in value] if is_list(value) else value


def _rank(key: str) -> tuple[int, str]:
    if key in _FIRST:
        return _FIRST.index(key), ""
    if key in _LAST:
        return len(_FIRST) + 1 + _LAST.index(key), ""
    return len(_FIRST), key
