import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_resource_dataworks import cli
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages
from tests.support.repository import REPO
from tests.support.workspaces import beside

PROGRAM = Path(sys.executable).with_name("pulumi-dataworks")


class Run:
    """Runs the command in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def file(self, name: str, content: Any) -> str:
        path = self.folder / name
        if not isinstance(content, bytes):
            text = content if isinstance(content, str) else json.dumps(content, indent=2)
            content = text.encode()
        path.write_bytes(content)
        return str(path)

    def __call__(self, *arguments: str) -> tuple[int, list[str], list[str]]:
        status = cli.main(["validate", *arguments])
        captured = self.capsys.readouterr()
        return status, captured.out.splitlines(), captured.err.splitlines()


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, capsys)


def misspelt() -> dict[str, Any]:
    document = etl()
    document["spec"]["workflows"][0]["dependencies"][0]["depends"][0]["nodeId"] = "extrct"
    return document


def warned() -> dict[str, Any]:
    document = etl(id="1")
    document["spec"]["id"] = "2"
    return document


def test_a_document_without_problems_is_reported_in_one_line(run: Run) -> None:
    assert run(run.file("a.json", etl())) == (0, [], ["1 file, 0 errors, 0 warnings"])


def test_yaml_is_read_too(run: Run) -> None:
    name = run.file("a.yaml", yaml.safe_dump(etl()))
    assert run(name)[0] == 0
    name = run.file("b.yaml", yaml.safe_dump(misspelt(), sort_keys=False))
    status, [line], _ = run(name)
    assert status == 1
    where = line.removeprefix(f"{name}:").split(":")[0]
    assert "extrct" in Path(name).read_text("utf-8").splitlines()[int(where) - 1]


@pytest.mark.parametrize("kind", ["Node", "Function", "Resource"])
def test_what_stands_beside_workflows_is_validated_as_what_it_is(run: Run, kind: str) -> None:
    given = next(one for one in beside() if one["kind"] == kind)
    assert run(run.file("a.json", given)) == (0, [], ["1 file, 0 errors, 0 warnings"])
    [held] = next(iter(given["spec"].values()))
    held["script"]["runtime"] = 1
    name = run.file("a.json", given)
    assert (run(name)[0], "script.runtime: runtime has to be an object" in run(name)[1][0]) == (1, True)


def test_a_problem_is_a_line_that_an_editor_can_jump_to(run: Run, messages: Messages) -> None:
    name = run.file("a.json", misspelt())
    status, [line], summary = run(name)
    assert status == 1
    messages(summary)
    found = re.fullmatch(re.escape(name) + r":(\d+):(\d+): error: (\S+): (.*)", line)
    assert found is not None
    assert Path(name).read_text("utf-8").splitlines()[int(found[1]) - 1][int(found[2]) - 1 :] == '"extrct"'
    assert found[3] == "spec.workflows[0].dependencies[0].depends[0].nodeId"
    messages(found[4])


def test_every_problem_of_every_file_is_reported(run: Run, messages: Messages) -> None:
    document = etl(nodes=[node("a", timeout=0.5), node("a")], dependencies=[])
    names = [run.file("a.json", document), run.file("b.json", misspelt())]
    status, lines, summary = run(*names)
    assert status == 1
    assert sum(line.startswith(names[1]) for line in lines) == 1
    messages(summary)


def test_warnings_are_no_failure(run: Run, messages: Messages) -> None:
    name = run.file("a.json", warned())
    status, [line], summary = run(name)
    assert status == 0
    messages(line)
    messages(summary)


def test_json_is_one_array(run: Run, messages: Messages) -> None:
    names = [run.file("a.json", misspelt()), run.file("b.json", warned()), run.file("c.json", etl())]
    status, lines, _ = run("--format", "json", *names)
    assert status == 1
    found = json.loads("\n".join(lines))
    assert [one["file"] for one in found] == names[:2]
    assert [one["severity"] for one in found] == ["error", "warning"]
    assert {tuple(one) for one in found} == {
        ("file", "line", "column", "severity", "path", "message", "rule")
    }
    assert [one["rule"] for one in found] == ["lost-dependency", "two-ids"]
    assert found[0]["path"] == "spec.workflows[0].dependencies[0].depends[0].nodeId"
    messages(found[0]["message"])


def test_json_without_problems_is_an_empty_array(run: Run) -> None:
    assert run("--format", "json", run.file("a.json", etl()))[:2] == (0, ["[]"])


@pytest.mark.parametrize(
    "content",
    ["", " \n\n", '{\n  "kind": "CycleWorkflow"', "[1]", "{}"],
)
def test_a_problem_of_the_whole_text_has_no_path(run: Run, content: str, messages: Messages) -> None:
    name = run.file("a.json", content)
    status, [line], _ = run(name)
    assert status == 1
    messages(line)


def test_what_the_document_says_does_not_break_the_line(run: Run) -> None:
    document = etl()
    document["kind"] = "Cycle\nWorkflow\x1b[31m\u2028"
    status, [line], _ = run(run.file("a.json", document))
    assert status == 1
    assert '"Cycle\\nWorkflow\\x1b[31m\\u2028"' in line


def test_a_file_that_is_not_there(run: Run, messages: Messages) -> None:
    name = str(run.folder / "none.json")
    status, lines, errors = run(name, run.file("b.json", misspelt()))
    assert status == 2
    assert len(lines) == 1
    messages(errors[0])
    messages(errors[1])


def test_a_folder(run: Run, messages: Messages) -> None:
    status, lines, errors = run(str(run.folder))
    assert (status, lines) == (2, [])
    messages(errors[0])


def test_a_file_that_may_not_be_read(run: Run, monkeypatch: pytest.MonkeyPatch, messages: Messages) -> None:
    def refuse(_: Path, _mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    status, _, errors = run("a.json")
    assert status == 2
    messages(errors[0])


def test_a_name_that_no_file_has(run: Run) -> None:
    status, _, errors = run("a\0b")
    assert status == 2
    assert len(errors) == 2


def test_a_file_that_is_not_utf8(run: Run, messages: Messages) -> None:
    name = run.file("a.json", b'{\n "name": "\xff"}')
    status, lines, errors = run("--format", "json", name)
    assert (status, lines) == (2, ["[]"])
    messages(errors[0])


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(misspelt()).encode())))
    status, [line], _ = run("-")
    assert status == 1
    assert line.startswith("<stdin>:1:")


def test_files_are_needed(run: Run) -> None:
    with pytest.raises(SystemExit) as stopped:
        run()
    assert stopped.value.code == 2


def spent_by_programs() -> float:
    """The processor's seconds, which do not count what else the machine does."""
    times = os.times()
    return times.children_user + times.children_system


