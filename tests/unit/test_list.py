"""`pulumi-dataworks list`: what stands in Data Studio."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from pulumi_resource_dataworks import cli, openapi
from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Fault, Life
from tests.support.workspaces import beside, load, settings, sql, workflow

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(Emulator(job_life=Life("seconds", 0))) as running:
        yield running


@pytest.fixture
def run(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr(openapi.Settings, "from_config", classmethod(lambda *_: settings(server)))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["list", "--project-id", "10001", *arguments])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def ids(server: EmulatorServer) -> dict[str, str]:
    """Two workflows: their IDs by name."""
    load(server, [workflow(name, [sql("load", "SELECT 1;")]) for name in ("sales_daily", "stock")])
    return {found.body["name"]: found.workflow_id for found in server.emulator.workflows()}


def test_a_line_for_each_workflow_with_what_import_takes(run: Run, ids: dict[str, str]) -> None:
    status, out, _ = run()
    lines = [line.split() for line in out.splitlines()]
    assert status == 0
    assert lines[0] == ["IMPORT", "ID", "KIND", "PATH"]
    assert sorted(lines[1:]) == sorted(
        [f"10001/{ids[name]}", "CycleWorkflow", path] for name, path in paths(run).items()
    )


def paths(run: Run) -> dict[str, str]:
    return {one["name"]: one["path"] for one in json.loads(run("--format", "json")[1])}


def test_a_pattern_chooses(run: Run, ids: dict[str, str]) -> None:
    _, out, _ = run("--name", "sales_*", "--format", "json")
    assert [one["workflowId"] for one in json.loads(out)] == [ids["sales_daily"]]


def test_which_are_in_production(run: Run, ids: dict[str, str], server: EmulatorServer) -> None:
    server.emulator.deploy(ids["stock"])
    before = server.emulator.count("GetWorkflowDefinition")
    _, out, _ = run("--deployed", "--format", "json")
    assert server.emulator.count("GetWorkflowDefinition") - before == 1  # a run says it of the other
    assert {one["name"]: one["deployed"] for one in json.loads(out)} == {"sales_daily": False, "stock": True}
    assert sorted(line.split()[2] for line in run("--deployed")[1].splitlines()[1:]) == ["no", "yes"]


def test_what_stands_beside_workflows_is_listed_too(
    run: Run, ids: dict[str, str], server: EmulatorServer
) -> None:
    load(server, beside())
    rows = json.loads(run("--format", "json")[1])
    kinds = {
        "mask": "Function",
        "masking.py": "FileResource",
        **dict.fromkeys(("vacuum", "sweep", "tidy"), "Node"),
    }
    assert {one["name"]: one["kind"] for one in rows} == kinds | dict.fromkeys(ids, "CycleWorkflow")
    stored = {one.body["name"]: one.workflow_id for one in server.emulator.objects()}
    assert {one["name"]: one["importId"] for one in rows} == {
        name: f"10001/{own}" for name, own in (stored | ids).items()
    }
    assert [one["functionId"] for one in rows if one["name"] == "mask"] == [stored["mask"]]
    server.emulator.deploy(stored["vacuum"])
    _, out, _ = run("--kind", "node", "--kind", "file", "--deployed", "--format", "json")
    deployed = {one["name"]: one["deployed"] for one in json.loads(out)}
    assert deployed == {"vacuum": True, "sweep": False, "tidy": False, "masking.py": False}


def test_a_kind_is_listed_alone(run: Run, server: EmulatorServer) -> None:
    load(server, beside())
    before = len(server.emulator.calls)
    assert run("--kind", "function", "--format", "json")[0] == 0
    assert [call.action for call in server.emulator.calls[before:]] == ["ListFunctions"]
    message = "DataWorks lists nothing of the kind workflow in workspace 10001 with a name like x*\n"
    assert run("--kind", "workflow", "--name", "x*") == (1, "", message)


def test_an_empty_list_is_no_success(run: Run) -> None:
    assert run() == (1, "", "DataWorks lists nothing in workspace 10001\n")
    assert run("--name", "x*") == (
        1,
        "",
        "DataWorks lists nothing in workspace 10001 with a name like x*\n",
    )


def test_an_error_of_the_service_is_reported(run: Run, server: EmulatorServer) -> None:
    server.emulator.add_fault(Fault("ListWorkflowDefinitions", status=403, code="Forbidden.Access"))
    status, out, err = run()
    assert (status, out, "Forbidden.Access" in err) == (2, "", True)
