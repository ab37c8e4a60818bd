"""Faults as data: which call they hit, and what they do to its effect and to its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from ._check import STRICT

ANY = "*"

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^([!-~]([ -~]*[!-~])?)?$")]


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
        body: A body that is no envelope, such as a proxy's HTML page.
        headers: Headers of the answer, such as `x-acs-retry-after` in milliseconds.
        delay_seconds: How long the answer waits.
        reset: The connection is reset and there is no answer.
        half: Half of the answer's body is sent, then the connection closes.
    """

    action: str = ANY
    nth: Annotated[int, Field(ge=1)] = 1
    times: Annotated[int, Field(ge=1)] = 1
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
    def stands_in(self) -> bool:
        """Whether it takes the effect's place: a mere delay does not."""
        return self.when == "before" and (self.reset or self.half or self.status is not None)


@dataclass
class _Planned:
    fault: Fault
    seen: int = 0

    def counts(self, action: str) -> bool:
        if self.fault.action not in {ANY, action}:
            return False
        self.seen += 1
        return self.seen >= self.fault.nth

    @property
    def spent(self) -> bool:
        return self.seen >= self.fault.nth + self.fault.times - 1


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
        hits = [planned.fault for planned in self._planned if planned.counts(action)]
        self._planned = [planned for planned in self._planned if not planned.spent]
        return hits[0] if hits else None
