"""Errors as the engine takes them: one readable text, the right code, and the state of what is half done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import grpc
import grpc.aio
from google.protobuf import struct_pb2
from google.protobuf.message import Message

from pulumi_resource_dataworks._front import describe_defect
from pulumi_resource_dataworks._names import printable
from pulumi_resource_dataworks.lifecycle import (
    CancelledStepError,
    HalfDoneError,
    LifecycleError,
    RefusedError,
)
from pulumi_resource_dataworks.openapi import AnswerLost, DataWorksError, RequestNotSent, SettingsError

from ._engine import EngineLog
from ._protocol import provider_pb2, status_pb2
from ._wire import holds_secret

LARGEST_STATE = 11_000_000
"""Bytes of outputs that an engine takes with an error, for certain. More than 12,582,912 with all that is around them (16 MiB as
base64, grpc-go's limit for headers) break the connection, and every step that runs is lost (measured with engine 3.276)."""

_LONGEST_TEXT = 20_000
"""Characters of an error, which takes up to 17 bytes for each of that."""

_CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (CancelledStepError, grpc.StatusCode.CANCELLED),
    (RefusedError, grpc.StatusCode.ALREADY_EXISTS),
    (LifecycleError, grpc.StatusCode.FAILED_PRECONDITION),
    (SettingsError, grpc.StatusCode.INVALID_ARGUMENT),
    (RequestNotSent, grpc.StatusCode.UNAVAILABLE),
    (AnswerLost, grpc.StatusCode.UNAVAILABLE),
    (DataWorksError, grpc.StatusCode.FAILED_PRECONDITION),
)
"""Never UNKNOWN, INTERNAL or DATA_LOSS: those make the engine doubt its state."""

Context = grpc.aio.ServicerContext[Any, Any]


async def fail(context: Context, error: Exception, log: EngineLog, request: Any) -> NoReturn:
    """Ends a call with an error of ours, or with one line about a defect."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            await context.abort(code, printable(str(error), lines=True))
    text = describe_defect(error, log, getattr(request, "urn", ""), secret=holds_secret(request))
    await log.flush()
    await context.abort(grpc.StatusCode.FAILED_PRECONDITION, text)


def check_failures(reasons: Iterable[str]) -> list[provider_pb2.CheckFailure]:
    """What is wrong with inputs, for the engine."""
    return [provider_pb2.CheckFailure(reason=printable(reason, lines=True)) for reason in reasons]


async def half_done(
    context: Context, error: HalfDoneError, outputs: struct_pb2.Struct, text: str
) -> NoReturn:
    """Ends a call with what is known of a resource that is half done: the engine saves it, and goes on from there.

    Without inputs: the engine keeps its own (3.276: those that it sent to Create, the old ones after Update and Read), and
    what it takes in this way is limited (`LARGEST_STATE`).

    An engine takes the first detail that it knows. One that knows how to await saves nothing (3.276), and shows no text.
    """
    text = printable(text, lines=True)[:_LONGEST_TEXT]
    details: list[Message] = [provider_pb2.ErrorResourceAwaitFailed()] if error.awaits else []
    details.append(provider_pb2.ErrorResourceInitFailed(id=error.id, properties=outputs, reasons=[text]))
    code = grpc.StatusCode.FAILED_PRECONDITION
    status = status_pb2.Status(code=code.value[0], message=text)
    for detail in details:
        status.details.add().Pack(detail)  # pyright: ignore[reportUnknownMemberType] - the stubs leave the message open
    metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, text, metadata)
