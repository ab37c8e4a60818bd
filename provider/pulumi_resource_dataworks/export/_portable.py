"""Documents for another workspace: without IDs, and with settings for what belongs to the workspace."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import chain, count
from typing import cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.document_file import placeholders_in
from pulumi_resource_dataworks.flowspec import Json, Object

from ._documents import ExportedWorkflow, LeftOutError, NodeOutput, Path, Setting, plain_values, replaced

_AN_ID = re.compile(r"[0-9]{15,}")
_ID_KEYS = ("id", "nodeId", "output", "data", "refTableName")


@dataclass(slots=True)
class StackVariables:
    """What is called how in the documents of one export.

    Attributes:
        taken: Names that are not free: placeholders of the workflows themselves have them.
        settings: What a stack must say, by what it is and what it is in the exported workspace.
        outputs: The names of other workflows' node outputs.
        used: By a setting's key, where it is used.
    """

    taken: set[str]
    settings: dict[tuple[str, str], Setting] = field(default_factory=dict[tuple[str, str], Setting])
    outputs: dict[NodeOutput, str] = field(default_factory=dict[NodeOutput, str])
    used: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def setting(self, what: str, value: str, where: str) -> Setting:
        """The setting for a value; the first of its kind has the plain name."""
        if (what, value) not in self.settings:
            self.settings[what, value] = Setting(self._free(what), value.isdecimal())
        setting = self.settings[what, value]
        self.used.setdefault(setting.key, []).append(where)
        return setting

    def name_of(self, variable: Setting | NodeOutput) -> str:
        """The name that a document has for it."""
        if isinstance(variable, Setting):
            return variable.key
        if variable not in self.outputs:
            plain = re.sub(r"\W+|^(?![A-Za-z_])", "_", f"{variable.resource}_{variable.node}")
            self.outputs[variable] = self._free(plain)
        return self.outputs[variable]

    def _free(self, plain: str) -> str:
        names = (f"{plain}{number}" for number in chain(("",), count(2)))
        name = next(name for name in names if name not in self.taken)
        self.taken.add(name)
        return name


@dataclass(slots=True)
class Portable:
    """A portable export.

    Attributes:
        members: Its workflows by ID, each after those that it depends on.
        stack: What they ask a stack for.
        left_out: By workflow ID, why it cannot be portable.
    """

    members: dict[str, ExportedWorkflow]
    stack: StackVariables
    left_out: dict[str, str]


def portable(workflows: Iterable[ExportedWorkflow], identifier: str) -> Portable:
    """Makes documents portable, leaving out those of which an ID of the workspace is a part.

    Args:
        workflows: Those of the export.
        identifier: The workspace's name, with which outputs begin; empty where it is not known.
    """
    left_out: dict[str, str] = {}
    members = {workflow.workflow_id: workflow for workflow in workflows}
    # A document names the nodes of other members by their resources. Where a member is left out, those that depend on it
    # name resources that the program does not have: all documents are made again without it, and there its nodes are
    # settings, as those of any workflow outside. That may break a circle or number settings anew, and ends when no more
    # is left out: each round has fewer members.
    while True:
        outputs, stack = _outputs(members.values()), StackVariables(_placeholders(members.values()))
        converted: dict[str, ExportedWorkflow] = {}
        failed: dict[str, str] = {}
        for one, workflow in members.items():
            conversion = _Conversion(outputs, stack, identifier)
            try:
                root = conversion.document(workflow)
                converted[one] = replace(workflow, root=root, variables=conversion.variables)
            except LeftOutError as error:
                failed[one] = str(error)
        if not failed:
            try:
                order = _sorter(converted).static_order()
                return Portable({one: converted[one] for one in order}, stack, left_out)
            except CycleError as error:
                circle = cast("list[str]", error.args[1])
                names = " -> ".join(members[one].resource for one in circle)
                failed = dict.fromkeys(circle, f"workflows depend on each other in a circle: {names}")
        left_out |= failed
        members = {one: workflow for one, workflow in members.items() if one not in failed}


def _placeholders(workflows: Iterable[ExportedWorkflow]) -> set[str]:
    texts = (value for workflow in workflows for _, value in plain_values(workflow.root))
    return {name for text in texts if isinstance(text, str) for name in placeholders_in(text)}


def _sorter(members: Mapping[str, ExportedWorkflow]) -> TopologicalSorter[str]:
    ids = {workflow.resource: one for one, workflow in members.items()}
    return TopologicalSorter(
        {
            one: [ids[value.resource] for value in member.variables.values() if isinstance(value, NodeOutput)]
            for one, member in members.items()
        }
    )


def _outputs(workflows: Iterable[ExportedWorkflow]) -> dict[str, NodeOutput]:
    """What a document is to write in place of an output of another workflow."""
    found: dict[str, NodeOutput] = {}
    for workflow in workflows:
        for name, node in flowspec.nodes_of(flowspec.workflow_of(workflow.root)):
            for output in {str(node["id"]), _main_output(node)}:
                found.setdefault(output, NodeOutput(workflow.resource, name))
    return found


def _main_output(node: Object) -> str:
    """What the provider gives as the node's output where it has no ID: the first other one, else its new ID."""
    own = str(node["id"])
    return min((output for output in flowspec.main_outputs(node) if output != own), default=own)


