"""A node, a function and a file whose run is killed at a call that writes: after the next `up` each is there once, as declared."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Fault
from tests.support.chaos import Moment, ctrl_c, kill_cli, kill_plugin
from tests.support.chaos_run import ambush_at
from tests.support.nightly import nightly
from tests.support.objects import SCRIPT, file, function, node_document
from tests.support.stacks import Stack

KINDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "Node": (
        "Node",
        {"spec": node_document()},
        {"spec": node_document(script={**SCRIPT, "content": "SELECT 2;"})},
    ),
    "Function": ("Function", function(), function(className="masking.Hide")),
    "FileResource": ("Resource", file(), file(contentUrl="https://b.oss.example/other.py")),
}
"""Its name in operations, what is declared at first, and then."""
BLOWS: dict[str, tuple[Callable[[int], None], dict[str, Any]]] = {
    "kill_plugin": (kill_plugin, {"reset": True}),
    "kill_cli": (kill_cli, {"status": 503, "delay_seconds": 4}),
    "ctrl_c": (ctrl_c, {"status": 503, "delay_seconds": 4}),
}
ORDINARY = {
    ("Node", "Create", "kill_plugin", "after"),
    ("Function", "Create", "kill_plugin", "after"),
    ("FileResource", "Create", "kill_cli", "after"),
    ("Node", "Update", "ctrl_c", "after"),
    ("FileResource", "Update", "kill_plugin", "before"),
    ("Function", "Delete", "kill_plugin", "after"),
}
CASES = [
    case if case in ORDINARY else nightly(*case)
    for case in product(KINDS, ("Create", "Update", "Delete"), BLOWS, ("before", "after"))
]


def declare(stack: Stack, kind: str, inputs: dict[str, Any] | None) -> None:
    """Writes the program with the object, or with none."""
    held = {"projectId": stack.project_id, **(inputs or {})}
    own = {"own": {"type": f"dataworks:{kind}", "properties": held}}
    stack.declare(own if inputs else {}, config={"callsPerSecond": 1000})


@pytest.mark.parametrize(("kind", "verb", "blow", "moment"), CASES)
def test_it_is_there_once_as_declared(stack: Stack, kind: str, verb: str, blow: str, moment: Moment) -> None:
    noun, first, then = KINDS[kind]
    wanted = {"Create": first, "Update": then, "Delete": None}[verb]
    if verb != "Create":
        declare(stack, kind, first)
        stack.up()
    declare(stack, kind, wanted)
    strike, answer = BLOWS[blow]
    with ambush_at(stack, Fault(f"{verb}{noun}", when=moment, **answer), moment, strike) as ambush:
        ambush.end_of(stack.start("up", "--yes", "--skip-preview", own_plugin=True))
    assert ambush.struck == f"{verb}{noun}"
    if list((stack.folder.parent / "state/.pulumi/locks").rglob("*.json")):
        stack.run("cancel", "--yes")
    stack.up()
    stack.refresh("--clear-pending-creates")
    made = [one for one in stack.emulator.objects() if one.kind == noun]
    assert len(made) == (0 if wanted is None else 1)
    stack.preview("--expect-no-changes", "--refresh")
    stack.destroy()
    assert stack.emulator.objects() == []
