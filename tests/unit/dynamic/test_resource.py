"""What the resource sends, and where it stands: a monitor in place of the engine keeps the request."""

import inspect
import json
from importlib import resources
from typing import Any

import pulumi
import pytest
from google.protobuf import json_format
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from pulumi_resource_dataworks._names import OF_THE_DEPLOYMENT, OF_THE_DOCUMENT
from pulumi_resource_dataworks.dynamic import (
    FileResource,
    Function,
    Node,
    WorkflowDefinition,
    WorkflowDeployment,
    WorkflowRun,
)
from pulumi_resource_dataworks.dynamic._declared import Property
from pulumi_resource_dataworks.dynamic._resource_info import RESOURCE_INFO
from tests.support.documents import etl
from tests.support.objects import node_document

KIND = "pulumi-python:dynamic/dataworks:WorkflowDefinition"
STACK = "pulumi:pulumi:Stack"
UNKNOWN = pulumi.runtime.rpc.UNKNOWN


class Nothing(mocks.Mocks):
    """Pulumi's mocks, which are not asked: they leave an event loop behind with every resource."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError(args.name)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise NotImplementedError(args.token)


class Engine(mocks.MockMonitor):
    """Gives URNs as the engine does; what is registered comes back as it was sent.

    Attributes:
        requests: By name.
    """

    def __init__(self) -> None:
        super().__init__(Nothing())
        self.requests: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        self.requests[request.name] = request
        above = request.parent.split("::")[2] if request.parent else STACK
        kind = request.type if above == STACK else f"{above}${request.type}"
        urn = f"urn:pulumi:dev::shop::{kind}::{request.name}"
        return resource_pb2.RegisterResourceResponse(urn=urn, id=f"{request.name}-id", object=request.object)


@pytest.fixture(params=[True, False], ids=["preview", "up"])
async def engine(request: pytest.FixtureRequest) -> Engine:
    """Pulumi makes the stack's resource on the running loop."""
    found = Engine()
    pulumi.runtime.set_mocks(Nothing(), "shop", "dev", request.param, monitor=found)
    return found


async def sent(engine: Engine, resource: pulumi.CustomResource) -> dict[str, Any]:
    """The inputs of a resource once it is registered."""
    await resource.urn.future()
    found: dict[str, Any] = json_format.MessageToDict(engine.requests[resource.pulumi_resource_name].object)
    return found


@pytest.mark.parametrize("parents", [0, 1, 2])
async def test_the_urn_that_it_says_is_its_own(engine: Engine, parents: int) -> None:
    parent: pulumi.Resource | None = None
    for number in range(parents):
        options = pulumi.ResourceOptions(parent=parent)
        parent = pulumi.ComponentResource("shop:index:Part", f"p{number}", {}, options)
    resource = WorkflowDefinition("etl", pulumi.ResourceOptions(parent=parent), project_id=1, spec=etl())
    reported = (await sent(engine, resource))[RESOURCE_INFO]["urn"]
    assert reported == await resource.urn.future()
    assert reported == f"urn:pulumi:dev::shop::{'shop:index:Part$' * parents}{KIND}::etl"


async def test_a_component_may_hold_resources_that_use_each_other(engine: Engine) -> None:
    parent = pulumi.ComponentResource("shop:index:Part", "part")
    first = WorkflowDefinition("a", pulumi.ResourceOptions(parent=parent), project_id=1, spec=etl())
    document = etl(description=first.workflow_id)
    second = WorkflowDefinition("b", pulumi.ResourceOptions(parent=parent), project_id=1, spec=document)
    assert (await sent(engine, second))[RESOURCE_INFO]["urn"].endswith(f"shop:index:Part${KIND}::b")


async def test_the_stack_is_no_part_of_the_urn(engine: Engine) -> None:
    options = pulumi.ResourceOptions(parent=pulumi.runtime.get_root_resource())
    resource = WorkflowDefinition("etl", options, project_id=1, spec=etl())
    assert (await sent(engine, resource))[RESOURCE_INFO]["urn"] == f"urn:pulumi:dev::shop::{KIND}::etl"


async def test_a_kind_of_ones_own_has_other_ids(engine: Engine) -> None:
    class Daily(WorkflowDefinition):
        pass

    one = WorkflowDefinition("etl", project_id=1, spec=etl())
    reported = (await sent(engine, one))[RESOURCE_INFO]["urn"]
    assert (await sent(engine, Daily("etl", project_id=1, spec=etl())))[RESOURCE_INFO]["urn"] != reported


async def test_an_object_goes_as_text_with_its_nulls_and_numbers(engine: Engine) -> None:
    document = etl(timeout=None, priority=2**60)
    found = await sent(engine, WorkflowDefinition("etl", project_id=1, spec=document))
    assert json.loads(found["spec"]) == document
    assert found[RESOURCE_INFO]["isObject"] is True


@pytest.mark.parametrize("wrap", [str, pulumi.Output.from_input])
async def test_text_goes_as_it_is(engine: Engine, wrap: Any) -> None:
    found = await sent(engine, WorkflowDefinition("etl", project_id=1, spec=wrap("kind: x")))
    assert found["spec"] == "kind: x"
    assert found[RESOURCE_INFO]["isObject"] is False


