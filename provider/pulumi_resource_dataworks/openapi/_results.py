"""From the JSON of an answer to models, and lists that come in pages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError

from ._errors import NotFoundError, UnreadableAnswer
from ._models import Answer, Integer, Item, Items
from ._operations import Operation
from ._words import Words, label, text_of

PAGE_SIZE: Final = 100
"""The largest page that List operations give."""

M = TypeVar("M", bound=BaseModel)
I = TypeVar("I", bound=Item)  # noqa: E741 - an item

Call = Callable[[Operation, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""Makes a call and returns the answer's JSON object."""


class Operations:
    """The operations of one kind. Each raises what every operation of `Client` raises."""

    def __init__(self, call: Call) -> None:
        self._call = call


async def one(
    call: Call, operation: Operation, parameters: Mapping[str, str], model: type[M], what: str
) -> M:
    """Make a call and return what the answer holds; ``what`` is a noun and the ID, which an answer may leave out.

    Raises:
        NotFoundError: It holds nothing.
        UnreadableAnswer: It has another shape.
    """
    body = await call(operation, parameters)
    part = inner(body, operation.result)
    if not part:
        raise empty(operation, what, body)
    return read(model, part, body, operation, Id=what.partition(" ")[2])


class Page(Answer, Generic[I]):
    """A page of a List operation; ``total_count`` is that of all pages."""

    total_count: Integer = None
    items: Items[I] = Field(default=[])


async def all_pages(
    call: Call, operation: Operation, parameters: Mapping[str, str], model: type[Page[I]]
) -> list[I]:
    """Return what a List operation holds, over all pages, each item once; ``parameters`` are without those of paging."""
    found: dict[str, I] = {}
    number, is_last = 1, False
    while not is_last:
        paging = {"PageSize": str(PAGE_SIZE), "PageNumber": str(number)}
        body = await call(operation, {**parameters, **paging})
        part = inner(body, "PagingInfo")
        if isinstance(part, dict):
            info = cast("dict[str, Any]", part)
            part = {"TotalCount": info.get("TotalCount"), "Items": info.get(operation.result)}
        page, before = read(model, part, body, operation), len(found)
        for item in page.items:
            found.setdefault(item.id, item)
        if len(found) == before:
            break  # a page that brings nothing new: the end, or a service that ignores PageNumber
        number += 1
        is_last = len(page.items) < PAGE_SIZE if page.total_count is None else len(found) >= page.total_count
    return [*found.values()]


def inner(body: Mapping[str, Any], name: str) -> Any:
    """Return the part of an answer with this name; empty where it is missing or null."""
    found = body.get(name)
    return {} if found is None else found


def read(model: type[M], part: Any, body: Mapping[str, Any], operation: Operation, **known: str) -> M:
    """Return a part of an answer as a model; ``known`` are fields that it may leave out.

    Raises:
        UnreadableAnswer: It has another shape.
    """
    try:
        return model.model_validate({"RequestId": body.get("RequestId"), **known, **part})
    except (TypeError, ValidationError) as error:
        fault = "an object was expected"
        if isinstance(error, ValidationError):
            detail = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, detail["loc"])).replace("Items", operation.result, 1)
            fault = f"{place}: {detail['msg']}"
        text = f"The answer to {operation.action} has an unknown shape: {Words(fault)}"
        request_id = label(text_of(body.get("RequestId")))
        raise UnreadableAnswer(
            f"{text} (request ID {request_id})", action=operation.action, status=200
        ) from error


def empty(operation: Operation, what: str, body: Mapping[str, Any]) -> NotFoundError:
    """Return the error of an answer that holds nothing; ``what`` is a noun and a name."""
    return NotFoundError(
        f"The answer holds no {what.partition(' ')[0]}: {what} does not exist",
        code="",
        status=200,
        action=operation.action,
        request_id=text_of(body.get("RequestId")),
    )
