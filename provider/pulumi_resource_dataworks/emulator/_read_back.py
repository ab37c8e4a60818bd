"""What a document reads back as: with what the service adds to it, or changed as much as its meaning allows.

Evidence: [F] real traffic of Feb 2025 (DWDevin), [D] the official sample of GetWorkflowDefinition, [B] dumps of real
workspaces in the vendor's own test resources (2025).
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ._answers import JsonObject, each_object, is_list, is_object
from ._documents import ENUMS, NEVER_NULL, OBJECT_TYPES, TABLES, Field, kind_of, write, write_as_given
from ._model import OBJECTS, Account, Project, derived_id, local_text, stable
from ._state import ServiceState

_ADDED: Final[Mapping[str, JsonObject]] = TABLES["added"]
_WORST: Final[Mapping[str, list[str]]] = TABLES["worst"]

# --- What the service adds to a document


def header(command: str, owner: str, created: str) -> str:
    """The template that stands for a content that was not sent: author and creation time in comments.

    That there is such a template is recorded for EMR_SPARK_SQL; its exact wording is not.
    """
    if command == "VIRTUAL":
        return ""
    mark = "--" if "SQL" in command or "HIVE" in command else "#"
    rule = mark + "*" * 60 + mark
    return "\n".join((rule, f"{mark}author: {owner}", f"{mark}create time: {created}", rule))


@dataclass(frozen=True)
class ServiceFields:
    """Fills in what the service adds to one workflow's document.

    Attributes:
        account: Who imports.
        now: The import's time in seconds.
        created: `createTime` of the nodes that were there before, by ID.
    """

    project: Project
    account: Account
    kind: str
    workflow_id: str
    now: float
    created: Mapping[str, str]

    def document(self, given: JsonObject, body: JsonObject) -> JsonObject:
        """The whole document around the body of a workflow or an object.

        Version, kind and spec-level fields are those of `given`.
        """
        # Spec-level fields stay, such as the flow that wires the workflow itself [B]; nodes beside the workflow do not.
        dropped = {"workflows", *OBJECTS.values()} if self.kind in OBJECTS else {"workflows", "nodes"}
        spec = {key: value for key, value in given["spec"].items() if key not in dropped}
        if self.kind in OBJECTS:  # [D] of GetNode
            place = OBJECTS[self.kind]
            spec[place] = [self._node(body) if place == "nodes" else self._file_or_function(body)]
        else:
            body = self._workflow(body)
            head = {"name": body["name"], "id": self.workflow_id, "type": self.kind, "owner": body["owner"]}
            spec = {**spec, **head, "workflows": [body]}
        return {
            # A version that is left out is nowhere recorded; 1.1.0 is what all real read-backs hold.
            "version": given.get("version", "1.1.0"),
            "kind": given["kind"],
            "spec": spec,
            "metadata": {**self._ids(), "uuid": self.workflow_id},  # [F][D]
        }

    def _workflow(self, given: JsonObject) -> JsonObject:
        name = given["name"]
        owner = given.get("owner", self.account.uid)  # [F]; whether an import may set another is unknown
        own_outputs = {
            self.workflow_id: True,
            f"{self.project.identifier}.{name}": False,
        }  # [F]; [D]: the first
        body = {
            "citable": False,
            **given,
            "id": self.workflow_id,
            "owner": owner,  # [F]
            "script": {**given["script"], "id": derived_id(self.workflow_id, "script")},  # [D]
            "metadata": {**given.get("metadata", {}), **self._metadata(owner)},  # [D][F]
            "outputs": _with_outputs(given["outputs"], own_outputs, name),
            # [F]: the order is not the submitted one; what it follows is unknown.
            "nodes": [self._node(node) for node in reversed(given.get("nodes", []))],
            "dependencies": given.get("dependencies", []),  # [D]: an empty list is there
        }
        if self.kind != "ManualWorkflow":  # a manual workflow has no trigger of its own [B]
            body["trigger"] = self._trigger(given.get("trigger"), "00 00 00 * * ?", self.workflow_id)  # [F]
        if "strategy" in given:
            body["strategy"] = {**_ADDED["Strategy"], **given["strategy"]}
        return body

    def _node(self, given: JsonObject) -> JsonObject:
        node_id, owner, project = given["id"], given.get("owner", self.account.uid), self.project
        command: str = given["script"]["runtime"].get("command", "")
        # [F] and the help page: a minute drawn from 00:00 to 00:30.
        cron = f"00 {stable(node_id, 'minute', below=30):02d} 00 * * ?"
        container = {"container": {"type": "Flow", "uuid": self.workflow_id}}  # [F]
        units: Mapping[str, str] = TABLES["of_commands"]["cu"]
        return {
            **_ADDED["Node"],
            "rerunTimes": project.rerun_times,  # [F]: the workspace's schedulerMaxRetryTimes
            "rerunInterval": project.rerun_interval,  # [F]: its schedulerRetryInterval
            **self._datasource(is_there=command in TABLES["of_commands"]["odps"]),
            "runtimeResource": {
                "resourceGroup": project.resource_group,  # [F]
                "resourceGroupId": project.resource_group_id,
            },
            **given,
            "owner": owner,
            "script": self._script(
                # [F]: also on update, a content that is left out becomes the template.
                {"content": header(command, owner, local_text(self.now)), **given["script"]},
                node_id,
                {"cu": units.get(command, units["others"])},
                TABLES["languages"].get(command),  # [B]
            ),
            "trigger": self._trigger(given.get("trigger"), cron, node_id),
            "metadata": {
                **given.get("metadata", {}),
                **self._metadata(owner),
                **({} if self.kind in OBJECTS else container),
                "createTime": self.created.get(node_id, local_text(self.now)),
            },
            "outputs": _with_outputs(given["outputs"], {node_id: True}, given["name"]),  # [F]
        }

    def _file_or_function(self, given: JsonObject) -> JsonObject:
        """Nothing is recorded of these; that the workspace's data source is filled in is what the vendor's skill says."""
        command: str = given["script"]["runtime"].get("command", "")
        return {
            **self._datasource(is_there=command.startswith("ODPS_")),
            **given,
            "script": self._script(given["script"], given["id"], {}),
            "metadata": {**given.get("metadata", {}), **self._metadata(self.account.uid)},
        }

    def _datasource(self, *, is_there: bool) -> JsonObject:
        return {"datasource": {"name": self.project.datasource, "type": "odps"}} if is_there else {}

    def _trigger(self, given: JsonObject | None, cron: str, owner_id: str) -> JsonObject:
        if self.kind == "ManualWorkflow":
            return {"type": "Manual", **(given or {}), "id": derived_id(owner_id, "trigger")}
        trigger = given or {"type": "Scheduler", "cron": cron}
        return {**_ADDED["Trigger"], **trigger, "id": derived_id(owner_id, "trigger")}

    def _script(
        self, given: JsonObject, owner_id: str, runtime: JsonObject, language: str | None = None
    ) -> JsonObject:
        number = TABLES["type_ids"].get(given["runtime"].get("command"))
        numbered = {} if number is None else {"commandTypeId": number}  # [F]
        return {
            **({} if language is None else {"language": language}),
            **given,
            "id": derived_id(owner_id, "script"),
            "runtime": {**runtime, **numbered, **given["runtime"]},
        }

    def _metadata(self, owner: str) -> JsonObject:
        project = self.project
        return {
            "owner": owner,
            "ownerName": self.account.name,
            **self._ids(),
            "project": {
                "mode": "SIMPLE",
                "simple": True,
                "projectIdentifier": project.identifier,
                "projectName": project.identifier,
                "projectOwnerId": self.account.uid,
                "schedulerMaxRetryTimes": project.rerun_times,  # [F]; the dumps of mid-2025 do not have these two
                "schedulerRetryInterval": project.rerun_interval,
                **self._ids(),
            },
        }

    def _ids(self) -> JsonObject:
        return {"tenantId": self.project.tenant_id, "projectId": str(self.project.project_id)}


def _with_outputs(given: JsonObject, own: Mapping[str, bool], name: str) -> JsonObject:
    """Outputs with those of its own that each workflow and node has; their values say whether they are the default."""
    outputs = {output.get("data"): output for output in given.get("nodeOutputs", [])}
    common = {**_ADDED["NodeOutput"], "refTableName": name}
    filled = [
        {"data": data, **common, "isDefault": default, **outputs.pop(data, {})}
        for data, default in own.items()
    ]
    return {**given, "nodeOutputs": [*filled, *outputs.values()]}


# --- What is read of it


def as_shown(state: ServiceState, document: JsonObject) -> str:
    """The text of a stored document as reads answer it."""
    if kind_of(document) in OBJECTS and document["version"].startswith("2.") and "flow" in document["spec"]:
        spec = dict(document["spec"])  # from this version on the vendor's library writes it so
        document = {**document, "spec": {**spec, "dependencies": spec.pop("flow")}}
    if state.switches.read_back_noise == "usual":
        return write(document)
    own = document["metadata"]["uuid"]
    state.reads[own] += 1
    return write_as_given(worst_read_back(document, f"{own} {state.reads[own]}"))


def without_content(document: JsonObject) -> JsonObject:
    """As it reads back where IncludeScriptContent is false."""

    def emptied(entity: JsonObject) -> JsonObject:
        is_script = "runtime" in entity and "path" in entity
        return {key: item for key, item in entity.items() if not (is_script and key == "content")}

    shown: JsonObject = each_object(document, emptied)
    return shown


# --- The scripts of branches and joins, which say in JSON what their fields say


def without_script(value: Any) -> Iterator[JsonObject]:
    """The branches and joins in a workflow's body, inner ones too, whose script does not say what their field says."""
    own = _own_script(value) if is_object(value) else None
    if own is not None and _said(value["script"].get("content") or "") != _said(own):
        yield value
    for item in value.values() if is_object(value) else value if is_list(value) else ():
        yield from without_script(item)


