from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_resource_dataworks.export._documents import Output, Setting
from pulumi_resource_dataworks.export._languages import scalar, variable

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
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


@given(TEXTS)
def test_what_is_written_is_read_again(text: str) -> None:
    """As YAML reads it, and Pulumi: `$$` is `$`, and no `${` is left."""
    read = yaml.safe_load(f"a: {scalar(text)}")["a"]
    assert not re.search(r"(?<!\$)(\$\$)*\$\{", read)
    assert read.replace("$$", "$") == text


def test_a_text_that_other_readers_of_yaml_take_for_something_else_is_quoted() -> None:
    for text in ("yes", "NO", "on", "y", "0o17", "1_000", "1e3", "12:30", "2020-01-01", "=", "<<", ".inf"):
        assert scalar(text) == json.dumps(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Setting("resourceGroup"), '"${resourceGroup}"'),
        (Output("orders", 'a "b"'), r'"${[\"orders\"].nodeOutputs[\"a \\\"b\\\"\"]}"'),
        (Setting("x", is_literal=True), '{ fn::select: [1, { fn::split: [":", "${x}"] }] }'),
    ],
)
def test_what_pulumi_puts_in(value: Setting | Output, text: str) -> None:
    assert variable(value) == text
    assert yaml.safe_load(text)
