"""The nodes of a workflow: where they are, what they hold, what they are called, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ._tables import TYPE_IDS, field_of
from ._values import Json, Object, Path, is_list, is_object, objects, part

# --- Where they are: in the workflow, or inside of a control node


WORKFLOW: Path = ("spec", "workflows", 0)
"""Where a document has its workflow."""

CONTROLLERS = ("doWhile", "do-while", "foreach", "forEach", "for-each", "combined", "subflow", "paiflow")
"""The fields of a control node that hold inner nodes."""

_CONTROLLERS = frozenset(CONTROLLERS)


def workflow_of(root: Object) -> Object:
    """The document's workflow."""
    return objects(root["spec"]["workflows"])[0]


def own_nodes(owner: Object, path: Path = ()) -> Iterator[tuple[Path, Object]]:
    """The nodes that a workflow or a control node holds directly, with their paths; the condition of a do-while included."""
    for position, node in enumerate(objects(owner.get("nodes"))):
        yield (*path, "nodes", position), node
    for key in ("while", "specWhile"):
        if is_object(owner.get(key)):
            yield (*path, key), owner[key]


def scope_of(owner: Object) -> list[Object]:
    """The same without the paths."""
    return [node for _, node in own_nodes(owner)]


def inner_scopes(node: Object) -> Sequence[tuple[str, Object]]:
    """What a control node holds, by the field that holds it: a set of nodes of their own."""
    if _CONTROLLERS.isdisjoint(node):
        return ()
    return [(key, node[key]) for key in CONTROLLERS if is_object(node.get(key))]


def scopes(owner: Object, path: Path = ()) -> Iterator[tuple[Path, Object]]:
    """A workflow, and every set of nodes that a control node in it holds, with their paths."""
    yield path, owner
    for here, node in own_nodes(owner, path):
        for key, inner in inner_scopes(node):
            yield from scopes(inner, (*here, key))


def nodes_of(owner: Object) -> Iterator[tuple[str, Object]]:
    """Every node below a workflow with its name, an inner node's as `controller/node`.

    The names are unique: where two come out the same, the later one gets a number.
    """
    seen: dict[str, int] = {}
    for name, node in _named_nodes(owner, ""):
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), node


def _named_nodes(owner: Object, prefix: str) -> Iterator[tuple[str, Object]]:
    for node in scope_of(owner):
        name = f"{prefix}{node.get('name', '')}"
        yield name, node
        for _, inner in inner_scopes(node):
            yield from _named_nodes(inner, f"{name}/")


def node_ids(root: Object) -> frozenset[str]:
    """The IDs of all nodes of a document, inner ones included."""
    return frozenset(str(node.get("id")) for _, node in nodes_of(workflow_of(root)))


# --- What one is and has


def script_of(holder: Object) -> Object:
    """The script of a workflow or a node; empty where it has none."""
    return part(holder, "script")


def runtime_of(node: Object) -> Object:
    """What a node's script says of what runs it; empty where it says nothing."""
    return part(script_of(node), "runtime")


BRANCH, JOIN = "CONTROLLER_BRANCH", "CONTROLLER_JOIN"
FOR_EACH, DO_WHILE = "CONTROLLER_TRAVERSE", "CONTROLLER_CYCLE"
ASSIGNMENT, PARAM_HUB, SUB_PROCESS = "CONTROLLER_ASSIGNMENT", "PARAM_HUB", "SUB_PROCESS"
CONTROLS = (BRANCH, JOIN, FOR_EACH, DO_WHILE, ASSIGNMENT, PARAM_HUB, SUB_PROCESS)
_BY_TYPE_ID = {str(TYPE_IDS[command]): command for command in CONTROLS}


def command_of(node: Object) -> str:
    """A node's type in capitals, also where a control node has its number alone."""
    runtime = runtime_of(node)
    command = runtime.get("command")
    if isinstance(command, str) and command:
        return command.upper()
    return _BY_TYPE_ID.get(str(runtime.get("commandTypeId")), "")


def listed(node: Object, side: str, name: str) -> tuple[str, list[Object]]:
    """The entries of a list of `inputs` or `outputs`, and the key under which it is written; of two the one that says something."""
    holder = part(node, side)
    spelt = [key for key in holder if field_of("io", key)[0] == name]
    key = next((key for key in spelt if holder[key]), spelt[0] if spelt else name)
    return key, objects(holder.get(key))


