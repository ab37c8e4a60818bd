"""Fixtures of the SDKs of Node.js and Go, each built with its own toolchain.

A test module says `pytest_plugins = ["tests.support.sdks"]`. Without the toolchain its tests are skipped, and fail in CI.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import read, validate
from tests.support.repository import REPO, unpack

LEFT_BY_USERS = shutil.ignore_patterns("node_modules", "bin")

Tool = Callable[..., str]
"""Runs a program of a toolchain, in the folder given as `cwd`; expects it to succeed and returns what it prints."""


def tool(*names: str) -> str:
    """Finds the first program of a toolchain on PATH, after making sure of all of them."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI must have {', '.join(missing)}")
    if missing:
        pytest.skip(f"{', '.join(missing)} is not on PATH")
    return str(shutil.which(names[0]))


def run(*command: str | Path, cwd: Path) -> str:
    """Runs a command and returns its stdout."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def node() -> Tool:
    """`node`, which also runs tsc: `node("node_modules/typescript/bin/tsc", cwd=...)`."""
    program = tool("node", "npm")
    return lambda *arguments, cwd: run(program, *arguments, cwd=cwd)


@pytest.fixture(scope="session")
def pinned_packages(node: Tool) -> Path:
    """The node_modules with what sdk/nodejs pins."""
    del node  # it makes sure of the toolchain
    reported = run(sys.executable, REPO / "tools/node_packages.py", cwd=REPO)
    return Path(reported.splitlines()[-1]) / "node_modules"


@pytest.fixture(scope="session")
def node_modules(node: Tool, pinned_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node_modules with what sdk/nodejs pins and with our SDK, built, packed and unpacked as npm installs it."""
    folder = tmp_path_factory.mktemp("npm")
    source = shutil.copytree(REPO / "sdk/nodejs", folder / "source", ignore=LEFT_BY_USERS)
    (source / "node_modules").symlink_to(pinned_packages)
    node("node_modules/typescript/bin/tsc", cwd=source)
    run(tool("npm"), "pack", "--silent", "--ignore-scripts", cwd=source)
    [archive] = source.glob("*.tgz")
    modules = folder / "node_modules"
    unpack(archive, folder)
    (folder / "package").rename(link_packages(modules, pinned_packages))
    return modules


def link_packages(modules: Path, pinned: Path) -> Path:
    """Makes a node_modules of the pinned packages, and returns where our SDK has its place in it."""
    modules.mkdir()
    for package in pinned.iterdir():
        (modules / package.name).symlink_to(package)
    (modules / "@pulumi-dataworks").mkdir()
    return modules / "@pulumi-dataworks/dataworks"


@pytest.fixture(scope="session")
def go() -> Tool:
    """`go`, with the user's caches; it changes no go.mod and no go.sum."""
    program = tool("go")
    return lambda *arguments, cwd: run(program, *arguments, cwd=cwd)


SCHEMA = REPO / "provider/pulumi_resource_dataworks/plugin/schema.json"


def programs(language: str) -> dict[str, str]:
    """The programs in the descriptions of resources and functions, by the name of what they describe."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    found: dict[str, str] = {}
    for token, spec in {**schema["resources"], **schema["functions"]}.items():
        [found[token.rpartition(":")[2]]] = re.findall(
            rf"```{language}\n(.*?)```", spec["description"], re.DOTALL
        )
    return found


def expect_the_functions(lines: str) -> None:
    """Expects what programs/functions.* print: each function was asked with its arguments, and answered."""
    *asked, found = map(json.loads, lines.splitlines())
    assert found == ["a", "Serverless_1", "8"]
    assert sorted(asked, key=str) == [
        ["dataworks:index:getProject", {"projectId": 10001}],
        ["dataworks:index:getResourceGroup", {"name": "shared", "projectId": 10001}],
        ["dataworks:index:getWorkflowDefinition", {"path": "a/orders", "projectId": 10001}],
        ["dataworks:index:listWorkflowDefinitions", {"projectId": 10001}],
    ]


def expect_the_typed_document(inputs: dict[str, Any]) -> None:
    """Expects the inputs of programs/typed.*: the names are FlowSpec's, and the document is valid."""
    [workflow] = inputs["spec"]["spec"]["workflows"]
    again, each = workflow["nodes"]
    assert again["doWhile"]["while"]["name"] == "x"
    assert (again["rerunMode"], again["rerunTimes"]) == ("FailureAllowed", 3)
    assert each["forEach"]["nodes"][0]["script"]["content"] == "SELECT '${bizdate}';"
    assert each["join"]["branches"][0]["assertion"] == {"field": "status", "in": [1, "2"]}
    assert workflow["dependencies"] == [
        {"nodeId": "each", "depends": [{"type": "Normal", "nodeId": "again"}]}
    ]
    assert all(problem.severity == "warning" for problem in validate(read(inputs["spec"])))
