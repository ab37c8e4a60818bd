"""Values on their way between `pulumi.dynamic` and the lifecycle."""

import json
from typing import Any

import pulumi
import pytest

from pulumi_resource_dataworks.dynamic._declared import timeouts
from pulumi_resource_dataworks.dynamic._resource_info import RESOURCE_INFO, ResourceInfo
from pulumi_resource_dataworks.dynamic._steps import kept, plain, properties, written
from pulumi_resource_dataworks.lifecycle import UNKNOWN, UnsupportedValue, is_secret, secret


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1.0, 1),
        (-7.0, -7),
        (2.0**53 - 1, 2**53 - 1),
        (2.0**53, 2.0**53),  # the program may have written another one
        (-(2.0**60), -(2.0**60)),
        (1.5, 1.5),
        (float("inf"), float("inf")),
        (True, True),
    ],
)
def test_a_whole_number_is_one_as_long_as_floats_are_exact(given: Any, expected: Any) -> None:
    found = plain({"nested": [given]})["nested"][0]
    assert (found, type(found)) == (expected, type(expected))


def test_nulls_stay() -> None:
    assert plain({"a": None, "b": [None, {"c": None}]}) == {"a": None, "b": [None, {"c": None}]}


def test_what_is_unknown_is_so_on_both_sides() -> None:
    assert plain([{"a": pulumi.UNKNOWN}]) == [{"a": UNKNOWN}]
    found = kept({"spec": UNKNOWN, "projectId": 1}, ResourceInfo("urn:pulumi:x"))
    assert isinstance(found["spec"], type(pulumi.UNKNOWN))
    assert found["projectId"] == 1


@pytest.mark.parametrize(
    ("given", "kind"),
    [(pulumi.StringAsset("a"), "an asset"), (pulumi.FileArchive("a.zip"), "an archive")],
)
def test_assets_are_named(given: Any, kind: str) -> None:
    assert plain({"script": given}) == {"script": UnsupportedValue(kind)}


def test_what_is_unknown_in_a_document_stays_in_its_place() -> None:
    found = kept({"spec": {"a": [{"b": UNKNOWN, "c": 1}]}}, ResourceInfo("urn:pulumi:x"))
    assert isinstance(found["spec"]["a"][0].pop("b"), type(pulumi.UNKNOWN))
    assert found["spec"] == {"a": [{"c": 1}]}


@pytest.mark.parametrize("spec", ["text", {"a": "b"}])
def test_a_document_that_is_a_secret_knows_it_and_pulumi_gets_plain_values(spec: Any) -> None:
    values = kept({"projectId": 1, "spec": spec}, ResourceInfo("urn:pulumi:x", secret=True))
    assert is_secret(properties(values)["spec"])
    assert not is_secret(properties({**values, **kept(values, ResourceInfo("urn:pulumi:x"))})["spec"])
    assert type(kept({"digest": secret("1:a")}, ResourceInfo(""))["digest"]) is str


def test_all_that_may_be_a_secret_of_a_run_is_one() -> None:
    given = {"parameters": {"a": "b"}, "nodeParameters": {}, "triggers": [1.0], "nodes": ["load"]}
    found = properties(kept(given, ResourceInfo("urn:pulumi:x", secret=True)))
    assert {key for key, value in found.items() if is_secret(value)} == given.keys() - {"nodes"}


def test_an_object_that_went_as_text_is_an_object_again() -> None:
    text = json.dumps({"spec": {"timeout": None, "id": 2**60}})
    assert written({"spec": text}) == {"spec": text}
    inputs = written({"spec": text, RESOURCE_INFO: {"isObject": True}, "__provider": "x"})
    assert inputs == {"spec": {"spec": {"timeout": None, "id": 2**60}}}


def test_an_object_with_something_unknown_comes_as_one() -> None:
    assert written({"spec": {"id": pulumi.UNKNOWN}, RESOURCE_INFO: {"isObject": True}}) == {
        "spec": {"id": UNKNOWN}
    }


def test_what_the_resource_says_comes_back() -> None:
    reported = ResourceInfo("urn:pulumi:x", secret=True, ignore_changes=("spec.a",), timeouts={"create": 2.0})
    state = kept({"projectId": 1}, reported)
    assert ResourceInfo.of(state) == reported
    assert properties(state) == {"projectId": 1}


def test_a_state_without_a_word_of_the_resource() -> None:
    assert ResourceInfo.of({"projectId": 1.0}) == ResourceInfo("")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90s", 90), ("1h30m", 5400), ("1.5h", 5400), ("500ms", 0.5), ("2m0.5s", 120.5), (".5m", 30)],
)
def test_custom_timeouts_are_seconds(given: str, seconds: float) -> None:
    assert timeouts(pulumi.CustomTimeouts(create=given)) == {"create": pytest.approx(seconds)}
    assert timeouts({"update": given, "read": "1s"}) == {"update": pytest.approx(seconds)}


def test_without_custom_timeouts_the_lifecycle_chooses() -> None:
    assert timeouts(None) == timeouts(pulumi.CustomTimeouts()) == {}
