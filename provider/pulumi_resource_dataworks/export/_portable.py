"""Documents that name each other's resources; those for another workspace have no IDs, and settings for what belongs to this one."""

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

from ._documents import LeftOutError, Member, Output, Path, Setting, plain_values, replaced

_AN_ID = re.compile(r"[0-9]{15,}")
_LITERAL = re.compile(r'(?is)t|f|true|false|null|nan|[+-]?inf(inity)?|[+-]?[.\d].*|[\["{].*')
"""What Pulumi YAML may take for a number, a truth value, nothing, or JSON."""

_DEEPEST_OWN = len(("spec", "functions", 0, "name"))
_ID_KEYS = ("id", "nodeId", "output", "data", "refTableName")


@dataclass(slots=True)
class StackVariables:
    """What is called how in the documents of one export.

    Attributes:
        taken: Names that are not free: placeholders of the documents themselves have them.
        resources: The names of all resources, which settings have not: Pulumi YAML would take one for the other.
        settings: What a stack must say, by what it is and what it is in the exported workspace.
        outputs: The names of other resources' outputs.
        used: By a setting's key, where it is used.
    """

    taken: set[str]
    resources: frozenset[str] = frozenset()
    settings: dict[tuple[str, str], Setting] = field(default_factory=dict[tuple[str, str], Setting])
    outputs: dict[Output, str] = field(default_factory=dict[Output, str])
    used: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def setting(self, what: str, value: str, where: str) -> Setting:
        """The setting for a value; the first of its kind has the plain name."""
        if (what, value) not in self.settings:
            self.settings[what, value] = Setting(
                self._free(what, self.resources), _LITERAL.fullmatch(value) is not None
            )
        setting = self.settings[what, value]
        self.used.setdefault(setting.key, []).append(where)
        return setting

    def name_of(self, variable: Setting | Output) -> str:
        """The name that a document has for it."""
        if isinstance(variable, Setting):
            return variable.key
        if variable not in self.outputs:
            plain = re.sub(r"\W+|^(?![A-Za-z_])", "_", f"{variable.resource}_{variable.node}".rstrip("_"))
            self.outputs[variable] = self._free(plain)
        return self.outputs[variable]

    def _free(self, plain: str, others: frozenset[str] = frozenset()) -> str:
        names = (f"{plain}{number}" for number in chain(("",), count(2)))
        name = next(name for name in names if name not in self.taken | others)
        self.taken.add(name)
        return name


@dataclass(slots=True)
class Linked:
    """The members of a program that name each other.

    Attributes:
        members: By key, each after those that it names.
        stack: What they ask a stack for.
        left_out: By key, why one cannot be portable.
    """

    members: dict[str, Member]
    stack: StackVariables
    left_out: dict[str, str]


def linked(found: Iterable[Member], identifier: str, *, portable: bool) -> Linked:
    """Lets documents name the resources of others, so that Pulumi makes them in order.

    Args:
        found: The members.
        identifier: The workspace's name, with which outputs begin; empty where it is not known.
        portable: Whether to make documents for other workspaces, leaving out those of which an ID of this one is a part.
    """
    left_out: dict[str, str] = {}
    members = {member.key: member for member in found}
    unlinked: set[str] = set()
    # A document names the resources of other members. Where one is left out, those that depend on it name resources that
    # the program does not have: all documents are made again without it, and there its nodes are settings, as those of
    # any workflow outside. That may break a circle or number settings anew, and ends when no more is left out: each round
    # has fewer members. One that is not portable stays, and names nothing where it would be in a circle.
    while True:
        outputs = _outputs(members.values(), portable=portable)
        stack = StackVariables(
            _placeholders(members.values()), frozenset(one.resource for one in members.values())
        )
        converted: dict[str, Member] = {}
        failed: dict[str, str] = {}
        for key, member in members.items():
            conversion = _Conversion({} if key in unlinked else outputs, stack, identifier)
            try:
                root = conversion.document(member) if portable else conversion.same_place(member)
                converted[key] = replace(member, root=root, variables=conversion.variables)
            except LeftOutError as error:
                failed[key] = str(error)
        if not failed:
            try:
                order = _sorter(converted).static_order()
                return Linked({key: converted[key] for key in order}, stack, left_out)
            except CycleError as error:
                circle = cast("list[str]", error.args[1])
                if not portable:
                    unlinked |= {*circle}
                    continue
                names = " -> ".join(members[key].resource for key in circle)
                failed = dict.fromkeys(circle, f"they depend on each other in a circle: {names}")
        left_out |= failed
        members = {key: member for key, member in members.items() if key not in failed}


def _placeholders(members: Iterable[Member]) -> set[str]:
    texts = (value for member in members for _, value in plain_values(member.root))
    return {name for text in texts if isinstance(text, str) for name in placeholders_in(text)}


def _sorter(members: Mapping[str, Member]) -> TopologicalSorter[str]:
    keys = {member.resource: key for key, member in members.items()}
    return TopologicalSorter(
        {
            key: [keys[value.resource] for value in member.variables.values() if isinstance(value, Output)]
            for key, member in members.items()
        }
    )


_Place = tuple[str, str]
"""How a document names something of another member: "output", or the list of functions or files; and the text."""


