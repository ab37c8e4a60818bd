"""`pulumi-dataworks probe`, against the emulator on a port."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pulumi_resource_dataworks import cli, openapi
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, EmulatorSettings, Fault, Life
from pulumi_resource_dataworks.probe import _session
from pulumi_resource_dataworks.probe._command import CALLS
from tests.support.messages import Messages
from tests.support.waiting import wait_for

PROVIDER = Path(cli.__file__).resolve().parents[1]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorServer]:
    """An emulator, and an environment with its keys and no other's."""
    with EmulatorServer(Emulator(job_life=Life("immediate"))) as running:
        for name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ALICLOUD_"))]:
            monkeypatch.delenv(name)
        account = running.emulator.account
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", account.access_key)
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", account.secret_key)
        monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
        yield running


def arguments(server: EmulatorServer, out: Path, *more: str) -> list[str]:
    project = str(server.emulator.project.project_id)
    return ["probe", "--project-id", project, "--endpoint", server.endpoint, "--out", str(out), *more]


@pytest.fixture
def quick(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """This emulator has no limits, so nobody has to wait for them."""
    given = {"endpoint": server.endpoint, "callsPerSecond": 1000.0}
    settings = openapi.Settings.from_config(given, os.environ)
    monkeypatch.setattr(openapi.Settings, "from_config", classmethod(lambda *_: settings))
    # Jobs are over at once here, and so is a minute.
    monkeypatch.setattr(_session, "PATIENCE", 0.5)
    monkeypatch.setattr(_session, "_PAUSES", (0.1, 0.5, 0.1))


@pytest.mark.usefixtures("quick")
def test_it_writes_a_report_that_the_emulator_takes(
    server: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.emulator.switch(moved_workflow="stays", dry_run="ignored")
    out = tmp_path / "report.json"
    assert cli.main(arguments(server, out, "--yes")) == 0
    other = Emulator()
    other.configure(EmulatorSettings.from_file(out))
    assert other.switches == server.emulator.switches
    assert server.emulator.workflows() == []
    printed = capsys.readouterr()
    assert "dry_run                    ignored: a dry run of a new workflow made it" in printed.out
    assert "locked_workflow            ?: not tried: it takes a person" in printed.out
    assert list(tmp_path.iterdir()) == [out]
    account = server.emulator.account
    assert account.secret_key not in out.read_text(encoding="utf-8") + printed.out + printed.err


@pytest.mark.parametrize(("said", "code"), [("", 2), ("n\n", 2), ("yes\n", 0)])
@pytest.mark.usefixtures("quick")
def test_it_asks_before_the_first_call(
    server: EmulatorServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    code: int,
) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    assert cli.main(arguments(server, tmp_path / "report.json")) == code
    assert bool(server.emulator.calls) == (code == 0)
    asked = capsys.readouterr().err
    assert f"about {CALLS} calls" in asked
    assert "100 a day" in asked


@pytest.mark.parametrize(
    "more",
    [
        ["--endpoint", "http://a/b"],
        ["--clean-up", "pulumi_dataworks_probe_"],
        ["--clean-up", "orders"],
        ["--clean-up", ""],
    ],
)
def test_what_cannot_be_begun_is_said(
    server: EmulatorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: Sequence[str],
    messages: Messages,
) -> None:
    assert cli.main(arguments(server, tmp_path / "report.json", "--yes", *more)) == 2
    messages(capsys.readouterr().err)
    assert server.emulator.calls == []
    assert list(tmp_path.iterdir()) == []


def test_the_workspace_and_the_folder_of_the_report_are_needed(
    server: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    for what in (["--yes"], ["--clean-up", "x"]):
        assert cli.main(["probe", "--endpoint", server.endpoint, *what]) == 2
        messages(capsys.readouterr().err)
    assert cli.main(arguments(server, tmp_path / "none" / "report.json", "--yes")) == 2
    assert server.emulator.calls == []


def started(server: EmulatorServer, out: Path, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pulumi_resource_dataworks.cli", *arguments(server, out, *more)]
    env = {**os.environ, "PYTHONPATH": str(PROVIDER)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a shell's background, and inherited
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True)


def wait_for_import(server: EmulatorServer) -> None:
    wait_for(lambda: bool(server.emulator.workflows()), 30)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_with_nothing_left_and_a_report(
    server: EmulatorServer, tmp_path: Path, how: signal.Signals
) -> None:
    out = tmp_path / "report.json"
    with started(server, out, "--yes") as process:
        wait_for(lambda: server.emulator.count("GetWorkflowDefinition") > 0, 30)  # no import is in flight
        process.send_signal(how)
        printed, said = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "deleting what was made\n" in said
    assert said.endswith("the run was stopped\nnothing is left\n")
    assert "moved_workflow             ?: not tried: the run was stopped\n" in printed
    assert "Traceback" not in said
    assert server.emulator.workflows() == []
    EmulatorSettings.from_file(out)


def test_a_second_ctrl_c_ends_it_at_once(server: EmulatorServer, tmp_path: Path) -> None:
    server.emulator.set_job_life(Life("seconds", 60))
    with started(server, tmp_path / "report.json", "--yes") as process:
        wait_for(lambda: server.emulator.count("ImportWorkflowDefinition") > 0, 30)
        process.send_signal(signal.SIGINT)
        said = process.stderr
        assert said is not None
        wait_for(lambda: "deleting what was made" in said.readline(), 30)
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
    assert process.returncode == 1
    assert rest == "stopped at once: --clean-up with the run's prefix deletes what is left\n"


@pytest.mark.usefixtures("quick")
def test_what_a_killed_run_leaves_is_cleaned_up(
    server: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    with started(server, out, "--yes") as process:
        wait_for_import(server)
        process.kill()
        process.communicate(timeout=60)
    [left] = server.emulator.workflows()
    assert cli.main(arguments(server, out, "--yes")) == 0
    said = capsys.readouterr().err
    assert f"a workflow of another run is there, and is left alone: {left.body['name']}" in said
    assert server.emulator.workflows() == [left]
    prefix = str(left.body["name"]).removesuffix("a")
    assert cli.main(arguments(server, out, "--clean-up", prefix)) == 0
    said = capsys.readouterr().err
    assert f"deleting {prefix}" in said
    assert said.endswith("nothing is left\n")
    assert server.emulator.workflows() == []


@pytest.mark.usefixtures("quick")
def test_what_it_cannot_do_is_said(
    server: EmulatorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    given = [*arguments(server, out, "--yes"), "--project-id", "404"]
    assert cli.main(given) == 1
    assert "there is no workspace" in capsys.readouterr().err
    assert json.loads(out.read_text(encoding="utf-8"))["switches"] == {}
    server.emulator.add_fault(Fault("DeleteWorkflowDefinition", times=100, status=403, code="Forbidden.RAM"))
    assert cli.main(arguments(server, out, "--yes")) == 1
    assert server.emulator.count("ImportWorkflowDefinition") == 1  # what it cannot delete it makes once
    (workflow,) = server.emulator.workflows()
    prefix = str(workflow.body["name"]).removesuffix("a")
    clean_up = ["--clean-up", prefix]
    assert f"Not all could be deleted. Run this with --clean-up {prefix} later" in capsys.readouterr().err
    assert cli.main(arguments(server, out, *clean_up)) == 1
    assert "needs a policy" in capsys.readouterr().err
    server.emulator.clear_faults()
    server.emulator.publish(workflow.workflow_id)
    assert cli.main(arguments(server, out, *clean_up)) == 1
    said = capsys.readouterr().err
    assert f"These workflows are still there: {prefix}a ({workflow.workflow_id})" in said


@pytest.mark.usefixtures("quick")
def test_what_was_made_is_deleted_although_nobody_reads_what_is_said(
    server: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed:
        def write(self, _: str) -> None:
            raise BrokenPipeError

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stderr", Closed())
    assert cli.main(arguments(server, tmp_path / "report.json", "--yes")) == 0
    assert server.emulator.count("DeleteWorkflowDefinition") == 2
    assert server.emulator.workflows() == []
