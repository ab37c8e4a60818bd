"""A process that runs declared resources as a Python program, for a CLI that is given its address with `--client`.

It is what Pulumi's Automation API does for a program of its own process. A failed run leaves threads and tasks of Pulumi's
behind, so it is no process of pytest. The port is the first line of the output.
"""

from __future__ import annotations

import json
import re
import sys
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pulumi
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from pulumi_resource_dataworks import dynamic

PROGRAM = "program.json"
"""The file in the project's folder that holds the resources and the outputs."""

_REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\}")
_OPTIONS = {"ignoreChanges": "ignore_changes", "customTimeouts": "custom_timeouts"}
_ALIAS = {"name": "name", "type": "type_"}

Made = dict[str, pulumi.CustomResource]


class Host(LanguageServer):
    """Runs the program in the folder that the engine names."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        program = json.loads(Path(request.pwd, PROGRAM).read_text("utf-8"))
        self.program = lambda: _declare(program)
        return super().Run(request, context)  # type: ignore[no-untyped-call]  # Pulumi gives it no types


def _declare(program: dict[str, Any]) -> None:
    made: Made = {}
    for name, resource in program["resources"].items():
        made[name] = _make(resource.get("name", name), resource, made)
    for name, value in program["outputs"].items():
        pulumi.export(name, _resolved(value, made))


def _make(name: str, resource: dict[str, Any], made: Made) -> pulumi.CustomResource:
    inputs = {_snake(key): _resolved(value, made) for key, value in resource["properties"].items()}
    options = resource.get("options", {})
    aliases = [
        pulumi.Alias(**{_ALIAS[key]: value for key, value in alias.items()})
        for alias in options.pop("aliases", [])
    ]
    known = {_OPTIONS[key]: value for key, value in options.items()}
    part = resource.get("component")
    parent = pulumi.ComponentResource("tests:index:Part", part) if part else None
    kind = getattr(dynamic, resource["type"].rpartition(":")[2])
    found: pulumi.CustomResource = kind(
        name, pulumi.ResourceOptions(parent, aliases=aliases, **known), **inputs
    )
    return found


def _snake(key: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key)


def _resolved(value: Any, made: Made) -> Any:
    """A value with outputs in place of `${resource.output}`, and a secret in place of `fn::secret`."""
    if isinstance(value, dict) and "fn::secret" in value:
        return pulumi.Output.secret(_resolved(value["fn::secret"], made))
    if isinstance(value, dict) and "fn::stringAsset" in value:
        return pulumi.StringAsset(value["fn::stringAsset"])
    if isinstance(value, dict):
        return {key: _resolved(item, made) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, made) for item in value]
    reference = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return made[reference[1]].__dict__[reference[2]] if reference else value


def main() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
