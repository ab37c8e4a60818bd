"""Secrets inside a document: they keep their mark wherever they go, and nothing quotes them."""

import copy
import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import (
    authored,
    hides_names,
    is_secret,
    secret,
    secret_paths,
    secrets_of,
)
from pulumi_resource_dataworks.flowspec._values import like, rebuilt
from tests.support.documents import etl, node, nodes


@pytest.mark.parametrize("value", ["x", "", 7, 0, 1.5, {"a": 1}, {}, [1, "a"], []])
def test_a_secret_is_the_value_and_knows_that_it_is_one(value: Any) -> None:
    marked = secret(value)
    assert marked == value
    assert isinstance(marked, type(value))
    assert json.dumps(marked) == json.dumps(value)
    assert (is_secret(marked), is_secret(value)) == (True, False)
    assert is_secret(copy.deepcopy(marked))
    assert is_secret(secret(marked))


def test_what_cannot_be_marked() -> None:
    assert (secret(True), secret(False)) == ("true", "false")
    assert is_secret(secret(True))
    assert secret({"a": True, "b": None}) == {"a": True, "b": None}
    assert secret(None) is None


def test_the_parts_of_a_secret_are_secrets() -> None:
    marked = secret({"a": ["x", {"b": 1}]})
    assert all(map(is_secret, (marked["a"], marked["a"][0], marked["a"][1], marked["a"][1]["b"])))


def test_what_stands_in_the_place_of_a_secret_is_one() -> None:
    assert is_secret(like(secret("old"), "new"))
    assert not is_secret(like("old", "new"))
    assert is_secret(rebuilt(secret({}), {"a": 1}))
    assert not is_secret(rebuilt({}, {"a": 1}))
    assert is_secret(rebuilt(secret([]), [1]))
    assert not is_secret(rebuilt([], [1]))


def test_the_outermost_secrets_are_found_with_their_places() -> None:
    spec = {"a": secret({"x": "1"}), "b": ["open", secret("2")], "c": {"d": secret(3), "e": True}}
    assert list(secret_paths(spec)) == [("a",), ("b", 1), ("c", "d")]
    assert secrets_of(spec) == [{"x": "1"}, "2", 3]
    assert list(secret_paths(secret(spec))) == [()]
    assert list(secret_paths({"a": "b"})) == secrets_of([1, None, "x"]) == []


def test_a_secret_keeps_its_mark_on_the_way_through_the_core() -> None:
    spec = etl(nodes=[node("extract", secret("SELECT 1;"), timeout=None), node("load")])
    place = ("spec", "workflows", 0, "nodes", 0, "script", "content")
    assert list(secret_paths(authored(spec))) == [place]
    turned = etl(nodes=[node("load"), node("new"), node("extract", secret("SELECT 2;"))])
    assert list(secret_paths(flowspec.arranged(spec, turned))) == [place]
    whole = flowspec.complete(authored(spec), lambda name: f"9{len(name)}")
    assert secrets_of(whole) == ["SELECT 1;"]
    assert is_secret(nodes(authored(secret(spec)))[0]["script"]["content"])
    assert is_secret(authored(secret(spec)))
    assert is_secret(authored({"a": secret(2**60)})["a"])


@pytest.mark.parametrize(
    ("spec", "hides"),
    [
        (etl(), False),
        (etl(nodes=[node("a", secret("x"))]), False),
        (etl(trigger={"cron": secret("x")}), False),
        (etl(name=secret("x")), True),
        (etl(nodes=[node(secret("a"))]), True),
        (etl(nodes=[node("a", id=secret("1"))]), True),
        (etl(nodes=[node("a", outputs={"nodeOutputs": [{"data": secret("x")}]})]), True),
        (etl(script={"path": secret("x")}), True),
        (etl(dependencies=[{"nodeId": "load", "depends": [{"output": secret("x")}]}]), True),
        (etl(nodes=secret([node("a")])), True),
        (secret(etl()), True),
        ("text", False),
    ],
)
def test_names_are_hidden_where_a_secret_may_be_part_of_one(spec: Any, hides: bool) -> None:
    assert hides_names(spec) is hides
