"""Nodes, functions and files as a program declares them: the same as the plugin's resources of these names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pulumi

from pulumi_resource_dataworks._names import OF_THE_OBJECT

from ._declared import Given, LifecycleResource, Property
from ._provider import FileResourceProvider, FunctionProvider, NodeProvider
from ._resources import Texts, document_of


class _Object(LifecycleResource):
    """What the three have in common. A secret in the document, or in an input that stands for it, hides what depends on that."""

    _sensitive = ("spec", "class_name", "content", "content_url")
    _hidden = OF_THE_OBJECT - {"name", "path"}  # which are secret already where they are inputs

    project_id: Given[int] = Given()
    """The ID of the DataWorks workspace."""
    adopt: Given[bool | None] = Given(default=None)
    """Whether an object that is there already, under this name and path, may be taken over."""

    digest = Property[str]()
    """A hash of what it means, the content of a file included."""
    owner = Property[str | None]()
    """The account ID of the owner."""
    create_time = Property[str | None]()
    """When it was created, in UTC, as in `2026-11-23T18:00:00Z`."""

    @classmethod
    def _prepared(
        cls, inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], pulumi.Output[Any], pulumi.Input[bool]]:
        inputs, sensitive, _ = super()._prepared(inputs)
        if inputs.get("content") is not None:
            content = pulumi.Output.from_input(inputs["content"]).apply(_content)
            inputs = {**inputs, "content": content}
        if inputs.get("spec") is None:
            return inputs, sensitive, False
        document, spec, is_object = document_of(inputs["spec"])
        return {**inputs, "spec": spec}, pulumi.Output.all(document, sensitive), is_object


def _content(value: Any) -> Any:
    """An asset as an object of texts: `pulumi.dynamic` drops its hash, and cannot read it back out of a state (3.276)."""
    if isinstance(value, pulumi.StringAsset):
        return {"text": value.text, "hash": hashlib.sha256(value.text.encode()).hexdigest()}
    if not isinstance(value, pulumi.FileAsset):
        return value
    with Path(value.path).open("rb") as file:
        return {"path": str(value.path), "hash": hashlib.file_digest(file, "sha256").hexdigest()}


class Node(_Object, module="dataworks", name="Node"):
    """A node outside of workflows, from a FlowSpec document of kind `Node`."""

    _called = NodeProvider

    spec: Given[Any] = Given()
    """The FlowSpec document, as text or as an object. It holds one node."""
    scene: Given[str | None] = Given(default=None)
    """Where the node stands: `DATAWORKS_PROJECT` (the default), `DATAWORKS_MANUAL_TASK` or `DATAWORKS_MANUAL_WORKFLOW`."""
    container_id: Given[str | None] = Given(default=None)
    """The ID of the workflow or control node that is to hold the node, and that no `WorkflowDefinition` holds."""

    name = Property[str]()
    """The name of the node."""
    path = Property[str | None]()
    """The path of the node in Data Studio, its name included; None in a container."""
    node_id = Property[str]()
    """The ID of the node in Data Studio."""
    output = Property[str]()
    """What the dependency of another document names as `output` to wait for this node."""


class Function(_Object, module="dataworks", name="Function"):
    """A function of a user (UDF): a FlowSpec document, or the inputs in its place."""

    _called = FunctionProvider

    spec: Given[Any] = Given(default=None)
    """The FlowSpec document, as text or as an object. It holds one function."""
    name: Given[str | None] = Given(default=None)
    """The name of the function."""
    path: Given[str | None] = Given(default=None)
    """The path of the function in Data Studio, its name included."""
    type: Given[str | None] = Given(default=None)
    """`math`, `aggregate`, `string`, `date`, `analytic` or `other`."""
    class_name: Given[str | None] = Given(default=None)
    """The class that is the function, with its module or package."""
    file_resources: Given[Texts] = Given(default=None)
    """The names of the files that hold the class."""
    data_source: Given[str | None] = Given(default=None)
    """The name of the data source that the function is for."""

    function_id = Property[str]()
    """The ID of the function in Data Studio."""


class FileResource(_Object, module="dataworks", name="FileResource"):
    """A file that functions and nodes use: a FlowSpec document, or the inputs in its place, and a content."""

    _called = FileResourceProvider

    spec: Given[Any] = Given(default=None)
    """The FlowSpec document, as text or as an object. It holds one file."""
    name: Given[str | None] = Given(default=None)
    """The name of the file."""
    path: Given[str | None] = Given(default=None)
    """The path of the file in Data Studio, its name included."""
    type: Given[str | None] = Given(default=None)
    """`python`, `jar`, `archive` or `file`."""
    data_source: Given[str | None] = Given(default=None)
    """The name of the data source that the file is for."""
    content: Given[pulumi.Asset | None] = Given(default=None)
    """The content: a `pulumi.FileAsset` or a `pulumi.StringAsset`."""
    content_url: Given[str | None] = Given(default=None)
    """The address of the content in OSS, in place of `content`."""

    file_resource_id = Property[str]()
    """The ID of the file in Data Studio."""