def _outputs(members: Iterable[Member], *, portable: bool) -> dict[_Place, Output]:
    """What a document is to write in place of what it names."""
    found: dict[_Place, Output] = {}
    for member in members:
        kind, held = member.kind, member.kind.held(member.root)
        if kind.output == "name" and kind.of:
            found.setdefault((kind.of.form.holder, str(held["name"])), Output(member.resource, kind=kind))
        elif kind.of:
            names = {member.own, _main_output(held)} if portable else {_own_output(held)}
            found |= {("output", name): Output(member.resource, kind=kind) for name in names}
        elif portable:
            for name, node in flowspec.nodes_of(held):
                for output in {str(node["id"]), _main_output(node)}:
                    found.setdefault(("output", output), Output(member.resource, name))
    return found


def _main_output(node: Object) -> str:
    """What the provider gives as the node's output where it has no ID: the first other one, else its new ID."""
    own = str(node["id"])
    return min((output for output in flowspec.main_outputs(node) if output != own), default=own)


def _own_output(node: Object) -> str:
    """What the provider gives as the output of a node that was imported: its ID, where it has that output."""
    own = str(node["id"])
    return own if own in flowspec.main_outputs(node) else flowspec.output_of(node)


@dataclass(frozen=True, slots=True)
class _Conversion:
    """Makes one document.

    Attributes:
        outputs: What stands for what another member is named by.
        stack: What things are called.
        identifier: The workspace's name.
        variables: What the placeholders of the document stand for.
    """

    outputs: Mapping[_Place, Output]
    stack: StackVariables
    identifier: str
    variables: dict[str, Setting | Output] = field(default_factory=dict[str, Setting | Output])

    def same_place(self, member: Member) -> Object:
        """A document for where the member is."""
        root = flowspec.short(member.root)
        own = _outputs_in(root)
        found: Object = replaced(root, lambda path, value: self._named(path, value, own) or value)
        return found

    def _named(self, path: Path, value: Json, own: set[str]) -> str | None:
        """What stands for something of another member; None where nothing does."""
        if not isinstance(value, str):
            return None
        place = path[-1]
        if place == "name" and len(path) > _DEEPEST_OWN and isinstance(path[-2], int):
            place = path[-3]  # a list of files or functions
        elif value in own:
            return None
        output = self.outputs.get(("output" if place == "data" else str(place), value))
        return self._placeholder(output) if output else None

    def document(self, member: Member) -> Object:
        """A portable document.

        Raises:
            LeftOutError: There is none.
        """
        root = _without_own_outputs(member.root)
        found = flowspec.short(root, portable=True)
        left = _ids_in(found, root)
        if found is root or left:
            raise LeftOutError(
                "IDs of this workspace stand in it where the provider does not take a node's name: "
                + (", ".join(map(member.kind.place, left[:3])) or "in its dependencies")
            )
        for name, node in flowspec.nodes_of(flowspec.workflow_of(found)):
            where = member.resource if member.kind.of else f"{member.resource}, node {name}"
            self._set_resources(node, where)
        if member.kind.output == "name":
            held = member.kind.held(found)
            held.pop("id", None)
            self._set_resources(held, member.resource)
        own = _outputs_in(found)

        def change(path: Path, value: Json) -> Json:
            if not isinstance(value, str):
                return value
            where = f"{member.resource}, {member.kind.place(path)}"
            if path[-2:] in (("subflow", "id"), ("subflow", "output")) and _is_id(value):
                return self._setting("calledWorkflow", value, where)
            named = self._named(path, value, own)
            return named or (self._output(value, own, where) if path[-1] in ("output", "data") else value)

        document: Object = replaced(found, change)
        held_ids = [
            path for path, value in plain_values(document) if path[-1] in ("id", "nodeId") and _is_id(value)
        ]
        if held_ids:
            paths = ", ".join(map(member.kind.place, held_ids[:3]))
            raise LeftOutError(
                f"IDs of this workspace stand in it where the provider makes no new ones: {paths}"
            )
        return document

    def _output(self, value: str, own: set[str], where: str) -> str:
        """What stands for an output of none of them: one that begins with the workspace's name, or an ID."""
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
        for key in ("fileResources", "functions"):
            for used in flowspec.objects(node.get(key)):
                if used.get("name"):
                    used.pop("id", None)

    def _setting(self, what: str, value: str, where: str) -> str:
        return self._placeholder(self.stack.setting(what, value, where))

    def _placeholder(self, variable: Setting | Output) -> str:
        name = self.stack.name_of(variable)
        self.variables[name] = variable
        return f"{{{{{name}}}}}"


def _outputs_in(root: Object) -> set[str]:
    nodes = flowspec.nodes_of(flowspec.workflow_of(root))
    return {output for _, node in nodes for output in flowspec.outputs_of(node)}


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


def _ids_in(found: Object, root: Object) -> list[Path]:
    """The paths at which a shortened document still has an ID, the nodes' own aside where it has them all."""
    nodes = dict(flowspec.nodes_of(flowspec.workflow_of(root)))
    ids = {str(flowspec.workflow_of(root)["id"]), *(str(node["id"]) for node in nodes.values())}
    ids -= {str(node["name"]) for node in nodes.values()}
    return [
        path
        for path, value in plain_values(found)
        if value in ids
        and path[-1] in _ID_KEYS
        and not (found is root and {"id", "nodeOutputs", "dependencies", "flow"} & {*path})
    ]
