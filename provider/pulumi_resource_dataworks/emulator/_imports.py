"""ImportWorkflowDefinition: what is decided when it is called, what its job does in the end, and moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ._documents import SpecError, kind_of, parse
from ._errors import REFUSED, SPEC_PARSE_FAILED, ServiceError, is_list, is_object
from ._fill import Filler
from ._lives import Job
from ._noise import with_own_script, without_script
from ._switches import IdPolicy
from ._world import Account, Key, Project, Workflow, World, new_id

# --- What an import's job does in the end: judge the document, and store the workflow


Entity = dict[str, Any]

# Never taken over from the stored entity where an update leaves them out: they are the update's, or the server's own.
_NOT_INHERITED: Final = frozenset(
    {"id", "script", "inputs", "outputs", "nodes", "dependencies", "metadata", "citable"}
)
_WITHOUT_OUTPUT: Final = frozenset({"CrossCycleDependsOnSelf", "CrossCycleDependsOnChildren"})
_WORKFLOW: Final = "$.spec.workflows[0]"


class JobError(ServiceError):
    """Why a job fails.

    Attributes:
        path: JSONPath of the place in the document.
    """

    def __init__(self, message: str, *, code: str = REFUSED, path: str = _WORKFLOW) -> None:
        super().__init__(400, code, message)
        self.path = path

    def told(self, *, dry_run: bool) -> "JobError":
        """As the job's error tells it.

        A dry run's holds a code, a message and a JSONPath, as documented; in which form is unknown.
        """
        if not dry_run:
            return self
        message = f"errorCode: {self.code}, errorMessage: {self.message}, path: {self.path}"
        return JobError(message, code=self.code, path=self.path)


@dataclass(frozen=True)
class Import:
    """The effect of an import's job; a ServiceError is the job's failure."""

    world: World
    project: Project
    account: Account
    document: Entity
    workflow_id: str
    submitted: float
    dry_run: bool

    def __call__(self, now: float) -> None:
        try:
            self._take_effect(now)
        except JobError as failure:
            raise failure.told(dry_run=self.dry_run) from None

    def _take_effect(self, now: float) -> None:
        old = self.world.current(self.key)
        before = self._nodes_before(old)
        body = self._merged(old, before)
        self._refuse_incomplete(body)
        self._refuse_taken_path(body["script"]["path"])
        self._refuse_by_switch()
        if old is not None:
            self._refuse_lost_node(old, body)
        self._refuse_change(old, before, body)
        if not self.dry_run:
            self.world.store(self.key, self._made(old, before, body, now), now)

    @property
    def key(self) -> Key:
        """Where the workflow is stored."""
        return self.project.project_id, self.workflow_id

    def _nodes_before(self, old: Workflow | None) -> Mapping[str, Entity]:
        """The nodes that are there already, by ID; where a delete keeps them, those of a deleted workflow."""
        if old is None and self.world.switches.nodes_of_deleted_workflow == "kept":
            old = self.world.last(self.key)
        return {} if old is None else old.nodes

    def _merged(self, old: Workflow | None, before: Mapping[str, Entity]) -> Entity:
        body: Entity = self._owned(self.document["spec"]["workflows"][0])
        body["nodes"] = [self._owned(node) for node in body["nodes"]]
        if old is not None and self.world.switches.moved_workflow == "stays":
            script = {**body.get("script", {}), "path": old.path}
            body = {**body, "name": old.body["name"], "script": script}
        if self.world.switches.omitted_fields == "reset":
            return body
        nodes = [_inherited(node, before.get(node["id"], {})) for node in body["nodes"]]
        return {**_inherited(body, old.body if old else {}), "nodes": nodes}

    def _owned(self, given: Entity) -> Entity:
        stranger = given.get("owner") not in {None, self.account.uid}
        if stranger and self.world.switches.other_owner == "replaced":
            return {**given, "owner": self.account.uid}
        return {**given}

    def _refuse_by_switch(self) -> None:
        switches = self.world.switches
        if self.key in self.world.locked and switches.locked_workflow == "job_fails":
            raise JobError(f"workflow {self.workflow_id} is locked")
        version = str(self.document.get("version", ""))
        if version.startswith("2.") and switches.version_2 == "job_fails":
            raise JobError(f"version {version} is not supported", path="$.version")
        sent: Entity = self.document["spec"]["workflows"][0]
        if switches.control_script == "needed":
            for node in without_script(sent):
                raise JobError(f"script.content does not hold what the field of {node['name']} says")
        for path, entity in _places(sent):
            if switches.other_owner == "job_fails" and entity.get("owner") not in {None, self.account.uid}:
                raise JobError(f"owner {entity['owner']} is not the caller", path=path)

    def _refuse_incomplete(self, body: Entity) -> None:
        """What the vendor's skill says is required: a name, a path, a command; six fields of cron."""
        for path, entity in _places(body):
            script = entity.get("script", {})
            runtime = script.get("runtime", {})
            if not entity.get("name"):
                raise JobError("name is empty", path=path)
            if not script.get("path"):
                raise JobError(f"script.path is empty: {entity['name']}", path=path)
            if not runtime.get("command") and not runtime.get("commandTypeId"):
                raise JobError(f"script.runtime.command is empty: {entity['name']}", path=path)
            cron = entity.get("trigger", {}).get("cron")
            if cron is not None and len(cron.split()) not in {6, 7}:
                raise JobError(f"Invalid cron expression in trigger: {cron}", path=path)

    def _refuse_taken_path(self, path: str) -> None:
        for other in self.world.workflows(self.project.project_id):
            if other.path == path and other.workflow_id != self.workflow_id:
                # The documentation's example of an Error.
                raise JobError(f"target folder already exists: {path}")

    def _refuse_lost_node(self, old: Workflow, body: Entity) -> None:
        removed = old.nodes.keys() - {node["id"] for node in body["nodes"]}
        if removed and old.published and self.world.switches.published_node_removed == "job_fails":
            raise JobError(f"published nodes cannot be removed: {', '.join(sorted(removed))}")

    def _refuse_change(self, old: Workflow | None, before: Mapping[str, Entity], body: Entity) -> None:
        if self.world.switches.type_change == "accepted":
            return
        if old is not None and kind_of(self.document) != old.kind:
            raise JobError(f"the kind of a workflow cannot be changed: {old.kind}")
        for path, node in list(_places(body))[1:]:
            if _command(before.get(node["id"], node)) != _command(node):
                raise JobError(
                    f"script.runtime.command of a node cannot be changed: {node['name']}", path=path
                )

    def _made(self, old: Workflow | None, before: Mapping[str, Entity], body: Entity, now: float) -> Workflow:
        kind = kind_of(self.document)
        created = {node_id: node["metadata"]["createTime"] for node_id, node in before.items()}
        filler = Filler(self.project, self.account, kind, self.workflow_id, now, created)
        by_name = self.world.switches.dependency_by_name == "resolved"
        meanwhile = old is not None and old.modified > self.submitted
        if meanwhile and old is not None and self.world.switches.concurrent_import == "mixed":
            body = _mixed(body, old.body)
        path: str = body["script"]["path"]
        nodes = list({node["id"]: self._rewritten(node, path) for node in body["nodes"]}.values())
        if self.world.switches.control_script == "rewritten":
            nodes = with_own_script(nodes)
        body = {**body, "dependencies": _resolved(body["dependencies"], nodes, by_name=by_name)}
        # A version that is left out is nowhere recorded; 1.1.0 is what all real read-backs hold.
        version = self.document.get("version", "1.1.0")
        document = filler.document(version, self.document["kind"], self.document["spec"], body, nodes)
        if old is not None:
            return replace(old, kind=kind, document=document, modified=now)
        return Workflow(self.workflow_id, self.project.project_id, kind, document, now, now)

    def _rewritten(self, node: Entity, workflow_path: str) -> Entity:
        switches = self.world.switches
        datasource, script = node.get("datasource", {}), node["script"]
        if switches.datasource_type == "rewritten" and datasource.get("type") == "flink":
            node = {**node, "datasource": {**datasource, "type": "flink_serverless"}}
        if switches.trailing_newline == "dropped" and "content" in script:
            script = {**script, "content": script["content"].removesuffix("\n")}
        if switches.node_path == "prefixed" and not script["path"].startswith(f"{workflow_path}/"):
            script = {**script, "path": f"{workflow_path}/{script['path']}"}
        return {**node, "script": script}


