"""The pytest plugin, as a user's own tests meet it: it is found by its entry point."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

PROGRAM = """
import os
import httpx

def test_it_listens_and_is_empty(dataworks):
    assert dataworks.workflows() == []
    assert dataworks.project_id == 10001
    assert httpx.get(f"{dataworks.endpoint}/_emulator/calls").json() == []
    assert dataworks.calls() == []

def test_the_environment_points_at_it_alone(dataworks):
    found = {name: value for name, value in os.environ.items() if name.startswith(("ALIBABA_", "ALICLOUD_"))}
    assert found == dataworks.environment
    assert found["ALIBABA_CLOUD_DATAWORKS_ENDPOINT"] == dataworks.endpoint
    assert found["ALIBABA_CLOUD_ACCESS_KEY_ID"] == dataworks.emulator.account.access_key
    assert found["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] == dataworks.emulator.account.secret_key
    assert found["ALIBABA_CLOUD_REGION_ID"] == "cn-shanghai"
    assert found["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] == "true"

def test_it_counts_calls(dataworks):
    httpx.get(dataworks.endpoint, headers={"x-acs-action": "GetJobStatus"})
    httpx.get(dataworks.endpoint, headers={"x-acs-action": "ListWorkflowDefinitions"})
    assert len(dataworks.calls()) == 2
    (call,) = dataworks.calls("GetJobStatus")
    assert not call.took_effect

def test_the_environment_is_put_back():
    assert os.environ["ALIBABA_CLOUD_SECURITY_TOKEN"] == "real"
    assert "ALIBABA_CLOUD_DATAWORKS_ENDPOINT" not in os.environ
"""

EXTRA_MISSING = """
import sys
sys.modules["uvicorn"] = None

def test_x(dataworks):
    pass
"""


def test_a_test_asks_for_dataworks_and_has_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALIBABA_CLOUD_DATAWORKS_ENDPOINT", raising=False)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "real")
    pytester.makepyfile(PROGRAM)
    pytester.runpytest_subprocess("-W", "error", "-p", "no:asyncio").assert_outcomes(passed=4)


def test_without_the_extra_it_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(EXTRA_MISSING)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*pip install 'pulumi-resource-dataworks?emulator?'*"])


def test_a_run_that_does_not_ask_pays_next_to_nothing() -> None:
    code = "import pytest, sys; before = set(sys.modules); import pulumi_resource_dataworks.pytest_plugin\n"
    code += "print(*sorted(name for name in set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["pulumi_resource_dataworks", "pulumi_resource_dataworks.pytest_plugin"]
