"""The pipeline files: what they say is right, and their scripts run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.support.installs import Environment, install_archive, run, write_program
from tests.support.pipelines import (
    GITLAB,
    WORKFLOWS,
    commands,
    flow_script,
    flow_variables,
    gitlab_script,
    load,
    scripts,
    serving,
    steps,
)
from tests.support.repository import REPO
from tests.support.stacks import Stack

pytest_plugins = ["tests.support.installs"]


@pytest.fixture
def pipeline(user: Stack) -> Stack:
    """A machine of a forge: what such a machine has on PATH, and the Pulumi CLI."""
    _put_commands(user)
    return user


def test_github_takes_the_workflows() -> None:
    actionlint = run(sys.executable, REPO / "tools" / "actionlint.py").splitlines()[-1]
    run(actionlint, "-shellcheck=", "-pyflakes=", *WORKFLOWS)


def test_scripts_are_shell() -> None:
    for script in scripts():
        run("bash", "-n", "-c", script)


def test_every_command_of_pulumi_has_its_options(engine: Path) -> None:
    found = commands("pulumi")
    assert {"preview", "up", "plugin"} <= {words[0] for words in found}
    for words in found:
        help_text = run(engine / "pulumi", *(word for word in words if word[0].isalpha()), "--help")
        assert f"pulumi {words[0]}" in help_text
        assert [option for option in _options(words) if not re.search(rf"{option}\b", help_text)] == [], words


@pytest.mark.parametrize("program", ["pip install", "pip wheel", "build"])
def test_every_command_of_python_has_its_options(program: str) -> None:
    found = commands(program)
    assert found
    help_text = run(sys.executable, "-m", *program.split(), "--help")
    options = {option for words in found for option in _options(words)}
    assert {option for option in options if not re.search(rf"{option}\b", help_text)} == set()


def test_versions_are_those_of_this_repository() -> None:
    engine = (REPO / "tools/engine/go.mod").read_text("utf-8")
    [pulumi] = re.findall(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", engine)
    installs = [
        step for file in WORKFLOWS for step in steps(file) if "pulumi/actions@" in step.get("uses", "")
    ]
    versions = [step["with"]["pulumi-version"] for step in installs]
    assert versions == [pulumi] * 3
    assert load(GITLAB)["variables"]["PULUMI_VERSION"] == flow_variables()["PULUMI_VERSION"] == pulumi
    assert f"pulumi-v{pulumi}-linux-x64" in flow_variables()["PULUMI_SHA256"]
    assert flow_variables()["DATAWORKS_VERSION"] == _version()


@pytest.mark.nightly
def test_gitlab_previews_comments_and_applies(
    pipeline: Stack, installed: Environment, wheels: list[Path]
) -> None:
    (pipeline.folder / ".venv").symlink_to(installed.folder)  # `python` makes none here
    (pipeline.folder / "wheels").symlink_to(wheels[0].parent)
    write_program(pipeline, plugins={"providers": [{"name": "dataworks", "path": ".venv/bin"}]})
    pipeline.environment |= {"OIDC_TOKEN": "a token", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "3"}
    pipeline.environment |= {"CI_COMMIT_SHORT_SHA": "0a1b2c3d", "PULUMI_STACK": pipeline.name}
    with serving({"/projects/7/merge_requests/3/notes": {}}) as gitlab:
        pipeline.environment |= {"COMMENT_TOKEN": "another", "CI_API_V4_URL": gitlab.address}
        assert _shell(pipeline, gitlab_script("preview")) == 0
        assert _shell(pipeline, gitlab_script("comment")) == 0
        with _broken(pipeline):
            assert _shell(pipeline, gitlab_script("preview")) != 0
        assert _shell(pipeline, gitlab_script("comment")) == 0
    assert [request.headers["PRIVATE-TOKEN"] for request in gitlab.requests] == ["another"] * 2
    comments = [parse_qs(request.body)["body"][0] for request in gitlab.requests]
    _expect_comments(comments)

    assert _shell(pipeline, gitlab_script("up")) == 0
    assert len(pipeline.emulator.workflows()) == 1


@pytest.mark.nightly
@pytest.mark.xdist_group("archive")
def test_flow_previews_comments_and_applies(pipeline: Stack, archive: Path) -> None:
    install_archive(pipeline, archive)
    write_program(pipeline)
    pipeline.environment |= flow_variables() | {"PULUMI_STACK": pipeline.name, "CI_COMMIT_REF_NAME": "new"}
    pipeline.environment |= {
        "YUNXIAO_TOKEN": "a token",
        "YUNXIAO_ORGANIZATION": "o",
        "CODEUP_REPOSITORY": "7",
    }
    pipeline.environment["CI_COMMIT_SHA"] = "0a1b2c3d"
    assert {"PULUMI_CONFIG_PASSPHRASE", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"} <= set(pipeline.environment)
    _put_commands(pipeline, '[ -z "$PULUMI_CONFIG_PASSPHRASE$ALIBABA_CLOUD_ACCESS_KEY_SECRET" ] || exit 99')
    requests = [{"localId": 4, "sourceBranch": "old"}, {"localId": 3, "sourceBranch": "new"}]
    sides = [("MERGE_SOURCE", 1), ("MERGE_SOURCE", 2), ("MERGE_TARGET", 3)]
    patches = [
        {"relatedMergeItemType": side, "versionNo": number, "patchSetBizId": f"v{number}"}
        for side, number in sides
    ]
    answers = {"/o/changeRequests": requests, "/3/diffs/patches": patches, "/7/changeRequests/3/comments": []}
    with serving(answers) as codeup:
        pipeline.environment["CODEUP_API"] = codeup.address
        assert _shell(pipeline, flow_script("preview")) == 0
        with _broken(pipeline):
            assert _shell(pipeline, flow_script("preview")) != 0
        pipeline.environment["CI_COMMIT_REF_NAME"] = "a branch without a merge request"
        assert _shell(pipeline, flow_script("preview")) == 0
    assert {request.headers["x-yunxiao-token"] for request in codeup.requests} == {"a token"}
    posted = [json.loads(request.body) for request in codeup.requests if request.method == "POST"]
    assert [body["patchset_biz_id"] for body in posted] == ["v2", "v2"]
    _expect_comments([body["content"] for body in posted])

    assert _shell(pipeline, flow_script("up")) == 0
    assert len(pipeline.emulator.workflows()) == 1


def _put_commands(stack: Stack, first: str = "") -> None:
    """Puts commands on PATH, each of which runs a line of shell first."""
    found = {name: shutil.which(name) for name in ("cat", "curl", "head", "jq", "mktemp")}
    for name, program in {**found, "python": shutil.which("true")}.items():
        if program:
            command = Path(stack.environment["PATH"]) / name
            command.write_text(f'#!/bin/sh\n{first}\nexec {program} "$@"\n', "utf-8")
            command.chmod(0o755)


@contextmanager
def _broken(stack: Stack) -> Iterator[None]:
    """While it lasts, the program has a fault that a preview finds."""
    file = stack.folder / "Pulumi.yaml"
    program = file.read_text("utf-8")
    file.write_text(program.replace("00 03 00 * * ?", "daily"), "utf-8")
    yield
    file.write_text(program, "utf-8")


def _expect_comments(comments: list[str]) -> None:
    """One of a preview that found something to create, and one of a preview that failed."""
    good, bad = comments
    for comment in comments:
        assert comment.startswith("#### pulumi preview of 0a1b2c3d\n\n~~~~diff\n")
        assert comment.endswith("\n~~~~\n")
        assert "\x1b" not in comment
    assert "+ dataworks:index:WorkflowDefinition: (create)" in good
    assert "spec.workflows[0].trigger.cron" in bad


def _shell(stack: Stack, script: str) -> int:
    """Runs a script as the forges do, and returns its exit status."""
    shell = [shutil.which("bash") or "bash", "-eo", "pipefail", "-c", script]
    done = subprocess.run(
        shell,
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    sys.stdout.write(done.stdout + done.stderr)
    assert "pulumi-resource-dataworks from $PATH" not in done.stdout + done.stderr
    return done.returncode


def _options(words: list[str]) -> list[str]:
    return [word.split("=")[0] for word in words if word.startswith("-")]


def _version() -> str:
    text = (REPO / "provider/pulumi_resource_dataworks/__init__.py").read_text("utf-8")
    [version] = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    return str(version)
