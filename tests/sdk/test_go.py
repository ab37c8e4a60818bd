"""The SDK of Go: it builds as it is pinned, and hands over what FlowSpec says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.support.repository import REPO

from tests.support.sdks import expect_the_functions, expect_the_typed_document, programs

from tests.support.sdks import Tool

pytest_plugins = ["tests.support.sdks"]
pytestmark = [
    pytest.mark.xdist_group("go"),
    pytest.mark.timeout(1200),  # with cold caches Go's modules come first
]
SDK = REPO / "sdk/go"
PROGRAMS = Path(__file__).parent / "programs"


def test_the_module_builds_as_it_is_pinned(go: Tool) -> None:
    go("build", "./...", cwd=SDK)
    go("vet", "./...", cwd=SDK)


def test_the_documentation_is_go_s(go: Tool) -> None:
    shown = go("doc", "WorkflowDefinition", cwd=SDK / "dataworks")
    assert "# Example Usage\n//\n//\tpackage main\n" in (SDK / "dataworks/workflowDefinition.go").read_text("utf-8")
    assert "```" not in shown
    assert "package main" in shown
    assert "\tpackage main\n" in go("doc", "GetProject", cwd=SDK / "dataworks").replace("    package", "\tpackage")


@pytest.mark.nightly
def test_programs_compile_and_hand_over_what_they_say(go: Tool, tmp_path: Path) -> None:
    for name in ("go.mod", "go.sum"):
        shutil.copy(REPO / "examples/go" / name, tmp_path)
    module = "github.com/pulumi-dataworks/pulumi-dataworks/sdk/go"
    go("mod", "edit", f"-replace={module}={SDK}", cwd=tmp_path)
    shutil.copy(PROGRAMS / "typed.go", tmp_path)
    for name in ("functions", "front_page"):
        (tmp_path / name).mkdir()
        shutil.copy(PROGRAMS / f"{name}.go", tmp_path / name)
    for name, text in programs("go").items():
        (tmp_path / "documented" / name).mkdir(parents=True)
        (tmp_path / "documented" / name / "main.go").write_text(text, "utf-8")
    go("vet", "./...", cwd=tmp_path)
    expect_the_typed_document(json.loads(go("run", "-ldflags=-s -w", ".", cwd=tmp_path)))
    expect_the_functions(go("run", "-ldflags=-s -w", "./functions", cwd=tmp_path))
