"""The life of a file and of a function that uses it, through the real CLI."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.emulator import Fault
from tests.support.messages import Messages
from tests.support.objects import node_document
from tests.support.stacks import Stack, resources_in, started_plugin

MODULE = "class Mask:\n    def evaluate(self, text):\n        return '***'\n"


def declare(
    stack: Stack, *, file: dict[str, Any] | None = None, function: dict[str, Any] | None = None
) -> None:
    """Writes the program with a file and a function that uses it, each with other inputs."""
    if not (stack.folder / "masking.py").exists():
        write(stack, MODULE)
    own = {"projectId": stack.project_id, "name": "masking.py", "path": "udf/masking.py", "type": "python"}
    module = {**own, "content": {"fn::fileAsset": str(stack.folder / "masking.py")}, **(file or {})}
    mask = {"projectId": stack.project_id, "name": "mask", "type": "string", "className": "masking.Mask"}
    mask |= {"fileResources": ["${module.name}"], **(function or {})}
    stack.declare(
        {
            "mask": {"type": "dataworks:Function", "properties": mask},
            "module": {
                "type": "dataworks:FileResource",
                "properties": {k: v for k, v in module.items() if v is not None},
            },
        },
        {
            "fileId": "${module.fileResourceId}",
            "functionId": "${mask.functionId}",
            "digest": "${module.digest}",
        },
    )


def write(stack: Stack, text: str) -> None:
    (stack.folder / "masking.py").write_text(text, "utf-8")


def made(stack: Stack, kind: str) -> dict[str, Any]:
    """The one object of a kind that the service holds."""
    holder = {"Resource": "fileResources", "Function": "functions"}[kind]
    [held] = [one for one in stack.emulator.objects() if one.kind == kind]
    found: dict[str, Any] = held.document["spec"][holder][0]
    return found


def stored(stack: Stack) -> str:
    """The hash of the content of the one file that the service holds."""
    [held] = [one for one in stack.emulator.objects() if one.kind == "Resource"]
    assert held.file is not None
    return held.file.sha256


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def live(stack: Stack) -> Stack:
    """A stack whose file and function are up."""
    declare(stack)
    stack.up()
    return stack


def test_an_edit_of_an_ignored_input_stays_through_an_update_without_a_refresh(live: Stack) -> None:
    [held] = [one for one in live.emulator.objects() if one.kind == "Function"]
    document = json.loads(json.dumps(held.document))
    document["spec"]["functions"][0]["className"] = "masking.Other"
    live.emulator.edit(held.workflow_id, document)
    declare(live, function={"type": "math"})
    program = json.loads(live.program_file.read_text("utf-8"))
    program["resources"]["mask"]["options"] = {"ignoreChanges": ["className"]}
    live.program_file.write_text(json.dumps(program), "utf-8")
    assert "overwrites" not in live.up().output
    mask = made(live, "Function")
    assert (mask["type"], mask["className"]) == ("math", "masking.Other")
    assert "3 unchanged" in live.preview("--refresh").output
    declare(live, function={"type": "math"})
    assert "className" in live.preview("--diff").output


def test_the_file_comes_first_and_is_uploaded_once(live: Stack) -> None:
    actions = [
        call.action for call in live.emulator.calls if call.action.startswith(("Create", "Auth", "Post"))
    ]
    assert (
        actions.index("AuthorizeFileUpload")
        < actions.index("CreateResource")
        < actions.index("CreateFunction")
    )
    assert (live.calls("CreateResource"), live.calls("CreateFunction")) == (1, 1)
    assert live.output("fileId") == made(live, "Resource")["id"]
    assert made(live, "Function")["fileResources"] == [{"name": "masking.py"}]
    assert made(live, "Resource")["script"]["runtime"]["command"] == "ODPS_PYTHON"
    assert stored(live) == sha256(MODULE)
    live.is_quiet()


def test_a_second_up_makes_no_call(live: Stack) -> None:
    before = live.calls()
    assert "3 unchanged" in live.preview().output
    assert "3 unchanged" in live.up().output
    assert live.calls() == before


@pytest.mark.starts_plugin
def test_a_relative_path_begins_in_the_folder_of_the_program(stack: Stack) -> None:
    declare(stack, file={"content": {"fn::fileAsset": "masking.py"}})
    stack.up()
    assert stored(stack) == sha256(MODULE)


def test_a_changed_file_is_uploaded_again(live: Stack) -> None:
    own, digest = live.output("fileId"), live.output("digest")
    write(live, MODULE + "# now\n")
    shown = live.preview("--diff")
    assert "1 to update" in shown.output
    assert "1 updated" in live.up().output
    assert stored(live) == sha256(MODULE + "# now\n")
    assert (live.output("fileId"), live.calls("CreateResource")) == (own, 1)
    assert live.output("digest") != digest
    live.is_quiet()


def test_a_text_is_a_content_too(stack: Stack) -> None:
    declare(stack, file={"content": {"fn::stringAsset": "x = 1\n"}})
    stack.up()
    assert stored(stack) == sha256("x = 1\n")
    stack.is_quiet()


def test_an_upload_is_tried_again(stack: Stack) -> None:
    stack.emulator.add_fault(Fault("PostObject", status=429, code="TooManyRequests"))
    stack.emulator.add_fault(Fault("PostObject", nth=2, status=503))
    stack.emulator.add_fault(Fault("PostObject", nth=3, reset=True))
    expired = "Invalid according to Policy: Policy expired."
    stack.emulator.add_fault(Fault("PostObject", nth=4, status=403, code="AccessDenied", message=expired))
    declare(stack)
    stack.up()
    assert (stack.calls("PostObject"), stack.calls("AuthorizeFileUpload")) == (5, 5)
    assert (stored(stack), stack.calls("CreateResource")) == (sha256(MODULE), 1)


def test_an_upload_ends_with_the_time_of_its_step(stack: Stack) -> None:
    stack.emulator.add_fault(Fault("PostObject", times=1000, status=429, code="TooManyRequests"))
    program = {"type": "dataworks:FileResource", "options": {"customTimeouts": {"create": "3s"}}}
    inputs = {"name": "a.py", "type": "python", "content": {"fn::stringAsset": "x = 1\n"}}
    stack.declare({"file": {**program, "properties": {"projectId": stack.project_id, **inputs}}})
    assert "the step's time is up" in stack.up(ok=False).output
    assert (stack.calls("CreateResource"), stack.emulator.objects()) == (0, [])
    stack.emulator.clear_faults()
    stack.up()
    assert stored(stack) == sha256("x = 1\n")


def test_an_address_is_compared_without_its_signature(stack: Stack) -> None:
    declare(
        stack, file={"content": None, "contentUrl": "https://b.oss-cn-shanghai.aliyuncs.com/m.py?Signature=1"}
    )
    stack.up()
    declare(
        stack, file={"content": None, "contentUrl": "https://b.oss-cn-shanghai.aliyuncs.com/m.py?Signature=2"}
    )
    assert "3 unchanged" in stack.up().output
    declare(
        stack, file={"content": None, "contentUrl": "https://b.oss-cn-shanghai.aliyuncs.com/n.py?Signature=2"}
    )
    assert "1 updated" in stack.up().output


def test_inputs_of_a_function_are_updated_in_place(live: Stack) -> None:
    own = live.output("functionId")
    declare(live, function={"className": "masking.Hide", "path": "udf/mask"})
    assert "changes" in live.preview().output
    assert "1 updated" in live.up().output
    found = made(live, "Function")
    assert (found["id"], found["className"], found["script"]["path"]) == (own, "masking.Hide", "udf/mask")
    live.is_quiet()


def test_another_name_of_the_file_goes_on_to_the_function(live: Stack) -> None:
    own = live.output("fileId")
    declare(live, file={"name": "hiding.py", "path": "udf/hiding.py"})
    assert "2 updated" in live.up().output
    assert (made(live, "Resource")["id"], made(live, "Resource")["name"]) == (own, "hiding.py")
    assert made(live, "Function")["fileResources"] == [{"name": "hiding.py"}]
    live.is_quiet()


def test_drift_of_short_inputs_is_shown_by_their_names(live: Stack) -> None:
    [held] = [one for one in live.emulator.objects() if one.kind == "Function"]
    document = json.loads(json.dumps(held.document))
    document["spec"]["functions"][0]["className"] = "theirs.Mask"
    live.emulator.edit(held.workflow_id, document)
    assert "mask: has drifted: className" in live.refresh().output
    assert '"theirs.Mask" => "masking.Mask"' in live.preview("--diff").output
    live.up()
    assert made(live, "Function")["className"] == "masking.Mask"
    live.is_quiet()


def test_a_file_of_another_type_is_another_one(live: Stack) -> None:
    declare(live, file={"type": "file"})
    assert "1 replaced" in live.up().output
    assert made(live, "Resource")["type"] == "file"


@pytest.mark.parametrize("action", ["AuthorizeFileUpload", "CreateResource", "CreateFunction"])
def test_a_lost_answer_makes_nothing_twice(stack: Stack, action: str) -> None:
    stack.emulator.add_fault(Fault(action, when="after", reset=True))
    declare(stack)
    stack.up()
    assert (stored(stack), made(stack, "Function")["name"]) == (sha256(MODULE), "mask")
    stack.is_quiet()


def test_both_are_imported(live: Stack) -> None:
    file_id, function_id = live.output("fileId"), live.output("functionId")
    live.run(
        "state",
        "delete",
        "--yes",
        "--target-dependents",
        *[one["urn"] for one in live.state() if "FileResource" in one["type"]],
    )
    live.declare({})
    for kind, own in (("FileResource", file_id), ("Function", function_id)):
        reported = live.run(
            "import", f"dataworks:index:{kind}", kind.lower(), f"{live.project_id}/{own}", "--yes"
        ).output
        assert "1 imported" in reported
        assert "masking" in reported


def test_a_file_whose_content_is_nowhere_else_is_not_replaced(live: Stack, messages: Messages) -> None:
    """What was imported has no content in the program, and no answer gives it out."""
    own = live.output("fileId")
    live.destroy("--target", *[one["urn"] for one in live.state() if "Function" in one["type"]])
    live.run(
        "state", "delete", "--yes", *[one["urn"] for one in live.state() if "FileResource" in one["type"]]
    )
    live.declare({})
    code, token = live.folder / "code.yaml", "dataworks:index:FileResource"
    arguments = ("--yes", "--protect=false", "--out", str(code))
    live.run("import", token, "module", f"{live.project_id}/{own}", *arguments)
    spec = resources_in(code.read_text("utf-8"))["module"]["properties"]["spec"]
    held = spec["spec"]["fileResources"][0]
    held["datasource"]["name"] = "lake"
    inputs = {"projectId": live.project_id, "spec": spec}
    live.declare({"module": {"type": "dataworks:FileResource", "properties": inputs}})
    live.up()
    held |= {"type": "file", "script": {"path": "udf/masking.py", "runtime": {"command": "ODPS_FILE"}}}
    live.declare({"module": {"type": "dataworks:FileResource", "properties": inputs}})
    reported = live.up(ok=False)
    messages([line for line in reported.output.splitlines() if "error: spec" in line][-1:])
    assert (made(live, "Resource")["id"], stored(live)) == (own, sha256(MODULE))
    inputs["content"] = {"fn::fileAsset": str(live.folder / "masking.py")}
    live.declare({"module": {"type": "dataworks:FileResource", "properties": inputs}})
    assert "1 replaced" in live.up().output
    assert (made(live, "Resource")["type"], stored(live)) == ("file", sha256(MODULE))


@pytest.mark.parametrize("first", [False, True])
def test_one_that_the_program_replaces_at_another_place_leaves_nothing_behind(
    stack: Stack, first: bool
) -> None:
    for name in ("mask", "hide"):
        inputs = {"projectId": stack.project_id, "name": name, "type": "string", "className": "a.B"}
        options = {"replaceOnChanges": ["name"], "deleteBeforeReplace": first}
        stack.declare({"own": {"type": "dataworks:Function", "properties": inputs, "options": options}})
        stack.up()
        assert made(stack, "Function")["name"] == name
    stack.is_quiet()


def test_what_an_interrupted_replacement_has_not_deleted_yet_is_not_the_live_one(stack: Stack) -> None:
    """A forced replacement takes its own object over: killed before its delete, it leaves a second entry for the same."""

    def declare_as(name: str) -> None:
        inputs = {"projectId": stack.project_id, "name": name, "type": "string", "className": "a.B"}
        stack.declare({"own": {"type": "dataworks:Function", "properties": inputs}})

    declare_as("mask")
    stack.up()
    file = stack.folder / "state.json"
    stack.run("stack", "export", "--file", str(file))
    state = json.loads(file.read_text("utf-8"))
    resources = state["deployment"]["resources"]
    [own] = [one for one in resources if one["type"].endswith(":Function")]
    resources.append({**own, "delete": True})
    file.write_text(json.dumps(state), "utf-8")
    stack.run("stack", "import", "--file", str(file))
    declare_as("hide")
    stack.up()
    assert made(stack, "Function")["name"] == "hide"
    stack.is_quiet()


def test_one_that_was_adopted_before_its_own_resource_left_its_place_is_not_overwritten(
    stack: Stack, messages: Messages
) -> None:
    """The engine comes to the resource that adopts first, as the other one waits for a third."""

    def function(name: str, class_name: str, **options: Any) -> dict[str, Any]:
        inputs = {"projectId": stack.project_id, "name": name, "type": "string", "className": class_name}
        adopt = {} if options else {"adopt": True}
        return {"type": "dataworks:Function", "properties": {**inputs, **adopt}, "options": options}

    stack.declare({"own": function("mask", "a.Own")})
    stack.up()
    third = {"projectId": stack.project_id, "spec": node_document()}
    stack.emulator.add_fault(Fault("CreateNode", delay_seconds=2))
    resources = {
        "third": {"type": "dataworks:Node", "properties": third},
        "own": function("hide", "a.Own", dependsOn=["${third}"]),
        "other": function("mask", "a.Other"),
    }
    stack.declare(resources)
    reported = stack.up(ok=False)
    own = made(stack, "Function")["id"]
    messages([line for line in reported.output.splitlines() if "    error: urn" in line][-1:], own=own)
    assert (made(stack, "Function")["name"], made(stack, "Function")["className"]) == ("mask", "a.Other")
    [other] = [one["urn"] for one in stack.state() if one["urn"].endswith("::other")]
    stack.run("state", "delete", "--yes", other)
    resources["other"]["options"] = {"dependsOn": ["${own}"]}
    stack.declare(resources)
    stack.up()
    held = {
        one.body["name"]: one.body["className"] for one in stack.emulator.objects() if one.kind == "Function"
    }
    assert held == {"hide": "a.Own", "mask": "a.Other"}


def test_a_field_that_left_goes_although_the_update_was_refused_after_the_rename(live: Stack) -> None:
    declare(live, function={"dataSource": "lake"})
    live.up()
    declare(live, function={"name": "hide"})
    live.emulator.add_fault(Fault("UpdateFunction", status=403, code="NoPermission"))
    live.up(ok=False)
    live.refresh()
    assert "dataSource: left out of the document" in live.up().output
    assert (made(live, "Function")["name"], made(live, "Function")["datasource"]["name"]) == (
        "hide",
        "odps_first",
    )
    live.is_quiet()


def test_destroy_deletes_both_in_their_order(live: Stack) -> None:
    live.emulator.switch(delete_in_use="refused")
    live.destroy()
    assert live.emulator.objects() == []


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"content": {"fn::fileArchive": "."}}, "not an archive. Of a folder make one file first"),
        ({"contentUrl": "https://b.oss.example/m.py"}, "contentUrl: content is given too"),
        ({"content": None}, "content is missing"),
        ({"type": "rar"}, 'type: type "rar" is not known'),
        ({"name": None, "type": None, "path": None}, "spec is missing"),
        ({"spec": "kind: Resource"}, "spec is given too, and its document says it"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(stack: Stack, file: dict[str, Any], words: str) -> None:
    declare(stack, file=file, function={"fileResources": ["x"]})
    assert words in stack.preview(ok=False).output


def test_a_secret_content_and_class_are_in_no_state(stack: Stack) -> None:
    secret = {"fn::secret": {"fn::stringAsset": "TOKEN = 'hunter2'\n"}}
    declare(stack, file={"content": secret}, function={"className": {"fn::secret": "hunter2.Mask"}})
    reported = [stack.preview("--diff").output, stack.up().output, stack.preview("--diff").output]
    assert made(stack, "Function")["className"] == "hunter2.Mask"
    for text in (*reported, *(path.read_text("utf-8") for path in stack.state_files())):
        assert "hunter2" not in text
    stack.is_quiet()


def test_what_distinguishes_a_secret_content_from_another_is_no_leak(stack: Stack) -> None:
    declare(stack, file={"content": None, "contentUrl": "https://b.oss.example/hunter2.py?Signature=1"})
    stack.up()
    declare(stack, file={"content": {"fn::secret": {"fn::stringAsset": "hunter2"}}})
    stack.up()
    for path in stack.state_files():
        text = path.read_text("utf-8")
        assert "hunter2" not in text
        assert sha256("hunter2") not in text


def test_a_large_file_takes_no_memory(stack: Stack) -> None:
    """100 MB against nothing: the peak of the plugin's process, of its own for each."""
    peaks: list[int] = []
    large = stack.folder / "large.jar"
    for size, name in ((0, "none.jar"), (100_000_000, "large.jar")):
        with large.open("wb") as file:
            file.truncate(size)
        with started_plugin() as (port, pid):
            stack.plugin = port
            declare(
                stack,
                file={"name": name, "path": None, "type": "jar", "content": {"fn::fileAsset": str(large)}},
            )
            stack.up()
            status = Path(f"/proc/{pid}/status").read_text("utf-8")
        peaks.append(int(status.partition("VmHWM:")[2].split()[0]))
    [held] = [one for one in stack.emulator.objects() if one.kind == "Resource"]
    assert held.file is not None
    assert held.file.size == 100_000_000
    assert peaks[1] - peaks[0] < 40_000, peaks
