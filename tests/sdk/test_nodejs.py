"""The SDK of Node.js, as npm packs it: it compiles, a program's types are checked, and it hands over what FlowSpec says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.sdks import expect_the_functions, expect_the_typed_document, programs

from tests.support.sdks import Tool

pytest_plugins = ["tests.support.sdks"]
pytestmark = [
    pytest.mark.xdist_group("nodejs"),
    pytest.mark.timeout(600),  # with cold caches npm's packages come first
]
PROGRAMS = Path(__file__).parent / "programs"
LOAD = """
const { readFileSync } = require("fs");
for (const file of process.argv.slice(1)) new (require("vm").Script)(require("module").wrap(readFileSync(file, "utf8")), file);
"""
STRICT = ("--strict", "--target", "es2022", "--module", "nodenext", "--types", "node", "--skipLibCheck")


def test_the_package_is_whole(node_modules: Path) -> None:
    package = node_modules / "@pulumi-dataworks/dataworks"
    assert {path.name for path in package.iterdir()} == {"LICENSE", "README.md", "bin", "package.json"}
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    assert (package / manifest["main"]).is_file()
    assert (package / manifest["types"]).is_file()


def test_programs_compile_and_hand_over_what_they_say(node: Tool, node_modules: Path, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(node_modules)
    (tmp_path / "package.json").write_text("{}")
    for name in ("typed.ts", "functions.ts", "front_page.ts"):
        shutil.copy(PROGRAMS / name, tmp_path)
    for name, text in programs("typescript").items():
        (tmp_path / f"documented-{name}.ts").write_text(text, "utf-8")
    sources = sorted(path.name for path in tmp_path.glob("*.ts"))
    node("node_modules/typescript/bin/tsc", *STRICT, *sources, cwd=tmp_path)
    node("-e", LOAD, *(path.name for path in tmp_path.glob("*.js")), cwd=tmp_path)  # tsc takes `const module`
    expect_the_typed_document(json.loads(node("typed.js", cwd=tmp_path)))
    expect_the_functions(node("functions.js", cwd=tmp_path))
