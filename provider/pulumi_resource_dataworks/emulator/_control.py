"""Control over HTTP, for a test in another process. No signature: whoever reaches localhost may."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ._emulator import Emulator
from ._faults import Fault
from ._jobs import Life
from ._json import is_list
from ._settings import Settings
from ._world import Workflow
from ._write import write

Action = Callable[[Emulator, Any], Any]


def control_routes(emulator: Emulator) -> list[Route]:
    """The routes below `/_emulator/`. A POST takes JSON; what it cannot take is a 400 that says why."""
    posts: dict[str, Action] = {
        "faults": _faults,
        "job": _job,
        "stage": _stage,
        "switches": _switches,
        "edit": _edit,
        "publish": _publish,
        "approve": _approve,
        "deploy": _deploy,
        "lock": _lock,
        "edition": _edition,
        "configure": _configure,
        "clock": _clock,
    }
    gets: dict[str, Action] = {
        "calls": _calls,
        "workflows": _workflows,
        "runs": _runs,
        "switches": _switches_now,
    }
    return [
        *(Route(f"/_emulator/{name}", _post(emulator, act), methods=["POST"]) for name, act in posts.items()),
        *(Route(f"/_emulator/{name}", _get(emulator, act), methods=["GET"]) for name, act in gets.items()),
    ]


def _post(emulator: Emulator, act: Action) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(act(emulator, await request.json()) or {})
        except KeyError as error:
            return JSONResponse({"error": f"{error.args[0]} is missing"}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint


def _get(emulator: Emulator, act: Action) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(act(emulator, dict(request.query_params)))

    return endpoint


def _faults(emulator: Emulator, given: Any) -> None:
    """A fault, or a list of them, to be added; an empty list forgets them all."""
    if given == []:
        emulator.clear_faults()
    for fault in given if is_list(given) else [given]:
        emulator.add_fault(Fault.from_json(fault))


def _job(emulator: Emulator, given: dict[str, Any]) -> None:
    """A life; with `times` for the next jobs only."""
    times = given.pop("times", None)
    life = Life.from_json(given)
    emulator.set_job_life(life) if times is None else emulator.script_job(life, times)


def _stage(emulator: Emulator, given: dict[str, Any]) -> None:
    """A life of stages; with `code` of the stages with that code in the next runs only, `times` of them (1)."""
    code, times = given.pop("code", None), given.pop("times", 1)
    life = Life.from_json(given)
    emulator.set_stage_life(life) if code is None else emulator.script_stage(code, life, times)


def _approve(emulator: Emulator, given: dict[str, Any]) -> None:
    """`id` of a pipeline run: passes the stage at which it waits for a person."""
    emulator.approve(given["id"])


def _deploy(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    """`id` of a workflow, and `type`: Online unless told."""
    return {"id": emulator.deploy(given["id"], given.get("type", "Online"))}


def _switches(emulator: Emulator, given: dict[str, Any]) -> dict[str, Any]:
    """Switches to change; answers all of them."""
    emulator.switch(**given)
    return emulator.switches.as_json()


def _switches_now(emulator: Emulator, _: Any) -> dict[str, Any]:
    return emulator.switches.as_json()


def _edit(emulator: Emulator, given: dict[str, Any]) -> None:
    """`id` and `document`; a document of null deletes."""
    if given["document"] is None:
        emulator.remove(given["id"])
    else:
        emulator.edit(given["id"], given["document"])


def _publish(emulator: Emulator, given: dict[str, Any]) -> None:
    """`id`, and `published`: true unless told."""
    emulator.publish(given["id"], published=given.get("published", True))


def _lock(emulator: Emulator, given: dict[str, Any]) -> None:
    """`id`, and `locked`: true unless told."""
    emulator.lock(given["id"], locked=given.get("locked", True))


def _edition(emulator: Emulator, given: dict[str, Any]) -> None:
    """`edition`, or null for no limits."""
    emulator.set_edition(Settings.from_json({"edition": given["edition"]}).edition)


def _configure(emulator: Emulator, given: dict[str, Any]) -> None:
    """Everything of a settings file at once."""
    emulator.configure(Settings.from_json(given))


def _clock(emulator: Emulator, given: dict[str, Any]) -> None:
    """`advance`: seconds to pass at once."""
    emulator.clock.advance(given["advance"])


def _calls(emulator: Emulator, query: dict[str, str]) -> list[dict[str, Any]]:
    """Every call, or those of `?action=`."""
    wanted = query.get("action")
    return [asdict(call) for call in emulator.calls if wanted in {None, call.action}]


def _workflows(emulator: Emulator, _: Any) -> list[dict[str, Any]]:
    return [_as_json(workflow) for workflow in emulator.workflows()]


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
