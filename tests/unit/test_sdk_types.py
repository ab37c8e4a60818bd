"""Typed documents of a Python program: what the engine is handed has the names of FlowSpec."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pulumi_dataworks as dataworks
import pytest
from pulumi_dataworks import flowspec

from pulumi_resource_dataworks.flowspec import read, validate


class Recorder(pulumi.runtime.Mocks):
    """An engine that remembers what it is handed."""

    def __init__(self) -> None:
        self.inputs: dict[str, Any] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.inputs = args.inputs
        return "10001/1", {}

    def call(self, _: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        return {}, None


def of_classes() -> dataworks.FlowSpecArgs:
    script = flowspec.ScriptArgs(runtime=flowspec.RuntimeArgs(command="ODPS_SQL"), content="SELECT 1;")
    inner = flowspec.NodeArgs(name="x", script=script)
    assertion = flowspec.AssertionArgs(field="status", in_=[1, "2"])
    join = flowspec.JoinArgs(branches=[flowspec.JoinBranchArgs(name="a", assertion=assertion)])
    nodes = [
        flowspec.NodeArgs(
            name="again",
            script=script,
            rerun_mode=flowspec.RerunMode.FAILURE_ALLOWED,
            rerun_times=3,
            do_while=flowspec.DoWhileArgs(nodes=[inner], while_=inner, max_iterations=5),
        ),
        flowspec.NodeArgs(
            name="each", script=script, for_each=flowspec.ForEachArgs(nodes=[inner]), join=join
        ),
    ]
    depends = [flowspec.DependArgs(type=flowspec.DependencyType.NORMAL, node_id="again")]
    workflow = flowspec.WorkflowArgs(
        name="daily_orders",
        trigger=flowspec.TriggerArgs(type=flowspec.TriggerType.SCHEDULER, cron="00 03 00 * * ?"),
        nodes=nodes,
        dependencies=[flowspec.DependencyArgs(node_id="each", depends=depends)],
    )
    return dataworks.FlowSpecArgs(
        kind=flowspec.Kind.CYCLE_WORKFLOW, spec=flowspec.SpecArgs(workflows=[workflow])
    )


def of_dictionaries() -> dataworks.FlowSpecArgsDict:
    script: flowspec.ScriptArgsDict = {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"}
    inner: flowspec.NodeArgsDict = {"name": "x", "script": script}
    again: flowspec.NodeArgsDict = {
        "name": "again",
        "script": script,
        "rerun_mode": flowspec.RerunMode.FAILURE_ALLOWED,
        "rerun_times": 3,
        "do_while": {"nodes": [inner], "while_": inner, "max_iterations": 5},
    }
    each: flowspec.NodeArgsDict = {
        "name": "each",
        "script": script,
        "for_each": {"nodes": [inner]},
        "join": {"branches": [{"name": "a", "assertion": {"field": "status", "in_": [1, "2"]}}]},
    }
    depends: list[flowspec.DependArgsDict] = [{"type": flowspec.DependencyType.NORMAL, "node_id": "again"}]
    workflow: flowspec.WorkflowArgsDict = {
        "name": "daily_orders",
        "trigger": {"type": flowspec.TriggerType.SCHEDULER, "cron": "00 03 00 * * ?"},
        "nodes": [again, each],
        "dependencies": [{"node_id": "each", "depends": depends}],
    }
    return {"kind": flowspec.Kind.CYCLE_WORKFLOW, "spec": {"workflows": [workflow]}}


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A loop for Pulumi's runtime, which takes the thread's, makes others and closes none."""
    made, make = list[asyncio.AbstractEventLoop](), asyncio.new_event_loop

    def make_one() -> asyncio.AbstractEventLoop:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", make_one)
    asyncio.set_event_loop(make_one())
    yield
    asyncio.set_event_loop(None)
    for loop in made:
        loop.close()


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("document", [of_classes, of_dictionaries])
def test_a_typed_document_arrives_as_flowspec(
    document: Callable[[], dataworks.FlowSpecArgs | dataworks.FlowSpecArgsDict],
) -> None:
    engine = Recorder()
    pulumi.runtime.set_mocks(engine)

    def program() -> None:
        dataworks.WorkflowDefinition("orders", project_id=10001, spec=document())

    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    [workflow] = engine.inputs["spec"]["spec"]["workflows"]
    again, each = workflow["nodes"]
    assert again["doWhile"]["while"]["name"] == "x"
    assert (again["rerunMode"], again["rerunTimes"]) == ("FailureAllowed", 3)
    assert each["forEach"]["nodes"][0]["script"]["runtime"] == {"command": "ODPS_SQL"}
    assert each["join"]["branches"][0]["assertion"] == {"field": "status", "in": [1, "2"]}
    assert workflow["dependencies"] == [
        {"nodeId": "each", "depends": [{"type": "Normal", "nodeId": "again"}]}
    ]
    assert all(problem.severity == "warning" for problem in validate(read(engine.inputs["spec"])))
