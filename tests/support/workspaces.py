"""A workspace of the emulator to export: documents of the corpus, generated ones, and ones that are hard to write down."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.emulator import EmulatorServer
from pulumi_resource_dataworks.export._workspace import KEPT
from tests.support.corpus import TAKEN, loaded
from tests.support.documents import generate

Document = dict[str, Any]

BIZDATE = {
    "name": "bizdate",
    "artifactType": "Variable",
    "scope": "NodeParameter",
    "type": "System",
    "value": "$[yyyymmdd-1]",
}
SCRIPTS = {
    "trailing": "SELECT 1;\n\n",
    "no line break": "SELECT 1;",
    "CRLF": "SELECT 1;\r\nSELECT '${bizdate}';\r\n",
    "BOM": "\ufeffSELECT 1;\n",
    "tabs": "SELECT\t1\t;\n \t\n",
    "中文 节点": "SELECT '中文 😀 ${bizdate} $${x} {{jinja}} `tick` \\ \" %d';\n",
    "empty": "",
    "NUL": "SELECT '\x00\x7f\x85\u2028';\n",
    "CON": "SELECT 'a device of Windows';\n",
    "con.": "SELECT 'another one';\n",
    "../../etc/passwd": "SELECT 'not a path';\n",
    "/absolute": "SELECT 'nor this';\n",
    "workflow": '{"fn::readFile": "no.sql"}\n',
    "Same": "SELECT 'upper';\n",
    "same": "SELECT 'lower';\n",
    "a" * 300: "SELECT 'long';\n",
    "长" * 120: "SELECT 'long';\n",
}
"""Scripts whose text or whose node's name is hard on a file, by the node's name."""

HOSTILE = [
    *(
        "..",
        ".",
        "...",
        "../..",
        "../../outside",
        "a/../../outside",
        "/etc/hostname",
        "//host/share",
        "C:\\x",
        "..\\x",
    ),
    *(
        "CON",
        "nul.txt",
        "aux.",
        "com1",
        "LPT¹.sql",
        "PRN .x",
        "~",
        "-rf",
        "$HOME",
        "${x}",
        "`id`",
        "%s%n",
        "{0}",
    ),
    *(
        ".git",
        ".gitattributes",
        ".env",
        KEPT,
        "README.md",
        "workflow.json",
        "Pulumi.yaml",
        "node_modules",
    ),
    *(
        "a\0b",
        "a\nb",
        "a\rb",
        "\x1b[31mred",
        "\u202etxt.exe",
        "\u200b",
        "\ufdd0",
        "\ufeff",
        " ",
        "a ",
        "a.",
        '"',
        "'",
    ),
    *("a" * 300, "长" * 200, "/".join(["deep" * 20] * 60), "/".join("abc" * 30)),
]
"""Names that are hard on a file system, a terminal or a language."""


def public(files: Iterable[Path] = TAKEN) -> Iterator[Document]:
    """Every document of the corpus that an import takes, with IDs and a path that no other one has."""
    taken: set[str] = set()
    for path in files:
        if loaded(path)["kind"] == "TriggerWorkflow":  # no list of the service has these
            continue
        root = _complete(loaded(path), path.name)
        workflow = flowspec.workflow_of(root)
        if taken & _claims(root):
            ids = {str(workflow["id"]), *flowspec.node_ids(root)}
            root = flowspec.rename_ids(root, {one: _number(path.name, one) for one in sorted(ids)})
            workflow = flowspec.workflow_of(root)
            workflow["script"]["path"] = f"public/{_number(path.name)}/{workflow['name']}"
        assert not taken & _claims(root)
        taken |= _claims(root)
        yield root


def generated(count: int) -> Iterator[Document]:
    """Workflows of three to seven SQL nodes."""
    for number in range(count):
        name = f"generated_{number:03}"
        yield _complete(generate(3 + number % 5, name, seed=number), name)


def tricky() -> Iterator[Document]:
    """Documents with names, paths, scripts and values that some file system or language takes for something else."""
    yield workflow("scripts", [sql(name, text) for name, text in SCRIPTS.items()])
    for number, name in enumerate(
        ("on", "1.10", "null", "a: b # c", "- x", "${bizdate}", '"q" \\ `', "class")
    ):
        parameter = {**BIZDATE, "name": name, "value": f"{name} $${{x}} $ $$ ${{"}
        node = sql(name, "SELECT 1;\n")
        node["script"]["parameters"] = [parameter]
        yield workflow(name, [node], path=f"odd/{number}/{name}")
    for folder in ("sales", "Sales", "sales/sub", "销售/报表", "/".join(map(str, range(30)))):
        yield workflow("daily", [sql("report", "SELECT 1;\n")], path=f"{folder}/daily")
    yield workflow("by_hand", [sql("report", "SELECT 1;\n")], kind="ManualWorkflow")


def related() -> Iterator[Document]:
    """Workflows that depend on each other, by a node's ID and by an output with the workspace's name."""
    extract, named = sql("extract", "SELECT 1;\n"), sql("named", "SELECT 2;\n")
    output = {"artifactType": "NodeOutput", "refTableName": "orders"}
    named["outputs"] = {"nodeOutputs": [{**output, "data": "emulated_workspace.orders"}]}
    upstream = workflow("orders", [extract, named, sql("last", "SELECT 3;\n")])
    nodes = dict(flowspec.nodes_of(flowspec.workflow_of(upstream)))
    yield upstream
    first = {"type": "Normal", "output": nodes["extract"]["id"]}
    second = {"type": "Normal", "output": "emulated_workspace.orders"}
    root = {"type": "Normal", "output": "emulated_workspace_root"}
    waits = [{"nodeId": "report", "depends": [first, second, root, {"type": "Normal", "nodeId": "clean"}]}]
    downstream = [sql("clean", "SELECT 4;\n"), sql("report", "SELECT 5;\n")]
    yield workflow("a_report", downstream, dependencies=waits)


def beside() -> Iterator[Document]:
    """A file, a function that uses it, a node that waits for another one, and one that people start; no names are alike."""
    module = {"name": "masking.py", "type": "python", "script": script("udf/masking.py", "ODPS_PYTHON")}
    yield alone("Resource", module)
    mask = {"name": "mask", "type": "string", "className": "masking.Mask"}
    uses = [{"name": "masking.py"}]
    yield alone("Function", {**mask, "script": script("udf/mask", "ODPS_FUNCTION"), "fileResources": uses})
    named = {"data": "emulated_workspace.swept", "artifactType": "NodeOutput", "refTableName": "sweep"}
    vacuum, sweep = (
        {"name": name, "script": {**script(f"care/{name}", "ODPS_SQL"), "content": f"SELECT '{name}';\n"}}
        for name in ("vacuum", "sweep")
    )
    yield alone("Node", {**sweep, "outputs": {"nodeOutputs": [named]}})
    waits = [
        {"type": "Normal", "output": "emulated_workspace.swept"},
        {"type": "Normal", "output": "other.x"},
    ]
    yield alone("Node", {**vacuum, "fileResources": uses, "functions": [{"name": "mask"}]}, waits)
    by_hand = {"path": "care/tidy", "runtime": {"command": "DIDE_SHELL"}, "content": "date\n"}
    yield {**alone("Node", {"name": "tidy", "script": by_hand}), "scene": "DATAWORKS_MANUAL_TASK"}


def using(server: EmulatorServer) -> Document:
    """A workflow that uses what `beside` gives, of which some is named by IDs that the service has chosen."""
    ids = {one.body["name"]: one.workflow_id for one in server.emulator.objects()}
    node = {**sql("count", "SELECT mask(1);\n"), "functions": [{"name": "mask"}]}
    waits = [{"type": "Normal", "output": ids["vacuum"]}, {"type": "Normal", "output": ids["sweep"]}]
    return workflow("using", [node], dependencies=[{"nodeId": "count", "depends": waits}])


def script(path: str, command: str) -> Document:
    """A script without a text."""
    return {"path": path, "runtime": {"command": command}}


def alone(kind: str, held: Document, depends: list[Document] | None = None) -> Document:
    """A document of an object that stands beside workflows."""
    holder = {"Node": "nodes", "Function": "functions", "Resource": "fileResources"}[kind]
    waits = {"dependencies": [{"nodeId": held["name"], "depends": depends}]} if depends else {}
    return {"version": "1.1.0", "kind": kind, "spec": {holder: [held], **waits}}


def sql(name: str, content: str) -> Document:
    """A node that is a SQL statement."""
    return {"name": name, "script": {"runtime": {"command": "ODPS_SQL"}, "content": content}}


def workflow(
    name: str,
    nodes: list[Document],
    *,
    path: str | None = None,
    kind: str = "CycleWorkflow",
    dependencies: list[Document] | None = None,
) -> Document:
    """A whole document, with IDs."""
    body: Document = {"name": name, "nodes": nodes, "dependencies": dependencies or []}
    body["script"] = {"path": path or name, "runtime": {"command": "WORKFLOW"}}
    for node in nodes:  # a read-back has the path that was sent, whatever is in it
        node["script"].setdefault("path", f"{path or name}/{node['name']}")
    return _complete({"version": "1.1.0", "kind": kind, "spec": {"workflows": [body]}}, path or name)


def load(server: EmulatorServer, documents: Iterable[Document]) -> None:
    """Imports documents into the emulator's first workspace; those of other objects are created."""
    asyncio.run(_load(server, documents))


