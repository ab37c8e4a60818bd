"""What people read: a preview, a refresh and an import print what changed, and nothing else."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.documents import etl, node, nodes
from tests.support.nightly import nightly
from tests.support.stacks import Stack, new_stack, resources_in

Document = dict[str, Any]
KIND = "dataworks:index:WorkflowDefinition"
NAMES = [f"step_{number:02}" for number in range(12)]
FLOW = "spec.spec.workflows[0]"


def twelve(changed: str = "") -> Document:
    """A chain of 12 nodes with scripts of several lines; one of them may have another line."""
    held = [
        node(name, f"-- {name}\nINSERT INTO t\nSELECT {'9' if name == changed else '1'} AS {name};\n")
        for name in NAMES
    ]
    edges = [{"nodeId": two, "depends": [{"nodeId": one}]} for one, two in pairwise(NAMES)]
    return etl(nodes=held, dependencies=edges)


@pytest.fixture
def live(stack: Stack) -> Stack:
    """A stack whose workflow of 12 nodes is up."""
    stack.workflow(twelve())
    stack.up()
    return stack


def workflow_of(document: Document) -> Document:
    found: Document = document["spec"]["workflows"][0]
    return found


def by_name(body: Document) -> dict[str, Document]:
    """The nodes of a workflow, by name."""
    return {one["name"]: one for one in body["nodes"]}


def block(output: str) -> list[str]:
    """The lines that a diff prints for the one workflow."""
    lines = output.splitlines()
    [first] = [place for place, line in enumerate(lines) if re.search(rf" {KIND}: \(", line)]
    indent = len(lines[first]) - len(lines[first].lstrip())
    rest = lines[first + 1 :]
    ends = (place for place, line in enumerate(rest) if len(line) - len(line.lstrip()) <= indent)
    return [lines[first], *rest[: next(ends, len(rest))]]


def named_in(lines: list[str]) -> set[str]:
    """The nodes whose name is anywhere in these lines."""
    return {name for name in NAMES if any(name in line for line in lines)}


def signed(lines: list[str], sign: str) -> list[str]:
    """The lines of a script that a diff marks."""
    return [
        line.split(sign, 1)[1].strip() for line in lines if re.match(rf"\s*\{sign} (SELECT|INSERT|--)", line)
    ]


def test_a_changed_line_is_all_that_is_printed(live: Stack) -> None:
    live.workflow(twelve("step_07"))
    shown = block(live.preview("--diff").output)
    assert len(shown) <= 25, "\n".join(shown)
    assert signed(shown, "-") == ["SELECT 1 AS step_07;"]
    assert signed(shown, "+") == ["SELECT 9 AS step_07;"]
    assert named_in(shown) == {"step_07"}
    assert "[diff: ~spec]" in live.preview().output
    live.up()
    live.is_quiet()


def inserted(document: Document) -> None:
    nodes(document).insert(0, node("new", "SELECT 'new';\n"))


def removed(document: Document) -> None:
    [workflow] = document["spec"]["workflows"]
    for key in ("nodes", "dependencies"):
        workflow[key] = [one for one in workflow[key] if "step_03" not in json.dumps(one)]


def reordered(document: Document) -> None:
    nodes(document).reverse()


ALL_MOVES = "all of that"
MOVES: dict[str, tuple[list[Callable[[Document], None]], set[str]]] = {
    "another one before it": ([inserted], set()),
    "one less before it": ([removed], {"step_03", "step_02", "step_04"}),
    "in another order": ([reordered], set()),
    ALL_MOVES: ([inserted, removed, reordered], {"step_03", "step_02", "step_04"}),
}
"""What else is done to the document, and which other nodes that concerns."""


@pytest.mark.parametrize("case", [*(nightly(case) for case in MOVES if case != ALL_MOVES), ALL_MOVES])
def test_a_changed_line_is_printed_once_wherever_its_node_is(live: Stack, case: str) -> None:
    moves, concerned = MOVES[case]
    document = twelve("step_07")
    for move in moves:
        move(document)
    live.workflow(document)
    shown = block(live.preview("--diff").output)
    minus, plus = signed(shown, "-"), signed(shown, "+")
    assert minus.count("SELECT 1 AS step_07;") == plus.count("SELECT 9 AS step_07;") == 1, "\n".join(shown)
    assert named_in(shown) <= {"step_07", *concerned}, "\n".join(shown)
    assert any("SELECT 'new'" in line for line in shown) is (inserted in moves)
    live.up()
    live.is_quiet()


def test_one_meaning_in_any_form_is_no_change(live: Stack) -> None:
    text = json.dumps(twelve(), indent=4)
    (live.folder / "flow.json").write_text(text, "utf-8")
    (live.folder / "flow.yaml").write_text(yaml.safe_dump(twelve(), sort_keys=True), "utf-8")
    before = live.calls()
    forms: list[Any] = [
        text,
        {"fn::readFile": "./flow.json"},
        {"fn::readFile": "./flow.yaml"},
        {"fn::toJSON": twelve()},
        twelve(),
    ]
    for form in forms:
        live.workflow(form)
        assert "2 unchanged" in live.preview("--diff", "--expect-no-changes").output
        live.up("--expect-no-changes")
        assert live.resource()["inputs"]["spec"] == twelve()
    assert live.calls() == before


def test_a_changed_line_of_a_text_is_printed_as_one_of_an_object(live: Stack) -> None:
    live.workflow(json.dumps(twelve("step_07"), indent=2))
    shown = block(live.preview("--diff").output)
    assert len(shown) <= 25, "\n".join(shown)
    assert signed(shown, "-") == ["SELECT 1 AS step_07;"]
    assert named_in(shown) == {"step_07"}


def test_the_summary_is_a_message_and_in_json_with_the_paths(live: Stack) -> None:
    document = twelve("step_07")
    nodes(document)[9]["script"]["content"] = "SELECT 'other';\n"
    nodes(document)[5]["priority"] = 7
    nodes(document).append(node("extra"))
    live.workflow(document)
    reported = live.preview().output
    summary = 'changes the script of "step_07" and "step_09"; changes priority of "step_05"; adds "extra"'
    assert summary in reported
    found = json.loads(live.preview("--json").output)
    assert [one["message"] for one in found["diagnostics"] if summary in one["message"]]
    [step] = [one for one in found["steps"] if KIND in one["urn"]]
    assert set(step["detailedDiff"]) == {
        f"{FLOW}.nodes[7].script.content",
        f"{FLOW}.nodes[9].script.content",
        f"{FLOW}.nodes[5].priority",
        f"{FLOW}.nodes[12]",
    }


def test_a_refresh_names_what_others_have_done(live: Stack) -> None:
    def change(workflow: Document) -> None:
        held = {one["name"]: one for one in workflow["nodes"]}
        held["step_07"]["script"]["content"] = "SELECT 'by hand';\n"
        gone = held["step_11"]["id"]
        workflow["nodes"] = [one for one in workflow["nodes"] if one["id"] != gone]
        workflow["dependencies"] = [one for one in workflow["dependencies"] if one["nodeId"] != gone]
        workflow["nodes"].append(node("theirs", id="4611686018427387999"))

    live.edit(change)
    output = live.refresh("--diff").output
    assert 'changes the script of "step_07"' in output
    assert 'adds "theirs"' in output
    assert 'removes "step_11"' in output
    shown = block(output)
    assert "SELECT 'by hand';" in "\n".join(shown)
    assert named_in(shown) <= {"step_07", "step_10", "step_11"}, "\n".join(shown)
    again = live.refresh().output
    assert "2 unchanged" in again
    assert "changes the script" not in again


def test_a_secret_script_hides_its_own_text_only(live: Stack) -> None:
    document = twelve("step_07")
    nodes(document)[3]["script"]["content"] = {"fn::secret": "SELECT 'planted-1';\n"}
    live.workflow(document)
    live.up()
    nodes(document)[3]["script"]["content"] = {"fn::secret": "SELECT 'planted-2';\n"}
    nodes(document)[7]["script"]["content"] = "SELECT 'open';\n"
    live.workflow(document)
    reported = [live.preview("--diff").output, live.preview().output, live.up().output]
    shown = block(reported[0])
    assert "SELECT 'open';" in "\n".join(shown)
    assert "[secret]" in "\n".join(shown)
    assert 'changes the script of "step_03" and "step_07"' in reported[1]
    held = live.resource()
    for values in (held["inputs"], held["outputs"]):
        hidden = [one["name"] for one in nodes(values["spec"]) if "ciphertext" in one["script"]["content"]]
        assert hidden == ["step_03"]
    clear = {key for key, value in held["outputs"].items() if "ciphertext" not in str(value)}
    assert {"name", "path", "workflowId", "nodeIds", "nodeOutputs", "projectId"} <= clear
    texts = [*reported, live.is_quiet(), *(path.read_text("utf-8") for path in live.state_files())]
    assert not [text for text in texts if "planted" in text]


def test_what_is_not_known_yet_hides_itself_only(live: Stack) -> None:
    document = twelve("step_07")
    nodes(document)[3]["script"]["content"] = "SELECT '${first.workflowId}';\n"
    resources = {
        name: {
            "type": "dataworks:WorkflowDefinition",
            "properties": {"projectId": live.project_id, "spec": spec},
        }
        for name, spec in {"first": etl(name="first"), "etl": document}.items()
    }
    live.declare(resources)
    output = live.preview("--diff").output
    shown = "\n".join(output.split("::etl]")[1].splitlines())
    assert "SELECT 9 AS step_07;" in shown
    assert "SELECT 1 AS step_03;" in shown
    assert not {"step_05", "step_09"} & named_in(shown.split("Resources:")[0].splitlines())
    summary = live.preview().output
    assert 'changes the script of "step_03" and "step_07"' in summary, summary
    live.up()
    live.is_quiet()


@pytest.mark.starts_plugin
def test_import_prints_an_object_and_the_preview_after_pasting_it_is_clean(live: Stack) -> None:
    [workflow] = live.emulator.workflows()
    live.run("state", "delete", "--yes", live.resource()["urn"])
    identity = f"{live.project_id}/{workflow.workflow_id}"
    live.declare({})
    reported = live.run("import", "--yes", "--skip-preview", "--protect=false", KIND, "etl", identity).output
    pasted = resources_in(reported[reported.index("resources:\n") :].split("\n\n")[0])
    spec = pasted["etl"]["properties"]["spec"]
    assert isinstance(spec, dict)
    scripts = {one["name"]: one["script"]["content"] for one in nodes(spec)}
    assert scripts == {one["name"]: one["script"]["content"] for one in nodes(twelve())}
    assert '"id"' not in json.dumps(spec)
    live.declare(pasted)
    before = live.calls()
    assert "2 unchanged" in live.preview("--diff", "--expect-no-changes").output
    assert live.calls() == before
    live.is_quiet()


@pytest.mark.starts_plugin
def test_what_was_set_in_the_console_is_imported_and_no_up_resets_it(live: Stack) -> None:
    given = {"recurrence": "Pause", "rerunMode": "Denied", "rerunTimes": 0, "timeout": 2, "priority": 8}

    def change(body: Document) -> None:
        body["strategy"] = {"priority": 8, "timeout": 4}
        by_name(body)["step_03"].update(given, instanceMode="Immediately", owner="2000000000000002")

    live.edit(change)
    [workflow] = live.emulator.workflows()
    live.run("state", "delete", "--yes", live.resource()["urn"])
    live.declare({})
    live.emulator.switch(read_back_noise="worst", omitted_fields="reset")
    identity = f"{live.project_id}/{workflow.workflow_id}"
    reported = live.run("import", "--yes", "--skip-preview", "--protect=false", KIND, "etl", identity).output
    pasted = resources_in(reported[reported.index("resources:\n") :].split("\n\n")[0])
    live.declare(pasted)
    assert "2 unchanged" in live.preview("--expect-no-changes").output
    live.is_quiet()
    by_name(workflow_of(pasted["etl"]["properties"]["spec"]))["step_07"]["description"] = "mine"
    live.declare(pasted)
    live.up()
    [after] = live.emulator.workflows()
    found, was = by_name(after.body), by_name(workflow.body)
    assert found["step_07"]["description"] == "mine"
    for name, one in was.items():
        settings = {key: value for key, value in one.items() if not isinstance(value, dict)}
        assert found[name].items() >= settings.items()
    assert after.body["strategy"].items() >= workflow.body["strategy"].items()


def test_a_switch_alone_sends_no_import(live: Stack) -> None:
    before = live.calls()
    live.workflow(twelve(), properties={"adopt": True})
    assert named_in(block(live.preview("--diff").output)) == set()
    assert "[diff: +adopt]" in live.preview().output
    assert "1 updated" in live.up().output
    assert live.resource()["inputs"]["adopt"] is True
    live.workflow(twelve(), properties={"adopt": False, "validateOnPreview": False})
    live.up()
    live.workflow(twelve())
    live.up()
    assert "adopt" not in live.resource()["outputs"]
    assert live.calls() == before
    live.is_quiet()


OTHERS: dict[str, Document] = {
    "script": twelve("step_07"),
    "cron": etl(**{**workflow_of(twelve()), "trigger": {"type": "Scheduler", "cron": "00 30 01 * * ?"}}),
    "description": etl(**{**workflow_of(twelve()), "description": "mine"}),
}


@pytest.mark.parametrize("difference", ["script", nightly("cron"), nightly("description")])
def test_two_stacks_of_one_name_in_two_backends_do_not_overwrite_each_other(
    engine: Path, live: Stack, tmp_path: Path, difference: str
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    other = new_stack(engine, live.server, folder, live.plugin)
    held = copy.deepcopy(live.emulator.workflows())
    other.workflow(OTHERS[difference])
    for step in (other.preview, other.up):
        refused = step(ok=False).output
        assert "is not this resource's" in refused
        assert "adopt: true" in refused
    assert live.emulator.workflows() == held
    other.workflow(twelve())
    assert "as this resource made it: up takes it over" in other.preview().output
    assert "as this resource made it: taking it over" in other.up().output
    assert other.resource()["urn"] == live.resource()["urn"]
    assert other.output() == live.output()
    other.is_quiet()
    live.is_quiet()
