"""The resources as a program declares them. The settings are those of the stack's configuration and of the environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

from pulumi_resource_dataworks._names import OF_THE_DEPLOYMENT, OF_THE_DOCUMENT

from ._declared import Given, LifecycleResource, Property
from ._provider import DeploymentProvider, Provider, RunProvider

Texts = Sequence[pulumi.Input[str]] | None
TextMap = Mapping[str, pulumi.Input[str]] | None


class WorkflowDefinition(LifecycleResource, module="dataworks", name="WorkflowDefinition"):
    """A DataWorks workflow and its nodes, from one FlowSpec document.

    The same as the plugin's `dataworks.WorkflowDefinition`; what `pulumi.dynamic` cannot do is in docs/dynamic.md.
    """

    _called = Provider
    _sensitive = ("spec",)
    _hidden = OF_THE_DOCUMENT - {"spec"}  # which is secret already, as an input of that name

    project_id: Given[int] = Given()
    """The ID of the DataWorks workspace that holds the workflow."""
    spec: Given[Any] = Given()
    """The FlowSpec document: JSON or YAML text, or the same as an object, as which it comes back. It holds exactly one workflow.

    IDs, `version`, the workflow's `script.runtime.command`, a node's `script.path` and its outputs may be left out; a dependency may
    name a node. Write IDs as text.
    """
    adopt: Given[bool | None] = Given(default=None)
    """Whether an import may take over a workflow that is there already and delete the nodes that somebody else has added to it.

    Without it, either is refused.
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
    digest = Property[str]()
    """A hash of what the document means."""
    owner = Property[str | None]()
    """The account ID of the workflow's owner."""
    create_time = Property[str | None]()
    """When the workflow was created, in UTC, as in `2026-11-23T18:00:00Z`."""

    @classmethod
    def _prepared(
        cls, inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], pulumi.Output[Any], pulumi.Input[bool]]:
        document, spec, is_object = document_of(inputs["spec"])
        return {**inputs, "spec": spec}, document, is_object


class WorkflowDeployment(LifecycleResource, module="dataworks", name="WorkflowDeployment"):
    """A workflow definition in production: deployed by a pipeline run, and taken offline when the resource is deleted.

    The same as the plugin's `dataworks.WorkflowDeployment`; what `pulumi.dynamic` cannot do is in docs/dynamic.md.
    """

    _called = DeploymentProvider
    _sensitive = ("digest",)
    _hidden = OF_THE_DEPLOYMENT - {"digest"}  # which is secret already, as an input of that name

    project_id: Given[int] = Given()
    """The ID of the DataWorks workspace that holds the workflow."""
    workflow_id: Given[str | None] = Given(default=None)
    """The workflow's ID in Data Studio: the definition's `workflow_id`. It, or one of the following IDs in its place."""
    node_id: Given[str | None] = Given(default=None)
    """The ID of a `Node`."""
    function_id: Given[str | None] = Given(default=None)
    """The ID of a `Function`."""
    file_resource_id: Given[str | None] = Given(default=None)
    """The ID of a `FileResource`."""
    digest: Given[str] = Given()
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
    """A workflow that runs once: for past business dates, by hand, or as a smoke test. Another input is another run.

    The same as the plugin's `dataworks.WorkflowRun`; what `pulumi.dynamic` cannot do is in docs/dynamic.md.
    """

    _called = RunProvider
    _sensitive = ("parameters", "node_parameters", "digest", "triggers")

    project_id: Given[int] = Given()
    """The ID of the DataWorks workspace that holds the workflow."""
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
    parameters: Given[TextMap] = Given(default=None)
    """The workflow's parameters."""
    node_parameters: Given[TextMap] = Given(default=None)
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
    digest: Given[str | None] = Given(default=None)
    """The digest of what runs, the definition's `digest`: another one is another run. A deployment that takes it from a smoke test
    waits for that test."""
    triggers: Given[Any] = Given(default=None)
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


def document_of(spec: Any) -> tuple[pulumi.Output[Any], Any, pulumi.Input[bool]]:
    """A document as an output, as it is sent, and whether it was written as an object."""
    text = _text(spec)
    document = pulumi.Output.from_input(cast("pulumi.Input[Any]", text))
    is_object = text is not spec or asyncio.ensure_future(_is_object(document))
    return document, asyncio.ensure_future(_sent(spec, document)), is_object


async def _is_object(document: pulumi.Output[Any]) -> bool:
    return not isinstance(await document.future(), str)


async def _sent(spec: Any, document: pulumi.Output[Any]) -> Any:
    """The document as text, which keeps the nulls of an object; as it was written while something in it is not known."""
    return document.apply(_text) if await document.is_known() else spec


def _text(value: Any) -> Any:
    """An object as text; as it is where something in it is not a plain value, such as an output or an asset.

    Without outputs it is text at once: Pulumi makes several tasks for each value of an object, which for 100 documents of
    20 nodes took ten times as long as all the rest of declaring them.
    """
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except TypeError:
        return value
