"""What is wrong with control nodes: what they run cannot be made of their fields, or says something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from . import _control_nodes as control
from ._dependencies import NodeIndex, entries_of, outputs_of
from ._document import inner_scopes, runtime_of, script_of
from ._problems import Phrase, Problem, problem
from ._scripts import when_problems
from ._suggestions import Vocabulary
from ._tables import field_of
from ._values import Json, Object, Path, objects, part

_STARTS = ("CONTROLLER_CYCLE_START", "CONTROLLER_TRAVERSE_START")
_ENDS = ("CONTROLLER_CYCLE_END", "CONTROLLER_TRAVERSE_END")
_LANGUAGES = ("odps", "python", "shell")
_NOTHING = Phrase("nothing of it")


def control_problems(node: Object, owner: Object, index: NodeIndex, path: Path) -> Iterable[Problem]:
    """The problems of a node that decides about others; nothing for one that does not.

    Args:
        node: The node.
        owner: The workflow or control node that holds it.
        index: The nodes beside it.
        path: Where it is.
    """
    held = inner_scopes(node)
    ordinary = not held and runtime_of(node).get("command") in control.ORDINARY
    return () if ordinary else _problems(node, held, owner, index, path)


def _problems(
    node: Object, held: Sequence[tuple[str, Object]], owner: Object, index: NodeIndex, path: Path
) -> Iterator[Problem]:
    command = control.command_of(node)
    known = control.CONTROLS.get(command)
    has_script = not control.is_blank(script_of(node).get("content"))
    if known and known.content and not part(node, known.field) and not has_script:
        yield problem("no-field.script", (*path, known.field), type=command, field=known.field)
    if known and known.holds and not held:
        yield _nothing_inside((*path, known.field))
    if command == control.BRANCH:
        yield from _branch_problems(node, path)
    elif command == control.JOIN:
        yield from _join_problems(node, index, path)
        yield from _unwatched(node, owner, index, path)
    elif command == control.ASSIGNMENT:
        yield from _language_problems(node, path)
    elif command == control.PARAM_HUB:
        yield from _hub_problems(node, path)
    elif command == control.FOR_EACH:
        yield from _collection_problems(node, index, path)
    for key, inner in held:
        yield from _inner_problems(inner, key, (*path, key))


def _language_problems(node: Object, path: Path) -> Iterator[Problem]:
    """What runs an assignment's script; read-backs have longer names, such as odps-sql and shell-script."""
    script = script_of(node)
    language = str(script.get("language") or "")
    if not control.is_blank(script.get("content")) and not language.casefold().startswith(_LANGUAGES):
        case = "assignment-language.other" if language else "assignment-language.none"
        yield problem(case, (*path, "script", "language"), *([language] if language else []))


# --- Branches


def _branch_problems(node: Object, path: Path) -> Iterator[Problem]:
    branch = part(node, "branch")
    arms = objects(branch.get("branches"))
    here = (*path, "branch", "branches")
    if branch and not arms:
        yield problem("arm.none", here)
    elif len(arms) == 1:
        yield problem("one-arm", here)
    parameters = _parameters(node)
    for position, arm in enumerate(arms):
        at = (*here, position)
        when = arm.get("when")
        if when in (None, ""):
            yield problem("arm.condition", (*at, "when"))
        elif parameters is not None:
            declared = {str(arm["fromVariable"]): None} if arm.get("fromVariable") else {}
            yield from when_problems(str(when), {**declared, **parameters}, (*at, "when"))
        if part(arm, "output").get("data") in (None, ""):
            yield problem("arm.output", (*at, "output"))
    content = script_of(node).get("content")
    if arms and not control.is_blank(content):
        yield from _branch_script_problems(arms, content, path)


def _parameters(node: Object) -> dict[str, str | None] | None:
    """The values of a node's parameters by name, None where one is not written; None where a name is not."""
    found: dict[str, str | None] = {}
    for one in objects(script_of(node).get("parameters")):
        if one.get("name") in (None, ""):
            return None
        value = one.get("value")
        found[str(one["name"])] = value if isinstance(value, str) and value else None
    for one in control.listed(node, "inputs", "variables")[1]:
        found.setdefault(str(one.get("inputName") or one.get("name")), None)
    return found


