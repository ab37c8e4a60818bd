from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_resource_dataworks.export._documents import Joined, NodeOutput, ScriptFile, Setting
from pulumi_resource_dataworks.export._yaml import block

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [
        "${x}",
        "$${x}",
        "$",
        "$$",
        "$$$",
        "$[yyyymmdd]",
        "on",
        "No",
        "null",
        "1.10",
        "0o17",
        "- a",
        "a: b",
        "# c",
        "~",
    ]
)
VALUES = st.recursive(
    TEXT | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def read(value: Any) -> Any:
    """What Pulumi makes of a value as it was written: YAML, then `$$` for `$`, and no `${` left."""
    return interpolated(yaml.safe_load("\n".join(block(value))))


def interpolated(value: Any) -> Any:
    if isinstance(value, str):
        assert not re.search(r"(?<!\$)(\$\$)*\$\{", value), value
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [interpolated(item) for item in value]
    if isinstance(value, dict):
        return {interpolated(key): interpolated(item) for key, item in value.items()}
    return value


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_again(value: dict[str, Any]) -> None:
    assert read(value) == value


def test_a_text_that_other_readers_of_yaml_take_for_something_else_is_quoted() -> None:
    for text in ("yes", "NO", "on", "y", "0o17", "1_000", "1e3", "12:30", "2020-01-01", "=", "<<", ".inf"):
        assert list(block({"a": text})) == [f"a: {json.dumps(text)}"]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (ScriptFile("workflows/a b", "x.sql"), 'a: { fn::readFile: "./workflows/a b/x.sql" }'),
        (ScriptFile("workflows/${b}", "x.sql"), 'a: { fn::readFile: "./workflows/$${b}/x.sql" }'),
        (Setting("resourceGroup"), 'a: "${resourceGroup}"'),
        (Joined(Setting("projectIdentifier"), ".x${y}"), 'a: "${projectIdentifier}.x$${y}"'),
        (NodeOutput("orders", 'a "b"'), r'a: "${[\"orders\"].nodeOutputs[\"a \\\"b\\\"\"]}"'),
    ],
)
def test_what_pulumi_puts_in(value: Any, line: str) -> None:
    assert list(block({"a": value})) == [line]
    assert yaml.safe_load(line)


def test_a_setting_that_looks_like_a_number_stays_text() -> None:
    assert list(block({"a": Setting("x", is_number=True)})) == [
        'a: { fn::select: [1, { fn::split: [":", "${x}"] }] }'
    ]
