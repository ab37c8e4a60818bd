"""The provider's calls as the engine makes them, with plain values on this side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2
from tests.wire.values import struct

TYPE = "dataworks:index:WorkflowDefinition"
SECONDS = 20.0
OPTIONS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]

Values = Mapping[str, Any]


def urn(name: str, parents: str = "", kind: str = TYPE) -> str:
    return f"urn:pulumi:test::wire::{parents}{kind}::{name}"


class Calls:
    """A connection to a provider."""

    def __init__(self, port: int) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def close(self) -> None:
        self.channel.close()

    def check_config(self, news: Values) -> Any:
        return self.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(news)), timeout=SECONDS)

    def diff_config(self, olds: Values, news: Values) -> Any:
        request = provider_pb2.DiffRequest(old_inputs=struct(olds), olds=struct(olds), news=struct(news))
        return self.stub.DiffConfig(request, timeout=SECONDS)

    def configure(self, args: Values) -> Any:
        request = provider_pb2.ConfigureRequest(args=struct(args), acceptSecrets=True, acceptResources=True)
        return self.stub.Configure(request, timeout=SECONDS)

    def check(self, name: str, news: Values, olds: Values | None = None, **more: Any) -> Any:
        request = provider_pb2.CheckRequest(
            urn=more.pop("urn", urn(name)),
            type=more.pop("type", TYPE),
            name=name,
            olds=struct(olds or {}),
            news=struct(news),
            **more,
        )
        return self.stub.Check(request, timeout=SECONDS)

    def diff(self, name: str, resource_id: str, olds: Values, news: Values, **more: Any) -> Any:
        request = provider_pb2.DiffRequest(
            id=resource_id,
            urn=urn(name),
            type=TYPE,
            name=name,
            olds=struct(more.pop("state", olds)),
            old_inputs=struct(olds),
            news=struct(news),
            **more,
        )
        return self.stub.Diff(request, timeout=SECONDS)

    def create_request(
        self, name: str, news: Values, *, preview: bool = False, timeout: float = 0
    ) -> provider_pb2.CreateRequest:
        return provider_pb2.CreateRequest(
            urn=urn(name), type=TYPE, name=name, properties=struct(news), preview=preview, timeout=timeout
        )

    def create(self, name: str, news: Values, *, preview: bool = False, timeout: float = 0) -> Any:
        request = self.create_request(name, news, preview=preview, timeout=timeout)
        return self.stub.Create(request, timeout=SECONDS)

    def read(
        self, name: str, resource_id: str, inputs: Values | None = None, state: Values | None = None
    ) -> Any:
        """A read; for an import without inputs and state, which are then left out."""
        request = provider_pb2.ReadRequest(id=resource_id, urn=urn(name), type=TYPE, name=name)
        if inputs is not None:
            request.inputs.CopyFrom(struct(inputs))
        if state is not None:
            request.properties.CopyFrom(struct(state))
        return self.stub.Read(request, timeout=SECONDS)

    def update(
        self,
        name: str,
        resource_id: str,
        state: Values,
        news: Values,
        olds: Values | None = None,
        *,
        preview: bool = False,
        timeout: float = 0,
        ignore_changes: Sequence[str] = (),
    ) -> Any:
        request = provider_pb2.UpdateRequest(
            id=resource_id,
            urn=urn(name),
            type=TYPE,
            name=name,
            olds=struct(state),
            old_inputs=struct(olds if olds is not None else news),
            news=struct(news),
            preview=preview,
            timeout=timeout,
            ignoreChanges=list(ignore_changes),
        )
        return self.stub.Update(request, timeout=SECONDS)

    def invoke(self, function: str, args: Values) -> Any:
        request = provider_pb2.InvokeRequest(tok=f"dataworks:index:{function}", args=struct(args))
        return self.stub.Invoke(request, timeout=SECONDS)

    def delete(self, name: str, resource_id: str, state: Values) -> None:
        request = provider_pb2.DeleteRequest(
            id=resource_id, urn=urn(name), type=TYPE, name=name, properties=struct(state)
        )
        self.stub.Delete(request, timeout=SECONDS)


class Refusal:
    """The error that a call ended with.

    Attributes:
        code: Its gRPC code.
        text: What the user reads.
        detail: The resource that is half done, or None.
    """

    def __init__(self, error: Any) -> None:
        self.code: grpc.StatusCode = error.code()
        self.text = str(error.details())
        self.detail = _half_done(error)


def refusal(error: pytest.ExceptionInfo[grpc.RpcError]) -> Refusal:
    return Refusal(error.value)


def _half_done(error: Any) -> provider_pb2.ErrorResourceInitFailed | None:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            # The Go engine trusts the details only where the two agree.
            assert status.code == error.code().value[0]
            assert status.message == error.details()
            detail = provider_pb2.ErrorResourceInitFailed()
            assert status.details[0].Unpack(detail)
            return detail
    return None
