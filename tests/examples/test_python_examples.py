"""The examples in Python and YAML, through the real engine against the emulator, as their readers run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_resource_dataworks.emulator import ResourceGroup, ScriptedTask, TaskLife
from tests.support.examples import PythonExample, Take
from tests.support.fronts import add_dynamic_host
from tests.support.repository import PLUGIN_FOLDER, REPO

pytest_plugins = ["tests.support.examples"]

BIZDATE = {"name": "bizdate", "type": "System", "scope": "NodeParameter", "value": "$[yyyymmdd-1]"}


def live(example: PythonExample, resources: int) -> dict[str, Any]:
    """Takes an example up to where neither a refresh nor a preview finds anything to do, and returns its outputs."""
    preview = example.preview()
    assert f"{resources} to create" in preview.output
    assert example.emulator.workflows() == []
    up = example.up()
    assert f"{resources} created" in up.output
    assert not preview.warnings + up.warnings  # nor one that the provider was found on PATH
    imports = example.calls("ImportWorkflowDefinition")
    reads = example.calls("GetWorkflowDefinition")
    again = example.preview("--refresh")
    assert f"{resources} unchanged" in again.output
    assert not again.warnings
    assert example.calls("ImportWorkflowDefinition") == imports
    assert example.calls("GetWorkflowDefinition") > reads
    return example.outputs()


def leave(example: PythonExample) -> None:
    """Destroys the stack, which holds the last workflows."""
    example.destroy()
    assert example.emulator.workflows() == []


def depends(workflow: dict[str, Any]) -> dict[str, set[str]]:
    """What each node of a workflow waits for: its ID, and the outputs."""
    return {
        dependency["nodeId"]: {one["output"] for one in dependency["depends"] if "output" in one}
        for dependency in workflow["dependencies"]
    }


def check_sql(example: PythonExample, nodes: dict[str, dict[str, Any]], folder: str = "sql") -> None:
    """Every node has the SQL of its file, and knows what ${bizdate} is."""
    for name, node in nodes.items():
        file = example.folder / folder / f"{name}.sql"
        assert node["script"]["content"] == file.read_text("utf-8")
        assert "'${bizdate}'" in node["script"]["content"]
        [parameter] = node["script"]["parameters"]
        assert parameter.items() >= BIZDATE.items()


@pytest.mark.starts_plugin
@pytest.mark.parametrize("language", ["python", "yaml"])
def test_retail(take: Take, language: str) -> None:
    example = take(f"retail/{language}")
    outputs = live(example, 3)
    [stored] = example.emulator.workflows()
    assert stored.published
    assert outputs == {
        "workflowId": stored.workflow_id,
        "publishedWorkflowId": str(stored.scheduling_id),
    }
    nodes = example.nodes("retail_daily")
    assert len(nodes) == 12
    sql = (REPO / "examples/retail/workflow/sql/clean_orders.sql").read_text("utf-8")
    assert nodes["clean_orders"]["script"]["content"] == sql
    assert nodes["clean_orders"]["datasource"]["name"] == "odps_first"
    assert '"datasource": "shop_mysql"' in nodes["sync_orders"]["script"]["content"]
    waits = depends(example.workflow_at("retail_daily"))
    assert waits[nodes["sync_orders"]["id"]] == {"emulated_workspace_root"}
    assert waits[nodes["count_all"]["id"]] == {"emulated_workspace.full_count"}
    leave(example)


@pytest.mark.starts_plugin
def test_backfill(take: Take) -> None:
    example = take("backfill")
    example.run("config", "set", "week", "2026-11-01/2026-11-07", "--stack", example.name)
    example.emulator.scheduler.life = TaskLife(0.2)
    nodes = {"clean_refunds": "Success", "refunds_per_shop": "Success"}
    outputs = live(example, 4)
    assert (outputs["status"], outputs["nodes"]) == ("Success", nodes)
    assert [one.date for one in example.emulator.scheduler.instances.values()] == [
        f"2026-11-0{day}" for day in range(1, 8)
    ]
    example.run("config", "set", "week", "2026-11-08/2026-11-14", "--stack", example.name)
    log = "ODPS-0130131: Table not found - ods_refunds"
    failing = ScriptedTask(0.1, "Failure", log, name="clean_refunds", date="2026-11-12")
    example.emulator.scheduler.script(failing)
    assert "1 to replace" in example.preview().output
    assert log in example.up(ok=False).output
    example.up()
    assert len(example.emulator.scheduler.instances) == 15  # of the second week one date twice
    leave(example)


def test_udf(take: Take) -> None:
    example = take("udf")
    live(example, 7)
    function, module = (
        next(one.body for one in example.emulator.objects() if one.kind == kind)
        for kind in ("Function", "Resource")
    )
    assert [one["name"] for one in function["fileResources"]] == [module["name"]] == ["masking.py"]
    [node] = example.nodes("masked_contacts").values()
    assert f"{function['name']}(email) AS email" in node["script"]["content"]
    assert all(one.published for one in (*example.emulator.objects(), *example.emulator.workflows()))
    runs = len(example.emulator.runs())
    file = example.folder / "udf" / "masking.py"
    file.write_text(file.read_text("utf-8") + "\n\nBUILD = 2\n", "utf-8")
    assert "2 updated" in example.up().output
    assert len(example.emulator.runs()) == runs + 1
    leave(example)
    assert example.emulator.objects() == []


@pytest.mark.starts_plugin
def test_a_program_in_yaml_without_its_path_and_an_escape(take: Take) -> None:
    example = take("retail/yaml")
    file = example.folder / "Pulumi.yaml"
    program = yaml.safe_load(file.read_text("utf-8"))
    del program["plugins"]
    program["resources"]["retail"]["properties"]["spec"] = "SELECT '${bizdate}';"
    file.write_text(yaml.safe_dump(program), "utf-8")
    example.environment["PATH"] = f"{PLUGIN_FOLDER}{os.pathsep}{example.environment['PATH']}"
    output = example.preview(ok=False).output
    assert 'value "bizdate" not found' in output
    assert "using pulumi-resource-dataworks from $PATH" in output


def test_short_form(take: Take) -> None:
    example = take("short-form")
    outputs = live(example, 2)
    nodes = example.nodes("daily_revenue")
    assert outputs["nodeIds"] == {name: node["id"] for name, node in nodes.items()}
    check_sql(example, nodes)
    report = nodes.pop("revenue_per_customer")
    assert depends(example.workflow_at("daily_revenue")) == {
        report["id"]: {node["id"] for node in nodes.values()}
    }
    assert {node["script"]["path"] for node in nodes.values()} == {f"daily_revenue/{name}" for name in nodes}
    leave(example)


@pytest.mark.starts_plugin
def test_dynamic(take: Take) -> None:
    example = take("dynamic")
    add_dynamic_host(example.environment)
    outputs = live(example, 2)
    nodes = example.nodes("daily_orders")
    assert outputs["nodeIds"] == {name: node["id"] for name, node in nodes.items()}
    assert all("'${bizdate}'" in node["script"]["content"] for node in nodes.values())
    assert depends(example.workflow_at("daily_orders")) == {
        nodes["summarise_orders"]["id"]: {nodes["extract_orders"]["id"]}
    }
    leave(example)


@pytest.mark.starts_plugin
def test_environments(take: Take) -> None:
    example = take("environments", "dev", "prod")
    example.emulator.scheduler.life = TaskLife(0.1)
    example.name = "prod"
    example.emulator.scheduler.script(ScriptedTask(0.1, "Failure", "no such column", name="unpaid_orders"))
    assert "no such column" in example.run("up", "--yes", "--skip-preview", ok=False).output
    assert example.emulator.runs() == []
    documents = {}
    for stack, project_id, group, source in (
        ("dev", 10001, "dev_shared", "sales_dev"),
        ("prod", 10002, "prod_exclusive", "sales"),
    ):
        example.name = stack
        example.up()
        nodes = example.nodes("unpaid_orders_daily", project_id)
        check_sql(example, nodes)
        for node in nodes.values():
            assert node["runtimeResource"]["resourceGroup"] == group
            assert node["datasource"] == {"name": source, "type": "odps"}
        documents[stack] = {name: node["script"]["content"] for name, node in nodes.items()}
        workflow_id, published = (example.outputs()[key] for key in ("workflowId", "publishedWorkflowId"))
        produced = example.emulator.production(workflow_id)
        assert produced is not None
        assert {one["name"]: one["script"]["content"] for one in produced.body["nodes"]} == documents[stack]
        assert published == str(example.emulator.workflow(workflow_id).scheduling_id)
    assert documents["dev"] == documents["prod"]
    dev, prod = ([stage.code for stage in run.stages] for run in example.emulator.runs())
    assert (dev, len(prod)) == (["BUILD_PACKAGE", "PROD_CHECK", "PROD"], 5)
    for stack, resources in (("dev", 3), ("prod", 4)):
        example.name = stack
        assert f"{resources} unchanged" in example.preview().output
    tested = list(example.emulator.scheduler.instances.values())
    assert [(one.project_id, one.environment) for one in tested] == [(10002, "Dev")] * 2
    example.destroy()
    [left] = example.emulator.workflows()
    assert left.project_id == 10001
    assert left.published
    example.name = "dev"
    assert "3 unchanged" in example.refresh().output
    leave(example)


@pytest.mark.starts_plugin
def test_component(take: Take) -> None:
    example = take("component")
    shown = example.preview(
        "--diff"
    ).output  # with all three documents, though none of the workflows is there
    assert all(name in shown for name in ("clean_orders", "match_payments", "revenue_per_customer"))
    outputs = live(example, 5)
    stored = {workflow.path: workflow for workflow in example.emulator.workflows()}
    assert outputs["workflowIds"] == {path: workflow.workflow_id for path, workflow in stored.items()}
    orders, payments, customers = (example.nodes(path) for path in ("orders", "payments", "customers"))
    check_sql(example, orders | payments | customers, "workflows/sql")
    assert depends(example.workflow_at("orders")) == {}
    assert depends(example.workflow_at("payments")) == {
        payments["match_payments"]["id"]: {payments["clean_payments"]["id"], orders["clean_orders"]["id"]}
    }
    assert depends(example.workflow_at("customers")) == {
        customers["revenue_per_customer"]["id"]: {
            customers["current_customers"]["id"],
            payments["match_payments"]["id"],
        }
    }
    leave(example)


@pytest.mark.starts_plugin
def test_lookup(take: Take) -> None:
    example = take("lookup")
    outputs = live(example, 3)
    [orders], [revenue] = (example.nodes(path).values() for path in ("shop_orders", "shop_revenue"))
    assert depends(example.workflow_at("shop_orders")) == {orders["id"]: {"emulated_workspace_root"}}
    assert depends(example.workflow_at("shop_revenue")) == {revenue["id"]: {orders["id"]}}
    check_sql(example, {"clean_orders": orders, "revenue_per_day": revenue})
    for node in (orders, revenue):
        assert node["runtimeResource"]["resourceGroup"] == outputs["resourceGroup"]
    assert outputs["resourceGroup"] == ResourceGroup().group_id
    assert outputs["workspace"] == "emulated_workspace"
    ids = {
        workflow.path.removeprefix("shop_"): workflow.workflow_id for workflow in example.emulator.workflows()
    }
    assert outputs["workflowIds"] == ids
    leave(example)


@pytest.mark.nightly
@pytest.mark.starts_plugin
def test_unit_test_passes_its_own_tests(take: Take) -> None:
    example = take("unit-test")
    assert "2 to create" in example.preview().output
    result = run_pytest(example)
    assert "4 passed" in result.stdout, result.stdout + result.stderr
    assert example.configured() == ["try"]


@pytest.mark.starts_plugin
def test_unit_test_finds_a_fault(take: Take) -> None:
    example = take("unit-test")
    sql = example.folder / "sql" / "late_payments.sql"
    sql.write_text("SELECT 1;\n", "utf-8")
    result = run_pytest(example, "tests/test_program.py")
    assert "test_every_node_reads_the_days_partition" in result.stdout
    assert "1 failed, 2 passed" in result.stdout


def test_the_demo_shows_every_step(engine: Path) -> None:
    environment = {**os.environ, "PATH": f"{engine}{os.pathsep}{os.environ['PATH']}"}
    demo = subprocess.run(
        [sys.executable, str(REPO / "tools" / "demo.py")],
        cwd=REPO,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "every step showed what it had to" in demo.stdout
    assert "pulumi-resource-dataworks from $PATH" not in demo.stdout


def run_pytest(example: PythonExample, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs an example's own tests with what its requirements.txt installs, and without the plugins of our own tests."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest", "-p", "no:asyncio", *arguments],
        cwd=example.folder,
        env=example.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
