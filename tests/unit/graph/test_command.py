import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import cli, flowspec, openapi
from pulumi_resource_dataworks.emulator import Fault
from pulumi_resource_dataworks.graph import _svg
from pulumi_resource_dataworks.graph._command import whole
from pulumi_resource_dataworks.pytest_plugin import DataWorks
from tests.support.messages import Messages
from tests.support.pictures import after, document, node, read_back

PROVIDER = Path(cli.__file__).resolve().parents[1]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["graph", *arguments])
        captured = capfdbinary.readouterr()
        return status, captured.out.decode(), captured.err.decode()

    return call


def save(name: str, content: Any) -> str:
    Path(name).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return name


def plain() -> dict[str, Any]:
    return document([node("a"), node("b")], [after("b", "a")])


def test_a_file_is_drawn_on_standard_output(run: Run, messages: Messages) -> None:
    status, out, err = run(save("a.json", plain()))
    assert status == 0
    assert set(read_back(out).boxes) == {"a", "b"}
    messages(err)


def test_two_files_show_the_change_and_the_summary_of_preview(run: Run, messages: Messages) -> None:
    now = document([node("a"), node("c")], [])
    status, out, err = run(save("a.json", plain()), save("b.json", now), "--format", "mermaid")
    assert status == 0
    assert "#43; c" in out
    messages(err)
    assert err.endswith("; removes 1 dependency\n")


def test_it_is_written_to_a_file(run: Run) -> None:
    status, out, _ = run(save("a.json", plain()), "--out", "a.svg")
    assert (status, out) == (0, "")
    assert Path("a.svg").read_bytes().startswith(b"<svg ")
    assert run("a.json")[1] == Path("a.svg").read_text("utf-8")


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.TextIOWrapper(io.BytesIO(json.dumps(plain()).encode()))
    monkeypatch.setattr(sys, "stdin", text)
    assert run("-", "--format", "mermaid")[0] == 0


def test_errors_are_reported_as_validate_reports_them_and_the_rest_is_drawn(
    run: Run, messages: Messages
) -> None:
    name = save(
        "a.json", document([node("a"), node("b")], [after("b", "a"), after("a", "b"), after("b", "c")])
    )
    status, out, err = run(name)
    assert status == 1
    assert set(read_back(out).boxes) == {"a", "b", "c"}
    cli.main(["validate", "--format", "json", name])
    assert "a.json:1:" in err
    messages(err)


def test_a_circle_is_reported_and_drawn(run: Run, messages: Messages) -> None:
    name = save("a.json", document([node("a"), node("b")], [after("b", "a"), after("a", "b")]))
    status, out, err = run(name)
    assert status == 1
    messages(err)
    assert len(read_back(out).arrows) == 2


def _without_name() -> dict[str, Any]:
    broken = plain()
    del broken["spec"]["workflows"][0]["nodes"][0]["name"]
    return broken


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"kind": "CycleWorkflow"}', json.dumps(_without_name())],
    ids=["empty", "open", "list", "kind alone", "without name"],
)
def test_what_has_no_shape_is_not_drawn(run: Run, content: str, messages: Messages) -> None:
    status, out, err = run(save("a.json", content), "--out", "a.svg")
    assert (status, out) == (1, "")
    assert "a.json:1:" in err
    messages(err)
    assert not Path("a.svg").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.json"],
        ["bytes.json"],
        [],
        ["a", "b", "c"],
        ["-", "-"],
        ["a.json", "--project-id", "1"],
        ["a", "b", "--project-id", "1", "--workflow", "x"],
        ["a.json", "--out", "no/such/folder"],
        ["a.json", "--out", "a.PNG"],
    ],
)
def test_what_cannot_be_read_or_written(run: Run, arguments: list[str], messages: Messages) -> None:
    save("a.json", plain())
    Path("bytes.json").write_bytes(b"\xff")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    messages(err)
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("library", ["graphlay"])
def test_svg_says_what_to_install_and_mermaid_needs_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, library: str, messages: Messages
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    name = save("a.json", plain())
    status, out, err = run(name)
    assert (status, out) == (1, "")
    messages(err)
    assert run(name, "--format", "mermaid")[0] == 0


def test_a_text_that_mermaid_refuses_is_said(run: Run, messages: Messages) -> None:
    names = [f"n{number}" for number in range(502)]
    name = save("a.json", document(list(map(node, names)), [after(other, "n0") for other in names[1:]]))
    messages(run(name, "--format", "mermaid")[2])


def test_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    """Whatever the order of sets in a process is."""
    name = tmp_path / "a.json"
    others = [{"output": f"p.{number}"} for number in range(20)]
    name.write_text(json.dumps(document([node("a"), node("b")], [after("b", "a", *others)])), "utf-8")
    found = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "pulumi_resource_dataworks.cli", "graph", str(name)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(PROVIDER)}
        found.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(found) == 1


def store(dataworks: DataWorks, *roots: dict[str, Any]) -> list[str]:
    """Imports documents; returns the workflows' IDs."""

    async def imported() -> list[str]:
        client = openapi.Client(openapi.Settings.from_config({"callsPerSecond": 1000.0}, os.environ))
        jobs = [
            await client.import_workflow_definition(
                dataworks.project_id, flowspec.canonical(whole(flowspec.read(root).root))
            )
            for root in roots
        ]
        await client.aclose()
        return [job.workflow_id for job in jobs]

    return asyncio.run(imported())


