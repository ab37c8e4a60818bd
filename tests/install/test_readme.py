"""README's "Try it", block by block in one shell, as it is written."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.installs import copy_clone, run
from tests.support.pages import Block, blocks
from tests.support.repository import REPO
from tests.support.stacks import Stack

pytest_plugins = ["tests.support.installs"]

README = [block for block in blocks("sh", "python", "yaml", "") if block.page == REPO / "README.md"]
FILES = {
    "import pulumi": "__main__.py",
    "name: daily-orders": "Pulumi.yaml",
    "kind: Cycle": "daily_orders.yaml",
}
GIT = f"""#!{sys.executable}
import shutil
shutil.copytree("{{clone}}", "pulumi-dataworks")
"""
PULUMI = f"""#!{sys.executable}
import os, sys
from pathlib import Path
command, flags = sys.argv[1], sys.argv[2:]
if command not in ("up", "preview", "destroy") or {{has_host}}:
    os.execv("{{cli}}", ["{{cli}}", *sys.argv[1:]])
os.environ["PATH"] = "{{engine}}:" + os.environ["PATH"]
sys.path.insert(0, "{REPO / "tools"}")
import inline
sys.exit(not inline.run(inline.select(Path.cwd(), "dev"), command, *flags, show=print))
"""


def shown(start: str) -> str:
    """The one block that begins so."""
    [block] = [block for block in README if block.text.startswith(start)]
    return block.text


def steps() -> list[Block]:
    """The blocks of shell commands between the program and the tests."""
    return [block for block in README if block.language == "sh" and block.text != "make test\n"]


@pytest.fixture
def commands(tmp_path: Path, engine: Path) -> Path:
    """`git`, which copies this clone, and `pulumi`, which runs programs in Python where the CLI has no host for them."""
    folder, clone = tmp_path / "shell", copy_clone(tmp_path / "clone")
    shutil.copytree(REPO / "sdk/python", clone / "sdk/python", ignore=shutil.ignore_patterns("*.egg-info"))
    folder.mkdir()
    has_host = shutil.which("pulumi-language-python") is not None
    values = {"clone": clone, "cli": engine / "pulumi", "engine": engine, "has_host": has_host}
    for name, text in {"git": GIT, "pulumi": PULUMI}.items():
        (folder / name).write_text(text.format(**values))
        (folder / name).chmod(0o755)
    return folder


def test_every_block_in_order(user: Stack, commands: Path, wheelhouse: Path, tmp_path: Path) -> None:
    end = "trap '[ -z \"$DATAWORKS_EMULATOR_PID\" ] || kill $DATAWORKS_EMULATOR_PID' EXIT"
    script = ["set -e", "exec 2>&1", end, f"cd {tmp_path}"]
    for number, block in enumerate(steps()):
        script += [f"echo '=== {number}'", block.text]
        if block.text.startswith("git clone"):
            script += [f"cp {tmp_path}/files/* ."]
        if "up --yes" in block.text:
            script += ["sed -i 's/dwd_orders/dwd_paid_orders/' daily_orders.yaml"]
    script += ["echo '=== end'", "pulumi preview", "pulumi destroy --yes"]
    (tmp_path / "files").mkdir()
    for start, name in FILES.items():
        (tmp_path / "files" / name).write_text(shown(start))
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("ALIBABA", "PULUMI"))},
        **{key: value for key, value in user.environment.items() if key != "PULUMI_BACKEND_URL"},
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
    }
    output = run("bash", stdin="\n".join(script), env=environment)
    parts = re.split(r"=== (?:\d|end)\n", output)
    assert "0 errors, 0 warnings" in parts[2]
    assert "daily_orders: 2 nodes, 1 dependency" in parts[2]
    assert "+ 3 created" in parts[4]
    assert re.search(r'workflowId: "\d+"', shown("Outputs:")).group() in parts[4]  # type: ignore[union-attr]
    assert '"SELECT COUNT(*) FROM dwd_orders;" => "SELECT COUNT(*) FROM dwd_paid_orders;"' in parts[5]
    assert "~ 2 to update" in parts[5]
    assert "3 deleted" in parts[6]
