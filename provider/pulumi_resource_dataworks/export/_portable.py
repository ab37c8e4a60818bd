"""Documents for another workspace: without IDs, and with settings for what belongs to the workspace."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Json, Object

from ._workflow import LeftOutError, Workflow
from ._yaml import Joined, NodeOutput, Setting, plain_values, replaced

_AN_ID = re.compile(r"[0-9]{15,}")
_OUTPUT_KEYS = ("output", "data")
_ID_KEYS = ("id", "nodeId", "output", "data", "refTableName")


@dataclass(slots=True)
class Settings:
    """What a stack has to say of its workspace.

    Attributes:
        known: Setting by what it is and what it is in the exported workspace.
        used: By key, where it is used.
    """

    known: dict[tuple[str, str], Setting] = field(default_factory=dict[tuple[str, str], Setting])
    used: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def of(self, what: str, value: str, where: str) -> Setting:
        """The setting for a value; the first of its kind has the plain name."""
        if (what, value) not in self.known:
            number = 1 + sum(kind == what for kind, _ in self.known)
            self.known[what, value] = Setting(f"{what}{number if number > 1 else ''}", value.isdecimal())
        setting = self.known[what, value]
        self.used.setdefault(setting.key, []).append(where)
        return setting


@dataclass(slots=True)
class Portable:
    """The documents of a portable export.

    Attributes:
        documents: By workflow ID, in an order in which each comes after those that it depends on.
        settings: What they ask a stack for.
        left_out: By workflow ID, why it cannot be portable.
    """

    documents: dict[str, Object]
    settings: Settings
    left_out: dict[str, str]


def portable(workflows: Iterable[Workflow], identifier: str | None) -> Portable:
    """Makes documents portable, leaving out those of which an ID of the workspace is a part.

    Args:
        workflows: Those of the export.
        identifier: The workspace's name, with which outputs begin.
    """
    left_out: dict[str, str] = {}
    members = {workflow.workflow_id: workflow for workflow in workflows}
    while True:
        making = _Making(_Outputs.of(members.values()), Settings(), identifier)
        made = {one: making.tried(workflow) for one, workflow in members.items()}
        found = {one: result for one, result in made.items() if not isinstance(result, LeftOutError)}
        failed = {one: str(result) for one, result in made.items() if isinstance(result, LeftOutError)}
        failed = failed or _circle(found, members)
        if not failed:
            order = _sorter(found, members).static_order()
            return Portable({one: found[one] for one in order}, making.settings, left_out)
        left_out |= failed
        members = {one: workflow for one, workflow in members.items() if one not in failed}


@dataclass(frozen=True, slots=True)
class _Outputs:
    """Which node has an output, and which of its outputs others are to name."""

    nodes: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, workflows: Iterable[Workflow]) -> _Outputs:
        found: dict[str, tuple[str, str]] = {}
        for workflow in workflows:
            for name, node in flowspec.nodes_of(flowspec.workflow_of(workflow.root)):
                own = str(node["id"])
                main = _main_output(node)
                for output in {own, main}:
                    found.setdefault(output, (workflow.resource, name))
        return cls(found)


def _main_output(node: Object) -> str:
    """What the provider gives as the node's output where it has no ID: the first other one, else its new ID."""
    own = str(node["id"])
    return min((output for output in flowspec.main_outputs(node) if output != own), default=own)


@dataclass(frozen=True, slots=True)
class _Making:
    """What the documents of one export are made with."""

    outputs: _Outputs
    settings: Settings
    identifier: str | None

    def tried(self, workflow: Workflow) -> Object | LeftOutError:
        """A portable document, or why there is none."""
        try:
            return self._document(workflow)
        except LeftOutError as error:
            return error

    def _document(self, workflow: Workflow) -> Object:
        root = _without_own_outputs(workflow.root)
        found = flowspec.short(root, portable=True)
        left = _ids_in(found, root)
        if found is root or left:
            raise LeftOutError(
                "IDs of this workspace stand in it where the provider does not take a node's name: "
                + (", ".join(left[:3]) or "in its dependencies")
            )
        nodes = list(flowspec.nodes_of(flowspec.workflow_of(found)))
        for name, node in nodes:
            _set_resources(node, self.settings, f"{workflow.resource}, node {name}")
        own = {output for _, node in nodes for output in flowspec.outputs_of(node)}

        def change(path: tuple[str | int, ...], value: Json) -> Json:
            if not isinstance(value, str) or path[-1] not in _OUTPUT_KEYS:
                return value
            return self._output(value, own, f"{workflow.resource}, {flowspec.show_path(path)}")

        document = cast("Object", replaced(found, change))
        held = [
            path for path, value in plain_values(document) if path[-1] in ("id", "nodeId") and _is_id(value)
        ]
        if held:
            paths = ", ".join(map(flowspec.show_path, held[:3]))
            raise LeftOutError(
                f"IDs of this workspace stand in it where the provider makes no new ones: {paths}"
            )
        return document

    def _output(self, value: str, own: set[str], where: str) -> Json:
        """What stands for an output: one of another workflow, one that begins with the workspace's name, or an ID."""
        if value not in own and value in self.outputs.nodes:
            return NodeOutput(*self.outputs.nodes[value])
        identifier = self.identifier
        if identifier and (value.startswith(f"{identifier}.") or value == f"{identifier}_root"):
            return Joined(self.settings.of("projectIdentifier", identifier, where), value[len(identifier) :])
        if value not in own and _is_id(value):
            return self.settings.of("externalOutput", value, where)
        return value


