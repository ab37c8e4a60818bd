"""The example in TypeScript, as a user runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.examples import Example
from tests.support.sdks import Tool

pytest_plugins = ["tests.support.examples", "tests.support.sdks"]
INLINE = Path(__file__).parent / "inline/node.mjs"


@pytest.mark.nightly
@pytest.mark.xdist_group("nodejs")
@pytest.mark.timeout(600)  # with cold caches the engine and npm's packages come first
def test_the_typescript_example_lives_against_the_emulator(
    example: Example, node: Tool, node_modules: Path
) -> None:
    folder = example.take("retail/typescript")
    (folder / "node_modules").symlink_to(node_modules)
    node("node_modules/typescript/bin/tsc", cwd=folder)
    if shutil.which("pulumi-language-nodejs", path=example.stack.environment["PATH"]):
        example.live(example.pulumi)
    else:
        driver = [str(shutil.which("node")), str(INLINE)]
        example.live(lambda command: example.inline(driver, "retail-typescript", command))