def test_the_program_starts_fast_and_prints_to_an_ascii_terminal(tmp_path: Path, messages: Messages) -> None:
    document = misspelt()
    nodes(document)[0]["name"] = "抽取"
    (tmp_path / "a.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    seconds = []
    for _ in range(3):
        begin = spent_by_programs()
        command = [str(PROGRAM), "validate", "a.json"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        seconds.append(spent_by_programs() - begin)
        assert done.returncode == 1
        assert done.stdout.startswith("a.json:1:")
        assert "\\u62bd" in done.stdout
        messages(done.stderr)
    assert min(seconds) < 1


def test_neither_pulumi_nor_a_network_library_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(etl()), encoding="utf-8")
    program = (
        "import sys; from pulumi_resource_dataworks import cli; cli.main(['validate', 'a.json']); "
        "print(*{'pulumi', 'httpx', 'grpc', 'pydantic', 'google', 'starlette'} & sys.modules.keys())"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_the_hook_of_pre_commit_runs_it() -> None:
    [hook] = yaml.safe_load((REPO / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["language"]) == ("dataworks-flowspec", "python")
    assert hook["entry"] == "pulumi-dataworks validate"
    matches = re.compile(hook["files"]).search
    assert all(map(matches, ["flowspec.yaml", "a/daily.flowspec.json", "flowspec/daily.yml"]))
    assert not any(map(matches, ["package.json", "a/.github/workflows/ci.yaml", "docs/flowspec.md"]))


def test_a_folder_stands_for_its_documents(run: Run, tmp_path: Path) -> None:
    (tmp_path / "daily").mkdir()
    run.file("daily/a.json", etl())
    run.file("daily/b.json", misspelt())
    run.file("daily/notes.yaml", "kind: Deployment\n")
    status, out, err = run(str(tmp_path))
    assert (status, len(out), err) == (1, 1, ["2 files, 1 error, 0 warnings"])


def test_a_folder_without_documents_cannot_be_read(run: Run, tmp_path: Path) -> None:
    status, _, err = run(str(tmp_path))
    assert (status, "it is a folder" in err[0]) == (2, True)


def test_files_and_variables_of_a_document(run: Run) -> None:
    load = node("load", rerunTimes="{{times}}")
    load["script"]["content"] = {"fn::readFile": "load.sql"}
    file = run.file("a.json", etl(nodes=[load], dependencies=[]))
    status, [line], _ = run(file)
    assert status == 1
    assert line.startswith(
        f'{file}:21:33: error: spec.workflows[0].nodes[0].script.content["fn::readFile"]: the file'
    )
    run.file("load.sql", "SELECT 1;")
    assert run(file)[0] == 0
    assert run(file, "--variable", "times=2")[0] == 0
    assert run(file, "--variable", "times=two")[0] == 1
    given = ("--variable", "times=2", "--variable", "x=1")
    status, _, [err, _] = run(file, *given)
    assert (status, "no {{x}} is here" in err) == (2, True)
    other = run.file("b.json", etl(nodes=[node("load", rerunTimes="{{x}}")], dependencies=[]))
    assert [run(file, other, *given)[0], run(other, *given)[0]] == [0, 2]


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert re.fullmatch(r"pulumi-dataworks \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_where_it_is_strict_a_warning_fails(run: Run) -> None:
    file = run.file("a.json", warned())
    assert (run(file)[0], run("--strict", file)[0]) == (0, 1)
