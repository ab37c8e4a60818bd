"""One row of the switch matrix: a workflow's whole life in one stack, with the invariants looked at after every step."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from pulumi_resource_dataworks.emulator import Fault, ScriptedTask, TaskLife
from tests.support.documents import node, nodes
from tests.support.hindrances import HINDRANCES, meet
from tests.support.pairwise import Row
from tests.support.stack_course import LONG_JOB, OTHER_PROJECT, Results, Scenarios, service
from tests.support.stacks import new_stack, resources_in
from tests.support.switch_course import OWN_IDS, Course, Document, import_foreign

FORK = {
    "name": "fork",
    "script": {"runtime": {"command": "CONTROLLER_BRANCH"}},
    "branch": {"branches": [{"when": when, "output": {"data": f"orders.{when}"}} for when in ("1", "0")]},
}
"""A branch without the script that a service may need."""

SECOND_UP: dict[tuple[str, Any], str] = {
    ("concurrent_import", "refused"): "the lost import may still run, and no other is let in",
    ("imports_at_once", 1): "the same",
}
"""Where a lost answer may take a second `up`, and why."""


scenario = Scenarios[Course]()


def live(row: Row, engine: Path, plugin: int, folder: Path, reported: Results) -> None:
    """Takes a workflow through all scenarios in one stack."""
    with service(row, import_foreign) as server:
        [foreign] = copy.deepcopy(server.emulator.workflows())
        course = Course(row=row, stack=new_stack(engine, server, folder, plugin), foreign=foreign)
        scenario.run(course, reported)


# --- The scenarios, in their order


@scenario
def create(course: Course) -> None:
    course.declare(course.document())
    before = len(course.emulator.calls)
    assert "2 to create" in course.run("preview")
    assert {flow.workflow_id for flow in course.emulator.workflows()} == {course.foreign.workflow_id}
    sent = [call for call in course.emulator.calls[before:] if call.action == "ImportWorkflowDefinition"]
    assert bool(sent) is (course.row["dry_run"] == "honoured")
    course.up()
    course.is_quiet(at_once=True)


@scenario
def change(course: Course) -> None:
    """A changed script, new nodes, and what only some services take: an owner who is somebody else, version 2.0.0."""
    more: Document = {} if course.row["other_owner"] == "job_fails" else {"owner": "123456"}
    document = course.document()
    [workflow] = document["spec"]["workflows"]
    workflow["nodes"][1]["script"]["content"] = "SELECT 4;\n"
    workflow["nodes"] += [{**node("report"), **more}, FORK]
    course.declare(document)
    assert "1 to update" in course.run("preview")
    course.up()
    course.is_quiet()


@scenario
def drift(course: Course) -> None:
    def edit(workflow: Document) -> None:
        found = {one["name"]: one for one in workflow["nodes"]}
        found["load"]["script"]["content"] = "SELECT 'theirs';\n"

    assert course.ids is not None
    document = copy.deepcopy(course.emulator.workflow(course.ids[0]).document)
    edit(document["spec"]["workflows"][0])
    course.emulator.edit(course.ids[0], document)
    shown = course.run("refresh", "--yes", "--skip-preview", "--diff")
    assert "SELECT 'theirs'" in shown, shown
    assert "1 updated" in shown, shown
    course.up()
    course.is_quiet()


@scenario
def removal(course: Course) -> None:
    """A node leaves a workflow that is in production."""
    assert course.ids is not None
    course.declare(course.document())
    course.emulator.publish(course.ids[0])
    if course.row["published_node_removed"] == "job_fails":
        course.is_hindered(course.up(ok=False), "published nodes cannot be removed")
        course.emulator.publish(course.ids[0], published=False)
        course.up()
    else:
        course.up()
        course.emulator.publish(course.ids[0], published=False)


@scenario
def deployment(course: Course) -> None:
    """To production, again, offline behind Pulumi's back, and to production again."""

    def produced() -> list[str]:
        assert course.ids is not None
        held = course.emulator.production(course.ids[0])
        return [one["script"]["content"].strip() for one in held.body["nodes"]] if held else []

    with course.a_person():
        course.declare_live(course.document())
        course.up()
        assert "SELECT 3;" in produced()
        document = course.document()
        document["spec"]["workflows"][0]["nodes"][1]["script"]["content"] = "SELECT 8;\n"
        course.declare_live(document)
        course.up()
        assert "SELECT 8;" in produced()
        assert course.ids is not None
        course.emulator.clock.advance(course.row["stale_reads"] + 1)
        course.emulator.deploy(course.ids[0], "Offline")
        course.run("refresh", "--yes", "--skip-preview")
        course.up()
        assert "SELECT 8;" in produced()


