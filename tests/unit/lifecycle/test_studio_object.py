"""Corners of the life of a node, a function and a file that the engine's tests do not come to."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Fault
from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Asset,
    Change,
    HalfDoneError,
    LifecycleError,
    RefusedError,
    is_secret,
    nothing_lost,
    secret,
)
from pulumi_resource_dataworks.openapi import _uploads
from tests.support.deployments import PROJECT, WORKFLOW, State, document
from tests.support.messages import Messages
from tests.support.objects import SCRIPT, Studio, file, function, node_document

MANUAL, IN_MANUAL = "DATAWORKS_MANUAL_TASK", "DATAWORKS_MANUAL_WORKFLOW"


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is noted of creates is of this test alone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


async def imported(run: Studio, object_id: str) -> State:
    resource_id = f"{PROJECT}/{object_id}"
    found = await run.steps.read(run.context(run.urn), resource_id, {}, {})
    assert found is not None
    return resource_id, *found


async def test_a_scene_is_found_at_an_import_and_another_one_is_a_replacement() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document(), scene=MANUAL)
    assert state[2]["scene"] == MANUAL
    read = await imported(run, state[2]["nodeId"])
    assert read[1]["scene"] == MANUAL
    news = run.news(read[1], spec=read[1]["spec"])
    assert run.steps.diff(run.urn, Change(*read, news)).replaces == ["scene"]
    assert run.steps.diff(run.urn, Change(*read, {**news, "scene": MANUAL})).changes == {}


async def test_a_node_that_people_renamed_and_moved_gets_its_place_back() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.edit(name="theirs", script={**SCRIPT, "path": "else/where/theirs"})
    drifted = await run.refreshed(state)
    assert drifted is not None
    assert drifted[1]["spec"]["spec"]["nodes"][0]["name"] == "theirs"
    run.next_run()
    again = await run.up(drifted, spec=node_document())
    assert (run.held()[0]["name"], run.held()[0]["script"]["path"]) == ("vacuum", "care/vacuum")
    assert again[2]["nodeId"] == state[2]["nodeId"]
    assert again[2]["output"] == state[2]["output"]


async def test_one_that_is_gone_is_made_again_and_never_over_somebody_elses() -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function())
    run.next_run()
    await run.gone(state)
    theirs = Studio(run.clock, run.emulator, resource="Function")
    await theirs.up(None, **function(className="theirs.Mask"))
    run.next_run()
    with pytest.raises(RefusedError, match="is not this resource's"):
        await run.up(state, **function(className="masking.Other"))
    [held] = run.held()
    assert held["className"] == "theirs.Mask"
    theirs.next_run()
    await theirs.gone(
        (f"{PROJECT}/{held['id']}", {}, {"projectId": PROJECT, **function(), "functionId": held["id"]})
    )
    run.next_run()
    again = await run.up(state, **function(className="masking.Other"))
    assert again[2]["functionId"] == run.held()[0]["id"] != state[2]["functionId"]


async def test_an_outputs_preview_is_what_up_gives() -> None:
    run = Studio()
    news = run.news(spec=node_document())
    _, foreseen = await run.steps.create(run.context(run.urn, preview=True), news)
    run.next_run()
    state = await run.up(None, spec=node_document())
    assert (foreseen["output"], foreseen["digest"]) == (state[2]["output"], state[2]["digest"])
    other = node_document(outputs={"nodeOutputs": [{"data": "shop.vacuum", "artifactType": "NodeOutput"}]})
    news = run.news(state[1], spec=other)
    foreseen = await run.steps.update(run.context(run.urn, preview=True), Change(*state, news))
    assert foreseen["output"] == "shop.vacuum"
    assert (await run.up(state, spec=other))[2]["output"] == "shop.vacuum"


async def test_what_is_not_known_is_not_guessed() -> None:
    run = Studio(resource="Function")
    news = run.news(**function(fileResources=[UNKNOWN]))
    _, foreseen = await run.steps.create(run.context(run.urn, preview=True), news)
    assert (foreseen["functionId"], foreseen["digest"]) == (UNKNOWN, UNKNOWN)
    assert foreseen["className"] == "masking.Mask"
    assert run.emulator.calls == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            file(content=Asset("an asset", "ab", path="x"), contentUrl=None, spec="kind: Resource"),
            "name: spec is given too, and its document says it. Give spec, or name, path",
        ),
        (file(contentUrl=None, content=Asset("an asset", uri="https://a.example")), "as contentUrl"),
        (file(path=""), "path has to be text"),
        (file(classname="x"), '"classname" is not an input of a file resource'),
    ],
)
def test_what_is_wrong_with_the_inputs_is_said(given: dict[str, Any], words: str) -> None:
    found = Studio(resource="FileResource").steps.check("urn", {"projectId": PROJECT, **given}, None)
    assert any(words in failure for failure in found.failures), found.failures


NO_DOWNLOADS = [
    "masking.py",
    "./udf/masking.py",
    "/home/me/masking.py",
    "C:\\udf\\masking.py",
    "file:///home/me/masking.py",
    "oss://hunter2/masking.py",
    "bucket.oss-cn-shanghai.aliyuncs.com/masking.py",
    "https:///masking.py",
    "https://[hunter2/masking.py",
    "https://bucket.example/masking.py\n",
    "https://bucket.example/hunter2 masking.py",
    "ftp://hunter2@bucket.example/masking.py",
]


def test_what_is_no_download_url_is_refused_and_not_quoted(messages: Messages) -> None:
    run = Studio(resource="FileResource")
    given = [{"projectId": PROJECT, **file(contentUrl=secret(address))} for address in NO_DOWNLOADS]
    said = [failure for inputs in given for failure in run.steps.check("urn", inputs, None).failures]
    assert said == [said[0]] * len(NO_DOWNLOADS)
    messages(said[0])


@pytest.mark.parametrize(
    "address",
    [
        UNKNOWN,
        "http://bucketname1.oss-cn-shanghai.aliyuncs.com/example",
        "HTTPS://files.example:8443/a%20b.jar?Expires=1&Signature=a%2Fb%3D#x",
        "http://[::1]:80/a.jar",
    ],
)
def test_any_url_that_the_service_may_take_passes(address: Any) -> None:
    found = Studio(resource="FileResource").steps.check(
        "urn", {"projectId": PROJECT, **file(contentUrl=address)}, None
    )
    assert (found.failures, found.warnings) == ([], [])


def test_an_internal_host_of_oss_is_a_warning(messages: Messages) -> None:
    address = "https://b.oss-cn-shanghai-internal.aliyuncs.com/masking.py?Signature=hunter2"
    found = Studio(resource="FileResource").steps.check(
        "urn", {"projectId": PROJECT, **file(contentUrl=address)}, None
    )
    assert found.failures == []
    messages(*found.warnings)


def test_two_resources_at_one_place_are_refused() -> None:
    run = Studio()
    run.news(spec=node_document())
    found = run.steps.check("urn:other", {"projectId": PROJECT, "spec": node_document()}, None)
    assert "the path care/vacuum of project 10001 is declared by" in found.failures[0]


NAMES = {"Node": "vacuum", "Function": "mask", "FileResource": "masking.py"}


def given(resource: str) -> dict[str, Any]:
    return {"Node": {"spec": node_document()}, "Function": function(), "FileResource": file()}[resource]


@pytest.mark.parametrize("resource", NAMES)
async def test_each_is_imported_read_adopted_and_deleted(resource: str) -> None:
    run = Studio(resource=resource)
    state = await run.up(None, **given(resource))
    own = state[2][run.steps.kind.id_output]
    read = await imported(run, own)
    assert "id" not in run.steps.kind.form.object_of(read[1]["spec"])
    again = await run.refreshed(read)
    assert again is not None
    assert again[1] == read[1]
    run.next_run()
    news = run.news(read[1], spec=read[1]["spec"])
    assert run.steps.diff(run.urn, Change(*read, news)).changes == {}

    stateless = run.context(run.urn, stateless=True)
    with pytest.raises(RefusedError, match="upsert"):
        await run.up(None, stateless, **given(resource))
    run.next_run()
    taken = await run.up(None, run.context(run.urn, stateless=True), adopt=True, **given(resource))
    assert taken[2][run.steps.kind.id_output] == own
    run.next_run()
    await run.gone(taken)
    assert run.held() == []
    await run.gone(taken)
    assert await run.refreshed(taken) is None


async def test_a_document_as_text_is_the_same_and_what_is_ignored_stays() -> None:
    run = Studio()
    state = await run.up(None, spec=json.dumps(node_document()))
    run.next_run()
    assert (await run.up(state, spec=node_document()))[2] == state[2]
    other = json.dumps(node_document(script={**SCRIPT, "content": "SELECT 9;"}))
    news = run.news(state[1], spec=other)
    path = "spec.spec.nodes[0].script.content"
    assert run.steps.diff(run.urn, Change(*state, news, [path])).changes == {}
    assert run.steps.diff(run.urn, Change(*state, news)).changes == {path: "update"}


async def test_what_was_ignored_is_a_change_once_it_is_not_ignored() -> None:
    run, path = Studio(), "spec.spec.nodes[0].script.content"
    state = await run.up(None, spec=json.dumps(node_document()))
    run.next_run()
    other = node_document(script={**SCRIPT, "content": "SELECT 9;"}, description="Sweeps.")
    news = run.news(state[1], spec=json.dumps(other))
    context = run.context(run.urn, ignore_changes=(path,))
    outputs = await run.steps.update(context, Change(*state, news))
    assert (run.held()[0]["script"]["content"], run.held()[0]["description"]) == ("SELECT 1;", "Sweeps.")
    assert run.steps.diff(run.urn, Change(state[0], news, outputs, news, [path])).changes == {}
    assert run.steps.diff(run.urn, Change(state[0], news, outputs, news)).changes == {path: "update"}
    run.next_run()
    await run.up((state[0], news, outputs), spec=other)
    assert run.held()[0]["script"]["content"] == "SELECT 9;"


async def test_one_takes_the_place_that_another_one_leaves(messages: Messages) -> None:
    run = Studio()
    first = await run.up(None, spec=node_document())
    run.next_run()
    elsewhere = {"name": "sweep", "script": {**SCRIPT, "path": "care/sweep"}}
    news = run.news(first[1], spec=node_document(**elsewhere))
    run.steps.diff(run.urn, Change(*first, news))
    other = f"{run.urn}-other"
    second = run.steps.check(other, {"projectId": PROJECT, "spec": node_document()}, None).inputs
    await run.steps.create(run.context(other, preview=True), second)
    with pytest.raises(RefusedError) as caught:
        await run.steps.create(run.context(other), second)
    messages(caught.value, node=first[2]["nodeId"])
    await run.steps.update(run.context(run.urn), Change(*first, news))
    await run.steps.create(run.context(other), second)
    assert sorted(one["name"] for one in run.held()) == ["sweep", "vacuum"]


async def test_one_whose_create_was_not_seen_has_no_id_at_preview() -> None:
    run = Studio(resource="Function")
    run.emulator.add_fault(Fault("CreateFunction", times=3, reset=True))
    state = await run.attempt(None, **function())
    assert state is not None
    run.next_run()
    context = run.context(run.urn, preview=True)
    assert (await run.steps.update(context, Change(*state, run.news(state[1], **function()))))[
        "functionId"
    ] is UNKNOWN
    unknown = run.news(state[1], **function(className=UNKNOWN))
    assert (await run.steps.update(context, Change(*state, unknown)))["functionId"] is UNKNOWN


async def test_a_refused_update_leaves_the_state_and_the_next_one_undoes_what_has_left_the_document() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document(timeout=3))
    run.next_run()
    run.emulator.add_fault(Fault("UpdateNode", status=403, code="NoPermission"))
    news = run.news(state[1], spec=node_document())
    context = run.context(run.urn)
    with pytest.raises(openapi.PermissionDeniedError), nothing_lost(context):
        await run.steps.update(context, Change(*state, news))
    run.next_run()
    await run.up(state, spec=node_document())
    assert run.held()[0]["timeout"] == 0


async def test_drift_of_short_inputs_comes_back_in_them() -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function(dataSource="lake"))
    run.edit(className="theirs.Mask", fileResources=[{"name": "theirs.py"}], datasource={"name": "sea"})
    read = await run.refreshed(state)
    assert read is not None
    assert (read[1]["className"], read[1]["fileResources"], read[1]["dataSource"]) == (
        "theirs.Mask",
        [],  # what was added to a set in place of ours is not ours to show
        "sea",
    )


async def test_what_was_imported_may_be_written_in_short_inputs() -> None:
    run = Studio(resource="Function")
    short = function(dataSource="odps_first", path="udf/mask")
    resource_id, _, _ = await run.up(None, **short)
    run.next_run()
    read = await run.steps.read(run.context(), resource_id, {}, {})
    assert read is not None
    inputs, outputs = read
    assert inputs["spec"]["spec"]["functions"][0]["datasource"] == {"name": "odps_first", "type": "odps"}
    assert (
        run.steps.diff(run.urn, Change(resource_id, inputs, outputs, run.news(inputs, **short))).changes == {}
    )
    document = copy.deepcopy(inputs["spec"])
    document["spec"]["functions"][0]["datasource"]["type"] = "emr"
    of_emr = Change(
        resource_id, {**inputs, "spec": document}, {**outputs, "spec": document}, run.news(inputs, **short)
    )
    assert run.steps.diff(run.urn, of_emr).changes == {"dataSource": "update"}


async def test_a_node_in_a_workflow_is_made_changed_and_imported_there() -> None:
    run = Studio()
    await run.put()
    state = await run.up(None, spec=node_document(), containerId=WORKFLOW)
    assert "path" not in state[2]
    run.next_run()
    other = node_document(name="sweep", script={**SCRIPT, "content": "SELECT 2;"})
    state = await run.up(state, spec=other, containerId=WORKFLOW)
    [node] = [one for one in run.emulator.workflow(WORKFLOW).nodes.values() if one["name"] == "sweep"]
    assert (node["script"]["content"], node["id"]) == ("SELECT 2;", state[2]["nodeId"])
    read = await imported(run, state[2]["nodeId"])
    assert read[1]["containerId"] == WORKFLOW
    news = run.news(state[1], spec=other)
    found = run.steps.diff(run.urn, Change(*state, news))
    assert (found.replaces, found.delete_before_replace) == (["containerId"], True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scene": IN_MANUAL}, "scene: DATAWORKS_MANUAL_WORKFLOW is for a node in a manual workflow. Give"),
        ({"scene": IN_MANUAL, "containerId": UNKNOWN}, ""),
        ({"scene": UNKNOWN}, ""),
        ({"containerId": f"{PROJECT}/{WORKFLOW}"}, "containerId has to be the ID of a workflow or control"),
        ({"containerId": ""}, "containerId has to be text"),
    ],
)
def test_what_a_place_needs_is_said_before_any_call(given: dict[str, Any], words: str) -> None:
    run = Studio()
    found = run.steps.check("urn", {"projectId": PROJECT, "spec": node_document(), **given}, None)
    assert any(words in failure for failure in found.failures) if words else found.failures == []


@pytest.mark.parametrize("given", [{"containerId": "77"}, {"containerId": WORKFLOW, "scene": IN_MANUAL}])
async def test_a_preview_looks_for_what_is_to_hold_a_node(given: dict[str, Any], messages: Messages) -> None:
    run = Studio()
    await run.put()
    news = run.news(spec=node_document(), **given)
    with pytest.raises(LifecycleError) as caught:
        await run.steps.create(run.context(run.urn, preview=True), news)
    messages(caught.value)


async def test_a_control_node_may_hold_a_node_and_a_manual_workflow_one_of_its_scene() -> None:
    run = Studio()
    root = document()
    await run.put({**root, "kind": "ManualWorkflow"})
    for container, scene in ((WORKFLOW, IN_MANUAL), (f"{WORKFLOW[:-1]}2", IN_MANUAL), (WORKFLOW, UNKNOWN)):
        news = run.news(spec=node_document(), containerId=container, scene=scene)
        await run.steps.create(run.context(run.urn, preview=True), news)
        run.next_run()


async def test_a_node_in_a_workflow_of_a_definition_is_a_warning(messages: Messages) -> None:
    run = Studio()
    run.steps.is_imported = {(PROJECT, WORKFLOW)}.__contains__  # it may be still to be made
    news = run.news(spec=node_document(), containerId=WORKFLOW)
    await run.steps.create(run.context(run.urn, preview=True), news)
    messages(run.report.warnings)


@pytest.mark.parametrize(
    ("resource", "holder", "own"),
    [
        ("Function", "functions", {"name": "mask"}),
        ("FileResource", "fileResources", {"name": "a.py", "type": "python"}),
    ],
)
def test_a_document_without_a_type_of_script_is_refused(
    resource: str, holder: str, own: dict[str, Any], messages: Messages
) -> None:
    def failures(**more: Any) -> list[str]:
        spec = {"spec": {holder: [{**own, **more}]}}
        found = Studio(resource=resource).steps.check("urn", {"projectId": PROJECT, "spec": spec}, None)
        return found.failures

    messages(failures(), failures(script={"path": "a"}))
    assert failures(script={"path": "a", "runtime": {"command": ""}}) == failures(script={"path": "a"})
    for known in ({"command": UNKNOWN}, {"commandTypeId": 17}):
        assert failures(script={"path": "a", "runtime": known}) == []


async def test_a_preview_says_what_is_in_the_way_and_what_it_could_not_ask() -> None:
    run = Studio()
    await run.up(None, spec=node_document())
    run.edit(script={**SCRIPT, "content": "SELECT 'theirs';"})
    run.next_run()
    news = run.news(spec=node_document())
    with pytest.raises(RefusedError, match="To make it what is declared, set `adopt: true`"):
        await run.steps.create(run.context(run.urn, preview=True), news)
    run.emulator.add_fault(Fault("ListNodes", status=503, times=20))
    await run.steps.create(run.context(run.urn, preview=True), news)
    assert "could not look whether a node is in the way" in run.report.warnings[-1]


async def test_a_file_is_uploaded_where_its_content_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    run, sent = Studio(resource="FileResource"), list[str | bytes]()

    async def upload(_: object, source: str | bytes) -> str:
        sent.append(source)
        if source == "gone.py":
            raise FileNotFoundError(2, "No such file")
        return f"https://b.oss.example/{len(sent)}"

    monkeypatch.setattr(_uploads.Uploads, "upload", upload)
    inputs = {key: value for key, value in file().items() if key != "contentUrl"}
    state = await run.up(None, **inputs, content=Asset("an asset", "aa", path="a.py"))
    run.next_run()
    same = await run.up(state, **inputs, content=Asset("an asset", "aa", path="elsewhere/a.py"))
    run.next_run()
    state = await run.up(same, **inputs, content=Asset("an asset", "bb", text="b"))
    assert sent == ["a.py", b"b"]
    run.next_run()
    with pytest.raises(LifecycleError, match=r"gone\.py cannot be read"):
        await run.up(state, **inputs, content=Asset("an asset", "cc", path="gone.py"))


async def test_a_refused_delete_names_the_ways_out_and_strictness_is_kept() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.next_run()
    run.emulator.publish(state[2]["nodeId"])
    with pytest.raises(LifecycleError, match="take it offline first"):
        await run.gone(state)


async def test_what_the_service_keeps_otherwise_is_told_or_an_error() -> None:
    run = Studio()
    run.emulator.switch(datasource_type="rewritten")
    document = node_document(datasource={"name": "lake", "type": "flink"})
    with pytest.raises(HalfDoneError, match="strict"):
        await run.up(None, run.context(run.urn, strict=True), spec=document)


async def test_a_secret_is_in_no_message() -> None:
    run = Studio(resource="Function")
    hidden = {"className": secret("hunter2.Mask"), "name": secret("hunter2")}
    context = run.context(run.urn, secret=True)
    state = await run.up(None, context, **function(**hidden))
    run.edit(className="theirs.Mask")
    read = await run.steps.read(run.context(run.urn, secret=True), *state)
    assert read is not None
    assert "hunter2" not in str(run.report.told)
    assert is_secret(state[2]["digest"])


async def test_an_update_says_first_what_it_changes() -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function())
    before = len(run.emulator.calls)
    news = run.news(state[1], **function(className="masking.Hide", path="udf/mask"))
    found = run.steps.diff(run.urn, Change(*state, news))
    assert found.changes == {"className": "update", "path": "add"}
    foreseen = await run.steps.update(run.context(run.urn, preview=True), Change(*state, news))
    assert any("own: changes" in words and "className" in words for _, words in run.report.told)
    assert (foreseen["className"], foreseen["functionId"]) == ("masking.Hide", state[2]["functionId"])
    unknown = {**news, "className": UNKNOWN}
    assert run.steps.diff(run.urn, Change(*state, unknown)).changes == {
        "className": "update",
        "path": "update",
    }
    foreseen = await run.steps.update(run.context(run.urn, preview=True), Change(*state, unknown))
    assert (foreseen["digest"], foreseen["functionId"]) == (UNKNOWN, state[2]["functionId"])
    assert len(run.emulator.calls) == before
    with pytest.raises(RefusedError, match="another projectId"):
        await run.steps.update(run.context(run.urn, stateless=True), Change(*state, {**news, "projectId": 7}))


async def test_one_whose_create_was_not_seen_is_updated_read_and_deleted_by_its_place() -> None:
    run = Studio()
    half = await run.up(None, spec=node_document())
    outputs = {key: value for key, value in half[2].items() if key != "nodeId"}
    outputs["__state"] = {**outputs["__state"], "unsettled": True}
    lost = (f"{PROJECT}/{outputs['__state']['ownId']}", half[1], outputs)
    run.next_run()
    assert run.steps.diff(run.urn, Change(*lost, half[1])).changes == {"spec": "update"}
    read = await run.refreshed(lost)
    assert read is not None
    assert read[2]["nodeId"] == half[2]["nodeId"]
    run.next_run()
    await run.gone(lost)
    assert run.held() == []
    await run.gone(lost)
    assert await run.refreshed(lost) is None


async def test_a_delete_that_may_not_be_is_told_and_one_of_nothing_is_done() -> None:
    run = Studio()
    state = await run.up(None, spec=node_document())
    run.next_run()
    refused = Fault("DeleteNode", status=403, code="NoPermission")
    run.emulator.add_fault(refused)
    with pytest.raises(openapi.ServiceError, match="NoPermission"):
        await run.gone(state)
    run.emulator.switch(not_found_code="9990040010")
    run.emulator.remove(state[2]["nodeId"])
    await run.gone(state)
    blank = await run.steps.read(run.context(run.urn), f"{PROJECT}/77", {}, {})
    assert blank is None


@pytest.mark.parametrize(("resource", "key"), [("Node", "nodeId"), ("Function", "functionId")])
async def test_each_is_deployed_and_taken_offline(resource: str, key: str) -> None:
    run = Studio(resource=resource)
    _, _, outputs = await run.up(None, **given(resource))
    asked = {"projectId": PROJECT, key: outputs[key], "digest": outputs["digest"]}
    urn = "urn:pulumi:dev::shop::dataworks:index:WorkflowDeployment::live"
    news = run.deployments.check(urn, asked, None).inputs
    await run.deployments.create(run.context(urn, preview=True), news)
    resource_id, made = await run.deployments.create(run.context(urn), news)
    assert (made[key], made["workflowId"], made["status"]) == (outputs[key], "", "Online")
    read = await run.deployments.read(run.context(urn), resource_id, {}, {})
    assert read is not None
    assert read[0][key] == outputs[key]
    assert run.deployments.diff(urn, Change(resource_id, news, made, news)).changes == {}
    run.deployments.held.clear()
    await run.deployments.delete(run.context(urn), resource_id, made)
    assert run.emulator.production(outputs[key]) is None
    with pytest.raises(LifecycleError, match="not in production"):
        await run.deployments.read(run.context(urn), resource_id, {}, {})
    assert await run.deployments.read(run.context(urn), f"{PROJECT}/77", {}, {}) is None


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"kind": "Node"}, "the document holds 0 objects in nodes"),
        ({"spec": {"nodes": [{}], "workflows": []}}, "spec.workflows: a workflow stands beside the node"),
        ({"kind": "Function", "spec": {"nodes": [{}]}}, '"Function" is not the kind of a node\'s document'),
        (
            {"spec": {"nodes": [{}, {}]}},
            "spec.nodes: the document holds 2 objects in nodes, and is that of one node. Give each a document of its own.",
        ),
        ({"spec": {"nodes": [{"name": "a"}]}}, "spec.nodes[0].script"),
        (UNKNOWN, ""),
        ({"spec": UNKNOWN}, ""),
    ],
)
def test_a_document_of_something_else_is_refused(spec: Any, words: str) -> None:
    found = Studio().steps.check("urn", {"projectId": PROJECT, "spec": spec}, None)
    assert any(words in failure for failure in found.failures) if words else found.failures == []


@pytest.mark.parametrize("missing", ["name", "type"])
def test_a_file_needs_a_name_and_a_type(missing: str) -> None:
    held = {"name": "a.py", "type": "python", "script": {"path": "a.py"}}
    del held[missing]
    spec = {"kind": "Resource", "spec": {"fileResources": [held]}}
    found = Studio(resource="FileResource").steps.check("urn", {"projectId": PROJECT, "spec": spec}, None)
    assert any(f"spec.fileResources[0].{missing}" in failure for failure in found.failures), found.failures


async def test_a_digest_of_another_release_stays_while_the_meaning_does() -> None:
    run, older = Studio(resource="Function"), f"1:{'0' * 64}"
    resource_id, inputs, outputs = await run.up(None, **function())
    state = (resource_id, inputs, {**outputs, "digest": older})
    read = await run.refreshed(state)
    assert read is not None
    assert read[2]["digest"] == older
    run.next_run()
    adopted = await run.up(read, adopt=True, **function())
    assert adopted[2]["digest"] == older
    run.next_run()
    assert (await run.up(adopted, **function(className="masking.Hide")))[2]["digest"] != older


@pytest.mark.parametrize(
    ("resource", "given", "changed", "expected"),
    [
        ("FileResource", file(), {"name": "hiding.py"}, {"name"}),
        ("FileResource", file(), {"path": "udf/masking.py"}, {"path"}),
        ("FileResource", file(), {"name": "hiding.py", "path": "udf/hiding.py"}, {"name", "path"}),
        ("FileResource", file(), {"dataSource": "theirs"}, {"dataSource"}),
        ("Function", function(), {"className": "masking.Hide"}, {"className"}),
        (
            "Node",
            {"spec": node_document()},
            {"spec": node_document(name="sweep")},
            {"spec.spec.nodes[0].name"},
        ),
    ],
)
async def test_only_what_the_author_has_changed_is_shown(
    resource: str, given: dict[str, Any], changed: dict[str, Any], expected: set[str]
) -> None:
    run = Studio(resource=resource)
    resource_id, olds, outputs = await run.up(None, **given)
    news = run.news(olds, **{**given, **changed})
    found = run.steps.diff(run.urn, Change(resource_id, olds, outputs, news)).changes
    assert {key for key in found if "dependencies" not in key} == expected


async def test_a_refresh_says_that_somebody_has_renamed_and_moved_it() -> None:
    run = Studio(resource="FileResource")
    state = await run.up(None, **file(path="udf/masking.py"))
    run.edit(name="hiding.py", script={"path": "theirs/hiding.py", "runtime": {"command": "ODPS_PYTHON"}})
    read = await run.refreshed(state)
    assert read is not None
    assert (read[1]["name"], read[1]["path"]) == ("hiding.py", "theirs/hiding.py")
    assert ("info", "own: has drifted: path, name") in run.report.told


@pytest.mark.parametrize("taken_name", ["refused", "refused_in_folder", "accepted"])
async def test_nothing_is_renamed_to_where_another_is(taken_name: Any) -> None:
    run = Studio(resource="FileResource")
    run.emulator.switch(taken_name=taken_name)
    theirs = await run.up(None, **file(name="hiding.py"))
    run.next_run()
    state = await run.up(None, **file())
    with pytest.raises(
        RefusedError, match=r"hiding\.py of project 10001 is taken by file resource"
    ) as caught:
        await run.up(state, **file(name="hiding.py"))
    assert theirs[2]["fileResourceId"] in str(caught.value)
    assert sorted(one["name"] for one in run.held()) == ["hiding.py", "masking.py"]


async def test_a_refused_delete_says_what_may_use_it() -> None:
    run = Studio(resource="FileResource")
    state = await run.up(None, **file())
    run.emulator.switch(delete_in_use="refused")
    await Studio(run.clock, run.emulator, resource="Function").up(None, **function())
    run.next_run()
    with pytest.raises(LifecycleError, match="If a node or a function uses it, change that first"):
        await run.gone(state)


@pytest.mark.parametrize("names", ["masking.py", [""], [" "], [5]])
def test_a_function_names_its_files(names: Any) -> None:
    run = Studio(resource="Function")
    found = run.steps.check(run.urn, {"projectId": PROJECT, **function(fileResources=names)}, None)
    words = "fileResources has to be a list of names. Give the output name of each FileResource."
    assert found.failures == [words]


def test_an_id_of_another_form_is_refused_in_the_words_of_its_kind() -> None:
    run = Studio(resource="FileResource")
    with pytest.raises(LifecycleError, match="of a file resource: write <projectId>/<fileResourceId>"):
        run.steps.diff(run.urn, Change("10001", {}, {}, {"name": "a"}))


@pytest.mark.parametrize("left", [{}, {"fileResources": []}, {"fileResources": ["a.py"]}])
async def test_a_file_that_a_function_no_longer_names_is_taken_away(left: dict[str, Any]) -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function(fileResources=["a.py", "b.py"]))
    given = {key: value for key, value in function().items() if key != "fileResources"} | left
    run.next_run()
    state = await run.up(state, **given)
    named = [one["name"] for one in run.held()[0].get("fileResources", [])]
    assert named == left.get("fileResources", [])
    assert run.report.warnings == []


@pytest.mark.parametrize("name", ["mask", "hide"])
async def test_one_whose_create_was_not_seen_is_not_taken_for_somebody_elses(name: str) -> None:
    run = Studio(resource="Function")
    run.emulator.add_fault(Fault("CreateFunction", times=9, reset=True, when="before"))
    state = await run.attempt(None, **function())
    assert state is not None
    run.emulator.clear_faults()
    theirs = Studio(run.clock, run.emulator, resource="Function")
    await theirs.up(None, **function(name=name, className="theirs.Mask"))
    run.next_run()
    with pytest.raises(LifecycleError, match="is not this resource's"):
        await run.up(state, **function(name=name))
    assert [one["className"] for one in run.held()] == ["theirs.Mask"]
    run.next_run()
    await run.gone(state)
    assert [one["className"] for one in run.held()] == ["theirs.Mask"]


@pytest.mark.parametrize("resource", ["Function", "FileResource"])
async def test_one_whose_create_was_not_seen_is_not_deleted_where_somebody_else_may_have_made_it(
    resource: str, messages: Messages
) -> None:
    run = Studio(resource=resource)
    run.emulator.add_fault(
        Fault("*", nth=2, times=99, reset=True)
    )  # after the look for what is there already
    state = await run.attempt(None, **given(resource))
    assert state is not None
    run.emulator.clear_faults()
    theirs = await Studio(run.clock, run.emulator, resource=resource).up(None, **given(resource))
    run.next_run()
    with pytest.raises(RefusedError) as caught:
        await run.gone(state)
    [held] = run.held()
    messages(caught.value, own=held["id"])
    run.next_run()
    state = await run.up(state, **given(resource))  # `up` takes what is just as it was sent
    assert state[2][run.steps.kind.id_output] == held["id"] == theirs[2][run.steps.kind.id_output]
    run.next_run()
    await run.gone(state)
    assert run.held() == []


async def test_a_node_whose_create_was_not_seen_is_known_by_its_output_and_deleted() -> None:
    run = Studio()
    run.emulator.add_fault(Fault("CreateNode", when="after", reset=True))
    run.emulator.add_fault(Fault("ListNodes", nth=2, times=99, reset=True))
    state = await run.attempt(None, spec=node_document())
    assert state is not None
    assert "nodeId" not in state[2]
    run.emulator.clear_faults()
    run.next_run()
    await run.gone(state)
    assert run.held() == []


@pytest.mark.parametrize("resource", NAMES)
async def test_what_another_machine_may_have_made_is_said_to_be_just_what_is_declared(
    resource: str, messages: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Studio(resource=resource)
    await run.up(None, **given(resource))
    own = run.held()[0]["id"]
    run.next_run()
    other_machine = tmp_path / "other"
    other_machine.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(other_machine))
    if resource == "Node":
        state = await run.up(None, **given(resource))  # it shows by its output whose it is
    else:
        with pytest.raises(RefusedError) as caught:
            await run.up(None, **given(resource))
        messages(caught.value, own=own)
        run.next_run()
        state = await run.up(None, adopt=True, **given(resource))
    assert state[2][run.steps.kind.id_output] == own
