"""Control over HTTP, for a test in another process.

No request is signed, so what a web page could send is refused: a POST has to be `application/json`, which a page cannot
send to another address without being asked first, and `Host` has to be a name that no page is loaded from.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ._documents import write
from ._emulator import Emulator, Settings
from ._lives import STRICT, Fault, Life, read
from ._world import Edition, Workflow

Act = Callable[[Emulator, Any], Any]
Times = Annotated[int, Field(ge=1, le=10_000)]


class _Body(pydantic.BaseModel):
    model_config = STRICT


class _Approve(_Body):
    id: str


class _Deploy(_Body):
    id: str
    type: Literal["Online", "Offline"] = "Online"


class _Edit(_Body):
    id: str
    document: dict[str, Any] | None


class _Publish(_Body):
    id: str
    published: bool = True


class _Lock(_Body):
    id: str
    locked: bool = True


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class _Job(Life):
    times: Times | None = None


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class _Stage(Life):
    code: str | None = None
    times: Times = 1


class _Edition(_Body):
    edition: Edition | None


class _Clock(_Body):
    advance: Annotated[float, Field(ge=0, le=10**9)]


def control_routes(emulator: Emulator) -> list[Route]:
    """The routes below `/_emulator/`. A POST takes JSON; what it cannot take is a 400 that says why."""
    posts: dict[str, tuple[Any, Act]] = {
        "faults": (list[Fault] | Fault, _faults),
        "job": (_Job, _job),
        "stage": (_Stage, _stage),
        "switches": (dict[str, Any], _switches),
        "edit": (_Edit, _edit),
        "publish": (_Publish, lambda it, given: it.publish(given.id, published=given.published)),
        "approve": (_Approve, lambda it, given: it.approve(given.id)),
        "deploy": (_Deploy, lambda it, given: {"id": it.deploy(given.id, given.type)}),
        "lock": (_Lock, lambda it, given: it.lock(given.id, locked=given.locked)),
        "edition": (_Edition, lambda it, given: it.set_edition(given.edition)),
        "configure": (Settings, lambda it, given: it.configure(given)),
        "clock": (_Clock, lambda it, given: it.clock.advance(given.advance)),
    }
    gets: dict[str, Act] = {
        "calls": _calls,
        "workflows": lambda it, _: [_as_json(workflow) for workflow in it.workflows()],
        "runs": _runs,
        "switches": lambda it, _: it.switches.as_json(),
    }
    return [
        *(
            Route(f"/_emulator/{name}", _post(emulator, *how), methods=["POST"])
            for name, how in posts.items()
        ),
        *(Route(f"/_emulator/{name}", _get(emulator, act), methods=["GET"]) for name, act in gets.items()),
    ]


def _post(emulator: Emulator, kind: Any, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not _is_local(request):
            return _foreign(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refused("the header Content-Type has to be application/json", 415)
        try:
            return JSONResponse(act(emulator, read(kind, await request.body())) or {})
        except ValueError as error:
            return _refused(str(error), 400)

    return endpoint


def _get(emulator: Emulator, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not _is_local(request):
            return _foreign(request)
        return JSONResponse(act(emulator, dict(request.query_params)))

    return endpoint


def _is_local(request: Request) -> bool:
    """Whether `Host` is an IP address or a name without a dot.

    A page whose own name is made to mean this machine (DNS rebinding) sends that name, and names of pages have a dot.
    """
    host = request.url.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and "." not in host
    return True


def _foreign(request: Request) -> Response:
    host = request.headers.get("host", "")
    return _refused(
        f"the control endpoint is called by an IP address or a name without a dot, not {host}", 403
    )


def _refused(why: str, status: int) -> Response:
    return JSONResponse({"error": why}, status)


def _faults(emulator: Emulator, given: list[Fault] | Fault) -> None:
    """A fault, or a list of them, to be added; an empty list forgets them all."""
    if given == []:
        emulator.clear_faults()
    for fault in given if isinstance(given, list) else [given]:
        emulator.add_fault(fault)


def _job(emulator: Emulator, given: _Job) -> None:
    """A life; with `times` for the next jobs only."""
    if given.times is None:
        emulator.set_job_life(given)
    else:
        emulator.script_job(given, given.times)


def _stage(emulator: Emulator, given: _Stage) -> None:
    """A life of stages; with `code` of the stages with that code in the next runs only."""
    if given.code is None:
        emulator.set_stage_life(given)
    else:
        emulator.script_stage(given.code, given, given.times)


def _switches(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    emulator.switch(**given)
    return emulator.switches.as_json()


def _edit(emulator: Emulator, given: _Edit) -> None:
    """A document of null deletes."""
    if given.document is None:
        emulator.remove(given.id)
    else:
        emulator.edit(given.id, given.document)


def _calls(emulator: Emulator, query: dict[str, str]) -> list[dict[str, Any]]:
    """Every call, or those of `?action=`."""
    wanted = query.get("action")
    return [asdict(call) for call in emulator.calls if wanted in {None, call.action}]


def _runs(emulator: Emulator, _: Any) -> list[dict[str, Any]]:
    return [
        {"id": run.run_id, "type": run.kind, "workflow": run.key[1], "status": run.status}
        | {"stages": [{"code": stage.plan.code, "status": stage.status} for stage in run.stages]}
        for run in emulator.runs()
    ]


def _as_json(workflow: Workflow) -> dict[str, Any]:
    return {
        "id": workflow.workflow_id,
        "projectId": workflow.project_id,
        "kind": workflow.kind,
        "path": workflow.path,
        "published": workflow.published,
        "spec": write(workflow.document),
    }
