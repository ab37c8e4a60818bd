"""A service in memory that does as it is asked, and a run of a program against it."""

import asyncio
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks._names import BOOKKEEPING
from pulumi_resource_dataworks.lifecycle import Change, Checked, Context, HalfDoneError, WorkflowDefinitions
from pulumi_resource_dataworks.lifecycle._definition_state import (
    DefinitionInputs,
    DefinitionState,
    owned_nodes,
)
from tests.support.documents import etl
from tests.support.services import VirtualClock

URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowDefinition::etl"
OTHER_URN = "urn:pulumi:dev::shop::dataworks:index:WorkflowDefinition::other"
PROJECT = 10001

Object = dict[str, Any]
Answer = Exception | Callable[..., Any] | Any


def not_found(action: str = "Get") -> openapi.NotFoundError:
    return openapi.NotFoundError("not exist", code="Emulator.UnknownCode", status=404, action=action)


def refusal(message: str = "no", status: int = 400, code: str = "1101") -> openapi.ServiceError:
    return openapi.ServiceError(message, code=code, status=status, action="Any", request_id="REQ-9")


def unavailable() -> openapi.ServiceUnavailableError:
    return openapi.ServiceUnavailableError("down", code="ServiceUnavailable", status=503, action="Any")


def denied() -> openapi.PermissionDeniedError:
    return openapi.PermissionDeniedError("may not", code="Forbidden", status=403, action="Any")


def lost() -> openapi.AnswerLost:
    return openapi.AnswerLost("connection reset", action="Import")


class Within:
    """A service in memory, or its operations of one kind, of which each call is raced as those of `Client.within`."""

    def __init__(self, service: Any, race: Callable[..., Any]) -> None:
        self._service, self._race = service, race

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._service, name)
        if name in ("pipelines", "lookups"):
            return Within(found, self._race)
        return (lambda *given, **named: self._race(found(*given, **named))) if callable(found) else found


class FakeService(SimpleNamespace):
    """A client of nothing but the operations that it is given, by kind."""

    def within(self, race: Callable[..., Any]) -> Within:
        return Within(self, race)


