"""Every page: its links lead somewhere, its programs run, its documents are valid, its commands exist."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_resource_dataworks import cli
from pulumi_resource_dataworks.emulator import EmulatorSettings
from tests.support import mocked_programs
from tests.support.messages import GOLDEN
from tests.support.pages import Block, anchors, blocks, headings, links, pages, sentences, spans
from tests.support.repository import REPO

pytest_plugins = ["tests.support.examples"]

PROVIDER = REPO / "provider" / "pulumi_resource_dataworks"
SHELL = {"cd", "kill", "curl", "echo", "export", "git", "mkdir", "npm"}
OUR_PAGES = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs", "examples"}
LONGEST_SENTENCE = 30
RESOURCES = {"WorkflowDefinition", "WorkflowDeployment", "WorkflowRun", "Node", "Function", "FileResource"}
CHECKED = {"python", "json", "yaml", "sh", "mermaid", "typescript", "go", ""}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(REPO)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        where, _, anchor = link.partition("#")
        if "://" in where:
            continue
        target = page.parent / where if where else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_of_docs_is_in_the_index() -> None:
    index = REPO / "docs" / "index.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    registry = index.with_name("_index.md")  # the front page in Pulumi's registry
    assert set((REPO / "docs").glob("*.md")) - {index, registry} - linked == set()


def test_every_block_has_a_language_that_is_checked() -> None:
    fences = [
        line for page in pages() for line in re.findall(r"^```(.+)$", page.read_text("utf-8"), re.MULTILINE)
    ]
    assert set(fences) - CHECKED == set()


def test_no_sentence_is_long() -> None:
    """The README, docs, examples and the pages beside them: 30 words at most, a code span is one."""
    ours = [page for page in pages() if page.relative_to(REPO).parts[0] in OUR_PAGES]
    assert len(ours) > 30
    found = [
        f"{page.relative_to(REPO)}: {len(words)} words: {' '.join(words)}"
        for page in ours
        for words in map(str.split, sentences(page))
        if len(words) > LONGEST_SENTENCE
    ]
    assert found == []


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    """What became of the pages' programs in Python, by place."""
    programs = {str(block): block.text for block in blocks("python")}
    command = [sys.executable, mocked_programs.__file__]
    done = subprocess.run(command, input=json.dumps(programs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_runs_and_declares_valid_documents(block: Block, ran: dict[str, Any], tmp_path: Path) -> None:
    answer = ran[str(block)]
    assert answer["error"] == ""
    declared = re.findall(r"^(?:\w+ = )?dataworks\.WorkflowDefinition\(", block.text, re.MULTILINE)
    assert len(answer["documents"]) == len(declared)
    for document in answer["documents"]:
        validate(document, tmp_path)


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_parses_and_documents_are_valid(block: Block, tmp_path: Path) -> None:
    value = json.loads(block.text)
    if "kind" in value and "spec" in value:
        validate(value, tmp_path)
    if "switches" in value:
        (tmp_path / "settings.json").write_text(block.text, "utf-8")
        EmulatorSettings.from_file(tmp_path / "settings.json")


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_parses_and_documents_are_valid(block: Block, tmp_path: Path) -> None:
    value = yaml.safe_load(block.text)
    assert isinstance(value, dict)
    for resource in value.get("resources", {}).values():
        if resource["type"].startswith("alicloud:"):
            continue  # tests/engine/test_scope.py runs this program
        assert resource["type"].removeprefix("dataworks:") in RESOURCES
        if resource["type"].endswith(":WorkflowDefinition") and "spec" in resource["properties"].get(
            "spec", ()
        ):
            validate(resource["properties"]["spec"], tmp_path)


def validate(document: Any, folder: Path) -> None:
    """Asks `pulumi-dataworks validate`."""
    file = folder / "document.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    assert cli.main(["validate", str(file)]) == 0


@pytest.mark.parametrize("block", blocks("typescript", "go"), ids=str)
def test_code_of_another_language_is_compiled(block: Block) -> None:
    """It is compiled as one of the examples, or as one of the programs of tests/sdk."""
    pattern = {"typescript": "*.ts", "go": "*.go"}[block.language]
    folders = (REPO / "examples/retail/typescript", REPO / "examples/go", REPO / "tests/sdk/programs")
    programs = [program for folder in folders for program in folder.glob(pattern)]
    assert any(block.text in program.read_text("utf-8") for program in programs)


@pytest.mark.parametrize("block", blocks("mermaid"), ids=str)
def test_diagrams_are_whole(block: Block) -> None:
    head, *lines = (line.strip() for line in block.text.splitlines())
    opened = sum(line.split()[0] in {"subgraph", "loop", "alt"} for line in lines)
    assert opened == lines.count("end")
    if head == "sequenceDiagram":
        known = {line.split()[1] for line in lines if line.startswith("participant")}
        used = {name for line in lines for name in re.findall(r"^(\w+)-+>>(\w+):", line)}
        assert {name for pair in used for name in pair} == known
    else:
        assert head in {"flowchart LR", "flowchart TB"}
        assert all(
            re.search(r'--|-\.|^subgraph|^end$|^\w+\W+".*"\W+$|^class|^linkStyle', line) for line in lines
        )


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command of the shell blocks, and of what stands between backticks, with its place."""
    for block in blocks("sh"):
        for line in block.text.replace("\\\n", " ").splitlines():
            line = re.sub(r'^eval "\$\((.*)\)"$', r"\1", line)  # noqa: PLW2901
            for part in line.split(" && "):
                words = shlex.split(part, comments=True)
                if words:
                    yield str(block), [word for word in words if word != "&"]
    for page, text in spans():
        if re.match(r"(pulumi|pulumi-dataworks|make) [a-z]", text):
            yield str(page.relative_to(REPO)), shlex.split(text)


def test_commands_exist_with_their_options(engine: Path) -> None:
    wrong = []
    for place, (program, *words) in commands():
        name = program.rpartition("/")[2]
        if "=" in name or name in SHELL:
            fault = "" if name != "cd" or exists(words[0]) else "no such folder"
        elif name == "make":
            fault = unknown_target(words)
        elif name == "pulumi":
            fault = unknown_to_pulumi(engine, words)
        elif name == "pulumi-dataworks":
            fault = unknown_to_our_command(words)
        else:
            fault = "" if re.match(r"(pip|pip3|python3?|pytest)$", name) else "a command that nobody checks"
        if fault:
            wrong.append(f"{place}: {name} {' '.join(words)}: {fault}")
    assert wrong == []


def exists(folder: str) -> bool:
    return folder in {"pulumi-dataworks", "daily-orders"} or (REPO / folder).is_dir()


def unknown_target(words: list[str]) -> str:
    makefile = (REPO / "Makefile").read_text("utf-8")
    target = next((word for word in words if "=" not in word), "help")
    return "" if re.search(rf"^{target}:", makefile, re.MULTILINE) else "no such target"


def unknown_to_our_command(words: list[str]) -> str:
    """What our command does not take; a mere name of a command is asked for its help."""
    try:
        cli._parser().parse_args(words if len(words) > 1 else [*words, "--help"])
    except SystemExit as end:
        return "not what its parser takes" if end.code else ""
    return ""


def unknown_to_pulumi(engine: Path, words: list[str]) -> str:
    """What `pulumi` does not know: a command, or an option of it."""
    if words[0] == "do" and "dataworks:" in "".join(words[1:2]):
        return ""  # commands of the schema: tests/engine/test_do.py runs their page
    path: tuple[str, ...] = ()
    text = pulumi_help(engine, path)
    while " [command]" in text and len(path) < len(words) and not words[len(path)].startswith("-"):
        deeper = pulumi_help(engine, (*path, words[len(path)]))
        if usage(deeper) == usage(text):
            return f"there is no command {words[len(path)]}"
        path, text = (*path, words[len(path)]), deeper
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return ", ".join(option for option in options if not re.search(rf"(^|\s){option}\b", text))


def usage(text: str) -> str:
    return text.partition("Usage:")[2].strip().splitlines()[0]


@cache
def pulumi_help(engine: Path, path: tuple[str, ...]) -> str:
    """What the CLI says of a command."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = [str(engine / "pulumi"), *path, "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def texts() -> Iterator[str]:
    """Every text of the provider's code with "…" for what is filled in, every one of the tests, and the messages in tests."""
    yield from (text for reported in GOLDEN.values() for text in reported)
    for file in [*PROVIDER.rglob("*.py"), *(REPO / "tests").rglob("*.py")]:
        if file == Path(__file__):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_errors_of_the_page_are_ones_that_somebody_reads() -> None:
    known = list(texts())
    quoted = re.findall(
        r"^### `(.*)`$", (REPO / "docs" / "troubleshooting.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(quoted) > 30
    patterns = {text: re.compile(".*".join(map(re.escape, text.split("…"))), re.DOTALL) for text in quoted}
    assert [text for text, pattern in patterns.items() if not any(map(pattern.search, known))] == []


def test_troubleshooting_reports_no_error_twice() -> None:
    found = headings(REPO / "docs" / "troubleshooting.md")
    assert len(found) == len(set(found))
