"""Nodes, file resources and functions: one implementation, as the operations differ by the kind's name alone.

A node may be one inside of a workflow as well. Parameters and answers are those of the vendor's SDK (9.11.0).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final, Literal, TypeAlias, get_args

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
    refuse_long,
    refuse_other_command,
    refuse_stranger,
    replace_body,
    rewritten,
    wired,
)
from ._model import OBJECTS, Account, Workflow, milliseconds, new_id, scheduling_id
from ._pipelines import outputs_of_node
from ._read_back import worst_read_back
from ._state import ServiceState
from ._uploads import uploaded

Kind: TypeAlias = Literal["Node", "Resource", "Function"]
Found: TypeAlias = tuple[Workflow, JsonObject]
"""An object, after what is stored with it in: itself, or the workflow that a node is in."""
Change: TypeAlias = Callable[[ServiceState, Account, Parameters, Found], bool]
PROJECT: Final = "DATAWORKS_PROJECT"
_SCENES: Final = (PROJECT, "DATAWORKS_MANUAL_WORKFLOW", "DATAWORKS_MANUAL_TASK")


# --- What changes them


def create_object(kind: Kind, state: ServiceState, account: Account, params: Parameters) -> JsonObject:
    project_id = state.project(integer(params, "ProjectId")).project_id
    document, given, flow = _parsed(state, kind, params["Spec"])
    wanted, kept = given.get("id", ""), state.switches.object_ids == "kept"
    object_id = wanted if kept and wanted.isdigit() else new_id()
    if any(one["id"] == object_id for _, one in _all(state, kind, project_id)):
        raise refused(f"{kind} {object_id} already exists.")
    now, scene, file = state.clock.now(), params.get("Scene", PROJECT), uploaded(state, params)
    if scene not in _SCENES or (scene == _SCENES[1] and "ContainerId" not in params):
        raise ServiceError(400, "InvalidScene", f"Scene {scene} is not possible here.")
    holder = Workflow(object_id, project_id, kind, {}, now, now, scene=scene, file=file)
    body: JsonObject = {
        **({} if scene == PROJECT else {"trigger": {"type": "Manual"}}),
        **given,
        "id": object_id,
    }
    if kind == "Node":
        body["outputs"] = _with_outputs(given, wanted, {"data": object_id})
        if state.switches.node_dependencies == "dropped_at_create":
            flow = []
    if "ContainerId" in params:
        found = state.current(state.located((project_id, params["ContainerId"])))
        if found is None or found.kind in OBJECTS:
            raise state.not_found()
        holder = found  # documented: the node's own path is ignored
        body["script"] = {**body["script"], "path": f"{holder.path}/{given.get('name')}"}
    _put(state, account, (holder, body), document, _own_flow(flow, body, wanted))
    return {"Id": state.id_in_answer(object_id)}


def change_object(
    kind: Kind, change: Change, state: ServiceState, account: Account, params: Parameters
) -> JsonObject:
    """Update, rename, move or delete one that is there."""
    found = _found(state, kind, params)
    if found is None:
        return state.empty_answer({"Success": False})
    if found[0].key in state.locked and state.switches.locked_workflow != "ignored":
        raise refused(f"{kind} {params['Id']} is locked.")
    return {"Success": change(state, account, params, found)}


def update(state: ServiceState, account: Account, params: Parameters, found: Found) -> bool:
    """Documented as incremental: what is left out stays."""
    holder, old = found
    kind: Kind = _kind(holder)
    document, given, flow = _parsed(state, kind, params["Spec"])
    sent = json_object(params, "Spec")
    sent, clears = sent.get("spec", sent), state.switches.null_in_update == "clears"
    body = {**_merged(old, given, sent[OBJECTS[kind]][0], clears=clears), "id": old["id"]}
    refuse_other_command(state, old, body, "$")
    if not flow and not (clears and {"flow", "dependencies"} & sent.keys()):
        flow = [one for one in holder.dependencies if one["nodeId"] == old["id"]]
    version = {"version": document["version"]} if "version" in document and holder.kind == kind else {}
    holder = replace(holder, file=uploaded(state, params) or holder.file)
    _put(state, account, (holder, body), {**holder.document, **version}, _own_flow(flow, body, old["name"]))
    return True


def place(state: ServiceState, account: Account, params: Parameters, found: Found) -> bool:
    """Give one another `Name`, or put it into the folder `Path`."""
    holder, old = found
    name = params.get("Name", old["name"])
    folder = params["Path"].strip("/") if "Path" in params else old["script"]["path"].rpartition("/")[0]
    body = {**old, "name": name, "script": {**old["script"], "path": f"{folder}/{name}".strip("/")}}
    if _kind(holder) == "Node":
        body["outputs"] = _with_outputs(old, old["id"], {"refTableName": name})
    _put(state, account, (holder, body), holder.document, holder.dependencies)
    return True


def delete(state: ServiceState, account: Account, _: Parameters, found: Found) -> bool:
    holder, body = found
    if is_kept(state, holder):
        return False
    if state.switches.delete_in_use == "refused":
        for user in _users(state, found):
            raise refused(f"{body['name']} is used by {user['name']}.")
    if holder.kind in OBJECTS:
        state.store(holder.key, None, state.clock.now())
    else:
        _put_into(state, account, found=found, flow=None)
    return True


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


def listed(state: ServiceState, holder: Workflow, entity: JsonObject) -> JsonObject:
    """What lists say of a workflow, of a node in it, or of another object."""
    script = entity["script"]
    told_script = {
        "Id": state.id_in_answer(script["id"]),
        "Path": script["path"],
        "Runtime": {"Command": script["runtime"].get("command", "")},
    }
    return {**summary(state, holder, entity), "Script": told_script}


def _list_item(kind: Kind, state: ServiceState, found: Found) -> JsonObject:
    entity = found[1]
    shown = {**listed(state, *found), **_task(state, *found)}
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


def _task(state: ServiceState, holder: Workflow, entity: JsonObject) -> JsonObject:
    deployed = state.production.get(holder.key)
    has_task = deployed is not None and entity["id"] in deployed.nodes and state.switches.scheduling_id_told
    return {"TaskId": scheduling_id(entity["id"], "task")} if has_task else {}


# --- Where they are, and how they are stored


def _kind(holder: Workflow) -> Kind:
    return next((kind for kind in get_args(Kind) if kind == holder.kind), "Node")


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


def _parsed(state: ServiceState, kind: Kind, text: str) -> tuple[JsonObject, JsonObject, list[JsonObject]]:
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
    if holder.kind not in OBJECTS:
        _put_into(state, account, found=(holder, body), flow=flow)
        return
    spec = {key: item for key, item in document["spec"].items() if key != "flow"}
    by_name = state.switches.dependency_by_name == "resolved"
    if kept := wired(flow, [body], by_name=by_name) if holder.kind == "Node" else []:
        spec["flow"] = kept
    replace_body(state, account, holder, {**document, "spec": spec}, body)


def _put_into(state: ServiceState, account: Account, *, found: Found, flow: list[JsonObject] | None) -> None:
    """Store a workflow with one of its nodes and what that depends on; without the node where nothing is said of it."""
    holder, node = found
    nodes = [
        *(one for one in holder.nodes.values() if one["id"] != node["id"]),
        *([] if flow is None else [node]),
    ]
    flow = [*(one for one in holder.dependencies if one["nodeId"] != node["id"]), *(flow or ())]
    flow = wired(flow, nodes, by_name=state.switches.dependency_by_name == "resolved")
    body = {**holder.body, "nodes": nodes, "dependencies": flow}
    replace_body(state, account, holder, holder.document, body)


def _refuse_taken(state: ServiceState, holder: Workflow, body: JsonObject) -> None:
    kind: Kind = _kind(holder)
    taken, name, path = state.switches.taken_name, body["name"], body["script"]["path"]
    for _, other in _all(state, kind, holder.project_id) if taken != "accepted" else ():
        same = other["script"]["path"] == path or (taken == "refused" and other["name"] == name)
        if same and other["id"] != body["id"]:
            # The words are those of the vendor's skill, of nodes; the code is unknown.
            raise refused(f"{kind} with the same name already exists in the project")


def _users(state: ServiceState, found: Found) -> Iterator[JsonObject]:
    """What names a file or a function among its own, by ID or by name."""
    holder, body = found
    kinds: tuple[Kind, ...] = ("Node", "Function")
    for _, entity in (one for kind in kinds for one in _all(state, kind, holder.project_id)):
        for used in entity.get(OBJECTS[holder.kind], []) if holder.kind in {"Resource", "Function"} else ():
            if body["id"] == used.get("id") or body["name"] == used.get("name"):
                yield entity