def _places(body: Entity) -> list[tuple[str, Entity]]:
    """The workflow and its nodes, each with its JSONPath."""
    nodes: list[Entity] = body["nodes"]
    return [(_WORKFLOW, body), *((f"{_WORKFLOW}.nodes[{index}]", node) for index, node in enumerate(nodes))]


def _inherited(given: Entity, old: Entity) -> Entity:
    return {**{key: value for key, value in old.items() if key not in _NOT_INHERITED}, **given}


def _command(node: Entity) -> str | None:
    command: str | None = node["script"]["runtime"].get("command")
    return command


def _mixed(body: Entity, stored: Entity) -> Entity:
    """What is left when two imports run into each other: nodes of both, and of shared ones now this now that side's."""
    mine: dict[str, Entity] = {node["id"]: node for node in body["nodes"]}
    theirs: dict[str, Entity] = {node["id"]: node for node in stored["nodes"]}
    shared = sorted(mine.keys() & theirs.keys())
    nodes = {**mine, **{node_id: theirs[node_id] for node_id in shared[1::2]}}
    nodes |= {node_id: node for node_id, node in theirs.items() if node_id not in mine}
    wired = {dependency["nodeId"] for dependency in body["dependencies"]}
    others = [dependency for dependency in stored["dependencies"] if dependency["nodeId"] not in wired]
    return {**body, "nodes": list(nodes.values()), "dependencies": [*body["dependencies"], *others]}


