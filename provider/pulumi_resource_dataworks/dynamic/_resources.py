"""The resources as a program declares them. The settings are those of the stack's configuration and of the environment.

Each is the same as the plugin's resource of its name; what `pulumi.dynamic` cannot do is in docs/dynamic.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from pulumi_resource_dataworks._names import OF_THE_DEPLOYMENT, OF_THE_DOCUMENT, OF_THE_OBJECT

from ._declared import Given, LifecycleResource, Property
from ._provider import (
    DeploymentProvider,
    FileResourceProvider,
    FunctionProvider,
    NodeProvider,
    Provider,
    RunProvider,
)

Texts = Sequence[pulumi.Input[str]] | None
TextMap = Mapping[str, pulumi.Input[str]] | None


class _Documented(LifecycleResource):
    """What the resources have in common that are made of a document."""

    adopt: Given[bool | None] = Given(default=None)
    """Whether what is there already, under this name and path, may be taken over. Without it, that is refused.

    An import of a workflow then deletes the nodes that somebody else has added to it.
    """

    digest = Property[str]()
    """A hash of what the document means, the content of a file included."""
    owner = Property[str | None]()
    """The account ID of the owner."""
    create_time = Property[str | None]()
    """When it was created, in UTC, as in `2026-11-23T18:00:00Z`."""


class WorkflowDefinition(_Documented, module="dataworks", name="WorkflowDefinition"):
    """A DataWorks workflow and its nodes, from one FlowSpec document."""

    _called = Provider
    _hidden = OF_THE_DOCUMENT - {"spec"}  # which is secret already, as an input of that name

    spec: Given[Any] = Given(sensitive=True)
    """The FlowSpec document: JSON or YAML text, or the same as an object, as which it comes back. It holds exactly one workflow.

    IDs, `version`, the workflow's `script.runtime.command`, a node's `script.path` and its outputs may be left out; a dependency may
    name a node. Write IDs as text.
    """
    validate_on_preview: Given[bool | None] = Given(default=None)
    """Has no effect here: `pulumi.dynamic` does not let a preview ask DataWorks."""

    workflow_id = Property[str]()
    """The ID of the workflow in Data Studio: up to 19 decimal digits, as text."""
    name = Property[str]()
    """The name of the workflow."""
    path = Property[str]()
    """The path of the workflow in Data Studio, its name included."""
    node_ids = Property[dict[str, str]]()
    """The IDs of the workflow's nodes, by node name. An inner node is named `controller/node`."""
    node_outputs = Property[dict[str, str]]()
    """What another workflow's dependency names as `output` to depend on a node of this one, by node name."""


class WorkflowDeployment(LifecycleResource, module="dataworks", name="WorkflowDeployment"):
    """A workflow definition in production: deployed by a pipeline run, and taken offline when the resource is deleted."""

    _called = DeploymentProvider
    _hidden = OF_THE_DEPLOYMENT - {"digest"}  # which is secret already, as an input of that name

    workflow_id: Given[str | None] = Given(default=None)
    """The workflow's ID in Data Studio: the definition's `workflow_id`. It, or one of the following IDs in its place."""
    node_id: Given[str | None] = Given(default=None)
    """The ID of a `Node`."""
    function_id: Given[str | None] = Given(default=None)
    """The ID of a `Function`."""
    file_resource_id: Given[str | None] = Given(default=None)
    """The ID of a `FileResource`."""
    digest: Given[str] = Given(sensitive=True)
    """The digest of what is deployed: its output `digest`. A new one deploys again."""
    description: Given[str | None] = Given(default=None)
    """What the next pipeline run is described with; a mark by which the provider knows its runs again stands behind it."""
    approval: Given[str | None] = Given(default=None)
    """What to do at a stage that only a person can pass: `wait` for it (the default) within the step's time, or `fail` with what
    is to be passed. The next `up` goes on with the same run."""
    abolish_abandoned: Given[bool | None] = Given(default=None)
    """Whether a run that is not seen to its end, as the time is up, is ended with `AbolishPipelineRun`.

    Without it the next `up` goes on with it.
    """

    pipeline_run_id = Property[str | None]()
    """The last pipeline run of this resource that succeeded."""
    status = Property[str]()
    """`Online`; after a refresh `Offline` or `Redeployed` where somebody has done that since."""
    published_workflow_id = Property[str | None]()
    """The workflow's ID in production, where DataWorks reports it."""
    deployed_digest = Property[str | None]()
    """The digest of what this resource has deployed; None where production holds something else."""
    stages = Property[list[dict[str, str]] | None]()
    """The stages of the last pipeline run, in order: `code`, `name`, `type` and `status` of each."""
    pending_run = Property[dict[str, str] | None]()
    """Never here: a dynamic resource keeps nothing half done."""


