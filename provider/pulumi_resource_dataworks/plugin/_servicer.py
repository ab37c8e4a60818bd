"""The provider as the engine sees it: the calls of `pulumirpc.ResourceProvider`, translated and passed on.

Only what the port line needs is imported here; the rest comes with the first call (`_steps`).
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import AsyncIterator
from importlib import resources
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
from google.protobuf import empty_pb2

from pulumi_resource_dataworks import __version__
from pulumi_resource_dataworks._engine import EngineLog
from pulumi_resource_dataworks._protocol import plugin_pb2, provider_pb2, provider_pb2_grpc

if TYPE_CHECKING:
    from ._steps import Steps

Context = grpc.aio.ServicerContext[Any, Any]


def _to_steps(name: str) -> Any:
    """A call that a method of `Steps` answers; whatever it raises is an error that the engine shows as one readable text."""

    async def call(self: Servicer, request: Any, context: Context) -> Any:
        try:
            return await getattr(self._steps, name)(request, context)  # pyright: ignore[reportPrivateUsage]
        except grpc.aio.AbortError:
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence: no user is shown a traceback
            from ._steps import fail  # noqa: PLC0415 - see the module's docstring

            await fail(context, error, self.log, request)
        finally:
            await self.log.flush()

    return call


def _schema() -> str:
    """The schema with one more form of a document, an object of anything.

    So Pulumi YAML leaves a misspelt key to Check, whose one line names the right one; its own type checker writes a page
    (YAML host 1.38). The published SDKs are made of schema.json as it is, and keep the strict types.
    """
    text = resources.files("pulumi_resource_dataworks.plugin").joinpath("schema.json").read_text("utf-8")
    schema = json.loads(text)
    spec = schema["resources"]["dataworks:index:WorkflowDefinition"]["inputProperties"]["spec"]
    spec["oneOf"].append({"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}})
    return json.dumps(schema)


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """The DataWorks provider of one run of the engine.

    Attributes:
        log: The engine's log.
        cancelled: Set once the engine asks to stop; it also does so at the end of a normal run.
        released: Set by the same call: an engine takes the end of a process that it has not asked to stop for a crash.
    """

    def __init__(self, engine_address: str = "") -> None:
        self.log = EngineLog(engine_address)
        self.cancelled = asyncio.Event()
        self.released = asyncio.Event()

    @functools.cached_property
    def _steps(self) -> Steps:
        from ._steps import Steps  # noqa: PLC0415 - see the module's docstring

        return Steps(self.log, self.cancelled)

    async def Handshake(self, request: Any, context: Context) -> Any:
        self.log.address = request.engine_address
        # There is no flag for it. This one came shortly before: 3.270 has it, and 3.272 awaits.
        self.log.may_await = request.accepts_outputs_in_call
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, accept_outputs=False
        )

    async def Attach(self, request: Any, context: Context) -> Any:
        self.cancelled.clear()
        self.log.address = request.address
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version=__version__)

    async def GetSchema(self, request: Any, context: Context) -> Any:
        return provider_pb2.GetSchemaResponse(schema=_schema())

    async def Cancel(self, request: Any, context: Context) -> Any:
        self.cancelled.set()
        self.released.set()
        return empty_pb2.Empty()

    CheckConfig = _to_steps("check_config")
    DiffConfig = _to_steps("diff_config")
    Configure = _to_steps("configure")
    Check = _to_steps("check")
    Diff = _to_steps("diff")
    Create = _to_steps("create")
    Read = _to_steps("read")
    Update = _to_steps("update")
    Delete = _to_steps("delete")
    Invoke = _to_steps("invoke")
    _listed = _to_steps("resources")

    async def List(self, request: Any, context: Context) -> AsyncIterator[Any]:
        for response in await self._listed(request, context):
            yield response

    async def _not_offered(self, request: Any, context: Context) -> Any:
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "this provider does not offer that call")

    Parameterize = _not_offered
    Call = _not_offered
    Construct = _not_offered
    GetMapping = _not_offered
    GetMappings = _not_offered

    async def aclose(self) -> None:
        """Closes the connections to the service and to the engine's log, once nothing runs any more."""
        self.log.close()
        if "_steps" in self.__dict__:
            await self._steps.aclose()
