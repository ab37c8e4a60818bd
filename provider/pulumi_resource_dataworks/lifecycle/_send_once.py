"""A call that must have its effect once, although its answer may be lost and the service takes no client token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pulumi_resource_dataworks import openapi

from ._step import CancelledStepError, Context, LifecycleError

T = TypeVar("T")

SENDS = 3


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