class FakeClient:
    """Holds workflows by ID; scripted answers come first, each used once.

    An answer is raised, called with the operation's arguments (or awaited, where it gives a coroutine), or returned.
    """

    def __init__(self) -> None:
        self.held: dict[str, Object] = {}
        self.calls: list[tuple[str, Any]] = []
        self.answers: dict[str, list[Answer]] = {}
        self.jobs: dict[str, openapi.JobStatus] = {}
        self.published: set[str] = set()
        self.unlisted: set[str] = set()
        self.lookups = self

    def within(self, race: Callable[..., Any]) -> Within:
        return Within(self, race)

    def will(self, operation: str, *answers: Answer) -> None:
        self.answers.setdefault(operation, []).extend(answers)

    def made(self, operation: str) -> list[Any]:
        return [given for name, given in self.calls if name == operation]

    @property
    def sent(self) -> list[Object]:
        """The documents of all imports."""
        return [json.loads(text) for _, text in self.made("import")]

    def store(self, text: str, workflow_id: str | None = None) -> openapi.AsyncJob:
        """What an import does."""
        root = json.loads(text)
        key = workflow_id or workflow(root)["id"]
        self.held[key] = root
        return openapi.AsyncJob(id=f"job{len(self.made('import'))}", workflow_id=key, status="Running")

    async def import_workflow_definition(
        self, project_id: int, spec: str, *, dry_run: bool = False
    ) -> openapi.AsyncJob:
        operation, default = (
            ("dry run", _validate) if dry_run else ("import", lambda _, text: self.store(text))
        )
        return cast("openapi.AsyncJob", await self._answer(operation, (project_id, spec), default))

    async def get_job_status(self, job_id: str) -> openapi.JobStatus:
        done = openapi.JobStatus(job_id=job_id, status="Success")
        return cast(
            "openapi.JobStatus", await self._answer("job", (job_id,), lambda _: self.jobs.get(job_id, done))
        )

    async def get_workflow_definition(self, project_id: int, workflow_id: str) -> openapi.WorkflowDefinition:
        return cast(
            "openapi.WorkflowDefinition", await self._answer("get", (project_id, workflow_id), self._get)
        )

    async def list_workflow_definitions(
        self, project_id: int, *, kind: str, name: str | None = None
    ) -> list[openapi.WorkflowSummary]:
        found = await self._answer("list", (project_id, kind, name), self._list)
        return cast("list[openapi.WorkflowSummary]", found)

    async def project(self, project_id: int) -> openapi.Project:
        there = openapi.Project(id=str(project_id))
        return cast("openapi.Project", await self._answer("project", (project_id,), lambda _: there))

    async def delete_workflow_definition(self, project_id: int, workflow_id: str) -> None:
        await self._answer("delete", (project_id, workflow_id), self._delete)

    async def rename_workflow_definition(self, project_id: int, workflow_id: str, name: str) -> None:
        await self._answer("rename", (project_id, workflow_id, name), self._rename)

    async def move_workflow_definition(self, project_id: int, workflow_id: str, folder: str) -> None:
        await self._answer("move", (project_id, workflow_id, folder), self._move)

    async def _answer(self, operation: str, given: tuple[Any, ...], default: Callable[..., Any]) -> Any:
        assert operation == "job" or given[0] == PROJECT
        self.calls.append((operation, given if len(given) > 1 else given[0]))
        queue = self.answers.get(operation) or [default]
        answer = queue.pop(0) if self.answers.get(operation) else default
        await asyncio.sleep(0)
        if callable(answer):
            answer = answer(*given)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _get(self, _: int, workflow_id: str) -> Any:
        return self.definition(workflow_id) if workflow_id in self.held else not_found()

    def definition(self, workflow_id: str, root: Object | None = None) -> openapi.WorkflowDefinition:
        return openapi.WorkflowDefinition(
            id=workflow_id,
            owner="42",
            create_time=1_700_000_000_000,
            spec=json.dumps(root or self.held[workflow_id]),
            workflow_id="900" if workflow_id in self.published else None,
            request_id="REQ-G",
        )

    def _list(self, _: int, kind: str, name: str | None) -> list[openapi.WorkflowSummary]:
        rows = [
            {
                "Id": key,
                "Name": workflow(root)["name"],
                "Script": {"Path": workflow(root)["script"]["path"]},
                "Type": root["kind"],
            }
            for key, root in self.held.items()
            if key not in self.unlisted
        ]
        found = [openapi.WorkflowSummary.model_validate(row) for row in rows]
        return [item for item in found if item.kind == kind and (name or "") in item.name]

    def _delete(self, _: int, workflow_id: str) -> Any:
        return None if self.held.pop(workflow_id, None) else not_found("Delete")

    def _rename(self, _: int, workflow_id: str, name: str) -> None:
        found = workflow(self.held[workflow_id])
        folder, slash, _name = found["script"]["path"].rpartition("/")
        found["name"], found["script"]["path"] = name, f"{folder}{slash}{name}"

    def _move(self, _: int, workflow_id: str, folder: str) -> None:
        found = workflow(self.held[workflow_id])
        found["script"]["path"] = f"{folder}/{found['name']}".lstrip("/")


def _validate(_: int, text: str) -> openapi.AsyncJob:
    """What a dry run does: nothing but give a job."""
    assert json.loads(text)["spec"]
    return openapi.AsyncJob(id="dry1")


async def never(*_: Any) -> None:
    """An answer that does not come."""
    await asyncio.Event().wait()


class FakeReporter:
    """Remembers what is reported."""

    def __init__(self) -> None:
        self.reported: list[tuple[str, str]] = []
        self.on_status: Callable[[str], None] = lambda _: None

    def status(self, message: str) -> None:
        self.reported.append(("status", message))
        self.on_status(message)

    def info(self, message: str) -> None:
        self.reported.append(("info", message))

    def warning(self, message: str) -> None:
        self.reported.append(("warning", message))

    def texts(self, kind: str) -> list[str]:
        return [text for one, text in self.reported if one == kind]

    @property
    def warnings(self) -> list[str]:
        return self.texts("warning")


