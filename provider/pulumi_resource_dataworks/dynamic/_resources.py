"""The resources as a program declares them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, overload

import pulumi
from pulumi.dynamic import Resource, ResourceProvider

from pulumi_resource_dataworks._names import OF_THE_DEPLOYMENT, OF_THE_DOCUMENT

from ._provider import DeploymentProvider, Provider
from ._resource_info import RESOURCE_INFO

T = TypeVar("T")

_ROOT = "pulumi:pulumi:Stack"
_DURATION = re.compile(r"([0-9]*\.?[0-9]+)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def _wire_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class Property(Generic[T]):
    """A property of a resource under its name in Python: `project_id` is Pulumi's `projectId`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = _wire_name(name)

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource, owner: type) -> pulumi.Output[T]: ...
    def __get__(self, resource: Resource | None, owner: type) -> Self | pulumi.Output[T]:
        return self if resource is None else resource.__dict__[self.name]


class _LifecycleResource(Resource):
    """A resource that sends its own steps what `pulumi.dynamic` does not give them.

    Args:
        provider: What its steps are called of.
        name: The resource's name.
        opts: The options that the program gives.
        sensitive: The input that may be a secret.
        is_object: Whether the document was written as an object.
        inputs: The inputs, by their names in Python.
    """

    _hidden: ClassVar[Iterable[str]]
    """The outputs that are a secret where the input is one."""

    def __init__(
        self,
        provider: ResourceProvider,
        name: str,
        opts: pulumi.ResourceOptions | None,
        sensitive: pulumi.Output[Any],
        *,
        is_object: pulumi.Input[bool] = False,
        **inputs: Any,
    ) -> None:
        opts = pulumi.ResourceOptions.merge(opts, None)
        opts.additional_secret_outputs = secrets = list(opts.additional_secret_outputs or ())
        info = {
            "urn": asyncio.ensure_future(
                _urn(name, f"pulumi-python:{self._resource_type_name}", opts.parent)
            ),
            "secret": asyncio.ensure_future(_hide(sensitive, secrets, self._hidden)),
            "isObject": is_object,
            "ignoreChanges": opts.ignore_changes,
            "timeouts": timeouts(opts.custom_timeouts),
        }
        properties: dict[str, Any] = {
            value.name: None
            for kind in type(self).__mro__
            for value in vars(kind).values()
            if isinstance(value, Property)
        }
        properties.update({_wire_name(key): value for key, value in inputs.items()})
        super().__init__(provider, name, {**properties, RESOURCE_INFO: info}, opts)


class WorkflowDefinition(_LifecycleResource, module="dataworks", name="WorkflowDefinition"):
    """A DataWorks workflow and its nodes, from one FlowSpec document.

    The same as the plugin's `dataworks.WorkflowDefinition`; what `pulumi.dynamic` cannot do is in docs/dynamic.md.

    Args:
        resource_name: The resource's name.
        opts: The resource's options. The settings are those of the stack's configuration (`dataworks:region`, ...) and of
            the environment: a dynamic resource has no provider of its own.
        project_id: The ID of the DataWorks workspace that holds the workflow.
        spec: The FlowSpec document: JSON or YAML text, or the same as an object. It holds exactly one workflow. IDs,
            `version`, the workflow's `script.runtime.command`, a node's `script.path` and its outputs may be left out; a
            dependency may name a node. Write IDs as text.
        adopt: Whether an import may take over a workflow that is there already and delete the nodes that somebody else has
            added to it. Without it, either is refused.
        validate_on_preview: Has no effect here: `pulumi.dynamic` does not let a preview ask DataWorks.
    """

    _hidden = OF_THE_DOCUMENT - {"spec"}  # which is secret already, as an input of that name

    project_id = Property[int]()
    """The ID of the DataWorks workspace that holds the workflow."""
    spec = Property[Any]()
    """The FlowSpec document as its author wrote it, as an object."""
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
    adopt = Property[bool | None]()
    """Whether an import may take over what is there already."""
    validate_on_preview = Property[bool | None]()
    """What the program has set; without effect."""

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        project_id: pulumi.Input[int],
        spec: pulumi.Input[str] | Mapping[str, Any],
        adopt: pulumi.Input[bool] | None = None,
        validate_on_preview: pulumi.Input[bool] | None = None,
    ) -> None:
        text = _text(spec)
        document = pulumi.Output.from_input(cast("pulumi.Input[Any]", text))
        super().__init__(
            Provider(),
            resource_name,
            opts,
            document,
            is_object=text is not spec or asyncio.ensure_future(_is_object(document)),
            project_id=project_id,
            spec=asyncio.ensure_future(_sent(spec, document)),
            adopt=adopt,
            validate_on_preview=validate_on_preview,
        )