@scenario
def run(course: Course) -> None:
    """A task fails, and its date alone runs again; and a run whose answer is lost is made once."""
    document, scheduler = course.declared, course.emulator.scheduler
    assert document is not None
    dates = ["2026-11-01", "2026-11-02"]
    # On the Basic edition the service's days pass faster than the provider's.
    dated = course.row["kind"] == "CycleWorkflow" or course.row["edition"] == "basic"
    asked: dict[str, Any] = {"businessDates": ["/".join(dates)]} if dated else {}
    scheduler.life = TaskLife(0.1)
    scheduler.script(
        ScriptedTask(0.1, "Failure", "no such table", name="load", date=dates[0] if dated else None)
    )
    course.declare_live(document, **asked, triggers=[1])
    assert "no such table" in course.up(ok=False)
    course.up()
    course.emulator.add_fault(Fault("CreateWorkflowInstances", when="after", reset=True))
    course.declare_live(document, **asked, triggers=[2])
    course.up()
    reported = course.run("preview", "--refresh", "--diff")
    assert "4 unchanged" in reported, reported
    of_a_date = 2 if course.row["instances_of_date"] == "two" else 1
    days = len(dates) if dated else 1
    assert len(scheduler.instances) == of_a_date * (days + 1 + days), scheduler.instances
    outputs = course.stack.refill()
    last = sorted(scheduler.instances)[-of_a_date * days :]
    assert (outputs["status"], sorted(outputs["instanceIds"])) == ("Success", list(map(str, last)))


@scenario
def offline(course: Course) -> None:
    assert course.declared is not None
    assert course.ids is not None
    with course.a_person():
        course.declare(course.declared)
        course.up()
    assert course.emulator.production(course.ids[0]) is None
    course.is_quiet()


@scenario
def rename(course: Course) -> None:
    course.declare(course.document(name="orders"))
    course.up()
    course.is_quiet()


@scenario
def move(course: Course) -> None:
    """While somebody else uses up the calls of a second."""
    course.emulator.add_fault(Fault(**course.throttle()))
    course.declare(course.document(name="orders", script={"path": "team/orders"}))
    course.up()
    course.is_quiet()


@scenario
def lost_answer(course: Course) -> None:
    course.emulator.add_fault(Fault("ImportWorkflowDefinition", when=course.row["lost"], reset=True))
    course.emulator.script_job(LONG_JOB)
    document = course.document(name="orders", script={"path": "team/orders"})
    nodes(document)[1]["script"]["content"] = "SELECT 5;\n"
    course.declare(document)
    _up_in_spite_of_a_loss(course)
    course.is_quiet(at_once=True)


def _up_in_spite_of_a_loss(course: Course) -> None:
    reported = course.up(ok=None)
    if not course.succeeded:
        assert any(course.row[name] == setting for name, setting in SECOND_UP), reported
        course.emulator.clock.advance(LONG_JOB.amount)
        reported = course.up(ok=None)
        if not course.succeeded:
            _adopt(course, reported)
    course.look()


def _adopt(course: Course, reported: str, *arguments: str) -> None:
    """The way out of a refusal: nothing says whose a workflow is that has no ID which this resource derives now."""
    document = course.declared
    assert document is not None
    assert course.may_be_refused, reported
    if not course.row["trigger_workflows_listed"] and "write its ID as the workflow's `id`" in reported:
        document = course.with_its_id(document)
    else:
        course.is_hindered(reported, "set `adopt: true` on the resource")
    course.declare(document, adopt=True)
    course.up(*arguments)
    course.declare(document)
    course.up()


@scenario
def replacement(course: Course) -> None:
    """A create that knows nothing of the state: an ID that the author did not choose is no proof of whose it is."""
    replace = ("--replace", course.stack.resource()["urn"])
    reported = course.up(*replace, ok=None)
    if course.succeeded:
        assert course.row["ids"] == "derived" or course.given_id or not course.has_the_services_own_id, (
            reported
        )
        course.look()
    else:
        _adopt(course, reported, *replace)
    course.is_quiet()