def _branch_script_problems(arms: list[Object], content: Json, path: Path) -> Iterator[Problem]:
    said = control.read_content(content)
    if not isinstance(said, list):
        yield _other_form(path, "a list of condition, nodeoutput and description, one for each arm")
        return
    here = (*path, "script", "content")
    if len(said) != len(arms):
        yield _disagree(here, "branch.branches", f"{len(said)} arms", f"{len(arms)}")
        return
    for position, (arm, (condition, output, desc)) in enumerate(zip(arms, said, strict=True)):
        pairs = (
            ("when", arm.get("when"), condition),
            ("output.data", part(arm, "output").get("data"), output),
            ("desc", arm.get("desc") or desc, desc),
        )
        for key, ours, theirs in pairs:
            if ours not in (None, "") and str(ours) != theirs:
                yield _disagree(here, f"branch.branches[{position}].{key}", theirs, ours)


def _other_form(path: Path, form: str) -> Problem:
    return problem("control-script", (*path, "script", "content"), form=form)


def _disagree(path: Path, field: str, theirs: object, ours: object) -> Problem:
    return problem("control-disagrees", path, theirs, Phrase(field), ours)


# --- Joins


def _join_problems(node: Object, index: NodeIndex, path: Path) -> Iterator[Problem]:
    join = part(node, "join")
    branches = objects(join.get("branches"))
    here = (*path, "join", "branches")
    if join and not branches:
        yield problem("arm.join", here)
    if not branches:
        return
    for position, branch in enumerate(branches):
        yield from _watch_problems(branch, index, (*here, position))
    content = script_of(node).get("content")
    if control.is_blank(content):
        yield from _expression_problems(join, branches, (*path, "join", "logic", "expression"))
        for position, branch in enumerate(branches):
            if not control.statuses_of(branch):
                yield problem("join-state", (*here, position, "assertion", "in"))
    else:
        yield from _join_script_problems(join, branches, index, content, path)


def _watch_problems(branch: Object, index: NodeIndex, path: Path) -> Iterator[Problem]:
    word = control.watched_by(branch)
    if index.output(word) is not None:
        node = index.find(word) or {}
        other = index.find(branch.get("nodeId"))
        if other not in (None, node):
            yield _disagree((*path, "nodeId"), "output.data", branch.get("nodeId"), word)
        if control.command_of(node) == control.BRANCH and word not in control.arm_outputs(node):
            yield problem("join-branch.branch", path, node.get("name"))
        return
    words = Vocabulary(index.words)
    output = part(branch, "output").get("data")
    here = (*path, "nodeId") if branch.get("nodeId") not in (None, "") else path
    last = str(word).rsplit(".", 1)[-1]
    meant = last if index.find(last) else words.meant(str(word)) or words.meant(last)
    hint = Phrase(f'Did you mean "{meant}"? ' if meant else "")
    if output in (None, ""):
        yield problem("join-node", here, word or "", hint)
    elif meant:
        yield problem("near-output.join", (*path, "output", "data"), word, hint)


def _unwatched(node: Object, owner: Object, index: NodeIndex, path: Path) -> Iterator[Problem]:
    """Dependencies of a join that none of its branches watches."""
    branches = objects(part(node, "join").get("branches"))
    words = [control.watched_by(branch) for branch in branches]
    watched = [index.find(word) or word for word in words]
    unknown = [one for one, word in zip(branches, words, strict=True) if index.find(word) is None]
    if not branches or any(part(one, "output").get("data") is None for one in unknown):
        return  # a name that no node has is refused already
    for entry in entries_of(owner, node, index):
        for word in control.awaited(entry):
            if (index.find(word) or word) not in watched:
                yield problem("join-branch.unwatched", (*path, "join", "branches"), word)


def _expression_problems(join: Object, branches: list[Object], path: Path) -> Iterator[Problem]:
    expression = control.expression_of(join)
    words, operators = control.words_of(expression)
    names = [str(branch.get("name")) for branch in branches]
    whole = Phrase(" and ".join(names))
    if not expression:
        yield problem("join-expression.none", path, whole)
    elif not words:
        yield problem("join-expression.no-names", path, expression, whole)
    else:
        for word in dict.fromkeys(words):
            if word not in names:
                yield problem("join-expression.unknown", path, word, whole)
        for name in names:
            if name not in words:
                yield problem("join-expression.left-out", path, name, whole)
        if len(operators) > 1 or "not" in operators:
            yield problem("join-expression.operators", path, expression)


