"""The gateway in front of the operations: who calls what, in which envelope, and what goes wrong on the way."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from ._errors import ServiceError, missing
from ._faults import Fault, FaultPlan
from ._ids import request_id
from ._operations import OPERATIONS, Operation
from ._signature import Request, Verifier
from ._world import Account, World

VERSION: Final = "2024-05-18"
HOST_ID: Final = "dataworks.emulator"


@dataclass(frozen=True)
class Call:
    """One call that arrived.

    Attributes:
        action: The operation asked for.
        params: Its parameters, all text.
        status: HTTP status of the answer; 0 where the connection was reset.
        code: The envelope's `Code`; empty for a success.
        request_id: The answer's RequestId.
        time: When it arrived, in seconds of the emulator's clock.
    """

    action: str
    params: Mapping[str, str]
    status: int
    code: str
    request_id: str
    time: float


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a body and headers; or nothing but a reset.

    Attributes:
        status: HTTP status.
        body: The body's text, JSON except where a fault wants another.
        code: The envelope's `Code`; empty for a success.
        headers: Further headers.
        reset: The connection is reset instead.
    """

    status: int
    body: str
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    reset: bool = False


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
        calls: Every call that was answered, in order.
    """

    def __init__(self, world: World, *, strict: bool) -> None:
        self.world = world
        self.lock = threading.RLock()
        self.faults = FaultPlan()
        self.calls: list[Call] = []
        self._strict = strict
        self._verifier = Verifier()

    def admit(self, request: Request) -> Ticket:
        """Look who calls and what for, before anything takes effect."""
        with self.lock:
            action = request.headers.get("x-acs-action", "")
            text = request.query if request.method == "GET" else request.body.decode(errors="replace")
            params = dict(parse_qsl(text, keep_blank_values=True))
            ticket = Ticket(action, params, request_id(), self.world.clock.now(), self.world.accounts[0])
            try:
                operation = self._operation(request, action)
                ticket = replace(ticket, account=self._caller(request))
                _check(operation, request.method, params)
            except ServiceError as refusal:
                return replace(ticket, refusal=refusal)
            return replace(ticket, fault=self.faults.hit(action))

    def perform(self, ticket: Ticket) -> Answer:
        """Let the operation take effect, or the fault in its stead, and write down the call."""
        with self.lock:
            fault = ticket.fault
            answer = Answer(0, "") if fault and _stands_in(fault) else self._answer(ticket)
            if fault is not None:
                answer = _faulty(fault, ticket, answer)
            status = 0 if answer.reset else answer.status
            self.calls.append(
                Call(ticket.action, ticket.params, status, answer.code, ticket.request_id, ticket.arrived)
            )
            return answer

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


def _stands_in(fault: Fault) -> bool:
    """Whether the fault takes the effect's place: a mere delay does not."""
    return fault.when == "before" and (fault.reset or fault.status is not None)


def _faulty(fault: Fault, ticket: Ticket, answer: Answer) -> Answer:
    if fault.reset:
        return replace(answer, reset=True)
    if fault.status is None:
        return replace(answer, headers=fault.headers)
    if fault.body is not None:
        return Answer(fault.status, fault.body, fault.code, {"content-type": "text/html", **fault.headers})
    refused = _envelope(ticket, ServiceError(fault.status, fault.code, fault.message))
    return replace(refused, headers=fault.headers)


def _envelope(ticket: Ticket, error: ServiceError) -> Answer:
    body = {
        "RequestId": ticket.request_id,
        "HostId": HOST_ID,
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product=dataworks-public",
    }
    return Answer(error.status, json.dumps(body, ensure_ascii=False), error.code)
