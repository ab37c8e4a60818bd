"""`pulumi package add` on a clone with PulumiPlugin.yaml.

A CLI without a host for Python cannot do it; then this does what the host does, as Pulumi's sources have it (RunPlugin and
InstallDependencies of sdk/python/cmd/pulumi-language-python).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.support.installs import Environment, copy_clone, live, new_environment, write_program
from tests.support.stacks import Stack

pytest_plugins = ["tests.support.installs"]


def test_a_clone_is_added_as_a_package(user: Stack, wheelhouse: Path, tmp_path: Path) -> None:
    clone = copy_clone(tmp_path / "clone")
    options = yaml.safe_load((clone / "PulumiPlugin.yaml").read_text("utf-8"))["runtime"]["options"]
    assert options["toolchain"] == "pip"  # the host would ask for uv where it sees a uv.lock
    write_program(user)
    if shutil.which("pulumi-language-python", path=user.environment["PATH"]):
        user.environment["PATH"] += os.pathsep + os.environ["PATH"]
        user.run("package", "add", str(clone))
        live(user)
        return
    environment = new_environment(clone / options["virtualenv"], wheelhouse)
    environment.install(clone)
    with _plugin(environment, clone, user) as port:
        assert _schema(port) == json.loads(
            (clone / "provider/pulumi_resource_dataworks/plugin/schema.json").read_text("utf-8")
        )
        user.environment["PULUMI_DEBUG_PROVIDERS"] = f"dataworks:{port}"
        live(user)


@contextmanager
def _plugin(environment: Environment, clone: Path, user: Stack) -> Iterator[int]:
    """The plugin as the host starts it, in the program's folder."""
    name = tomllib.loads((clone / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    assert not (clone / "__main__.py").exists()  # the host would run that one
    with subprocess.Popen(
        [environment.bin / "python", "-m", "pulumi.run.plugin", name, "127.0.0.1:1"],
        cwd=user.folder,
        env=user.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def _schema(port: int) -> Any:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
        return json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60).schema)
