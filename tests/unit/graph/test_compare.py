from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.graph import picture_of, svg
from pulumi_resource_dataworks.graph._command import both, held, whole
from pulumi_resource_dataworks.graph._picture import Picture
from tests.support.pictures import after, alone, compared, document, everything, loop, node, read_back


def signs(picture: Picture) -> dict[str, str]:
    return {box.name: box.sign for box in picture.boxes}


def ways(picture: Picture) -> set[tuple[str, str, str]]:
    """Each arrow by the names of its ends, and its sign."""
    names = {box.key: box.name for box in picture.boxes}
    return {(names[arrow.source], names[arrow.target], arrow.sign) for arrow in picture.arrows}


def lines(picture: Picture) -> list[tuple[str, str]]:
    return [(line.sign, line.text) for line in picture.lines]


def test_equal_documents_show_no_change() -> None:
    picture = compared(everything(), everything())
    assert picture.summary == "nothing changes"
    assert set(signs(picture).values()) == {""}
    assert {arrow.sign for arrow in picture.arrows} == {""}
    assert lines(picture) == lines(alone(everything()))
    same = alone(everything())
    assert (picture.boxes, picture.arrows) == (same.boxes, same.arrows)


def test_short_and_long_form_are_the_same() -> None:
    long = whole(flowspec.read(everything()).root)
    for before, now in ((everything(), long), (long, everything())):
        assert compared(before, now).summary == "nothing changes"


def test_ids_that_one_document_has_are_the_others_too() -> None:
    own = document([node("a", id="11"), node("b", id="12")], [after("b", "a")], id="10")
    bare = document([node("a"), node("b")], [after("b", "a")])
    for before, now in ((own, bare), (bare, own)):
        assert compared(before, now).summary == "nothing changes"


def test_an_id_that_another_node_took_over_is_not_given_twice() -> None:
    before = document([node("a", id="11")])
    now = document([node("b", id="11"), node("a")])
    assert signs(compared(before, now)) == {"b": "~", "a": "+"}


def test_added_removed_and_changed() -> None:
    before = document([node("a"), node("gone"), node("c")], [after("gone", "a"), after("c", "gone")])
    now = document(
        [node("a", "ODPS_SQL", timeout=3), node("c"), node("new")], [after("c", "a"), after("new", "c")]
    )
    picture = compared(before, now)
    assert signs(picture) == {"a": "~", "c": "", "new": "+", "gone": "-"}
    assert next(box.changes for box in picture.boxes if box.name == "a") == ("timeout",)
    assert ways(picture) == {
        ("a", "c", "+"),
        ("c", "new", "+"),
        ("a", "gone", "-"),
        ("gone", "c", "-"),
    }


def test_the_picture_shows_just_what_preview_reports() -> None:
    before, now = both(*(flowspec.read(root).root for root in (_changed_before(), _changed_after())))
    changes = flowspec.changes(before, now)
    picture = picture_of(now, before)
    assert picture.summary == changes.describe()
    reported = {box.key: box.sign for box in picture.boxes if box.sign and box.key in changes.changed}
    assert reported == dict.fromkeys(changes.changed, "~")
    for sign, expected in (("+", changes.edges_added), ("-", changes.edges_removed)):
        assert sum(arrow.sign == sign for arrow in picture.arrows) == len(expected)
    assert sum(box.sign == "+" for box in picture.boxes) == len(changes.added)
    assert sum(box.sign == "-" for box in picture.boxes) == len(changes.removed)


def _changed_before() -> dict[str, Any]:
    return document([node("a"), loop(), node("b")], [after("loop", "a"), after("b", "loop")])


def _changed_after() -> dict[str, Any]:
    other = loop(timeout=4)
    other["do-while"]["nodes"][1] = node("step", "PYODPS3")
    other["do-while"]["nodes"].append(node("extra"))
    other["do-while"]["flow"] = [after("step", "begin"), after("extra", "step"), after("again", "extra")]
    return document([node("a"), other], [after("loop", "a")])


def test_inner_nodes_change_inside_their_control_node() -> None:
    picture = compared(_changed_before(), _changed_after())
    by_name = {box.name: box for box in picture.boxes}
    assert {name: box.sign for name, box in by_name.items()} == {
        "a": "",
        "loop": "~",
        "begin": "",
        "step": "~",
        "extra": "+",
        "again": "",
        "b": "-",
    }
    assert by_name["extra"].holder == by_name["loop"].key
    drawn = read_back(svg(picture))
    assert "holder" in drawn.classes["loop"]


