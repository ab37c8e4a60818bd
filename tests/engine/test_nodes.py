"""The life of a node outside of workflows, through the real CLI."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Fault
from tests.support.documents import etl
from tests.support.stacks import Stack

NODE = {
    "name": "vacuum",
    "script": {"path": "care/vacuum", "runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;"},
    "trigger": {"type": "Scheduler", "cron": "00 30 02 * * ?"},
}


def document(**changes: Any) -> dict[str, Any]:
    """A document of the node, with other fields."""
    depends = [{"nodeId": changes.get("name", "vacuum"), "depends": [{"output": "other.events"}]}]
    return {"kind": "Node", "spec": {"nodes": [{**copy.deepcopy(NODE), **changes}], "dependencies": depends}}


def script(content: str, path: str = "care/vacuum") -> dict[str, Any]:
    """The script of the node with another text or path."""
    return {"path": path, "runtime": {"command": "ODPS_SQL"}, "content": content}


def declare(stack: Stack, spec: Any, options: dict[str, Any] | None = None, **more: Any) -> None:
    """Writes the program with one node."""
    properties = {"projectId": stack.project_id, "spec": spec, **more}
    resource = {"type": "dataworks:Node", "properties": properties, "options": options or {}}
    outputs = {key: f"${{own.{key}}}" for key in ("nodeId", "output", "path")}
    stack.declare({"own": resource}, outputs)


def made(stack: Stack) -> dict[str, Any]:
    """The one node of the service."""
    [held] = stack.emulator.objects()
    [node] = held.document["spec"]["nodes"]
    found: dict[str, Any] = node
    return found


def edit(stack: Stack, **changes: Any) -> None:
    """Changes fields of the one node behind Pulumi's back."""
    [held] = stack.emulator.objects()
    changed = copy.deepcopy(held.document)
    changed["spec"]["nodes"][0] |= changes
    stack.emulator.edit(held.workflow_id, changed)


@pytest.fixture
def live(stack: Stack) -> Stack:
    """A stack whose node is up."""
    declare(stack, document())
    stack.up()
    return stack


def test_an_edit_of_what_is_ignored_stays_through_an_update_without_a_refresh(live: Stack) -> None:
    edit(live, script=script("SELECT 7;"))
    changed, ignored = document(description="new"), {"ignoreChanges": ["spec.spec.nodes[0].script.content"]}
    declare(live, changed, ignored)
    live.preview()
    assert "overwrites" not in live.up().output
    assert (made(live)["description"], made(live)["script"]["content"]) == ("new", "SELECT 7;")
    assert "2 unchanged" in live.preview("--refresh").output
    declare(live, changed)
    assert "1 to update" in live.preview().output


def test_a_preview_looks_once_and_makes_nothing(stack: Stack) -> None:
    declare(stack, document())
    assert "+ 2 to create" in stack.preview().output
    assert [call.action for call in stack.emulator.calls] == ["ListNodes"]


def test_a_node_is_created_once_and_waits_for_what_is_declared(live: Stack) -> None:
    node = made(live)
    assert [call.action for call in live.emulator.calls] == ["ListNodes", "CreateNode", "GetNode"]
    assert live.output("nodeId") == node["id"]
    assert live.output("output") in [one["data"] for one in node["outputs"]["nodeOutputs"]]
    assert live.output("path") == "care/vacuum"
    [held] = live.emulator.objects()
    flow = held.document["spec"].get("flow") or held.document["spec"]["dependencies"]
    assert [one["output"] for one in flow[0]["depends"]] == ["other.events"]
    live.is_quiet()


def test_a_second_up_makes_no_call(live: Stack) -> None:
    before = live.calls()
    assert "2 unchanged" in live.preview().output
    assert "2 unchanged" in live.up().output
    assert live.calls() == before


def test_a_changed_script_is_an_update_that_sends_it_alone(live: Stack) -> None:
    own = live.output("nodeId")
    declare(live, document(script=script("SELECT 2;")))
    before = live.calls()
    assert "own: changes the script" in live.preview().output
    assert live.calls() == before
    assert "1 updated" in live.up().output
    assert [call.action for call in live.emulator.calls][before:] == ["GetNode", "UpdateNode", "GetNode"]
    assert (made(live)["id"], made(live)["script"]["content"]) == (own, "SELECT 2;")
    [sent] = [call for call in live.emulator.calls if call.action == "UpdateNode"]
    assert json.loads(sent.params["Spec"])["spec"] == {"nodes": [{"id": own, "script": script("SELECT 2;")}]}
    live.is_quiet()


