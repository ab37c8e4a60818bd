"""The projects around the documents: as the examples are, and each what its language takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pulumi_resource_dataworks import __version__, cli, flowspec
from pulumi_resource_dataworks.document_file import placeholders_in
from pulumi_resource_dataworks.emulator import EmulatorServer
from tests.support.workspaces import load, related, sql, workflow

Run = Callable[..., int]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture
def project(server: EmulatorServer, run: Run, tmp_path: Path) -> Callable[..., Path]:
    """Exports two related workflows."""
    load(server, related())

    def make(language: str, *arguments: str) -> Path:
        assert run(*arguments, language=language) == 0
        return tmp_path / "out"

    return make


def read(path: Path) -> str:
    return path.read_bytes().decode()


def test_typescript_pins_what_the_example_does(project: Callable[..., Path]) -> None:
    out, example = project("typescript"), EXAMPLES / "retail/typescript"
    mine, theirs = (json.loads(read(folder / "package.json")) for folder in (out, example))
    assert mine["devDependencies"] == theirs["devDependencies"]
    assert mine["dependencies"].pop("@pulumi-dataworks/dataworks") == __version__
    theirs["dependencies"].pop("@pulumi-dataworks/dataworks")
    assert mine["dependencies"] == theirs["dependencies"]
    assert read(out / "tsconfig.json") == read(example / "tsconfig.json")


def test_go_pins_what_the_example_does(project: Callable[..., Path]) -> None:
    mine, theirs = (read(folder / "go.mod") for folder in (project("go"), EXAMPLES / "go"))
    assert set(mine.splitlines()[1:]) <= set(theirs.splitlines())
    assert f"sdk/go v{__version__}" in mine


@pytest.mark.parametrize("language", ["python", "yaml", "typescript", "go"])
def test_a_project_is_as_the_example_is(project: Callable[..., Path], language: str) -> None:
    example = EXAMPLES / ("go" if language == "go" else f"retail/{language}")
    mine, theirs = (yaml.safe_load(read(folder / "Pulumi.yaml")) for folder in (project(language), example))
    assert mine["name"] == "dataworks-10001"
    assert {mine[key] == theirs[key] for key in ("runtime", "plugins")} == {True}
    assert mine.get("config", {}) == {}


def test_the_region_that_is_known_is_in_the_project(
    server: EmulatorServer, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi_resource_dataworks import openapi

    load(server, related())
    given = openapi.Settings.from_config({}, {})
    monkeypatch.setattr(
        openapi.Settings,
        "from_config",
        classmethod(lambda *_: given.model_copy(update={"region": "cn-hangzhou"})),
    )
    run()
    project = yaml.safe_load(read(tmp_path / "out/Pulumi.yaml"))
    assert project["config"] == {"dataworks:region": {"value": "cn-hangzhou"}}
    assert "config set dataworks:region" not in read(tmp_path / "out/README.md")


@pytest.mark.parametrize("portable", [False, True])
def test_the_python_program_is_one(project: Callable[..., Path], portable: bool) -> None:
    out = project("python", *(["--portable"] if portable else []))
    program = read(out / "__main__.py")
    compile(program, "__main__.py", "exec")
    folders = re.findall(r'^workflow\("\w+", "(.*)"[,)]', program, re.MULTILINE)
    assert sorted(folders) == ["workflows/a_report", "workflows/orders"]
    assert all((out / folder / "workflow.json").exists() for folder in folders)
    assert ("protect=True" in program) is not portable
    assert (out / "import.json").exists() is not portable


def test_names_and_folders_are_text_in_each_language(
    server: EmulatorServer, run: Run, tmp_path: Path
) -> None:
    name = 'a "b" \\ ${c} 工作流'
    load(server, [workflow(name, [sql("a", "SELECT 1;\n")], path=f"odd `x`/{name}")])
    expected = ["a-b-c-工作流", "workflows/odd `x`/a _b_ _ ${c} 工作流"]
    for language, file, call in (
        ("python", "__main__.py", r"^workflow\((.*)\)$"),
        ("typescript", "index.ts", r"^workflow\((.*)\);$"),
        ("go", "main.go", r"^\t\tworkflow\(ctx, (.*), nil\),$"),
    ):
        run(language=language, out=language)
        [arguments] = re.findall(call, read(tmp_path / language / file), re.MULTILINE)
        assert json.loads(f"[{arguments}]") == expected


def test_a_readme_says_what_comes_next(project: Callable[..., Path]) -> None:
    text = read(project("typescript") / "README.md")
    [commands] = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert commands.splitlines() == [
        "# As long as the packages are in no registry, install them from a clone of pulumi-dataworks.",
        "python3 -m venv .venv",
        ".venv/bin/pip install -r requirements.txt",
        "npm install",
        "pulumi stack init dev",
        "pulumi config set dataworks:region cn-shanghai",
        "export ALIBABA_CLOUD_ACCESS_KEY_ID=... ALIBABA_CLOUD_ACCESS_KEY_SECRET=...",
        "pulumi import --file import.json --generate-code=false --skip-preview --yes",
        "pulumi preview --expect-no-changes",
    ]
    assert "--project-id 10001 --all --language typescript" in text
    assert "reads each once, and a list for each node outside of workflows (2 calls)" in text


def test_a_portable_readme_lists_what_to_set_and_to_look_at(
    server: EmulatorServer, run: Run, tmp_path: Path
) -> None:
    orders, report = related()
    node = orders["spec"]["workflows"][0]["nodes"][0]
    node["script"]["content"] = "SELECT * FROM emulated_workspace.t;\n"
    load(server, [orders, report])
    run("--portable")
    text = read(tmp_path / "out/README.md")
    assert "| `projectIdentifier` | `emulated_workspace` | " in text
    assert "- `workflows/orders/extract.sql`: `emulated_workspace`" in text
    assert "pulumi config set projectId 123456" in text


@pytest.mark.parametrize(
    ("language", "file", "setting", "output"),
    [
        (
            "python",
            "__main__.py",
            'config.require("projectIdentifier")',
            'workflows["orders"].node_outputs["extract"]',
        ),
        (
            "typescript",
            "index.ts",
            'config.require("projectIdentifier")',
            'workflows["orders"].nodeOutputs["extract"]',
        ),
        (
            "go",
            "main.go",
            'pulumi.String(config.Require(ctx, "projectIdentifier"))',
            'workflowOutput("orders", "extract")',
        ),
        (
            "yaml",
            "Pulumi.yaml",
            '"${projectIdentifier}"',
            r'"${[\"orders\"].nodeOutputs[\"extract\"]}"',
        ),
    ],
)
def test_a_portable_program_gives_each_document_its_variables(
    project: Callable[..., Path], language: str, file: str, setting: str, output: str
) -> None:
    out = project(language, "--portable")
    given = re.findall(r'^ *"?(\w+)"?: (.*[^,]),?$', read(out / file), re.MULTILINE)
    variables = {"projectIdentifier": setting, "orders_extract": output}
    assert variables.items() <= dict(given).items()
    text = read(out / "workflows/a_report/workflow.json")
    assert placeholders_in(text) >= {"orders_extract", "orders_named", "projectIdentifier"}


@pytest.mark.parametrize("flags", [[], ["--portable"]])
def test_validate_reads_every_document(
    project: Callable[..., Path], flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = project("yaml", *flags)
    assert cli.main(["validate", str(out)]) == 0
    assert "2 files, 0 errors, 0 warnings" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [[], ["--portable"]])
def test_the_go_program_imports_what_it_uses(project: Callable[..., Path], flags: list[str]) -> None:
    program = read(project("go", *flags) / "main.go")
    [imports] = re.findall(r"^import \((.*?)^\)", program, re.MULTILINE | re.DOTALL)
    assert ("/config" in imports) is ("config." in program) is bool(flags)


def test_git_keeps_scripts_as_they_are(project: Callable[..., Path]) -> None:
    out = project("python")
    assert "workflows/** -text" in read(out / ".gitattributes").splitlines()


def test_a_readme_names_the_scripts_that_hold_what_is_a_setting(
    server: EmulatorServer, run: Run, tmp_path: Path
) -> None:
    group = {"resourceGroup": "Serverless_res_group_1"}
    job = {"name": "sync", "script": {"runtime": {"command": "DI"}, "content": json.dumps({"extend": group})}}
    load(server, [workflow("orders", [{**job, "runtimeResource": group}, sql("clean", "SELECT 1;")])])
    run("--portable")
    text = read(tmp_path / "out/README.md")
    assert "- `workflows/orders/sync.json`: `Serverless_res_group_1`" in text
    assert "clean.sql" not in text


@pytest.mark.parametrize(
    ("language", "file"), [("python", "__main__.py"), ("typescript", "index.ts"), ("go", "main.go")]
)
def test_no_program_holds_what_cannot_be_seen(
    server: EmulatorServer, run: Run, tmp_path: Path, language: str, file: str
) -> None:
    """Go refuses a byte order mark within a file."""
    upstream = workflow("upstream", [sql("\ufeff节点 😀\u2028", "SELECT 1;\n")])
    [(_, node)] = flowspec.nodes_of(flowspec.workflow_of(upstream))
    waits = [{"nodeId": "k", "depends": [{"type": "Normal", "output": node["id"]}]}]
    load(server, [upstream, workflow("downstream", [sql("k", "SELECT 1;\n")], dependencies=waits)])
    assert run("--portable", language=language) == 0
    assert '"\\ufeff节点 😀\\u2028"' in read(tmp_path / "out" / file)
