"""One row of the switch matrix: the whole life of a node, a function and a file in one stack."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pulumi_resource_dataworks.emulator import Fault, Life
from tests.support.object_course import RESOURCES, ObjectCourse, Objects, Values, make_theirs
from tests.support.pairwise import Row
from tests.support.stack_course import Results, Scenarios, service
from tests.support.stacks import new_stack, resources_in

VERBS = {"file": "Resource", "function": "Function", "node": "Node"}
"""What operations call them."""


scenario = Scenarios[ObjectCourse]()


def live(row: Row, engine: Path, plugin: int, folder: Path, reported: Results) -> None:
    """Takes all three through all scenarios in one stack."""
    with service(row, partial(make_theirs, row)) as server:
        foreign = copy.deepcopy(server.emulator.objects())
        scenario.run(
            ObjectCourse(row=row, stack=new_stack(engine, server, folder, plugin), foreign=foreign), reported
        )


# --- The scenarios, in their order


@scenario
def create(course: ObjectCourse) -> None:
    course.declare(Objects.of(course.row))
    assert "4 to create" in course.run("preview")
    assert course.ours() == {}
    course.up()
    course.is_quiet(at_once=True)


@scenario
def change(course: ObjectCourse) -> None:
    """A changed script, class and content, and what only some services take: an owner who is somebody else."""
    objects = _changed(Objects.of(course.row))
    if course.row["other_owner"] != "job_fails":
        objects.node["owner"] = "123456"
    course.declare(objects)
    reported = course.up()
    assert "3 updated" in reported, reported
    course.is_quiet()


def _changed(objects: Objects, number: int = 2) -> Objects:
    found = copy.deepcopy(objects)
    found.node["script"]["content"] = f"SELECT {number};\n"
    found.function["className"] = f"masking.Mask{number}"
    found.content = f"class Mask{number}: ...\n"
    return found


@scenario
def drift(course: ObjectCourse) -> None:
    for name, change in {"node": _their_script, "function": _their_class}.items():
        held = course.ours()[name]
        document = copy.deepcopy(held.document)
        change(document)
        course.emulator.edit(held.workflow_id, document)
    reported = course.run("refresh", "--yes", "--skip-preview", "--diff")
    assert "SELECT 'theirs'" in reported, reported
    assert "theirs.Mask" in reported, reported
    assert "2 updated" in reported, reported
    course.up()


def _their_script(document: Values) -> None:
    document["spec"]["nodes"][0]["script"]["content"] = "SELECT 'theirs';\n"


def _their_class(document: Values) -> None:
    document["spec"]["functions"][0]["className"] = "theirs.Mask"


@scenario
def removal(course: ObjectCourse) -> None:
    """What leaves the program leaves the object, or a warning says that it does not; what comes again is there again."""
    before = course.declared
    assert before is not None
    objects = copy.deepcopy(before)
    del objects.node["timeout"]
    objects.waits = ()
    del objects.function["fileResources"]
    course.declare(objects)
    stays = course.row["null_in_update"] == "ignored"
    course.kept = frozenset(("files", "waits")) if stays else frozenset()
    reported = course.up()
    assert len([line for line in course.warnings(reported) if "no longer declared" in line]) == 2 * stays, (
        reported
    )
    course.is_quiet()
    course.kept = frozenset()
    course.declare(before)
    course.up()


@scenario
def deployment(course: ObjectCourse) -> None:
    """To production; with a check that fails, and again; offline behind Pulumi's back, and to production again."""
    assert course.declared is not None
    with course.a_person():
        course.declare(course.declared, live=True)
        course.up()
        assert _produced(course) == {"file", "function", "node"}
        course.is_quiet()
        course.declare(_changed(course.declared, 3), live=True)
        course.emulator.script_stage("PROD", Life("seconds", 0.2, "Fail", "no such table"))
        course.is_hindered(course.up(ok=False), "no such table")
        course.up()
        held = course.emulator.production(course.ids["node"])
        assert held is not None
        assert held.body["script"]["content"].strip() == "SELECT 3;"
        seconds = course.row["stale_reads"] + course.row["stage_begins_after"] + 1
        course.emulator.clock.advance(seconds)
        course.emulator.deploy(course.ids["function"], "Offline")
        course.emulator.clock.advance(seconds)
        reported = course.run("refresh", "--yes", "--skip-preview")
        assert "somebody took this function offline" in reported, reported
        course.up()
        assert _produced(course) == {"file", "function", "node"}
        course.declare(course.declared)
        course.up()
    assert _produced(course) == set()


def _produced(course: ObjectCourse) -> set[str]:
    return {name for name, own in course.ids.items() if course.emulator.production(own)}


@scenario
def move(course: ObjectCourse) -> None:
    """Other names in other folders, while somebody else uses up the calls of a second."""
    assert course.declared is not None
    course.emulator.add_fault(Fault(**course.throttle()))
    course.declare(course.declared.moved())
    course.up()
    course.is_quiet()


@scenario
def lost_answer(course: ObjectCourse) -> None:
    assert course.declared is not None
    for verb in VERBS.values():
        course.emulator.add_fault(Fault(f"Update{verb}", when=course.row["lost"], reset=True))
    course.declare(_changed(course.declared, 4))
    course.up()


