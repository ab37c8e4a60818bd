"""The resources as a program declares them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast

import pulumi
from pulumi.dynamic import Resource

from pulumi_resource_dataworks._names import OF_THE_DEPLOYMENT, OF_THE_DOCUMENT

from ._about import ABOUT
from ._provider import DeploymentProvider, Provider
from ._told import told

# --- `WorkflowDefinition` as a program declares it


_HIDDEN_OF_DEFINITION = sorted(OF_THE_DOCUMENT - {"spec"})
"""Outputs that are secret where the document is. `spec` is so already, as an input of that name."""

_OUTPUTS_OF_DEFINITION = (*_HIDDEN_OF_DEFINITION, "workflowId", "owner", "createTime")


class WorkflowDefinition(Resource, module="dataworks", name="WorkflowDefinition"):
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
        opts, about = told(self._resource_type_name, resource_name, opts, document, _HIDDEN_OF_DEFINITION)
        about["isObject"] = text is not spec or asyncio.ensure_future(_is_object(document))
        inputs = {
            "projectId": project_id,
            "spec": asyncio.ensure_future(_sent(spec, document)),
            "adopt": adopt,
            "validateOnPreview": validate_on_preview,
            ABOUT: about,
        }
        super().__init__(Provider(), resource_name, {**dict.fromkeys(_OUTPUTS_OF_DEFINITION), **inputs}, opts)

    @property
    def project_id(self) -> pulumi.Output[int]:
        """The ID of the DataWorks workspace that holds the workflow."""
        return self._output("projectId")

    @property
    def spec(self) -> pulumi.Output[Any]:
        """The FlowSpec document as its author wrote it, as an object."""
        return self._output("spec")

    @property
    def workflow_id(self) -> pulumi.Output[str]:
        """The ID of the workflow in Data Studio: up to 19 decimal digits, as text."""
        return self._output("workflowId")

    @property
    def name(self) -> pulumi.Output[str]:
        """The name of the workflow."""
        return self._output("name")

    @property
    def path(self) -> pulumi.Output[str]:
        """The path of the workflow in Data Studio, its name included."""
        return self._output("path")

    @property
    def node_ids(self) -> pulumi.Output[dict[str, str]]:
        """The IDs of the workflow's nodes, by node name. An inner node is named `controller/node`."""
        return self._output("nodeIds")

    @property
    def node_outputs(self) -> pulumi.Output[dict[str, str]]:
        """What another workflow's dependency names as `output` to depend on a node of this one, by node name."""
        return self._output("nodeOutputs")

    @property
    def digest(self) -> pulumi.Output[str]:
        """A hash of what the document means."""
        return self._output("digest")

    @property
    def owner(self) -> pulumi.Output[str | None]:
        """The account ID of the workflow's owner."""
        return self._output("owner")

    @property
    def create_time(self) -> pulumi.Output[str | None]:
        """When the workflow was created, in UTC, as in `2026-11-23T18:00:00Z`."""
        return self._output("createTime")

    @property
    def adopt(self) -> pulumi.Output[bool | None]:
        """Whether an import may take over what is there already."""
        return self._output("adopt")

    @property
    def validate_on_preview(self) -> pulumi.Output[bool | None]:
        """What the program has set; without effect."""
        return self._output("validateOnPreview")

    def _output(self, name: str) -> pulumi.Output[Any]:
        found: pulumi.Output[Any] = self.__dict__[name]
        return found


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


# --- `WorkflowDeployment` as a program declares it


_HIDDEN_OF_DEPLOYMENT = sorted(OF_THE_DEPLOYMENT - {"digest"})
"""Outputs that are secret where the digest is. `digest` is so already, as an input of that name."""

_OUTPUTS_OF_DEPLOYMENT = (*_HIDDEN_OF_DEPLOYMENT, "pipelineRunId", "status", "publishedWorkflowId", "stages")


class WorkflowDeployment(Resource, module="dataworks", name="WorkflowDeployment"):
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
        telling = pulumi.Output.from_input(digest)
        opts, about = told(self._resource_type_name, resource_name, opts, telling, _HIDDEN_OF_DEPLOYMENT)
        inputs = {
            "projectId": project_id,
            "workflowId": workflow_id,
            "digest": digest,
            "description": description,
            "approval": approval,
            "abolishAbandoned": abolish_abandoned,
            ABOUT: about,
        }
        super().__init__(
            DeploymentProvider(), resource_name, {**dict.fromkeys(_OUTPUTS_OF_DEPLOYMENT), **inputs}, opts
        )

    @property
    def project_id(self) -> pulumi.Output[int]:
        """The ID of the DataWorks workspace that holds the workflow."""
        return self._output("projectId")

    @property
    def workflow_id(self) -> pulumi.Output[str]:
        """The workflow's ID in Data Studio."""
        return self._output("workflowId")

    @property
    def digest(self) -> pulumi.Output[str]:
        """The digest of the document to deploy."""
        return self._output("digest")

    @property
    def description(self) -> pulumi.Output[str | None]:
        """What the next pipeline run is described with."""
        return self._output("description")

    @property
    def approval(self) -> pulumi.Output[str | None]:
        """What to do at a stage that only a person can pass."""
        return self._output("approval")

    @property
    def abolish_abandoned(self) -> pulumi.Output[bool | None]:
        """Whether a run that is not seen to its end is ended."""
        return self._output("abolishAbandoned")

    @property
    def pipeline_run_id(self) -> pulumi.Output[str | None]:
        """The last pipeline run of this resource that succeeded."""
        return self._output("pipelineRunId")

    @property
    def status(self) -> pulumi.Output[str]:
        """`Online`; after a refresh `Offline` or `Redeployed` where somebody has done that since."""
        return self._output("status")

    @property
    def published_workflow_id(self) -> pulumi.Output[str | None]:
        """The workflow's ID in production, where DataWorks tells it."""
        return self._output("publishedWorkflowId")

    @property
    def deployed_digest(self) -> pulumi.Output[str | None]:
        """The digest of what this resource has deployed; None where production holds something else."""
        return self._output("deployedDigest")

    @property
    def stages(self) -> pulumi.Output[list[dict[str, str]] | None]:
        """The stages of the last pipeline run, in order: `code`, `name`, `type` and `status` of each."""
        return self._output("stages")

    @property
    def pending_run(self) -> pulumi.Output[dict[str, str] | None]:
        """Never here: a dynamic resource keeps nothing half done."""
        return self._output("pendingRun")

    def _output(self, name: str) -> pulumi.Output[Any]:
        found: pulumi.Output[Any] = self.__dict__[name]
        return found
