"""What is wrong with a document, before anything is sent. Needs nothing but the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from ._control_validation import control_problems
from ._dependencies import Scope, both_flows
from ._document import Document
from ._nodes import (
    WORKFLOW,
    NodeIndex,
    entries,
    inner_scopes,
    outputs_of,
    runtime_of,
    scopes,
    script_of,
    workflow_of,
)
from ._problems import (
    InvalidDocumentError,
    Problem,
    as_object,
    doubt,
    field_meant,
    how_to_write,
    near,
    problem,
    slip,
    where_it_belongs,
)
from ._schedules import trigger_problems, whole_number
from ._scripts import script_doubts
from ._tables import (
    IMPORTED_KINDS,
    KNOWN_COMMANDS,
    NODE_TYPES,
    OBJECT_TYPES,
    UNKNOWN_FIELD,
    Field,
    Shape,
    field_of,
)
from ._values import Json, Object, Path, is_list, is_object, objects, part, show_path

# --- What is wrong with the document as a whole, and the shape of each value in it


_INT32 = 2**31
_ADVISED = 100
"""So many problems of a document say what may be meant by a key that is none: each takes a search."""


def validate(document: Document) -> list[Problem]:
    """Checks a document as it was read.

    Returns:
        The warnings, in the order of the document, with line and column where it was text.

    Raises:
        InvalidDocumentError: With every problem, warnings included.
    """
    problems = document.place(list(document_problems(document.root)))
    if any(problem.severity == "error" for problem in problems):
        raise InvalidDocumentError(problems)
    return problems


def document_problems(root: Object) -> Iterator[Problem]:
    """The problems and doubts of a document; what it means is looked at where all of it has the right shape."""
    problems = list(_root_problems(root))
    if not problems:
        _judge_object(root, "document", (), problems)
        doubts = [one for one in problems if one.rule in _DOUBTED]
        problems = [one for one in problems if one.rule not in _DOUBTED]
        if all(problem.severity == "warning" for problem in problems):
            problems = [*problems, *_workflow_problems(root), *doubts]
    yield from problems


def _root_problems(root: Object) -> Iterator[Problem]:
    """Whether this is a document that the import takes at all: the questions that come before all others."""
    if "kind" not in root and "spec" not in root:
        keys = ", ".join(sorted(str(key) for key in root)[:5])
        yield problem("no-flowspec", (), keys)
        return
    spec = root.get("spec")
    if is_object(spec) and spec.keys() >= {"kind", "spec"}:
        yield problem("no-workflow.inside", ("spec",))
        return
    yield from _kind_problems(root)
    lacking = _no_workflow(spec)
    if lacking:
        yield lacking
    elif len(root["spec"]["workflows"]) > 1:
        yield problem("second-workflow", ("spec", "workflows", 1), count=len(root["spec"]["workflows"]))


def _no_workflow(spec: Json) -> Problem | None:
    """The problem of a spec that holds no list of workflows."""
    if not is_object(spec):
        return problem("no-workflow.no-spec", ("spec",))
    keys, workflows = list(spec), spec.get("workflows")
    path: Path = ("spec", "workflows")
    if workflows is None:
        meant = next((key for key in keys if key != "workflows" and slip(key, "workflows")), None)
        if meant:
            return problem("no-workflow.misspelt", ("spec", meant), meant)
        if "nodes" in keys:
            return problem("no-workflow.around-nodes", path)
    if not workflows:
        return problem("no-workflow.none", path)
    if not is_list(workflows) or len(objects(workflows)) != len(workflows):
        return problem("no-workflow.no-list", path)
    return None


def _kind_problems(root: Object) -> Iterator[Problem]:
    kind = root.get("kind")
    kinds = ", ".join(IMPORTED_KINDS)
    if kind is None:
        yield problem("kind.missing", ("kind",), kinds=kinds)
    elif not isinstance(kind, str) or kind.casefold() not in {known.casefold() for known in IMPORTED_KINDS}:
        yield problem("kind.other", ("kind",), kind, near=near(str(kind), IMPORTED_KINDS), kinds=kinds)


def _missing(object_type: str, name: str, path: Path) -> Problem:
    labels = ", ".join(OBJECT_TYPES[object_type].fields[name].choices)
    if labels:
        return problem("missing.label", path, name=name, object=object_type, labels=labels)
    return problem("missing.field", path, name=name, object=object_type)


def _judge_object(value: Object, object_type: str, path: Path, problems: list[Problem]) -> None:
    """Adds the problems of an object and of all below it. Every value of a document passes here."""
    table = OBJECT_TYPES[object_type]
    missing = [name for name in table.required if _is_blank(value.get(name))]
    missing += [name for name in table.present if name not in value]
    problems += [_missing(object_type, name, (*path, name)) for name in missing]
    for key, item in value.items():
        field = table.fields.get(key) or _odd_key(value, object_type, key, (*path, key), problems)
        if field is UNKNOWN_FIELD:
            continue
        if type(item) is not field.plain or (field.choices and item not in field.choices):
            problems += _odd_value(item, field, (*path, key))
        elif field.object_type:
            _judge_below(item, field, (*path, key), problems)
        elif field.plain is int and not -_INT32 <= cast("int", item) < _INT32:
            problems += _odd_value(item, field, (*path, key))


def _is_blank(value: Json) -> bool:
    return value is None or (type(value) is str and (not value or value.isspace()))


def _odd_key(value: Object, object_type: str, key: str, path: Path, problems: list[Problem]) -> Field:
    """The field of a key that is not spelt as in its table, whose problems are added."""
    name, field = field_of(object_type, key)
    if field is UNKNOWN_FIELD:
        problems.append(_unknown_key(value, object_type, path, advised=len(problems) < _ADVISED))
    elif name != "dependencies":  # judged with what it says
        problems += _other_spellings(value, object_type, key, path)
    return field


def _other_spellings(value: Object, object_type: str, key: str, path: Path) -> Iterator[Problem]:
    """A field that an object has in two spellings, which say different things."""
    name = field_of(object_type, key)[0]
    keys = list(value)
    for other in [name, *keys[: keys.index(key)]]:
        same = other == name or field_of(object_type, other)[0] == name
        if same and value.get(other) and value[key] and value[other] != value[key]:
            yield problem("two-spellings", path, key=key, other=other)
            return


def _unknown_key(value: Object, object_type: str, path: Path, *, advised: bool) -> Problem:
    """A key that the vendor's parser drops: a misspelling where the right one is missing, else just that.

    Only a slip of the pen is a misspelling: a key that is just like another may be a field that the vendor has added.
    What else may be meant is looked for where `advised`.
    """
    table, key = OBJECT_TYPES[object_type], str(path[-1])
    free = tuple(name for name in (*table.fields, *table.aliases) if name not in value)
    if key in table.lost:
        return problem("lost-key", path, key=key, object=object_type, advice=table.lost[key])
    meant = None if key in table.dropped else field_meant(object_type, key, free)
    if meant:
        return problem("misspelt-key", path, key, object=object_type, meant=meant)
    if key in table.misplaced:
        return problem("misplaced-key", path, key, object=object_type, advice=table.misplaced[key])
    if not advised:
        return problem("unknown-key", path, key, object=object_type, advice="Leave it out.")
    twin = next((name for name in table.fields if name in value and slip(key, name)), None)
    advice = f'Leave it out: "{twin}" is there too.' if twin else where_it_belongs(object_type, key)
    advice = advice or near(key, free) + "Leave it out."
    return problem("unknown-key", path, key, object=object_type, advice=advice)


def _odd_value(value: Json, field: Field, path: Path) -> Iterator[Problem]:
    """The problem of a value that has not just the shape of its field, or none where the parser takes it."""
    if value is None:
        if field.no_null:
            name = "null-list.list" if field.shape is Shape.LIST else "null-list.object"
            yield problem(name, path, key=path[-1])
    elif not _fits(value, field):
        is_choice = field.shape is Shape.CHOICE
        yield _choice_problem(value, field, path) if is_choice else _shape_problem(value, field, path)
    else:
        for rule in field.doubts.split():
            if _DOUBTED[rule](value):
                yield problem(rule, path, value, key=path[-1])


def _looks_rounded(value: Json) -> bool:
    """Whether an ID is a number of 2^53 or more, and just what a program makes of one that keeps 53 bits.

    That is a double: all its digits, or as JavaScript writes them, the shortest that say which, and zeros.
    """
    if type(value) not in (int, float) or not 2**53 <= value <= 2**63:
        return False
    mantissa, _, exponent = repr(float(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = (whole + fraction).ljust(len(whole) + int(exponent or 0), "0")
    return isinstance(value, float) or str(value) in (f"{float(value):.0f}", padded)


_DOUBTED: dict[str, Callable[[Json], bool]] = {
    "negative": lambda value: (whole_number(value) or 0) < 0,
    "priority": lambda value: not 1 <= (whole_number(value) or 0) <= 8,
    "short-interval": lambda value: 0 < (whole_number(value) or 0) < 60_000,
    "rounded-id": _looks_rounded,
}
"""When a value is doubted, by the rules that `fields.toml` gives a field."""


def _judge_below(value: Json, field: Field, path: Path, problems: list[Problem]) -> None:
    """Adds the problems of an object, or of the objects of a list."""
    if field.plain is dict:
        _judge_object(cast("Object", value), field.object_type, path, problems)
        return
    for index, item in enumerate(cast("list[Json]", value)):
        if is_object(item):
            _judge_object(item, field.object_type, (*path, index), problems)
        else:
            whole = as_object(item, field)
            name, values = ("shape.item", (whole,)) if whole else ("shape.reference", ())
            problems.append(problem(name, (*path, index), *values, key=path[-1]))


def _fits(value: Json, field: Field) -> bool:
    if field.shape is Shape.FREE:
        return True
    if field.shape is Shape.TEXT:
        return isinstance(value, str) or (isinstance(value, int | float) and not field.strict)
    if field.shape is Shape.INTEGER:
        number = whole_number(value)
        return number is not None and abs(number) < 2 ** (field.bits - 1)
    if field.shape is Shape.LIST and is_list(value):
        return all(isinstance(item, str) for item in value)
    if field.shape is Shape.BOOLEAN:
        return isinstance(value, bool) or (isinstance(value, str) and value.casefold() in ("true", "false"))
    if field.shape is not Shape.CHOICE or not isinstance(value, str):
        return False
    return field.open == "kept" or value.casefold() in {choice.casefold() for choice in field.choices}


def _shape_problem(value: Json, field: Field, path: Path) -> Problem:
    if field.shape is Shape.INTEGER and whole_number(value) is not None:
        limit = f"{2 ** (field.bits - 1):,}"
        return problem("number", path, value, key=path[-1], bits=field.bits, limit=limit)
    wanted = "a list of texts" if field.shape is Shape.LIST and field.strict else field.shape.value
    whole = as_object(value, field)
    if whole:
        name = "shape.in-list" if field.shape is Shape.LIST else "shape.in-object"
        return problem(name, path, value, whole, key=path[-1], wanted=wanted)
    how = how_to_write(value, field)
    if isinstance(value, dict | list):
        held = "a list" if isinstance(value, list) else "an object" if value else "an empty object"
        return problem("shape.holder", path, key=path[-1], wanted=wanted, held=held, how=how)
    return problem("shape.value", path, value, key=path[-1], wanted=wanted, how=how)


def _choice_problem(value: Json, field: Field, path: Path) -> Problem:
    hint, labels = near(str(value), field.choices), ", ".join(field.choices)
    if not field.open:
        return problem("label", path, value, key=path[-1], near=hint, labels=labels)
    also = " and take the timeout for hours" if path[-1] == "timeoutUnit" else ""
    return problem("lost-label", path, value, key=path[-1], also=also, near=hint, labels=labels)


# --- What is wrong with the workflow and its nodes, one by one, and what only looks wrong


MAX_NODES = 400
"""The most inner nodes of a workflow, as the vendor's page on workflows says."""