def test_another_name_and_folder_rename_and_move(live: Stack) -> None:
    own, output = live.output("nodeId"), live.output("output")
    moved = document(name="sweep", script=script("SELECT 1;", "tidy/up/sweep"))
    declare(live, moved)
    assert "1 updated" in live.up().output
    assert (made(live)["id"], made(live)["name"]) == (own, "sweep")
    assert made(live)["script"]["path"] == "tidy/up/sweep"
    assert (live.calls("RenameNode"), live.calls("MoveNode"), live.calls("DeleteNode")) == (1, 1, 0)
    assert live.output("output") == output
    live.is_quiet()


def test_another_type_replaces_the_node(live: Stack) -> None:
    own = live.output("nodeId")
    other = {"path": "care/vacuum", "runtime": {"command": "DIDE_SHELL"}, "content": "date"}
    declare(live, document(script=other))
    assert "1 replaced" in live.up().output
    assert made(live)["id"] != own
    assert made(live)["script"]["runtime"]["command"] == "DIDE_SHELL"


def test_a_field_that_leaves_the_document_is_undone(live: Stack) -> None:
    declare(live, document(timeout=3, description="Sweeps."))
    live.up()
    assert made(live)["timeout"] == 3
    declare(live, document())
    live.up()
    assert made(live)["timeout"] == 0
    assert not made(live).get("description")
    live.is_quiet()


def test_drift_is_found_and_undone(live: Stack) -> None:
    edit(live, script={**made(live)["script"], "content": "DROP TABLE events;"})
    assert "has drifted: the script" in live.refresh().output
    assert "DROP TABLE events;" in live.preview("--diff").output
    live.up()
    assert made(live)["script"]["content"] == "SELECT 1;"
    live.is_quiet()


def test_an_edit_is_overwritten_with_a_warning(live: Stack) -> None:
    edit(live, script={**made(live)["script"], "content": "SELECT 3;"})
    declare(live, document(script=script("SELECT 2;")))
    assert "this overwrites an edit made outside of Pulumi since the last run" in live.up().output
    assert made(live)["script"]["content"] == "SELECT 2;"


def test_a_node_of_somebody_else_is_refused_until_adopted(live: Stack) -> None:
    own, theirs = live.output("nodeId"), live.output("output")
    live.run("state", "delete", live.state()[-1]["urn"], "--yes")
    edit(live, outputs={"nodeOutputs": [{"data": "somebody.else", "artifactType": "NodeOutput"}]})
    for refused in (live.preview(ok=False), live.up(ok=False)):
        assert f"is taken by node {own} (made " in refused.output
        assert "), which is not this resource's" in refused.output
    declare(live, document(script=script("SELECT 2;")), adopt=True)
    assert "adopt is set: taking it over" in live.up().output
    assert (made(live)["id"], made(live)["script"]["content"]) == (own, "SELECT 2;")
    assert live.output("output") != theirs
    live.is_quiet()


def test_a_node_that_a_killed_run_has_made_is_found_again(live: Stack) -> None:
    own = live.output("nodeId")
    live.run("state", "delete", live.state()[-1]["urn"], "--yes")
    assert "as this resource made it: taking it over" in live.up().output
    assert (live.output("nodeId"), live.calls("CreateNode")) == (own, 1)
    live.is_quiet()


def test_a_lost_answer_makes_no_second_node(stack: Stack) -> None:
    stack.emulator.add_fault(Fault("CreateNode", when="after", reset=True))
    declare(stack, document())
    stack.up()
    assert stack.output("nodeId") == made(stack)["id"]
    stack.is_quiet()


def test_a_node_is_imported_as_its_author_would_write_it(live: Stack) -> None:
    own = live.output("nodeId")
    live.run("state", "delete", live.state()[-1]["urn"], "--yes")
    live.declare({})
    output = live.run("import", "dataworks:index:Node", "own", f"{live.project_id}/{own}", "--yes").output
    assert "content: SELECT 1;" in output
    imported = live.one("Node")
    declare(live, imported["inputs"]["spec"], options={"protect": True})
    live.is_quiet()


def test_destroy_deletes_the_node(live: Stack) -> None:
    live.destroy()
    assert live.emulator.objects() == []


def test_a_forced_replacement_keeps_the_node(live: Stack) -> None:
    own = live.output("nodeId")
    live.up("--replace", live.state()[-1]["urn"])
    assert made(live)["id"] == own
    live.is_quiet()


