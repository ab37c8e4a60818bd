"""ImportWorkflowDefinition: what is decided when it is called, what its job does in the end, and moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ._answers import (
    REFUSED,
    SPEC_PARSE_FAILED,
    JsonObject,
    ServiceError,
    each_object,
    is_list,
    is_object,
    refused,
)
from ._documents import SpecError, kind_of, parse
from ._model import Account, Job, Key, Workflow, new_id
from ._read_back import ServiceFields, with_own_script, without_script
from ._state import ServiceState
from ._switches import IdPolicy, Switches

# --- What an import's job does in the end: judge the document, and store the workflow


# Never taken over from the stored object where an update leaves them out: they are the update's, or the server's own.
_NOT_INHERITED: Final = frozenset(
    {"id", "script", "inputs", "outputs", "nodes", "dependencies", "metadata", "citable"}
)
_WITHOUT_OUTPUT: Final = frozenset({"CrossCycleDependsOnSelf", "CrossCycleDependsOnChildren"})
_WORKFLOW: Final = "$.spec.workflows[0]"


class JobError(ServiceError):
    """Why a job fails, with the JSONPath of the place in the document."""

    def __init__(self, message: str, *, code: str = REFUSED, path: str = _WORKFLOW) -> None:
        super().__init__(400, code, message)
        self.path = path

    def in_dry_run(self) -> "JobError":
        """A dry run's error holds a code, a message and a JSONPath, as documented; in which form is unknown."""
        return JobError(f"errorCode: {self.code}, errorMessage: {self.message}, path: {self.path}")


@dataclass(frozen=True)
class Import:
    """The effect of an import's job; a ServiceError is the job's failure.

    Attributes:
        problem: Why the document cannot be parsed.
    """

    state: ServiceState
    account: Account
    document: JsonObject
    key: Key
    submitted: float
    dry_run: bool
    problem: str

    @property
    def old(self) -> Workflow | None:
        """The workflow before the import."""
        return self.state.current(self.key)

    @property
    def before(self) -> Mapping[str, JsonObject]:
        """The nodes that are there already, by ID; where a delete keeps them, those of a deleted workflow."""
        kept = self.state.switches.nodes_of_deleted_workflow == "kept"
        last = self.state.last(self.key) if kept else self.old
        return {} if last is None else last.nodes

    def __call__(self, now: float) -> None:
        self.state.account = self.account
        try:
            body = self._judged()
        except JobError as failure:
            raise (failure.in_dry_run() if self.dry_run else failure) from None
        if not self.dry_run:
            self._store(body, now)

    def _judged(self) -> JsonObject:
        """The workflow's new body, which nothing speaks against."""
        if self.problem:
            raise JobError(self.problem, code=SPEC_PARSE_FAILED, path="$")
        body = self._merged()
        for path, given in _places(body):
            refuse_incomplete(given, path)
        if self.state.is_path_taken(body["script"]["path"], self.key):
            # The documentation's example of an Error.
            raise JobError(f"target folder already exists: {body['script']['path']}")
        self._refuse_by_switch(body)
        return body

    def _merged(self) -> JsonObject:
        old, before, switches = self.old, self.before, self.state.switches
        body = owned(self.state, self.document["spec"]["workflows"][0])
        body["nodes"] = [owned(self.state, node) for node in body["nodes"]]
        if old is not None and switches.moved_workflow == "stays":
            body |= {"name": old.body["name"], "script": {**body.get("script", {}), "path": old.path}}
        if switches.omitted_fields == "reset":
            return body
        nodes = [_inherited(node, before.get(node["id"], {})) for node in body["nodes"]]
        return {**_inherited(body, old.body if old else {}), "nodes": nodes}

    def _refuse_by_switch(self, body: JsonObject) -> None:
        old, before, switches = self.old, self.before, self.state.switches
        if self.key in self.state.locked and switches.locked_workflow == "job_fails":
            raise JobError(f"workflow {self.key[1]} is locked")
        version = str(self.document.get("version", ""))
        if version.startswith("2.") and switches.version_2 == "job_fails":
            raise JobError(f"version {version} is not supported", path="$.version")
        sent: JsonObject = self.document["spec"]["workflows"][0]
        if switches.control_script == "needed":
            for node in without_script(sent["nodes"]):
                raise JobError(f"script.content does not hold what the field of {node['name']} says")
        for path, given in _places(sent):
            refuse_stranger(self.state, given, path)
        if old is not None and old.published and switches.published_node_removed == "job_fails":
            removed = old.nodes.keys() - {node["id"] for node in body["nodes"]}
            if removed:
                raise JobError(f"published nodes cannot be removed: {', '.join(sorted(removed))}")
        if old is not None and switches.type_change == "job_fails" and kind_of(self.document) != old.kind:
            raise JobError(f"the kind of a workflow cannot be changed: {old.kind}")
        for path, node in _places(body)[1:]:
            refuse_other_command(self.state, before.get(node["id"], node), node, path)

    def _store(self, body: JsonObject, now: float) -> None:
        old, switches = self.old, self.state.switches
        if old is not None and old.modified > self.submitted and switches.concurrent_import == "mixed":
            body = _mixed(body, old.body)
        path: str = body["script"]["path"]
        nodes = list({node["id"]: rewritten(switches, node, path) for node in body["nodes"]}.values())
        if switches.control_script == "rewritten":
            nodes = each_object(nodes, with_own_script)
        by_name = switches.dependency_by_name == "resolved"
        body = {**body, "nodes": nodes, "dependencies": wired(body["dependencies"], nodes, by_name=by_name)}
        stored = old or Workflow(self.key[1], self.key[0], "", {}, now, now)
        replace_body(self.state, stored, self.document, body, before=self.before, now=now)