@dataclass(frozen=True, slots=True)
class _Conversion:
    """Makes one document.

    Attributes:
        outputs: What stands for an output of another member.
        stack: What things are called.
        identifier: The workspace's name.
        variables: What the placeholders of the document stand for.
    """

    outputs: Mapping[str, NodeOutput]
    stack: StackVariables
    identifier: str
    variables: dict[str, Setting | NodeOutput] = field(default_factory=dict[str, Setting | NodeOutput])

    def document(self, workflow: ExportedWorkflow) -> Object:
        """A portable document.

        Raises:
            LeftOutError: There is none.
        """
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
            self._set_resources(node, f"{workflow.resource}, node {name}")
        own = {output for _, node in nodes for output in flowspec.outputs_of(node)}

        def change(path: Path, value: Json) -> Json:
            if not isinstance(value, str):
                return value
            where = f"{workflow.resource}, {flowspec.show_path(path)}"
            if path[-2:] in (("subflow", "id"), ("subflow", "output")) and _is_id(value):
                return self._setting("calledWorkflow", value, where)
            return self._output(value, own, where) if path[-1] in ("output", "data") else value

        document: Object = replaced(found, change)
        held = [
            path for path, value in plain_values(document) if path[-1] in ("id", "nodeId") and _is_id(value)
        ]
        if held:
            paths = ", ".join(map(flowspec.show_path, held[:3]))
            raise LeftOutError(
                f"IDs of this workspace stand in it where the provider makes no new ones: {paths}"
            )
        return document

    def _output(self, value: str, own: set[str], where: str) -> str:
        """What stands for an output: one of another workflow, one that begins with the workspace's name, or an ID."""
        if value not in own and value in self.outputs:
            return self._placeholder(self.outputs[value])
        identifier = self.identifier
        if identifier and (value.startswith(f"{identifier}.") or value == f"{identifier}_root"):
            return self._setting("projectIdentifier", identifier, where) + value[len(identifier) :]
        if value not in own and _is_id(value):
            return self._setting("externalOutput", value, where)
        return value

    def _set_resources(self, node: Object, where: str) -> None:
        resource = flowspec.part(node, "runtimeResource")
        if isinstance(resource.get("resourceGroup"), str) and resource["resourceGroup"]:
            resource["resourceGroup"] = self._setting("resourceGroup", resource["resourceGroup"], where)
            resource.pop("resourceGroupId", None)
        source = flowspec.part(node, "datasource")
        if isinstance(source.get("name"), str) and source["name"]:
            source["name"] = self._setting("dataSource", source["name"], where)

    def _setting(self, what: str, value: str, where: str) -> str:
        return self._placeholder(self.stack.setting(what, value, where))

    def _placeholder(self, variable: Setting | NodeOutput) -> str:
        name = self.stack.name_of(variable)
        self.variables[name] = variable
        return f"{{{{{name}}}}}"


def _is_id(value: Json) -> bool:
    return isinstance(value, str) and _AN_ID.fullmatch(value) is not None


def _without_own_outputs(root: Object) -> Object:
    """A document that names nodes by another output than their ID where they have one: an ID is of one workspace."""
    found: Object = copy.deepcopy(root)
    workflow = flowspec.workflow_of(found)
    _rename_output(workflow, str(workflow["id"]), is_only=False)
    for _, scope in flowspec.scopes(workflow):
        nodes = {str(node["id"]): node for node in flowspec.scope_of(scope)}
        main = {own: _main_output(node) for own, node in nodes.items()}
        names = {own: str(node["name"]) for own, node in nodes.items()}
        for own, node in nodes.items():
            _rename_output(node, own, is_only=main[own] == own)
            for output in flowspec.watched_outputs(node):
                _rename(output, "data", main)
            node.update(flowspec.folded(node))
            for place in flowspec.references(node):
                _rename(place, "output", main)
                _rename(place, "refTableName", names)
                if place.get("output") and str(place.get("nodeId")) not in nodes:
                    place.pop("nodeId", None)  # of another workflow: its output says the same
        for dependency in flowspec.dependencies_of(scope):
            for depend in flowspec.objects(dependency.get("depends")):
                _rename(depend, "output", main)
                _rename(depend, "refTableName", names)
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


def _rename(place: Object, key: str, names: Mapping[str, str]) -> None:
    value = str(place.get(key) or "")
    if value in names:
        place[key] = names[value]


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
