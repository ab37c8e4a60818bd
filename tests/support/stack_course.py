"""What the rows of the switch matrix have in common: the service, what a user does at one stack, and the limits of calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Account, Emulator, EmulatorServer, Life, Project, Switches
from tests.support.pairwise import Row
from tests.support.stacks import Stack

OTHER_PROJECT = 10002
DAY = 24 * 3600
SHORT_JOB, LONG_JOB = Life("seconds", 0.2), Life("seconds", 2.5)
"""A long one still runs when it is first polled, and when the provider looks for what a lost import has left."""


@contextmanager
def service(row: Row, before: Callable[[openapi.Client, int], Awaitable[None]]) -> Iterator[EmulatorServer]:
    """DataWorks as a row has it, with what `before` makes by a client in the first workspace."""
    projects = (Project(), Project(project_id=OTHER_PROJECT, identifier="other"))
    with EmulatorServer(Emulator(projects=projects, job_life=SHORT_JOB, stage_life=SHORT_JOB)) as server:
        asyncio.run(_made_before(server, before))
        switches = Switches().as_json().keys()
        server.emulator.switch(**{name: setting for name, setting in row.items() if name in switches})
        server.emulator.set_edition(row["edition"])
        yield server


async def _made_before(
    server: EmulatorServer, before: Callable[[openapi.Client, int], Awaitable[None]]
) -> None:
    account: Account = server.emulator.account
    keys = {"accessKey": account.access_key, "secretKey": account.secret_key}
    client = openapi.Client(openapi.Settings.from_config({"endpoint": server.endpoint, **keys}, {}))
    await before(client, server.emulator.project.project_id)
    await client.aclose()
    server.emulator.clock.advance(1)


C = TypeVar("C", bound="StackCourse")
Results = list[tuple[str, int, bool]]


class Scenarios(Generic[C]):
    """What a course goes through, in the order in which it stands in the module."""

    def __init__(self) -> None:
        self._found: list[Callable[[C], Any]] = []

    def __call__(self, scenario: Callable[[C], Any]) -> Callable[[C], Any]:
        """Adds one, as a decorator."""
        self._found.append(scenario)
        return scenario

    def run(self, course: C, reported: Results) -> None:
        """Takes a course through all; `reported` gets scenario, runs of the CLI and whether it was right."""
        for scenario in self._found:
            course.steps, right = 0, False
            course.begin(scenario.__name__)
            try:
                scenario(course)
                right = True
            finally:
                if course.steps:
                    reported.append((scenario.__name__, course.steps, right))
        course.was_in_limits()


@dataclass
class StackCourse:
    """The course of a life in one stack.

    Attributes:
        row: Which service it is, and what is declared there.
        stack: Its stack.
        throttled: How many calls were throttled on purpose.
        steps: Runs of the CLI in the scenario.
        succeeded: Whether the last one did.
    """

    row: Row
    stack: Stack
    throttled: int = 0
    steps: int = 0
    succeeded: bool = True

    @property
    def emulator(self) -> Emulator:
        return self.stack.emulator

    def run(self, *arguments: str, ok: bool | None = True) -> str:
        """Runs the CLI when reads show all that was written before, and a new second has begun."""
        self.steps += 1
        self.emulator.clock.advance(self.row["stale_reads"] + (1 if self.row["edition"] else 0))
        process = self.stack.start(*arguments)
        reported, _ = process.communicate(timeout=200)
        assert "Traceback" not in reported, reported
        self.succeeded = process.returncode == 0
        assert ok is None or self.succeeded is ok, reported
        return reported

    def up(self, *arguments: str, ok: bool | None = True) -> str:
        reported = self.run("up", "--yes", "--skip-preview", *arguments, ok=ok)
        if ok:
            self.look()
        return reported

    def destroy(self, *, ok: bool = True) -> str:
        reported = self.run("destroy", "--yes", "--skip-preview", ok=ok)
        if ok:
            self.forget_all()
            self.look()
        return reported

    def begin(self, scenario: str) -> None:
        """Makes the service ready for a scenario."""

    def forget_all(self) -> None:
        """What is declared is nothing, and has no IDs."""
        raise NotImplementedError

    def look(self) -> None:
        """What has to be right after each step."""
        raise NotImplementedError

    @property
    def config(self) -> dict[str, Any]:
        """The provider's settings."""
        config: dict[str, Any] = {"validateOnPreview": True}
        if self.row.get("dry_run") == "honoured":
            config["dryRunProjects"] = [self.stack.project_id]
        if not self.row["edition"]:
            config["callsPerSecond"] = 1000
        return config

    def throttle(self) -> dict[str, Any]:
        """What somebody else's calls have used up of a second, as a fault; two calls are refused."""
        self.throttled += 2
        fault = {"status": self.row["throttling_status"], "code": self.row["throttling_code"]}
        return {"times": 2, "headers": {"x-acs-retry-after": "200"}, **fault}

    def used_up(self) -> dict[str, Any]:
        """A day's quota that is used up, as a fault."""
        return {"times": 1000, "status": self.row["quota_status"], "code": self.row["quota_code"]}

    @contextmanager
    def a_person(self) -> Iterator[None]:
        """Somebody passes every stage at which a pipeline run waits for a person."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(0.1):
                for run in self.emulator.runs():
                    stage = run.current
                    if run.status == "Running" and stage is not None and stage.manual:
                        self.emulator.approve(run.run_id)

        person = threading.Thread(target=work)
        person.start()
        try:
            yield
        finally:
            over.set()
            person.join()

    def was_in_limits(self) -> None:
        """No call was throttled but those that were to be."""
        codes = [call.code for call in self.emulator.calls]
        assert codes.count(self.row["throttling_code"]) == self.throttled
