"""Nodes, file resources and functions outside of workflows, as the vendor's own client drives them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_dataworks_public20240518 import models  # type: ignore[import-untyped]
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import ClientException  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, Life

PROJECT = 10001
PLACES = {"Node": "nodes", "Resource": "fileResources", "Function": "functions"}
OWN: dict[str, dict[str, Any]] = {
    "Node": {"script": {"runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"}},
    "Resource": {"type": "python", "script": {"runtime": {"command": "ODPS_PYTHON"}}},
    "Function": {
        "type": "math",
        "className": "udf.Plus",
        "script": {"runtime": {"command": "ODPS_FUNCTION"}},
        "fileResources": [{"name": "udf.py"}],
    },
}


def spec(kind: str, path: str, version: str = "1.1.0", flow: Any = None, **over: Any) -> str:
    own = OWN[kind]
    name = path.rpartition("/")[2]
    body = {"name": name, **own, "script": {**own["script"], "path": path}, **over}
    rest = {} if flow is None else {"dependencies": flow}
    return json.dumps({"version": version, "kind": kind, "spec": {PLACES[kind]: [body], **rest}})


class Caller:
    """Calls the operations of one kind with the vendor's client; a body, or the code that refused."""

    def __init__(self, sdk: Client, kind: str) -> None:
        self._sdk, self.kind = sdk, kind

    def call(self, verb: str, **params: Any) -> Any:
        noun = f"{self.kind}s" if verb == "List" else self.kind
        if verb == "Create" and self.kind == "Node":
            params = {"scene": "DATAWORKS_PROJECT", **params}
        request = getattr(models, f"{verb}{noun}Request")(project_id=PROJECT, **params)
        return getattr(self._sdk, f"{verb}_{noun}".lower())(request).body

    def refusal(self, verb: str, **params: Any) -> str:
        with pytest.raises(ClientException) as error:
            self.call(verb, **params)
        return f"{error.value.code} {error.value.message}"

    def create(self, path: str, **over: Any) -> str:
        created: str = self.call("Create", spec=spec(self.kind, path, **over)).id
        return created

    def document(self, object_id: str) -> dict[str, Any]:
        read = getattr(self.call("Get", id=object_id), self.kind.lower())
        assert (read.id, read.project_id) == (object_id, PROJECT)
        document: dict[str, Any] = json.loads(read.spec)
        return document

    def body(self, object_id: str) -> dict[str, Any]:
        [body] = self.document(object_id)["spec"][PLACES[self.kind]]
        assert body["id"] == object_id
        found: dict[str, Any] = body
        return found

    def listed(self, **params: Any) -> list[Any]:
        paging = self.call("List", **params).paging_info
        found: list[Any] = getattr(paging, f"{self.kind}s".lower())
        assert int(paging.total_count) >= len(found)
        return found


@pytest.fixture(params=PLACES)
def caller(sdk: Client, request: pytest.FixtureRequest) -> Caller:
    return Caller(sdk, request.param)


@pytest.fixture
def nodes(sdk: Client) -> Caller:
    return Caller(sdk, "Node")


def test_a_whole_life(caller: Caller, emulator: Emulator) -> None:
    made = caller.create("sales/one", id="one")
    assert made != "one"
    assert len(made) == 19
    assert caller.document(made)["metadata"]["uuid"] == made
    before = caller.body(made)
    assert (before["name"], before["script"]["path"]) == ("one", "sales/one")
    [item] = caller.listed(name="on")
    assert (item.id, item.name, item.script.path) == (made, "one", "sales/one")
    assert item.script.runtime.command == OWN[caller.kind]["script"]["runtime"]["command"]
    assert (item.owner, item.project_id) == (emulator.account.uid, PROJECT)
    assert caller.listed(name="two") == []

    more = {"id": made, "script": {"content": "x"}}
    partly = {"version": "1.1.0", "kind": caller.kind, "spec": {PLACES[caller.kind]: [more]}}
    assert caller.call("Update", id=made, spec=json.dumps(partly)).success
    assert caller.body(made) == {**before, "script": {**before["script"], "content": "x"}}

    assert caller.call("Rename", id=made, name="two").success
    assert caller.call("Move", id=made, path="root/folder/").success
    after = caller.body(made)
    assert (after["name"], after["script"]["path"]) == ("two", "root/folder/two")

    assert caller.call("Delete", id=made).success
    assert caller.listed() == []
    for verb, params in {"Get": {}, "Delete": {}, "Rename": {"name": "x"}, "Move": {"path": "x"}}.items():
        assert caller.refusal(verb, id=made, **params).startswith("Emulator.UnknownCode")