def _workflow_problems(root: Object) -> Iterator[Problem]:
    """The problems and doubts of a workflow whose shape is right, and of its nodes."""
    spec, workflow = root["spec"], workflow_of(root)
    outer = spec.get("id")
    if outer not in (None, "") and workflow.get("id") not in (None, "") and str(outer) != str(workflow["id"]):
        yield problem("two-ids", ("spec", "id"), outer, workflow["id"])
    yield from _beside(spec, workflow)
    yield from holder_problems(workflow, WORKFLOW, inner=False)
    yield from both_flows(workflow, WORKFLOW)
    shared = objects(script_of(workflow).get("parameters")) + objects(spec.get("variables"))
    ids: dict[str, Path] = {str(workflow.get("id") or ""): WORKFLOW}
    count = 0
    for path, owner in scopes(workflow, WORKFLOW):
        scope = Scope(owner, path, workflow)
        yield from scope.problems()
        count += len(scope.nodes)
        for here, node in scope.nodes:
            own = str(node.get("id") or "")
            if own and ids.setdefault(own, here) is not here:
                yield problem("id-clash", (*here, "id"), own, first=show_path((*ids[own], "id")))
            yield from holder_problems(node, here, inner=owner is not workflow)
            yield from _script_problems(node, shared, here)
            yield from control_problems(node, scope, here)
    if count > MAX_NODES:
        yield problem("many-nodes", (*WORKFLOW, "nodes"), count=count, limit=MAX_NODES)