@scenario
def hindrances(course: Course) -> None:
    """Each in the way, reported, and gone again."""
    for name, hindrance in HINDRANCES.items():
        if course.row[name] in hindrance.at:
            meet(course, hindrance)


@scenario
def lost_state(course: Course) -> None:
    """As after a kill between the import and the write of the state; it finds what bears IDs that were derived for it."""
    if course.row["ids"] == "derived":
        course.run("state", "delete", "--yes", course.stack.resource()["urn"])
        reported = course.up(ok=None)
        if not course.succeeded:
            _adopt(course, reported)
        else:
            assert "taking it over" in reported


@scenario
def importing(course: Course) -> None:
    """What somebody has set in the console is in the code that an import prints, beside a strategy that says the same."""
    assert course.ids is not None
    by_hand = {"recurrence": "Pause", "rerunMode": "Denied", "rerunTimes": 0, "timeout": 2, "priority": 8}
    document = copy.deepcopy(course.emulator.workflow(course.ids[0]).document)
    document["spec"]["workflows"][0]["strategy"] = {"priority": 8, "timeout": 4}
    nodes(document)[0].update(by_hand)
    course.emulator.edit(course.ids[0], document)
    course.run("state", "delete", "--yes", course.stack.resource()["urn"])
    identity, code = f"{course.stack.project_id}/{course.ids[0]}", course.stack.folder / "code.yaml"
    course.run(
        *("import", "--yes", "--skip-preview", "--protect=false", "--out", str(code)),
        *("dataworks:index:WorkflowDefinition", "etl", identity),
    )
    program = resources_in(code.read_text("utf-8"))
    course.program(program)
    course.is_quiet(at_once=True)
    [found] = [
        one
        for one in nodes(program["etl"]["properties"]["spec"])
        if one["name"] == nodes(document)[0]["name"]
    ]
    assert {name: str(found[name]).casefold() for name in by_hand} == {
        name: str(value).casefold() for name, value in by_hand.items()
    }


@scenario
def adoption(course: Course) -> None:
    """Another resource takes the workflow over, though its IDs were not derived for it."""
    course.run("state", "delete", "--yes", course.stack.resource()["urn"])
    document = course.document(name="orders", script={"path": "team/orders"})
    if not course.row["trigger_workflows_listed"]:
        document = course.with_its_id(document)
    course.declare(document, name="taken", adopt=True)
    assert "adopt is set" in course.up()
    course.is_quiet(at_once=True)


@scenario
def destruction(course: Course) -> None:
    assert course.ids is not None
    course.emulator.publish(course.ids[0])
    if course.row["published_delete"] != "accepted":
        course.is_hindered(course.destroy(ok=False), "take it offline first")
        course.emulator.publish(course.ids[0], published=False)
        course.look()
        course.destroy()
    else:
        course.destroy()
    course.declare(course.document())
    course.up()
    course.is_quiet()
    course.destroy()


@scenario
def lost_create(course: Course) -> None:
    """A create whose answer is lost."""
    tries = 4 if course.row["unknown_workflow_id"] == "refused" else 1
    course.emulator.add_fault(
        Fault("ImportWorkflowDefinition", nth=tries, when=course.row["lost"], reset=True)
    )
    course.emulator.script_job(LONG_JOB)
    course.declare(course.document())
    _up_in_spite_of_a_loss(course)
    course.is_quiet(at_once=True)


@scenario
def other_workspace(course: Course) -> None:
    """There and back, where a workspace may know the ID that the document's author has chosen from another one."""
    policy = course.row["same_id_in_two_projects"]
    if policy == "two_things" or course.ids is None:
        return
    known_there = policy == "one_thing" and course.ids[0] == OWN_IDS[course.row["ids"]][0]
    course.declare(course.document(), project_id=OTHER_PROJECT)
    if known_there:
        course.is_hindered(course.up(ok=False), "exists in project 10002 already and is not this resource's")
        course.declare(course.document())
    else:
        course.ids = None
    course.up()
    course.is_quiet()


@scenario
def end(course: Course) -> None:
    course.destroy()
