import builtins
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks import cli
from pulumi_resource_dataworks.emulator import Emulator, Life

PROVIDER = Path(cli.__file__).resolve().parents[1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_announces_itself_and_stops_on_a_signal(stop: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "pulumi_resource_dataworks.cli",
        "emulator",
        "--project-id",
        "7",
        "--job-seconds",
        "0",
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROVIDER)},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        announced = json.loads(process.stdout.readline())
        assert set(announced) == {"endpoint", "accessKey", "secretKey", "region", "projectId"}
        assert announced["projectId"] == 7
        assert httpx.get(f"{announced['endpoint']}/_emulator/calls").json() == []
        process.send_signal(stop)
        assert process.wait(timeout=10) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""


def test_detached_it_prints_what_a_shell_evaluates(tmp_path: Path) -> None:
    get = "import sys, urllib.request as web; sys.stdout.buffer.write(web.urlopen(sys.argv[1]).read())"
    script = f"""
        eval "$({sys.executable} -m pulumi_resource_dataworks.cli emulator --detach --project-id 7)"
        {sys.executable} -c '{get}' "$ALIBABA_CLOUD_DATAWORKS_ENDPOINT/_emulator/calls"
        env | grep --only-matching '^ALIBABA_CLOUD_[A-Z_]*=.' | sort
        kill $DATAWORKS_EMULATOR_PID"""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROVIDER), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-ec", script], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "[]ALIBABA_CLOUD_ACCESS_KEY_ID=L",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET=e",
        "ALIBABA_CLOUD_DATAWORKS_ENDPOINT=h",
        "ALIBABA_CLOUD_REGION_ID=c",
    ]
    assert "workspace 7, until `kill $DATAWORKS_EMULATOR_PID`" in done.stderr


def test_detached_it_reports_why_it_does_not_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["emulator", "--detach", "--as", "gone.json"]) == 2
    assert "gone.json" in capsys.readouterr().err


def test_it_is_the_service_that_a_file_says(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    settings = {"switches": {"ids_on_wire": "numbers"}, "job": {"progression": "seconds", "amount": 9}}
    file.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pulumi_resource_dataworks.cli", "emulator", "--as", str(file)]
    command += ["--project-id", "7", "--project-id", "8"]
    env = {**os.environ, "PYTHONPATH": str(PROVIDER)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        switches = httpx.get(f"{announced['endpoint']}/_emulator/switches").json()
        process.terminate()
    assert (announced["projectId"], switches["ids_on_wire"]) == (7, "numbers")


def emulator_process(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pulumi_resource_dataworks.cli", "emulator", *arguments]
    env = {**os.environ, "PYTHONPATH": str(PROVIDER)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True)


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert cli.main(["emulator", "--port", str(port)]) == 2
    said = f"cannot listen on 127.0.0.1:{port}: Address already in use. Without --port a free one is taken\n"
    assert capsys.readouterr() == ("", said)


def test_an_address_that_cannot_be_had_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["emulator", "--host", "192.0.2.1"]) == 2
    assert capsys.readouterr().err.startswith("cannot listen on 192.0.2.1:0: ")


def test_an_address_beyond_this_machine_is_a_warning() -> None:
    with emulator_process("--host", "0.0.0.0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        endpoint = json.loads(process.stdout.readline())["endpoint"]
        process.terminate()
        assert process.stderr.read() == (
            f"warning: {endpoint} can be reached from other machines, and its control endpoint asks for no key\n"
        )


def configured(*arguments: str) -> Emulator:
    return cli._configured(cli._parser().parse_args(["emulator", *arguments]))


def test_what_the_command_line_says_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text('{"job": {"progression": "seconds", "amount": 9}, "edition": "basic"}', encoding="utf-8")
    emulator = configured("--as", str(file))
    assert (emulator._state.job_life, emulator.gateway.edition) == (Life("seconds", 9), "basic")
    assert configured("--as", str(file), "--job-seconds", "3")._state.job_life == Life("seconds", 3)
    assert configured()._state.job_life == Life("seconds_per_node", 1.2)
    assert configured("--job-seconds-per-node", "2")._state.job_life == Life("seconds_per_node", 2)
    assert [project.project_id for project in configured()._state.projects] == [10001]
    assert [project.project_id for project in configured("--project-id", "7")._state.projects] == [7]


def test_all_workspaces_are_in_the_mode_that_was_asked_for() -> None:
    ids = ["--project-id", "7", "--project-id", "8"]
    for arguments, is_standard in [
        ([], [False]),
        (["--standard"], [True]),
        (["--standard", *ids], [True, True]),
    ]:
        projects = configured(*arguments)._state.projects
        assert [project.dev_environment_enabled for project in projects] == is_standard


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Invalid JSON: EOF while parsing an object"),
        ("[]", "Input should be an object"),
        ('{"switch": {}}', "switch: there is no such key"),
        ('{"switches": {"nope": 1}}', "switches: nope: there is no such key"),
        (
            '{"switches": {"dry_run": "maybe"}}',
            "switches: dry_run: Input should be 'honoured', 'ignored' or 'refused'",
        ),
        ('{"faults": {}}', "faults: Input should be a valid array"),
        ('{"faults": [{"nope": 1}]}', "faults.0.nope: there is no such key"),
        ('{"faults": [{"nth": "3"}]}', "faults.0.nth: Input should be a valid integer"),
        ('{"faults": [{"when": "then"}]}', "faults.0.when: Input should be 'before' or 'after'"),
        ('{"job": {"amount": null}}', "job.amount: Input should be a valid number"),
        (
            '{"edition": "free"}',
            "edition: Input should be 'basic', 'standard', 'professional', 'enterprise' or",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "report.json"
    file.write_text(text, encoding="utf-8")
    assert cli.main(["emulator", "--as", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"{file}: {said}")
    assert cli.main(["emulator", "--as", str(tmp_path / "nowhere.json")]) == 2
    assert "nowhere.json" in capsys.readouterr().err


def test_it_is_ready_at_once() -> None:
    began = time.monotonic()
    command = [sys.executable, "-m", "pulumi_resource_dataworks.cli", "emulator"]
    env = {**os.environ, "PYTHONPATH": str(PROVIDER)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        process.stdout.readline()
        taken = time.monotonic() - began
        process.terminate()
    assert taken < 5  # some 0.3 s on an idle machine


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without("starlette", monkeypatch)
    assert cli.main(["emulator"]) == 1
    assert capsys.readouterr().err == (
        "The emulator needs its extra: pip install 'pulumi-resource-dataworks[emulator]', or pip install '.[emulator]' "
        "in a clone of the repository\n"
    )
    without("h11", monkeypatch)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["emulator"])


def without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(wanted: str, *arguments: Any) -> Any:
        if wanted == "" and "emulator" in (arguments[2] or ()):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return imported(wanted, *arguments)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["emulator", "--job-seconds", "1", "--job-seconds-per-node", "1"],
        ["emulator", "--port", "99999"],
        ["emulator", "--port", "-1"],
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(arguments)
