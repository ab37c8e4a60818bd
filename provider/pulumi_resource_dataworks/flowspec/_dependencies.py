"""What a dependency may call a node, and what is wrong with the dependencies of one set of nodes: lost, odd, or round in a circle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from ._comparison import named_fields
from ._control_nodes import ASSIGNMENT, PARAM_HUB, arm_outputs, awaited, command_of, listed, watched_by
from ._document import (
    depends_with_paths,
    named_by,
    nodes_of,
    own_nodes,
    scope_of,
    scopes,
    script_of,
    workflow_of,
)
from ._problems import Phrase, Problem, problem
from ._suggestions import Vocabulary
from ._values import Json, Object, Path, objects, part

# --- What a dependency may call a node: its ID, its name, or one of its outputs


@dataclass(frozen=True, slots=True)
class NodeIndex:
    """The nodes of one scope by all that a dependency may call them.

    Attributes:
        words: By ID, name and output; an ID goes before a name, and a name before an output.
        names: By name.
        outputs: By output.
    """

    words: dict[str, Object]
    names: dict[str, Object]
    outputs: dict[str, Object]

    @classmethod
    def of(cls, owner: Object) -> NodeIndex:
        """The index of a workflow's or controller's own nodes."""
        ids: dict[str, Object] = {}
        names: dict[str, Object] = {}
        outputs: dict[str, Object] = {}
        for node in scope_of(owner):
            ids.setdefault(str(node.get("id") or ""), node)
            names.setdefault(str(node.get("name") or ""), node)
            for output in outputs_of(node):
                outputs.setdefault(output, node)
        for known in (ids, names, outputs):
            known.pop("", None)
        return cls({**outputs, **names, **ids}, names, outputs)

    def find(self, word: Json) -> Object | None:
        """The node that a word means."""
        return self.words.get(str(word or ""))

    def output(self, word: Json) -> str | None:
        """The output that a word means where it names a node here; None where it is somebody else's."""
        text = str(word)
        if text in self.outputs:
            return text
        node = self.find(word)
        return None if node is None else output_of(node)


def entries_of(owner: Object, node: Object, index: NodeIndex) -> list[Object]:
    """The entries of a workflow's or control node's `dependencies` and `flow` that are of a node."""
    entries = objects(owner.get("dependencies")) + objects(owner.get("flow"))
    return [entry for entry in entries if index.find(entry.get("nodeId")) is node]


def output_of(node: Object) -> str:
    """What a dependency names to depend on this node: the output that is its ID, else the first by the alphabet.

    Outputs are a set, so their order decides nothing. The arms of a branch are none of the node as a whole.
    """
    own, outputs = str(node.get("id") or ""), main_outputs(node)
    return own if own in outputs or not outputs else min(outputs)


def outputs_of(node: Object) -> list[str]:
    """The outputs of a node, which a dependency may name; the arms of a branch are such."""
    written, arms = _written_outputs(node), arm_outputs(node)
    return [*written, *(arm for arm in arms if arm not in written)] if arms else written


def main_outputs(node: Object) -> list[str]:
    """The outputs that a node has whichever arm of it is taken."""
    written, arms = _written_outputs(node), arm_outputs(node)
    return [output for output in written if output not in arms] if arms else written


def _written_outputs(node: Object) -> list[str]:
    entries = named_fields(part(node, "outputs"), "io").get("nodeOutputs")
    return [str(output["data"]) for output in objects(entries) if output.get("data") not in (None, "")]


# --- Dependencies that are lost, that look wrong, or that go round in a circle


FLOWS = ("dependencies", "flow")
_SHOWN = 10
"""So many nodes are named where one is not there."""


