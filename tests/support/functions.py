"""The functions of one run, and a service in this process with several workspaces and resource groups."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pulumi_resource_dataworks.emulator import Emulator, Life, Project, ResourceGroup
from pulumi_resource_dataworks.lifecycle import Answer, Context, Functions, Learnt, Wanted
from pulumi_resource_dataworks.openapi import Client
from tests.support.definitions import FakeReporter
from tests.support.probes import InProcess
from tests.support.services import VirtualClock, settings

HERE, THERE, NOWHERE = 10001, 10002, 99999
PROJECTS = (
    Project(identifier="sales", display_name="Sales and returns"),
    Project(THERE, "finance", "Finance", "Money.", dev_environment_enabled=True),
    Project(10003, "finance_archive", "Old", status="Frozen"),
)
GROUPS = (
    ResourceGroup("Serverless_1", "shared"),
    ResourceGroup("Serverless_2", "shared_large", projects=(HERE, THERE)),
    ResourceGroup("group_3", "night", "ExclusiveScheduler", "Stop", (THERE,)),
)


class Asking:
    """A run of a program that calls functions."""

    def __init__(self) -> None:
        self.emulator = Emulator(
            projects=PROJECTS, resource_groups=GROUPS, strict=False, job_life=Life("immediate")
        )
        self.transport = InProcess(self.emulator)
        self.client = Client(settings(), transport=self.transport, clock=VirtualClock())
        self.learnt = Learnt()
        self.functions = Functions(self.learnt)
        self.cancelled = asyncio.Event()
        self.report = FakeReporter()

    async def answer(self, function: str, *, secret: bool = False, **given: Any) -> Answer:
        context = Context("", self.client, self.report, self.cancelled, secret=secret)
        return await self.functions.invoke(context, function, given)

    async def __call__(self, function: str, **given: Any) -> dict[str, Any]:
        answer = await self.answer(function, **given)
        assert answer.failures == []
        return answer.values

    async def listed(
        self, query: dict[str, Any], token: str = "", limit: int = 0, page_size: int = 0
    ) -> tuple[list[tuple[str, str]], str] | None:
        """A page of workflow definitions, or of deployments where the query has `of`, and its token."""
        context = Context("", self.client, self.report, self.cancelled)
        resource = query.pop("of", "WorkflowDefinition")
        page = await self.functions.resources(context, resource, query, Wanted(token, limit, page_size))
        return (page.resources, page.token) if page else None

    async def failures(self, function: str, **given: Any) -> list[tuple[str, str]]:
        answer = await self.answer(function, **given)
        assert (answer.values, self.calls) == ({}, [])
        return [(failure.argument, failure.reason) for failure in answer.failures]

    @property
    def calls(self) -> list[str]:
        return [call.action for call in self.emulator.calls]

    async def imported(self, document: Any, project_id: int = HERE) -> str:
        """What somebody else has made; its ID."""
        text = document if isinstance(document, str) else json.dumps(document)
        job = await self.client.import_workflow_definition(project_id, text)
        self.emulator.workflows()
        self.emulator.gateway.calls.clear()
        return job.workflow_id

    async def named(self, name: str, *, kind: str = "CycleWorkflow", folder: str = "") -> str:
        """A workflow with one node; its ID."""
        path = f"{folder}/{name}".strip("/")
        script = {"path": path, "runtime": {"command": "WORKFLOW"}}
        content = {"path": f"{path}/load", "runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;\n"}
        body = {
            "name": name,
            "script": script,
            "nodes": [{"id": f"5{abs(hash(path)) % 10**17}", "name": "load", "script": content}],
        }
        return await self.imported({"version": "1.1.0", "kind": kind, "spec": {"workflows": [body]}})