def test_a_document_of_something_else(caller: Caller) -> None:
    other = next(kind for kind in PLACES if kind != caller.kind)
    assert "spec kind and request not match" in caller.refusal("Create", spec=spec(other, "a"))
    assert caller.refusal("Create", spec="{").startswith("58014884415")
    empty = json.dumps({"version": "1.1.0", "kind": caller.kind, "spec": {}})
    assert caller.refusal("Create", spec=empty).startswith("58014884415")
    assert "script.path is empty" in caller.refusal("Create", spec=spec(caller.kind, "a", script={}))
    made = caller.create("a")
    changed = {"script": {"runtime": {"command": "SHELL"}}}
    partly = {"version": "1.1.0", "kind": caller.kind, "spec": {PLACES[caller.kind]: [changed]}}
    assert "command of a node cannot be changed" in caller.refusal("Update", id=made, spec=json.dumps(partly))


@pytest.mark.parametrize(
    ("setting", "in_folder", "elsewhere"),
    [("refused", True, True), ("refused_in_folder", True, False), ("accepted", False, False)],
)
def test_a_taken_name(
    caller: Caller, emulator: Emulator, setting: str, in_folder: bool, elsewhere: bool
) -> None:
    emulator.switch(taken_name=setting)
    caller.create("folder/one")
    for path, is_refused in {"folder/one": in_folder, "other/one": elsewhere}.items():
        if is_refused:
            words = f"{caller.kind} with the same name already exists in the project"
            assert words in caller.refusal("Create", spec=spec(caller.kind, path))
        else:
            caller.create(path)


def test_the_id_that_a_create_names(caller: Caller, emulator: Emulator) -> None:
    wanted = "5000000000000000007"
    assert caller.create("one", id=wanted) != wanted
    emulator.switch(object_ids="kept")
    assert caller.create("two", id=wanted) == wanted
    assert "already exists" in caller.refusal("Create", spec=spec(caller.kind, "three", id=wanted))
    assert caller.create("four", id="four").isdigit()


@pytest.mark.parametrize("setting", ["clears", "ignored"])
def test_a_null_in_an_update(caller: Caller, emulator: Emulator, setting: str) -> None:
    emulator.switch(null_in_update=setting)
    datasource = {"name": "lake", "type": "odps", "config": "x"}
    made = caller.create("one", datasource=datasource)
    changes = {"datasource": {"name": "sea", "config": None}}
    partly = {"version": "1.1.0", "kind": caller.kind, "spec": {PLACES[caller.kind]: [changes]}}
    caller.call("Update", id=made, spec=json.dumps(partly))
    left = {**datasource, "name": "sea"}
    if setting == "clears":
        del left["config"]
    assert caller.body(made)["datasource"] == left


def test_reads_and_deletes_meet_the_same_service_as_workflows(caller: Caller, emulator: Emulator) -> None:
    made = caller.create("one")
    emulator.switch(not_found_empty=True)
    assert getattr(caller.call("Get", id="7"), caller.kind.lower()) is None
    assert caller.call("Delete", id="7").success is False
    emulator.switch(stale_reads=60)
    assert getattr(caller.call("Get", id=made), caller.kind.lower()) is None
    assert caller.listed() == []
    emulator.clock.advance(61)
    assert [one.id for one in caller.listed()] == [made]
    emulator.switch(stale_reads=0, published_delete="success_false")
    emulator.publish(made)
    assert caller.call("Delete", id=made).success is False
    emulator.switch(published_delete="refused")
    assert "is published" in caller.refusal("Delete", id=made)
    emulator.publish(made, published=False)
    assert caller.call("Delete", id=made).success