def _resolved(dependencies: list[Entity], nodes: list[Entity], *, by_name: bool) -> list[Entity]:
    """The dependencies that the service keeps; the others are gone without a word (DWDevin SQL17, SQL18)."""
    known = {node["id"]: node["id"] for node in nodes}
    for node in nodes:
        outputs: list[Entity] = node["outputs"].get("nodeOutputs", [])
        known.update({output["data"]: node["id"] for output in outputs if "data" in output})
    names = {node["name"]: node["id"] for node in nodes} if by_name else {}
    kept: list[Entity] = []
    for dependency in dependencies:
        target = dependency.get("nodeId", "")
        depends = [
            _with_output(item, {**names, **known} if by_name else {})
            for item in dependency.get("depends", [])
        ]
        depends = [item for item in depends if "output" in item or item.get("type") in _WITHOUT_OUTPUT]
        wired = depends or "variableDepends" in dependency
        if wired and (target in known or target in names):
            kept.append({**dependency, "nodeId": names.get(target, target), "depends": depends})
    return kept


def _with_output(item: Entity, outputs: dict[str, str]) -> Entity:
    """A dependency on a node by its name or ID alone, wired to that node's default output."""
    wanted = item.get("nodeId") or item.get("refTableName")
    return {**item, "output": outputs[wanted]} if "output" not in item and wanted in outputs else item


# --- ImportWorkflowDefinition, what is decided when it is called: which workflow it means, and under which IDs


def submit(world: World, project: Project, account: Account, text: str, *, dry_run: bool) -> Job:
    """A new job that imports the document in `text`.

    Raises:
        ServiceError: The call itself is refused: no JSON, a kind that cannot be, an ID that a switch refuses.
    """
    try:
        document = parse(text)
    except SpecError as error:
        if error.hopeless:
            # The code is reported by the vendor's skill, its status is not.
            raise ServiceError(400, SPEC_PARSE_FAILED, f"Spec JSON parse failed: {error}") from None
        refused = _Refused(str(error), dry_run=dry_run)
        return _enqueue(world, (project.project_id, new_id()), 0, refused)
    return _submit(world, project, account, document, dry_run=dry_run)


def _submit(world: World, project: Project, account: Account, document: Entity, *, dry_run: bool) -> Job:
    workflows = document["spec"].get("workflows")
    if not workflows:
        refused = _Refused("spec.workflows is empty", dry_run=dry_run)
        return _enqueue(world, (project.project_id, new_id()), 0, refused)
    body: Entity = workflows[0]  # documented: all but the first are ignored
    key = _workflow_key(world, project.project_id, body.get("id"))
    body["nodes"], renamed = _with_ids(body.get("nodes", []), world.switches.non_numeric_node_id)
    body["dependencies"] = _renamed(body.get("dependencies", []), renamed)
    effect = Import(world, world.project(key[0]), account, document, key[1], world.clock.now(), dry_run)
    return _enqueue(world, key, len(body["nodes"]), effect)


def _enqueue(world: World, key: Key, nodes: int, effect: "Import | _Refused") -> Job:
    policy = world.switches.concurrent_import
    earlier = world.running(key)
    if earlier and policy == "refused":
        raise ServiceError(400, REFUSED, f"Workflow {key[1]} is being imported by job {earlier.job_id}.")
    if key in world.locked and world.switches.locked_workflow == "refused":
        raise ServiceError(400, REFUSED, f"Workflow {key[1]} is locked.")
    at_once = world.switches.imports_at_once
    if at_once is not None and world.jobs_running() >= at_once:
        raise ServiceError(400, REFUSED, f"{at_once} imports are running.")
    now = world.clock.now()
    not_before = earlier.end if earlier and policy == "queued" else now
    job = Job(new_id(), key, world.next_life(), nodes, now, not_before, effect)
    world.add_job(job)
    return job


