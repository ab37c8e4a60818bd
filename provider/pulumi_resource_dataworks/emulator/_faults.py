"""Faults as data: which call they hit, and what they do to its effect and to its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import pydantic
from pydantic import Field

from ._json import STRICT

ANY: Final = "*"

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^([!-~]([ -~]*[!-~])?)?$")]
Positive = Annotated[int, Field(ge=1)]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class Fault:
    """One planned fault.

    Attributes:
        action: The operation that it hits, such as `GetJobStatus`; `*` is any.
        nth: The first call that it hits, counted from the time the fault is set; the next one is 1.
        times: How many calls it hits from there.
        when: `before` stands in place of the effect; `after` keeps the effect and loses the answer.
        status: HTTP status of the answer; None leaves the answer alone (a mere delay).
        code: The envelope's `Code`.
        message: The envelope's `Message`.
        denial: The envelope's `AccessDeniedDetail`; what it does not name of who was denied what is filled in.
        body: A body that is not an envelope, such as a proxy's HTML page.
        headers: Headers of the answer, such as `x-acs-retry-after` in milliseconds.
        delay_seconds: How long the answer waits.
        reset: The connection is reset and there is no answer.
        half: Half of the answer's body is sent, then the connection closes.
    """

    action: str = ANY
    nth: Positive = 1
    times: Positive = 1
    when: Literal["before", "after"] = "before"
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    code: str = "ServiceUnavailable"
    message: str = "A fault that was asked for."
    denial: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = None
    headers: Mapping[HeaderName, HeaderValue] = field(default_factory=dict[str, str])
    delay_seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    reset: bool = False
    half: bool = False

    @property
    def replaces_effect(self) -> bool:
        """A mere delay does not."""
        return self.when == "before" and (self.reset or self.half or self.status is not None)


@dataclass
class _Planned:
    fault: Fault
    seen: int = 0
    """Calls of its operation since it was planned."""


class FaultPlan:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault; several may wait at once, the first that fits a call hits it."""
        self._planned.append(_Planned(fault))

    def clear(self) -> None:
        """Forget every fault."""
        self._planned.clear()

    def hit(self, action: str) -> Fault | None:
        """The fault that hits this call. Every planned fault counts the call."""
        due = [planned for planned in self._planned if planned.fault.action in {ANY, action}]
        for planned in due:
            planned.seen += 1
        hits = (planned.fault for planned in due if planned.seen >= planned.fault.nth)
        self._planned = [one for one in self._planned if one.seen < one.fault.nth + one.fault.times - 1]
        return next(hits, None)