class WorkflowRun(LifecycleResource, module="dataworks", name="WorkflowRun"):
    """A workflow that runs once: for past business dates, by hand, or as a smoke test. Another input is another run."""

    _called = RunProvider

    workflow_id: Given[str] = Given()
    """The workflow's ID in Data Studio: the deployment's `workflow_id`, so that the run waits for the deployment."""
    type: Given[str | None] = Given(default=None)
    """`SupplementData` (a backfill), `ManualWorkflow`, `TriggerWorkflow` or `SmokeTest`; the workflow's kind decides between the
    first three."""
    business_dates: Given[Texts] = Given(default=None)
    """Up to 7 dates (`2026-11-01`) or ranges (`2026-11-01/2026-11-07`). A scheduled workflow needs them."""
    start_time: Given[str | None] = Given(default=None)
    """The beginning of the time window in each date, such as `08:00:00`; together with `end_time`."""
    end_time: Given[str | None] = Given(default=None)
    """The end of the time window in each date."""
    parameters: Given[TextMap] = Given(default=None, sensitive=True)
    """The workflow's parameters."""
    node_parameters: Given[TextMap] = Given(default=None, sensitive=True)
    """The parameters of nodes, by the node's name: text such as `dt=20261101 region=eu`."""
    nodes: Given[Texts] = Given(default=None)
    """The names of the nodes that run; without it all of them."""
    exclude_nodes: Given[Texts] = Given(default=None)
    """The names of nodes that do not run."""
    parallelism: Given[int | None] = Given(default=None)
    """How many business dates of a backfill run at once, from 1 (the default) to 10."""
    order: Given[str | None] = Given(default=None)
    """In which order the business dates of a backfill run: `Asc` (the default) or `Desc`."""
    priority: Given[int | None] = Given(default=None)
    """The priority, from 1 to 11, the highest. DataWorks takes it for manual and triggered workflows."""
    digest: Given[str | None] = Given(default=None, sensitive=True)
    """The digest of what runs, the definition's `digest`: another one is another run. A deployment that takes it from a smoke test
    waits for that test."""
    triggers: Given[Any] = Given(default=None, sensitive=True)
    """Any values: where one changes, the workflow runs again."""
    stop_on_cancel: Given[bool | None] = Given(default=None)
    """Whether the instances are stopped where the step does not see their end: here, where its time is up."""

    run_name = Property[str]()
    """What the workflow instances are called in DataWorks."""
    status = Property[str]()
    """`Success`, or `Unknown` where DataWorks had forgotten the instances before their end was seen."""
    instance_ids = Property[list[str] | None]()
    """The workflow instances."""
    started = Property[str | None]()
    """When the first instance began, in UTC: `2026-11-08T02:00:00Z`."""
    finished = Property[str | None]()
    """When the last instance ended, in UTC."""
    node_statuses = Property[dict[str, str] | None]()
    """How each node ended, by its name."""


class _Object(_Documented):
    """What stands in Data Studio beside workflows."""

    _hidden = OF_THE_OBJECT - {"name", "path"}  # which are secret already where they are inputs


class Node(_Object, module="dataworks", name="Node"):
    """A node outside of workflows, from a FlowSpec document of kind `Node`."""

    _called = NodeProvider

    spec: Given[Any] = Given(sensitive=True)
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

    spec: Given[Any] = Given(default=None, sensitive=True)
    """The FlowSpec document, as text or as an object. It holds one function."""
    name: Given[str | None] = Given(default=None)
    """The name of the function."""
    path: Given[str | None] = Given(default=None)
    """The path of the function in Data Studio, its name included."""
    type: Given[str | None] = Given(default=None)
    """`math`, `aggregate`, `string`, `date`, `analytic` or `other`."""
    class_name: Given[str | None] = Given(default=None, sensitive=True)
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

    spec: Given[Any] = Given(default=None, sensitive=True)
    """The FlowSpec document, as text or as an object. It holds one file."""
    name: Given[str | None] = Given(default=None)
    """The name of the file."""
    path: Given[str | None] = Given(default=None)
    """The path of the file in Data Studio, its name included."""
    type: Given[str | None] = Given(default=None)
    """`python`, `jar`, `archive` or `file`."""
    data_source: Given[str | None] = Given(default=None)
    """The name of the data source that the file is for."""
    content: Given[pulumi.Asset | None] = Given(default=None, sensitive=True)
    """The content: a `pulumi.FileAsset` or a `pulumi.StringAsset`."""
    content_url: Given[str | None] = Given(default=None, sensitive=True)
    """The address of the content in OSS, in place of `content`."""

    file_resource_id = Property[str]()
    """The ID of the file in Data Studio."""
