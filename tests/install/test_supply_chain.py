"""What the workflows and pipelines run is pinned, and code of others never runs beside a secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.pipelines import (
    GITHUB,
    GITLAB,
    PAGES,
    WORKFLOWS,
    commands,
    flow_script,
    github_scripts,
    gitlab_script,
    jobs,
    load,
    scripts,
    steps,
)
from tests.support.repository import REPO

OURS = [file for file in WORKFLOWS if file.is_relative_to(REPO / ".github")]
SCRIPTS = [script for file in OURS for script in github_scripts(file)]

INSTALLS = re.compile(r"\b(pip3? (install|wheel|download)|npm (ci|install|i)|-m build|make|\.ci/run)\b")
"""What runs code of a package, or may: an install script, a build."""


def installs(script: str) -> list[str]:
    """The lines of a script that run code of a package; wheels that are there already run none."""
    return [
        line for line in script.splitlines() if INSTALLS.search(line) and "--no-index --no-deps" not in line
    ]


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


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_no_package_runs_code_in_a_job_that_may_write_an_identity_token(file: Path) -> None:
    trusted = [job for job in jobs(file) if job.get("permissions", {}).get("id-token") == "write"]
    assert len(trusted) == (0 if file.name in {"ci.yml", "nightly.yml"} else 2)
    for step in [step for job in trusted for step in job["steps"]]:
        assert installs(step.get("run", "")) == []
        assert file == GITHUB or not step.get("uses", "").startswith("actions/checkout@")


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_secret_is_given_to_the_step_that_needs_it(file: Path) -> None:
    content = load(file)
    for step in [step for job in content["jobs"].values() for step in job["steps"] if "env" in step]:
        del step["env"]
        assert step.get("uses", "").startswith("pulumi/actions@") or "gh " in step["run"]
    assert re.findall(r"secrets\.|github\.token", str(content)) == []


def test_keys_of_github_are_for_pulumi_alone() -> None:
    for job in load(GITHUB)["jobs"].values():
        used = [step.get("uses", "").split("@")[0] for step in job["steps"]]
        keys = [name for name in used if name.startswith("aliyun/")]
        assert keys == [] or used[used.index(keys[0]) + 1 :] == ["pulumi/actions"]


def test_no_package_runs_code_in_a_job_of_gitlab_that_has_a_secret() -> None:
    content = load(GITLAB)
    environments = {name: job["environment"]["name"] for name, job in content.items() if "environment" in job}
    assert environments == {name: name for name in ("preview", "comment", "up")}
    assert all(installs(gitlab_script(job)) == [] for job in environments)
    assert installs(gitlab_script("packages"))
    assert "id_tokens" not in {**content["packages"], **content["default"]}


@pytest.mark.parametrize("job", ["preview", "up"])
def test_flow_keeps_its_secrets_from_all_commands(job: str) -> None:
    page = PAGES[0].read_text("utf-8").partition("## Aliyun Flow")[2]
    private = [
        name for line in re.findall(r".*\(private\).*", page) for name in re.findall(r"`([A-Z_]+)`", line)
    ]
    kept = re.search(r"set -euo pipefail\n(?:#.*\n)?export -n (.+)\n", flow_script(job))
    assert kept
    assert {"PULUMI_BACKEND_URL", *kept[1].split()} == set(private)


def test_build_requirements_have_hashes() -> None:
    assert commands("build", SCRIPTS)
    assert [words for words in commands("build", SCRIPTS) if "--no-isolation" not in words] == []
    found = [words for words in commands("pip", SCRIPTS) if words[0] == "install"]
    assert found
    assert [words for words in found if not {"--require-hashes", "--only-binary"} <= set(words)] == []
    setup = re.findall(r"\$\(PIP\) install (.+)", (REPO / "Makefile").read_text("utf-8"))
    assert len(setup) == 4
    for line in setup:
        assert "--require-hashes" in line or "--no-deps" in line, line
        assert "--only-binary :all:" in line or "--no-build-isolation" in line, line


def test_npm_runs_no_scripts_of_packages() -> None:
    npm = commands("npm", SCRIPTS)
    assert {"ci", "pack", "publish"} <= {words[0] for words in npm}
    assert [words for words in npm if words[0] != "run" and "--ignore-scripts" not in words] == []


def test_no_download_is_run_unseen() -> None:
    assert [
        script for script in scripts() if re.search(r"\b(curl|wget)\b[^\n]*\|\s*(sudo )?\w*sh\b", script)
    ] == []