def _join_script_problems(
    join: Object, branches: list[Object], index: NodeIndex, content: Json, path: Path
) -> Iterator[Problem]:
    said = control.read_content(content)
    if not isinstance(said, control.JoinScript):
        form = "branchList, with node, runStatus and logic for each branch, and resultStatus"
        yield _other_form(path, form)
        return
    here = (*path, "script", "content")
    states = dict(said.states)
    for position, branch in enumerate(branches):
        word = control.watched_by(branch)
        at = f"join.branches[{position}]"
        output = next((one for one in _outputs(word, index) if one in states), None)
        if output is None:
            yield _disagree(here, at, _NOTHING, word)
            continue
        runs, given = states.pop(output), frozenset(control.statuses_of(branch))
        if given and given != runs:
            yield _disagree(here, f"{at}.assertion.in", ", ".join(sorted(runs)), ", ".join(sorted(given)))
    for output in states:
        yield _disagree(here, "join.branches", output, _NOTHING)
    logic = control.logic_of(join)
    if logic is not None and said.every is not None and said.every is not (logic == 1):
        ours, theirs = control.expression_of(join), "and" if said.every else "or"
        yield _disagree(here, "join.logic.expression", theirs, ours)


def _outputs(word: Json, index: NodeIndex) -> list[str]:
    """What a script may call the output that a join's branch watches."""
    node = index.find(word)
    return [str(word)] if node is None else [str(word), *outputs_of(node), str(node.get("id") or "")]


# --- Parameter nodes


def _hub_problems(node: Object, path: Path) -> Iterator[Problem]:
    hub = objects(control.hub_of(node).get("variables"))
    key, outputs = control.listed(node, "outputs", "variables")
    if not hub:
        if not outputs:
            yield problem("no-field.hub", (*path, "param-hub"))
        return
    own = {str(one.get("name")): one for one in hub}
    for position, output in enumerate(outputs):
        here = (*path, "outputs", key, position)
        name = str(output.get("name"))
        if name not in own:
            yield _disagree((*here, "name"), "param-hub.variables", name, _NOTHING)
            continue
        for field in ("scope", "type", "value"):
            one, other = own[name].get(field), output.get(field)
            if one is not None and other is not None and str(one).casefold() != str(other).casefold():
                yield _disagree((*here, field), f"{name} in param-hub.variables", other, one)


# --- Loops, and what holds other nodes


def _collection_problems(node: Object, index: NodeIndex, path: Path) -> Iterator[Problem]:
    parameters, inputs = control.collection_of(node)
    if not (parameters or inputs):
        loops = [inner for _, inner in inner_scopes(node)]
        if any(objects(loop.get("nodes")) and not loop.get("array") for loop in loops):
            yield problem("no-collection", (*path, "script", "parameters"))
        return
    sources = [_source(one, index) for one in (*parameters, *inputs)]
    found = {id(source): str(source.get("name")) for source in sources if source is not None}
    if len(found) > 1:
        one, other = list(found.values())[:2]
        key = control.listed(node, "inputs", "variables")[0]
        yield _disagree((*path, "inputs", key), "script.parameters", other, one)


def _source(variable: Object, index: NodeIndex) -> Object | None:
    """The node here whose variable a collection is; None for another workflow's."""
    reference = part(variable, "referenceVariable")
    place = part(reference, "node") or part(variable, "node")
    words = (place.get("nodeId"), place.get("output"), place.get("refTableName"))
    return next(filter(None, map(index.find, words)), None)


def _inner_problems(inner: Object, key: str, path: Path) -> Iterator[Problem]:
    """Control nodes that would run nothing, and loops that nothing begins or ends."""
    if key == "paiflow" or inner.get("id") or inner.get("output"):
        return
    if not objects(inner.get("nodes")):
        yield _nothing_inside((*path, "nodes"))
        return
    kind = field_of("node", key)[0]
    if kind not in ("doWhile", "foreach"):
        return
    repeats = kind == "doWhile"
    ends = objects([inner.get("while"), inner.get("specWhile")])
    commands = [control.command_of(node) for node in objects(inner.get("nodes"))]
    for found, names, word in (
        ([one for one in commands if one in _STARTS], _STARTS, "begins"),
        ([*(one for one in commands if one in _ENDS), *ends], _ENDS, "ends"),
    ):
        name = names[0 if repeats else 1]
        if not found and word == "ends" and repeats:
            yield problem("no-condition", (*path, "while"), type=name)
        elif len(found) != 1:
            count = f"{len(found)} nodes" if found else "no node"
            yield problem("loop-ends", (*path, "nodes"), count=count, does=word, type=name)
    if repeats and inner.get("maxIterations") is None:
        yield problem("no-limit", (*path, "maxIterations"))


def _nothing_inside(path: Path) -> Problem:
    return problem("no-inner-nodes.subflow" if path[-1] == "subflow" else "no-inner-nodes.nodes", path)
