"""What a function is given: all that is wrong with it is reported at once, before any call."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import UNKNOWN, LifecycleError, UnsupportedValue
from tests.support.functions import HERE, Asking
from tests.support.messages import Messages


@pytest.mark.parametrize(
    ("function", "given", "failures"),
    [
        ("getProject", {}, [("projectId", "takes one of projectId and name, and none is given")]),
        ("getProject", {"name": None}, [("projectId", "none is given")]),
        ("getProject", {"projectId": 1, "name": "x"}, [("projectId", "and projectId and name are given")]),
        ("getProject", {"projectId": 0}, [("projectId", "positive whole number")]),
        ("getProject", {"name": " "}, [("name", "name has to be a text, not an empty text")]),
        ("getProject", {"name": 7}, [("name", "not a number")]),
        ("getProject", {"name": True}, [("name", "not a boolean")]),
        ("getProject", {"name": UnsupportedValue("an asset")}, [("name", "not an asset")]),
        ("getResourceGroup", {}, [("name", "name is missing")]),
        ("getResourceGroup", {"nmae": "x"}, [("nmae", 'Did you mean "name"?'), ("name", "is missing")]),
        ("listWorkflowDefinitions", {}, [("projectId", "projectId is missing")]),
        ("listWorkflowDefinitions", {"projectId": "x"}, [("projectId", "whole number")]),
        (
            "getWorkflowDefinition",
            {"name": "a", "path": "b/a"},
            [
                ("name", "takes one of workflowId, name and path, and name and path are given"),
                ("projectId", "is missing"),
            ],
        ),
        (
            "getWorkflowDefinition",
            {"projectId": -1, "workflowId": 7234567890123456789.0},
            [
                ("projectId", "positive whole number"),
                ("workflowId", 'such as "7234567890123456789": a number'),
            ],
        ),
        (
            "getWorkflowDefinition",
            {"projectId": 1, "path": ["a"], "digest": "1:2"},
            [("digest", '"digest" is not an argument of getWorkflowDefinition'), ("path", "not a list")],
        ),
    ],
)
async def test_every_failure_is_reported(
    ask: Asking, function: str, given: dict[str, Any], failures: list[tuple[str, str]]
) -> None:
    found = await ask.failures(function, **given)
    assert [argument for argument, _ in found] == [argument for argument, _ in failures]
    for (_, reason), (_, expected) in zip(found, failures, strict=True):
        assert expected in reason


async def test_what_is_not_known_yet_is_not_asked(ask: Asking) -> None:
    for function, given in (
        ("getProject", {"name": UNKNOWN}),
        ("getProject", {"projectId": UNKNOWN}),
        ("getResourceGroup", {"projectId": UNKNOWN, "name": "shared"}),
        ("getWorkflowDefinition", {"projectId": HERE, "workflowId": UNKNOWN}),
        ("listWorkflowDefinitions", {"projectId": UNKNOWN}),
    ):
        assert await ask.failures(function, **given) == []
    [(argument, _)] = await ask.failures("getWorkflowDefinition", projectId=0, path=UNKNOWN)
    assert argument == "projectId"


async def test_a_project_is_a_number_in_any_form(ask: Asking) -> None:
    for project_id in (HERE, float(HERE), str(HERE)):
        assert (await ask("getProject", projectId=project_id))["name"] == "sales"
    assert ask.calls == ["GetProject"]


async def test_another_function_is_named(ask: Asking, messages: Messages) -> None:
    with pytest.raises(LifecycleError) as refused:
        await ask("getNode")
    messages(refused.value)
