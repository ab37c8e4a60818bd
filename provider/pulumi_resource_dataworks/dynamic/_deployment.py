"""`WorkflowDeployment` as a program declares it."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import Resource

from pulumi_resource_dataworks._names import OF_THE_DEPLOYMENT

from ._about import ABOUT
from ._provider import DeploymentProvider
from ._told import told

_HIDDEN = sorted(OF_THE_DEPLOYMENT - {"digest"})
"""Outputs that are secret where the digest is. `digest` is so already, as an input of that name."""

_OUTPUTS = (*_HIDDEN, "pipelineRunId", "status", "publishedWorkflowId", "stages")


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
        opts, about = told(self._resource_type_name, resource_name, opts, telling, _HIDDEN)
        inputs = {
            "projectId": project_id,
            "workflowId": workflow_id,
            "digest": digest,
            "description": description,
            "approval": approval,
            "abolishAbandoned": abolish_abandoned,
            ABOUT: about,
        }
        super().__init__(DeploymentProvider(), resource_name, {**dict.fromkeys(_OUTPUTS), **inputs}, opts)

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
