"""What the service hands back, the emulator without HTTP in its place, and values that somebody has set there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlencode

from pulumi_resource_dataworks.emulator import Emulator, Life
from pulumi_resource_dataworks.emulator._signature import Request
from pulumi_resource_dataworks.flowspec import canonical, read
from pulumi_resource_dataworks.flowspec._comparison import normal_value
from pulumi_resource_dataworks.flowspec._tables import OBJECT_TYPES, Field, Shape, field_of
from tests.support.flowspecs import Object, workflow

_GETS = {"GetJobStatus", "GetWorkflowDefinition"}


class Service:
    """The emulator without HTTP: what is imported is read back as the service would."""

    def __init__(self) -> None:
        self.emulator = Emulator(strict=False, job_life=Life("immediate"))

    def ask(self, action: str, **params: Any) -> Any:
        text = urlencode({name: str(value) for name, value in params.items()})
        get = action in _GETS
        headers = {"x-acs-action": action, "x-acs-version": "2024-05-18"}
        request = Request(
            "GET" if get else "POST", text if get else "", headers, b"" if get else text.encode()
        )
        gateway = self.emulator.gateway
        return json.loads(gateway.perform(gateway.admit(request)).body)

    def kept(self, root: Object) -> Object:
        """Imports a document and reads it back."""
        job = self.ask("ImportWorkflowDefinition", ProjectId=10001, Spec=canonical(root))["AsyncJob"]
        status = self.ask("GetJobStatus", JobId=job["Id"])["JobStatus"]
        assert status["Status"] == "Success", status
        return self.read(workflow(root)["id"])

    def read(self, workflow_id: str) -> Object:
        answer = self.ask(
            "GetWorkflowDefinition", ProjectId=10001, Id=workflow_id, IncludeScriptContent="true"
        )
        return read(answer["WorkflowDefinition"]["Spec"]).root


_TEXTS = {
    **dict.fromkeys(("owner", "description", "desc", "extension", "language", "identifier"), "set by hand"),
    "cu": "2",
    "timezone": "Asia/Tokyo",
}
_NOT_SET = {"kind", "type", "scope", "artifactType", "valueType"}
"""Labels that say what a thing is."""


def by_hand(name: str, field: Field) -> Any:
    """A value that no service fills in; None for a field that is left as it is."""
    if field.server or name in _NOT_SET:
        return None
    simple = {
        Shape.INTEGER: 7,
        Shape.BOOLEAN: True,
        Shape.MAP: {"set": "by hand"},
        Shape.CHOICE: field.choices[1] if len(field.choices) > 1 else None,
        Shape.TEXT: _TEXTS.get(name),
    }
    return simple.get(field.shape)


def objects(value: Object, entity: str = "document") -> Iterator[tuple[str, Object]]:
    """Every object of a document that a table describes, with the name of its entity."""
    yield entity, value
    for key, item in value.items():
        field = field_of(entity, key)[1]
        held = cast("list[Any]", item if isinstance(item, list) else [item])
        for one in held:
            if field.object_type and isinstance(one, dict):
                yield from objects(cast("Object", one), field.object_type)


def set_by_hand(root: Object) -> None:
    """Sets every field that can be set to a value that no service fills in, in a strategy of each node too."""
    for entity, one in list(objects(root)):
        if entity in {"workflow", "node"}:
            one.setdefault("strategy", {})
    for entity, one in objects(root):
        for name, field in OBJECT_TYPES[entity].fields.items():
            value = by_hand(name, field)
            if value is not None:
                one[name] = value


def said_by_hand(root: Object) -> Counter[tuple[str, str]]:
    """How often each field has a value that was set by hand."""
    return Counter(
        (entity, name)
        for entity, one in objects(root)
        for name, field in OBJECT_TYPES[entity].fields.items()
        if one.get(name) is not None and normal_value(one[name], field) == by_hand(name, field)
    )
