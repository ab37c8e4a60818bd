"""Workflows, nodes, file resources and functions: one implementation, as the operations differ by the kind's name alone.

A node may be one inside of a workflow as well. Parameters and answers are those of the vendor's SDK (9.11.0).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final, TypeAlias

from pydantic import create_model

from ._answers import SPEC_PARSE_FAILED, JsonObject, ServiceError, is_object, refused
from ._calls import Operation
from ._documents import SpecError, kind_of, parse
from ._imports import (
    owned,
    refuse_incomplete,
    refuse_long,
    refuse_other_command,
    refuse_stranger,
    relocate,
    replace_body,
    rewritten,
    wired,
)
from ._model import OBJECTS, Workflow, milliseconds, new_id, scheduling_id
from ._pipelines import outputs_of_node
from ._read_back import as_shown, without_content
from ._state import ServiceState
from ._uploads import uploaded

Found: TypeAlias = tuple[Workflow, JsonObject]
"""An object, after what is stored with it in: itself, or the workflow that a node is in."""
WORKFLOW: Final = "WorkflowDefinition"
PROJECT: Final = "DATAWORKS_PROJECT"
_SCENES: Final = (PROJECT, "DATAWORKS_MANUAL_WORKFLOW", "DATAWORKS_MANUAL_TASK")


# --- What changes them


class _Create(Operation):
    kind: ClassVar[str]
    project_id: int
    spec: str
    scene: str = PROJECT
    container_id: str | None = None
    resource_file: str = ""

    def answer(self, state: ServiceState) -> JsonObject:
        project_id, kind = self.project_id, self.kind
        document, given, flow = _parsed(state, kind, self.spec)
        wanted, kept = given.get("id", ""), state.switches.object_ids == "kept"
        object_id = wanted if kept and wanted.isdigit() else new_id()
        if any(one["id"] == object_id for _, one in _all(state, kind, project_id)):
            raise refused(f"{kind} {object_id} already exists.")
        now, scene, file = state.clock.now(), self.scene, uploaded(state, self.resource_file)
        if scene not in _SCENES or (scene == _SCENES[1] and self.container_id is None):
            raise ServiceError(400, "InvalidScene", f"Scene {scene} is not possible here.")
        holder = Workflow(object_id, project_id, kind, {}, now, now, scene=scene, file=file)
        trigger = {} if scene == PROJECT else {"trigger": {"type": "Manual"}}
        body: JsonObject = {**trigger, **given, "id": object_id}
        if kind == "Node":
            body["outputs"] = _with_outputs(given, wanted, {"data": object_id})
            if state.switches.node_dependencies == "dropped_at_create":
                flow = []
        if self.container_id is not None:
            found = state.current(state.located((project_id, self.container_id)))
            if found is None or found.kind in OBJECTS:
                raise state.not_found()
            holder = found  # documented: the node's own path is ignored
            body["script"] = {**body["script"], "path": f"{holder.path}/{given.get('name')}"}
        _put(state, (holder, body), document, _own_flow(flow, body, wanted))
        return {"Id": state.id_in_answer(object_id)}


class _Change(Operation):
    """An update, a rename, a move or a delete of one that is there."""

    kind: ClassVar[str]
    project_id: int
    id: str

    def answer(self, state: ServiceState) -> JsonObject:
        found = _found(state, self.kind, self.id, self.project_id)
        if found is None:
            return state.empty_answer({"Success": False})
        is_locked = found[0].key in state.locked and state.switches.locked_workflow != "ignored"
        if is_locked and self.kind != WORKFLOW:
            raise refused(f"{self.kind} {self.id} is locked.")
        return {"Success": self.change(state, *found)}

    def change(self, state: ServiceState, holder: Workflow, old: JsonObject) -> bool:
        """Change the object `old`, which is stored in `holder`; whether that was done."""
        raise NotImplementedError


class _Update(_Change):
    """Documented as incremental: what is left out stays."""

    spec: str
    resource_file: str = ""

    def change(self, state: ServiceState, holder: Workflow, old: JsonObject) -> bool:
        document, given, flow = _parsed(state, self.kind, self.spec)
        sent: JsonObject = json.loads(self.spec)
        sent, clears = sent.get("spec", sent), state.switches.null_in_update == "clears"
        body = {**_merged(old, given, sent[OBJECTS[self.kind]][0], clears=clears), "id": old["id"]}
        refuse_other_command(state, old, body, "$")
        if not flow and not (clears and {"flow", "dependencies"} & sent.keys()):
            flow = [one for one in holder.dependencies if one["nodeId"] == old["id"]]
        is_own = "version" in document and holder.kind == self.kind
        around = {**holder.document, **({"version": document["version"]} if is_own else {})}
        holder = replace(holder, file=uploaded(state, self.resource_file) or holder.file)
        _put(state, (holder, body), around, _own_flow(flow, body, old["name"]))
        return True


class _Place(_Change):
    """Give one another name, or put it into another folder."""

    name: str | None = None
    path: str | None = None

    def change(self, state: ServiceState, holder: Workflow, old: JsonObject) -> bool:
        name: str = old["name"] if self.name is None else self.name
        folder: str = old["script"]["path"].rpartition("/")[0] if self.path is None else self.path.strip("/")
        path = f"{folder}/{name}".strip("/")
        if self.kind == WORKFLOW:
            relocate(state, holder, name, path)
            return True
        body = {**old, "name": name, "script": {**old["script"], "path": path}}
        if self.kind == "Node":
            body["outputs"] = _with_outputs(old, old["id"], {"refTableName": name})
        _put(state, (holder, body), holder.document, holder.dependencies)
        return True


class _Delete(_Change):
    def change(self, state: ServiceState, holder: Workflow, old: JsonObject) -> bool:
        if holder.published and state.switches.published_delete != "accepted":
            if state.switches.published_delete == "success_false":
                return False
            # Documented: undeploy first. The code and its text are unknown.
            raise refused(f"{holder.workflow_id} is published; undeploy it before it is deleted.")
        if state.switches.delete_in_use == "refused":
            for user in _users(state, (holder, old)):
                raise refused(f"{old['name']} is used by {user['name']}.")
        if self.kind == "Node" and holder.kind != "Node":
            _put_into(state, found=(holder, old), flow=None)
        else:
            state.store(holder.key, None, state.clock.now())
        return True


# --- What reads them


class _Get(Operation):
    """One object; a node inside of a workflow with its workflow's document around it (recorded traffic)."""

    kind: ClassVar[str]
    id: str
    project_id: int | None = None
    include_script_content: bool | None = None

    def answer(self, state: ServiceState) -> JsonObject:
        found = _found(state, self.kind, self.id, self.project_id, stale=True)
        if found is None:
            return state.empty_answer({})
        holder, body = found
        document, with_content = holder.document, self.include_script_content
        if self.kind == "Node" and holder.kind != "Node":
            around = {**holder.body, "nodes": [body], "dependencies": []}
            document = {**document, "spec": {**document["spec"], "workflows": [around]}}
        if with_content is None:
            with_content = self.kind != WORKFLOW or state.switches.include_script_content
        document = document if with_content else without_content(document)
        shown = {**summary(state, *found), **_scheduled(state, *found), "Spec": as_shown(state, document)}
        return {self.kind: shown}