def test_a_removed_control_node_goes_with_its_inner_nodes() -> None:
    picture = compared(document([node("a"), loop()], [after("loop", "a")]), document([node("a")]))
    by_name = {box.name: box for box in picture.boxes}
    assert {box.sign for name, box in by_name.items() if name != "a"} == {"-"}
    assert by_name["step"].holder == by_name["loop"].key
    assert ("begin", "step", "-") in ways(picture)
    read_back(svg(picture))


def test_an_inner_node_that_is_gone_stands_where_it_was() -> None:
    picture = compared(_changed_after(), _changed_before())
    by_name = {box.name: box for box in picture.boxes}
    assert by_name["extra"].sign == "-"
    assert by_name["extra"].holder == by_name["loop"].key


def test_a_node_that_moved_says_from_where() -> None:
    inside = loop()
    inside["do-while"]["nodes"].append(node("step2", id="77"))
    before, now = document([inside]), document([loop(), node("step2", id="77")])
    box = next(box for box in compared(before, now).boxes if box.name == "step2")
    assert (box.sign, box.holder) == ("~", "")
    assert "was loop/step2" in box.changes


def test_a_new_name_is_a_change_and_its_dependencies_stay() -> None:
    before = document([node("a", id="1"), node("b", id="2")], [after("b", "a")])
    now = document([node("z", id="1"), node("b", id="2")], [after("b", "z")])
    picture = compared(before, now)
    assert signs(picture) == {"z": "~", "b": ""}
    assert ways(picture) == {("z", "b", "")}


def test_a_node_of_another_workflow_that_nobody_waits_for_any_more() -> None:
    one, other = {"output": "x.one"}, {"output": "x.two"}
    picture = compared(document([node("a")], [after("a", one)]), document([node("a")], [after("a", other)]))
    assert signs(picture) == {"a": "", "x.one": "-", "x.two": "+"}


def test_the_schedule_is_shown_before_and_after() -> None:
    now = document([node("a")], trigger={"type": "Scheduler", "cron": "00 00 03 * * ?", "timezone": "GMT+8"})
    picture = compared(document([node("a")]), now)
    assert lines(picture) == [
        ("", "CycleWorkflow · daily_orders"),
        ("-", "every day at 02:30 · Asia/Shanghai"),
        ("+", "every day at 03:00 · GMT+8"),
        ("~", "trigger.cron, trigger.timezone"),
    ]
    texts = read_back(svg(picture)).every_text
    assert "- every day at 02:30 · Asia/Shanghai" in texts


def test_a_workflow_that_has_a_new_name() -> None:
    picture = compared(document([node("a")], id="9"), document([node("a")], id="9", name="other"))
    assert picture.name == "other"
    assert ("-", "CycleWorkflow · daily_orders") in lines(picture)
    assert any("name" in text for sign, text in lines(picture) if sign == "~")


def filled(root: dict[str, Any]) -> flowspec.Object:
    """A document as the service gives it back: with IDs of its own, and with what it fills in."""
    actual = flowspec.complete(flowspec.read(root).root, lambda name: str(9_000_000 + sum(map(ord, name))))
    for _, entity in flowspec.nodes_of(flowspec.workflow_of(actual)):
        entity |= {"recurrence": "Normal", "rerunTimes": 3, "owner": "1", "metadata": {"a": 1}}
    return actual


def test_what_the_service_fills_in_is_no_change() -> None:
    before, now = held(filled(everything()), flowspec.read(everything()).root)
    # The fixture's own marks: everything() pauses two nodes, and the service was made to hold them as normal.
    assert flowspec.changes(before, now).changed == {"score": ["recurrence"], "export": ["recurrence"]}
    plain = document([node("a"), node("b")], [after("b", "a")])
    assert compared_with_service(plain, plain).summary == "nothing changes"


@pytest.mark.parametrize("own_ids", [False, True])
def test_a_node_that_somebody_added_in_the_workspace_would_go(own_ids: bool) -> None:
    mine = {"id": "1"} if own_ids else {}
    actual = document([node("a"), node("theirs")], [after("theirs", "a")])
    picture = compared_with_service(actual, document([node("a", **mine)]))
    assert signs(picture) == {"a": "", "theirs": "-"}
    assert ways(picture) == {("a", "theirs", "-")}


def compared_with_service(actual: dict[str, Any], declared: dict[str, Any]) -> Picture:
    before, now = held(filled(actual), flowspec.read(declared).root)
    return picture_of(now, before)
