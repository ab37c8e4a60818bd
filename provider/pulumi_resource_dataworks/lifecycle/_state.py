"""What the states of workflows, nodes, functions and files have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import BOOKKEEPING

from ._step import Context, HalfDoneError, LifecycleError, Path


def bookkeeping(outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider keeps for itself beside the outputs that people see."""
    return cast("Mapping[str, Any]", outputs.get(BOOKKEEPING) or {})


def with_bookkeeping(outputs: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs with what the provider keeps for itself: what is not None of it."""
    known = {key: value for key, value in kept.items() if value is not None}
    return {**outputs, BOOKKEEPING: known} if known else outputs


def marked(outputs: dict[str, Any], spec: flowspec.Object, of_names: Collection[str]) -> dict[str, Any]:
    """The outputs, with those marked as secrets that say something of one in the document: `of_names` where names are secrets."""
    if not flowspec.secrets_of(spec):
        return outputs
    hidden = of_names if flowspec.hides_names(spec) else {"digest", BOOKKEEPING}
    return {key: flowspec.secret(value) if key in hidden else value for key, value in outputs.items()}


def parse_id(resource_id: str, noun: str = "workflow definition", own: str = "workflowId") -> tuple[int, str]:
    """Project and own ID of a resource ID, `<projectId>/<workflowId>`; what it is and has is for the message.

    Raises:
        LifecycleError: It has another form.
    """
    project, _, workflow = resource_id.partition("/")
    is_project = project.isascii() and project.isdecimal() and int(project) > 0
    if not (is_project and workflow and "/" not in workflow):
        raise LifecycleError(
            f'the ID "{resource_id}" is not that of a {noun}: write <projectId>/<{own}>, '
            "for example 123456/7234567890123456789"
        )
    return int(project), workflow


def workflow_of(resource_id: str, outputs: Mapping[str, Any]) -> tuple[int, str]:
    """Project and workflow ID of a resource.

    The outputs go before the resource's ID, which never changes: where the answer to its first import was lost, it
    holds the ID that was asked for, and the service may have given another.

    Raises:
        LifecycleError: The resource's ID has another form.
    """
    project_id, workflow_id = parse_id(resource_id)
    known = outputs.get("workflowId")
    return project_id, known if isinstance(known, str) and known else workflow_id


def iso_time(milliseconds: int | None) -> str | None:
    """A moment of the service as ISO 8601 text in UTC; None where it says none."""
    if milliseconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    except (ArithmeticError, ValueError, OSError):  # no time of this world
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def legible(answer: openapi.WorkflowDefinition | openapi.StudioObject, noun: str) -> Generator[None]:
    """Raises a LifecycleError where what the service gave back cannot be read."""
    try:
        yield
    except (flowspec.InvalidDocumentError, LookupError, TypeError, AttributeError) as error:
        raise LifecycleError(
            f"DataWorks gave {noun} {answer.id} back in a form that cannot be read (request {answer.request_id}): please report it "
            "with the request ID"
        ) from error


def reset_removed(
    context: Context,
    old: flowspec.Object,
    new: flowspec.Object,
    described: Callable[[Sequence[Path]], str] | None = None,
) -> flowspec.Object:
    """The new document, with what undoes the fields that it no longer has; warns of those that nothing known undoes."""
    root, stuck = flowspec.reset_removed(old, new)
    if stuck:
        places = ", ".join(map(flowspec.show_path, stuck[:5]))
        listed = described(stuck) if described else "fields" if context.hides_names else places
        context.report.warning(
            f"{listed}: left out of the document, but nothing known undoes it, and DataWorks may keep its old value. "
            "Write the value that you want."
        )
    return root


def report_rewrites(context: Context, rewritten: str, half_done: Callable[[str], HalfDoneError]) -> None:
    """Warns of what the service made of a document.

    Raises:
        HalfDoneError: The provider's setting `strict` asks for that.
    """
    message = f"DataWorks keeps something else than was sent: it {rewritten}"
    if context.strict:
        raise half_done(f"{message}. The provider's setting `strict` makes this an error")
    context.report.warning(message)
