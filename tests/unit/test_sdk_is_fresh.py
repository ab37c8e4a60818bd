"""sdk/ is what the generator makes of schema.json, byte for byte: nobody edits it, nobody forgets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import REPO

COMMITTED = REPO / "sdk"
LEFT_BY_TOOLS = {"__pycache__", "build", "dist", ".mypy_cache", ".ruff_cache", "node_modules", "bin"}
PINS = {"go.mod", "go.sum", "package-lock.json"}  # written by `make lock`


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not is_left_by_a_tool(path.relative_to(folder))
    }


def is_left_by_a_tool(path: Path) -> bool:
    named = any(part in LEFT_BY_TOOLS or part.endswith(".egg-info") for part in path.parts)
    return named or path.name in PINS or path.suffix == ".tgz"


@pytest.mark.timeout(1200)  # with cold caches the generator's modules are downloaded first
def test_the_sdks_are_what_the_schema_says(tmp_path: Path) -> None:
    if shutil.which("go") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have Go: else nothing checks the SDKs")
        pytest.skip("the generator is built with Go, which is not here")
    command = [sys.executable, str(REPO / "tools/gen_sdk.py"), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    expected, found = files(tmp_path), files(COMMITTED)

    assert {name.split("/")[0] for name in expected} == {"python", "nodejs", "go"}
    stale = sorted(name for name in expected | found if expected.get(name) != found.get(name))
    assert not stale, f"run `make sdk` and commit sdk: {', '.join(stale)}"
