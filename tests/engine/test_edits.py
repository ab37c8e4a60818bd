"""What others change in DataWorks: it is seen, and neither overwritten nor deleted where that was not shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.documents import etl, node, nodes
from tests.support.stacks import Stack


def test_a_script_that_the_document_leaves_out_is_watched(stack: Stack) -> None:
    empty = node("later")
    del empty["script"]["content"]
    stack.workflow(etl(nodes=[empty], dependencies=[]))
    stack.up()
    stack.is_quiet()
    template = stack.scripts()["later"]
    stack.emulator.edit_node(stack.output(), "later", "script.content", "SELECT 7;\n")
    shown = stack.refresh("--diff").output
    assert 'changes the script of "later"' in shown
    assert "SELECT 7;" in shown
    stack.up()
    assert stack.scripts()["later"].splitlines()[:2] == template.splitlines()[:2]


def test_strict_refuses_to_overwrite_an_edit_until_a_refresh_has_shown_it(live: Stack) -> None:
    live.emulator.edit_node(live.output(), "load", "script.content", "SELECT 7;\n")
    live.workflow(etl(description="new"), config={"strict": True})
    for refused in (live.preview(ok=False), live.up(ok=False)):
        assert "this overwrites an edit made outside of Pulumi" in refused.output
    assert live.scripts()["load"] == "SELECT 7;\n"
    assert "SELECT 7;" in live.refresh("--diff").output
    live.up()
    assert live.scripts()["load"] == nodes(etl())[1]["script"]["content"]


def test_strict_refuses_to_delete_what_somebody_added_until_a_refresh_has_shown_it(live: Stack) -> None:
    def add(workflow: dict[str, Any]) -> None:
        path = {"path": "daily_orders/by_hand", "runtime": {"command": "VIRTUAL"}}
        workflow["nodes"].append(node("by_hand", id="4611686018427387999", script=path))

    live.workflow(etl(), config={"strict": True})
    live.up()
    live.edit(add)
    assert (
        'this deletes an edit made outside of Pulumi since the last run, which adds "by_hand"'
        in live.destroy(ok=False).output
    )
    assert "by_hand" in live.refresh("--diff").output
    live.destroy()
    assert live.emulator.workflows() == []


def test_an_update_does_not_delete_what_somebody_added(live: Stack) -> None:
    def add(workflow: dict[str, Any]) -> None:
        workflow["nodes"].append(node("by_hand", id="4611686018427387999"))

    live.edit(add)
    document = etl()
    nodes(document)[0]["script"]["content"] = "SELECT 9;\n"
    live.workflow(document)
    output = live.up(ok=False).output
    assert '"by_hand"' in output
    assert "would delete it" in output
    assert "by_hand" in live.scripts()
    assert "by_hand" in live.refresh("--diff").output
    before = live.calls()
    assert "would delete it" in live.preview(ok=False).output
    assert live.calls() == before
    assert "would delete it" in live.up(ok=False).output
    assert "by_hand" in live.scripts()
    live.workflow(etl(nodes=[*nodes(document), node("by_hand")]))
    live.up()
    assert set(live.scripts()) == {"extract", "load", "by_hand"}
    assert "2 unchanged" in live.preview().output


def test_a_former_state_does_not_delete_the_node_that_a_later_up_added(live: Stack) -> None:
    former = str(live.folder / "former.json")
    live.run("stack", "export", "--file", former)
    live.workflow(etl(nodes=[*nodes(etl()), node("report")]))
    live.up()
    live.run("stack", "import", "--file", former)
    live.workflow(etl(description="new"))
    output = live.up(ok=False).output
    assert '"report"' in output
    assert "would delete it" in output
    assert set(live.scripts()) == {"extract", "load", "report"}
    live.workflow(etl(description="new"), properties={"adopt": True})
    assert "adopt is set" in live.up().output
    assert set(live.scripts()) == {"extract", "load"}


@pytest.mark.parametrize("form", [lambda document: document, json.dumps], ids=["object", "text"])
def test_an_edit_of_what_is_ignored_stays_through_an_update_without_a_refresh(
    live: Stack, form: Callable[[dict[str, Any]], Any]
) -> None:
    live.emulator.edit_node(live.output(), "extract", "script.content", "SELECT 7;")
    ignored = ["spec.spec.workflows[0].nodes[0].script.content"]
    changed = etl(description="new")
    live.workflow(form(changed), ignoreChanges=ignored, config={"strict": True})
    live.preview()
    assert "overwrites" not in live.up().output
    assert live.emulator.workflows()[0].body["description"] == "new"
    assert live.scripts()["extract"] == "SELECT 7;"
    assert "2 unchanged" in live.preview("--refresh").output
    live.workflow(form(changed))
    assert 'changes the script of "extract"' in live.preview().output
