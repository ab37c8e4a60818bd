"""From an answer's JSON object to a model, or to the error that it means."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ._errors import NotFoundError, UnreadableAnswer
from ._operations import Operation
from ._words import Words, label, text_of

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
