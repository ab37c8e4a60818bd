"""The operations: how the service wants each, and how its answer is read.

The names are those of the vendor's SDK (9.11.0). The wire is uneven, so every reader here is lenient: IDs come as JSON
numbers or as strings, ``Completed`` as a boolean or as "True"/"False", times and page numbers as either (DataWorks OpenAPI
2024-05-18 and logged answers). One thing is refused: an ID that is a float has lost digits already.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from ._errors import NotFoundError, UnreadableAnswer
from ._words import Words, label, text_of

# --- How the service wants each operation: method, place of the parameters, whether it may be sent twice


API_VERSION: Final = "2024-05-18"
READ_TIMEOUT: Final = 30.0
"""Seconds of silence on an open connection."""
PAGE_SIZE: Final = 100
"""The largest page that List operations give."""


@dataclass(frozen=True)
class Operation:
    """How the service wants one operation.

    Attributes:
        action: Its name.
        result: What the part of the answer is called that holds what was asked for; of a list, the part of ``PagingInfo``.
        method: GET sends parameters in the URL, POST in a form,
        in_query: or in the URL as well,
        query: or only those with these names.
        idempotent: Whether sending it twice is the same as once. One that is not is tried again only where the service has
            surely not taken it.
        read_timeout: Seconds, where the settings say nothing.
        yields: Whether it lets other calls go first.
        version: That of the API.
    """

    action: str
    result: str = ""
    method: Literal["GET", "POST"] = "GET"
    in_query: bool = False
    query: tuple[str, ...] = ()
    idempotent: bool = True
    read_timeout: float = READ_TIMEOUT
    yields: bool = False
    version: str = API_VERSION


# --- What an answer may hold


_WHOLE = re.compile(r"-?[0-9]{1,18}")
_MAY_HOLD_HALVES = re.compile(rb"\\u[dD]|\xed[\xa0-\xbf]")
_LONGEST_ID = 1_000
"""One that is longer would fit into no address of a request, and one of megabytes into no state."""


def parse_json(text: bytes | str) -> Any:
    """Return what JSON says; half of a surrogate pair, which no message of gRPC can hold, becomes U+FFFD.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    found = json.loads(text)  # whole numbers of any size stay whole
    if not _MAY_HOLD_HALVES.search(text if isinstance(text, bytes) else text.encode(errors="surrogatepass")):
        return found
    units = json.dumps(found, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(units.decode("utf-16-le", "replace"))


def _identifier(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str | int) and not isinstance(value, bool):
        text = str(value).strip()
        if len(text) <= _LONGEST_ID:
            return text
        msg = f"an ID of {len(text):,} characters"
    else:
        msg = f"an ID is a string or a whole number, not {type(value).__name__}"
    raise ValueError(msg)


def _scheduling_id(value: Any) -> str | None:
    """None for a zero, too: the SDK has a whole number here, and what an unpublished workflow's is, is not documented."""
    found = _identifier(value)
    return found if found.strip("0") else None


def _document(value: Any) -> str:
    """JSON within JSON, whose escapes may hide halves of surrogate pairs once more."""
    text = text_of(value)
    try:
        return json.dumps(parse_json(text), ensure_ascii=False) if "\\ud" in text.lower() else text
    except (ValueError, RecursionError):
        return text


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value.strip()) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def status_among(known: Iterable[str]) -> BeforeValidator:
    """Makes a status one of those known, however it is written, or a word that may be shown."""
    words = {one.casefold(): one for one in known}

    def validate(value: Any) -> str:
        text = text_of(value).strip()
        return words.get(text.casefold()) or label(text)

    return BeforeValidator(validate)


Identifier = Annotated[str, BeforeValidator(_identifier)]
DocumentText = Annotated[str, BeforeValidator(_document)]
Integer = Annotated[int | None, BeforeValidator(_integer)]
Boolean = Annotated[bool | None, BeforeValidator(_boolean)]
SchedulingId = Annotated[str | None, BeforeValidator(_scheduling_id)]
A = TypeVar("A")
Items = Annotated[list[A], BeforeValidator(lambda value: [] if value is None else value)]


class Answer(BaseModel):
    """What each of them has in common. Times are in milliseconds since 1970; None is what an answer does not say."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)


class Item(Answer):
    """Something that a list holds once, by its ID."""

    id: Identifier


M = TypeVar("M", bound=BaseModel)
I = TypeVar("I", bound=Item)  # noqa: E741 - an item


class _Page(Answer, Generic[I]):
    """A page of a List operation; ``total_count`` is that of all pages."""

    total_count: Integer = None
    items: Items[I] = Field(default=[])


# --- From a call to its result


Body = dict[str, Any]
"""An answer's JSON object."""
Send = Callable[[Operation, Mapping[str, str]], Awaitable[Body]]
"""Makes a call, again where that helps and cannot harm."""


class Operations:
    """The operations of one kind. Each raises what every operation of `Client` raises.

    Parameters are given as the SDK names them: what is neither a text nor None, which is left out, goes as JSON.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    async def _call(self, operation: Operation, /, **parameters: Any) -> Body:
        """Make a call and return its answer."""
        given = {name: value for name, value in parameters.items() if value is not None}
        texts = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in given.items()
        }
        return await self._send(operation, texts)

    async def _made(self, operation: Operation, model: type[Item] = Item, /, **parameters: Any) -> str:
        """Make a call and return the ID of what it began to make."""
        body = await self._call(operation, **parameters)
        return read(model, {"Id": body.get(operation.result)}, body, operation).id

    async def _one(self, operation: Operation, model: type[M], what: str, /, **parameters: Any) -> M:
        """Make a call and return what the answer holds; ``what`` is a noun and the ID, which an answer may leave out.

        Raises:
            NotFoundError: It holds nothing.
            UnreadableAnswer: It has another shape.
        """
        body = await self._call(operation, **parameters)
        part = inner(body, operation.result)
        if not part:
            raise empty(operation, what, body)
        return read(model, part, body, operation, Id=what.partition(" ")[2])

    async def _all(self, operation: Operation, model: type[I], /, **parameters: Any) -> list[I]:
        """Return what a List operation holds, over all pages, each item once."""
        pages: type[_Page[I]] = cast("Any", _Page)[model]
        found: dict[str, I] = {}
        number, is_last = 1, False
        while not is_last:
            body = await self._call(operation, **parameters, PageSize=PAGE_SIZE, PageNumber=number)
            part = inner(body, "PagingInfo")
            if isinstance(part, dict):
                info = cast("Body", part)
                part = {"TotalCount": info.get("TotalCount"), "Items": info.get(operation.result)}
            page, before = read(pages, part, body, operation), len(found)
            for item in page.items:
                found.setdefault(item.id, item)
            if len(found) == before:
                break  # a page that brings nothing new: the end, or a service that ignores PageNumber
            number += 1
            total = page.total_count
            is_last = len(page.items) < PAGE_SIZE if total is None else len(found) >= total
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
