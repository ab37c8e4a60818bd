"""What is wrong with the nodes of a workflow, one by one, and what only looks wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from ._commands import KNOWN_COMMANDS
from ._control_faults import control_faults
from ._document import Object, inner_scopes, objects, own_nodes, part, script_of
from ._fault import Fault, Path, doubt, show_path
from ._graphs import Scope, both_flows
from ._near import near
from ._rounding import rounded
from ._schedules import number_faults, trigger_faults
from ._scripts import is_plain, script_doubts
from ._tables import field_of

MAX_NODES = 400
"""The most inner nodes of a workflow, as the vendor's page on workflows says."""


def node_faults(workflow: Object, shared: Sequence[Object], path: Path) -> Iterator[Fault]:
    """The faults and doubts of a workflow whose shape is right, and of its nodes.

    Args:
        workflow: The workflow.
        shared: The parameters that its nodes see.
        path: The workflow's place.
    """
    yield from _holder_faults(workflow, path, inner=False)
    yield from both_flows(workflow, path)
    ids: dict[str, Path] = {str(workflow.get("id") or ""): path}
    count = 0
    for owner, scope_path in _scopes(workflow, path):
        scope = Scope(owner, scope_path)
        yield from scope.faults()
        inner = owner is not workflow
        for here, node in own_nodes(owner, scope_path):
            count += 1
            own = node.get("id")
            if own and ids.setdefault(str(own), here) is not here:
                yield _id_clash(str(own), ids[str(own)], here)
            yield from _holder_faults(node, here, inner=inner)
            yield from _script_faults(node, shared, here)
            yield from control_faults(node, owner, scope.index, here)
    if count > MAX_NODES:
        message = f"the workflow has {count} nodes, and DataWorks allows {MAX_NODES}"
        yield doubt((*path, "nodes"), message, "Split it into several.", rule="many-nodes")


def _scopes(owner: Object, path: Path) -> Iterator[tuple[Object, Path]]:
    """A workflow, and every set of nodes that a control node in it holds, with their places."""
    yield owner, path
    for here, node in own_nodes(owner, path):
        for key, held in inner_scopes(node):
            yield from _scopes(held, (*here, key))


def _id_clash(own: str, other: Path, path: Path) -> Fault:
    message = f"the ID {{}} is used twice: {show_path((*other, 'id'))} has it too"
    remedy = "Leave the copy's id out, and the provider chooses one."
    return Fault((*path, "id"), message, remedy, (own,), rule="id-clash")


def _holder_faults(entity: Object, path: Path, *, inner: bool) -> Iterator[Fault]:
    """What a workflow and a node have in common: an ID, a name, a path, a trigger, a strategy."""
    if not isinstance(entity.get("id", ""), str):
        yield from rounded(entity, ("id",), path)
    name = str(entity.get("name"))
    where = script_of(entity).get("path")
    if isinstance(where, str) and where and not where.endswith(name):
        message = "the path {} does not end in the name {}"
        remedy = "Nearly all documents of the service have it so."
        yield doubt((*path, "script", "path"), message, remedy, where, name, rule="path")
    if "/" in name:
        message = "the name {} has a slash, which parts the folders of a path"
        yield doubt((*path, "name"), message, "Write another character for it.", name, rule="slash")
    yield from _schedule_faults(entity, path, inner=inner)
    for side in ("inputs", "outputs"):
        if entity.get(side):
            yield from _output_faults(part(entity, side), (*path, side))


def _schedule_faults(entity: Object, path: Path, *, inner: bool) -> Iterator[Fault]:
    """What says when and how often a workflow or a node runs, or what a control node holds."""
    trigger, strategy = entity.get("trigger"), entity.get("strategy")
    if isinstance(trigger, dict):
        yield from trigger_faults(cast("Object", trigger), (*path, "trigger"), inner=inner)
    yield from number_faults(entity, path)
    if isinstance(strategy, dict):
        yield from number_faults(cast("Object", strategy), (*path, "strategy"))


def _script_faults(node: Object, shared: Sequence[Object], path: Path) -> Iterator[Fault]:
    """What a node runs, and on what."""
    script, resource = script_of(node), node.get("runtimeResource")
    runtime = part(script, "runtime")
    command = runtime.get("command")
    if not (command or runtime.get("commandTypeId")):
        message, remedy = "the node does not say what it runs", 'Write its type, for example "ODPS_SQL".'
        yield Fault((*path, "script", "runtime", "command"), message, remedy, rule="no-command")
    command = command if isinstance(command, str) else ""
    # The steps of a PAI flow have a type for each algorithm.
    if command not in KNOWN_COMMANDS and _is_unknown(command) and "paiflow" not in path:
        message = "node type {} is not known here"
        remedy = "{}DataWorks may know it: new ones are added all the time."
        here = (*path, "script", "runtime", "command")
        yield doubt(here, message, remedy, command, near(command, KNOWN_COMMANDS), rule="command")
    if isinstance(resource, dict):
        yield from _resource_doubts(cast("Object", resource), (*path, "runtimeResource"))
    if not is_plain(script, command):
        yield from script_doubts(node, command, shared, path)
    for key, inner in inner_scopes(node):
        yield from rounded(inner, ("id",), (*path, key))
        yield from _schedule_faults(inner, (*path, key), inner=True)
        if field_of("node", key)[0] in ("combined", "subflow"):
            yield from both_flows(inner, (*path, key))


def _is_unknown(command: str) -> bool:
    return command != "" and command.casefold() not in _FOLDED


def _resource_doubts(resource: Object, path: Path) -> Iterator[Fault]:
    yield from rounded(resource, ("resourceGroupId",), path)
    group = resource.get("resourceGroup")
    if isinstance(group, str) and not group.strip():
        remedy = "Write its identifier, or leave runtimeResource out for the workspace's default."
        yield doubt(
            (*path, "resourceGroup"), "the resource group is empty", remedy, rule="empty-resource-group"
        )


def _output_faults(outputs: Object, path: Path) -> Iterator[Fault]:
    for key, listed in outputs.items():
        for position, output in enumerate(objects(listed)):
            here = (*path, key, position)
            yield from rounded(output, ("data",), here)
            if output.get("data") in (None, "") and field_of("io", key)[0] == "nodeOutputs":
                remedy = "Write what others depend on, as workspace.name; or leave the output out."
                yield Fault((*here, "data"), "data is missing", remedy, rule="missing")


_FOLDED = frozenset(command.casefold() for command in KNOWN_COMMANDS)
