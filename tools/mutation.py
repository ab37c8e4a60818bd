#!/usr/bin/env python3
"""Mutation testing by hand: which faults of the provider would no unit test notice? docs/mutation.md has the figures.

    tools/mutation.py                 every group, from scratch: a line for each module, and the survivors' names
    tools/mutation.py lifecycle       one group
    tools/mutation.py --again         the survivors and what was not tested yet, after tests were added
    tools/mutation.py --show NAMES    what the survivors with these names change ('*_apply*')

Works on a copy of the clone in the cache folder, one process at a time. mutmut is no dependency: it is put there too.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from engine import cache, say

ROOT = Path(__file__).resolve().parent.parent
MUTMUT = "mutmut==3.8.1"
PACKAGE = "pulumi_resource_dataworks"
NOT_NEEDED = ("cacheprovider", "unraisableexception", "threadexception")
"""pytest's plugins that collect garbage at the end of a run, which takes longer than most mutants' tests."""
LONGEST = 10
"""Seconds that a test may take, which takes one at most: a fault may wait for ever."""
CAST = re.compile(r"\bcast\(\s*\"[^\"]+\",")
KILLED = {"1": "killed", "3": "killed", "0": "survived", "33": "no test", "5": "no test"}
"""By exit status of a mutant's tests; any other is a mutant that ran out of its time."""
LEFT = ("survived", "no test", "not run")


@dataclass(frozen=True)
class Group:
    """Modules, and the tests that have to notice their faults."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


DEPLOYMENT = (
    "_deployment",
    "_deployment_check",
    "_follow",
    "_pipeline",
    "_production",
    "workflow_deployment",
)
"""The lifecycle's modules about deployments."""
DEPLOYMENT_TESTS = (
    "test_deployment",
    "test_deployment_drift",
    "test_deployment_together",
    "test_deployment_words",
    "test_follow",
    "test_pipeline",
    "test_production",
)
TOO_LONG = "test_deployment_troubles"
"""A minute of tests, in which the others' calls are struck."""


def files(folder: str, without: tuple[str, ...]) -> list[Path]:
    """The Python files of a folder but for some, by name."""
    return [path for path in sorted((ROOT / folder).glob("*.py")) if path.stem not in without]


GROUPS = {
    "lifecycle": Group(
        tuple(f"lifecycle/{path.name}" for path in files(f"provider/{PACKAGE}/lifecycle", DEPLOYMENT)),
        tuple(
            f"tests/unit/lifecycle/{path.name}"
            for path in files("tests/unit/lifecycle", (*DEPLOYMENT_TESTS, TOO_LONG))
            if path.stem.startswith("test_")
        ),
    ),
    "deployment": Group(
        tuple(f"lifecycle/{name}.py" for name in DEPLOYMENT),
        tuple(f"tests/unit/lifecycle/{name}.py" for name in DEPLOYMENT_TESTS),
    ),
    "openapi": Group(
        tuple(f"openapi/_{name}.py" for name in ("wait", "schedule", "retry", "limiter")),
        tuple(f"tests/unit/openapi/test_{name}.py" for name in ("wait", "schedule", "retry", "limiter")),
    ),
}


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="Mutation testing of the provider's core.")
    parser.add_argument("group", nargs="?", choices=GROUPS, help="default: all of them")
    parser.add_argument("--again", action="store_true", help="keep what was killed, test the survivors again")
    parser.add_argument("--show", metavar="NAMES", help="show what these survivors change")
    options = parser.parse_args()
    for name in [options.group] if options.group else GROUPS:
        tree = cache() / "mutation" / name
        if not options.show:
            prepare(tree, GROUPS[name], again=options.again)
            run(tree, again=options.again)
        report(tree, name, options.show)
    return 0


def mutmut(*arguments: str) -> list[str]:
    """Return the command for mutmut in this environment, whose own packages go before those that came with it."""
    program = "import sys; sys.path.append(sys.argv.pop(1)); import mutmut.__main__; mutmut.__main__.cli()"
    return [sys.executable, "-c", program, str(tool()), *arguments]


def tool() -> Path:
    """Return the folder that holds mutmut, installed first where it is not there yet."""
    folder = cache() / "mutation" / MUTMUT
    if not folder.exists():
        unfinished = folder.with_suffix(".tmp")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", MUTMUT]
        subprocess.run([*command, "--target", unfinished], check=True)
        unfinished.rename(folder)
    return folder


