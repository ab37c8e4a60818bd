"""`pulumi package add` on a clone with PulumiPlugin.yaml, for a program in each language.

A CLI without the languages' hosts cannot do it; then this does what the hosts do, as Pulumi's sources have it:
InstallDependencies and RunPlugin of the host for Python with the clone, GeneratePackage (`gen_sdk.py --local`) and Link of
the program's own host with the program.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.support.examples import LEFT_BY_USERS, STACK, Example
from tests.support.installs import Environment, copy_clone, live, new_environment, run, write_program
from tests.support.repository import REPO
from tests.support.sdks import Tool, link_packages
from tests.support.stacks import Stack

pytest_plugins = ["tests.support.examples", "tests.support.installs", "tests.support.sdks"]

VIRTUALENV = ".venv-plugin"
GO_MODULE = "github.com/pulumi-dataworks/pulumi-dataworks/sdk/go"


@pytest.fixture(scope="session")
def clone(shared: Callable[..., Path], wheelhouse: Path) -> Environment:
    """The virtual environment of the plugin, in a clone."""

    def install(folder: Path) -> None:
        options = yaml.safe_load((copy_clone(folder) / "PulumiPlugin.yaml").read_text("utf-8"))["runtime"][
            "options"
        ]
        assert options == {
            "toolchain": "pip",
            "virtualenv": VIRTUALENV,
        }  # the host would ask for uv at a uv.lock
        new_environment(folder / VIRTUALENV, wheelhouse).install(folder)

    return Environment(shared("clone", install) / VIRTUALENV, wheelhouse)


def test_yaml(user: Stack, clone: Environment) -> None:
    write_program(user)
    with added(clone, user) as port:
        served = schema(port)
        live(user)
    forms = served["resources"]["dataworks:index:WorkflowDefinition"]["inputProperties"]["spec"]["oneOf"]
    assert forms.pop()["additionalProperties"] == {"$ref": "pulumi.json#/Any"}
    assert served == json.loads(
        (REPO / "provider/pulumi_resource_dataworks/plugin/schema.json").read_text("utf-8")
    )


def test_python(example: Example, clone: Environment) -> None:
    folder = example.take("retail/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
    run(*pip, "--no-build-isolation", "--target", folder / "site", generated("python", folder))
    example.stack.environment["PYTHONPATH"] = str(folder / "site")
    with added(clone, example.stack):
        output = run(
            *(sys.executable, REPO / "tools/inline.py", folder),
            env=example.stack.environment,
            stdin=json.dumps([STACK, "preview"]),
        )
    assert "3 to create" in output


@pytest.mark.nightly
@pytest.mark.xdist_group("nodejs")
@pytest.mark.timeout(600)
def test_typescript(example: Example, clone: Environment, node: Tool, pinned_packages: Path) -> None:
    folder = example.take("retail/typescript")
    sdk = generated("nodejs", folder)
    (sdk / "node_modules").symlink_to(pinned_packages)
    node("node_modules/typescript/bin/tsc", "--types", "node", cwd=sdk)  # as its postinstall.js does
    shutil.copy(sdk / "package.json", sdk / "bin")
    link_packages(folder / "node_modules", pinned_packages).symlink_to(sdk)
    node("node_modules/typescript/bin/tsc", cwd=folder)
    with added(clone, example.stack):
        driver = [str(shutil.which("node")), str(REPO / "tests/examples/inline/node.mjs")]
        assert "3 to create" in example.inline(driver, "retail-typescript", "preview")


@pytest.mark.xdist_group("go")
@pytest.mark.timeout(1200)
def test_go(go: Tool, tmp_path: Path) -> None:
    folder = shutil.copytree(REPO / "examples/go", tmp_path / "go", ignore=LEFT_BY_USERS)
    go("mod", "edit", f"-replace={GO_MODULE}={generated('go', folder)}", cwd=folder)
    go("vet", "./...", cwd=folder)


def test_the_cli_does_it_where_it_can(user: Stack, tmp_path: Path) -> None:
    if shutil.which("pulumi-language-python", path=user.environment["PATH"]) is None:
        pytest.skip("this CLI has no host for Python")
    user.environment["PATH"] += os.pathsep + os.environ["PATH"]
    write_program(user)
    # not by user.run: what the provider depends on is downloaded, which takes its time
    clone = copy_clone(tmp_path / "clone")
    run("pulumi", "--non-interactive", "package", "add", clone, cwd=user.folder, env=user.environment)
    live(user)


def generated(language: str, folder: Path) -> Path:
    """The SDK that `package add` generates into a program's folder."""
    run(
        sys.executable, REPO / "tools/gen_sdk.py", "--local", "--language", language, "--out", folder / "sdks"
    )
    return folder / "sdks" / language


@contextmanager
def added(clone: Environment, stack: Stack) -> Iterator[int]:
    """The plugin as the host for Python starts it, in the program's folder: its port, to which the stack is attached."""
    name = tomllib.loads((clone.folder.parent / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    assert not (clone.folder.parent / "__main__.py").exists()  # the host would run that one
    with subprocess.Popen(
        [clone.bin / "python", "-m", "pulumi.run.plugin", name, "127.0.0.1:1"],
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        stack.environment["PULUMI_DEBUG_PROVIDERS"] = f"dataworks:{port}"
        yield port
        process.terminate()


def schema(port: int) -> Any:
    """The schema that the plugin serves."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = provider_pb2_grpc.ResourceProviderStub(channel)
        return json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60).schema)
