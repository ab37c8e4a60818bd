"""The text, whose meaning was tried with Mermaid 11 in a browser by hand: what the tests hold is what was seen there."""

import re
from pathlib import Path

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.graph import mermaid, picture_of
from pulumi_resource_dataworks.graph._command import whole
from pulumi_resource_dataworks.graph._mermaid import too_big_for
from tests.support.corpus import each_taken
from tests.support.pictures import after, alone, compared, document, everything, labels, loop, node


def names(text: str) -> dict[str, str]:
    """What each box is called in the text, by the first line of its label."""
    return {re.split("\n| · ", label)[0]: name for name, label in labels(text).items()}


def test_shapes_and_arrows() -> None:
    text = mermaid(alone(everything()))
    name = names(text)
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "flowchart TB"
    for one, shape in (
        ("start", '(["start<br/>VIRTUAL"])'),
        ("copy_订单明细", '[/"copy_订单明细<br/>DI"/]'),
        ("score", '("score<br/>PYODPS3 · paused")'),
        ("export", '[["export<br/>DIDE_SHELL · dry run"]]'),
        ("yes", '[("yes<br/>ODPS_SQL")]'),
        ("merge", '{{"merge<br/>CONTROLLER_JOIN"}}'),
        ("no", '["no<br/>ODPS_SPARK"]'),
        ("orders_ready", '>"orders_ready<br/>crm#46;orders"]'),
    ):
        assert f"{name[one]}{shape}" in lines
    assert f"{name['start']} --> {name['copy_订单明细']}" in lines
    assert f'{name["merge"]} -.->|"last cycle"| {name["score"]}' in lines
    assert f'{name["choose"]} -.->|"own last cycle"| {name["choose"]}' in lines
    assert any(
        line.startswith(f"{name['choose']} -->|") and line.endswith(f" {name['yes']}") for line in lines
    )


def test_a_control_node_is_a_subgraph() -> None:
    lines = mermaid(alone(document([loop()]))).splitlines()
    start = lines.index('  subgraph n0["loop · CONTROLLER_CYCLE"]')
    end = lines.index("  end")
    assert [line.strip()[:2] for line in lines[start + 2 : end]] == ["n1", "n2", "n3"]


def test_a_control_node_that_waits_for_itself_says_so_in_words() -> None:
    """Mermaid 10 fails at an arrow from a subgraph to itself."""
    text = mermaid(alone(document([loop()], [after("loop", {"type": "CrossCycleDependsOnSelf"})])))
    assert labels(text)["n0"] == "loop · CONTROLLER_CYCLE · waits for own last cycle"
    assert "n0 -" not in text


def test_what_changes_has_a_colour_and_a_sign() -> None:
    before = document([node("a"), node("gone"), node("c")], [after("gone", "a"), after("c", "gone")])
    now = document([node("a", timeout=3), node("c"), node("new")], [after("c", "a"), after("new", "c")])
    text = mermaid(compared(before, now))
    shown = labels(text)
    by_name = {label.split("\n")[0]: name for name, label in shown.items()}
    assert {"~ a", "- gone", "c", "+ new"} <= by_name.keys()
    assert shown[by_name["~ a"]] == "~ a\nODPS_SQL\ntimeout"
    for sign, name in (("+ new", "added"), ("- gone", "removed"), ("~ a", "changed")):
        assert f"  class {by_name[sign]} {name}\n" in text
    arrows = re.findall(r'^  (n\d) -->(?:\|"(\w+)"\|)? (n\d)$', text, re.MULTILINE)
    reported = {(first, second): word for first, word, second in arrows}
    assert reported[by_name["~ a"], by_name["c"]] == "added"
    assert reported[by_name["~ a"], by_name["- gone"]] == "removed"
    for word, colour in (("added", "#1a7f37"), ("removed", "#cf222e")):
        places = [str(place) for place, arrow in enumerate(arrows) if arrow[1] == word]
        assert f"  linkStyle {','.join(places)} stroke:{colour}" in text


HOSTILE = [
    '<script>"&#quot;',
    "1. a list",
    "- dash",
    "*bold* _it_ __init__ a_b",
    "`tick` [x](y) {z} |p| ;;",
    "end",
    "style:#x;",
    "%%{init: {}}%%",
    "a --> b",
    "http://www.example.com",
    "back\\slash \\n",
    "工作流 042203",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_means_itself(name: str) -> None:
    text = mermaid(alone(document([node(name)], name=name)))
    assert labels(text)["n0"] == f"{name}\nODPS_SQL"
    for label in re.findall(r'"(.*)"', text):
        bare = re.sub(r"#\d+;|<br/>", "", label)
        assert not set(bare) & set('"#;<>&`*[]{}()|\\:.%=')


def test_what_mermaid_obeys_in_any_spelling_is_broken_up() -> None:
    text = mermaid(alone(document([node("a\\new fa:fa-car $$x$$")])))
    for obeyed in ("#92;n", "#58;fa", "#36;#36;"):
        assert obeyed not in text


def test_long_names_and_lines_are_one_line() -> None:
    text = mermaid(alone(document([node("订单" * 5_000), node("a\nb\u2028c")])))
    assert "订…" in labels(text)["n0"]
    assert labels(text)["n1"] == "a\\nb\\u2028c\nODPS_SQL"
    assert max(map(len, text.splitlines())) < 200


def test_too_big_is_said() -> None:
    few = alone(document([node("a")]))
    many = [f"n{number}" for number in range(502)]
    edges = alone(document(list(map(node, many)), [after(name, "n0") for name in many[1:]]))
    assert too_big_for(mermaid(few), few) == ""
    assert "501 dependencies" in too_big_for("", edges)
    assert "50,001 characters" in too_big_for("x" * 50_001, few)


@each_taken
def test_every_document_is_written(file: Path) -> None:
    root = flowspec.read(file.read_text("utf-8")).root
    picture = picture_of(whole(root))
    text = mermaid(picture)
    assert len(labels(text)) == len(picture.boxes) + 1
    assert len(re.findall(r"^  n\d+ -", text, re.MULTILINE)) == len(picture.arrows)
    assert mermaid(picture_of(whole(root))) == text
