"""The release archive: installed with `pulumi plugin install`, on a machine without Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.installs import Environment, install_archive, live, write_program
from tests.support.repository import unpack
from tests.support.stacks import Stack

pytest_plugins = ["tests.support.installs"]

pytestmark = pytest.mark.xdist_group("archive")  # it takes a minute to build: others need not wait meanwhile

RATIO = 1.3  # the most that its start may take, of the wheel's
STARTS = 7


@pytest.fixture
def no_python(user: Stack, archive: Path) -> Stack:
    """The archive installed into an empty PULUMI_HOME, and a program that does not say where the provider is."""
    assert shutil.which("python3", path=user.environment["PATH"]) is None
    assert shutil.which("pulumi-resource-dataworks", path=user.environment["PATH"]) is None
    version = install_archive(user, archive)
    [plugin] = json.loads(user.run("plugin", "ls", "--json").output)
    assert (plugin["name"], plugin["version"]) == ("dataworks", version)
    write_program(user)
    return user


def test_a_program_lives_without_python(no_python: Stack) -> None:
    live(no_python)


def test_keys_come_from_the_configuration(no_python: Stack) -> None:
    keys = _forget_keys(no_python)
    assert "No credentials: set dataworks:accessKey" in _refusal(no_python)
    no_python.run("config", "set", "--secret", "dataworks:accessKey", keys[0])
    no_python.run("config", "set", "--secret", "dataworks:secretKey", keys[1])
    _up(no_python)


def test_keys_come_from_a_profile_of_the_alibaba_cloud_cli(no_python: Stack) -> None:
    key, secret = _forget_keys(no_python)
    profile = {"name": "ci", "mode": "AK", "access_key_id": key, "access_key_secret": secret}
    file = no_python.folder / "aliyun.json"
    file.write_text(json.dumps({"current": "ci", "profiles": [profile]}), "utf-8")
    no_python.run("config", "set", "dataworks:profile", "ci")
    no_python.run("config", "set", "dataworks:sharedCredentialsFile", str(file))
    _up(no_python)


def test_errors_read_as_they_do_elsewhere(no_python: Stack) -> None:
    no_python.environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "wrong"
    assert "SignatureDoesNotMatch" in _refusal(no_python)
    # TLS, with the certificates of certifi: an endpoint that does not speak it.
    no_python.environment["ALIBABA_CLOUD_DATAWORKS_ENDPOINT"] = no_python.server.endpoint.replace(
        "http", "https"
    )
    assert "is not trusted" in _refusal(no_python)
    program = (no_python.folder / "Pulumi.yaml").read_text("utf-8")
    (no_python.folder / "Pulumi.yaml").write_text(program.replace("00 03 00 * * ?", "daily"), "utf-8")
    assert "spec.workflows[0].trigger.cron" in no_python.preview(ok=False).output


@pytest.mark.nightly
def test_it_starts_about_as_fast_as_the_wheel(archive: Path, installed: Environment, tmp_path: Path) -> None:
    unpack(archive, tmp_path / "plugin")
    unpacked = sum(path.stat().st_size for path in (tmp_path / "plugin").rglob("*") if path.is_file())
    commands = [installed.bin / "pulumi-resource-dataworks", tmp_path / "plugin/pulumi-resource-dataworks"]
    starts = [[_start(command) for command in commands] for _ in range(STARTS)]
    wheel, frozen = (min(series) for series in zip(*starts, strict=True))
    reported = f"wheel {wheel:.3f} s, archive {frozen:.3f} s of processor time, {frozen / wheel:.2f} times"
    size = f"{archive.stat().st_size / 1e6:.0f} MB, unpacked {unpacked / 1e6:.0f} MB"
    sys.stdout.write(f"\nto the port line: {reported}; {size}\n")
    assert frozen <= RATIO * wheel, reported
    assert archive.stat().st_size < 40e6


def _start(command: Path) -> float:
    """The processor's seconds from the start of a plugin to its port line; the clock's are those of a busy machine, too."""
    with subprocess.Popen([command, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        process.kill()
        _, process.returncode, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime


def _forget_keys(stack: Stack) -> tuple[str, str]:
    """Takes the keys out of the environment, and returns them."""
    names = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    key, secret = (stack.environment.pop(name) for name in names)
    return key, secret


def _up(stack: Stack) -> None:
    stack.up()
    assert len(stack.emulator.workflows()) == 1


def _refusal(stack: Stack) -> str:
    """What an up says that has to fail."""
    output = stack.up(ok=False).output
    assert stack.emulator.workflows() == []
    return output