# --- What is true of a workflow and of its nodes, and of other objects as well


def refuse_long(state: ServiceState, text: str) -> None:
    limit = state.switches.spec_limit
    if limit is not None and len(text.encode()) > limit:
        raise refused(f"Spec is longer than {limit} bytes.")


def owned(state: ServiceState, given: JsonObject) -> JsonObject:
    """The same under the owner that it gets."""
    replaced = _is_strangers(state, given) and state.switches.other_owner == "replaced"
    return {**given, "owner": state.account.uid} if replaced else {**given}


def refuse_stranger(state: ServiceState, given: JsonObject, path: str) -> None:
    if state.switches.other_owner == "job_fails" and _is_strangers(state, given):
        raise JobError(f"owner {given['owner']} is not the caller", path=path)


def _is_strangers(state: ServiceState, given: JsonObject) -> bool:
    return given.get("owner") not in {None, state.account.uid}


def refuse_incomplete(given: JsonObject, path: str) -> None:
    """What the vendor's skill says is required: a name, a path, a command; six fields of cron."""
    script = given.get("script", {})
    runtime = script.get("runtime", {})
    if not given.get("name"):
        raise JobError("name is empty", path=path)
    if not script.get("path"):
        raise JobError(f"script.path is empty: {given['name']}", path=path)
    if not runtime.get("command") and not runtime.get("commandTypeId"):
        raise JobError(f"script.runtime.command is empty: {given['name']}", path=path)
    cron = given.get("trigger", {}).get("cron")
    if cron is not None and len(cron.split()) not in {6, 7}:
        raise JobError(f"Invalid cron expression in trigger: {cron}", path=path)


def refuse_other_command(state: ServiceState, old: JsonObject, new: JsonObject, path: str) -> None:
    if state.switches.type_change == "job_fails" and _command(old) != _command(new):
        message = f"script.runtime.command of a node cannot be changed: {new['name']}"
        raise JobError(message, path=path)


def rewritten(switches: Switches, node: JsonObject, workflow_path: str = "") -> JsonObject:
    """The same as the service stores it."""
    datasource, script = node.get("datasource", {}), node["script"]
    if switches.datasource_type == "rewritten" and datasource.get("type") == "flink":
        node = {**node, "datasource": {**datasource, "type": "flink_serverless"}}
    if switches.trailing_newline == "dropped" and "content" in script:
        script = {**script, "content": script["content"].removesuffix("\n")}
    outside = workflow_path and not script["path"].startswith(f"{workflow_path}/")
    if outside and switches.node_path == "prefixed":
        script = {**script, "path": f"{workflow_path}/{script['path']}"}
    return {**node, "script": script}


