import itertools
import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks._names import printable
from pulumi_resource_dataworks.graph import picture_of, svg
from pulumi_resource_dataworks.graph._command import whole
from pulumi_resource_dataworks.graph._picture import Category, columns
from tests.support.corpus import each_taken
from tests.support.pictures import (
    Drawn,
    after,
    alone,
    compared,
    document,
    everything,
    holds,
    loop,
    meet,
    node,
    read_back,
)


def draw(root: dict[str, Any]) -> Drawn:
    return read_back(svg(alone(root)))


def assert_apart(drawn: Drawn) -> None:
    """No two boxes overlap, but those of which one is inside the other; all are on the page."""
    rects = [*drawn.leaves, *drawn.holders]
    for one, other in itertools.combinations(rects, 2):
        inside = (one in drawn.holders and holds(one, other)) or (
            other in drawn.holders and holds(other, one)
        )
        assert inside or not meet(one, other), (one, other)
    assert all(rect[0] >= 0 and rect[2] <= drawn.size[0] for rect in rects)


def assert_fits(drawn: Drawn) -> None:
    """No text is wider than its box, in a font whose letters are 0.6 of its size."""
    for name, texts in drawn.texts.items():
        width = max(rect[2] - rect[0] for rect in drawn.boxes[name])
        assert all(columns(text) * 6.6 <= width for text in texts)


def count_edges(owner: dict[str, Any]) -> int:
    """Dependencies below a workflow, looked for in a way of its own; what is inside a PAI flow is drawn as one node."""
    if isinstance(owner, list):
        return sum(map(count_edges, owner))
    if not isinstance(owner, dict):
        return 0
    own = sum(
        len({(depend.get("type"), depend.get("output")) for depend in entry.get("depends") or []})
        for key in ("dependencies", "flow")
        for entry in owner.get(key) or []
    )
    return own + sum(count_edges(owner[key]) for key in owner if key not in ("dependencies", "flow"))


@each_taken
def test_every_document_is_drawn(file: Path) -> None:
    root = flowspec.read(file.read_text("utf-8")).root
    complete = whole(root)
    workflow = flowspec.workflow_of(complete)
    text = svg(picture_of(complete))
    drawn = read_back(text)
    for _, entity in flowspec.nodes_of(workflow):
        own = [key for key in drawn.boxes if key == printable(str(entity["name"]))]
        assert len(own) == 1
    assert len(drawn.leaves) + len(drawn.holders) >= len(list(flowspec.nodes_of(workflow)))
    assert len(drawn.arrows) == count_edges(workflow)
    assert_apart(drawn)
    assert_fits(drawn)
    assert svg(picture_of(whole(root))) == text


def test_each_kind_of_node_has_its_look() -> None:
    drawn = draw(everything())
    looks = {
        "start": "virtual",
        "copy_订单明细": "sync",
        "score": "python",
        "export": "shell",
        "choose": "control",
        "yes": "sql",
        "no": "other",
        "orders_ready": "outside",
    }
    for name, look in looks.items():
        assert look in drawn.classes[name]
    legend = set(drawn.every_text)
    assert {category.value for category in Category} <= legend
    assert_apart(drawn)
    assert_fits(drawn)


def test_a_control_node_is_drawn_around_its_inner_nodes() -> None:
    drawn = draw(everything())
    for holder, inner in (
        ("loop", ("begin", "step", "again")),
        ("each", ("one", "two")),
        ("sub", ("inside",)),
    ):
        assert "holder" in drawn.classes[holder]
        assert all(holds(drawn.boxes[holder][0], drawn.boxes[name][0]) for name in inner)
        assert not holds(drawn.boxes[holder][0], drawn.boxes["start"][0])