class _List(Operation):
    kind: ClassVar[str]
    project_id: int
    container_id: str | None = None
    rerun_mode: str | None = None
    scene: str | None = None
    type: str | None = None

    def answer(self, state: ServiceState) -> JsonObject:
        every = _all(state, self.kind, self.project_id, stale=True)
        found = [_list_item(self.kind, state, one) for one in every if self._lists(state, *one)]
        page = self.page(f"{self.kind}s", found)["PagingInfo"]
        if self.kind == "Node":  # the SDK has text for these numbers here, and only here
            page = {key: str(item) if isinstance(item, int) else item for key, item in page.items()}
        return {"PagingInfo": page}

    def _lists(self, state: ServiceState, holder: Workflow, entity: JsonObject) -> bool:
        """Whether it fits those parameters that the answer has no words for."""
        if self.kind == WORKFLOW:
            is_hidden = holder.kind == "TriggerWorkflow" and not state.switches.trigger_workflows_listed
            return holder.kind == (self.type or "CycleWorkflow") and not is_hidden
        in_manual = "DataworksManualWorkflow" if holder.kind == "ManualWorkflow" else "DataworksProject"
        own = {
            "Type": entity.get("type"),
            "RerunMode": entity.get("rerunMode"),
            "Scene": holder.scene.title().replace("_", "") if holder.kind == "Node" else in_manual,
            "ContainerId": None if holder.kind in OBJECTS else holder.workflow_id,
        }
        return self.fits({**own, "Name": entity["name"]})


