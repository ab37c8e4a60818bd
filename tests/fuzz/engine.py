"""Pulumi's engine around a provider in this process: what it calls, what it saves, and what it must never be given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import grpc
import grpc.aio
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from pulumi_resource_dataworks.openapi import SystemClock
from pulumi_resource_dataworks.plugin._servicer import Servicer
from tests.fuzz.campaign import Finding
from tests.support.deployments import Deploying
from tests.support.services import VirtualClock
from tests.support.wire_values import plain, struct

Values = dict[str, Any]

KEYS = {"accessKey": "planted-access-key", "secretKey": "planted-secret-key"}
LONGEST = 20 * 60.0
"""Seconds of the world's time that a step may take: 10 minutes of throttling, and what is around them."""
_DOUBTFUL = (grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS, grpc.StatusCode.UNKNOWN)


class Refused(Exception):  # noqa: N818 - a state of affairs
    """A call that ended with an error.

    Attributes:
        detail: The resource that is half done, or None.
    """

    def __init__(self, text: str, detail: provider_pb2.ErrorResourceInitFailed | None) -> None:
        super().__init__(text)
        self.detail = detail


class _Call:
    """A call's context."""

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Any = ()) -> None:
        self.code, self.details, self.metadata = code, details, dict(trailing_metadata)
        raise grpc.aio.AbortError


class Engine:
    """A provider that has just been configured, and the world that it talks to."""

    def __init__(self, world: Deploying) -> None:
        self.world = world
        self.reported: list[str] = []
        self.servicer = Servicer()
        self.servicer.log.send = self._send  # type: ignore[method-assign]

    def _send(self, severity: int, message: str, urn: str = "", *, ephemeral: bool = False) -> None:
        del severity, urn, ephemeral
        message.encode()
        self.reported.append(message)

    async def configure(self) -> None:
        """Gives the provider its settings, and the world in place of a network."""
        settings = {"region": "cn-shanghai", **KEYS}
        await self.call("Configure", provider_pb2.ConfigureRequest(args=struct(settings)))
        self.servicer._steps._client = self.world.client

    async def call(self, name: str, request: Any) -> Any:
        """The answer to a call.

        Raises:
            Refused: It ended with an error, as one may.
            Finding: It ended as no call may.
        """
        context, begin = _Call(), self.world.clock.now
        try:
            found = getattr(self.servicer, name)(request, context)
            answer = [one async for one in found][-1] if name == "List" else await found
        except grpc.aio.AbortError:
            raise self._refused(name, context) from None
        finally:
            self._look(name, "".join(self.reported))
            self.reported.clear()
            if self.world.clock.now - begin > LONGEST:
                raise Finding(f"{name} takes too long: {self.world.clock.now - begin:.0f} s")
        if name != "CheckConfig":  # it gives back what it was given
            self._look(name, str(answer))
        _look_at_numbers(name, answer)
        type(answer).FromString(answer.SerializeToString())
        return answer

    def _refused(self, name: str, context: _Call) -> Refused:
        context.details.encode()
        self._look(name, context.details)
        if not context.details:
            raise Finding(f"{name} ends without a word: {context.code}")
        data = context.metadata.get("grpc-status-details-bin")
        if data is None:
            if context.code in _DOUBTFUL:
                raise Finding(f"{name} ends in doubt: {context.details}")
            return Refused(context.details, None)
        detail = provider_pb2.ErrorResourceInitFailed()
        status_pb2.Status.FromString(data).details[-1].Unpack(detail)
        _look_at_numbers(name, detail)
        if len(data) > 12_000_000:
            raise Finding(f"{name} leaves more than can be saved: {len(data):,} bytes")
        if not detail.id:
            raise Finding(f"{name} leaves a resource without an ID: {context.details}")
        return Refused(context.details, detail)

    def _look(self, name: str, text: str) -> None:
        if "this is a defect" in text or "Traceback" in text:
            where, what = ([line.strip() for line in ["", *text.splitlines()] if "^^" not in line])[-2:]
            raise Finding(f"{name} has a defect in {where} ({what[:60]}): {text[-600:]}")
        for key in KEYS.values():
            if key in text:
                raise Finding(f"{name} shows a key: {text}")


