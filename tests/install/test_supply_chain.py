"""What the workflows and pipelines run is pinned, and code of others never runs beside a secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.pipelines import WORKFLOWS, commands, github_scripts, load
from tests.support.repository import REPO

OURS = [file for file in WORKFLOWS if file.is_relative_to(REPO / ".github")]
SCRIPTS = [script for file in OURS for script in github_scripts(file)]

INSTALLS = re.compile(r"\b(pip3? (install|wheel|download)|npm (ci|install|i)|-m build|make|\.ci/run)\b")
"""What runs code of a package, or may: an install script, a build."""


def jobs(file: Path) -> list[dict[str, Any]]:
    return list(load(file)["jobs"].values())


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(file) for step in job["steps"]]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_to_a_commit(file: Path) -> None:
    used = re.findall(r"uses: *(.+)", file.read_text("utf-8"))
    assert len(used) == len([step for step in steps(file) if "uses" in step]) > 0
    assert [
        line for line in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
    ] == []


def test_an_action_has_one_commit() -> None:
    pins = {pin for file in WORKFLOWS for pin in re.findall(r"uses: *(\S+@\S+)", file.read_text("utf-8"))}
    assert len(pins) == len({pin.split("@")[0] for pin in pins})


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_checkout_leaves_no_credentials(file: Path) -> None:
    checkouts = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert [step for step in checkouts if step["with"].get("persist-credentials") is not False] == []


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_only_read_where_no_job_says_more(file: Path) -> None:
    assert load(file)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_no_package_runs_code_in_a_job_that_may_write_an_identity_token(file: Path) -> None:
    trusted = [job for job in jobs(file) if job.get("permissions", {}).get("id-token") == "write"]
    assert len(trusted) == (2 if file.name == "release.yml" else 0)
    for job in trusted:
        assert not [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert [step["run"] for step in job["steps"] if INSTALLS.search(step.get("run", ""))] == []


def test_build_requirements_have_hashes() -> None:
    assert commands("build", SCRIPTS)
    assert [words for words in commands("build", SCRIPTS) if "--no-isolation" not in words] == []
    installs = [words for words in commands("pip", SCRIPTS) if words[0] == "install"]
    assert installs
    assert [words for words in installs if not {"--require-hashes", "--only-binary"} <= set(words)] == []
    setup = re.findall(r"\$\(PIP\) install (.+)", (REPO / "Makefile").read_text("utf-8"))
    assert len(setup) == 4
    for line in setup:
        assert "--require-hashes" in line or "--no-deps" in line, line
        assert "--only-binary :all:" in line or "--no-build-isolation" in line, line


def test_npm_runs_no_scripts_of_packages() -> None:
    npm = commands("npm", SCRIPTS)
    assert {"ci", "pack", "publish"} <= {words[0] for words in npm}
    assert [words for words in npm if words[0] != "run" and "--ignore-scripts" not in words] == []