def settings(server: EmulatorServer) -> openapi.Settings:
    """How to call the emulator as fast as it can."""
    account = server.emulator.account
    return openapi.Settings(
        endpoint=server.endpoint,
        access_key=account.access_key,
        secret_key=account.secret_key,
        calls_per_second=10_000,
    )


async def _load(server: EmulatorServer, documents: Iterable[Document]) -> None:
    client = openapi.Client(settings(server))
    try:
        created = {"Node": client.nodes, "Function": client.functions, "Resource": client.file_resources}
        for document in documents:
            if document["kind"] in created:
                scene = document.get("scene", "DATAWORKS_PROJECT")
                more = {"Scene": scene} if document["kind"] == "Node" else {}
                text = flowspec.canonical({key: item for key, item in document.items() if key != "scene"})
                await created[document["kind"]].create(server.emulator.project.project_id, text, more)
                continue
            job = await client.import_workflow_definition(
                server.emulator.project.project_id, flowspec.canonical(document)
            )
            while not (status := await client.get_job_status(job.id)).ended:  # noqa: ASYNC110 - at once
                await asyncio.sleep(0.01)
            assert status.succeeded, status.error
    finally:
        await client.aclose()


def _complete(root: Document, seed: str) -> Document:
    return flowspec.complete(root, lambda name: _number(seed, name))


def _number(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return str(2**62 + int.from_bytes(digest[:7], "big"))


def _claims(root: Document) -> set[str]:
    body = flowspec.workflow_of(root)
    return {str(body["id"]), *flowspec.node_ids(root), f"path {body['script']['path']}"}
