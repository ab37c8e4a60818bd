"""What is wrong with control nodes: what they run cannot be made of their fields, or says something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pulumi_resource_dataworks.flowspec._controls as control
import pulumi_resource_dataworks.flowspec._nodes as graph

from ._dependencies import Scope
from ._nodes import command_of, inner_scopes, runtime_of, script_of, watched_by
from ._problems import Phrase, Problem, problem
from ._scripts import (
    JoinScript,
    arm_script,
    expression_of,
    is_blank,
    logic_of,
    read_content,
    statuses_of,
    when_problems,
    words_of,
)
from ._tables import field_of
from ._values import Json, Object, Path, objects, part

_STARTS = ("CONTROLLER_CYCLE_START", "CONTROLLER_TRAVERSE_START")
_ENDS = ("CONTROLLER_CYCLE_END", "CONTROLLER_TRAVERSE_END")
_LANGUAGES = ("odps", "python", "shell")
_NOTHING = Phrase("nothing of it")
_CONTENT = ("script", "content")


def control_problems(node: Object, scope: Scope, path: Path) -> Iterable[Problem]:
    """The problems of a node that decides about others; nothing for one that does not.

    Args:
        node: The node.
        scope: The nodes beside it.
        path: Where it is.
    """
    ordinary = not inner_scopes(node) and runtime_of(node).get("command") in control.ORDINARY
    return () if ordinary else _Check(node, scope, path).problems()


@dataclass(frozen=True, slots=True)
class _Check:
    """A control node, the nodes beside it, and where it is."""

    node: Object
    scope: Scope
    path: Path

    def problems(self) -> Iterator[Problem]:
        held, command = inner_scopes(self.node), command_of(self.node)
        known = control.CONTROLS.get(command)
        if known and known.content and not part(self.node, known.field) and not self._has_script():
            yield problem("no-field.script", self._at(known.field), type=command, field=known.field)
        if known and known.holds and not held:
            yield _nothing_inside(self._at(known.field))
        if command == graph.BRANCH:
            yield from self._branch()
        elif command == graph.JOIN:
            yield from self._join()
            yield from self._unwatched()
        elif command == graph.ASSIGNMENT:
            yield from self._language()
        elif command == graph.PARAM_HUB:
            yield from self._hub()
        elif command == graph.FOR_EACH:
            yield from self._collection()
        for key, inner in held:
            yield from _inner_problems(inner, key, self._at(key))

    def _at(self, *steps: str | int) -> Path:
        return (*self.path, *steps)

    def _has_script(self) -> bool:
        return not is_blank(script_of(self.node).get("content"))

    def _other_form(self, form: str) -> Problem:
        return problem("control-script", self._at(*_CONTENT), form=form)

    def _script_says(self, field: str, theirs: object, ours: object) -> Problem:
        return _disagree(self._at(*_CONTENT), field, theirs, ours)

    def _language(self) -> Iterator[Problem]:
        """What runs an assignment's script; read-backs have longer names, such as odps-sql and shell-script."""
        language = str(script_of(self.node).get("language") or "")
        if self._has_script() and not language.casefold().startswith(_LANGUAGES):
            case = "assignment-language.other" if language else "assignment-language.none"
            yield problem(case, self._at("script", "language"), *([language] if language else []))

    # --- Branches

    def _branch(self) -> Iterator[Problem]:
        branch, arms = part(self.node, "branch"), graph.arms_of(self.node)
        if branch and not arms:
            yield problem("arm.none", self._at("branch", "branches"))
        elif len(arms) == 1:
            yield problem("one-arm", self._at("branch", "branches"))
        parameters = self._parameters()
        for position, arm in enumerate(arms):
            at = self._at("branch", "branches", position)
            when = arm.get("when")
            if when in (None, ""):
                yield problem("arm.condition", (*at, "when"))
            elif parameters is not None:
                declared = {str(arm["fromVariable"]): None} if arm.get("fromVariable") else {}
                yield from when_problems(str(when), {**declared, **parameters}, (*at, "when"))
            if part(arm, "output").get("data") in (None, ""):
                yield problem("arm.output", (*at, "output"))
        if arms and self._has_script():
            yield from self._branch_script(arms)

    def _parameters(self) -> dict[str, str | None] | None:
        """The values of the node's parameters by name, None where one is not written; None where a name is not."""
        found: dict[str, str | None] = {}
        for place, one in graph.given_variables(self.node):
            if place[0] == "inputs":
                found.setdefault(str(one.get("inputName") or one.get("name")), None)
                continue
            if one.get("name") in (None, ""):
                return None
            value = one.get("value")
            found[str(one["name"])] = value if isinstance(value, str) and value else None
        return found

    def _branch_script(self, arms: list[Object]) -> Iterator[Problem]:
        said = read_content(script_of(self.node)["content"])
        if not isinstance(said, list):
            yield self._other_form("a list of condition, nodeoutput and description, one for each arm")
        elif len(said) != len(arms):
            yield self._script_says("branch.branches", f"{len(said)} arms", f"{len(arms)}")
        else:
            for position, pair in enumerate(zip(map(arm_script, arms), said, strict=True)):
                for key, ours, theirs in zip(("when", "output.data", "desc"), *pair, strict=True):
                    if ours and ours != theirs:
                        yield self._script_says(f"branch.branches[{position}].{key}", theirs, ours)

    # --- Joins

    def _join(self) -> Iterator[Problem]:
        join, branches = part(self.node, "join"), graph.watches(self.node)
        here = self._at("join", "branches")
        if join and not branches:
            yield problem("arm.join", here)
        if not branches:
            return
        for position, branch in enumerate(branches):
            yield from self._watch(branch, (*here, position))
        if self._has_script():
            yield from self._join_script(join, branches)
            return
        yield from _expression_problems(join, branches, self._at("join", "logic", "expression"))
        for position, branch in enumerate(branches):
            if not statuses_of(branch):
                yield problem("join-state", (*here, position, "assertion", "in"))

    def _watch(self, branch: Object, path: Path) -> Iterator[Problem]:
        """What is wrong with what a branch of the join watches."""
        index = self.scope.index
        word, own = watched_by(branch), branch.get("nodeId")
        if index.output(word) is not None:
            node = index.find(word) or {}
            if index.find(own) not in (None, node):
                yield _disagree((*path, "nodeId"), "output.data", own, word)
            if command_of(node) == graph.BRANCH and word not in graph.arm_outputs(node):
                yield problem("join-branch.branch", path, node.get("name"))
            return
        last = str(word).rsplit(".", 1)[-1]
        meant = last if index.find(last) else self.scope.meant(str(word))
        hint = Phrase(f'Did you mean "{meant}"? ' if meant else "")
        if part(branch, "output").get("data") in (None, ""):
            here = (*path, "nodeId") if own not in (None, "") else path
            yield problem("join-node", here, word or "", hint)
        elif meant:
            yield problem("near-output.join", (*path, "output", "data"), word, hint)

    def _unwatched(self) -> Iterator[Problem]:
        """Dependencies of the join that none of its branches watches."""
        find, branches = self.scope.index.find, graph.watches(self.node)
        words = [watched_by(branch) for branch in branches]
        watched = [find(word) or word for word in words]
        unknown = [one for one, word in zip(branches, words, strict=True) if find(word) is None]
        if not branches or any(part(one, "output").get("data") is None for one in unknown):
            return  # a name that no node has is refused already
        for word in self.scope.awaited(self.node):
            if (find(word) or word) not in watched:
                yield problem("join-branch.unwatched", self._at("join", "branches"), word)

    def _join_script(self, join: Object, branches: list[Object]) -> Iterator[Problem]:
        said = read_content(script_of(self.node)["content"])
        if not isinstance(said, JoinScript):
            form = "branchList, with node, runStatus and logic for each branch, and resultStatus"
            yield self._other_form(form)
            return
        states = dict(said.states)
        for position, branch in enumerate(branches):
            word, at = watched_by(branch), f"join.branches[{position}]"
            output = next((one for one in self._outputs(word) if one in states), None)
            if output is None:
                yield self._script_says(at, _NOTHING, word)
                continue
            runs, given = states.pop(output), frozenset(statuses_of(branch))
            if given and given != runs:
                yield self._script_says(
                    f"{at}.assertion.in", ", ".join(sorted(runs)), ", ".join(sorted(given))
                )
        for output in states:
            yield self._script_says("join.branches", output, _NOTHING)
        logic = logic_of(join)
        if logic is not None and said.every is not None and said.every is not (logic == 1):
            theirs = "and" if said.every else "or"
            yield self._script_says("join.logic.expression", theirs, expression_of(join))

    def _outputs(self, word: Json) -> list[str]:
        """What a script may call the output that a join's branch watches."""
        node = self.scope.index.find(word)
        others = [] if node is None else [*graph.outputs_of(node), str(node.get("id") or "")]
        return [str(word), *others]

    # --- Parameter nodes, and what a for-each walks

    def _hub(self) -> Iterator[Problem]:
        hub = objects(control.hub_of(self.node).get("variables"))
        key, outputs = graph.listed(self.node, "outputs", "variables")
        if not hub:
            if not outputs:
                yield problem("no-field.hub", self._at("param-hub"))
            return
        own = {str(one.get("name")): one for one in hub}
        for position, output in enumerate(outputs):
            here = self._at("outputs", key, position)
            name = str(output.get("name"))
            if name not in own:
                yield _disagree((*here, "name"), "param-hub.variables", name, _NOTHING)
                continue
            for field in ("scope", "type", "value"):
                one, other = own[name].get(field), output.get(field)
                if one is not None and other is not None and str(one).casefold() != str(other).casefold():
                    yield _disagree((*here, field), f"{name} in param-hub.variables", other, one)

    def _collection(self) -> Iterator[Problem]:
        bound = [one for held in control.collection_of(self.node) for one in held]
        loops = [inner for _, inner in inner_scopes(self.node)]
        if not bound and any(objects(loop.get("nodes")) and not loop.get("array") for loop in loops):
            yield problem("no-collection", self._at("script", "parameters"))
        sources = [source for source in map(self._source, bound) if source is not None]
        found = list({id(source): str(source.get("name")) for source in sources}.values())
        if len(found) > 1:
            key = graph.listed(self.node, "inputs", "variables")[0]
            yield _disagree(self._at("inputs", key), "script.parameters", found[1], found[0])

    def _source(self, variable: Object) -> Object | None:
        """The node here whose variable a collection is; None for another workflow's."""
        place = part(part(variable, "referenceVariable"), "node") or part(variable, "node")
        words = (place.get("nodeId"), place.get("output"), place.get("refTableName"))
        return next(filter(None, map(self.scope.index.find, words)), None)


def _disagree(path: Path, field: str, theirs: object, ours: object) -> Problem:
    return problem("control-disagrees", path, theirs, Phrase(field), ours)


def _expression_problems(join: Object, branches: list[Object], path: Path) -> Iterator[Problem]:
    expression = expression_of(join)
    words, operators = words_of(expression)
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


# --- Loops, and what holds other nodes


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
    commands = [command_of(node) for node in objects(inner.get("nodes"))]
    conditions = len(objects([inner.get("while"), inner.get("specWhile")]))
    for names, more, word in ((_STARTS, 0, "begins"), (_ENDS, conditions, "ends")):
        name, found = names[0 if repeats else 1], sum(one in names for one in commands) + more
        if not found and word == "ends" and repeats:
            yield problem("no-condition", (*path, "while"), type=name)
        elif found != 1:
            count = f"{found} nodes" if found else "no node"
            yield problem("loop-ends", (*path, "nodes"), count=count, does=word, type=name)
    if repeats and inner.get("maxIterations") is None:
        yield problem("no-limit", (*path, "maxIterations"))


def _nothing_inside(path: Path) -> Problem:
    return problem("no-inner-nodes.subflow" if path[-1] == "subflow" else "no-inner-nodes.nodes", path)