def _places(body: JsonObject) -> list[tuple[str, JsonObject]]:
    """The workflow and its nodes, each with its JSONPath."""
    nodes: list[JsonObject] = body["nodes"]
    return [(_WORKFLOW, body), *((f"{_WORKFLOW}.nodes[{index}]", node) for index, node in enumerate(nodes))]


def _inherited(given: JsonObject, old: JsonObject) -> JsonObject:
    return {**{key: value for key, value in old.items() if key not in _NOT_INHERITED}, **given}


def _command(node: JsonObject) -> str | None:
    command: str | None = node["script"]["runtime"].get("command")
    return command


def _mixed(body: JsonObject, stored: JsonObject) -> JsonObject:
    """What is left when two imports run into each other: nodes of both, and of shared ones now this now that side's."""
    mine: dict[str, JsonObject] = {node["id"]: node for node in body["nodes"]}
    theirs: dict[str, JsonObject] = {node["id"]: node for node in stored["nodes"]}
    shared = sorted(mine.keys() & theirs.keys())
    nodes = {**theirs, **mine, **{node_id: theirs[node_id] for node_id in shared[1::2]}}
    wired = {dependency["nodeId"] for dependency in body["dependencies"]}
    others = [dependency for dependency in stored["dependencies"] if dependency["nodeId"] not in wired]
    return {**body, "nodes": list(nodes.values()), "dependencies": [*body["dependencies"], *others]}


def wired(dependencies: list[JsonObject], nodes: list[JsonObject], *, by_name: bool) -> list[JsonObject]:
    """The dependencies that the service keeps; the others are gone without a word (DWDevin SQL17, SQL18)."""
    known = {node["id"]: node["id"] for node in nodes}
    for node in nodes:
        outputs: list[JsonObject] = node["outputs"].get("nodeOutputs", [])
        known.update({output["data"]: node["id"] for output in outputs if "data" in output})
    names = {node["name"]: node["id"] for node in nodes} if by_name else {}
    kept: list[JsonObject] = []
    for dependency in dependencies:
        target = dependency.get("nodeId", "")
        depends: list[JsonObject] = dependency.get("depends", [])
        if by_name:
            depends = [_with_output(item, {**names, **known}) for item in depends]
        depends = [item for item in depends if "output" in item or item.get("type") in _WITHOUT_OUTPUT]
        if (depends or "variableDepends" in dependency) and (target in known or target in names):
            kept.append({**dependency, "nodeId": names.get(target, target), "depends": depends})
    return kept


def _with_output(item: JsonObject, outputs: dict[str, str]) -> JsonObject:
    """A dependency on a node by its name or ID alone, wired to that node's default output."""
    wanted = item.get("nodeId") or item.get("refTableName")
    return {**item, "output": outputs[wanted]} if "output" not in item and wanted in outputs else item


# --- What is decided when ImportWorkflowDefinition is called: which workflow it means, and under which IDs


def submit(state: ServiceState, project_id: int, text: str, *, dry_run: bool) -> Job:
    """A new job that imports the document in `text`; ServiceError where the call itself is refused."""
    document: JsonObject = {"spec": {}}
    problem = "spec.workflows is empty"
    try:
        document = parse(text)
    except SpecError as error:
        if error.refuses_call:
            # The code is reported by the vendor's skill, its status is not.
            raise ServiceError(400, SPEC_PARSE_FAILED, f"Spec JSON parse failed: {error}") from None
        problem = str(error)
    key, nodes, switches = (project_id, new_id()), 0, state.switches
    if workflows := document["spec"].get("workflows"):
        body: JsonObject = workflows[0]  # documented: all but the first are ignored
        key, problem = _workflow_key(state, project_id, body.get("id")), ""
        body["nodes"], renamed = _with_ids(body.get("nodes", []), switches.non_numeric_node_id)
        body["dependencies"] = _renamed(body.get("dependencies", []), renamed)
        nodes = len(body["nodes"])
    earlier, now = state.last_job(key), state.clock.now()
    if earlier and switches.concurrent_import == "refused":
        raise refused(f"Workflow {key[1]} is being imported by job {earlier.job_id}.")
    if key in state.locked and switches.locked_workflow == "refused":
        raise refused(f"Workflow {key[1]} is locked.")
    if switches.imports_at_once is not None and len(state.running_jobs()) >= switches.imports_at_once:
        raise refused(f"{switches.imports_at_once} imports are running.")
    job = Job(
        job_id=new_id(),
        workflow_key=key,
        life=state.next_life(),
        nodes=nodes,
        created=now,
        begun=max(earlier.end, now) if earlier and switches.concurrent_import == "queued" else now,
        effect=Import(state, state.account, document, key, now, dry_run, problem),
    )
    state.add_job(job)
    return job


