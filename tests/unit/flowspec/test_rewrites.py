"""What the service made of a document is no drift, and everything else is."""

from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import actual_ids, restore

SENT: dict[str, Any] = {
    "nodes": [{"id": "1", "a": "x", "b": 1}, {"id": "2", "a": "y"}],
    "t": {"k": 1},
    "o": "me",
}
KEPT: dict[str, Any] = {"nodes": [{"id": "1", "a": "X!", "b": 1}, {"id": "2", "a": "y"}], "t": {"k": 1}}


def test_what_is_as_it_was_kept_is_what_was_sent() -> None:
    assert restore(SENT, KEPT, KEPT) is SENT


CASES: list[tuple[Any, Any]] = [
    ({**KEPT, "t": {"k": 2}}, {**SENT, "t": {"k": 2}}),
    ({**KEPT, "t": {"k": 1, "new": 3}}, {**SENT, "t": {"k": 1, "new": 3}}),
    ({**KEPT, "o": "you"}, {**SENT, "o": "you"}),
    ({"nodes": KEPT["nodes"]}, {"nodes": SENT["nodes"], "o": "me"}),
    ({**KEPT, "nodes": [KEPT["nodes"][0]]}, {**SENT, "nodes": [SENT["nodes"][0]]}),
    (
        {**KEPT, "nodes": [KEPT["nodes"][1], {**KEPT["nodes"][0], "b": 2}]},
        {**SENT, "nodes": [SENT["nodes"][1], {**SENT["nodes"][0], "b": 2}]},
    ),
    (
        {**KEPT, "nodes": [{**KEPT["nodes"][0], "a": "z"}, {"id": "3"}]},
        {**SENT, "nodes": [{**SENT["nodes"][0], "a": "z"}, {"id": "3"}]},
    ),
]


def test_entries_that_nothing_distinguishes_are_known_by_their_places() -> None:
    sent, kept = {"l": ["a", "b"]}, {"l": ["A", "b"]}
    assert restore(sent, kept, {"l": ["A", "c"]}) == {"l": ["a", "c"]}


@pytest.mark.parametrize(("now", "expected"), CASES)
def test_what_changed_since_shows_beside_it(now: Any, expected: Any) -> None:
    assert restore(SENT, KEPT, now) == expected


def root(**nodes: str) -> dict[str, Any]:
    held = [{"name": name, "id": own} for name, own in nodes.items()]
    return {"spec": {"workflows": [{"id": "w", "nodes": held}]}}


def test_a_node_is_found_by_its_id_then_by_the_known_one_then_by_its_name() -> None:
    declared = root(a="1", b="2", c="3", d="4")
    actual = root(z="1", y="20", c="30")
    assert actual_ids(declared, actual, {"2": "20"}) == {"2": "20", "3": "30"}


def test_a_node_that_is_declared_under_its_id_is_nobody_elses() -> None:
    """Two nodes that have swapped names, one of them new."""
    assert actual_ids(root(a="2", b="9"), root(b="2")) == {}
