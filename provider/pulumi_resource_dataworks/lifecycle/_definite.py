"""What the service says at a preview that `up` would hear too."""

from __future__ import annotations

from pulumi_resource_dataworks import openapi

from ._context import Context
from ._errors import LifecycleError


async def raise_definite(context: Context, project_id: int, error: openapi.DataWorksError) -> None:
    """Ends a preview whose look at the service has failed for good.

    A refusal that may mean anything, as codes for "not found" are not published, is asked about: is it the workspace?

    Raises:
        ServiceError: The account may not, is unknown, or asks at the wrong place; or there is no such workspace.
    """
    if not isinstance(error, openapi.ServiceError):
        return
    if error.is_definite:
        raise error
    if error.is_ambiguous_client_error:
        try:
            await context.ask(context.client.lookups.project(project_id))
        except (openapi.ProjectNotFoundError, openapi.NotFoundError) as absent:
            raise absent from error
        except openapi.DataWorksError:
            return


def not_there(workflow: tuple[int, str], words: str = "") -> LifecycleError:
    """What is to be deployed does not exist.

    Args:
        workflow: Its project and its ID.
        words: The service's.
    """
    project_id, workflow_id = workflow
    said = f" DataWorks says: {words}" if words else ""
    return LifecycleError(
        f"there is no workflow {workflow_id} in project {project_id} to deploy: check workflowId and projectId. If another "
        f"stack makes the workflow, run `pulumi up` there first; a single node cannot be deployed.{said}"
    )