def test_no_text_is_at_a_border() -> None:
    drawn = draw(everything())
    for name, [(_, top, _, bottom)] in drawn.boxes.items():
        assert min(drawn.baselines[name]) >= top + 14
        assert max(drawn.baselines[name]) <= bottom - 8
    for holder, first in (("loop", "begin"), ("each", "one"), ("sub", "inside")):
        assert max(drawn.baselines[holder]) <= drawn.boxes[first][0][1] - 8


def test_what_is_to_be_known_of_a_node_is_written_in_it() -> None:
    texts = draw(everything()).texts
    assert texts["score"] == ["PY", "score", "PYODPS3 · paused"]
    assert texts["export"][-1] == "DIDE_SHELL · dry run"
    assert texts["again"][-1] == "CONTROLLER_CYCLE_END · condition"
    assert texts["choose"][-1] == "CONTROLLER_BRANCH · waits for own last cycle"
    assert " ".join(texts["merge"]).endswith("waits for last cycle of its children")
    assert texts["orders_ready"] == ["orders_ready", "crm.orders"]


def test_dependencies_on_an_earlier_cycle_are_dashed() -> None:
    arrows = draw(everything()).arrows
    earlier = {title for title, look in arrows if "earlier" in look}
    assert earlier == {"score ← merge", "choose ← choose", "merge ← merge"}
    assert ("loop ← merge", "edge") in arrows
    assert ("step ← begin", "edge") in arrows


def test_a_branch_says_when_it_goes_which_way() -> None:
    assert {"${day}==1", "${day}!=1", "last cycle"} <= set(draw(everything()).every_text)


def test_the_workflow_is_reported_above() -> None:
    drawn = draw(everything())
    assert drawn.every_text[:2] == ["daily_orders", "CycleWorkflow · daily_orders"]
    assert drawn.every_text[2] == "every day at 02:30 · Asia/Shanghai"


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("00 30 02 * * ?", "every day at 02:30"),
        ("5 0 2 * * ? *", "every day at 02:00:05"),
        ("00 00 03 ? * MON-FRI", "every Monday to Friday at 03:00"),
        ("0 0 3 ? * mon,THU", "every Monday and Thursday at 03:00"),
        ("00 00 03 1 * ?", "on day 1 of every month at 03:00"),
        ("00 00 03 L * ?", "on the last day of every month at 03:00"),
        ("00 15 * * * ?", "every hour at minute 15"),
        *((cron, cron) for cron in ("every day", "00 00 03 ? * 2", "00 00/5 03 * * ?", "00 00 25 * * ?")),
        *(
            (cron, cron)
            for cron in ("00 00 03 1 * MON", "00 00 03 ? * ABC", "00 00 * ? * MON", "5 0 * * * ?")
        ),
    ],
)
def test_a_simple_schedule_is_in_words(cron: str, words: str) -> None:
    root = document([node("a")], trigger={"type": "Scheduler", "cron": cron})
    assert words in draw(root).every_text


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ({"cron": "00 30 02 * * ?", "timezone": "Asia/Shanghai", "delaySeconds": 0}, "ODPS_SQL"),
        ({"cron": "00 30 06 ? * MON", "timezone": "Asia/Shanghai"}, "ODPS_SQL · every Monday at 06:30"),
        ({"cron": "00 30 02 * * ?", "timezone": "GMT+2"}, "ODPS_SQL · every day at 02:30 · GMT+2"),
        ({"type": "Manual"}, "ODPS_SQL"),
    ],
)
def test_a_node_s_own_schedule_is_in_its_box(trigger: dict[str, Any], words: str) -> None:
    inner = node("inner", trigger={"type": "Scheduler", "cron": "00 00 05 * * ?"})
    holder = node("loop", "CONTROLLER_CYCLE", **{"do-while": {"nodes": [inner]}})
    drawn = draw(document([node("a", trigger={"type": "Scheduler", **trigger}), holder]))
    assert drawn.texts["a"][-1] == words
    assert drawn.texts["inner"][-1] == "ODPS_SQL"