@dataclass
class Run:
    """One run of a program: what the engine would call, in its order."""

    client: FakeClient = field(default_factory=FakeClient)
    definitions: WorkflowDefinitions = field(default_factory=WorkflowDefinitions)
    report: FakeReporter = field(default_factory=FakeReporter)
    clock: VirtualClock = field(default_factory=VirtualClock)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    urn: str = URN

    def context(self, *given: Object, **more: Any) -> Context:
        """A step that is given values, as a front makes it."""
        secret = any(flowspec.secrets_of(values) for values in given)
        openapi.withhold_words(secret)
        return Context(
            urn=more.pop("urn", self.urn),
            client=cast("openapi.Client", self.client),
            report=self.report,
            cancelled=self.cancelled,
            clock=self.clock,
            secret=secret,
            **more,
        )

    def again(self) -> "Run":
        """Another process against the same service."""
        self.client.calls.clear()
        return Run(client=self.client, urn=self.urn)

    def check(self, spec: Any = None, olds: Any = None, project: Any = PROJECT, **more: Any) -> Checked:
        urn, secret = more.pop("urn", self.urn), more.pop("secret", False)
        news = {"projectId": project, "spec": etl() if spec is None else spec, **more}
        if secret:
            news["spec"] = flowspec.secret(news["spec"])
        return self.definitions.check(urn, news, olds)

    def inputs(self, spec: Any = None, olds: Any = None, **more: Any) -> Object:
        found = self.check(spec, olds, **more)
        assert found.failures == []
        return found.inputs

    async def create(self, spec: Any = None, **more: Any) -> tuple[str, Object, Object]:
        """The resource's ID, inputs and outputs."""
        news = self.inputs(spec)
        resource_id, outputs = await self.definitions.create(self.context(news, **more), news)
        return resource_id, news, outputs

    async def update(self, state: tuple[str, Object, Object], spec: Any = None, **more: Any) -> Object:
        resource_id, olds, outputs = state
        news = self.inputs(spec, olds)
        context = self.context(olds, outputs, news, **more)
        return await self.definitions.update(context, Change(resource_id, olds, outputs, news))

    async def read(self, state: tuple[str, Object, Object], **more: Any) -> tuple[Object, Object] | None:
        return await self.definitions.read(self.context(*state[1:], **more), *state)

    async def delete(self, state: tuple[str, Object, Object], **more: Any) -> None:
        await self.definitions.delete(self.context(state[2], **more), state[0], state[2])

    def cancel_on(self, words: str) -> None:
        """Stops the run as soon as a status says this."""
        self.report.on_status = lambda text: self.cancelled.set() if words in text else None


def workflow(root: Object) -> Object:
    found: Object = root["spec"]["workflows"][0]
    return found


def root_of(values: Object, urn: str = URN) -> Object:
    """The complete document of inputs or outputs, under its declared IDs."""
    if "workflowId" in values:
        return DefinitionState.of(urn, f"{values['projectId']}/{values['workflowId']}", values).inputs.root
    return DefinitionInputs.of(values, urn).root


def kept(outputs: Object) -> Object:
    """What the provider keeps for itself beside the outputs that people see."""
    found: Object = outputs.get(BOOKKEEPING, {})
    return found


def owned(outputs: Object) -> list[str]:
    """The IDs of the nodes that a resource counts as its own."""
    return sorted(owned_nodes(outputs))


def node_ids(root: Object) -> dict[str, str]:
    return {name: str(item["id"]) for name, item in flowspec.nodes_of(workflow(root))}


def load_gets_another_id(run: Run) -> None:
    """At the next import the service gives the node `load` the ID 882 in place of its own."""

    def replacing(_: int, text: str) -> openapi.AsyncJob:
        root = json.loads(text)
        return run.client.store(json.dumps(flowspec.rename_ids(root, {node_ids(root)["load"]: "882"})))

    run.client.will("import", replacing)


def edited(root: Object, change: Callable[[Object], object]) -> Object:
    done = copy.deepcopy(root)
    change(done)
    return done


def half_done(error: HalfDoneError, inputs: Object) -> tuple[str, Object, Object]:
    """The state that the engine keeps of a step that ended half done."""
    return error.id, inputs, error.outputs


def put(run: Run, spec: Any, workflow_id: str | None = None, urn: str = OTHER_URN) -> str:
    """A workflow that is there already."""
    root = root_of(Run().inputs(spec, urn=urn), urn)
    key = workflow_id or workflow(root)["id"]
    workflow(root)["id"] = root["spec"]["id"] = key
    run.client.held[key] = root
    return str(key)


async def broken(run: Run, spec: Any = None, **more: Any) -> tuple[str, Object, Object, str]:
    """ID, inputs and outputs of a create that ends half done, and its words."""
    with pytest.raises(HalfDoneError) as caught:
        await run.create(spec, **more)
    state = half_done(caught.value, run.inputs(spec))
    assert state[0].startswith(f"{PROJECT}/")
    assert state[2]["spec"] == state[1]["spec"]
    assert (PROJECT, state[0].partition("/")[2]) in run.definitions.held
    return (*state, str(caught.value))


def job(status: str, **more: Any) -> openapi.JobStatus:
    return openapi.JobStatus(job_id="job1", status=status, **more)
