"""What the program declares, on Pulumi's mocks: no engine, no provider, no service."""

import asyncio

import payments
import pulumi
import pytest

PROJECT = "dataworks-unit-test"


class Mocks(pulumi.runtime.Mocks):
    """An engine that makes nothing, and remembers what it was to make."""

    def __init__(self) -> None:
        self.inputs = {}

    def new_resource(self, args):
        self.inputs[args.name] = args.inputs
        # Not args.inputs with more: as an output, `spec` is text.
        return f"{args.name}-id", {"workflowId": "7234567890123456789"}

    def call(self, args):
        return {}


@pytest.fixture
def declared():
    """The inputs of every resource of the program, by name."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks = Mocks()
    pulumi.runtime.set_all_config({f"{PROJECT}:projectId": "10001"})
    pulumi.runtime.set_mocks(mocks, project=PROJECT)
    pulumi.runtime.test(payments.declare)()
    yield mocks.inputs
    loop.close()


def test_it_is_the_workspace_of_the_configuration(declared):
    assert declared["late-payments"]["projectId"] == 10001


def test_every_node_reads_the_days_partition(declared):
    [workflow] = declared["late-payments"]["spec"]["spec"]["workflows"]
    for node in workflow["nodes"]:
        assert "${bizdate}" in node["script"]["content"], node["name"]
        assert [parameter["name"] for parameter in node["script"]["parameters"]] == ["bizdate"]


def test_late_payments_wait_for_the_payments(declared):
    [workflow] = declared["late-payments"]["spec"]["spec"]["workflows"]
    assert workflow["dependencies"] == [
        {"nodeId": "late_payments", "depends": [{"nodeId": "clean_payments"}]}
    ]
