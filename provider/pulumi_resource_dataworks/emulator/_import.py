"""ImportWorkflowDefinition, what is decided when it is called: which workflow it means, and under which IDs."""

from dataclasses import dataclass
from typing import Any

from ._effect import Import, JobError
from ._errors import REFUSED, SPEC_PARSE_FAILED, ServiceError
from ._ids import new_id
from ._jobs import Job
from ._json import is_list, is_object
from ._parse import SpecError, parse
from ._switches import IdPolicy
from ._world import Account, Key, Project, World

Entity = dict[str, Any]


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
