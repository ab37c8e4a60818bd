"""From the JSON of an answer to models, and lists that come in pages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from ._errors import NotFoundError, UnreadableAnswer
from ._models import Answer, Integer, Item, WorkflowSummary
from ._settings import PAGE_SIZE
from ._transport import Operation
from ._words import Words, label, text_of

# --- From an answer's JSON object to a model, or to the error that it means


M = TypeVar("M", bound=BaseModel)


def inner(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the part of an answer with this name; empty where it is missing or null."""
    found = body.get(name)
    return {} if found is None else found


def read(model: type[M], part: Any, body: Mapping[str, Any], operation: Operation) -> M:
    """Return a part of an answer as a model.

    Raises:
        UnreadableAnswer: It has another shape.
    """
    try:
        return model.model_validate({"RequestId": body.get("RequestId"), **part})
    except (ValidationError, TypeError) as error:
        text = f"The answer to {operation.action} has an unknown shape: {Words(_first_fault(error))}"
        request_id = label(text_of(body.get("RequestId")))
        raise UnreadableAnswer(
            f"{text} (request ID {request_id})", action=operation.action, status=200
        ) from error


def _first_fault(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "an object was expected"
    detail = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"


def empty(operation: Operation, what: str, body: Mapping[str, Any]) -> NotFoundError:
    """Return the error of an answer that holds nothing; ``what`` is a noun and a name."""
    return NotFoundError(
        f"The answer holds no {what.partition(' ')[0]}: {what} does not exist",
        code="",
        status=200,
        action=operation.action,
        request_id=text_of(body.get("RequestId")),
    )


# --- Lists that come in pages


A = TypeVar("A", bound=Answer)
I = TypeVar("I", bound=Item)  # noqa: E741 - an item

Call = Callable[[Operation, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""Makes a call and returns the answer's JSON object."""

Items = Annotated[list[A], BeforeValidator(lambda value: [] if value is None else value)]


class Page(Answer, Generic[I]):
    """``PagingInfo`` of a List operation; each gives its list another name.

    Attributes:
        total_count: How many there are on all pages; None where the answer does not say.
        items: Those of this page.
    """

    total_count: Integer = None
    items: Items[I] = Field(default=[])


class WorkflowPage(Page[WorkflowSummary]):
    """``PagingInfo`` of ListWorkflowDefinitions."""

    items: Items[WorkflowSummary] = Field(default=[], validation_alias="WorkflowDefinitions")


async def all_pages(
    call: Call, operation: Operation, parameters: Mapping[str, str], page: type[Page[I]]
) -> list[I]:
    """Return what a List operation holds, over all pages, each item once.

    Args:
        call: The client's.
        operation: The operation.
        parameters: Its parameters, without those of paging.
        page: How to read a page.
    """
    found: dict[str, I] = {}
    number = 1
    while True:
        paging = {"PageSize": str(PAGE_SIZE), "PageNumber": str(number)}
        body = await call(operation, {**parameters, **paging})
        if not _add(found, read(page, inner(body, "PagingInfo"), body, operation)):
            return [*found.values()]
        number += 1


def _add(found: dict[str, I], page: Page[I]) -> bool:
    """Add a page's items; return whether there is reason to ask for the next."""
    before = len(found)
    for item in page.items:
        found.setdefault(item.id, item)
    if len(found) == before:
        return False  # a page that brings nothing new: the end, or a service that ignores PageNumber
    if page.total_count is None:
        return len(page.items) >= PAGE_SIZE
    return len(found) < page.total_count
