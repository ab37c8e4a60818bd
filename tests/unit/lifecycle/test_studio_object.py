"""Corners of the life of a node, a function and a file that the engine's tests do not come to."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Asset,
    Change,
    HalfDoneError,
    LifecycleError,
    RefusedError,
    is_secret,
    secret,
)
from pulumi_resource_dataworks.openapi import _uploads
from tests.support.deployments import PROJECT, WORKFLOW, State, Values
from tests.support.objects import KINDS, SCRIPT, Studio, declared, file, function, node_document

MANUAL, IN_MANUAL = "DATAWORKS_MANUAL_TASK", "DATAWORKS_MANUAL_WORKFLOW"


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


@pytest.mark.parametrize("resource", KINDS)
async def test_each_is_imported_read_adopted_and_deleted(resource: str) -> None:
    run = Studio(resource=resource)
    state = await run.up(None, **declared(resource))
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
        await run.up(None, stateless, **declared(resource))
    run.next_run()
    taken = await run.up(None, run.context(run.urn, stateless=True), adopt=True, **declared(resource))
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


async def test_what_the_service_keeps_otherwise_is_reported_or_an_error() -> None:
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
    assert "hunter2" not in str(run.report.reported)
    assert is_secret(state[2]["digest"])


async def test_an_update_says_first_what_it_changes() -> None:
    run = Studio(resource="Function")
    state = await run.up(None, **function())
    before = len(run.emulator.calls)
    news = run.news(state[1], **function(className="masking.Hide", path="udf/mask"))
    found = run.steps.diff(run.urn, Change(*state, news))
    assert found.changes == {"className": "update", "path": "add"}
    foreseen = await run.steps.update(run.context(run.urn, preview=True), Change(*state, news))
    assert any("own: changes" in words and "className" in words for _, words in run.report.reported)
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


@pytest.mark.parametrize(("resource", "key"), [("Node", "nodeId"), ("Function", "functionId")])
async def test_each_is_deployed_and_taken_offline(resource: str, key: str) -> None:
    run = Studio(resource=resource)
    _, _, outputs = await run.up(None, **declared(resource))
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
    assert ("info", "own: has drifted: path, name") in run.report.reported


@pytest.mark.parametrize(
    ("there", "expected"),
    [("hiding.py", {"name": "hiding.py"}), ("udf/hiding.py", {"name": "hiding.py", "path": "udf/hiding.py"})],
)
async def test_a_refresh_writes_a_path_only_where_it_is_not_the_name(there: str, expected: Values) -> None:
    run = Studio(resource="FileResource")
    state = await run.up(None, **file())
    run.edit(name="hiding.py", script={"path": there, "runtime": {"command": "ODPS_PYTHON"}})
    read = await run.refreshed(state)
    assert read is not None
    assert {key: read[2][key] for key in ("name", "path") if key in read[2]} == {**expected, "path": there}
    assert {key: read[1][key] for key in ("name", "path") if key in read[1]} == expected
