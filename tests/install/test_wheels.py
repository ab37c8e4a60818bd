"""pip install of the two wheels: the plugin from the environment's folder, the SDK, the command line."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from tests.support.documents import etl
from tests.support.installs import Environment, live, run, write_program
from tests.support.repository import REPO
from tests.support.stacks import Stack

pytest_plugins = ["tests.support.installs"]

PROGRAM = """
import json, sys
import pulumi, pulumi_dataworks as dataworks
from pulumi import automation

def program():
    workflow = dataworks.WorkflowDefinition("etl", project_id=int(sys.argv[1]), spec=sys.argv[2])
    pulumi.export("workflowId", workflow.workflow_id)

stack = automation.select_stack(
    "test", project_name="engine-test", program=program, opts=automation.LocalWorkspaceOptions(work_dir=".")
)
print(stack.up(on_output=print).outputs["workflowId"].value)
"""


def test_where_nothing_is_installed_no_provider_is_found(user: Stack) -> None:
    write_program(user)
    assert "no resource plugin 'pulumi-resource-dataworks' found" in user.preview(ok=False).output


def test_a_yaml_program_takes_the_plugin_from_the_environment(user: Stack, installed: Environment) -> None:
    (user.folder / "venv").symlink_to(installed.folder)
    write_program(user, plugins={"providers": [{"name": "dataworks", "path": "venv/bin"}]})
    live(user)


def test_a_python_program_takes_the_sdk_from_the_environment(user: Stack, installed: Environment) -> None:
    (user.folder / "venv").symlink_to(installed.folder)
    write_program(user, plugins={"providers": [{"name": "dataworks", "path": "venv/bin"}]})
    arguments = (str(user.project_id), json.dumps(etl()))
    output = run(installed.bin / "python", "-c", PROGRAM, *arguments, cwd=user.folder, env=user.environment)
    [workflow] = user.emulator.workflows()
    assert workflow.workflow_id in output
    assert "pulumi-resource-dataworks from $PATH" not in output


def test_both_packages_come_from_the_environment(installed: Environment, tmp_path: Path) -> None:
    script = "import pulumi_dataworks, pulumi_resource_dataworks as p; print(p.__file__, pulumi_dataworks.__file__)"
    files = run(installed.bin / "python", "-I", "-c", script, cwd=tmp_path).split()
    assert all(Path(file).is_relative_to(installed.folder) for file in files)
    table = "from pulumi_resource_dataworks.flowspec._tables import NODE_TYPES; print(len(NODE_TYPES))"
    assert int(run(installed.bin / "python", "-I", "-c", table, cwd=tmp_path)) > 100
    document = tmp_path / "orders.json"
    document.write_text(json.dumps(etl()), "utf-8")
    run(installed.bin / "pulumi-dataworks", "validate", document)


def test_everything_that_is_published_says_one_version_and_one_address(
    wheels: list[Path], archive: Path
) -> None:
    schema = json.loads((REPO / "provider/pulumi_resource_dataworks/plugin/schema.json").read_text("utf-8"))
    version, address = schema["version"], schema["pluginDownloadURL"]
    owner, repository = schema["repository"].split("/")[-2:]
    assert address == f"github://api.github.com/{owner}/{repository}"

    assert [wheel.name.split("-")[:2] for wheel in wheels] == [
        ["pulumi_dataworks", version],
        ["pulumi_resource_dataworks", version],
    ]
    assert _plugin_file(wheels[0], "pulumi_dataworks") == {
        "resource": True,
        "name": "dataworks",
        "version": version,
        "server": address,
    }
    # The Python host would look for a plugin named resource-dataworks without it.
    assert _plugin_file(wheels[1], "pulumi_resource_dataworks") == {"resource": False}
    assert archive.name.startswith(f"pulumi-resource-dataworks-v{version}-")

    readme = (REPO / "docs/installation-configuration.md").read_text("utf-8")
    assert f"pulumi plugin install resource dataworks {version} --file dist/" in readme
    assert f"dist/pulumi-resource-dataworks-v{version}-linux-amd64.tar.gz" in readme

    found = [_said(file) for file in _sdk_files()]
    assert found == [(version, address)] * len(found)
    assert found


def _plugin_file(wheel: Path, package: str) -> Any:
    with zipfile.ZipFile(wheel) as files:
        return json.loads(files.read(f"{package}/pulumi-plugin.json"))


def _sdk_files() -> list[Path]:
    """The files of the SDKs by which Pulumi knows which plugin to get."""
    names = ("package.json", "pulumi-plugin.json")
    files = [file for name in names for file in (REPO / "sdk").rglob(name)]
    return [file for file in files if not {"node_modules", "bin", "build"} & set(file.parts)]


def _said(file: Path) -> tuple[str, str]:
    content = json.loads(file.read_text("utf-8"))
    if file.name == "package.json":
        assert content["version"] == content["pulumi"]["version"]
        content = content["pulumi"]
    return content["version"], content["server"]