def summary(state: ServiceState, holder: Workflow, entity: JsonObject) -> JsonObject:
    """What answers say of a workflow, of a node in it, or of another object."""
    return {
        "Id": state.id_in_answer(entity["id"]),
        "Name": entity["name"],
        "Owner": entity["metadata"]["owner"],
        "ProjectId": holder.project_id,
        "CreateTime": milliseconds(holder.created),
        "ModifyTime": milliseconds(holder.modified),
    }


def _list_item(kind: str, state: ServiceState, found: Found) -> JsonObject:
    holder, entity = found
    script, runtime = entity["script"], entity["script"]["runtime"]
    shown = {
        **summary(state, *found),
        "Script": {
            "Id": state.id_in_answer(script["id"]),
            "Path": script["path"],
            "Runtime": {"Command": runtime.get("command", "")},
        },
    }
    if kind == WORKFLOW:
        description = holder.document["spec"].get("description", entity.get("description", ""))
        return {**shown, "Description": description, "Type": holder.kind}
    shown |= _scheduled(state, *found)
    if source := entity.get("datasource"):
        shown["DataSource"] = {"Name": source.get("name", ""), "Type": source.get("type", "")}
    if kind == "Node":
        outputs = {"NodeOutputs": [{"Data": output} for output in outputs_of_node(entity)]}
        return {**shown, "Outputs": outputs, "Recurrence": entity["recurrence"]}
    storage = entity.get("file", {}).get("storage", {}).get("type", "local")
    files = ",".join(one["name"] for one in entity.get("fileResources", []))
    own = {"ClassName": entity.get("className", ""), "FileResource": files}
    own = own if kind == "Function" else {"SourceType": storage.capitalize()}
    return {**shown, **own, "Type": entity.get("type", "").capitalize()}


def _scheduled(state: ServiceState, holder: Workflow, entity: JsonObject) -> JsonObject:
    """The IDs that it has on the scheduling side."""
    deployed = state.production.get(holder.key)
    ids: JsonObject = {}
    if deployed is not None and entity["id"] in deployed.nodes:
        ids["TaskId"] = scheduling_id(entity["id"], "task")
    if entity["id"] == holder.workflow_id and holder.kind not in OBJECTS and holder.scheduling_id is not None:
        ids["WorkflowId"] = holder.scheduling_id
    return ids if state.switches.scheduling_id_shown else {}


# --- All of them


def _each(base: type[Operation], names: str, kinds: Iterable[str], **required: Any) -> None:
    """An operation of that name for each kind; some take parameters that are not optional."""
    for kind in kinds:
        method = "GET" if base in (_Get, _List) else "POST"
        in_query = "*" if names.format(kind) == "RenameWorkflowDefinition" else ""  # the SDK (9.11.0)
        given = {"method": method, "in_query": in_query}
        made: Any = create_model(names.format(kind), __base__=base, __cls_kwargs__=given, **required)
        made.kind = kind


_each(_Create, "Create{}", ["Node"], scene=(str, ...))
_each(_Create, "Create{}", ["Resource", "Function"])
_each(_Update, "Update{}", OBJECTS)
_each(_Get, "Get{}", [WORKFLOW, *OBJECTS])
_each(_List, "List{}s", [WORKFLOW, *OBJECTS])
_each(_Delete, "Delete{}", [WORKFLOW, *OBJECTS])
_each(_Place, "Rename{}", [WORKFLOW, *OBJECTS], name=(str, ...))
_each(_Place, "Move{}", [WORKFLOW, *OBJECTS], path=(str, ...))


# --- Where they are, and how they are stored


def _all(
    state: ServiceState, kind: str, project_id: int | None = None, *, stale: bool = False
) -> Iterator[Found]:
    for holder in state.objects(project_id, stale=stale):
        is_kind = kind == (holder.kind if holder.kind in OBJECTS else WORKFLOW)
        for entity in holder.nodes.values() if kind == "Node" else [holder.body] * is_kind:
            yield holder, entity


def _found(
    state: ServiceState, kind: str, object_id: str, project_id: int | None, *, stale: bool = False
) -> Found | None:
    """The one with that ID; GetNode and its like go without a ProjectId."""
    anywhere = project_id is None or state.switches.same_id_in_two_projects == "one_thing"
    known = _all(state, kind, None if anywhere else project_id, stale=stale)
    found = [one for one in known if one[1]["id"] == object_id]
    return next((one for one in found if one[0].project_id == project_id), next(iter(found), None))