class WorkflowDeployment(_LifecycleResource, module="dataworks", name="WorkflowDeployment"):
    """A workflow definition in production: deployed by a pipeline run, and taken offline when the resource is deleted.

    The same as the plugin's `dataworks.WorkflowDeployment`; what `pulumi.dynamic` cannot do is in docs/dynamic.md.

    Args:
        resource_name: The resource's name.
        opts: The resource's options. The settings are those of the stack's configuration (`dataworks:region`, ...) and of
            the environment: a dynamic resource has no provider of its own.
        project_id: The ID of the DataWorks workspace that holds the workflow.
        workflow_id: The workflow's ID in Data Studio: the definition's `workflow_id`.
        digest: The digest of the document to deploy: the definition's `digest`. A new one deploys the workflow again.
        description: What the next pipeline run is described with; a mark by which the provider knows its runs again
            stands behind it.
        approval: What to do at a stage that only a person can pass: `wait` for it (the default) within the step's time, or
            `fail` with what is to be passed. The next `up` goes on with the same run.
        abolish_abandoned: Whether a run that is not seen to its end, as the time is up, is ended with
            `AbolishPipelineRun`. Without it the next `up` goes on with it.
    """

    _hidden = OF_THE_DEPLOYMENT - {"digest"}  # which is secret already, as an input of that name

    project_id = Property[int]()
    """The ID of the DataWorks workspace that holds the workflow."""
    workflow_id = Property[str]()
    """The workflow's ID in Data Studio."""
    digest = Property[str]()
    """The digest of the document to deploy."""
    description = Property[str | None]()
    """What the next pipeline run is described with."""
    approval = Property[str | None]()
    """What to do at a stage that only a person can pass."""
    abolish_abandoned = Property[bool | None]()
    """Whether a run that is not seen to its end is ended."""
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

    def __init__(  # noqa: PLR0913 - a resource's inputs are its arguments
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        project_id: pulumi.Input[int],
        workflow_id: pulumi.Input[str],
        digest: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        approval: pulumi.Input[str] | None = None,
        abolish_abandoned: pulumi.Input[bool] | None = None,
    ) -> None:
        super().__init__(
            DeploymentProvider(),
            resource_name,
            opts,
            pulumi.Output.from_input(digest),
            project_id=project_id,
            workflow_id=workflow_id,
            digest=digest,
            description=description,
            approval=approval,
            abolish_abandoned=abolish_abandoned,
        )


async def _urn(name: str, kind: str, parent: pulumi.Resource | None) -> str | None:
    """The URN that the engine gives; the stack itself is no part of it.

    As plain text: its output depends on the parent, and a component waits for its children, of which this is one.
    """
    top = parent is None or parent.pulumi_resource_type == _ROOT
    return await pulumi.create_urn(name, kind, None if top else parent).future()


async def _hide(sensitive: pulumi.Output[Any], secrets: list[str], hidden: Iterable[str]) -> bool:
    """Whether the input is a secret; then what depends on it is added to the outputs that are.

    Pulumi reads the list when all inputs are there, and this is one.
    """
    secret = await sensitive.is_secret()
    if secret:
        secrets += sorted(hidden)
    return secret


def timeouts(given: pulumi.CustomTimeouts | Mapping[str, str] | None) -> dict[str, float]:
    """The seconds by step, of durations as Pulumi writes them, such as `1h30m`."""
    values = given if isinstance(given, Mapping) else vars(given) if given else {}
    return {
        step: sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(str(values[step])))
        for step in ("create", "update", "delete")
        if values.get(step)
    }


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
