"""Control over HTTP, for a test in another process.

No request is signed, so what a web page could send is refused: a POST has to be `application/json`, which a page cannot
send to another address without being asked first, and `Host` has to be a name that no page is loaded from.
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ._calls import STRICT, JsonObject, read
from ._documents import write
from ._emulator import Emulator, EmulatorSettings
from ._gateway import Edition, Fault
from ._instances import ScriptedTask, TaskLife
from ._model import Life, Upload, Workflow

Act = Callable[[Emulator, Any], Any]
Times = Annotated[int, Field(ge=1, le=10_000)]
Seconds = Annotated[float, Field(ge=0, le=10**9)]


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class _Job(Life):
    times: Times | None = None


@pydantic.dataclasses.dataclass(frozen=True, config=STRICT)
class _Stage(Life):
    code: str | None = None
    times: Times = 1


def _faults(emulator: Emulator, body: list[Fault] | Fault) -> None:
    """A fault, or a list of them, to be added; an empty list forgets them all."""
    if body == []:
        emulator.clear_faults()
    for fault in body if isinstance(body, list) else [body]:
        emulator.add_fault(fault)


def _job(emulator: Emulator, body: _Job) -> None:
    """A life; with `times` for the next jobs only."""
    if body.times is None:
        emulator.set_job_life(body)
    else:
        emulator.script_job(body, body.times)


def _stage(emulator: Emulator, body: _Stage) -> None:
    """A life of stages; with `code` of the stages with that code in the next runs only."""
    if body.code is None:
        emulator.set_stage_life(body)
    else:
        emulator.script_stage(body.code, body, body.times)


def _task(emulator: Emulator, body: ScriptedTask) -> None:
    """A life of tasks; with `name` of tasks of that name in the next instances only."""
    if body.name:
        emulator.scheduler.script(body)
    else:
        emulator.scheduler.life = TaskLife(body.seconds, body.outcome, body.log)


def _switches(emulator: Emulator, body: JsonObject) -> JsonObject:
    emulator.switch(**body)
    return emulator.switches.as_json()


def _edit(emulator: Emulator, body: Any) -> None:
    """A document of null deletes."""
    if body.document is None:
        emulator.remove(body.id)
    else:
        emulator.edit(body.id, body.document)


def _body(**fields: Any) -> Any:
    """An object with these keys: each with its type and its default, `...` where there is none."""
    return pydantic.create_model("Body", __config__=STRICT, **fields)


_ID = (str, ...)

_POSTS: Mapping[str, tuple[Any, Act]] = {
    "faults": (list[Fault] | Fault, _faults),
    "job": (_Job, _job),
    "stage": (_Stage, _stage),
    "task": (ScriptedTask, _task),
    "switches": (JsonObject, _switches),
    "edit": (_body(id=_ID, document=(JsonObject | None, ...)), _edit),
    "edit-node": (
        _body(workflow=_ID, node=_ID, field=_ID, value=(Any, ...)),
        lambda it, body: it.edit_node(body.workflow, body.node, body.field, body.value),
    ),
    "publish": (
        _body(id=_ID, published=(bool, True)),
        lambda it, body: it.publish(body.id, published=body.published),
    ),
    "approve": (_body(id=_ID), lambda it, body: it.approve(body.id)),
    "deploy": (
        _body(id=_ID, type=(Literal["Online", "Offline"], "Online")),
        lambda it, body: {"id": it.deploy(body.id, body.type)},
    ),
    "lock": (_body(id=_ID, locked=(bool, True)), lambda it, body: it.lock(body.id, locked=body.locked)),
    "edition": (_body(edition=(Edition | None, ...)), lambda it, body: it.set_edition(body.edition)),
    "configure": (EmulatorSettings, Emulator.configure),
    "clock": (_body(advance=(Seconds, ...)), lambda it, body: it.clock.advance(body.advance)),
}
"""The type of each POST's body, and what it does; a result is the answer."""


def _calls(emulator: Emulator, query: Mapping[str, str]) -> list[JsonObject]:
    """Every call, or those of `?action=`."""
    wanted = query.get("action")
    return [asdict(call) for call in emulator.calls if wanted in {None, call.action}]


def _runs(emulator: Emulator, _: Any) -> list[JsonObject]:
    return [
        {"id": run.run_id, "type": run.kind, "workflow": run.key[1], "status": run.status}
        | {"stages": [{"code": stage.code, "status": stage.status} for stage in run.stages]}
        for run in emulator.runs()
    ]


def _stored(found: Iterable[Workflow]) -> list[JsonObject]:
    return [
        {
            "id": workflow.workflow_id,
            "projectId": workflow.project_id,
            "kind": workflow.kind,
            "path": workflow.path,
            "published": workflow.published,
            "spec": write(workflow.document),
            **({"file": _file(workflow.file)} if workflow.file else {}),
        }
        for workflow in found
    ]


def _file(upload: Upload) -> JsonObject:
    return {**asdict(upload), "path": str(upload.path or "")}


def _instances(emulator: Emulator, _: Any) -> list[JsonObject]:
    now = emulator.clock.now()
    return [
        {"id": one.instance_id, "type": one.kind, "environment": one.environment, "date": one.date}
        | {"name": one.name, "status": one.status(now, fails_at_once=False), "parameters": one.parameters}
        | {"tasks": {task.name: one.status_of(task, now) for task in one.tasks}}
        for one in emulator.scheduler.instances.values()
    ]


_GETS: Mapping[str, Act] = {
    "calls": _calls,
    "workflows": lambda it, _: _stored(it.workflows()),
    "objects": lambda it, _: _stored(it.objects()),
    "runs": _runs,
    "instances": _instances,
    "switches": lambda it, _: it.switches.as_json(),
}


def control_routes(emulator: Emulator) -> list[Route]:
    """The routes below `/_emulator/`. A POST takes JSON; what it cannot take is a 400 that says why."""
    posts = [_route(emulator, name, body, act) for name, (body, act) in _POSTS.items()]
    return [*posts, *(_route(emulator, name, None, act) for name, act in _GETS.items())]


def _route(emulator: Emulator, name: str, body: Any, act: Act) -> Route:
    async def endpoint(request: Request) -> Response:
        if not _is_local(request.url.hostname or ""):
            host = request.headers.get("host", "")
            why = f"the control endpoint is called by an IP address or a name without a dot, not {host}"
            return _refused(why, 403)
        if body is None:
            return JSONResponse(act(emulator, request.query_params))
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refused("the header Content-Type has to be application/json", 415)
        try:
            return JSONResponse(act(emulator, read(body, await request.body())) or {})
        except ValueError as error:
            return _refused(str(error), 400)

    return Route(f"/_emulator/{name}", endpoint, methods=["GET" if body is None else "POST"])


def _is_local(host: str) -> bool:
    """Whether `Host` is an IP address or a name without a dot.

    A page whose own name is made to mean this machine (DNS rebinding) sends that name, and names of pages have a dot.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and "." not in host
    return True


def _refused(why: str, status: int) -> Response:
    return JSONResponse({"error": why}, status)
