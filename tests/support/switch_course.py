"""A row of workflows at work: what a user does with one, and what has to be right after it."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Workflow
from tests.support.chaos_run import gist
from tests.support.documents import etl, node, nodes
from tests.support.stack_course import DAY, LONG_JOB, SHORT_JOB, StackCourse

Document = dict[str, Any]
FORGETFUL = ("rename", "replacement")
"""The scenarios in which jobs are forgotten where they are: it hides why a job failed."""

OWN_IDS: dict[str, tuple[str, str]] = {
    "numbers": ("4611686018427388001", "4611686018427388011"),
    "words": ("orders-flow", "extract-node"),
}
"""The IDs of the workflow and of its node `extract`, where the document's author has chosen them."""


async def import_foreign(client: openapi.Client, project_id: int) -> None:
    """A workflow of somebody else's, of the same name in another folder."""
    held = node("extract", id="4611686018427380001")
    held["script"]["path"] = "theirs/daily_orders/extract"
    script = {"path": "theirs/daily_orders", "runtime": {"command": "WORKFLOW"}}
    document = etl(id="4611686018427380000", script=script, nodes=[held], dependencies=[])
    await client.import_workflow_definition(project_id, json.dumps(document))


@dataclass(kw_only=True)
class Course(StackCourse):
    """The course of a workflow's life in one stack.

    Attributes:
        foreign: The workflow that is not ours, as it was in the beginning.
        declared: The document that is declared; None for none.
        ids: The workflow's ID and its nodes' by name; None where the next look learns them.
        given_id: The actual ID that the author has written into the document, as nothing else finds the workflow.
    """

    foreign: Workflow
    declared: Document | None = None
    ids: tuple[str, dict[str, str]] | None = None
    given_id: str | None = None

    @property
    def has_the_services_own_id(self) -> bool:
        """Whether the service took none of the workflow's IDs that the document or the provider offered.

        The provider offers numbers as soon as any ID of the document is refused, and they are kept.
        """
        if self.row["unknown_workflow_id"] != "kept":
            return True
        word_is_sent = self.row["ids"] == "words" and self.row["non_numeric_node_id"] != "refused"
        return bool(word_is_sent and self.row["non_numeric_workflow_id"] == "replaced")

    @property
    def may_be_refused(self) -> bool:
        """Whether nothing but the state may say whose the workflow is."""
        derived = self.row["ids"] == "derived" and not self.has_the_services_own_id
        unknown = self.given_id is not None or not self.row["trigger_workflows_listed"]
        return not derived or unknown

    # --- What a user does

    def begin(self, scenario: str) -> None:
        forgotten = self.row["job_forgotten_after"] if scenario in FORGETFUL else None
        self.emulator.switch(job_forgotten_after=forgotten)
        self.emulator.set_job_life(SHORT_JOB if forgotten is None else LONG_JOB)
        self.emulator.clock.advance(DAY if self.row["edition"] == "basic" else 0)

    def forget_all(self) -> None:
        self.declared, self.ids, self.given_id = None, None, None

    def declare(
        self, document: Document, name: str = "etl", project_id: int | None = None, **inputs: Any
    ) -> None:
        """Writes the program with one workflow."""
        self.declared = document
        properties = {"projectId": project_id or self.stack.project_id, **inputs}
        self.stack.workflow(document, name=name, properties=properties, config=self.config)

    def declare_live(self, document: Document, **run: Any) -> None:
        """Writes the program with one workflow and its deployment, and where its inputs are given a run."""
        self.declared = document
        if run:
            self.stack.backfill(document, config=self.config, **run)
        else:
            self.stack.deployment(document, config=self.config)

    def program(self, resources: dict[str, Any]) -> None:
        """Writes the program, whose first resource is the workflow."""
        self.stack.declare(resources, {"workflowId": f"${{{next(iter(resources))}.workflowId}}"}, self.config)

    def document(self, **changes: Any) -> Document:
        """The row's document with other fields of its workflow."""
        load = nodes(etl())[1]
        load["script"]["path"] = "elsewhere/load"
        extract = {**nodes(etl())[0], "datasource": {"name": "stream", "type": "flink"}}
        document = etl(**{"nodes": [extract, load], **changes})
        [workflow] = document["spec"]["workflows"]
        if self.row["ids"] in OWN_IDS:
            workflow["id"], workflow["nodes"][0]["id"] = OWN_IDS[self.row["ids"]]
        if self.given_id:
            workflow["id"] = self.given_id
        if self.row["kind"] != "CycleWorkflow":
            del workflow["trigger"]
        return {**document, "kind": self.row["kind"]}

    def with_its_id(self, document: Document) -> Document:
        """A document with the workflow's actual ID, as it is written from now on."""
        if self.ids is not None:
            self.given_id = self.ids[0]
        document = copy.deepcopy(document)
        document["spec"]["workflows"][0]["id"] = self.given_id
        return document

    # --- What has to be right

    def look(self) -> None:
        """One workflow of ours as it is declared, under its IDs; nobody else's touched; nothing half done."""
        stored = self.emulator.workflows()
        theirs = [flow for flow in stored if flow.workflow_id == self.foreign.workflow_id]
        assert theirs == [self.foreign], f"somebody else's workflow has changed: {theirs}"
        ours = [flow for flow in stored if flow.workflow_id != self.foreign.workflow_id]
        wanted = [] if self.declared is None else [_plain(self.declared)]
        assert [_plain(flow.document) for flow in ours] == wanted, f"the service holds {ours}"
        held = self.stack.resources()
        assert len(held) == len(ours), f"the state holds {held}"
        for workflow, resource in zip(ours, held, strict=True):
            self._look_at(workflow, resource)

    def _look_at(self, workflow: Workflow, resource: dict[str, Any]) -> None:
        outputs = resource["outputs"]
        ids = (workflow.workflow_id, {one["name"]: key for key, one in workflow.nodes.items()})
        assert (outputs["workflowId"], outputs["nodeIds"]) == ids
        assert "pendingJob" not in self.stack.kept(), outputs
        assert not resource.get("initErrors"), resource["initErrors"]
        assert not resource.get("delete"), resource
        if self.ids is not None:
            before, nodes_before = self.ids
            kept = {name: key for name, key in ids[1].items() if name in nodes_before}
            assert (ids[0], kept) == (before, {name: nodes_before[name] for name in kept})
        self.ids = ids

    def is_quiet(self, *, at_once: bool = False) -> None:
        """No change, no drift, no change after that; in no call and one."""
        quiet = [("refresh", "--yes", "--skip-preview"), ("preview",)]
        for command in ([("preview",)] if at_once else []) + quiet:
            before = len(self.emulator.calls)
            reported = self.run(*command, "--diff")
            assert "2 unchanged" in reported, reported
            calls = [call.action for call in self.emulator.calls[before:]]
            assert len(calls) == (command[0] == "refresh"), f"{command}: {calls}"
        self.look()

    def is_hindered(self, reported: str, words: str) -> None:
        """A clear error, and nothing of ours or others lost."""
        assert re.search(words, reported), f"no {words!r} in: {reported}"
        assert len(self.emulator.workflows()) == 2, self.emulator.workflows()
        assert self.foreign in self.emulator.workflows()

    def was_in_limits(self) -> None:
        """Nor was a dry run sent where it would be an import."""
        super().was_in_limits()
        asked = [call for call in self.emulator.calls if "DryRun" in call.params]
        assert self.row["dry_run"] == "honoured" or not asked


def _plain(document: Document) -> Any:
    """What a document says, but for the last line breaks of its scripts."""
    kind, name, path, scripts, edges = gist(document)
    return kind, name, path, {key: text.rstrip("\n") for key, text in scripts.items()}, edges
