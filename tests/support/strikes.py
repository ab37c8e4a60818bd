"""What can strike a step at one of its calls, before or after the call has had its effect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import httpx


class Struck(Protocol):
    """A run that can be cancelled and killed."""

    cancelled: asyncio.Event
    task: asyncio.Task[Any] | None


def lost(_: Struck, send: Callable[[], httpx.Response], *, after: bool) -> httpx.Response:
    if after:
        send()
    raise httpx.ReadError("reset")


def refused(_: Struck, __: Callable[[], httpx.Response], *, after: bool) -> httpx.Response:
    del after  # what is refused has had no effect
    return httpx.Response(403, json={"Code": "NoPermission", "Message": "may not", "RequestId": "R"})


def cancelled(run: Struck, send: Callable[[], httpx.Response], *, after: bool) -> httpx.Response:
    answer = send() if after else httpx.Response(503)
    run.cancelled.set()
    return answer


def killed(run: Struck, send: Callable[[], httpx.Response], *, after: bool) -> httpx.Response:
    if after:
        send()
    assert run.task is not None
    run.task.cancel()
    raise httpx.ReadError("the process is gone")