def _parsed(state: ServiceState, kind: str, text: str) -> tuple[JsonObject, JsonObject, list[JsonObject]]:
    """A document, the object in it (documented: all but the first are ignored), and what a node depends on."""
    refuse_long(state, text)
    try:
        document = parse(text)
    except SpecError as error:
        raise ServiceError(400, SPEC_PARSE_FAILED, f"Spec JSON parse failed: {error}") from None
    if kind_of(document) != kind:
        raise refused("spec kind and request not match")  # the vendor's skill has these words
    listed = document["spec"].get(OBJECTS[kind])
    if not listed:
        raise ServiceError(400, SPEC_PARSE_FAILED, f"Spec JSON parse failed: spec.{OBJECTS[kind]} is empty")
    return document, listed[0], document["spec"].get("flow", [])


def _merged(old: JsonObject, given: JsonObject, sent: JsonObject, *, clears: bool) -> JsonObject:
    """The stored object with what is given; `sent` is the same as given, with the nulls that no parser keeps."""
    merged = dict(old)
    for key, item in given.items():
        inner = sent.get(key)
        if is_object(item) and is_object(old.get(key)) and is_object(inner):
            merged[key] = _merged(old[key], item, inner, clears=clears)
        elif item != {}:
            merged[key] = item
    for key, item in sent.items():
        if clears and (item is None or item == []):
            merged.pop(key, None)
    return merged


def _with_outputs(node: JsonObject, data: str, change: JsonObject) -> JsonObject:
    """A node's outputs, with the one of that name changed."""
    outputs: list[JsonObject] = node["outputs"].get("nodeOutputs", [])
    changed = [{**one, **change} if one.get("data") == data else one for one in outputs]
    return {**node["outputs"], "nodeOutputs": changed}


def _own_flow(flow: list[JsonObject], body: JsonObject, alias: str) -> list[JsonObject]:
    """The dependencies that are the node's own: under its ID, under its name, or under what it was called by."""
    own = {alias, body["id"], body.get("name")}
    return [{**one, "nodeId": body["id"]} for one in flow if one.get("nodeId") in own]


def _put(state: ServiceState, found: Found, document: JsonObject, flow: list[JsonObject]) -> None:
    """Store an object, new or not, if nothing speaks against it."""
    holder, body = found
    body = owned(state, body)
    refuse_stranger(state, body, "$")
    refuse_incomplete(body, "$")
    body = rewritten(state.switches, body)
    _refuse_taken(state, holder, body)
    if holder.kind not in OBJECTS:
        _put_into(state, found=(holder, body), flow=flow)
        return
    spec = {key: item for key, item in document["spec"].items() if key != "flow"}
    by_name = state.switches.dependency_by_name == "resolved"
    if kept := wired(flow, [body], by_name=by_name) if holder.kind == "Node" else []:
        spec["flow"] = kept
    replace_body(state, holder, {**document, "spec": spec}, body)


def _put_into(state: ServiceState, *, found: Found, flow: list[JsonObject] | None) -> None:
    """Store a workflow with one of its nodes and what that depends on; without the node where nothing is said of it."""
    holder, node = found
    nodes = [
        *(one for one in holder.nodes.values() if one["id"] != node["id"]),
        *([] if flow is None else [node]),
    ]
    flow = [*(one for one in holder.dependencies if one["nodeId"] != node["id"]), *(flow or ())]
    flow = wired(flow, nodes, by_name=state.switches.dependency_by_name == "resolved")
    body = {**holder.body, "nodes": nodes, "dependencies": flow}
    replace_body(state, holder, holder.document, body)


def _refuse_taken(state: ServiceState, holder: Workflow, body: JsonObject) -> None:
    kind = holder.kind if holder.kind in OBJECTS else "Node"
    taken, name, path = state.switches.taken_name, body["name"], body["script"]["path"]
    for _, other in _all(state, kind, holder.project_id) if taken != "accepted" else ():
        same = other["script"]["path"] == path or (taken == "refused" and other["name"] == name)
        if same and other["id"] != body["id"]:
            # The words are those of the vendor's skill, of nodes; the code is unknown.
            raise refused(f"{kind} with the same name already exists in the project")


def _users(state: ServiceState, found: Found) -> Iterator[JsonObject]:
    """What names a file or a function among its own, by ID or by name."""
    holder, body = found
    for _, entity in (one for kind in ("Node", "Function") for one in _all(state, kind, holder.project_id)):
        for used in entity.get(OBJECTS[holder.kind], []) if holder.kind in {"Resource", "Function"} else ():
            if body["id"] == used.get("id") or body["name"] == used.get("name"):
                yield entity
