"""What the service adds to a document: the noise of a read-back.

Evidence: [F] real traffic of Feb 2025 (DWDevin), [D] the official sample of GetWorkflowDefinition, [B] dumps of real
workspaces in the vendor's own test resources (2025).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import _commands
from ._clock import local_text
from ._ids import derived_id, stable
from ._json import is_list, is_object
from ._world import Account, Project

Entity = dict[str, Any]

# [F][B] the span of a trigger without bounds.
_BOUNDS = {"startTime": "1970-01-01 00:00:00", "endTime": "9999-01-01 00:00:00"}


@dataclass(frozen=True)
class Filler:
    """Fills one workflow's document.

    Attributes:
        project: The workspace whose defaults count.
        account: Who imports.
        kind: The workflow's kind.
        workflow_id: Its ID.
        now: The import's time in seconds.
        created: `createTime` of the nodes that were there before, by ID.
    """

    project: Project
    account: Account
    kind: str
    workflow_id: str
    now: float
    created: Mapping[str, str]

    def document(
        self, version: str, kind: str, spec: Entity, workflow: Entity, nodes: list[Entity]
    ) -> Entity:
        """The whole document around a workflow and its nodes."""
        body = self.workflow(workflow, nodes)
        head = {"name": body["name"], "id": self.workflow_id, "type": self.kind, "owner": body["owner"]}
        # Spec-level fields stay, such as the flow that wires the workflow itself [B]; nodes beside the workflow do not.
        rest = {key: value for key, value in spec.items() if key not in {"workflows", "nodes"}}
        return {
            "version": version,
            "kind": kind,
            "spec": {**rest, **head, "workflows": [body]},
            "metadata": {
                **_strings(tenantId=self.project.tenant_id, projectId=self.project.project_id),
                "uuid": self.workflow_id,
            },  # [F][D]
        }

    def workflow(self, given: Entity, nodes: list[Entity]) -> Entity:
        """`workflows[0]` as it reads back."""
        name = given["name"]
        owner = given.get(
            "owner", self.account.uid
        )  # [F]; whether an import may set another owner is unknown
        body = {
            **given,
            "id": self.workflow_id,
            "owner": owner,
            "citable": given.get("citable", False),
        }  # [F]
        body["script"] = {**given["script"], "id": derived_id(self.workflow_id, "script")}  # [D]
        if self.kind != "ManualWorkflow":  # a manual workflow has no trigger of its own [B]
            body["trigger"] = self._trigger(given.get("trigger"), "00 00 00 * * ?", self.workflow_id)  # [F]
        if "strategy" in given:
            body["strategy"] = {
                "timeoutUnit": "HOURS",
                "recurrenceType": "Normal",
                **given["strategy"],
            }  # [B]
        body["metadata"] = {**given.get("metadata", {}), **self._metadata(owner)}  # [D][F]
        own = [
            (self.workflow_id, True),
            (f"{self.project.identifier}.{name}", False),
        ]  # [F], the second not in [D]
        body["outputs"] = _with_outputs(given["outputs"], own, name)
        body["nodes"] = [self.node(node) for node in _reordered(nodes)]
        body["dependencies"] = given.get("dependencies", [])  # [D]: an empty list is there
        return body

    def node(self, given: Entity) -> Entity:
        """An inner node as it reads back."""
        owner = given.get("owner", self.account.uid)
        node = {**self._defaults(given), **given, "owner": owner}
        node["script"] = self._script(given["script"], given["id"], owner)
        node["trigger"] = self._trigger(given.get("trigger"), self._cron(given["id"]), given["id"])
        node["metadata"] = {
            **given.get("metadata", {}),
            **self._metadata(owner),
            "container": {"type": "Flow", "uuid": self.workflow_id},  # [F]
            "createTime": self.created.get(given["id"], local_text(self.now)),
        }
        node["outputs"] = _with_outputs(given["outputs"], [(given["id"], True)], given["name"])  # [F]
        return node

    def _defaults(self, given: Entity) -> Entity:
        command = given["script"]["runtime"].get("command")
        odps = {"datasource": {"name": self.project.datasource, "type": "odps"}}
        return {
            "recurrence": "Normal",
            "timeout": 0,
            "timeoutUnit": "HOURS",  # [B]: from April 2025 on
            "instanceMode": "T+1",
            "rerunMode": "Allowed",
            "rerunTimes": self.project.rerun_times,  # [F]: the workspace's schedulerMaxRetryTimes
            "rerunInterval": self.project.rerun_interval,  # [F]: its schedulerRetryInterval
            **(odps if command in _commands.ODPS_COMMANDS else {}),
            "runtimeResource": {
                "resourceGroup": self.project.resource_group,  # [F]
                "resourceGroupId": self.project.resource_group_id,
            },
        }

    def _trigger(self, given: Entity | None, cron: str, owner_id: str) -> Entity:
        if self.kind == "ManualWorkflow":
            return {"type": "Manual", **(given or {}), "id": derived_id(owner_id, "trigger")}
        trigger = given or {"type": "Scheduler", "cron": cron}
        filled = {**_BOUNDS, "timezone": "Asia/Shanghai", "delaySeconds": 0, **trigger}  # [F]
        return {**filled, "id": derived_id(owner_id, "trigger")}

    def _cron(self, node_id: str) -> str:
        # [F] and the help page: a minute drawn from 00:00 to 00:30.
        return f"00 {stable(node_id, 'minute', below=30):02d} 00 * * ?"

    def _script(self, given: Entity, node_id: str, owner: str) -> Entity:
        runtime = given["runtime"]
        command = runtime.get("command", "")
        filled = {"cu": _commands.COMPUTE_UNITS.get(command, "0.25")}  # [F][B]
        numbered = (
            {"commandTypeId": _commands.TYPE_IDS[command]} if command in _commands.TYPE_IDS else {}
        )  # [F]
        language = {"language": _commands.LANGUAGES[command]} if command in _commands.LANGUAGES else {}  # [B]
        # [F]: also on update, a content that is left out becomes the template.
        content = given.get("content", _commands.header(command, owner, local_text(self.now)))
        return {
            **language,
            **given,
            "runtime": {**filled, **numbered, **runtime},
            "content": content,
            "id": derived_id(node_id, "script"),
        }

    def _metadata(self, owner: str) -> Entity:
        project = self.project
        return {
            "owner": owner,
            "ownerName": self.account.name,
            **_strings(tenantId=project.tenant_id, projectId=project.project_id),
            "project": {
                "mode": "SIMPLE",
                "simple": True,
                "projectIdentifier": project.identifier,
                "projectName": project.identifier,
                "projectOwnerId": self.account.uid,
                "schedulerMaxRetryTimes": project.rerun_times,  # [F]; the dumps of mid-2025 do not have these two
                "schedulerRetryInterval": project.rerun_interval,
                **_strings(tenantId=project.tenant_id, projectId=project.project_id),
            },
        }


def without_content(entity: Any) -> Any:
    """The same document without any script's content, as it reads back where IncludeScriptContent is false."""
    if is_list(entity):
        return [without_content(item) for item in entity]
    if not is_object(entity):
        return entity
    pruned = {key: without_content(item) for key, item in entity.items()}
    if "runtime" in pruned and "path" in pruned:
        pruned.pop("content", None)
    return pruned


def _reordered(nodes: list[Entity]) -> Iterable[Entity]:
    # [F]: the order is not the submitted one; what it follows is unknown.
    return reversed(nodes)


def _with_outputs(given: Entity, own: list[tuple[str, bool]], name: str) -> Entity:
    outputs = {output.get("data"): output for output in given.get("nodeOutputs", [])}
    defaults: dict[Any, Entity] = {
        data: {"data": data, "artifactType": "NodeOutput", "refTableName": name, "isDefault": default}
        for data, default in own
    }
    filled = [{**entry, **outputs.pop(data, {})} for data, entry in defaults.items()]
    return {**given, "nodeOutputs": [*filled, *outputs.values()]}


def _strings(**fields: Any) -> Entity:
    return {key: str(value) for key, value in fields.items()}
