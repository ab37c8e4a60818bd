"""What is wrong with the inputs of a node, a function or a file: said by a check, which makes no call."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import (
    UNKNOWN,
    Asset,
    Change,
    LifecycleError,
    secret,
)
from tests.support.deployments import PROJECT, WORKFLOW
from tests.support.messages import Messages
from tests.support.objects import Studio, file, function, node_document

MANUAL, IN_MANUAL = "DATAWORKS_MANUAL_TASK", "DATAWORKS_MANUAL_WORKFLOW"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            file(content=Asset("an asset", "ab", path="x"), contentUrl=None, spec="kind: Resource"),
            "name: spec is given too, and its document says it. Give spec, or name, path",
        ),
        (file(contentUrl=None, content=Asset("an asset", uri="https://a.example")), "as contentUrl"),
        (file(path=""), "path has to be text"),
        (file(classname="x"), '"classname" is not an input of a file resource'),
    ],
)
def test_what_is_wrong_with_the_inputs_is_said(given: dict[str, Any], words: str) -> None:
    found = Studio(resource="FileResource").steps.check("urn", {"projectId": PROJECT, **given}, None)
    assert any(words in failure for failure in found.failures), found.failures


NO_DOWNLOADS = [
    "masking.py",
    "./udf/masking.py",
    "/home/me/masking.py",
    "C:\\udf\\masking.py",
    "file:///home/me/masking.py",
    "oss://hunter2/masking.py",
    "bucket.oss-cn-shanghai.aliyuncs.com/masking.py",
    "https:///masking.py",
    "https://[hunter2/masking.py",
    "https://bucket.example/masking.py\n",
    "https://bucket.example/hunter2 masking.py",
    "ftp://hunter2@bucket.example/masking.py",
]


def test_what_is_no_download_url_is_refused_and_not_quoted(messages: Messages) -> None:
    run = Studio(resource="FileResource")
    given = [{"projectId": PROJECT, **file(contentUrl=secret(address))} for address in NO_DOWNLOADS]
    said = [failure for inputs in given for failure in run.steps.check("urn", inputs, None).failures]
    assert said == [said[0]] * len(NO_DOWNLOADS)
    messages(said[0])


@pytest.mark.parametrize(
    "address",
    [
        UNKNOWN,
        "http://bucketname1.oss-cn-shanghai.aliyuncs.com/example",
        "HTTPS://files.example:8443/a%20b.jar?Expires=1&Signature=a%2Fb%3D#x",
        "http://[::1]:80/a.jar",
    ],
)
def test_any_url_that_the_service_may_take_passes(address: Any) -> None:
    found = Studio(resource="FileResource").steps.check(
        "urn", {"projectId": PROJECT, **file(contentUrl=address)}, None
    )
    assert (found.failures, found.warnings) == ([], [])


def test_an_internal_host_of_oss_is_a_warning(messages: Messages) -> None:
    address = "https://b.oss-cn-shanghai-internal.aliyuncs.com/masking.py?Signature=hunter2"
    found = Studio(resource="FileResource").steps.check(
        "urn", {"projectId": PROJECT, **file(contentUrl=address)}, None
    )
    assert found.failures == []
    messages(*found.warnings)


def test_two_resources_at_one_place_are_refused() -> None:
    run = Studio()
    run.news(spec=node_document())
    found = run.steps.check("urn:other", {"projectId": PROJECT, "spec": node_document()}, None)
    assert "the path care/vacuum of project 10001 is declared by" in found.failures[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scene": IN_MANUAL}, "scene: DATAWORKS_MANUAL_WORKFLOW is for a node in a manual workflow. Give"),
        ({"scene": IN_MANUAL, "containerId": UNKNOWN}, ""),
        ({"scene": UNKNOWN}, ""),
        ({"containerId": f"{PROJECT}/{WORKFLOW}"}, "containerId has to be the ID of a workflow or control"),
        ({"containerId": ""}, "containerId has to be text"),
    ],
)
def test_what_a_place_needs_is_said_before_any_call(given: dict[str, Any], words: str) -> None:
    run = Studio()
    found = run.steps.check("urn", {"projectId": PROJECT, "spec": node_document(), **given}, None)
    assert any(words in failure for failure in found.failures) if words else found.failures == []


@pytest.mark.parametrize(
    ("resource", "holder", "own"),
    [
        ("Function", "functions", {"name": "mask"}),
        ("FileResource", "fileResources", {"name": "a.py", "type": "python"}),
    ],
)
def test_a_document_without_a_type_of_script_is_refused(
    resource: str, holder: str, own: dict[str, Any], messages: Messages
) -> None:
    def failures(**more: Any) -> list[str]:
        spec = {"spec": {holder: [{**own, **more}]}}
        found = Studio(resource=resource).steps.check("urn", {"projectId": PROJECT, "spec": spec}, None)
        return found.failures

    messages(failures(), failures(script={"path": "a"}))
    assert failures(script={"path": "a", "runtime": {"command": ""}}) == failures(script={"path": "a"})
    for known in ({"command": UNKNOWN}, {"commandTypeId": 17}):
        assert failures(script={"path": "a", "runtime": known}) == []


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"kind": "Node"}, "the document holds 0 objects in nodes"),
        ({"spec": {"nodes": [{}], "workflows": []}}, "spec.workflows: a workflow stands beside the node"),
        ({"kind": "Function", "spec": {"nodes": [{}]}}, '"Function" is not the kind of a node\'s document'),
        (
            {"spec": {"nodes": [{}, {}]}},
            "spec.nodes: the document holds 2 objects in nodes, and is that of one node. Give each a document of its own.",
        ),
        ({"spec": {"nodes": [{"name": "a"}]}}, "spec.nodes[0].script"),
        (UNKNOWN, ""),
        ({"spec": UNKNOWN}, ""),
    ],
)
def test_a_document_of_something_else_is_refused(spec: Any, words: str) -> None:
    found = Studio().steps.check("urn", {"projectId": PROJECT, "spec": spec}, None)
    assert any(words in failure for failure in found.failures) if words else found.failures == []


@pytest.mark.parametrize("missing", ["name", "type"])
def test_a_file_needs_a_name_and_a_type(missing: str) -> None:
    held = {"name": "a.py", "type": "python", "script": {"path": "a.py"}}
    del held[missing]
    spec = {"kind": "Resource", "spec": {"fileResources": [held]}}
    found = Studio(resource="FileResource").steps.check("urn", {"projectId": PROJECT, "spec": spec}, None)
    assert any(f"spec.fileResources[0].{missing}" in failure for failure in found.failures), found.failures


@pytest.mark.parametrize("names", ["masking.py", [""], [" "], [5]])
def test_a_function_names_its_files(names: Any) -> None:
    run = Studio(resource="Function")
    found = run.steps.check(run.urn, {"projectId": PROJECT, **function(fileResources=names)}, None)
    words = "fileResources has to be a list of names. Give the output name of each FileResource."
    assert found.failures == [words]


def test_an_id_of_another_form_is_refused_in_the_words_of_its_kind() -> None:
    run = Studio(resource="FileResource")
    with pytest.raises(LifecycleError, match="of a file resource: write <projectId>/<fileResourceId>"):
        run.steps.diff(run.urn, Change("10001", {}, {}, {"name": "a"}))
