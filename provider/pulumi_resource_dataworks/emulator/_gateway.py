"""The gateway in front of the operations: who calls what, in which envelope, and what goes wrong on the way."""

import json
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import pydantic
from pydantic import Field

from ._answers import STRICT, JsonObject, ServiceError
from ._calls import VERSION, Operation, Parameters
from ._model import Account
from ._operations import OPERATIONS
from ._pipelines import settle
from ._signature import Request, Verifier
from ._state import ServiceState
from ._switches import Switches

HOST_ID: Final = "dataworks.emulator"
POST_OBJECT: Final = "PostObject"

# --- Faults as data: which call they hit, and what they do to its effect and to its answer


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

    action: str = "*"
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
    def cuts(self) -> bool:
        """Whether it cuts the connection."""
        return self.reset or self.half

    @property
    def replaces_effect(self) -> bool:
        """A mere delay does not."""
        return self.when == "before" and (self.cuts or self.status is not None)


# --- How many calls a DataWorks edition allows
#
# Source: help page "Use DataWorks OpenAPI" (use-dataworks-openapi, 2026-05-09). Counted are all calls of a main account with
# its RAM users in a region: here, all calls.


Edition = Literal["basic", "standard", "professional", "enterprise"]
_CALLS_A_DAY: Final = {"basic": 100}
_CALLS_A_SECOND: Final = 5
_ENTERPRISE_A_SECOND: Final = {True: 50, False: 20}
"""Of reads, whose names begin with Get or List, and of all others; the other editions count both together."""


class Usage:
    """The calls so far, as far as they still count against an edition's limits."""

    def __init__(self) -> None:
        self._days: Counter[int] = Counter()
        self._seconds: dict[bool, deque[float]] = {True: deque(), False: deque()}

    def count(self, action: str, now: float, edition: Edition, switches: Switches) -> None:
        day = int((now / 3600 + 8) // 24)  # in Shanghai; whose midnight it is that ends a day is unknown
        self._days[day] += 1  # documented: failed calls count
        most = _CALLS_A_DAY.get(edition)
        if most is not None and self._days[day] > most:
            message = f"The daily limit of {most} calls is used up."
            raise ServiceError(switches.quota_status, switches.quota_code, message)
        is_enterprise, is_read = edition == "enterprise", action.startswith(("Get", "List"))
        passed = self._seconds[is_read or not is_enterprise]
        allowed = _ENTERPRISE_A_SECOND[is_read] if is_enterprise else _CALLS_A_SECOND
        is_sliding = switches.qps_window == "sliding"
        while passed and (passed[0] <= now - 1 if is_sliding else passed[0] < int(now)):
            passed.popleft()
        if len(passed) >= allowed:
            message = f"Request was denied due to user flow control: at most {allowed} calls a second."
            raise ServiceError(switches.throttling_status, switches.throttling_code, message)
        passed.append(now)


# --- The calls


@dataclass(frozen=True)
class Call:
    """One call that arrived.

    Attributes:
        action: The operation asked for.
        project: `ProjectId`; None where it was not sent, or is not a number.
        params: Its parameters, all text. Keys and signatures are headers, and in none of them.
        took_effect: Whether the operation ran, also where its answer was lost; not where the call was refused.
        status: HTTP status of the answer; 0 where no whole answer went out.
        code: The envelope's `Code`; empty for a success.
        request_id: The answer's RequestId.
        time: When it arrived, in seconds of the emulator's clock.
    """

    action: str
    project: int | None
    params: Parameters
    took_effect: bool
    status: int
    code: str
    request_id: str
    time: float


class CallLog(deque[Call]):
    """The latest calls: so many, and with so many characters of parameters, that a long test run does not fill the memory."""

    _MOST: Final = 20_000
    _LONGEST: Final = 64 * 2**20
    _length = 0

    def append(self, call: Call) -> None:
        super().append(call)
        self._length += _length(call)
        while len(self) > self._MOST or (self._length > self._LONGEST and len(self) > 1):
            self._length -= _length(self.popleft())

    def clear(self) -> None:
        super().clear()
        self._length = 0


def _length(call: Call) -> int:
    return sum(map(len, call.params.values()))


@dataclass(frozen=True)
class Answer:
    """What goes back, if its connection is not cut; `code` is that of the envelope, empty for a success."""

    status: int
    body: str
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Ticket:
    """A request on its way, with the fault that it meets; `asked` is what it asks for, or why that is refused."""

    action: str
    params: Parameters
    request_id: str
    arrived: float
    account: Account
    asked: Operation | ServiceError
    fault: Fault | None = None


class Gateway:
    """Takes requests to the service's state, one at a time.

    Attributes:
        lock: Held while anything happens; whoever touches the state from outside takes it.
        faults: Those still to come, each with how many calls of its operation it has seen. All of them count a call, and the
            first that fits hits it.
        calls: Those that were answered, in order.
    """

    def __init__(self, state: ServiceState, *, strict: bool) -> None:
        self.state = state
        self.lock = threading.RLock()
        self.edition: Edition | None = None
        self.usage = Usage()
        self.faults: list[tuple[Fault, int]] = []
        self.calls = CallLog()
        self._strict = strict
        self._verifier = Verifier()

    def admit(self, request: Request) -> Ticket:
        """Look who calls and what for, before anything takes effect."""
        with self.lock:
            state, is_form = self.state, request.form is not None
            action = POST_OBJECT if is_form else request.headers.get("x-acs-action", "")
            operation, now = OPERATIONS.get(action), state.clock.now()
            query = dict(parse_qsl(request.query, keep_blank_values=True))
            form = request.form or dict(
                parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True)
            )
            params = operation.sent(query, form) if operation else {**query, **form}
            state.host = request.headers.get("host", state.host)
            account, request_id, fault = state.accounts[0], str(uuid.uuid4()).upper(), None
            asked: Operation | ServiceError
            try:
                operation = _wanted(request, operation)
                if self._strict and not is_form:
                    # A signature is as old as the machine's clock says, however far a test has set the emulator's ahead.
                    account = self._verifier.verify(request, state.accounts, time.time())
                if self.edition is not None and operation.version == VERSION:  # the limits are DataWorks'
                    self.usage.count(action, now, self.edition, state.switches)
                asked, fault = operation.of(query, form), self._hit(action)
            except ServiceError as refusal:
                asked = refusal
            return Ticket(action, params, request_id, now, account, asked, fault)

    def _hit(self, action: str) -> Fault | None:
        hits: list[Fault] = []
        for place, (fault, seen) in enumerate(self.faults):
            if fault.action in {"*", action}:
                self.faults[place] = fault, seen + 1
                hits += [fault] if seen + 1 >= fault.nth else []
        self.faults = [(fault, seen) for fault, seen in self.faults if seen < fault.nth + fault.times - 1]
        return next(iter(hits), None)

    def perform(self, ticket: Ticket) -> Answer:
        """Let the operation take effect, or the fault in its place, and write down the call."""
        with self.lock:
            fault = ticket.fault
            replaced = fault is not None and fault.replaces_effect
            answer = _success(ticket, {}) if replaced else self._answer(ticket)
            took_effect = not replaced and not answer.code
            if fault is not None:
                answer = _faulty(fault, ticket, answer)
            project = ticket.params.get("ProjectId", "")
            self.calls.append(
                Call(
                    action=ticket.action,
                    project=int(project) if project.isdecimal() else None,
                    params=ticket.params,
                    took_effect=took_effect,
                    status=0 if fault is not None and fault.cuts else answer.status,
                    code=answer.code,
                    request_id=ticket.request_id,
                    time=ticket.arrived,
                )
            )
            return answer

    def _answer(self, ticket: Ticket) -> Answer:
        try:
            if isinstance(ticket.asked, ServiceError):
                raise ticket.asked
            settle(self.state)
            self.state.account = ticket.account
            body = ticket.asked.answered(self.state)
        except ServiceError as error:
            return _envelope(ticket, error)
        return _success(ticket, body)