def test_a_document_without_nodes_is_drawn() -> None:
    drawn = draw(document([]))
    assert drawn.leaves == []
    assert "daily_orders" in drawn.every_text


HOSTILE = [
    "</text><script>alert(1)</script>",
    "a & b \"c\" 'd'",
    "turned\u202eback\u2066",
    "bell\x07\x00\x1b[31m\nline",
    "x" * 10_000,
    "订单" * 5_000,
    "\ufffe\uffff\ufdd0",
    "e\u0301" * 50,
    " ",
]


def test_hostile_names_stay_in_their_boxes() -> None:
    root = document([node(name) for name in HOSTILE], [after(HOSTILE[0], *HOSTILE[1:])], name=HOSTILE[0])
    text = svg(alone(root))
    drawn = read_back(text)
    assert len(drawn.leaves) == len(HOSTILE)
    assert_fits(drawn)
    assert_apart(drawn)
    assert not [element for element in ET.fromstring(text).iter() if element.tag.endswith("script")]
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert drawn.texts["turned\\u202eback\\u2066"][1] == "turned\\u202eback\\u2066"
    assert len(text) < 40_000


def test_nodes_that_wait_for_each_other_are_drawn() -> None:
    drawn = draw(
        document([node("a"), node("b"), node("c")], [after("a", "b"), after("b", "a"), after("c", "c")])
    )
    assert sorted(title for title, _ in drawn.arrows) == ["a ← b", "b ← a", "c ← c"]
    assert_apart(drawn)


def test_an_inner_node_may_wait_for_what_is_outside() -> None:
    inner = loop()
    inner["do-while"]["flow"][0]["depends"] += [{"output": "far.away"}, {"output": "near.output"}]
    near = node("near", outputs={"nodeOutputs": [{"data": "near.output"}]})
    drawn = draw(document([near, inner]))
    assert {"step ← far.away", "step ← near"} <= {title for title, _ in drawn.arrows}
    assert not holds(drawn.boxes["loop"][0], drawn.boxes["far.away"][0])


def test_many_nodes_of_one_are_set_below_each_other() -> None:
    names = [f"load_{number}" for number in range(60)]
    root = document([node("start", "VIRTUAL"), *map(node, names)], [after(name, "start") for name in names])
    drawn = draw(root)
    assert drawn.size[1] > drawn.size[0]
    assert_apart(drawn)


def test_nodes_without_a_dependency_are_no_endless_row() -> None:
    drawn = draw(document([node(f"n{number}") for number in range(100)]))
    assert drawn.size[0] < 3 * drawn.size[1]
    assert_apart(drawn)


def test_hundreds_of_nodes_are_drawn_apart() -> None:
    chance = random.Random(7)
    names = [f"dwd_table_{number:03}" for number in range(400)]
    depends = [
        after(names[at], *{names[chance.randrange(max(0, at - 30), at)] for _ in "ab"})
        for at in range(1, 400)
    ]
    drawn = draw(document(list(map(node, names)), depends))
    assert len(drawn.leaves) == 400
    assert len(drawn.arrows) == sum(len(entry["depends"]) for entry in depends)
    assert_apart(drawn)


def test_a_picture_says_what_it_is_without_being_seen() -> None:
    root = ET.fromstring(svg(alone(everything())))
    assert root.attrib["role"] == "img"
    assert [element.tag.split("}")[1] for element in root[:2]] == ["title", "desc"]
    assert root[0].text == "daily_orders"
    assert root[1].text is not None
    assert root[1].text.startswith("17 nodes, 18 dependencies. CycleWorkflow")


def test_a_picture_needs_nothing_from_elsewhere_and_knows_the_dark() -> None:
    text = svg(compared(document([node("a")]), everything()))
    assert "prefers-color-scheme: dark" in text
    for word in ("href", "url(http", "@import", "<script", "<image", "<foreignObject", "onload"):
        assert word not in text