class Resource:
    """A resource of the program, and what the state holds of it.

    Attributes:
        id: Its ID; empty where the state does not hold it.
        doubtful: The last step on it has failed and left it half done.
    """

    def __init__(self, engine: Engine, kind: str, name: str) -> None:
        self.engine = engine
        self.type = f"dataworks:index:{kind}"
        self.urn = f"urn:pulumi:dev::shop::{self.type}::{name}"
        self.id, self.doubtful = "", False
        self.inputs, self.outputs = struct_pb2.Struct(), struct_pb2.Struct()

    async def up(self, declared: Mapping[str, Any]) -> None:
        """Check, and what has to follow: Create, or Diff and Update."""
        about: Values = {"urn": self.urn, "type": self.type}
        check = provider_pb2.CheckRequest(
            **about, news=struct(declared), olds=self.inputs if self.id else None
        )
        checked = await self.engine.call("Check", check)
        if checked.failures:
            raise Refused("; ".join(failure.reason for failure in checked.failures), None)
        if not self.id:
            request = provider_pb2.CreateRequest(**about, properties=checked.inputs)
            made = await self._kept("Create", request, checked.inputs)
            self.id, self.inputs, self.outputs = made.id, checked.inputs, made.properties
            self.doubtful = False
            return
        olds: Values = {
            "id": self.id,
            "olds": self.outputs,
            "old_inputs": self.inputs,
            "news": checked.inputs,
        }
        found = await self.engine.call("Diff", provider_pb2.DiffRequest(**about, **olds))
        if any(self.inputs[name] != checked.inputs[name] for name in found.replaces):
            await (
                self.destroy()
            )  # as the engine: the workflow has another ID, so the deployment is another one
            await self.up(declared)
            return
        if found.replaces:
            raise Finding(f"a replacement that nobody asked for: {found}")
        if self.doubtful or found.changes == provider_pb2.DiffResponse.DIFF_SOME:
            done = await self._kept("Update", provider_pb2.UpdateRequest(**about, **olds), self.inputs)
            self.outputs = done.properties
        self.inputs, self.doubtful = checked.inputs, False

    async def refresh(self) -> None:
        """Read; what is gone leaves the state."""
        if not self.id:
            return
        about: Values = {"urn": self.urn, "type": self.type, "id": self.id}
        request = provider_pb2.ReadRequest(**about, properties=self.outputs, inputs=self.inputs)
        try:
            found = await self._kept("Read", request, self.inputs)
        except Refused as error:
            if error.detail is None:
                raise
            return  # a warning, and the state is saved
        self.id, self.inputs, self.outputs, self.doubtful = found.id, found.inputs, found.properties, False

    async def destroy(self) -> None:
        """Delete."""
        if self.id:
            about: Values = {"urn": self.urn, "type": self.type, "id": self.id}
            await self.engine.call("Delete", provider_pb2.DeleteRequest(**about, properties=self.outputs))
            self.id = ""

    async def _kept(self, name: str, request: Any, inputs: struct_pb2.Struct) -> Any:
        try:
            return await self.engine.call(name, request)
        except Refused as error:
            if error.detail is not None:
                self.id, self.inputs, self.doubtful = error.detail.id, inputs, True
                self.outputs = error.detail.properties
            raise


def _look_at_numbers(name: str, message: Any) -> None:
    """A state is JSON, and there is none for infinity."""
    structs = [value for field, value in message.ListFields() if isinstance(value, struct_pb2.Struct)]
    for held in structs:
        try:
            json.dumps(plain(held), allow_nan=False)
        except ValueError as error:
            raise Finding(f"{name} answers what no state can hold: {error}") from error


@contextmanager
def on_clock(clock: VirtualClock) -> Iterator[None]:
    """Lets the machine's clock, which steps take where they are given none, be this one."""
    ours: Any = {
        "monotonic": lambda _: clock.monotonic(),
        "utcnow": lambda _: clock.utcnow(),
        "sleep": lambda _, seconds: clock.sleep(seconds),
    }
    with patch.multiple(SystemClock, **ours):
        yield