def arms_of(node: Object) -> list[Object]:
    """The arms of a branch node, in their order."""
    is_branch = "branch" in node and command_of(node) == BRANCH
    return objects(part(node, "branch").get("branches")) if is_branch else []


def arm_outputs(node: Object) -> list[str]:
    """The outputs that the arms of a branch node are."""
    data = (part(arm, "output").get("data") for arm in arms_of(node))
    return [str(one) for one in data if one not in (None, "")]


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
    if "outputs" not in node:
        return []
    entries = listed(node, "outputs", "nodeOutputs")[1]
    return [str(output["data"]) for output in entries if output.get("data") not in (None, "")]


# --- What one waits for


def entries(scope: Object, path: Path = ()) -> Iterator[tuple[Path, Object]]:
    """What a set of nodes says of which waits for which, in both spellings, with the paths."""
    for key in ("dependencies", "flow"):
        for position, dependency in enumerate(objects(scope.get(key))):
            yield (*path, key, position), dependency


def dependencies_of(scope: Object) -> list[Object]:
    """The same without the paths."""
    return [dependency for _, dependency in entries(scope)]


def depends_of(owner: Object) -> Iterator[tuple[Object, Object]]:
    """Each entry of a workflow's `dependencies`, with each of its `depends`; those of inner sets of nodes too."""
    for _, scope in scopes(owner):
        for dependency in dependencies_of(scope):
            for depend in objects(dependency.get("depends")):
                yield dependency, depend


def depends_with_paths(dependency: Object, path: Path = ()) -> Iterator[tuple[Path, Object]]:
    """What one entry of `dependencies` depends on, that of its variables included, with its paths."""
    for position, depend in enumerate(objects(dependency.get("depends"))):
        yield (*path, "depends", position), depend
    for position, variable in enumerate(objects(dependency.get("variableDepends"))):
        here = (*path, "variableDepends", position)
        yield from depends_with_paths({"depends": variable.get("depends")}, here)


def named_by(depend: Object) -> Json:
    """What a dependency names: an output, or a node by its ID or name."""
    return depend.get("output") or depend.get("nodeId") or depend.get("refTableName")


def awaited(entry: Object) -> list[Json]:
    """What an entry of `dependencies` says that is waited for in the same cycle."""
    return [named_by(depend) for depend in objects(entry.get("depends")) if is_normal(depend)]


def is_normal(depend: Object) -> bool:
    """Whether a dependency is on a run of the same cycle."""
    return str(depend.get("type") or "Normal").casefold() == "normal"


def watches(node: Object) -> list[Object]:
    """The branches of a join: what it watches."""
    return objects(part(node, "join").get("branches")) if "join" in node else []


def watched_by(branch: Object) -> Json:
    """What a join's branch says that it watches: an output, or the name or ID of a node."""
    return part(branch, "output").get("data") or branch.get("nodeId") or branch.get("name")


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

    def entries_of(self, owner: Object, node: Object) -> list[Object]:
        """The entries of `dependencies` and `flow` of the workflow or control node here that are of a node."""
        return [entry for entry in dependencies_of(owner) if self.find(entry.get("nodeId")) is node]


# --- Variables, which may be those of another node


HOLD_VARIABLES = frozenset({"inputs", "outputs", "paramHub", "param-hub"})
"""Where a node's variables are, beside its script's parameters."""


def given_variables(node: Object, path: Path = ()) -> Iterator[tuple[Path, Object]]:
    """What a node is given, with the paths: the parameters of its script, and the variables among its inputs."""
    for position, variable in enumerate(objects(script_of(node).get("parameters"))):
        yield (*path, "script", "parameters", position), variable
    key, variables = listed(node, "inputs", "variables") if "inputs" in node else ("", [])
    for position, variable in enumerate(variables):
        yield (*path, "inputs", key, position), variable


def references(node: Object) -> Iterator[Object]:
    """What a node's variables say of the nodes that they are of."""
    for key in sorted(HOLD_VARIABLES):
        yield from _node_fields(node.get(key))
    yield from _node_fields(script_of(node).get("parameters"))


def _node_fields(value: Json) -> Iterator[Object]:
    if is_object(value) and is_object(value.get("node")):
        yield value["node"]
    for item in value.values() if is_object(value) else value if is_list(value) else ():
        yield from _node_fields(item)
