"""The scratch documents: what real imports hold (FlowSpec 1.1.0), and nothing that would do anything if it ran."""

import copy
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final, cast

Object = dict[str, Any]

CONTENT: Final = "echo 'a scratch script of pulumi-dataworks probe'\n"
COMMAND: Final = "DIDE_SHELL"


def new_id() -> str:
    """An ID that nobody has, as the service makes them: 19 digits, from 2^62 up."""
    return str(2**62 + secrets.randbelow(2**62))


@dataclass(frozen=True)
class Names:
    """The names of one run; each holds the run's token.

    Attributes:
        token: What nobody else's names hold.
    """

    token: str = field(default_factory=lambda: secrets.token_hex(5))

    @property
    def prefix(self) -> str:
        """What every name begins with."""
        return f"pulumi_dataworks_probe_{self.token}"

    @property
    def folder(self) -> str:
        """The folder of all paths."""
        return f"pulumi-dataworks-probe-{self.token}"

    def of(self, what: str) -> str:
        """A name."""
        return f"{self.prefix}_{what}"


@dataclass
class Document:
    """One scratch workflow, to be changed and sent.

    Attributes:
        names: The run's names.
        what: The part of its name that tells it from the run's others.
        workflow_id: Its ID; None for the service to choose.
        kind: The document's kind.
        version: The document's version.
        nodes: Its nodes; nobody else's names are in them.
        dependencies: As in FlowSpec.
    """

    names: Names
    what: str
    workflow_id: str | None = None
    kind: str = "CycleWorkflow"
    version: str = "1.1.0"
    nodes: list[Object] = field(default_factory=list[Object])
    dependencies: list[Object] = field(default_factory=list[Object])

    @property
    def name(self) -> str:
        """The workflow's name."""
        return self.names.of(self.what)

    @property
    def path(self) -> str:
        """The workflow's path."""
        return f"{self.names.folder}/{self.name}"

    def add(self, what: str, node_id: str | None = None, **more: Any) -> Object:
        """A new node of this document.

        Args:
            what: The part of its name that tells it from the document's others.
            node_id: Its ID; a new number unless given.
            more: Further fields.
        """
        node_id, name = node_id or new_id(), f"{self.name}_{what}"
        output = {"data": node_id, "artifactType": "NodeOutput", "refTableName": name}
        script = {"path": f"{self.path}/{name}", "runtime": {"command": COMMAND}, "content": CONTENT}
        node = {"id": node_id, "name": name, "recurrence": "Normal", "script": script, "inputs": {}}
        self.nodes.append({**node, "outputs": {"nodeOutputs": [output]}, **more})
        return self.nodes[-1]

    def copy(self) -> "Document":
        """The same, to be changed on its own."""
        return copy.deepcopy(self)

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
        spec: Object = {"name": self.name, "type": self.kind, "workflows": [body]}
        if self.workflow_id is not None:
            body["id"] = spec["id"] = self.workflow_id
        return json.dumps({"version": self.version, "kind": self.kind, "spec": spec}, ensure_ascii=False)


@dataclass(frozen=True)
class Seen:
    """A workflow as it reads back; numbers may have come as text and text as numbers.

    Attributes:
        workflow_id: Its ID.
        owner: The owner's user ID.
        text: The document's text.
        body: Its `spec.workflows[0]`; empty where the document cannot be read.
    """

    workflow_id: str
    owner: str
    text: str
    body: Object

    @classmethod
    def of(cls, workflow_id: str, owner: str, text: str) -> "Seen":
        """What a definition holds."""
        try:
            body = json.loads(text)["spec"]["workflows"][0]
        except (ValueError, LookupError, TypeError):
            body = None
        return cls(workflow_id, owner, text, _object(body))

    @property
    def nodes(self) -> dict[str, Object]:
        """Its nodes by name."""
        return {str(node.get("name")): node for node in objects(self.body.get("nodes"))}

    def at(self, node: str, *path: str) -> str | None:
        """A value inside a node, as text; None where it is absent, null, or no single value."""
        value: Any = self.nodes.get(node, {})
        for key in path:
            value = _object(value).get(key)
        return None if value is None or isinstance(value, dict | list) else str(value)


def objects(value: Any) -> list[Object]:
    """The objects of a list; none where it is no list."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [_object(item) for item in items]


def _object(value: Any) -> Object:
    return cast("Object", value) if isinstance(value, dict) else {}