def _beside(spec: Object, workflow: Object) -> Iterator[Problem]:
    """Nodes beside the workflow, and what they wait for: the import takes the workflow, and what it waits for itself."""
    if objects(spec.get("nodes")):
        yield problem("beside-workflow.nodes", ("spec", "nodes"))
    for key in ("triggers", "scripts", "runtimeResources"):
        if objects(spec.get(key)):
            yield doubt(problem("beside-workflow.list", ("spec", key), key=key))
    outputs = {spec.get("id"), spec.get("name"), workflow.get("id"), workflow["name"], *outputs_of(workflow)}
    own, index = {str(word) for word in outputs if word}, NodeIndex.of(workflow)
    for path, dependency in entries(spec, ("spec",)):
        node = dependency.get("nodeId")
        if str(node) not in own and index.find(node):
            yield problem("beside-workflow.dependency", path, node)


def holder_problems(holder: Object, path: Path, *, inner: bool) -> Iterator[Problem]:
    """What a workflow and a node have in common: a name, a path, a trigger, outputs."""
    name = str(holder.get("name"))
    where = script_of(holder).get("path")
    if isinstance(where, str) and where and not where.endswith(name):
        yield problem("path", (*path, "script", "path"), where, name)
    if "/" in name:
        yield problem("slash", (*path, "name"), name)
    if is_object(holder.get("trigger")):
        yield from trigger_problems(holder["trigger"], (*path, "trigger"), inner=inner)
    for side in ("inputs", "outputs"):
        if holder.get(side):
            yield from _output_problems(part(holder, side), (*path, side))


