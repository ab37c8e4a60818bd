"""What is wrong with the dependencies of one set of nodes: lost, odd, or round in a circle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import pulumi_resource_dataworks.flowspec._nodes as graph

from ._nodes import NodeIndex, arm_outputs, depends_with_paths, named_by, watched_by, watches
from ._problems import Phrase, Problem, Vocabulary, problem
from ._values import Json, Object, Path, objects, part

_SHOWN = 10
"""So many nodes are named where one is not there."""


class Scope:
    """The nodes that see each other, and what their dependencies say: a workflow's, or a control node's.

    Attributes:
        owner: The workflow, or the field of the control node.
        path: Its place.
        workflow: The workflow around it, or itself.
        nodes: Its nodes, with their paths.
        index: The same by all that a dependency may call them.
        entries: Its dependencies, with their paths.
        arms: The branch nodes by the outputs of their arms.
    """

    def __init__(self, owner: Object, path: Path, workflow: Object) -> None:
        self.owner, self.path, self.workflow = owner, path, workflow
        self.nodes = list(graph.own_nodes(owner, path))
        self.index = NodeIndex.of(owner)
        self.entries = list(graph.entries(owner, path))
        self.arms = {arm: node for _, node in self.nodes for arm in arm_outputs(node)}
        self._names = Vocabulary(self.index.names)
        self._words = Vocabulary(self.index.words)

    def awaited(self, node: Object) -> list[Json]:
        """What a node says that it waits for in the same cycle."""
        entries = self.index.entries_of(self.owner, node)
        return [word for entry in entries for word in graph.awaited(entry)]

    def meant(self, word: str) -> str | None:
        """What is known here of which a word is a slip of the pen, or its last part."""
        return self._words.meant(word) or self._words.meant(_last(word))

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the dependencies, and looks wrong."""
        yield from self._name_clashes()
        waits: dict[str, list[str]] = {}
        find = self.index.find
        for path, dependency in self.entries:
            node, depends = find(dependency.get("nodeId")), dependency.get("depends")
            if node is None or depends is None:
                yield from self._odd_dependency(dependency, node, path)
            for number, depend in enumerate(objects(depends)):
                target = find(named_by(depend))
                if target is None:
                    yield from self._lost(depend, (*path, "depends", number))
                elif node is not None and graph.is_normal(depend):
                    waits.setdefault(str(node.get("name")), []).append(str(target.get("name")))
            if "variableDepends" in dependency:
                yield from self._lost_variables(dependency, path)
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
        for here, node in self.nodes:
            for place, variable in graph.given_variables(node, here):
                source = part(part(variable, "referenceVariable"), "node")
                name = str(source.get("nodeId") or "")
                if name and not (source.get("output") or name.isdecimal() or self.index.find(name)):
                    path = (*place, "referenceVariable", "node", "nodeId")
                    yield problem("lost-reference", path, name, self._names.suggestion(name))

    def _passed_by(self) -> Iterator[Problem]:
        """Nodes that wait for a branch as a whole, where nothing waits for one of its arms."""
        if not self.arms:
            return
        free = dict(self.arms)
        of_the_branch: list[tuple[Path, Object, Json]] = []
        for branch in (branch for _, node in self.nodes for branch in watches(node)):
            free.pop(str(watched_by(branch)), None)
        for path, dependency in self.entries:
            for here, depend in depends_with_paths(dependency, path):
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
        taking = [one for one in self.nodes if "inputs" in one[1] and self.owner is self.workflow]
        for here, node in taking:
            taken = [
                (place, one)
                for place, one in graph.given_variables(node, here)
                if place[-3] == "inputs"
                and str(one.get("type")).casefold() == "nodeoutput"
                and not any(one.get(reference) for reference in ("referenceVariable", "from", "node"))
            ]
            sources = [self.index.find(word) for word in self.awaited(node)] if taken else []
            if not any(source is None or _gives(source) for source in sources):
                for place, one in taken:
                    yield problem("no-source", place, one.get("inputName") or one.get("name"))

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
        named = graph.nodes_of(self.owner)
        return {str(node.get("name")): label.partition("/")[0] for label, node in named}

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        return frozenset(str(node.get("name")) for _, node in graph.nodes_of(self.workflow))

    def _near_outputs(self, depend: Object, path: Path) -> Iterator[Problem]:
        """An output that no node here makes, and that looks like one of a node here: others are another workflow's."""
        output = str(depend["output"])
        last, meant = _last(output), self.meant(output)
        # An arm's output that this one looks like: by a slip, or by its last part alone.
        same_end = (arm for arm in self.arms if _last(arm) == last)
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
        for _, node in self.nodes:
            for branch in watches(node):
                if watched := self.index.find(watched_by(branch)):
                    waits.setdefault(str(node.get("name")), []).append(str(watched.get("name")))
        try:
            TopologicalSorter(waits).prepare()
        except CycleError as error:
            shown = Phrase(" -> ".join(f'"{name}"' for name in reversed(error.args[1])))
            yield problem("cycle", (*self.path, "dependencies"), shown)


def _last(output: str) -> str:
    """The name in an output, which is `workspace.name`."""
    return output.rsplit(".", 1)[-1]


def _gives(node: Object) -> bool:
    """Whether a node gives those that wait for it a variable."""
    variables = graph.listed(node, "outputs", "variables")[1]
    return bool(variables) or graph.command_of(node) in (graph.ASSIGNMENT, graph.PARAM_HUB)


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
    workflow = graph.workflow_of(root)
    made = (output for _, node in graph.nodes_of(workflow) for output in graph.outputs_of(node))
    seen = {f"{workspace}_root", *made}
    for here, scope in graph.scopes(workflow, graph.WORKFLOW):
        depends = (
            depend for path, one in graph.entries(scope, here) for depend in depends_with_paths(one, path)
        )
        for path, depend in depends:
            output = str(depend.get("output"))
            if output.endswith("_root") and "." not in output and output not in seen:
                seen.add(output)
                yield problem("foreign-root", path, output, root=f"{workspace}_root")
