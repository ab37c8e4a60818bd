"""ImportWorkflowDefinition: what is decided when it is called, and what its job then does."""

from dataclasses import dataclass, replace
from typing import Any

from ._errors import REFUSED, SPEC_PARSE_FAILED, ServiceError
from ._fill import Filler
from ._ids import new_id
from ._jobs import Job
from ._json import is_list, is_object
from ._parse import SpecError, kind_of, parse
from ._switches import IdPolicy
from ._world import Account, Key, Project, Workflow, World

Entity = dict[str, Any]

# Never taken over from the stored entity where an update leaves them out: they are the update's, or the server's own.
_NOT_INHERITED = frozenset(
    {"id", "script", "inputs", "outputs", "nodes", "dependencies", "metadata", "citable"}
)
_WITHOUT_OUTPUT = frozenset({"CrossCycleDependsOnSelf", "CrossCycleDependsOnChildren"})


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
        return _enqueue(world, (project.project_id, new_id()), 0, _Refused(str(error)))
    return _submit(world, project, account, document, dry_run=dry_run)


def _submit(world: World, project: Project, account: Account, document: Entity, *, dry_run: bool) -> Job:
    workflows = document["spec"].get("workflows")
    if not workflows:
        return _enqueue(world, (project.project_id, new_id()), 0, _Refused("spec.workflows is empty"))
    body: Entity = workflows[0]  # documented: all but the first are ignored
    workflow_id = _workflow_id(world, project.project_id, body.get("id"))
    body["nodes"], renamed = _with_ids(body.get("nodes", []), world.switches.non_numeric_id)
    body["dependencies"] = _renamed(body.get("dependencies", []), renamed)
    effect = _Import(world, project, account, document, workflow_id, dry_run)
    return _enqueue(world, (project.project_id, workflow_id), len(body["nodes"]), effect)


def _enqueue(world: World, key: Key, nodes: int, effect: "_Import | _Refused") -> Job:
    earlier = world.running(key)
    if earlier and world.switches.concurrent_import == "refused":
        raise ServiceError(400, REFUSED, f"Workflow {key[1]} is being imported by job {earlier.job_id}.")
    now = world.clock.now()
    job = Job(new_id(), key, world.next_life(), nodes, now, earlier.end if earlier else now, effect)
    world.jobs[job.job_id] = job
    return job


def _workflow_id(world: World, project_id: int, given: str | None) -> str:
    if given is None:
        return new_id()
    key = (project_id, given)
    if world.current(key) or world.running(key):
        return given
    if world.is_deleted(key) and world.switches.deleted_workflow_id == "refused":
        raise ServiceError(400, REFUSED, f"Workflow {given} was deleted.")
    policy = world.switches.unknown_workflow_id
    if policy == "kept" and not given.isdigit():
        policy = world.switches.non_numeric_id
    return _by_policy(policy, given)


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


def _renamed(value: Any, renamed: dict[str, str]) -> Any:
    if is_list(value):
        return [_renamed(item, renamed) for item in value]
    if is_object(value):
        return {key: _renamed(item, renamed) for key, item in value.items()}
    return renamed.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True)
class _Refused:
    """The effect of a job whose document does not parse."""

    error: str

    def __call__(self, _: float) -> None:
        raise ServiceError(400, SPEC_PARSE_FAILED, self.error)


