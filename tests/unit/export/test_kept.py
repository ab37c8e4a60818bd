"""What somebody has set in the console comes through an import and an export, and what the service fills in stays out."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.export._documents import Member, imported
from pulumi_resource_dataworks.export._portable import linked
from pulumi_resource_dataworks.flowspec import short
from pulumi_resource_dataworks.lifecycle import _existing_workflow
from pulumi_resource_dataworks.lifecycle._ownership import Found
from tests.support.corpus import READY, each_ready, loaded
from tests.support.flowspecs import URN, Object, completed, workflow
from tests.support.read_backs import Service, said_by_hand, set_by_hand

WHAT_MATTERS = {
    ("node", "recurrence"),
    ("node", "priority"),
    ("node", "timeout"),
    ("node", "timeoutUnit"),
    ("node", "instanceMode"),
    ("node", "rerunMode"),
    ("node", "rerunTimes"),
    ("node", "rerunInterval"),
    ("node", "autoParse"),
    ("node", "owner"),
    ("workflow", "owner"),
    ("workflow", "citable"),
    ("strategy", "priority"),
    ("strategy", "priorityWeightStrategy"),
    ("strategy", "maxInternalConcurrency"),
    ("strategy", "recurrenceType"),
    ("script", "language"),
    ("script", "extension"),
    ("runtime", "commandTypeId"),
    ("runtime", "cu"),
    ("runtime", "emrJobConfig"),
    ("trigger", "cycleType"),
    ("nodeOutput", "sourceType"),
}
"""What an import once left out whatever it was, as far as the emulator gives it back."""


def edited(service: Service, file: Path) -> tuple[str, Object]:
    """A workflow in which somebody has set every field, and its ID."""
    wrote = completed(loaded(file))
    service.kept(wrote)
    own = str(workflow(wrote)["id"])
    there = copy.deepcopy(service.emulator.workflow(own).document)
    set_by_hand(there)
    service.emulator.edit(own, there)
    return own, service.read(own)


@each_ready
def test_every_field_that_somebody_set_comes_back(file: Path) -> None:
    service = Service()
    own, actual = edited(service, file)
    wanted = said_by_hand(actual)
    assert wanted.keys() >= WHAT_MATTERS or not workflow(actual)["nodes"]
    root = imported(own, actual, portable=False)
    del wanted["spec", "owner"]  # the workflow's
    assert said_by_hand(root) == wanted
    assert said_by_hand(short(root)) == wanted
    definition = openapi.WorkflowDefinition(id=own, spec=flowspec.canonical(actual))
    inputs, _ = _existing_workflow.imported(URN, 10001, Found(definition, actual))
    assert said_by_hand(inputs["spec"]) == wanted


def test_every_field_but_what_one_workspace_gives_is_in_a_portable_document() -> None:
    portable_ones = 0
    for file in READY:
        own, actual = edited(Service(), file)
        root = imported(own, actual, portable=True)
        made = linked([Member(own, "path", "name", root)], "emulated_workspace", portable=True)
        if not made.left_out:
            portable_ones += 1
            found = said_by_hand(made.members[own].root)
            assert not [name for _, name in found if name == "owner"]
            wanted = {key: number for key, number in said_by_hand(actual).items() if key[1] != "owner"}
            for of_ids in (wanted, found):  # outputs that are a node's ID go
                of_ids.pop(("nodeOutput", "sourceType"))
            assert found == wanted
    assert portable_ones > len(READY) / 2


@pytest.mark.parametrize("set_before", [True, False])
@each_ready
def test_an_import_of_it_changes_nothing_where_the_service_resets_what_is_left_out(
    file: Path, *, set_before: bool
) -> None:
    service = Service()
    own, actual = edited(service, file)
    if not set_before:
        actual = service.kept(completed(loaded(file)))
    service.emulator.switch(omitted_fields="reset")
    root = short(imported(own, actual, portable=False))
    again = service.kept(flowspec.complete(root, lambda _: own))
    before, after = flowspec.clean(actual), flowspec.clean(again)
    assert flowspec.changes(before, after).describe() == ""
    assert flowspec.same(before, after)
