"""A run from its first call to its last, which deletes."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from pulumi_resource_dataworks import openapi

from ._bench import LOST_JOBS, Bench, Finding, StoppedError, UnfitError
from ._documents import Names
from ._journal import Journal
from ._table import PROBES, TABLE
from ._undo import Undo
from ._wire import Network, Recorder, Service


@dataclass(frozen=True)
class Options:
    """What is asked for.

    Attributes:
        project_id: The workspace.
        journal: Where to write down what is made.
        probes: Which to run; `basics` always does.
        second_project_id: Another workspace, where the same ID may be tried.
    """

    project_id: int
    journal: Path
    probes: frozenset[str] = frozenset(PROBES)
    second_project_id: int | None = None

    @property
    def chosen(self) -> list[str]:
        """The probes that run, in order."""
        return [name for name in PROBES if name in self.probes or name == "basics"]

    @property
    def calls(self) -> int:
        """About how many calls they make."""
        without = {"two_projects"} if self.second_project_id is None else set[str]()
        return sum(PROBES[name].calls for name in self.chosen if name not in without)


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        findings: Every switch of the emulator with what is known of it.
        calls: How many requests were sent.
        problem: Why the run ended before its time; "" where it did not.
        left: IDs of workflows that could not be deleted.
        undone: Whether the clean-up came to its end. If not, the journal is there still.
    """

    findings: Mapping[str, Finding]
    calls: int
    problem: str
    left: list[str]
    undone: bool


@dataclass
class Run:
    """One run.

    Attributes:
        settings: Where to and as whom.
        options: What is asked for.
        say: Told what is being done.
        transport: Instead of the network, for tests.
        clock: Instead of the machine's, for tests.
        cancelled: Set it to stop: the run ends after the call in flight, and deletes what it made.
    """

    settings: openapi.Settings
    options: Options
    say: Callable[[str], None]
    transport: httpx.AsyncBaseTransport | None = None
    clock: openapi.Clock = field(default_factory=openapi.SystemClock)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> Outcome:
        """Probe, and undo.

        Raises:
            FileExistsError: The journal of another run is there.
            SettingsError: No region.
        """
        recorder = Recorder(self.transport or Network(trust_env=not self.settings.is_loopback))
        service = Service(self.settings, transport=recorder, clock=self.clock, on_wait=self.say)
        project_id = self.options.project_id
        journal = Journal.begin(self.options.journal, Names(), project_id, self.settings.base_url)
        bench = Bench(
            service=service,
            recorder=recorder,
            journal=journal,
            project_id=project_id,
            second_project_id=self.options.second_project_id,
            clock=self.clock,
            cancelled=self.cancelled,
            say=self.say,
        )
        try:
            problem = await self._probe(bench)
        finally:
            left, trouble = await _undo(service, journal, self.clock, self.say)
            await service.aclose()
        problem = ". ".join(part for part in (problem, trouble or "") if part)
        self._throttled(bench)
        self._complete(bench, problem)
        return Outcome(bench.findings, recorder.calls, problem, left, undone=trouble is None and not left)

    async def _probe(self, bench: Bench) -> str:
        """Run the probes; return why not all could be run."""
        try:
            await self._begin(bench)
            for name in self.options.chosen:
                self.say(name)
                await self._one(bench, name)
        except StoppedError:
            return "the run was stopped"
        except openapi.QuotaExhaustedError as error:
            how = f'met in this run: "{error.message}"'
            bench.found("quota_status", error.status, how)
            bench.found("quota_code", error.code, how)
            return str(error)
        except (UnfitError, openapi.DataWorksError) as error:
            return str(error)
        return ""

    def _throttled(self, bench: Bench) -> None:
        """What is met by chance, as others call on the same account."""
        quota = bench.findings.get("quota_code")
        for heard in bench.recorder.throttled:
            if quota is None or heard.code != quota.setting:
                how = "met in this run, as others were calling"
                bench.found("throttling_status", heard.status, how)
                bench.found("throttling_code", heard.code, how)
                return

    async def _begin(self, bench: Bench) -> None:
        """One harmless call, which tells whether the workspace is there and the key good."""
        bench.check()
        there = await bench.service.list_workflow_definitions(
            bench.project_id, kind="CycleWorkflow", name=bench.names.prefix
        )
        if there:
            raise UnfitError(f"a name that nobody should have is taken: {there[0].name}")

    async def _one(self, bench: Bench, name: str) -> None:
        try:
            await PROBES[name].run(bench)
        except UnfitError as error:
            if name == "basics" or bench.lost_jobs >= LOST_JOBS:
                raise
            bench.untold(str(error), *_switches(name))
        except openapi.ServiceError as error:
            if name == "basics" or not error.is_ambiguous_client_error:
                raise
            bench.untold(str(error), *_switches(name))

    def _complete(self, bench: Bench, problem: str) -> None:
        """Say something of every switch."""
        for switch, row in TABLE.items():
            if row.probe is None:
                bench.untold(f"not tried: {row.how}", switch)
            elif problem:
                bench.untold(f"not tried: {problem}", switch)
            elif row.probe not in self.options.chosen:
                bench.untold("not tried: left out", switch)
            else:
                bench.untold("not told", switch)


def _switches(probe: str) -> list[str]:
    return [switch for switch, row in TABLE.items() if row.probe == probe]


async def clean_up(
    settings: openapi.Settings,
    journal: Path,
    say: Callable[[str], None],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: openapi.Clock | None = None,
) -> tuple[list[str], str | None]:
    """Delete what a killed run has left, as its journal says.

    Returns:
        The IDs of what is still there, and why the clean-up did not come to its end, if it did not.

    Raises:
        OSError: The journal cannot be read; FileNotFoundError where there is none.
        ValueError: It is no journal, or one of another service.
    """
    found = Journal.load(journal)
    if found.base_url != settings.base_url:
        raise ValueError(f"it is of a run at {found.base_url}, and not at {settings.base_url}")
    clock = clock or openapi.SystemClock()
    client = openapi.Client(settings, transport=transport, clock=clock, on_wait=say)
    try:
        return await _undo(client, found, clock, say)
    finally:
        await client.aclose()


async def _undo(
    client: openapi.Client, journal: Journal, clock: openapi.Clock, say: Callable[[str], None]
) -> tuple[list[str], str | None]:
    say("deleting what was made")
    try:
        left = await Undo(client, journal, clock, say).run()
    except openapi.DataWorksError as error:
        return [], str(error)
    if not left:
        journal.end()
    return left, None