def test_what_speaks_against_a_change(caller: Caller, sdk: Client, emulator: Emulator) -> None:
    made = caller.create("one")
    read = models.GetWorkflowDefinitionRequest(project_id=PROJECT, id=made)
    with pytest.raises(ClientException):  # it is no workflow
        sdk.get_workflow_definition(read)
    emulator.switch(locked_workflow="refused", spec_limit=1000)
    emulator.lock(made)
    assert "is locked" in caller.refusal("Rename", id=made, name="two")
    emulator.lock(made, locked=False)
    assert caller.call("Rename", id=made, name="two").success
    long = spec(caller.kind, "x" * 1000)
    assert "longer than 1000 bytes" in caller.refusal("Update", id=made, spec=long)
    emulator.switch(other_owner="job_fails", spec_limit=None)
    if caller.kind == "Node":
        for scene in ("DATAWORKS_MANUAL_WORKFLOW", "elsewhere"):
            assert "InvalidScene" in caller.refusal("Create", spec=spec("Node", "a"), scene=scene)
        assert "is not the caller" in caller.refusal("Create", spec=spec("Node", "a", owner="1"))


def test_what_a_node_depends_on(nodes: Caller, emulator: Emulator) -> None:
    flow = [{"nodeId": "one", "depends": [{"type": "Normal", "output": "emulated_workspace_root"}]}]
    made = nodes.create("one", flow=flow, version="2.0.0")
    wired = [{**flow[0], "nodeId": made}]
    assert nodes.document(made)["spec"]["dependencies"] == wired
    nodes.call("Update", id=made, spec=spec("Node", "one"))
    assert nodes.document(made)["spec"]["flow"] == wired
    emulator.switch(node_dependencies="dropped_at_create")
    flow[0]["nodeId"] = "two"
    second = nodes.create("two", flow=flow)
    assert "flow" not in nodes.document(second)["spec"]
    nodes.call("Update", id=second, spec=spec("Node", "two", flow=flow))
    assert nodes.document(second)["spec"]["flow"] == [{**flow[0], "nodeId": second}]