def _wanted(request: Request, operation: type[Operation] | None) -> type[Operation]:
    if operation is None:
        raise _no_action("Specified api is not found, please check your url.")
    if request.headers.get("x-acs-version", "") != operation.version:
        raise _no_action(f"Specified version is not {operation.version}.")
    if request.method != operation.method:
        raise ServiceError(400, "UnsupportedHTTPMethod", f"This is a {operation.method} operation.")
    return operation


def _no_action(message: str) -> ServiceError:
    return ServiceError(404, "InvalidAction.NotFound", message)


def _faulty(fault: Fault, ticket: Ticket, answer: Answer) -> Answer:
    if fault.status is not None and fault.body is not None:
        answer = Answer(fault.status, fault.body, fault.code, {"content-type": "text/html"})
    elif fault.status is not None:
        # What RAM says of any refused access, in the words of its page on DecodeDiagnosticMessage.
        denial = {
            "AuthAction": f"dataworks:{ticket.action}",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalDisplayName": ticket.account.name,
            "AuthPrincipalOwnerId": ticket.account.uid,
            "EncodedDiagnosticMessage": "AQEAAAAA",
            **fault.denial,
        }
        refusal = ServiceError(fault.status, fault.code, fault.message, denial if fault.denial else None)
        answer = _envelope(ticket, refusal)
    return replace(answer, headers={**answer.headers, **fault.headers})


def _success(ticket: Ticket, body: Mapping[str, object]) -> Answer:
    if ticket.action == POST_OBJECT:
        return _xml(201, "PostResponse", body)
    return Answer(200, json.dumps({"RequestId": ticket.request_id, **body}, ensure_ascii=False))


def _envelope(ticket: Ticket, error: ServiceError) -> Answer:
    body: JsonObject = {
        "RequestId": ticket.request_id,
        "HostId": HOST_ID,
        "Code": error.code,
        "Message": error.message,
    }
    if ticket.action == POST_OBJECT:
        return replace(_xml(error.status, "Error", body), code=error.code)
    body |= {
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product=dataworks-public",
        **({"AccessDeniedDetail": error.denial} if error.denial else {}),
    }
    return Answer(error.status, json.dumps(body, ensure_ascii=False), error.code)


def _xml(status: int, root: str, fields: Mapping[str, object]) -> Answer:
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    return Answer(status, f"<{root}>{inner}</{root}>", headers={"content-type": "application/xml"})