def with_own_script(node: JsonObject) -> JsonObject:
    """The node, if it is a branch or a join, with a script as the vendor's library makes it of the field."""
    own = _own_script(node)
    return {**node, "script": {**node["script"], "content": own}} if own and _said(own) else node


def _own_script(node: JsonObject) -> str | None:
    script = node.get("script")
    runtime = script.get("runtime") if is_object(script) else None
    command = str(runtime.get("command")).upper() if is_object(runtime) else ""
    field: str = {"CONTROLLER_BRANCH": "branch", "CONTROLLER_JOIN": "join"}.get(command, "")
    if not field:
        return None
    arms: list[JsonObject] = node.get(field, {}).get("branches", [])
    outputs = [arm.get("output", {}).get("data") for arm in arms]
    if field == "branch":
        made: Any = [
            {"condition": arm.get("when"), "nodeoutput": output}
            | ({"description": arm["desc"]} if arm.get("desc") else {})
            for arm, output in zip(arms, outputs, strict=True)
        ]
    else:
        is_and = " or " not in node.get(field, {}).get("logic", {}).get("expression", "")
        states = [[str(state) for state in arm["assertion"].get("in", [])] for arm in arms]
        watched = [
            {"logic": int(is_and or not place), "node": output, "runStatus": states[place]}
            for place, output in enumerate(outputs)
        ]
        made = {"branchList": watched, "resultStatus": "1"}
    return json.dumps(made, indent=1)