def test_what_is_wrong_with_it_is_said_as_in_a_workflow(stack: Stack) -> None:
    declare(stack, document(rerunMode="Sometimes"))
    assert 'spec.nodes[0].rerunMode: rerunMode "Sometimes" is not known' in stack.preview(ok=False).output
    declare(stack, document(trigger={"type": "Scheduler", "cron": "61 00 00 * * ?"}))
    assert 'spec.nodes[0].trigger.cron: cron "61 00 00 * * ?" has the second 61' in stack.preview().output
    declare(stack, {"kind": "CycleWorkflow", "spec": {"workflows": []}})
    assert '"CycleWorkflow" is not the kind of a node\'s document' in stack.preview(ok=False).output


def test_a_node_in_a_container_has_no_path_of_its_own(stack: Stack) -> None:
    shell: dict[str, Any] = {"kind": "CycleWorkflow", "spec": {"workflows": [{"name": "flow"}]}}
    stack.workflow(shell)
    stack.up()
    own = document(script=script("SELECT 1;", "vacuum"))
    declare(
        stack, own, containerId="${etl.workflowId}"
    )  # by its output, so that the workflow is declared first
    program = json.loads(stack.program_file.read_text("utf-8"))
    held = {"projectId": stack.project_id, "spec": shell}
    program["resources"]["etl"] = {"type": "dataworks:WorkflowDefinition", "properties": held}
    program["outputs"] = {"nodeId": "${own.nodeId}"}
    stack.program_file.write_text(json.dumps(program), "utf-8")
    assert "Write the node into the document of that workflow" in stack.preview().output
    stack.up()
    [workflow] = stack.emulator.workflows()
    [node] = workflow.document["spec"]["workflows"][0]["nodes"]
    assert (node["id"], node["script"]["path"]) == (stack.output("nodeId"), "flow/vacuum")
    stack.preview("--expect-no-changes")


def test_a_secret_script_is_in_no_state_and_no_output(stack: Stack) -> None:
    hidden = "SELECT 'hunter2';"
    held = document(script={**script("x"), "content": {"fn::secret": hidden}})
    declare(stack, held)
    reported = [stack.preview("--diff").output, stack.up().output]
    edit(stack, script=script("SELECT 'hunter3';"))
    reported += [stack.refresh("--diff").output, stack.preview("--diff").output, stack.up().output]
    assert made(stack)["script"]["content"] == hidden
    for text in (*reported, *(path.read_text("utf-8") for path in stack.state_files())):
        assert "hunter2" not in text
        assert "hunter3" not in text
    stack.is_quiet()


def test_what_is_not_known_yet_is_shown_so(stack: Stack) -> None:
    """A node whose script names an output of another one that is still to be made."""
    declare(stack, document())
    program = json.loads(stack.program_file.read_text("utf-8"))
    second = document(name="second", script=script("SELECT '${own.nodeId}';", "care/second"))
    program["resources"]["other"] = {
        "type": "dataworks:Node",
        "properties": {"projectId": stack.project_id, "spec": second},
    }
    stack.program_file.write_text(json.dumps(program), "utf-8")
    assert "3 to create" in stack.preview().output
    stack.up()
    contents = {
        one.document["spec"]["nodes"][0]["name"]: one.document["spec"]["nodes"][0]["script"]["content"]
        for one in stack.emulator.objects()
    }
    assert contents["second"] == f"SELECT '{stack.output('nodeId')}';"
    stack.is_quiet()


def test_one_takes_the_place_of_another_that_is_renamed(live: Stack) -> None:
    renamed = document(name="sweep", script=script("SELECT 1;", "care/sweep"))
    resources = {
        name: {"type": "dataworks:Node", "properties": {"projectId": live.project_id, "spec": spec}}
        for name, spec in (("own", renamed), ("next", document(script=script("SELECT 2;"))))
    }
    resources["next"]["options"] = {"dependsOn": ["${own}"]}
    live.declare(resources)
    assert "+ 1 to create" in live.preview().output
    live.up()
    paths = [one.document["spec"]["nodes"][0]["script"]["path"] for one in live.emulator.objects()]
    assert sorted(paths) == ["care/sweep", "care/vacuum"]
    live.is_quiet()


def test_a_misspelt_key_in_a_text_is_a_warning_once_it_is_known(stack: Stack) -> None:
    properties = {"projectId": stack.project_id}
    first = {"type": "dataworks:WorkflowDefinition", "properties": {**properties, "spec": etl()}}
    spec = document(script=script("SELECT '${first.nodeIds.extrct}';"))
    own = {"type": "dataworks:Node", "properties": {**properties, "spec": spec}}
    stack.declare({"first": first, "own": own})
    assert "holds <nil>" not in stack.preview().output
    assert "the script holds <nil>" in stack.up().output
