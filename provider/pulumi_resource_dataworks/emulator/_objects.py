"""Nodes, file resources and functions: one implementation, as the operations differ by the kind's name alone.

A node may be one inside of a workflow as well. Parameters and answers are those of the vendor's SDK (9.11.0).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal, TypeAlias

from ._calls import (
    SPEC_PARSE_FAILED,
    JsonObject,
    Parameters,
    ServiceError,
    integer,
    is_object,
    json_object,
    paged,
    refused,
)
from ._documents import SpecError, kind_of, parse, write, write_as_given
from ._imports import (
    owned,
    refuse_incomplete,
    refuse_other_command,
    refuse_stranger,
    replace_body,
    rewritten,
    wired,
)
from ._model import OBJECTS, Account, Workflow, milliseconds, new_id, scheduling_id
from ._pipelines import outputs_of_node
from ._state import ServiceState
from ._uploads import uploaded
from ._worst_read_back import worst_read_back

Kind: TypeAlias = Literal["Node", "Resource", "Function"]
Found: TypeAlias = tuple[Workflow, JsonObject]
"""An object, after what is stored with it in: itself, or the workflow that a node is in."""


# --- What changes them


def create_object(kind: Kind, state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    project_id = state.project(integer(params, "ProjectId")).project_id
    document, given, flow = _parsed(kind, params["Spec"])
    wanted, kept = given.get("id", ""), state.switches.object_ids == "kept"
    object_id = wanted if kept and wanted.isdigit() else new_id()
    if any(one["id"] == object_id for _, one in _all(state, kind, project_id)):
        raise refused(f"{kind} {object_id} already exists.")
    scene = params.get("Scene", "DATAWORKS_PROJECT")
    if scene != "DATAWORKS_PROJECT":
        given.setdefault("trigger", {"type": "Manual"})
    body: JsonObject = {**given, "id": object_id}
    if kind == "Node":
        outputs: list[JsonObject] = given["outputs"].get("nodeOutputs", [])
        renamed: list[JsonObject] = [
            {**one, "data": object_id} if one.get("data") == wanted else one for one in outputs
        ]
        body["outputs"] = {**given["outputs"], "nodeOutputs": renamed}
        if state.switches.node_dependencies == "dropped_at_create":
            flow = []
    now = state.clock.now()
    container = _container(state, project_id, params)
    holder = container or Workflow(object_id, project_id, kind, {}, now, now, scene=scene)
    if container is not None:  # documented: its own path is ignored
        body["script"] = {**body["script"], "path": f"{container.path}/{given.get('name')}"}
    holder = replace(holder, file=uploaded(state, params))
    _put(state, account, (holder, body), document, _own_flow(flow, body, wanted))
    return {"Id": state.id_in_answer(object_id)}


def _container(state: ServiceState, project_id: int, params: Parameters) -> Workflow | None:
    if "ContainerId" not in params:
        return None
    found = state.current(state.located((project_id, params["ContainerId"])))
    if found is None or found.kind in OBJECTS:
        raise state.not_found()
    return found


def update_object(kind: Kind, state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Documented as incremental: what is left out stays."""
    found = _found(state, kind, params)
    if found is None:
        return state.empty_answer({"Success": False})
    holder, old = found
    document, given, flow = _parsed(kind, params["Spec"])
    sent = json_object(params, "Spec")["spec"][OBJECTS[kind]][0]
    clears = state.switches.null_in_update == "clears"
    body = {**_merged(old, given, sent, clears=clears), "id": old["id"]}
    refuse_other_command(state, old, body, "$")
    stays = flow or [one for one in holder.dependencies if one["nodeId"] == old["id"]]
    version = {"version": document["version"]} if "version" in document and holder.kind == kind else {}
    holder = replace(holder, file=uploaded(state, params) or holder.file)
    _put(state, account, (holder, body), {**holder.document, **version}, _own_flow(stays, body, old["name"]))
    return {"Success": True}