def _workflow_key(world: World, project_id: int, given: str | None) -> Key:
    if given is None:
        return project_id, new_id()
    key = world.home((project_id, given))
    if world.current(key) or world.running(key):
        return key
    if world.is_deleted(key) and world.switches.deleted_workflow_id == "refused":
        raise ServiceError(400, REFUSED, f"Workflow {given} was deleted.")
    if world.is_elsewhere(key) and world.switches.same_id_in_two_projects == "refused":
        raise ServiceError(400, REFUSED, f"Workflow {given} is another workspace's.")
    policy = world.switches.unknown_workflow_id
    if policy == "kept" and not given.isdigit():
        policy = world.switches.non_numeric_workflow_id
    return project_id, _by_policy(policy, given)


def _by_policy(policy: IdPolicy, given: str) -> str:
    if policy == "refused":
        raise ServiceError(400, REFUSED, f"ID {given} is not valid.")
    return given if policy == "kept" else new_id()


def _with_ids(nodes: list[Entity], policy: IdPolicy) -> tuple[list[Entity], dict[str, str]]:
    """Nodes that all have an ID, and what became of the IDs that were replaced."""
    renamed: dict[str, str] = {}
    identified: list[Entity] = []
    for node in nodes:
        given = node.get("id")
        actual = new_id() if given is None else given if given.isdigit() else _by_policy(policy, given)
        if given is not None and given != actual:
            renamed[given] = actual
        identified.append({**node, "id": actual, "outputs": _renamed(node["outputs"], renamed)})
    return identified, renamed


_NAMES = frozenset({"name", "refTableName"})
"""Fields that hold a name, though it may look like an ID."""


def _renamed(value: Any, renamed: dict[str, str]) -> Any:
    if is_list(value):
        return [_renamed(item, renamed) for item in value]
    if is_object(value):
        return {key: item if key in _NAMES else _renamed(item, renamed) for key, item in value.items()}
    return renamed.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True)
class _Refused:
    """The effect of a job whose document does not parse."""

    error: str
    dry_run: bool

    def __call__(self, _: float) -> None:
        raise JobError(self.error, code=SPEC_PARSE_FAILED, path="$").told(dry_run=self.dry_run)


# --- A workflow under another name or in another folder


def relocate(world: World, account: Account, workflow: Workflow, folder: str, name: str) -> None:
    """Store the workflow as `name` in `folder`; its nodes' paths go with it.

    Raises:
        ServiceError: Something else is there. The words are those of a failed import, the code is unknown.
    """
    path = f"{folder}/{name}" if folder else name
    for other in world.workflows(workflow.project_id):
        if other.path == path and other.workflow_id != workflow.workflow_id:
            raise ServiceError(400, REFUSED, f"target folder already exists: {path}")
    project = world.project(workflow.project_id)
    body = _moved(workflow, path, name, f"{project.identifier}.{workflow.body['name']}")
    now = world.clock.now()
    document = refilled(world, account, workflow, workflow.document, body)
    world.store(
        (workflow.project_id, workflow.workflow_id), replace(workflow, document=document, modified=now), now
    )


def refilled(
    world: World, account: Account, workflow: Workflow, document: Entity, body: Entity
) -> dict[str, Any]:
    """A whole document around a workflow's body that has changed, with what the service fills in.

    Args:
        world: Where it is.
        account: Who is the owner where none is named.
        workflow: What is stored so far.
        document: Where kind and spec-level fields come from.
        body: The new `workflows[0]`.
    """
    project = world.project(workflow.project_id)
    created = {node_id: node["metadata"]["createTime"] for node_id, node in workflow.nodes.items()}
    filler = Filler(project, account, kind_of(document), workflow.workflow_id, world.clock.now(), created)
    version = workflow.document["version"]
    return filler.document(version, document["kind"], document["spec"], body, body.get("nodes", []))


def _moved(workflow: Workflow, path: str, name: str, old_output: str) -> Entity:
    body = workflow.body
    outputs = [entry for entry in body["outputs"]["nodeOutputs"] if entry["data"] != old_output]
    return {
        **body,
        "name": name,
        "script": {**body["script"], "path": path},
        "outputs": {**body["outputs"], "nodeOutputs": [{**entry, "refTableName": name} for entry in outputs]},
        "nodes": [_followed(node, workflow.path, path) for node in body["nodes"]],
    }


def _followed(node: Entity, before: str, after: str) -> Entity:
    path = node["script"]["path"]
    if not path.startswith(f"{before}/"):
        return node
    return {**node, "script": {**node["script"], "path": after + path.removeprefix(before)}}