def test_a_workflow_of_a_workspace_by_name_path_or_id(run: Run, dataworks: DataWorks) -> None:
    [own] = store(dataworks, document([node("a"), node("b")], script={"path": "sales/daily_orders"}))
    project = str(dataworks.project_id)
    for wanted in ("daily_orders", "sales/daily_orders", own):
        status, out, err = run("--project-id", project, "--workflow", wanted)
        assert status == 0, err
        assert set(read_back(out).boxes) == {"a", "b"}
    assert [call.action for call in dataworks.calls("GetWorkflowDefinition")]


def test_inputs_are_named_by_workflow_and_node(run: Run, dataworks: DataWorks) -> None:
    extract = node("extract", id="7000000000000000001")
    named = node("named", outputs={"nodeOutputs": [{"data": "shop.named"}]})
    store(dataworks, document([extract, named], name="orders", id="7000000000000000002"))
    inputs = [
        {"output": output} for output in ("7000000000000000001", "shop.named", "shop.gone", "shop_root")
    ]
    root = document([node("a")], [after("a", *inputs)], name="report")
    [own] = store(dataworks, root)
    where = ("--project-id", str(dataworks.project_id), "--workflow", own)
    expected = {"a", "orders / extract", "orders / named", "shop.gone", "shop_root"}
    for arguments in (where, (*where, save("a.json", root))):
        status, out, err = run(*arguments)
        assert status == 0, err
        drawn = read_back(out)
        assert set(drawn.boxes) == expected
        assert drawn.texts["orders / named"][-1] == "shop.named"
    calls = len(dataworks.calls("GetNode")), len(dataworks.calls("ListNodes"))
    assert calls == (4, 4)


def test_an_input_that_cannot_be_looked_up_keeps_its_output(run: Run, dataworks: DataWorks) -> None:
    [own] = store(dataworks, document([node("a")], [after("a", {"output": "shop.x"})]))
    dataworks.emulator.add_fault(Fault("ListNodes", times=100, status=403, code="Forbidden.Access"))
    status, out, err = run("--project-id", str(dataworks.project_id), "--workflow", own)
    assert status == 0, err
    assert set(read_back(out).boxes) == {"a", "shop.x"}


def test_what_a_file_would_change_in_the_workspace(
    run: Run, dataworks: DataWorks, messages: Messages
) -> None:
    store(dataworks, plain())
    name = save("a.json", document([node("a"), node("new")], [after("new", "a")]))
    where = ("--project-id", str(dataworks.project_id), "--workflow", "daily_orders")
    status, out, err = run(*where, name, "--format", "mermaid")
    assert status == 0
    messages(err)
    assert "#45; b" in out
    assert "nothing changes" in run(*where, save("b.json", plain()))[2]


def test_a_workflow_that_is_not_there(run: Run, dataworks: DataWorks, messages: Messages) -> None:
    store(dataworks, plain())
    for wanted in ("daily_order", "77"):
        status, out, err = run("--project-id", str(dataworks.project_id), "--workflow", wanted)
        assert (status, out) == (2, "")
        messages(err)
        assert '"daily_orders"' in err


def test_a_setting_that_is_missing(run: Run, dataworks: DataWorks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALIBABA_CLOUD_REGION_ID")
    monkeypatch.delenv("ALIBABA_CLOUD_DATAWORKS_ENDPOINT")
    status, _, err = run("--project-id", str(dataworks.project_id), "--workflow", "x")
    assert status == 2
    assert "region" in err


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("pulumi_resource_dataworks.graph.run", stopped)
    assert cli.main(["graph", "x.json"]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_an_svg_that_would_take_minutes_is_refused_and_mermaid_is_not(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"n{number}" for number in range(6)]
    name = save("a.json", document(list(map(node, names)), [after(one, "n0") for one in names[1:]]))
    monkeypatch.setattr(_svg, "MAX_PARTS", 10)
    status, out, err = run(name)
    assert (status, out) == (1, "")
    messages(err)
    assert run(name, "--format", "mermaid")[0] == 0
    monkeypatch.setattr(_svg, "MAX_PARTS", 11)
    assert run(name)[0] == 0


def test_a_variable_stands_in_its_place(run: Run) -> None:
    file = save("a.json", document([node("load")], [after("load", {"output": "{{workspace}}_root"})]))
    assert "workspace" in run(file, "--format", "mermaid")[1]
    drawn = run(file, "--format", "mermaid", "--variable", "workspace=sales")[1]
    assert ("sales" in drawn, "workspace" in drawn) == (True, False)
    assert run(file, "--variable", "workspace=sales", "--variable", "other=1")[0] == 0


def test_every_document_of_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "daily").mkdir()
    save("daily/a.json", document([node("load")], []))
    save("daily/b.json", document([node("store")], []))
    assert run("daily", "--out", "pictures", "--format", "mermaid")[0] == 0
    assert sorted(file.name for file in (tmp_path / "pictures").iterdir()) == ["a.mermaid", "b.mermaid"]
    assert run("daily", "--format", "mermaid")[0] == 2
    (tmp_path / "empty").mkdir()
    assert run("empty", "--out", "pictures")[0] == 2
