"""What is wrong with a document, before anything is sent. Needs nothing but the document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

from ._advice import advice
from ._document import (
    Document,
    Json,
    Object,
    depends_with_paths,
    inner_scopes,
    nodes_with_paths,
    objects,
    own_nodes,
    runtime_of,
)
from ._fault import Fault, InvalidDocumentError, Path, Phrase, show_path
from ._fields import Field, Shape
from ._near import Vocabulary, near, slip
from ._resolve import NodeIndex
from ._tables import ENTITIES, IMPORTED_KINDS, UNKNOWN, field_of

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_INT32 = 2**31


def validate(document: Document) -> list[Fault]:
    """Checks a document as it was read.

    Returns:
        The warnings, in the order of the document, with line and column where it was text.

    Raises:
        InvalidDocumentError: With every fault, warnings included.
    """
    faults = document.place(list(_faults(document.root)))
    if any(fault.severity == "error" for fault in faults):
        raise InvalidDocumentError(faults)
    return faults


def _faults(root: Object) -> Iterator[Fault]:
    shape = list(_root_faults(root))
    yield from shape
    if shape:
        return
    entity: list[Fault] = []
    _judge_entity(root, "document", (), entity)
    yield from entity
    if any(fault.severity == "error" for fault in entity):
        return
    yield from _workflow_faults(root, cast("list[Object]", root["spec"]["workflows"])[0])


def _root_faults(root: Object) -> Iterator[Fault]:
    """Whether this is a document that the import takes at all: the questions that come before all others."""
    if "kind" not in root and "spec" not in root:
        keys = ", ".join(sorted(str(key) for key in root)[:5])
        remedy = "A document is an object with version, kind and spec: in Data Studio, open the workflow and click Show Spec."
        yield Fault(
            (),
            "this is not a FlowSpec document: it has neither kind nor spec but {}",
            remedy,
            (keys,),
            rule="no-flowspec",
        )
        return
    yield from _kind_faults(root)
    spec = root.get("spec")
    if not isinstance(spec, dict):
        yield Fault(("spec",), "spec has to be an object", "It holds the list workflows.", rule="no-workflow")
        return
    workflows = cast("Object", spec).get("workflows")
    path: Path = ("spec", "workflows")
    if workflows is None and "nodes" in spec:
        remedy = (
            "Move nodes and flow into spec.workflows[0]: the import takes a workflow with its nodes inside."
        )
        yield Fault(path, "the document has nodes but no workflow around them", remedy, rule="no-workflow")
    elif not workflows:
        yield Fault(
            path, "the document has no workflow", "Write exactly one in spec.workflows.", rule="no-workflow"
        )
    elif not isinstance(workflows, list) or len(objects(cast("Json", workflows))) != len(
        cast("list[Json]", workflows)
    ):
        yield Fault(
            path,
            "workflows has to be a list of objects",
            "Write exactly one workflow in it.",
            rule="no-workflow",
        )
    elif len(cast("list[Json]", workflows)) > 1:
        count = len(cast("list[Json]", workflows))
        remedy = "Declare each in a resource of its own: the service imports the first and ignores the rest."
        yield Fault((*path, 1), f"the document has {count} workflows", remedy, rule="second-workflow")


def _kind_faults(root: Object) -> Iterator[Fault]:
    kind = root.get("kind")
    kinds = ", ".join(IMPORTED_KINDS)
    if kind is None:
        yield Fault(("kind",), "kind is missing", f"Write one of {kinds}.", rule="kind")
    elif not isinstance(kind, str) or kind.casefold() not in {known.casefold() for known in IMPORTED_KINDS}:
        remedy = f"The import takes {kinds}.{near(str(kind), IMPORTED_KINDS)}"
        yield Fault(("kind",), "kind {} cannot be imported", remedy, (kind,), rule="kind")


def _judge_entity(value: Object, entity: str, path: Path, faults: list[Fault]) -> None:
    """Adds the faults of an object and of all below it. Every value of a document passes here."""
    table = ENTITIES[entity]
    for name in table.required:
        if value.get(name) in (None, ""):
            faults.append(_missing(name, entity, path))  # noqa: PERF401 - a comprehension for each object costs more
    for name in table.present:
        if name not in value:
            faults.append(_missing(name, entity, path))  # noqa: PERF401 - a comprehension for each object costs more
    for key, item in value.items():
        field = table.fields.get(key) or field_of(entity, key)[1]
        if field is UNKNOWN:
            faults.append(_unknown_key(value, entity, key, (*path, key)))
        elif type(item) is not field.plain or (field.choices and item not in field.choices):
            faults += _odd_value(item, field, (*path, key))
        elif field.entity:
            _judge_below(item, field, (*path, key), faults)
        elif field.plain is int and not -_INT32 <= cast("int", item) < _INT32:
            faults += _odd_value(item, field, (*path, key))


def _missing(name: str, entity: str, path: Path) -> Fault:
    return Fault((*path, name), f"{name} is missing", f"A {entity} needs it.", rule="missing")


def _unknown_key(value: Object, entity: str, key: str, path: Path) -> Fault:
    """A key that the vendor's parser drops: a misspelling where the right one is missing, else just that.

    Only a slip of the pen is a misspelling: a key that is just like another may be a field that the vendor has added.
    """
    table = ENTITIES[entity]
    free = tuple(name for name in (*table.fields, *table.aliases) if name not in value)
    meant = [name for name in free if slip(key, name)] if key not in table.dropped else []
    message = f"{{}} is no field of a {entity}, so the service would drop it"
    if key in table.lost:
        return Fault(path, message.format(key), table.lost[key], rule="lost-key")
    if meant:
        return Fault(path, message, f'Did you mean "{meant[0]}"?', (key,), rule="misspelt-key")
    remedy = f"Leave it out.{near(key, free)}"
    return Fault(path, message, remedy, (key,), severity="warning", rule="unknown-key")


def _odd_value(value: Json, field: Field, path: Path) -> Iterator[Fault]:
    """The fault of a value that has not just the shape of its field, or none where the parser takes it."""
    if value is None:
        if field.no_null:
            remedy = "Leave it out, or write an empty list."
            yield Fault(path, f"{path[-1]} is null", remedy, rule="null-list")
    elif not _fits(value, field):
        yield (
            _choice_fault(value, field, path)
            if field.shape is Shape.CHOICE
            else _shape_fault(value, path, field)
        )


def _judge_below(value: Json, field: Field, path: Path, faults: list[Fault]) -> None:
    """Adds the faults of an object, or of the objects of a list."""
    if field.plain is dict:
        _judge_entity(cast("Object", value), field.entity, path, faults)
        return
    for index, item in enumerate(cast("list[Json]", value)):
        if isinstance(item, dict):
            _judge_entity(cast("Object", item), field.entity, (*path, index), faults)
        else:
            message = f"each of {path[-1]} has to be an object"
            remedy = "Write it out: a reference by ID is not resolved here."
            faults.append(Fault((*path, index), message, remedy, rule="shape"))


def _fits(value: Json, field: Field) -> bool:
    if field.shape is Shape.FREE:
        return True
    if field.shape is Shape.TEXT:
        return isinstance(value, str) or (isinstance(value, int | float) and not field.strict)
    if field.shape is Shape.INTEGER:
        return _is_whole(value) and abs(int(value)) < 2 ** (field.bits - 1)
    if field.shape is Shape.LIST and isinstance(value, list):
        return all(isinstance(item, str) for item in cast("list[Json]", value))
    if field.shape is Shape.BOOLEAN:
        return isinstance(value, bool) or (isinstance(value, str) and value.casefold() in ("true", "false"))
    if field.shape is not Shape.CHOICE or not isinstance(value, str):
        return False
    return field.open or value.casefold() in {choice.casefold() for choice in field.choices}


def _is_whole(value: Json) -> bool:
    if isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _shape_fault(value: Json, path: Path, field: Field) -> Fault:
    if field.shape is Shape.INTEGER and _is_whole(value):
        message = f"{path[-1]} {{}} is too large: DataWorks reads whole numbers of {field.bits} bits"
        remedy = f"Write a number below {2 ** (field.bits - 1):,}."
        return Fault(path, message, remedy, (value,), rule="number")
    wanted = "a list of texts" if field.shape is Shape.LIST and field.strict else field.shape.value
    return Fault(path, f"{path[-1]} has to be {wanted}", f"Write {wanted}.", rule="shape")


def _choice_fault(value: Json, field: Field, path: Path) -> Fault:
    remedy = f"Write one of {', '.join(field.choices)}.{near(str(value), field.choices)}"
    return Fault(path, f"{path[-1]} {{}} is not known", remedy, (value,), rule="label")


def _workflow_faults(root: Object, workflow: Object) -> Iterator[Fault]:
    path: Path = ("spec", "workflows", 0)
    outer = root["spec"].get("id")
    if outer not in (None, "") and workflow.get("id") not in (None, "") and str(outer) != str(workflow["id"]):
        message = "spec.id {} differs from the workflow's own id {}"
        remedy = "Leave spec.id out: the workflow's own id decides between create and update."
        yield Fault(("spec", "id"), message, remedy, (outer, workflow["id"]), "warning", "two-ids")
    yield from _id_clashes(workflow, path)
    yield from _scope_faults(workflow, path)
    yield from advice(workflow, path)


def _scope_faults(owner: Object, path: Path) -> Iterator[Fault]:
    """The faults of one set of nodes that see each other: a workflow's, or a control node's."""
    yield from _name_clashes(owner, path)
    index = NodeIndex.of(owner)
    names = Vocabulary(index.names)
    for key in ("dependencies", "flow"):
        for position, dependency in enumerate(objects(owner.get(key))):
            yield from _dependency_faults(dependency, index, names, (*path, key, position))
    for here, node in own_nodes(owner, path):
        runtime = runtime_of(node)
        if not (runtime.get("command") or runtime.get("commandTypeId")):
            message = "the node does not say what it runs"
            remedy = 'Write its type, for example "ODPS_SQL".'
            yield Fault((*here, "script", "runtime", "command"), message, remedy, rule="no-command")
        for key, inner in inner_scopes(node):
            yield from _scope_faults(inner, (*here, key))


def _name_clashes(owner: Object, path: Path) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for position, node in enumerate(objects(owner.get("nodes"))):
        name = str(node.get("name"))
        if name in seen:
            message = f"node name {{}} is used twice: nodes[{seen[name]}] has it too"
            remedy = "Give each node of a workflow a name of its own."
            yield Fault((*path, "nodes", position, "name"), message, remedy, (name,), rule="name-clash")
        seen.setdefault(name, position)


def _id_clashes(workflow: Object, path: Path) -> Iterator[Fault]:
    """An ID that two things of the document have: the service would keep one of them."""
    seen: dict[str, Path] = {str(workflow.get("id") or ""): path}
    for here, node in nodes_with_paths(workflow, path):
        own = str(node.get("id") or "")
        if own and own in seen:
            message = f"the ID {{}} is used twice: {show_path((*seen[own], 'id'))} has it too"
            remedy = "Leave the copy's id out, and the provider chooses one."
            yield Fault((*here, "id"), message, remedy, (own,), rule="id-clash")
        seen.setdefault(own, here)


def _dependency_faults(
    dependency: Object, index: NodeIndex, names: Vocabulary, path: Path
) -> Iterator[Fault]:
    if index.find(dependency.get("nodeId")) is None:
        yield _no_node((*path, "nodeId"), dependency.get("nodeId"), names)
    for here, depend in depends_with_paths(dependency, path):
        if depend.get("output") not in (None, "") or index.find(depend.get("nodeId")) is not None:
            continue
        key = "nodeId" if depend.get("nodeId") not in (None, "") else "refTableName"
        target = depend.get(key)
        if target in (None, "") and str(depend.get("type")).casefold().startswith("crosscycledependson"):
            continue
        if target in (None, ""):
            yield Fault(
                here,
                "the dependency names nothing",
                "Write the node's name as nodeId, or an output.",
                rule="empty-dependency",
            )
        elif index.find(target) is None:
            yield _no_node((*here, key), target, names)


def _no_node(path: Path, name: Json, names: Vocabulary) -> Fault:
    first = ", ".join(json.dumps(known, ensure_ascii=False) for known in names.words[:10])
    message = "no node here is called {}, so the service would drop the dependency"
    remedy = "Write the name of one of this workflow's nodes ({}), or another workflow's node as output.{}"
    values = (name, Phrase(first), names.suggestion(str(name)))
    return Fault(path, message, remedy, values, rule="lost-dependency")