def relocate_object(kind: Kind, state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    """Give one another `Name`, or put it into the folder `Path`."""
    found = _found(state, kind, params)
    if found is None:
        return state.empty_answer({"Success": False})
    holder, old = found
    name = params.get("Name", old["name"])
    folder = params["Path"].strip("/") if "Path" in params else old["script"]["path"].rpartition("/")[0]
    body = {**old, "name": name, "script": {**old["script"], "path": f"{folder}/{name}".strip("/")}}
    if kind == "Node":
        outputs = [
            {**output, "refTableName": name} if output["data"] == old["id"] else output
            for output in old["outputs"]["nodeOutputs"]
        ]
        body["outputs"] = {**old["outputs"], "nodeOutputs": outputs}
    _put(state, account, (holder, body), holder.document, holder.dependencies)
    return {"Success": True}


def delete_object(kind: Kind, state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    found = _found(state, kind, params)
    if found is None:
        return state.empty_answer({"Success": False})
    holder, body = found
    if is_kept(state, holder):
        return {"Success": False}
    if state.switches.delete_in_use == "refused":
        for user in _users(state, kind, found):
            raise refused(f"{kind} {body['name']} is used by {user['name']}.")
    if holder.kind == kind:
        state.store(holder.key, None, state.clock.now())
    else:
        nodes = [one for node_id, one in holder.nodes.items() if node_id != body["id"]]
        flow = [one for one in holder.dependencies if one["nodeId"] != body["id"]]
        replace_body(
            state, account, holder, holder.document, {**holder.body, "nodes": nodes, "dependencies": flow}
        )
    return {"Success": True}


def is_kept(state: ServiceState, holder: Workflow) -> bool:
    """Whether a delete leaves it alone, as it is published; ServiceError where that is a refusal."""
    if holder.published and state.switches.published_delete == "refused":
        # Documented: undeploy first. The code and its text are unknown.
        raise refused(f"{holder.workflow_id} is published; undeploy it before it is deleted.")
    return holder.published and state.switches.published_delete == "success_false"


# --- What reads them


def get_object(kind: Kind, state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One object; a node inside of a workflow with its workflow's document around it (recorded traffic)."""
    found = _found(state, kind, params, stale=True)
    if found is None:
        return state.empty_answer({})
    holder, body = found
    document = holder.document
    if holder.kind not in OBJECTS:
        around = {**holder.body, "nodes": [body], "dependencies": []}
        document = {**document, "spec": {**document["spec"], "workflows": [around]}}
    return {kind: {**summary(state, holder, body), **_task(state, *found), "Spec": told(state, document)}}


def list_objects(kind: Kind, state: ServiceState, _: Account, params: Parameters) -> JsonObject:
    """One page of a workspace's objects of a kind, the name matched anywhere in it."""
    project_id = state.project(integer(params, "ProjectId")).project_id
    found = [one for one in _all(state, kind, project_id, stale=True) if _is_listed(*one, params)]
    page = paged(params, f"{kind}s", found, partial(_list_item, kind, state))["PagingInfo"]
    if kind == "Node":  # the SDK has text for these numbers here, and only here
        page = {key: str(item) if isinstance(item, int) else item for key, item in page.items()}
    return {"PagingInfo": page}


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


def told(state: ServiceState, document: JsonObject) -> str:
    """The text of a stored document as reads answer it."""
    if kind_of(document) in OBJECTS and document["version"].startswith("2.") and "flow" in document["spec"]:
        spec = dict(document["spec"])  # from this version on the vendor's library writes it so
        document = {**document, "spec": {**spec, "dependencies": spec.pop("flow")}}
    if state.switches.read_back_noise == "usual":
        return write(document)
    own = document["metadata"]["uuid"]
    state.reads[own] += 1
    return write_as_given(worst_read_back(document, f"{own} {state.reads[own]}"))


def _is_listed(holder: Workflow, entity: JsonObject, params: Parameters) -> bool:
    in_manual = "DataworksManualWorkflow" if holder.kind == "ManualWorkflow" else "DataworksProject"
    scene = holder.scene.title().replace("_", "") if holder.kind == "Node" else in_manual
    wanted = {
        "Owner": entity["metadata"]["owner"],
        "Type": entity.get("type"),
        "Recurrence": entity.get("recurrence"),
        "RerunMode": entity.get("rerunMode"),
        "Scene": scene,
    }
    return (
        params.get("Name", "") in entity["name"]
        and params.get("ContainerId") in {None, None if holder.kind in OBJECTS else holder.workflow_id}
        and all(params[key].casefold() == str(own).casefold() for key, own in wanted.items() if key in params)
    )


def _list_item(kind: Kind, state: ServiceState, found: Found) -> JsonObject:
    holder, entity = found
    script = entity["script"]
    told_script = {
        "Id": script["id"],
        "Path": script["path"],
        "Runtime": {"Command": script["runtime"].get("command", "")},
    }
    shown = {**summary(state, holder, entity), **_task(state, holder, entity), "Script": told_script}
    if source := entity.get("datasource"):
        shown["DataSource"] = {"Name": source.get("name", ""), "Type": source.get("type", "")}
    if kind == "Node":
        shown["Outputs"] = {"NodeOutputs": [{"Data": output} for output in outputs_of_node(entity)]}
        return {**shown, "Recurrence": entity["recurrence"]}
    if kind == "Function":
        files = ",".join(one["name"] for one in entity.get("fileResources", []))
        shown |= {"ClassName": entity.get("className", ""), "FileResource": files}
    else:
        source = entity.get("file", {}).get("storage", {}).get("type", "local")
        shown["SourceType"] = source.capitalize()
    return {**shown, "Type": entity.get("type", "").capitalize()}


def _task(state: ServiceState, holder: Workflow, entity: JsonObject) -> JsonObject:
    deployed = state.production.get(holder.key)
    has_task = deployed is not None and entity["id"] in deployed.nodes and state.switches.scheduling_id_told
    return {"TaskId": scheduling_id(entity["id"], "task")} if has_task else {}


# --- Where they are, and how they are stored


def _all(
    state: ServiceState, kind: Kind, project_id: int | None = None, *, stale: bool = False
) -> Iterator[Found]:
    for holder in state.objects(project_id, stale=stale):
        for entity in holder.nodes.values() if kind == "Node" else [holder.body] * (holder.kind == kind):
            yield holder, entity


def _found(state: ServiceState, kind: Kind, params: Parameters, *, stale: bool = False) -> Found | None:
    """The one with that ID; GetNode and its like go without a ProjectId."""
    anywhere = "ProjectId" not in params or state.switches.same_id_in_two_projects == "one_thing"
    project_id = state.project(integer(params, "ProjectId")).project_id if "ProjectId" in params else None
    known = _all(state, kind, None if anywhere else project_id, stale=stale)
    found = [one for one in known if one[1]["id"] == params["Id"]]
    return next((one for one in found if one[0].project_id == project_id), next(iter(found), None))


def _parsed(kind: Kind, text: str) -> tuple[JsonObject, JsonObject, list[JsonObject]]:
    """A document, the object in it (documented: all but the first are ignored), and what a node depends on."""
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


_OF_ITSELF: Final = frozenset({"id", "name"})


def _own_flow(flow: list[JsonObject], body: JsonObject, alias: str) -> list[JsonObject]:
    """The dependencies that are the node's own: under its ID, under its name, or under what it was called by."""
    own = {alias, *(body[key] for key in _OF_ITSELF if key in body)}
    return [{**one, "nodeId": body["id"]} for one in flow if one.get("nodeId") in own]


def _put(
    state: ServiceState, account: Account, found: Found, document: JsonObject, flow: list[JsonObject]
) -> None:
    """Store an object, new or not, if nothing speaks against it."""
    holder, body = found
    body = owned(state, account, body)
    refuse_stranger(state, account, body, "$")
    refuse_incomplete(body, "$")
    body = rewritten(state.switches, body)
    _refuse_taken(state, holder, body)
    by_name = state.switches.dependency_by_name == "resolved"
    if holder.kind in OBJECTS:
        spec = {key: item for key, item in document["spec"].items() if key != "flow"}
        if kept := wired(flow, [body], by_name=by_name) if holder.kind == "Node" else []:
            spec["flow"] = kept
        replace_body(state, account, holder, {**document, "spec": spec}, body)
        return
    nodes = [*(one for one in holder.nodes.values() if one["id"] != body["id"]), body]
    others = [one for one in holder.dependencies if one["nodeId"] != body["id"]]
    flow = wired([*others, *flow], nodes, by_name=by_name)
    replace_body(
        state, account, holder, holder.document, {**holder.body, "nodes": nodes, "dependencies": flow}
    )


def _refuse_taken(state: ServiceState, holder: Workflow, body: JsonObject) -> None:
    kind: Any = holder.kind if holder.kind in OBJECTS else "Node"
    taken, name, path = state.switches.taken_name, body["name"], body["script"]["path"]
    for _, other in _all(state, kind, holder.project_id) if taken != "accepted" else ():
        same = other["script"]["path"] == path or (taken == "refused" and other["name"] == name)
        if same and other["id"] != body["id"]:
            # The words are those of the vendor's skill, of nodes; the code is unknown.
            raise refused(f"{kind} with the same name already exists in the project")


def _users(state: ServiceState, kind: Kind, found: Found) -> Iterator[JsonObject]:
    """What names an object among its files or functions, by ID or by name."""
    holder, body = found
    place = OBJECTS[kind]
    for other in ("Node", "Function"):
        for _, entity in _all(state, other, holder.project_id):
            for used in entity.get(place, []) if kind != "Node" else ():
                if body["id"] == used.get("id") or body["name"] == used.get("name"):
                    yield entity
