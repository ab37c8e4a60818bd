"""What leaves this program: nothing that a terminal, or Pulumi's CLI, obeys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_resource_dataworks import cli
from pulumi_resource_dataworks._names import printable
from tests.support.documents import etl

HOSTILE = "\x1b]0;title\x07 \x9b31m \x08\x7f \u202eesrever\u2066 <{%bold%}> \ud800"


def test_what_a_terminal_obeys_is_written_out() -> None:
    assert printable(HOSTILE) == (
        "\\x1b]0;title\\x07 \\x9b31m \\x08\\x7f \\u202eesrever\\u2066 <{ %bold%}> \\ud800"
    )


@pytest.mark.parametrize("text", ["", "plain", "清洗订单 é 🙂 {% <{ %}>", "a\\x1b"])
def test_what_nobody_obeys_stays(text: str) -> None:
    assert printable(text) == text


def test_lines_stay_where_they_are_wanted() -> None:
    assert (printable("a\nb\r\t"), printable("a\nb\r\t", lines=True)) == ("a\\nb\\r\\t", "a\nb\\r\\t")


@pytest.mark.parametrize("command", [["validate"], ["graph"], ["graph", "--format", "mermaid"]])
def test_no_command_hands_on_what_a_document_has(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = HOSTILE.replace("\ud800", "")
    document = etl(name=name, description=name)
    document["spec"]["workflows"][0]["nodes"][0].update(name=name, recurrence=name)
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(document), "utf-8")
    cli.main([*command, str(file)])
    reported = "".join(capfd.readouterr())
    assert reported
    assert printable(reported, lines=True) == reported