class Scope:
    """The nodes that see each other, and what their dependencies say: a workflow's, or a control node's.

    Attributes:
        owner: The workflow, or the field of the control node.
        path: Its place.
        workflow: The workflow around it, or itself.
        index: Its nodes, by all that a dependency may call them.
        arms: The branch nodes by the outputs of their arms.
    """

    def __init__(self, owner: Object, path: Path, workflow: Object) -> None:
        self.owner, self.path, self.workflow = owner, path, workflow
        self.index = NodeIndex.of(owner)
        self.arms = {arm: node for node in scope_of(owner) for arm in arm_outputs(node)}
        self._names = Vocabulary(self.index.names)
        self._words = Vocabulary(self.index.words)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the dependencies, and looks wrong."""
        yield from self._name_clashes()
        waits: dict[str, list[str]] = {}
        known = self.index.words
        for key in FLOWS:
            for position, dependency in enumerate(objects(self.owner.get(key))):
                node, depends = known.get(str(dependency.get("nodeId") or "")), dependency.get("depends")
                if node is None or depends is None:
                    yield from self._odd_dependency(dependency, node, (*self.path, key, position))
                for number, depend in enumerate(objects(depends)):
                    word = named_by(depend)
                    target = known.get(str(word or ""))
                    if target is None:
                        yield from self._lost(depend, (*self.path, key, position, "depends", number))
                    elif node is not None and str(depend.get("type") or "Normal").casefold() == "normal":
                        waits.setdefault(str(node.get("name")), []).append(str(target.get("name")))
                if "variableDepends" in dependency:
                    yield from self._lost_variables(dependency, (*self.path, key, position))
        yield from self._lost_references()
        yield from self._passed_by()
        yield from self._unfed()
        yield from self._cycles(waits)

    def _name_clashes(self) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for position, node in enumerate(objects(self.owner.get("nodes"))):
            name = str(node.get("name"))
            if name in seen:
                here = (*self.path, "nodes", position, "name")
                yield problem("name-clash", here, name, first=seen[name])
            seen.setdefault(name, position)

    def _odd_dependency(self, dependency: Object, node: Object | None, path: Path) -> Iterator[Problem]:
        """A dependency of a node that is not here, or of one that waits for nothing."""
        name = dependency.get("nodeId")
        if node is None:
            yield self._no_node((*path, "nodeId"), name)
        if dependency.get("depends") is None and not dependency.get("variableDepends"):
            yield problem("no-depends", (*path, "depends"), name)

    def _lost_variables(self, dependency: Object, path: Path) -> Iterator[Problem]:
        """What the variables of a dependency name, and is not here."""
        for here, depend in depends_with_paths({**dependency, "depends": None}, path):
            if self.index.find(named_by(depend)) is None:
                yield from self._lost(depend, here)

    def _lost_references(self) -> Iterator[Problem]:
        """Nodes that are not here, of which a variable is said to be; an ID may be another workflow's."""
        for here, node in own_nodes(self.owner, self.path):
            key, inputs = listed(node, "inputs", "variables")
            parameters = objects(script_of(node).get("parameters"))
            for place, variables in ((("script", "parameters"), parameters), (("inputs", key), inputs)):
                for position, variable in enumerate(variables):
                    source = part(part(variable, "referenceVariable"), "node")
                    name = str(source.get("nodeId") or "")
                    lost = name and not (source.get("output") or name.isdecimal() or self.index.find(name))
                    if lost:
                        path = (*here, *place, position, "referenceVariable", "node", "nodeId")
                        yield problem("lost-reference", path, name, self._names.suggestion(name))

    def _passed_by(self) -> Iterator[Problem]:
        """Nodes that wait for a branch as a whole, where nothing waits for one of its arms."""
        free = dict(self.arms)
        of_the_branch: list[tuple[Path, Object, Json]] = []
        joins = (objects(part(node, "join").get("branches")) for node in scope_of(self.owner) if free)
        for word in [watched_by(branch) for branches in joins for branch in branches]:
            free.pop(str(word), None)
        for key in FLOWS if free else ():
            for position, dependency in enumerate(objects(self.owner.get(key))):
                for here, depend in depends_with_paths(dependency, (*self.path, key, position)):
                    word = str(named_by(depend))
                    free.pop(word, None)
                    node = self.index.find(word)
                    if node is not None and word not in self.arms and arm_outputs(node):
                        of_the_branch.append((here, node, dependency.get("nodeId")))
        for path, branch, name in of_the_branch:
            arm = next((arm for arm, node in free.items() if node is branch), None)
            if arm:
                yield problem("passed-by", path, name, branch.get("name"), arm)

    def _unfed(self) -> Iterator[Problem]:
        """Variables that are taken from what a node waits for, where nothing of that gives one."""
        for here, node in own_nodes(self.owner, self.path) if self.owner is self.workflow else ():
            key, inputs = listed(node, "inputs", "variables")
            taken = [
                (place, one)
                for place, one in enumerate(inputs)
                if str(one.get("type")).casefold() == "nodeoutput"
                and not any(one.get(reference) for reference in ("referenceVariable", "from", "node"))
            ]
            words = (
                [word for entry in entries_of(self.owner, node, self.index) for word in awaited(entry)]
                if taken
                else []
            )
            sources = [self.index.find(word) for word in words]
            if not any(source is None or _gives(source) for source in sources):
                for place, one in taken:
                    name = one.get("inputName") or one.get("name")
                    yield problem("no-source", (*here, "inputs", key, place), name)

    def _lost(self, depend: Object, path: Path) -> Iterator[Problem]:
        """What names no node here: another workflow's output, or nothing that is."""
        if depend.get("output") not in (None, ""):
            yield from self._near_outputs(depend, (*path, "output"))
            return
        key = "nodeId" if depend.get("nodeId") not in (None, "") else "refTableName"
        if depend.get(key) not in (None, ""):
            yield self._no_node((*path, key), depend[key])
        elif not str(depend.get("type")).casefold().startswith("crosscycledependson"):
            yield problem("empty-dependency", path)

    def _no_node(self, path: Path, name: Json) -> Problem:
        if holder := self._inside.get(str(name)):
            return problem("lost-dependency.inside", path, name, holder, holder)
        if str(name) in self._everywhere:
            return problem("lost-dependency.outside", path, name)
        known = self._names.suggestion(str(name)), _listed(self._names.words, _SHOWN)
        return problem("lost-dependency.node", path, name, *known)

    @cached_property
    def _inside(self) -> dict[str, str]:
        """The nodes that control nodes of this set hold, by name, each with the control node."""
        return {str(node.get("name")): label.partition("/")[0] for label, node in nodes_of(self.owner)}

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        return frozenset(str(node.get("name")) for _, node in nodes_of(self.workflow))

    def _near_outputs(self, depend: Object, path: Path) -> Iterator[Problem]:
        """An output that no node here makes, and that looks like one of a node here: others are another workflow's."""
        output = str(depend["output"])
        last = output.rsplit(".", 1)[-1]
        meant = self._words.meant(output) or self._words.meant(last)
        # An arm's output that this one looks like: by a slip, or by its last part alone.
        same_end = (arm for arm in self.arms if arm.rsplit(".", 1)[-1] == last)
        arm = meant if meant in self.arms else next(same_end, None)
        known = (depend.get("nodeId"), depend.get("refTableName"), last, meant)
        node = self.arms[arm] if arm else next(filter(None, map(self.index.find, known)), None)
        if node is None:
            return
        name = node.get("name")
        if arm:
            yield problem("near-output.arm", path, output, name, arm)
        elif arms := arm_outputs(node):
            yield problem("near-output.branch", path, output, name, _listed(arms))
        else:
            yield problem("near-output.node", path, output, name)

    def _cycles(self, waits: dict[str, list[str]]) -> Iterator[Problem]:
        """A cycle of normal dependencies, a join's on what it watches among them: each node depends on the next."""
        for node in scope_of(self.owner):
            for branch in objects(part(node, "join").get("branches")):
                if watched := self.index.find(watched_by(branch)):
                    waits.setdefault(str(node.get("name")), []).append(str(watched.get("name")))
        try:
            TopologicalSorter(waits).prepare()
        except CycleError as error:
            shown = Phrase(" -> ".join(f'"{name}"' for name in reversed(error.args[1])))
            yield problem("cycle", (*self.path, "dependencies"), shown)


