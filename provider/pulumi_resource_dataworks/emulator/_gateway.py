"""The gateway in front of the operations: who calls what, in which envelope, and what goes wrong on the way."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from ._errors import Parameters, ServiceError, missing
from ._faults import Fault, FaultPlan
from ._operations import OPERATIONS, Operation
from ._signature import Request, Verifier
from ._state import Account, ServiceState, request_id

VERSION: Final = "2024-05-18"
HOST_ID: Final = "dataworks.emulator"


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
        body: JSON, except where a fault wants another text.
        code: The envelope's `Code`; empty for a success.
        reset: The connection is reset instead.
        half: The connection closes in the middle of the body.
    """

    status: int
    body: str
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    reset: bool = False
    half: bool = False


@dataclass(frozen=True)
class Ticket:
    """A request on its way: what it asks for, by whom, and the fault or the refusal that it meets."""

    action: str
    params: Parameters
    request_id: str
    arrived: float
    account: Account
    fault: Fault | None = None
    refusal: ServiceError | None = None


class Gateway:
    """Takes requests to the service's state, one at a time.

    Attributes:
        state: What the operations work on.
        lock: Held while anything happens; whoever touches the state from outside takes it.
        faults: The faults still to come.
        calls: The calls that were answered, in order.
    """

    def __init__(self, state: ServiceState, *, strict: bool) -> None:
        self.state = state
        self.lock = threading.RLock()
        self.faults = FaultPlan()
        self.calls = CallLog()
        self._strict = strict
        self._verifier = Verifier()

    def admit(self, request: Request) -> Ticket:
        """Look who calls and what for, before anything takes effect."""
        with self.lock:
            state, action = self.state, request.headers.get("x-acs-action", "")
            operation, now = OPERATIONS.get(action), state.clock.now()
            params = _parameters(request, operation)
            ticket = Ticket(action, params, request_id(), now, state.accounts[0])
            try:
                if operation is None:
                    raise _no_action("Specified api is not found, please check your url.")
                if request.headers.get("x-acs-version") != VERSION:
                    raise _no_action(f"Specified version is not {VERSION}.")
                if self._strict:
                    # A signature is as old as the machine's clock says, however far a test has set the emulator's ahead.
                    account = self._verifier.verify(request, state.accounts, time.time())
                    ticket = replace(ticket, account=account)
                if state.edition is not None:
                    state.usage.count(action, now, state.edition, state.switches)
                _check(operation, request.method, params)
            except ServiceError as refusal:
                return replace(ticket, refusal=refusal)
            return replace(ticket, fault=self.faults.hit(action))

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
                    status=0 if answer.reset or answer.half else answer.status,
                    code=answer.code,
                    request_id=ticket.request_id,
                    time=ticket.arrived,
                )
            )
            return answer

    def _answer(self, ticket: Ticket) -> Answer:
        try:
            if ticket.refusal is not None:
                raise ticket.refusal
            self.state.settle()
            body = OPERATIONS[ticket.action].run(self.state, ticket.account, ticket.params)
        except ServiceError as error:
            return _envelope(ticket, error)
        return _success(ticket, body)


def _no_action(message: str) -> ServiceError:
    return ServiceError(404, "InvalidAction.NotFound", message)


def _check(operation: Operation, method: str, params: Parameters) -> None:
    if method != operation.method:
        raise ServiceError(400, "UnsupportedHTTPMethod", f"This is a {operation.method} operation.")
    for name in operation.required:
        if name not in params:
            raise missing(name)


def _parameters(request: Request, operation: Operation | None) -> Parameters:
    in_query = operation.in_query if operation else request.method == "GET"
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    if isinstance(in_query, bool):
        return query if in_query else form
    both = {name: query[name] for name in in_query if name in query}
    return {**{name: value for name, value in form.items() if name not in in_query}, **both}


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
    return replace(answer, headers={**answer.headers, **fault.headers}, reset=fault.reset, half=fault.half)


def _success(ticket: Ticket, body: Mapping[str, object]) -> Answer:
    return Answer(200, json.dumps({"RequestId": ticket.request_id, **body}, ensure_ascii=False))


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