def _workflow_key(state: ServiceState, project_id: int, given: str | None) -> Key:
    if given is None:
        return project_id, new_id()
    switches = state.switches
    key = state.located((project_id, given))
    if state.current(key) or state.last_job(key):
        return key
    if state.is_deleted(key) and switches.deleted_workflow_id == "refused":
        raise refused(f"Workflow {given} was deleted.")
    if state.is_elsewhere(key) and switches.same_id_in_two_projects == "refused":
        raise refused(f"Workflow {given} is another workspace's.")
    is_other_form = switches.unknown_workflow_id == "kept" and not given.isdigit()
    policy = switches.non_numeric_workflow_id if is_other_form else switches.unknown_workflow_id
    return project_id, _by_policy(policy, given)


def _by_policy(policy: IdPolicy, given: str) -> str:
    if policy == "refused":
        raise refused(f"ID {given} is not valid.")
    return given if policy == "kept" else new_id()


def _with_ids(nodes: list[JsonObject], policy: IdPolicy) -> tuple[list[JsonObject], dict[str, str]]:
    """Nodes that all have an ID, and what became of the IDs that were replaced."""
    renamed: dict[str, str] = {}
    identified: list[JsonObject] = []
    for node in nodes:
        given = node.get("id")
        actual = new_id() if given is None else given if given.isdigit() else _by_policy(policy, given)
        if given is not None and given != actual:
            renamed[given] = actual
        identified.append({**node, "id": actual, "outputs": _renamed(node["outputs"], renamed)})
    return identified, renamed


_NAMES: Final = frozenset({"name", "refTableName"})
"""Fields that hold a name, though it may look like an ID."""


def _renamed(value: Any, renamed: dict[str, str]) -> Any:
    if is_list(value):
        return [_renamed(item, renamed) for item in value]
    if is_object(value):
        return {key: item if key in _NAMES else _renamed(item, renamed) for key, item in value.items()}
    return renamed.get(value, value) if isinstance(value, str) else value


# --- A workflow under another name or in another folder


def relocate(state: ServiceState, workflow: Workflow, name: str, path: str) -> None:
    """Store the workflow under another name and path. That its nodes' paths follow is a guess."""
    if state.is_path_taken(path, workflow.key):
        # The words are those of a failed import, the code is unknown.
        raise refused(f"target folder already exists: {path}")
    body, identifier = workflow.body, state.project(workflow.project_id).identifier
    outputs = [
        {**output, "refTableName": name}
        for output in body["outputs"]["nodeOutputs"]
        if output["data"] != f"{identifier}.{body['name']}"
    ]
    moved = {
        **body,
        "name": name,
        "script": {**body["script"], "path": path},
        "outputs": {**body["outputs"], "nodeOutputs": outputs},
        "nodes": [_followed(node, workflow.path, path) for node in body["nodes"]],
    }
    replace_body(state, workflow, workflow.document, moved)


def replace_body(
    state: ServiceState,
    workflow: Workflow,
    document: JsonObject,
    body: JsonObject,
    *,
    before: Mapping[str, JsonObject] | None = None,
    now: float | None = None,
) -> None:
    """Store a workflow's new body, with what the service adds; all around it is that of `document`."""
    now, kind = state.clock.now() if now is None else now, kind_of(document)
    if before is None:
        before = workflow.nodes if workflow.document else {}
    created = {node_id: node["metadata"]["createTime"] for node_id, node in before.items()}
    project = state.project(workflow.project_id)
    added = ServiceFields(project, state.account, kind, workflow.workflow_id, now, created)
    stored = replace(workflow, kind=kind, document=added.document(document, body), modified=now)
    state.store(workflow.key, stored, now)


def _followed(node: JsonObject, before: str, after: str) -> JsonObject:
    path = node["script"]["path"]
    if not path.startswith(f"{before}/"):
        return node
    return {**node, "script": {**node["script"], "path": after + path.removeprefix(before)}}