def prepare(tree: Path, group: Group, *, again: bool) -> None:
    """Copy the provider to `src`, which is the name that mutmut knows, and its tests."""
    shutil.rmtree(tree / "mutants" / "tests" if again else tree, ignore_errors=True)
    (tree / "mutants" / "mutmut-stats.json").unlink(
        missing_ok=True
    )  # which test reaches what: found out again
    without = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tests", tree / "tests", ignore=without, dirs_exist_ok=True)
    for path in sorted((ROOT / "provider").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            copy(path, tree / "src" / path.relative_to(ROOT / "provider"))
    only = [f"src/{PACKAGE}/{module}" for module in group.modules]
    settings = {
        "source_paths": ["src"],
        "only_mutate": only,
        "pytest_add_cli_args": [f"--timeout={LONGEST}", *(f"-pno:{name}" for name in NOT_NEEDED)],
        "pytest_add_cli_args_test_selection": list(group.tests),
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    text = (ROOT / "pyproject.toml").read_text() + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n"
    (tree / "pyproject.toml").write_text(text)


def copy(source: Path, target: Path) -> None:
    """Copy a file, unless it is there: mutmut begins anew with what is younger than its mutants."""
    data = source.read_bytes()
    if source.suffix == ".py":
        data = prepared(data.decode()).encode()
    if not target.exists() or target.read_bytes() != data:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def prepared(text: str) -> str:
    """The module without what mutmut leaves alone, or changes for nothing, such as the types of casts.

    It leaves decorated functions alone: `name = property(name)` after one does as well.
    """
    lines = text.splitlines()
    for node in sorted(functions(text), key=lambda found: -found.lineno):
        decorator = node.decorator_list[0]
        line = f"{' ' * node.col_offset}{node.name} = {ast.unparse(decorator)}({node.name})"
        lines.insert(node.end_lineno or 0, line)
        lines[decorator.lineno - 1] = ""
    return CAST.sub("(", "\n".join(lines) + "\n")


def functions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions whose only decorator can as well be called."""
    return [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and [ast.unparse(found) for found in node.decorator_list] in (["property"], ["asynccontextmanager"])
    ]


def run(tree: Path, *, again: bool) -> None:
    """Let mutmut test the mutants of which nothing is known yet, and then the survivors; its output goes to a file."""
    started = time.monotonic()
    with (tree / "mutmut.log").open("w") as log:
        call = [*mutmut("run", "--max-children", "1")]
        subprocess.run(call, cwd=tree, stdout=log, stderr=log, check=True)
        names = [name for name, how in results(tree).items() if how in LEFT]
        if again and names:
            subprocess.run([*call, *names], cwd=tree, stdout=log, stderr=log, check=True)
    say(f"mutation: {tree.name}: {time.monotonic() - started:.0f} s, output in {tree / 'mutmut.log'}")


def results(tree: Path) -> dict[str, str]:
    """What became of each mutant, by name."""
    found: dict[str, str] = {}
    for file in sorted((tree / "mutants").rglob("*.py.meta")):
        codes = json.loads(file.read_text())["exit_code_by_key"]
        found |= {
            name: "not run" if code is None else KILLED.get(str(code), "timeout")
            for name, code in codes.items()
        }
    return found


def report(tree: Path, group: str, show: str | None) -> None:
    """Print a line for each module, and the survivors: their names, or what they change."""
    found = results(tree)
    kinds = ("killed", "timeout", "survived", "no test", "not run")
    if not show:
        print(f"| {group} | mutants | {' | '.join(kinds)} |")
        for module in sorted({name.split(".x")[0] for name in found}):
            counts = Counter(how for name, how in found.items() if name.startswith(f"{module}.x"))
            print(f"| {module} | {counts.total()} | {' | '.join(str(counts[kind]) for kind in kinds)} |")
    for name, how in found.items():
        if how not in LEFT or not fnmatch(name, show or "*"):
            continue
        print(f"{name}: {how}", flush=True)
        if show:
            subprocess.run(mutmut("show", name), cwd=tree, check=False)


if __name__ == "__main__":
    sys.exit(main())