def _is_id(value: Json) -> bool:
    return isinstance(value, str) and _AN_ID.fullmatch(value) is not None


def _without_own_outputs(root: Object) -> Object:
    """A document that names nodes by another output than their ID where they have one: an ID is of one workspace."""
    found: Object = copy.deepcopy(root)
    workflow = flowspec.workflow_of(found)
    _rename_output(workflow, str(workflow["id"]), is_only=False)
    for scope in flowspec.scopes(workflow):
        nodes = {str(node["id"]): node for node in flowspec.scope_of(scope)}
        main = {own: _main_output(node) for own, node in nodes.items()}
        names = {own: str(node["name"]) for own, node in nodes.items()}
        for own, node in nodes.items():
            _rename_output(node, own, is_only=main[own] == own)
            for output in flowspec.watched_outputs(node):
                output.update(_renamed(output, "data", main))
            node.update(flowspec.folded(node))
            for place in flowspec.references(node):
                place.update(_renamed(place, "output", main) | _renamed(place, "refTableName", names))
                if place.get("output") and str(place.get("nodeId")) not in nodes:
                    place.pop("nodeId", None)  # of another workflow: its output says the same
        for dependency in flowspec.dependencies_of(scope):
            for depend in flowspec.objects(dependency.get("depends")):
                depend.update(_renamed(depend, "output", main) | _renamed(depend, "refTableName", names))
                if depend.get("output"):
                    depend.pop("nodeId", None)
    return flowspec.complete(found, str)


def _rename_output(node: Object, own: str, *, is_only: bool) -> None:
    """Leaves out the output that is a node's ID, or makes it what the provider makes where there is no other."""
    outputs: Object = node.get("outputs") or {}
    entries = flowspec.objects(outputs.get("nodeOutputs"))
    kept = [entry for entry in entries if entry.get("data") != own]
    if len(kept) < len(entries):
        default = {"data": own, "artifactType": "NodeOutput", "refTableName": node["name"]}
        outputs["nodeOutputs"] = [default, *kept] if is_only else kept


def _renamed(place: Object, key: str, names: Mapping[str, str]) -> Object:
    value = str(place.get(key) or "")
    return {key: names[value]} if value in names else {}


def _ids_in(found: Object, root: Object) -> list[str]:
    """The paths at which a shortened document still has an ID, the nodes' own aside where it has them all."""
    nodes = dict(flowspec.nodes_of(flowspec.workflow_of(root)))
    ids = {str(flowspec.workflow_of(root)["id"]), *(str(node["id"]) for node in nodes.values())}
    ids -= {str(node["name"]) for node in nodes.values()}
    return [
        flowspec.show_path(path)
        for path, value in plain_values(found)
        if value in ids
        and path[-1] in _ID_KEYS
        and not (found is root and {"id", "nodeOutputs", "dependencies", "flow"} & {*path})
    ]


def _set_resources(node: Object, settings: Settings, where: str) -> None:
    resource = cast("Object", node.get("runtimeResource") or {})
    if isinstance(resource.get("resourceGroup"), str) and resource["resourceGroup"]:
        resource["resourceGroup"] = settings.of("resourceGroup", resource["resourceGroup"], where)
        resource.pop("resourceGroupId", None)
    source = cast("Object", node.get("datasource") or {})
    if isinstance(source.get("name"), str) and source["name"]:
        source["name"] = settings.of("dataSource", source["name"], where)


def _referred(value: Json) -> Iterator[str]:
    """The resources whose node outputs a document names."""
    if isinstance(value, NodeOutput):
        yield value.resource
    elif isinstance(value, dict):
        for item in cast("Object", value).values():
            yield from _referred(item)
    elif isinstance(value, list):
        for item in cast("list[Json]", value):
            yield from _referred(item)


def _sorter(found: Mapping[str, Object], members: Mapping[str, Workflow]) -> TopologicalSorter[str]:
    ids = {workflow.resource: one for one, workflow in members.items()}
    return TopologicalSorter(
        {
            one: [ids[resource] for resource in dict.fromkeys(_referred(document))]
            for one, document in found.items()
        }
    )


def _circle(found: Mapping[str, Object], members: Mapping[str, Workflow]) -> dict[str, str]:
    """The workflows that depend on each other in a circle, which no program can make one after the other."""
    try:
        _sorter(found, members).prepare()
    except CycleError as error:
        circle = cast("list[str]", error.args[1])
        names = " -> ".join(members[one].resource for one in circle)
        return dict.fromkeys(circle, f"workflows depend on each other in a circle: {names}")
    return {}
