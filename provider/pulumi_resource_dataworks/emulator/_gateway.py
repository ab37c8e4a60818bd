"""The gateway in front of the operations: who calls what, in which envelope, and what goes wrong on the way."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from ._errors import ServiceError, missing
from ._lives import Fault, FaultPlan
from ._operations import OPERATIONS, Operation
from ._signature import Request, Verifier
from ._world import Account, World, request_id

VERSION: Final = "2024-05-18"
HOST_ID: Final = "dataworks.emulator"


@dataclass(frozen=True)
class Call:
    """One call that arrived.

    Attributes:
        action: The operation asked for.
        project: `ProjectId`; None where it was not sent, or is no number.
        params: Its parameters, all text. Keys and signatures are headers, and in none of them.
        took_effect: Whether the operation ran, also where its answer was lost; not where the call was refused.
        status: HTTP status of the answer; 0 where no whole answer went out.
        code: The envelope's `Code`; empty for a success.
        request_id: The answer's RequestId.
        time: When it arrived, in seconds of the emulator's clock.
    """

    action: str
    project: int | None
    params: Mapping[str, str]
    took_effect: bool
    status: int
    code: str
    request_id: str
    time: float


class CallLog:
    """The latest calls: so many, and with so many characters of parameters, that a long test run does not fill the memory."""

    _MOST: Final = 20_000
    _LONGEST: Final = 64 * 2**20

    def __init__(self) -> None:
        self._calls: deque[Call] = deque()
        self._length = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def append(self, call: Call) -> None:
        """Write down a call, and drop the oldest where there are too many."""
        self._calls.append(call)
        self._length += _length(call)
        while len(self._calls) > self._MOST or (self._length > self._LONGEST and len(self._calls) > 1):
            self._length -= _length(self._calls.popleft())

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()
        self._length = 0


def _length(call: Call) -> int:
    return sum(map(len, call.params.values()))


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a body and headers; or half of it, or nothing but a reset.

    Attributes:
        status: HTTP status.
        body: The body's text, JSON except where a fault wants another.
        code: The envelope's `Code`; empty for a success.
        headers: Further headers.
        reset: The connection is reset instead.
        half: The connection closes in the middle of the body.
    """

    status: int
    body: str
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    reset: bool = False
    half: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of it arrives."""
        return not (self.reset or self.half)


@dataclass(frozen=True)
class Ticket:
    """A request on its way: what it asks for, by whom, and the fault or the refusal that it meets."""

    action: str
    params: Mapping[str, str]
    request_id: str
    arrived: float
    account: Account
    fault: Fault | None = None
    refusal: ServiceError | None = None


class Gateway:
    """Takes requests to a world, one at a time.

    Attributes:
        world: What the operations work on.
        lock: Held while anything happens; whoever touches the world from outside takes it.
        faults: The faults still to come.
        calls: The calls that were answered, in order.
    """

    def __init__(self, world: World, *, strict: bool) -> None:
        self.world = world
        self.lock = threading.RLock()
        self.faults = FaultPlan()
        self.calls = CallLog()
        self._strict = strict
        self._verifier = Verifier()

    def admit(self, request: Request) -> Ticket:
        """Look who calls and what for, before anything takes effect."""
        with self.lock:
            action = request.headers.get("x-acs-action", "")
            params = _parameters(request, action)
            ticket = Ticket(action, params, request_id(), self.world.clock.now(), self.world.accounts[0])
            try:
                operation = self._operation(request, action)
                ticket = replace(ticket, account=self._caller(request))
                self._count(ticket)
                _check(operation, request.method, params)
            except ServiceError as refusal:
                return replace(ticket, refusal=refusal)
            return replace(ticket, fault=self.faults.hit(action))

    def perform(self, ticket: Ticket) -> Answer:
        """Let the operation take effect, or the fault in its stead, and write down the call."""
        with self.lock:
            fault = ticket.fault
            stands_in = fault is not None and fault.stands_in
            answer = _nothing(ticket) if stands_in else self._answer(ticket)
            took_effect = not stands_in and not answer.code
            if fault is not None:
                answer = _faulty(fault, ticket, answer)
            self.calls.append(_entry(ticket, answer, took_effect=took_effect))
            return answer

    def _count(self, ticket: Ticket) -> None:
        if self.world.edition is not None:
            edition, switches = self.world.edition, self.world.switches
            self.world.usage.count(ticket.action, ticket.arrived, edition, switches)

    def _operation(self, request: Request, action: str) -> Operation:
        if action not in OPERATIONS:
            raise ServiceError(
                404, "InvalidAction.NotFound", "Specified api is not found, please check your url."
            )
        if request.headers.get("x-acs-version") != VERSION:
            raise ServiceError(404, "InvalidAction.NotFound", f"Specified version is not {VERSION}.")
        return OPERATIONS[action]

    def _caller(self, request: Request) -> Account:
        # A signature is as old as the machine's clock says, however far a test has set its world ahead.
        accounts = self.world.accounts
        return self._verifier.verify(request, accounts, time.time()) if self._strict else accounts[0]

    def _answer(self, ticket: Ticket) -> Answer:
        try:
            if ticket.refusal is not None:
                raise ticket.refusal
            self.world.settle()
            body = OPERATIONS[ticket.action].run(self.world, ticket.account, ticket.params)
        except ServiceError as error:
            return _envelope(ticket, error)
        return Answer(200, json.dumps({"RequestId": ticket.request_id, **body}, ensure_ascii=False))


def _check(operation: Operation, method: str, params: Mapping[str, str]) -> None:
    if method != operation.method:
        raise ServiceError(400, "UnsupportedHTTPMethod", f"This is a {operation.method} operation.")
    for name in operation.required:
        if name not in params:
            raise missing(name)


def _faulty(fault: Fault, ticket: Ticket, answer: Answer) -> Answer:
    if fault.status is not None and fault.body is not None:
        answer = Answer(fault.status, fault.body, fault.code, {"content-type": "text/html"})
    elif fault.status is not None:
        denial = {**_denial(ticket), **fault.denial} if fault.denial else None
        answer = _envelope(ticket, ServiceError(fault.status, fault.code, fault.message, denial))
    headers = {**answer.headers, **fault.headers}
    return replace(answer, headers=headers, reset=fault.reset, half=fault.half)


def _denial(ticket: Ticket) -> dict[str, str]:
    """What RAM says of any refused access, in the words of its page on DecodeDiagnosticMessage."""
    return {
        "AuthAction": f"dataworks:{ticket.action}",
        "AuthPrincipalType": "SubUser",
        "AuthPrincipalDisplayName": ticket.account.name,
        "AuthPrincipalOwnerId": ticket.account.uid,
        "EncodedDiagnosticMessage": "AQEAAAAA",
    }


def _parameters(request: Request, action: str) -> dict[str, str]:
    in_query = OPERATIONS[action].in_query if action in OPERATIONS else request.method == "GET"
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    if in_query is True:
        return query
    form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    if in_query is False:
        return form
    form = {name: value for name, value in form.items() if name not in in_query}
    return {**form, **{name: query[name] for name in in_query if name in query}}


def _nothing(ticket: Ticket) -> Answer:
    """An answer without a result, for a fault to change."""
    return Answer(200, json.dumps({"RequestId": ticket.request_id}))


def _entry(ticket: Ticket, answer: Answer, *, took_effect: bool) -> Call:
    project = ticket.params.get("ProjectId", "")
    return Call(
        action=ticket.action,
        project=int(project) if project.isdecimal() else None,
        params=ticket.params,
        took_effect=took_effect,
        status=answer.status if answer.is_whole else 0,
        code=answer.code,
        request_id=ticket.request_id,
        time=ticket.arrived,
    )


def _envelope(ticket: Ticket, error: ServiceError) -> Answer:
    body = {
        "RequestId": ticket.request_id,
        "HostId": HOST_ID,
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product=dataworks-public",
        **({"AccessDeniedDetail": error.denial} if error.denial else {}),
    }
    return Answer(error.status, json.dumps(body, ensure_ascii=False), error.code)
