"""The calls of functions: from the wire to the lifecycle and back."""

from __future__ import annotations

import asyncio
from typing import Any

from pulumi_resource_dataworks import lifecycle, openapi
from pulumi_resource_dataworks._printable import printable

from ._engine import CURRENT_STEP, EngineLog, StepReporter
from ._failures import Context, fail
from ._protocol import provider_pb2
from ._wire import Properties, decode, encode

_MODULE = "dataworks:index:"


async def invoke(
    functions: lifecycle.Functions,
    client: openapi.Client,
    log: EngineLog,
    cancelled: asyncio.Event,
    call: tuple[Any, Context],
) -> Any:
    """Answers a call of a function; where an argument is a secret, the whole answer is."""
    request, context = call
    given = decode(request.args)
    reporter, secret = StepReporter(log, ""), bool(given.secrets)
    step = lifecycle.Context(
        urn="", client=client, report=reporter, cancelled=cancelled, secret=secret, hides_names=secret
    )
    openapi.withhold_words(secret)
    token = CURRENT_STEP.set(reporter)
    try:
        answer = await functions.invoke(step, request.tok.removeprefix(_MODULE), given.values)
    except Exception as error:  # noqa: BLE001 - told apart in `fail`
        await fail(context, error, log, request)
    finally:
        CURRENT_STEP.reset(token)
    return _response(answer, given)


def _response(answer: lifecycle.Answer, given: Properties) -> Any:
    faults = [
        provider_pb2.CheckFailure(property=fault.argument, reason=printable(fault.reason))
        for fault in answer.faults
    ]
    values = encode(answer.values, answer.values if given.secrets else ())
    return provider_pb2.InvokeResponse(failures=faults, **{"return": values})