def test_a_node_in_a_workflow(nodes: Caller, sdk: Client, emulator: Emulator) -> None:
    emulator.set_job_life(Life("immediate"))
    flow = {"name": "flow", "script": {"path": "folder/flow", "runtime": {"command": "WORKFLOW"}}}
    text = json.dumps({"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"workflows": [flow]}})
    request = models.ImportWorkflowDefinitionRequest(project_id=PROJECT, spec=text)
    workflow = sdk.import_workflow_definition(request).body.async_job.response
    inside = nodes.call("Create", spec=spec("Node", "elsewhere/one"), container_id=workflow).id
    outside = nodes.create("two")
    assert [one.id for one in nodes.listed(container_id=workflow)] == [inside]
    assert {one.id for one in nodes.listed()} == {inside, outside}
    [stored] = emulator.workflows()
    assert stored.nodes[inside]["script"]["path"] == "folder/flow/one"
    document = nodes.document(inside)
    assert document["kind"] == "CycleWorkflow"
    nodes.call("Update", id=inside, spec=spec("Node", "folder/flow/one", recurrence="Pause"))
    assert emulator.workflows()[0].nodes[inside]["recurrence"] == "Pause"
    nodes.call("Delete", id=inside)
    assert emulator.workflows()[0].nodes == {}
    assert nodes.refusal("Create", spec=spec("Node", "x"), container_id="7").startswith("Emulator.Unknown")


def test_a_file_that_is_used(sdk: Client, emulator: Emulator) -> None:
    files, functions = Caller(sdk, "Resource"), Caller(sdk, "Function")
    emulator.switch(delete_in_use="refused")
    made, user = files.create("udf.py"), functions.create("plus")
    assert functions.listed()[0].file_resource == "udf.py"
    assert "is used by plus" in files.refusal("Delete", id=made)
    functions.call("Delete", id=user)
    assert files.call("Delete", id=made).success


def test_any_of_them_is_deployed(caller: Caller, sdk: Client, emulator: Emulator) -> None:
    made = caller.create("one")
    emulator.set_stage_life(Life("immediate"))
    for kind in ("Online", "Offline"):
        request = models.CreatePipelineRunRequest(
            project_id=PROJECT,
            type=kind,
            object_ids=[made],
            run_mode="Auto",
            auto_run_until_stage="PROD",
        )
        run = sdk.create_pipeline_run(request).body.id
        get = models.GetPipelineRunRequest(project_id=PROJECT, id=run)
        assert sdk.get_pipeline_run(get).body.pipeline.status == "Success"
        items = models.ListPipelineRunItemsRequest(project_id=PROJECT, pipeline_run_id=run)
        [item] = sdk.list_pipeline_run_items(items).body.paging_info.pipeline_run_items
        assert (item.id, item.name, item.type) == (made, "one", caller.kind)
        tasks = sdk.list_tasks(models.ListTasksRequest(project_id=PROJECT)).body.paging_info.tasks
        in_production = kind == "Online"
        assert (emulator.production(made) is not None) == in_production
        assert [task.name for task in tasks] == ["one"] * (in_production and caller.kind == "Node")
        if tasks:
            read = sdk.get_node(models.GetNodeRequest(project_id=PROJECT, id=made)).body.node
            assert (read.task_id, tasks[0].workflow_id) == (tasks[0].id, 1)
    assert caller.call("Delete", id=made).success


def test_a_node_is_run_for_a_business_date(nodes: Caller, sdk: Client, emulator: Emulator) -> None:
    first = nodes.create("one")
    flow = [{"nodeId": "two", "depends": [{"type": "Normal", "output": first}]}]
    for made in (first, nodes.create("two", flow=flow)):
        emulator.deploy(made)
    tasks = sdk.list_tasks(models.ListTasksRequest(project_id=PROJECT)).body.paging_info.tasks
    properties = {
        "Mode": "ManualSelection",
        "Parallelism": 1,
        "Analysis": {"Enabled": False},
        "RootTaskIds": [task.id for task in tasks],
    }
    dates = [{"StartBizDate": "2026-11-01", "EndBizDate": "2026-11-01"}]
    request = models.CreateWorkflowInstancesRequest().from_map(
        {
            "ProjectId": PROJECT,
            "Name": "again",
            "Type": "SupplementData",
            "WorkflowId": 1,
            "Periods": {"BizDates": dates},
            "DefaultRunProperties": properties,
        }
    )
    assert sdk.create_workflow_instances(request).body.operation_id
    [instance] = emulator.scheduler.instances.values()
    begins = {task.name: task.begins for task in instance.tasks}
    assert begins["two"] == (begins["one"] or 0) + emulator.scheduler.life.seconds


def test_a_colleague_changes_and_removes(caller: Caller, emulator: Emulator) -> None:
    made = caller.create("one")
    document = caller.document(made)
    document["spec"][PLACES[caller.kind]][0]["name"] = "other"
    emulator.edit(made, document)
    assert caller.body(made)["name"] == "other"
    emulator.edit_node("other", "other", "script.content", "y")
    assert caller.body(made)["script"]["content"] == "y"
    emulator.switch(read_back_noise="worst")
    assert json.loads(json.dumps(caller.document(made))) != document
    emulator.remove(made)
    assert emulator.objects() == []


def test_lists_have_filters(sdk: Client) -> None:
    files = Caller(sdk, "Resource")
    made = files.create("a.py")
    files.create("b.jar", type="jar")
    [listed] = files.listed(type="Python")
    assert (listed.id, listed.type, listed.source_type) == (made, "Python", "Local")
    assert (listed.data_source.name, listed.data_source.type) == ("odps_first", "odps")
    assert files.listed(owner="1") == []
    nodes = Caller(sdk, "Node")
    manual = nodes.call("Create", spec=spec("Node", "m"), scene="DATAWORKS_MANUAL_TASK").id
    nodes.create("p", recurrence="Pause")
    assert [one.id for one in nodes.listed(scene="DataworksManualTask")] == [manual]
    assert [one.name for one in nodes.listed(scene="DATAWORKS_PROJECT")] == []
    assert [one.name for one in nodes.listed(scene="DataworksProject")] == ["p"]
    assert [one.name for one in nodes.listed(recurrence="Pause")] == ["p"]
    assert nodes.body(manual)["trigger"]["type"] == "Manual"
    [function] = [Caller(sdk, "Function").create("f")]
    assert [one.id for one in Caller(sdk, "Function").listed(type="Math")] == [function]


@pytest.mark.parametrize("setting", ["clears", "ignored"])
def test_dependencies_are_taken_away(nodes: Caller, emulator: Emulator, setting: str) -> None:
    emulator.switch(null_in_update=setting)
    flow = [{"nodeId": "one", "depends": [{"type": "Normal", "output": "root"}]}]
    made = nodes.create("one", flow=flow)
    nodes.call("Update", id=made, spec=spec("Node", "one", flow=[]))
    assert ("flow" in nodes.document(made)["spec"]) == (setting == "ignored")
    nodes.call("Update", id=made, spec=spec("Node", "one", flow=flow))
    nodes.call("Update", id=made, spec=spec("Node", "one", flow=[{"nodeId": "one", "depends": []}]))
    assert "flow" not in nodes.document(made)["spec"]
