"""The example in Go, as a user runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.examples import Example
from tests.support.repository import REPO
from tests.support.sdks import Tool

pytest_plugins = ["tests.support.examples", "tests.support.sdks"]
INLINE = Path(__file__).parent / "inline/go"
SDK = "github.com/pulumi-dataworks/pulumi-dataworks/sdk/go"


@pytest.mark.nightly
@pytest.mark.xdist_group("go")
@pytest.mark.timeout(1200)  # with cold caches the engine and Go's modules come first
def test_the_go_example_lives_against_the_emulator(example: Example, go: Tool) -> None:
    go("vet", "./...", cwd=REPO / "examples/go")
    folder = example.take("go")
    if shutil.which("pulumi-language-go", path=example.stack.environment["PATH"]):
        use_sdk(go, folder)
        for variable in ("GOCACHE", "GOMODCACHE"):  # of this user: HOME is another one
            example.stack.environment[variable] = go("env", variable, cwd=folder).strip()
        example.live(example.pulumi)
    else:
        shutil.copytree(INLINE, folder, dirs_exist_ok=True)  # with the go.mod that it needs
        use_sdk(go, folder)
        go("test", "-c", "-ldflags=-s -w", "-o", "inline", ".", cwd=folder)
        driver = [str(folder / "inline")]
        example.live(lambda command: example.inline(driver, "dataworks-go", command))


def use_sdk(go: Tool, folder: Path) -> None:
    """Writes where the SDK lies into the copy of a go.mod."""
    go("mod", "edit", f"-replace={SDK}={REPO / 'sdk/go'}", cwd=folder)
