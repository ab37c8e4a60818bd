"""Calls of every RPC with what no program should say: `make fuzz-plugin`.

Each input is a batch of calls of every RPC, in any order: requests of a real life in which something is removed, doubled or
something else. Inputs go through Check first, as the engine sees to it, and a state is one that the provider has written. Each
call ends in an answer that can go on the wire and into a state, or in an error for people; none crashes, hangs, has a defect or
shows a key.
"""

from __future__ import annotations

import random
import sys
from contextlib import suppress
from typing import Any

from google.protobuf import empty_pb2, json_format, struct_pb2
from google.protobuf.message import DecodeError
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from tests.fuzz.campaign import campaign
from tests.fuzz.engine import KEYS, Engine, Refused, Resource, on_clock
from tests.fuzz.mutate import TEXTS, mutated, sent
from tests.support.deployments import PROJECT, Deploying
from tests.support.documents import etl
from tests.support.wire_values import UNKNOWN, secret, struct

BATCH = 10
CALLS = 20_000
"""Of each RPC: how many in a batch, and in all."""
REQUESTS: dict[str, type[Any]] = {
    "Handshake": provider_pb2.ProviderHandshakeRequest,
    "Attach": plugin_pb2.PluginAttach,
    "GetPluginInfo": empty_pb2.Empty,
    "GetSchema": provider_pb2.GetSchemaRequest,
    "Cancel": empty_pb2.Empty,
    "CheckConfig": provider_pb2.CheckRequest,
    "DiffConfig": provider_pb2.DiffRequest,
    "Configure": provider_pb2.ConfigureRequest,
    "Check": provider_pb2.CheckRequest,
    "Diff": provider_pb2.DiffRequest,
    "Create": provider_pb2.CreateRequest,
    "Read": provider_pb2.ReadRequest,
    "Update": provider_pb2.UpdateRequest,
    "Delete": provider_pb2.DeleteRequest,
    "Invoke": provider_pb2.InvokeRequest,
    "List": provider_pb2.ListRequest,
}
CHECKED = {"Create": ("properties",), "Diff": ("news",), "Update": ("news",)}
"""The inputs that Check has passed before."""
SETTINGS: dict[str, Any] = {
    "region": "cn-shanghai",
    "callsPerSecond": "5",
    "strict": "true",
    "endpoint": "http://127.0.0.1:9",
    "secretKey": secret(KEYS["secretKey"]),
    "assumeRole": '{"roleArn": "acs:ram::1:role/x"}',
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "getProject": {"name": "x"},
    "getResourceGroup": {"projectId": PROJECT, "name": "x", "names": ["x"]},
    "getWorkflowDefinition": {"projectId": PROJECT, "path": "daily_orders"},
    "listWorkflowDefinitions": {"projectId": PROJECT},
}
QUERY: dict[str, Any] = {"projectId": PROJECT, "kind": "CycleWorkflow", "name": "*", "pathPrefix": "d"}


async def batch(chance: random.Random) -> str:
    """Calls of every RPC."""
    names = [*REQUESTS] * BATCH
    chance.shuffle(names)
    world = Deploying()
    with on_clock(world.clock):
        engine = Engine(world)
        await engine.configure()
        workflow = Resource(engine, "WorkflowDefinition", "etl")
        live = Resource(engine, "WorkflowDeployment", "live")
        await workflow.up({"projectId": PROJECT, "spec": etl()})
        outputs = workflow.outputs.fields
        asked = {key: outputs[key].string_value for key in ("workflowId", "digest")}
        await live.up({"projectId": PROJECT, **asked})
        for name in names:
            resource = chance.choice((workflow, live))
            request = _malformed(name, chance, resource)
            with suppress(Refused, DecodeError):
                for field in CHECKED.get(name, ()):
                    news = getattr(request, field)
                    about: dict[str, Any] = {
                        "urn": resource.urn,
                        "type": resource.type,
                        "olds": resource.inputs,
                    }
                    checked = await engine.call("Check", provider_pb2.CheckRequest(news=news, **about))
                    if checked.failures:
                        raise Refused("", None)
                    news.CopyFrom(checked.inputs)
                    if name != "Diff" and UNKNOWN in str(news):
                        request.preview = True
                await engine.call(name, REQUESTS[name].FromString(request.SerializeToString()))
            if name in ("Configure", "Cancel"):
                engine.servicer.cancelled.clear()
                await engine.configure()
    return f"batch of {BATCH} calls of each RPC"


def _malformed(name: str, chance: random.Random, resource: Resource) -> Any:
    request = REQUESTS[name]()
    for field in request.DESCRIPTOR.fields:
        if field.message_type is not None and field.message_type.full_name == "google.protobuf.Struct":
            getattr(request, field.name).CopyFrom(_values(name, field.name, chance, resource))
        elif field.label == field.LABEL_REPEATED:
            if field.type == field.TYPE_STRING:
                getattr(request, field.name).extend(
                    chance.choices(["spec", "digest", "spec.spec", *TEXTS], k=chance.randrange(3))
                )
        elif field.type == field.TYPE_STRING:
            setattr(request, field.name, _text(field.name, chance, resource))
        elif field.type == field.TYPE_BOOL:
            setattr(request, field.name, chance.random() < 0.5)
        elif field.type == field.TYPE_INT64:
            setattr(request, field.name, chance.choice((0, 1, -1, 2**63 - 1)))
        elif field.type == field.TYPE_DOUBLE:
            setattr(request, field.name, chance.choice((0.0, 1.0, -1.0, 1e300, float("inf"), float("nan"))))
    return request


def _text(field: str, chance: random.Random, resource: Resource) -> str:
    known = {"id": resource.id, "urn": resource.urn, "type": resource.type}
    known["token"] = resource.type
    known["tok"] = f"dataworks:index:{chance.choice(list(ARGUMENTS))}"
    return known[field] if field in known and chance.random() < 0.9 else chance.choice(TEXTS)


def _values(name: str, field: str, chance: random.Random, resource: Resource) -> struct_pb2.Struct:
    if name in ("CheckConfig", "DiffConfig", "Configure"):
        seed: dict[str, Any] = SETTINGS
    elif name == "Invoke":
        seed = chance.choice(list(ARGUMENTS.values()))
    elif name == "List":
        seed = QUERY
    elif (name != "Check" and field == "olds") or (field == "properties" and name != "Create"):
        return resource.outputs
    elif field != "news" and name != "Create":
        return resource.inputs
    else:
        seed = json_format.MessageToDict(resource.inputs)
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        found = mutated(seed, chance, sent)
        seed = found if isinstance(found, dict) else seed
    return struct(seed)


if __name__ == "__main__":
    sys.exit(campaign(__doc__, CALLS // BATCH, batch))