def _said(script: str) -> Any:
    """What a script says, whatever else is in it; None where it says nothing."""
    try:
        said = json.loads(script)
        if is_list(said):
            return [{key: item for key, item in arm.items() if item} for arm in said]
        return [(one["node"], list(map(str, one["runStatus"]))) for one in said["branchList"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


# --- The worst read-back that still means the same: everything that the vendor's parser takes for the same, at once
#
# What may change is taken from the table by which documents are parsed, so `parse` reads the same out of it, but for what
# the service fills in by itself.


def worst_read_back(document: Mapping[str, Any], seed: str) -> JsonObject:
    """A stored document as a service might write it that changes all that it may; one seed makes one noise."""
    return _Noise(random.Random(seed)).object("Specification", document)  # noqa: S311 noise is no secret


class _Noise:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def object(self, name: str, given: Mapping[str, Any]) -> JsonObject:
        fields = OBJECT_TYPES[name]
        sent = {key: item for key, item in given.items() if _says_something(key, item)}
        full = {**TABLES["filled"].get(name, {}), **_filled_by(name, sent), **sent, **self._new(name, sent)}
        made = {key: self._value(key, fields.get(key), item) for key, item in full.items()}
        if name == "Specification":
            made["kind"] = self._cased(made["kind"])
        for key, field in fields.items():
            if key not in full:
                made.update(self._absent(name, key, field))
        return self._shuffled(made)

    def _new(self, name: str, sent: Mapping[str, Any]) -> JsonObject:
        """What the service makes at each read: some IDs, and metadata on every level."""
        made: JsonObject = (
            {"id": str(2**62 + self._chance.randrange(2**62))} if name in _WORST["new_ids"] else {}
        )
        if "metadata" in OBJECT_TYPES[name]:
            drawn = {"innerVersion": self._chance.randrange(100), "createTime": local_text(self._moment())}
            made["metadata"] = {**drawn, "schedulerNodeId": self._moment(), **sent.get("metadata", {})}
        return made

    def _moment(self) -> int:
        return 10**9 + self._chance.randrange(10**9)

    def _value(self, key: str, field: Field | None, value: Any) -> Any:
        if field is None:
            return value
        if field.many:
            items = [self.object(field.type, item) for item in value]
            return self._chance.sample(items, len(items)) if key in _WORST["sets"] else items
        if field.type in OBJECT_TYPES:
            return self.object(field.type, value)
        if field.type == "map":
            return each_object(value, self._shuffled)  # what is in a free object is free
        if field.type in ENUMS or field.type in {"variable", "timeunit"}:
            return self._cased(value)
        may_change = field.type in {"int", "long", "bool", "str"} and key not in _WORST["ids"]
        return self._retyped(value) if may_change else value

    def _retyped(self, value: Any) -> Any:
        """A number as text, a text that is a number as one: the parser reads either."""
        if not isinstance(value, str):
            return self._cased(str(value)) if self._chance.random() < 0.5 else value
        numbers = (_number_in(value, int), _number_in(value, float))
        return next((number for number in numbers if number is not None), value)

    def _cased(self, label: str) -> str:
        return self._chance.choice((label.lower(), label.upper(), label.swapcase(), label))

    def _absent(self, name: str, key: str, field: Field) -> JsonObject:
        """One of the ways to say nothing about a field."""
        ways: list[JsonObject] = [{}]
        if (name, key) not in NEVER_NULL:
            ways.append({key: None})
        if field.many and not field.only_read:
            ways.append({key: []})
        if (field.type == "map" and not field.only_read) or key in _WORST["may_be_empty"]:
            ways.append({key: {}})
        return self._chance.choice(ways)

    def _shuffled(self, given: JsonObject) -> JsonObject:
        return dict(self._chance.sample(list(given.items()), len(given)))


def _filled_by(name: str, sent: Mapping[str, Any]) -> JsonObject:
    if name == "Runtime" and str(sent.get("command")).startswith("EMR_"):
        return {"emrJobConfig": {"submitMode": "Local", "priority": 1, "cores": 1, "memory": 1024}}
    if name == "Trigger" and sent.get("type") == "Scheduler":
        return {"cycleType": "Daily"}
    return {"refTableName": sent["output"]} if name == "Depend" and "output" in sent else {}


def _says_something(key: str, item: Any) -> bool:
    """Null and an empty list say nothing, nor does an empty object in places."""
    return not (item is None or item == [] or (item == {} and key in _WORST["may_be_empty"]))


def _number_in(text: str, kind: type[int] | type[float]) -> int | float | None:
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if str(number) == text and abs(number) < 2**53 else None