@scenario
def replacement(course: ObjectCourse) -> None:
    """A create that knows nothing of the state, as nothing says any more whose they are; and a type that no update can change."""
    assert course.declared is not None
    replaced = [word for urn in course.urns() for word in ("--replace", urn)]
    course.is_hindered(course.up(*replaced, ok=False), "is taken by file resource")
    course.declare(course.declared, adopt=True)
    course.up(*replaced)
    objects = copy.deepcopy(course.declared)
    objects.node["script"] |= {"runtime": {"command": "DIDE_SHELL"}, "content": "date\n"}
    objects.file |= {"type": "file"}
    objects.file["script"]["runtime"] = {"command": "ODPS_FILE"}
    course.declare(objects)
    if course.row["delete_in_use"] == "refused":
        reported = course.up(ok=False)  # the node may be gone, and its replacement not be there yet
        assert "another name is a way out" in reported, reported
        objects.file["name"], objects.file["script"]["path"] = "other.py", "tidy/other.py"
        objects.function["fileResources"] = [{"name": "other.py"}]
        course.declare(objects)
    before, course.ids = course.ids, {}
    course.up()
    assert {name for name in before if course.ids[name] == before[name]} == {"function"}
    course.is_quiet()


@scenario
def hindrances(course: ObjectCourse) -> None:
    """Each in the way, reported, and gone again."""
    row, before = course.row, course.declared
    assert before is not None
    if row["spec_limit"]:
        objects = copy.deepcopy(before)
        objects.node["script"]["content"] = "date\n" * 2_500
        _meet(course, objects, "Spec is longer than 10000 bytes", before)
    if row["other_owner"] == "job_fails":
        objects = copy.deepcopy(before)
        objects.node["owner"] = "123456"
        _meet(course, objects, "owner 123456 is not the caller", before)
    if row["locked_workflow"] != "ignored":
        _lock(course, locked=True)
        _meet(course, _changed(before, 5), "is locked", end=lambda: _lock(course, locked=False))
    course.emulator.add_fault(Fault(**course.used_up()))
    _meet(course, _changed(before, 6), "used up", end=course.emulator.clear_faults)


def _lock(course: ObjectCourse, *, locked: bool) -> None:
    for own in course.ids.values():
        course.emulator.lock(own, locked=locked)


def _meet(
    course: ObjectCourse,
    objects: Objects,
    words: str,
    instead: Objects | None = None,
    end: Callable[[], None] = lambda: None,
) -> None:
    course.declare(objects)
    course.is_hindered(course.up(ok=False), words)
    end()
    course.declare(instead or objects)
    course.up()


@scenario
def lost_state(course: ObjectCourse) -> None:
    """As long after a create: a node shows by its output whose it is, a file does not, and `adopt` is the way out."""
    assert course.declared is not None
    course.forget()
    course.is_hindered(course.up(ok=False), "is taken by file resource")
    course.declare(_changed(course.declared, 7), name="taken", adopt=True)
    reported = course.up()
    assert len([line for line in course.warnings(reported) if "adopt is set" in line]) == len(RESOURCES), (
        reported
    )
    course.is_quiet(at_once=True)


@scenario
def importing(course: ObjectCourse) -> None:
    """The code that an import prints means what is there; what was declared before means the same."""
    declared, code, file = (
        course.declared,
        course.stack.folder / "code.yaml",
        course.stack.folder / "ids.json",
    )
    assert declared is not None
    course.forget()
    asked = [
        {
            "type": f"dataworks:index:{kind}",
            "name": f"own-{name}",
            "id": f"{course.stack.project_id}/{course.ids[name]}",
        }
        for name, kind in RESOURCES.items()
    ]
    file.write_text(json.dumps({"resources": asked}), "utf-8")
    course.run(
        "import", "--file", str(file), "--yes", "--skip-preview", "--protect=false", "--out", str(code)
    )
    course.stack.declare(resources_in(code.read_text("utf-8")), config=course.config)
    course.is_quiet(at_once=True)
    course.declare(declared)
    course.up()


@scenario
def destruction(course: ObjectCourse) -> None:
    for own in course.ids.values():
        course.emulator.publish(own)
    if course.row["published_delete"] != "accepted":
        course.is_hindered(course.destroy(ok=False), "take it offline first")
        for own in course.ids.values():
            course.emulator.publish(own, published=False)
    course.destroy()


@scenario
def lost_create(course: ObjectCourse) -> None:
    """A create whose answer is lost; and what a run has made whose state is lost is found again."""
    for verb in VERBS.values():
        course.emulator.add_fault(Fault(f"Create{verb}", when=course.row["lost"], reset=True))
    objects = Objects.of(course.row)
    course.declare(objects)
    course.up()
    course.is_quiet(at_once=True)
    course.forget()
    if course.row["datasource_type"] == "rewritten":  # it does not hold just what is declared
        course.is_hindered(course.up(ok=False), "is taken by node")
        course.declare(objects, adopt=True)
        course.up()
    else:
        reported = course.up()
        assert len(re.findall("    .* as this resource made it: taking it over", reported)) == len(
            RESOURCES
        ), reported


@scenario
def end(course: ObjectCourse) -> None:
    course.destroy()
