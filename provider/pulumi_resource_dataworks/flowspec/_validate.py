"""What is wrong with a document, before anything is sent. Needs nothing but the document."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import cast

from ._advice import advice
from ._document import Document, Json, Object, inner_scopes, nodes_with_paths, objects, own_nodes
from ._fault import Fault, InvalidDocumentError, Path, Phrase, near, show_path
from ._fields import Field, Shape
from ._resolve import NodeIndex
from ._tables import ENTITIES, IMPORTED_KINDS, UNKNOWN, field_of

_MISSPELT = 0.8
"""How like a field's name a key has to be to count as a misspelling of it."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")

_PLAIN: dict[Shape, tuple[type, ...]] = {
    **dict.fromkeys(Shape, ()),
    Shape.TEXT: (str,),
    Shape.CHOICE: (str,),
    Shape.INTEGER: (int,),
    Shape.BOOLEAN: (bool,),
}
"""The types of a value that has just the shape of its field, as nearly all have: nothing more to ask."""


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
    entity = list(_entity_faults(root, "document", ()))
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


def _entity_faults(value: Object, entity: str, path: Path) -> Iterator[Fault]:
    table = ENTITIES[entity]
    absent = [name for name in table.required if value.get(name) in (None, "")]
    for name in absent + [name for name in table.present if name not in value]:
        yield Fault((*path, name), f"{name} is missing", f"A {entity} needs it.", rule="missing")
    for key, item in value.items():
        field = table.fields.get(key) or field_of(entity, key)[1]
        if type(item) in _PLAIN[field.shape] and (field.shape is not Shape.CHOICE or item in field.choices):
            continue
        if field is UNKNOWN:
            yield _unknown_key(value, entity, key, (*path, key))
        elif item is not None:
            yield from _value_faults(item, field, (*path, key))
        elif field.no_null:
            yield Fault(
                (*path, key), f"{key} is null", "Leave it out, or write an empty list.", rule="null-list"
            )


def _unknown_key(value: Object, entity: str, key: str, path: Path) -> Fault:
    """A key that the vendor's parser drops: a misspelling where the right one is missing, else just that."""
    table = ENTITIES[entity]
    free = [name for name in (*table.fields, *table.aliases) if name not in value]
    meant = difflib.get_close_matches(key, free, n=1, cutoff=_MISSPELT) if key not in table.dropped else []
    message = f"{{}} is no field of a {entity}, so the service would drop it"
    if meant:
        return Fault(path, message, f'Did you mean "{meant[0]}"?', (key,), rule="misspelt-key")
    return Fault(path, message, "Leave it out.", (key,), severity="warning", rule="unknown-key")


def _value_faults(value: Json, field: Field, path: Path) -> Iterator[Fault]:
    if field.shape is Shape.FREE:
        return
    if field.shape is Shape.ENTITY:
        if isinstance(value, dict):
            yield from _entity_faults(cast("Object", value), field.entity, path)
        else:
            yield _shape_fault(path, field)
    elif field.shape is Shape.MAP:
        if not isinstance(value, dict):
            yield _shape_fault(path, field)
    elif field.shape is Shape.LIST:
        yield from _list_faults(value, field, path)
    elif not _fits(value, field):
        yield _choice_fault(value, field, path) if field.shape is Shape.CHOICE else _shape_fault(path, field)


def _list_faults(value: Json, field: Field, path: Path) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _shape_fault(path, field)
        return
    for index, item in enumerate(cast("list[Json]", value) if field.entity else []):
        if isinstance(item, dict):
            yield from _entity_faults(cast("Object", item), field.entity, (*path, index))
        else:
            message = f"each of {path[-1]} has to be an object"
            yield Fault(
                (*path, index), message, "Write it out: a reference by ID is not resolved here.", rule="shape"
            )


def _fits(value: Json, field: Field) -> bool:
    if field.shape is Shape.TEXT:
        return isinstance(value, str) or (isinstance(value, int | float) and not field.strict)
    if field.shape is Shape.INTEGER:
        text = _WHOLE.fullmatch(value) if isinstance(value, str) else None
        return text is not None or (isinstance(value, int) and not isinstance(value, bool))
    if field.shape is Shape.BOOLEAN:
        return isinstance(value, bool) or (isinstance(value, str) and value.casefold() in ("true", "false"))
    if not isinstance(value, str):
        return False
    return field.open or value.casefold() in {choice.casefold() for choice in field.choices}


def _shape_fault(path: Path, field: Field) -> Fault:
    return Fault(
        path, f"{path[-1]} has to be {field.shape.value}", f"Write {field.shape.value}.", rule="shape"
    )


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
    for key in ("dependencies", "flow"):
        for position, dependency in enumerate(objects(owner.get(key))):
            yield from _dependency_faults(dependency, index, (*path, key, position))
    for here, node in own_nodes(owner, path):
        if not _command_of(node):
            message = "the node does not say what it runs"
            remedy = 'Write its type, for example "ODPS_SQL".'
            yield Fault((*here, "script", "runtime", "command"), message, remedy, rule="no-command")
        for key, inner in inner_scopes(node):
            yield from _scope_faults(inner, (*here, key))


def _command_of(node: Object) -> Json:
    script = node.get("script")
    runtime = cast("Object", script).get("runtime") if isinstance(script, dict) else None
    if not isinstance(runtime, dict):
        return None
    found = cast("Object", runtime)
    return found.get("command") or found.get("commandTypeId")


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
    seen: dict[str, Path] = {str(workflow.get("id") or ""): (*path, "id")}
    for here, node in nodes_with_paths(workflow, path):
        own = str(node.get("id") or "")
        if own and own in seen:
            message = f"the ID {{}} is used twice: {show_path(seen[own])} has it too"
            remedy = "Leave the copy's id out, and the provider chooses one."
            yield Fault((*here, "id"), message, remedy, (own,), rule="id-clash")
        seen.setdefault(own, (*here, "id"))


def _dependency_faults(dependency: Object, index: NodeIndex, path: Path) -> Iterator[Fault]:
    if index.find(dependency.get("nodeId")) is None:
        yield _no_node((*path, "nodeId"), dependency.get("nodeId"), index)
    for position, depend in enumerate(objects(dependency.get("depends"))):
        if depend.get("output") not in (None, ""):
            continue
        key = "nodeId" if depend.get("nodeId") not in (None, "") else "refTableName"
        here = (*path, "depends", position)
        target = depend.get(key)
        if target in (None, "") and str(depend.get("type")).startswith("CrossCycleDependsOn"):
            continue
        if target in (None, ""):
            yield Fault(
                here,
                "the dependency names nothing",
                "Write the node's name as nodeId, or an output.",
                rule="empty-dependency",
            )
        elif index.find(target) is None:
            yield _no_node((*here, key), target, index)


def _no_node(path: Path, name: Json, index: NodeIndex) -> Fault:
    names = ", ".join(json.dumps(known, ensure_ascii=False) for known in list(index.names)[:10])
    message = "no node here is called {}, so the service would drop the dependency"
    remedy = "Write the name of one of this workflow's nodes ({}), or another workflow's node as output.{}"
    values = (name, Phrase(names), near(str(name), index.names))
    return Fault(path, message, remedy, values, rule="lost-dependency")