def _gives(node: Object) -> bool:
    """Whether a node gives those that wait for it a variable."""
    variables = listed(node, "outputs", "variables")[1]
    return bool(variables) or command_of(node) in (ASSIGNMENT, PARAM_HUB)


def _listed(words: Sequence[str], most: int | None = None) -> Phrase:
    shown = ", ".join(json.dumps(word, ensure_ascii=False) for word in words[:most])
    return Phrase(shown if most is None or len(words) <= most else f"{shown} and {len(words) - most} more")


def both_flows(owner: Object, path: Path) -> Iterator[Problem]:
    """Dependencies in both spellings: the parser reads those in `flow` only where the others are empty."""
    flow, dependencies = owner.get("flow"), owner.get("dependencies")
    if flow and dependencies and flow != dependencies:
        yield problem("two-flows", (*path, "flow"))


def foreign_roots(root: Object, workspace: str) -> Iterator[Problem]:
    """A warning for each output that looks like a workspace's root node, and is not that of the workspace with this name."""
    workflow = workflow_of(root)
    seen = {f"{workspace}_root", *(output for _, node in nodes_of(workflow) for output in outputs_of(node))}
    for path, depend in _depends_below(workflow, ("spec", "workflows", 0)):
        output = str(depend.get("output"))
        if output.endswith("_root") and "." not in output and output not in seen:
            seen.add(output)
            yield problem("foreign-root", path, output, root=f"{workspace}_root")


def _depends_below(owner: Object, path: Path) -> Iterator[tuple[Path, Object]]:
    """What the nodes of a workflow depend on, those of inner sets too, with the paths."""
    for here, scope in scopes(owner, path):
        for key in FLOWS:
            for position, dependency in enumerate(objects(scope.get(key))):
                yield from depends_with_paths(dependency, (*here, key, position))