@dataclass(frozen=True)
class _Import:
    """The effect of an import's job; a ServiceError is the job's failure."""

    world: World
    project: Project
    account: Account
    document: Entity
    workflow_id: str
    dry_run: bool

    def __call__(self, now: float) -> None:
        old = self.world.current(self.key)
        body = self._merged(old)
        self._refuse_incomplete(body)
        self._refuse_taken_path(body["script"]["path"])
        if old is not None:
            self._refuse_change(old, body)
        if not self.dry_run:
            self.world.store(self.key, self._made(old, body, now), now)

    @property
    def key(self) -> Key:
        return self.project.project_id, self.workflow_id

    def _merged(self, old: Workflow | None) -> Entity:
        body: Entity = self.document["spec"]["workflows"][0]
        if old is None:
            return body
        if self.world.switches.moved_workflow == "stays":
            script = {**body["script"], "path": old.path}
            body = {**body, "name": old.body["name"], "script": script}
        if self.world.switches.omitted_fields == "reset":
            return body
        nodes = [_inherited(node, old.nodes.get(node["id"], {})) for node in body["nodes"]]
        return {**_inherited(body, old.body), "nodes": nodes}

    def _refuse_incomplete(self, body: Entity) -> None:
        """What the vendor's skill says is required: a name, a path, a command; six fields of cron."""
        for entity in (body, *body["nodes"]):
            script = entity.get("script", {})
            runtime = script.get("runtime", {})
            if not entity.get("name"):
                raise _failure("name is empty")
            if not script.get("path"):
                raise _failure(f"script.path is empty: {entity['name']}")
            if not runtime.get("command") and not runtime.get("commandTypeId"):
                raise _failure(f"script.runtime.command is empty: {entity['name']}")
            cron = entity.get("trigger", {}).get("cron")
            if cron is not None and len(cron.split()) not in {6, 7}:
                raise _failure(f"Invalid cron expression in trigger: {cron}")

    def _refuse_taken_path(self, path: str) -> None:
        for other in self.world.workflows(self.project.project_id):
            if other.path == path and other.workflow_id != self.workflow_id:
                raise _failure(
                    f"target folder already exists: {path}"
                )  # the documentation's example of an Error

    def _refuse_change(self, old: Workflow, body: Entity) -> None:
        removed = old.nodes.keys() - {node["id"] for node in body["nodes"]}
        if removed and old.scheduling_id and self.world.switches.published_node_removed == "job_fails":
            raise _failure(f"published nodes cannot be removed: {', '.join(sorted(removed))}")
        if self.world.switches.type_change == "accepted":
            return
        if kind_of(self.document) != old.kind:
            raise _failure(f"the kind of a workflow cannot be changed: {old.kind}")
        nodes: list[Entity] = body["nodes"]
        for node in nodes:
            if _command(old.nodes.get(node["id"], node)) != _command(node):
                raise _failure(f"script.runtime.command of a node cannot be changed: {node['name']}")

    def _made(self, old: Workflow | None, body: Entity, now: float) -> Workflow:
        kind = kind_of(self.document)
        created = (
            {node_id: node["metadata"]["createTime"] for node_id, node in old.nodes.items()} if old else {}
        )
        filler = Filler(self.project, self.account, kind, self.workflow_id, now, created)
        by_name = self.world.switches.dependency_by_name == "resolved"
        nodes = list({node["id"]: self._rewritten(node) for node in body["nodes"]}.values())
        body = {**body, "dependencies": _resolved(body["dependencies"], nodes, by_name=by_name)}
        # A version that is left out is nowhere recorded; 1.1.0 is what all real read-backs hold.
        version = self.document.get("version", "1.1.0")
        document = filler.document(version, self.document["kind"], self.document["spec"], body, nodes)
        if old is not None:
            return replace(old, kind=kind, document=document, modified=now)
        return Workflow(self.workflow_id, self.project.project_id, kind, document, now, now)

    def _rewritten(self, node: Entity) -> Entity:
        datasource = node.get("datasource", {})
        if self.world.switches.datasource_type == "rewritten" and datasource.get("type") == "flink":
            return {**node, "datasource": {**datasource, "type": "flink_serverless"}}
        return node


def _inherited(given: Entity, old: Entity) -> Entity:
    return {**{key: value for key, value in old.items() if key not in _NOT_INHERITED}, **given}


def _command(node: Entity) -> str | None:
    command: str | None = node["script"]["runtime"].get("command")
    return command


def _failure(error: str) -> ServiceError:
    return ServiceError(400, REFUSED, error)


def _resolved(dependencies: list[Entity], nodes: list[Entity], *, by_name: bool) -> list[Entity]:
    """The dependencies that the service keeps; the others are gone without a word (DWDevin SQL17, SQL18)."""
    known = {node["id"]: node["id"] for node in nodes}
    for node in nodes:
        known.update(
            {
                output["data"]: node["id"]
                for output in node["outputs"].get("nodeOutputs", [])
                if "data" in output
            }
        )
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
