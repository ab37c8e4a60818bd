"""Answers that are lost, late, or may mean that there is nothing: a call that must have its effect once, and further looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_resource_dataworks import openapi

from ._step import CancelledStepError, Context, LifecycleError

if TYPE_CHECKING:
    from pulumi_resource_dataworks.openapi import Client

T = TypeVar("T")

SENDS = 3
_AFTER_SECONDS = 15.0


def pauses(looks: int) -> list[float]:
    """Seconds before each of so many looks at what may not be seen yet: each pause is twice as long as the one before."""
    return [2.0**number for number in range(looks)]


async def when_seen(context: Context, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The answer about what was made just now: only the last one that it may not be there is believed.

    Raises:
        ServiceError: The service refuses, or still says so.
    """
    for pause in pauses(4):
        try:
            return await ask()
        except openapi.ServiceError as error:
            if not error.is_ambiguous_client_error:
                raise
        await context.pause(pause)
    return await ask()


async def if_there(call: Awaitable[T]) -> T | None:
    """What a call gives; None where the answer may mean that there is no such thing."""
    try:
        return await call
    except openapi.ServiceError as error:
        if error.is_ambiguous_client_error:
            return None
        raise


@asynccontextmanager
async def after_the_step(context: Context) -> AsyncGenerator[Client]:
    """Gives what a call is made with although the step is over: bounded, and silent if it fails."""
    with suppress(TimeoutError, openapi.DataWorksError):
        async with asyncio.timeout(_AFTER_SECONDS):
            yield context.unraced


async def send_once(
    context: Context,
    call: str,
    send: Callable[[], Awaitable[T]],
    look: Callable[[int], Awaitable[T | None]],
    make_unsure_error: Callable[[str], Exception],
    *,
    proves_no_effect: Callable[[openapi.DataWorksError], bool] = lambda _: False,
) -> T:
    """Sends a call; where an answer is lost, its effect is looked for before the call is sent again.

    Args:
        context: The step. Its `state_if_stopped` is taken back where nothing was sent.
        call: What is sent, for messages.
        send: Sends it, and gives its result.
        look: Finds the result of a send, given how many were made; None where the call has to be sent again.
        make_unsure_error: Makes the error, of a message, that says that the call may have had its effect.
        proves_no_effect: Whether an error after a lost answer proves that the sends before it had no effect.

    Raises:
        DataWorksError: The call had no effect.
        Exception: What `make_unsure_error` made.
    """
    lost: openapi.AnswerLost | None = None
    for sent in range(1, SENDS + 1):
        try:
            return await send()
        except CancelledStepError as error:
            message = f"{error}, while {call} was being sent; the next `pulumi up` looks for it"
            raise make_unsure_error(message) from error
        except openapi.AnswerLost as error:
            lost = error
        except openapi.DataWorksError as error:
            if lost is None or proves_no_effect(error):
                context.state_if_stopped = None
                raise
            raise make_unsure_error(str(error)) from error
        try:
            found = await look(sent)
        except (openapi.DataWorksError, LifecycleError) as error:
            raise make_unsure_error(f"{lost}; and then: {error}") from error
        if found is not None:
            return found
    raise make_unsure_error(f"the answer to {call} was lost {SENDS} times: {lost}") from lost