async def test_known_outputs_in_an_object_are_text_too(engine: Engine) -> None:
    document = etl(description=pulumi.Output.from_input("known"), timeout=None)
    found = await sent(engine, WorkflowDefinition("etl", project_id=1, spec=document))
    assert json.loads(found["spec"]) == etl(description="known", timeout=None)


async def test_an_object_with_an_asset_is_left_to_check(engine: Engine) -> None:
    document = etl(description=pulumi.StringAsset("a"))
    found = await sent(engine, WorkflowDefinition("etl", project_id=1, spec=document))
    assert not isinstance(found["spec"], str)


async def test_options_go_along(engine: Engine) -> None:
    options = pulumi.ResourceOptions(
        ignore_changes=["spec.workflows[0].trigger"], custom_timeouts=pulumi.CustomTimeouts(create="2m")
    )
    resource = WorkflowDefinition("etl", options, project_id=1, spec=etl(), adopt=True)
    found = await sent(engine, resource)
    assert found[RESOURCE_INFO]["ignoreChanges"] == ["spec.workflows[0].trigger"]
    assert found[RESOURCE_INFO]["timeouts"] == {"create": 120.0}
    assert found["adopt"] is True
    assert "validateOnPreview" not in found


async def test_a_secret_document_makes_what_reveals_it_secret(engine: Engine) -> None:
    options = pulumi.ResourceOptions(additional_secret_outputs=["owner"])
    document = etl(description=pulumi.Output.secret("hush"))
    secret = WorkflowDefinition("secret", options, project_id=1, spec=document)
    plain = WorkflowDefinition("plain", options, project_id=1, spec=etl())
    assert (await sent(engine, secret))[RESOURCE_INFO]["secret"] is True
    assert (await sent(engine, plain))[RESOURCE_INFO]["secret"] is False
    assert list(engine.requests["plain"].additionalSecretOutputs) == ["owner"]
    assert {*engine.requests["secret"].additionalSecretOutputs} == {"owner"} | OF_THE_DOCUMENT - {"spec"}
    assert options.additional_secret_outputs == ["owner"]


async def test_while_something_is_unknown_an_object_stays_one(engine: Engine) -> None:
    if not pulumi.runtime.is_dry_run():
        return
    unknown = pulumi.Output.from_input("x").apply(lambda _: pulumi.UNKNOWN)
    document = etl(description=unknown)
    found = await sent(engine, WorkflowDefinition("etl", project_id=1, spec=document))
    assert found["spec"] == etl(description=UNKNOWN)


async def test_a_secret_parameter_is_reported(engine: Engine) -> None:
    day = pulumi.Output.from_input("2026-11-01")
    for name, password in (("secret", pulumi.Output.secret("p")), ("plain", pulumi.Output.from_input("p"))):
        run = WorkflowRun(
            name, project_id=1, workflow_id="2", business_dates=[day], parameters={"password": password}
        )
        found = await sent(engine, run)
        assert found[RESOURCE_INFO]["secret"] is (name == "secret")
        assert (found["businessDates"], "nodes" in found) == (["2026-11-01"], False)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("given", [{}, {"project_id": 1, "workflow_id": "2", "dates": []}])
def test_an_argument_that_is_missing_or_unknown_is_a_type_error(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"project_id|dates"):
        WorkflowRun("refill", **given)


async def test_a_secret_digest_makes_what_reveals_it_secret(engine: Engine) -> None:
    options = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(update="1h"))
    for name, digest in (("secret", pulumi.Output.secret("1:a")), ("plain", pulumi.Output.from_input("1:a"))):
        deployed = WorkflowDeployment(name, options, project_id=1, workflow_id="2", digest=digest)
        reported = (await sent(engine, deployed))[RESOURCE_INFO]
        assert reported["secret"] is (name == "secret")
        assert reported["timeouts"] == {"update": 3600.0}
        assert reported["urn"] == await deployed.urn.future()
    assert {*engine.requests["secret"].additionalSecretOutputs} == OF_THE_DEPLOYMENT - {"digest"}
    assert list(engine.requests["plain"].additionalSecretOutputs) == []


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (WorkflowDefinition, {"project_id": 1, "spec": etl()}),
        (WorkflowDeployment, {"project_id": 1, "workflow_id": "2", "digest": "1:a"}),
        (WorkflowRun, {"project_id": 1, "workflow_id": "2"}),
        (Node, {"project_id": 1, "spec": node_document()}),
        (Function, {"project_id": 1, "name": "mask"}),
        (FileResource, {"project_id": 1, "name": "m.py", "content": pulumi.StringAsset("x")}),
    ],
)
async def test_its_outputs_are_the_plugins(kind: Any, given: dict[str, Any]) -> None:
    text = resources.files("pulumi_resource_dataworks.plugin").joinpath("schema.json").read_text("utf-8")
    schema = json.loads(text)["resources"][f"dataworks:index:{kind.__name__}"]
    resource = kind("etl", **given)
    await resource.urn.future()
    seeded = {key for key in vars(resource) if not key.startswith("_")} - {"urn", "id"}
    assert seeded == schema["properties"].keys()
    assert len(schema["inputProperties"]) == len(inspect.signature(kind).parameters) - 2
    named = {name for owner in kind.__mro__ for name, one in vars(owner).items() if isinstance(one, Property)}
    assert {id(getattr(resource, name)) for name in named} == {id(vars(resource)[key]) for key in seeded}
