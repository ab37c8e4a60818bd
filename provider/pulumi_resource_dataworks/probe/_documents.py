"""The scratch documents: what real imports hold (FlowSpec 1.1.0), and nothing that would do anything if it ran."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final, cast

Object = dict[str, Any]

PREFIX: Final = "pulumi_dataworks_probe_"
"""What the names of all runs begin with; ten digits of the run and "_" follow."""
CONTENT: Final = "echo 'a scratch script of pulumi-dataworks probe'\n"


def new_id() -> str:
    """An ID that nothing has, as the service makes them: 19 digits, from 2^62 up."""
    return str(2**62 + secrets.randbelow(2**62))


@dataclass
class Document:
    """One scratch workflow, to be changed and sent.

    Attributes:
        prefix: What all names of the run begin with.
        what: The part of its name that no other of the run has.
        workflow_id: Its ID; None for the service to choose.
        nodes: As in FlowSpec; so are its dependencies.
    """

    prefix: str
    what: str
    workflow_id: str | None = field(default_factory=new_id)
    nodes: list[Object] = field(default_factory=list[Object])
    dependencies: list[Object] = field(default_factory=list[Object])

    @property
    def name(self) -> str:
        """The workflow's name."""
        return f"{self.prefix}{self.what}"

    @property
    def path(self) -> str:
        """The workflow's path; all of the run are in one folder."""
        return f"{self.prefix.strip('_').replace('_', '-')}/{self.name}"

    def add(self, what: str, **more: Any) -> str:
        """Adds a node with more fields, and returns its name."""
        node_id, name = new_id(), f"{self.name}_{what}"
        output = {"data": node_id, "artifactType": "NodeOutput", "refTableName": name}
        script = {"path": f"{self.path}/{name}", "runtime": {"command": "DIDE_SHELL"}, "content": CONTENT}
        node = {"id": node_id, "name": name, "recurrence": "Normal", "script": script, "inputs": {}}
        self.nodes.append({**node, "outputs": {"nodeOutputs": [output]}, **more})
        return name

    def text(self) -> str:
        """As it is sent."""
        body: Object = {
            "name": self.name,
            "script": {"path": self.path, "runtime": {"command": "WORKFLOW"}},
            "trigger": {"type": "Scheduler", "cron": "00 00 00 * * ?", "timezone": "Asia/Shanghai"},
            "inputs": {},
            "outputs": {},
            "nodes": self.nodes,
            "dependencies": self.dependencies,
        }
        spec: Object = {"name": self.name, "type": "CycleWorkflow", "workflows": [body]}
        if self.workflow_id is not None:
            body["id"] = spec["id"] = self.workflow_id
        return json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": spec})


@dataclass(frozen=True)
class Seen:
    """A workflow as it reads back, its document as text; numbers may have come as text and text as numbers."""

    workflow_id: str
    name: str
    text: str

    @property
    def body(self) -> Object:
        """The document's `spec.workflows[0]`; empty where it cannot be read."""
        try:
            return as_object(json.loads(self.text)["spec"]["workflows"][0])
        except (ValueError, LookupError, TypeError):
            return {}

    def node(self, name: str) -> Object:
        """A node; empty where it is not there."""
        named = [one for one in objects(self.body.get("nodes")) if str(one.get("name")) == name]
        return named[0] if named else {}


def objects(value: Any) -> list[Object]:
    """The objects of a list; none where it is no list."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [as_object(item) for item in items]


def as_object(value: Any) -> Object:
    """A JSON object; empty where it is none."""
    return cast("Object", value) if isinstance(value, dict) else {}