def _script_problems(node: Object, shared: Sequence[Object], path: Path) -> Iterator[Problem]:
    """What a node runs, and on what."""
    runtime, resource = runtime_of(node), part(node, "runtimeResource")
    command = runtime.get("command")
    if not (command or runtime.get("commandTypeId")):
        yield problem("no-command.node", (*path, "script", "runtime", "command"))
    command = command if isinstance(command, str) else ""
    # The steps of a PAI flow have a type for each algorithm.
    if command and command.upper() not in NODE_TYPES and "paiflow" not in path:
        here = (*path, "script", "runtime", "command")
        yield problem("command", here, command, near(command, KNOWN_COMMANDS))
    group = resource.get("resourceGroup")
    if isinstance(group, str) and not group.strip():
        yield problem("empty-resource-group", (*path, "runtimeResource", "resourceGroup"))
    yield from script_doubts(node, command, shared, path)
    for key, inner in inner_scopes(node):
        if is_object(inner.get("trigger")):
            yield from trigger_problems(inner["trigger"], (*path, key, "trigger"), inner=True)
        if field_of("node", key)[0] in ("combined", "subflow"):
            yield from both_flows(inner, (*path, key))


def _output_problems(outputs: Object, path: Path) -> Iterator[Problem]:
    for key, listed in outputs.items():
        for position, output in enumerate(objects(listed)):
            if output.get("data") in (None, "") and field_of("io", key)[0] == "nodeOutputs":
                yield problem("missing.data", (*path, key, position, "data"))
