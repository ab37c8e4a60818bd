"""`pulumi-dataworks export` from its arguments to its folder, and what it says; the service is the emulator."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_resource_dataworks import cli
from pulumi_resource_dataworks.emulator import EmulatorServer, Fault, Workflow
from pulumi_resource_dataworks.export._workspace import KEPT
from tests.support.messages import Messages
from tests.support.workspaces import generated, load, sql, workflow

Run = Callable[..., int]
LISTS = {"ListWorkflowDefinitions": 2, "ListNodes": 1, "ListFunctions": 1, "ListResources": 1}
# A process that a shell has put into the background ignores Ctrl-C, and so would what it starts.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pulumi_resource_dataworks.cli import main
sys.exit(main())
"""


def calls(server: EmulatorServer) -> Counter[str]:
    return Counter(call.action for call in server.emulator.calls)


def held(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def imports(out: Path) -> dict[str, str]:
    """The names and IDs in import.json."""
    listed = json.loads((out / "import.json").read_text("utf-8"))["resources"]
    assert {one["type"] for one in listed} == {"dataworks:index:WorkflowDefinition"}
    return {one["name"]: one["id"] for one in listed}


def edit(server: EmulatorServer, name: str, content: str) -> Workflow:
    """Changes the first script of a workflow in the console."""
    [found] = [one for one in server.emulator.workflows() if one.body["name"] == name]
    document = json.loads(json.dumps(found.document))
    document["spec"]["workflows"][0]["nodes"][0]["script"]["content"] = content
    server.emulator.edit(found.workflow_id, document)
    return found


def test_a_workspace_becomes_a_project(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    load(server, [*generated(11), workflow("by_hand", [sql("a", "SELECT 1;\n")], kind="ManualWorkflow")])
    before = calls(server)
    assert run() == 0
    assert calls(server) - before == {**LISTS, "GetWorkflowDefinition": 12}
    assert set(imports(tmp_path / "out").values()) == {
        f"10001/{one.workflow_id}" for one in server.emulator.workflows()
    }
    assert not (tmp_path / "out" / KEPT).exists()
    reported = capsys.readouterr().err
    messages(reported)


@pytest.mark.parametrize("language", ["python", "yaml", "typescript", "go"])
def test_an_export_is_the_same_each_time(
    server: EmulatorServer, run: Run, tmp_path: Path, language: str
) -> None:
    load(server, generated(3))
    run(language=language)
    first = held(tmp_path / "out")
    server.emulator.switch(read_back_noise="usual")
    assert run(language=language, out="other") == 0
    assert held(tmp_path / "other") == first


@pytest.mark.parametrize("flags", [[], ["--portable"]])
def test_what_somebody_set_in_the_console_is_exported(
    server: EmulatorServer, run: Run, tmp_path: Path, flags: list[str]
) -> None:
    load(server, [workflow("daily", [sql("a", "SELECT 1;\n")])])
    given = {"recurrence": "Pause", "rerunMode": "Denied", "rerunTimes": 0, "timeout": 2, "priority": 8}
    [there] = server.emulator.workflows()
    document = json.loads(json.dumps(there.document))
    [body] = document["spec"]["workflows"]
    body["strategy"] = {"priority": 8, "timeout": 4}
    body["nodes"][0].update(given, instanceMode="Immediately")
    body["nodes"][0]["script"]["runtime"]["cu"] = "2"
    server.emulator.edit(there.workflow_id, document)
    assert run(*flags) == 0
    [exported] = json.loads((tmp_path / "out/workflows/daily/workflow.json").read_text())["spec"]["workflows"]
    [found] = exported["nodes"]
    assert exported["strategy"] == {"priority": 8, "timeout": 4}
    assert found.items() >= {**given, "instanceMode": "Immediately"}.items()
    assert found["script"]["runtime"] == {"command": "ODPS_SQL", "cu": "2"}
    assert not found.keys() & {"timeoutUnit", "outputs"}
    assert ("rerunInterval" in found) is bool(flags)  # as this workspace has it
    assert ("owner" in found) is not bool(flags)


def test_a_name_chooses(server: EmulatorServer, run: Run, tmp_path: Path) -> None:
    load(server, generated(12))
    assert run("--name", "generated_01*") == 0
    assert set(imports(tmp_path / "out")) == {"generated_010", "generated_011"}
    assert calls(server)["GetWorkflowDefinition"] == 2


def test_a_name_that_nothing_has_is_reported_with_those_nearest(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    load(server, [*generated(3), workflow("工作流", [sql("a", "SELECT 1;\n")])])
    assert run("--name", "generate_02*") == 2
    reported = capsys.readouterr().err
    messages(reported)
    assert re.search(r'nearest there: "generated_00\d", "generated_00\d", "generated_00\d"', reported)
    assert not (tmp_path / "out").exists()


def test_an_empty_workspace_is_reported(
    run: Run, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    assert run() == 2
    messages(capsys.readouterr().err)


def test_another_folder_is_refused_before_any_call(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    assert run() == 2
    messages(capsys.readouterr().err)
    assert not server.emulator.calls


def test_a_file_in_the_way_stays_and_what_was_read_is_kept(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    load(server, generated(2))
    stop_at_the_last(server, run, tmp_path)
    mine = tmp_path / "out/README.md"
    mine.write_text("mine\n")
    assert run() == 2
    assert "README.md" in capsys.readouterr().err
    assert mine.read_text() == "mine\n"
    mine.unlink()
    before = calls(server)
    assert run() == 0
    assert calls(server) - before == LISTS  # the rest was kept
    messages(capsys.readouterr().err)


def test_the_day_s_calls_may_be_used_up(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    load(server, generated(20))
    before = calls(server)["GetWorkflowDefinition"]
    quota = Fault("GetWorkflowDefinition", nth=13, times=100, status=429, code="Throttling.Api.Risk")
    server.emulator.add_fault(quota)
    assert run() == 1
    reported = capsys.readouterr().err
    messages(reported)
    assert all(path.startswith(f"{KEPT}/") for path in held(tmp_path / "out"))
    server.emulator.clear_faults()
    after, seen = calls(server)["GetWorkflowDefinition"], len(server.emulator.calls)
    assert run() == 0
    read = [call.params["Id"] for call in list(server.emulator.calls)[seen:] if "Id" in call.params]
    assert len(set(read)) == 8  # a call that the first run gave up may arrive late
    assert after - before < 20
    assert len(imports(tmp_path / "out")) == 20


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_goes_on(
    server: EmulatorServer, run: Run, tmp_path: Path, end: signal.Signals
) -> None:
    load(server, [workflow(f"w{number}", [sql("a", "SELECT 1;\n")]) for number in range(20)])
    account = server.emulator.account
    environment = {
        **os.environ,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": account.access_key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": account.secret_key,
        "ALIBABA_CLOUD_DATAWORKS_ENDPOINT": server.endpoint,
    }
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "export",
        "--project-id",
        "10001",
        "--all",
        "--language",
        "python",
        "--out",
        str(out),
    ]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    begin = time.monotonic()
    while calls(server)["GetWorkflowDefinition"] < 6 and time.monotonic() - begin < 30:
        time.sleep(0.02)
    process.send_signal(end)
    _, reported = process.communicate(timeout=30)
    assert "Traceback" not in reported
    if end == signal.SIGINT:
        assert process.returncode == 1
        assert re.search(r"stopped\n\d+ documents kept in", reported)
    kept = len(list((out / KEPT).glob("*.json")))
    before = calls(server)
    assert before["GetWorkflowDefinition"] - 4 <= kept < 20  # all but those whose answers were on their way
    assert kept
    assert run() == 0
    assert calls(server)["GetWorkflowDefinition"] - before["GetWorkflowDefinition"] == 20 - kept
    assert len(imports(out)) == 20


def stop_at_the_last(server: EmulatorServer, run: Run, tmp_path: Path) -> Path:
    """A run that has read all but the last workflow; returns where they are kept."""
    count = len(server.emulator.workflows())
    fault = Fault("GetWorkflowDefinition", nth=count, times=100, status=429, code="Throttling.Api.Risk")
    server.emulator.add_fault(fault)
    assert run() == 1
    server.emulator.clear_faults()
    return tmp_path / "out" / KEPT


def test_what_a_kill_has_cut_is_read_again(server: EmulatorServer, run: Run, tmp_path: Path) -> None:
    load(server, generated(6))
    first, *_ = stop_at_the_last(server, run, tmp_path).iterdir()
    first.rename(first.with_name("half"))
    before = calls(server)["GetWorkflowDefinition"]
    assert run() == 0
    assert calls(server)["GetWorkflowDefinition"] - before == 2
    assert len(imports(tmp_path / "out")) == 6


def test_what_has_changed_in_the_list_is_read_again(server: EmulatorServer, run: Run, tmp_path: Path) -> None:
    load(server, generated(6))
    first, *_ = stop_at_the_last(server, run, tmp_path).iterdir()
    name = json.loads(first.read_bytes())["spec"]["workflows"][0]["name"]
    time.sleep(0.002)  # times of change are in milliseconds
    edit(server, name, "SELECT 'changed meanwhile';\n")
    before = calls(server)["GetWorkflowDefinition"]
    assert run() == 0
    assert calls(server)["GetWorkflowDefinition"] - before == 2
    files = held(tmp_path / "out")
    assert b"SELECT 'changed meanwhile';\n" in files.values()


def test_what_cannot_be_in_the_program_is_reported_and_kept(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = workflow("sales/odd", [sql("a", "SELECT 1;\n")], path="sales/odd")
    load(server, [*generated(2), odd])
    [stored] = [one for one in server.emulator.workflows() if one.path == "sales/odd"]
    stored.body["nodes"][0]["script"]["runtime"]["sparkConf"] = {"fn::readFile": "x"}
    assert run() == 1
    out = tmp_path / "out"
    assert set(imports(out)) == {"generated_000", "generated_001"}
    assert json.loads((out / "left-out/sales.odd.json").read_text("utf-8"))["spec"]
    reported = capsys.readouterr().err
    assert 'left out: sales/odd\n  the key "fn::readFile" begins' in reported
    assert "2 workflows in" in reported
    assert "1 left out" in reported
    assert "- sales/odd: the key" in (out / "README.md").read_text("utf-8")


def test_an_export_without_a_workflow_is_not_a_success(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], messages: Messages
) -> None:
    load(server, [workflow("odd", [sql("a", "SELECT 1;\n")])])
    [stored] = server.emulator.workflows()
    stored.body["nodes"][0]["script"]["runtime"]["sparkConf"] = {"fn::readFile": "x"}
    assert run() == 1
    reported = capsys.readouterr().err
    assert "What comes next" not in reported
    assert (tmp_path / "out/left-out/odd.json").exists()
    messages(reported)


def test_an_export_of_nothing_that_can_be_read_writes_nothing(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server, generated(2))
    server.emulator.add_fault(Fault("GetWorkflowDefinition", times=2, status=400, code="1", message="No."))
    assert run() == 1
    assert capsys.readouterr().err.endswith("Nothing was exported: everything is left out.\n")
    assert not list((tmp_path / "out").iterdir())


def test_an_export_of_what_was_deleted_meanwhile_finds_nothing(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server, generated(2))
    server.emulator.add_fault(
        Fault("GetWorkflowDefinition", times=2, status=404, code="X", message="not found")
    )
    assert run() == 2
    assert "all that it lists was deleted meanwhile" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())
    assert run() == 0


def test_a_workflow_that_the_service_refuses_to_give_does_not_stop_the_rest(
    server: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server, generated(5))
    server.emulator.add_fault(Fault("GetWorkflowDefinition", status=400, code="12345", message="No luck."))
    server.emulator.add_fault(
        Fault("GetWorkflowDefinition", nth=2, status=404, code="X", message="not found")
    )
    assert run() == 1
    assert len(imports(tmp_path / "out")) == 3
    reported = capsys.readouterr().err
    assert re.search(r"left out: generated_00\d\n .*No luck\.", reported)
    assert re.search(r'"generated_00\d" was deleted meanwhile', reported)


def test_a_refusal_that_is_of_every_call_stops_the_run(
    server: EmulatorServer, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server, generated(5))
    server.emulator.add_fault(Fault("GetWorkflowDefinition", times=100, status=403, code="Forbidden.Access"))
    assert run() == 1
    reported = capsys.readouterr().err
    assert "RAM user" in reported
    assert "are kept" not in reported


@pytest.mark.parametrize(
    "arguments",
    [
        ["--all"],
        ["--all", "--name", "x"],
        ["--all", "--language", "java"],
        [],
    ],
)
def test_arguments_are_checked(arguments: list[str], tmp_path: Path) -> None:
    given = ["--project-id", "1", "--out", str(tmp_path), *arguments]
    with pytest.raises(SystemExit) as caught:
        cli.main(["export", *given])
    assert caught.value.code == 2


def test_settings_that_are_missing_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [key for key in os.environ if key.startswith(("ALIBABA_", "ALICLOUD_"))]:
        monkeypatch.delenv(name)
    given = ["--project-id", "1", "--all", "--language", "go", "--out", str(tmp_path / "out")]
    assert cli.main(["export", *given]) == 2
    assert "dataworks:region" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
