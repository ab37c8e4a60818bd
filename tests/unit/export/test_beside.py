"""Nodes, functions and files in an export: as `pulumi import` reads them, and named by what uses them."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec, lifecycle, openapi
from pulumi_resource_dataworks.document_file import read_document
from pulumi_resource_dataworks.emulator import EmulatorServer, Fault
from pulumi_resource_dataworks.export._assemble import Project, assemble
from pulumi_resource_dataworks.export._kinds import FILE, FUNCTION, KINDS, NODE, Kind
from pulumi_resource_dataworks.export._workspace import ExportRequest, Listed, Workspace
from tests.support.messages import Messages
from tests.support.sdks import SCHEMA
from tests.support.workspaces import HOSTILE, alone, beside, load, script, settings, sql, using, workflow

Run = Callable[..., int]
FOLDERS = {
    "masking.py": "files/udf/masking.py/file.json",
    "mask": "functions/udf/mask/function.json",
    "vacuum": "nodes/care/vacuum/node.json",
    "sweep": "nodes/care/sweep/node.json",
    "tidy": "tasks/care/tidy/task.json",
}
NAMED = {"mask": "mask", "masking_py": "masking.py"}


class Silent:
    """Reports nothing."""

    def status(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...


@pytest.fixture
def studio(server: EmulatorServer) -> EmulatorServer:
    """DataWorks with one of each, and a workflow that uses them."""
    load(server, beside())
    load(server, [using(server)])
    return server


def exported(out: Path, name: str) -> dict[str, Any]:
    """The document that the program reads for an object."""
    file = out / FOLDERS[name]
    given = {key: value for key, value in NAMED.items() if f"{{{{{key}}}}}" in file.read_text("utf-8")}
    return read_document(file, given).root


async def imported(server: EmulatorServer) -> dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """What `pulumi import` reads of each object, by name: its resource, its ID, its inputs and its outputs."""
    client, found = openapi.Client(settings(server)), {}
    for one in server.emulator.objects():
        [kind] = [kind for kind in KINDS if kind.of and kind.of.form.kind == one.kind and not kind.scene]
        assert kind.of is not None
        context = lifecycle.Context("urn", client, Silent())
        both = await lifecycle.StudioObjects(kind.of).read(context, f"10001/{one.workflow_id}", {}, {})
        assert both is not None
        found[str(one.body["name"])] = kind.resource, one.workflow_id, *both
    await client.aclose()
    return found


@pytest.mark.parametrize("noise", ["usual", "worst"])
def test_each_is_declared_as_an_import_declares_it(
    studio: EmulatorServer, run: Run, tmp_path: Path, noise: str
) -> None:
    studio.emulator.switch(read_back_noise=noise)
    assert run() == 0
    listed = json.loads((tmp_path / "out/import.json").read_text("utf-8"))["resources"]
    ids = {one["name"]: (one["type"], one["id"]) for one in listed}
    steps = {kind.resource: lifecycle.StudioObjects(kind.of) for kind in KINDS if kind.of}
    for name, (resource, own, inputs, outputs) in asyncio.run(imported(studio)).items():
        assert ids[name] == (f"dataworks:index:{resource}", f"10001/{own}")
        document = exported(tmp_path / "out", name)
        scene = {"scene": "DATAWORKS_MANUAL_TASK"} if name == "tidy" else {}
        assert inputs == {**inputs, **scene, "projectId": 10001}
        given = {"projectId": 10001, "spec": document, **scene}
        checked = steps[resource].check("urn", given, inputs)
        assert (checked.failures, inputs.keys() - given.keys()) == ([], set())
        change = lifecycle.Change(f"10001/{own}", inputs, outputs, checked.inputs)
        assert not steps[resource].diff("urn", change).changes
        if noise == "usual":
            assert document == inputs["spec"]


def test_what_it_costs(studio: EmulatorServer, run: Run) -> None:
    before = Counter(call.action for call in studio.emulator.calls)
    assert run() == 0
    after = Counter(call.action for call in studio.emulator.calls)
    assert after - before == {
        "ListWorkflowDefinitions": 2,
        "ListNodes": 2,  # all, and those that people start
        "ListFunctions": 1,
        "ListResources": 1,
        "GetWorkflowDefinition": 1,
        "GetNode": 3,
        "GetFunction": 1,
        "GetResource": 1,
    }


@pytest.mark.parametrize(
    ("language", "file", "lines"),
    [
        (
            "python",
            "__main__.py",
            ['files["masking.py"].name', 'functions["mask"].name', 'nodes["vacuum"].output'],
        ),
        (
            "typescript",
            "index.ts",
            ['files["masking.py"].name', 'functions["mask"].name', 'nodes["vacuum"].output'],
        ),
        ("go", "main.go", ['fileOutput("masking.py")', 'udfOutput("mask")', 'nodeOutput("vacuum")']),
        (
            "yaml",
            "Pulumi.yaml",
            [r'"${[\"masking.py\"].name}"', r'"${[\"mask\"].name}"', r'"${[\"vacuum\"].output}"'],
        ),
    ],
)
@pytest.mark.parametrize("flags", [[], ["--portable"]])
@pytest.mark.usefixtures("studio")
def test_what_one_names_of_another_is_its_output(
    run: Run, tmp_path: Path, language: str, file: str, lines: list[str], flags: list[str]
) -> None:
    assert run(*flags, language=language) == 0
    program = (tmp_path / "out" / file).read_text("utf-8")
    given = set(re.findall(r'^ *"?(\w+)"?: (.*[^,]),?$', program, re.MULTILINE))
    assert given >= set(zip(("masking_py", "mask", "vacuum"), lines, strict=True))
    assert ("DATAWORKS_MANUAL_TASK" in program, "content" in program) == (True, bool(flags))
    if language != "yaml":  # each is made before what names it
        order = [
            program.index(f'"{name}", "{Path(FOLDERS[name]).parent}"')
            for name in ("masking.py", "mask", "vacuum")
        ]
        assert [*order, program.index('"using", "workflows/using"')] == sorted(
            [*order, program.index('"using", "')]
        )
    document = (tmp_path / "out/workflows/using/workflow.json").read_text("utf-8")
    assert '"name": "{{mask}}"' in document
    assert '"output": "{{vacuum}}"' in document


def test_what_is_not_exported_is_named_as_it_is(studio: EmulatorServer, run: Run, tmp_path: Path) -> None:
    own = {str(one.body["name"]): one.workflow_id for one in studio.emulator.objects()}
    assert run("--kind", "function", "--kind", "workflow") == 0
    out = tmp_path / "out"
    assert '"name": "masking.py"' in (out / FOLDERS["mask"]).read_text("utf-8")
    assert own["vacuum"] in (out / "workflows/using/workflow.json").read_text("utf-8")
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["functions", "workflows"]
    assert "--all --kind workflow --kind function --language python" in (out / "README.md").read_text("utf-8")
    assert not {"ListNodes", "GetNode", "GetResource"} & {
        call.action for call in studio.emulator.calls if call.action.startswith(("List", "Get"))
    }


@pytest.mark.usefixtures("studio")
def test_a_name_chooses_among_all(run: Run, tmp_path: Path) -> None:
    assert run("--name", "mask*") == 0
    listed = json.loads((tmp_path / "out/import.json").read_text("utf-8"))["resources"]
    assert [one["name"] for one in listed] == ["masking.py", "mask"]


@pytest.mark.usefixtures("studio")
def test_the_readme_says_what_becomes_of_files(run: Run, tmp_path: Path) -> None:
    run()
    run("--portable", out="portable")
    here, there = ((tmp_path / out / "README.md").read_text("utf-8") for out in ("out", "portable"))
    assert "no import and no `pulumi up` uploads anything" in here
    assert "declares 1 workflow, 3 nodes, 1 function, 1 file resource" in here
    assert "- `files/udf/masking.py/content`: udf/masking.py" in there
    assert "(9 calls)" in here  # one for each of the six, and one more for each of the three nodes


@pytest.mark.usefixtures("studio")
def test_the_readme_names_a_place_as_the_document_has_it(run: Run, tmp_path: Path) -> None:
    assert run("--portable") == 0
    readme = (tmp_path / "out/README.md").read_text("utf-8")
    assert "sweep, spec.nodes[0].outputs.nodeOutputs[0].data" in readme
    assert "spec.workflows" not in readme


def test_a_portable_document_has_no_id(studio: EmulatorServer, run: Run, tmp_path: Path) -> None:
    for one in studio.emulator.objects():
        document = json.loads(json.dumps(one.document))
        held = next(iter(document["spec"].values()))[0]
        for used in held.get("fileResources", []) if one.kind != "Resource" else ():
            used["id"] = "7000000000000000007"
        studio.emulator.edit(one.workflow_id, document)
    assert run("--portable") == 0
    for name, file in FOLDERS.items():
        text = (tmp_path / "out" / file).read_text("utf-8")
        assert not re.findall(r"[0-9]{15,}", text), name
    assert '"{{projectIdentifier}}.swept"' in (tmp_path / "out" / FOLDERS["sweep"]).read_text("utf-8")


def waiting(name: str, other: str) -> dict[str, Any]:
    """A node that waits for another one."""
    output = {"data": f"x.{name}", "artifactType": "NodeOutput", "refTableName": name}
    node = {
        **sql(name, "SELECT 1;\n"),
        "outputs": {"nodeOutputs": [output]},
        "id": f"70000000000000000{ord(name[0])}",
    }
    node["script"]["path"] = name
    depends = [{"type": "CrossCycleDependsOnOtherNode", "output": f"x.{other}"}]
    return alone("Node", node, depends)


def made(*specs: tuple[Kind, dict[str, Any] | str], portable: bool = False) -> Project:
    """A project of these documents, of objects whose IDs are 0, 1, ..., as the lists name them w0, w1, ..."""
    listed: list[Listed] = []
    texts: dict[str, str] = {}
    for number, (kind, spec) in enumerate(specs):
        own = (
            next(iter(spec["spec"].values()))[0].get("id", str(number))
            if isinstance(spec, dict)
            else str(number)
        )
        listed.append(Listed(openapi.StudioObject(id=own, name=f"w{number}"), kind))
        texts[listed[-1].key] = spec if isinstance(spec, str) else flowspec.canonical(spec)
    return assemble(Workspace(listed, texts), ExportRequest(10001, "python", portable, "*"), None)


def test_nodes_that_wait_for_each_other_name_no_output(tmp_path: Path) -> None:
    pair = (NODE, waiting("a", "b")), (NODE, waiting("b", "a"))
    project = made(*pair, (NODE, waiting("c", "a")))
    assert (project.members, project.left_out) == ("3 nodes", {})
    assert b'"output": "x.b"' in project.files["nodes/a/node.json"]
    assert b'"output": "{{a}}"' in project.files["nodes/c/node.json"]
    assert made(*pair, (NODE, waiting("c", "a")), portable=True).left_out.keys() == {"a", "b"}
    assert not list(tmp_path.iterdir())


def test_a_node_whose_output_is_called_as_its_function_names_that_function() -> None:
    node = waiting("mask", "mask")
    node["spec"]["nodes"][0] |= {"functions": [{"name": "x.mask"}], "id": "7"}
    function = {
        "name": "x.mask",
        "type": "string",
        "className": "m.M",
        "script": script("f", "ODPS_FUNCTION"),
    }
    project = made((NODE, node), (FUNCTION, alone("Function", function)))
    [written] = json.loads(project.files["nodes/mask/node.json"])["spec"]["nodes"]
    assert written["functions"] == [{"name": "{{f}}"}]


@pytest.mark.parametrize(
    "spec",
    [
        "",
        '{"kind": "Function"}',
        '{"kind": "Function", "spec": []}',
        '{"kind": "Function", "spec": {"functions": []}}',
        '{"kind": "Function", "spec": {"functions": [{"id": "0"}]}}',
        '{"kind": "Function", "spec": {"functions": [{"name": "x", "script": 1, "armResource": {"fn::x": 1}}]}}',
    ],
)
def test_what_cannot_be_read_is_left_out(spec: str, messages: Messages) -> None:
    module = alone("Resource", {"name": "m.py", "type": "python", "script": script("m.py", "ODPS_PYTHON")})
    project = made((FUNCTION, spec), (FILE, module))
    assert project.members == "1 file resource"
    messages(*project.left_out.values())
    [kept] = [content for path, content in project.files.items() if path.startswith("left-out/")]
    assert kept.decode() == spec


def test_a_node_that_another_document_holds_is_declared_there_alone() -> None:
    inner = {**sql("inner", "SELECT 1;\n"), "id": "7000000000000000001"}
    loop = {"name": "loop", "id": "7000000000000000002", "script": script("loop", "CONTROLLER_TRAVERSE")}
    loop["for-each"] = {"nodes": [inner], "maxIterations": 5}
    project = made((NODE, alone("Node", loop)), (NODE, alone("Node", inner)))
    assert (project.members, project.left_out) == ("1 node", {})


def test_a_node_that_only_its_document_shows_in_a_workflow_is_none_of_ours(
    server: EmulatorServer, run: Run, tmp_path: Path
) -> None:
    node = sql("astray", "SELECT 1;\n")
    node["script"]["path"] = "elsewhere/astray"
    load(server, [workflow("daily", [node])])
    assert run() == 0
    assert [call.action for call in server.emulator.calls].count("GetNode") == 1
    assert not (tmp_path / "out/nodes").exists()
    assert not (tmp_path / "out/left-out").exists()


def test_two_of_one_name_are_distinguished_by_their_kind() -> None:
    function = {
        "name": "mask",
        "type": "string",
        "script": script("mask", "ODPS_FUNCTION"),
        "className": "m.Mask",
    }
    module = {"name": "mask", "type": "jar", "script": script("mask", "ODPS_JAR")}
    project = made((FUNCTION, alone("Function", function)), (FILE, alone("Resource", module)))
    names = {one["name"] for one in json.loads(project.files["import.json"])["resources"]}
    assert names == {"function-mask", "file-resource-mask"}


def test_a_stopped_run_goes_on_with_all_kinds(studio: EmulatorServer, run: Run, tmp_path: Path) -> None:
    studio.emulator.add_fault(Fault("GetResource", times=100, status=429, code="Throttling.Api.Risk"))
    assert run() == 1
    studio.emulator.clear_faults()
    before = Counter(call.action for call in studio.emulator.calls)
    assert run() == 0
    after = Counter(call.action for call in studio.emulator.calls) - before
    assert {action: count for action, count in after.items() if action.startswith("Get")} == {
        "GetResource": 1
    }
    assert (tmp_path / "out" / FOLDERS["masking.py"]).exists()


def test_one_that_the_service_refuses_to_give_does_not_stop_the_rest(
    studio: EmulatorServer, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.emulator.add_fault(Fault("GetFunction", status=400, code="12345", message="No luck."))
    assert run() == 1
    assert re.search(r"left out: udf/mask\n .*No luck\.", capsys.readouterr().err)
    assert (tmp_path / "out" / FOLDERS["vacuum"]).exists()
    assert '"name": "mask"' in (tmp_path / "out" / FOLDERS["vacuum"]).read_text("utf-8")


@pytest.mark.usefixtures("studio")
def test_go_gives_a_choice_the_type_that_the_sdk_takes(run: Run, tmp_path: Path) -> None:
    """Go alone refuses a text there; that the whole program compiles is seen at night."""
    assert run(language="go") == 0
    program = (tmp_path / "out/main.go").read_text("utf-8")
    resources, choices = json.loads(SCHEMA.read_text("utf-8"))["resources"], []
    for resource, inputs in re.findall(r"dataworks\.New(\w+)\(.*\n((?:\t\t\w+: .*\n)+)", program):
        properties = resources[f"dataworks:index:{resource}"]["inputProperties"]
        for name, value in re.findall(r"(\w+): +(.*),\n", inputs):
            of_schema = properties[name[0].lower() + name[1:]]
            if reference := of_schema.get("$ref", "").rpartition("dataworks:index:")[2]:
                choices.append((reference, value))
    assert choices == [("NodeScene", 'dataworks.NodeScene("DATAWORKS_MANUAL_TASK")')]


@pytest.mark.parametrize("name", HOSTILE, ids=[ascii(name)[:30] for name in HOSTILE])
def test_whatever_one_is_called_its_files_are_its_own(name: str) -> None:
    """A node, a function and two files of one name: the content of one is not the folder of the other."""
    node = {**sql(name, "SELECT 1;\n"), "id": "1"}
    node["script"]["path"] = f"{name}/{name}"
    function = {"name": name, "type": "string", "className": "m.M", "script": script(name, "ODPS_FUNCTION")}
    module = {"name": name, "type": "jar", "script": script(f"{name}/{name}", "ODPS_JAR")}
    inside = {"name": "m", "type": "jar", "script": script(f"{name}/{name}/content/m", "ODPS_JAR")}
    specs = (NODE, alone("Node", node)), (FUNCTION, alone("Function", function))
    files = (FILE, alone("Resource", module)), (FILE, alone("Resource", inside))
    project = made(*specs, *files, portable=True)
    written = [
        *project.files,
        *re.findall("^- `(files/.*/content)`: ", project.files["README.md"].decode(), re.MULTILINE),
    ]
    assert all(not {"..", "."} & {*path.split("/")} and not path.startswith("/") for path in written)
    folded = [path.casefold() for path in written]
    assert len({*folded}) == len(folded)
    assert not [one for one in folded for other in folded if other.startswith(f"{one}/")]
    assert sum(int(number) for number in re.findall(r"(\d+) ", project.members)) + len(project.left_out) == 4
    compile(project.files["__main__.py"], "__main__.py", "exec")


def test_a_workflow_may_be_called_content(server: EmulatorServer, run: Run, tmp_path: Path) -> None:
    load(server, [workflow("content", [sql("a", "SELECT 1;\n")])])
    assert run() == 0
    assert (tmp_path / "out/workflows/content/workflow.json").exists()
