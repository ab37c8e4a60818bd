"""Lists that come in pages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field

from ._constants import PAGE_SIZE
from ._models import Answer, Integer, Item, WorkflowSummary
from ._operations import Operation
from ._reading import inner, read

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
