"""What an import makes of what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ._basics import TIMEOUT
from ._bench import Bench, UnfitError, first
from ._documents import Document, Seen, objects

_NOBODY = "1"
"""An owner who is not the caller; no user's ID has one digit."""

Judgement = tuple[Any, str]
"""A setting, or None where it is neither, and what was seen."""


@dataclass(frozen=True)
class _Variation:
    """A change of the scratch workflow, and what its read-back tells.

    Attributes:
        switch: The switch that it tells.
        change: Changes the document.
        judge: The document as it was sent, and what came of it.
    """

    switch: str
    change: Callable[[Document], None]
    judge: Callable[[Document, Seen], Judgement]


def scratch(bench: Bench) -> Document:
    """A copy of the scratch workflow's document.

    Raises:
        UnfitError: There is none.
    """
    if bench.workflow is None:
        raise UnfitError("there is no scratch workflow")
    return bench.workflow.copy()


async def updates(bench: Bench) -> None:
    """Everything that an update does not fail for, in one; each on its own where it does fail."""
    ending = await _tried(bench, *_VARIATIONS)
    if ending is None:
        return
    for variation in _VARIATIONS:
        why = await _tried(bench, variation)
        if why is not None:
            bench.untold(why, variation.switch)


async def _tried(bench: Bench, *variations: _Variation) -> str | None:
    """Import with these changes, and judge; why not, where it is not imported."""
    document = scratch(bench)
    for variation in variations:
        variation.change(document)
    ending = await bench.imported(document)
    if ending.outcome != "done":
        return ending.words
    seen = await bench.reread(str(document.workflow_id))
    for variation in variations:
        setting, how = variation.judge(document, seen)
        if setting is None:
            bench.untold(f"neither: {how}", variation.switch)
        else:
            bench.found(variation.switch, setting, how)
    return None


def _move(document: Document) -> None:
    document.what = "moved"


def _moved(document: Document, seen: Seen) -> Judgement:
    name, path = str(seen.body.get("name")), str(_inside(seen.body, "script", "path"))
    how = f"a workflow that was given another name reads back as {path}"
    if (name, path) == (document.name, document.path):
        return "moves", how
    stays = name != document.name and path != document.path
    return ("stays" if stays else None), how


def _omit(document: Document) -> None:
    first(document).pop("timeout")


def _omitted(document: Document, seen: Seen) -> Judgement:
    timeout = seen.at(first(document)["name"], "timeout")
    how = f"a timeout of {TIMEOUT}, left out in an update, reads back as {timeout}"
    return ("kept" if timeout == str(TIMEOUT) else "reset"), how


def _depend_by_name(document: Document) -> None:
    node = document.add("depends")
    depends = [{"type": "Normal", "refTableName": first(document)["name"]}]
    document.dependencies.append({"nodeId": node["name"], "depends": depends})


def _by_name(_: Document, seen: Seen) -> Judgement:
    kept = [
        item for entry in objects(seen.body.get("dependencies")) for item in objects(entry.get("depends"))
    ]
    if not kept:
        return "dropped", "a dependency without an output is gone"
    wired = any(item.get("output") for item in kept)
    return ("resolved" if wired else None), f"a dependency without an output reads back as {kept[0]}"


def _flink(document: Document) -> None:
    document.add("flink", datasource={"name": document.name, "type": "flink"})


def _datasource(document: Document, seen: Seen) -> Judgement:
    kind = seen.at(f"{document.name}_flink", "datasource", "type")
    settings = {"flink": "as_sent", "flink_serverless": "rewritten"}
    return settings.get(str(kind)), f"a data source of type flink reads back as {kind}"


def _stray(document: Document) -> None:
    node = document.add("stray")
    node["script"]["path"] = f"{document.names.folder}/elsewhere/{node['name']}"


def _node_path(document: Document, seen: Seen) -> Judgement:
    name = f"{document.name}_stray"
    path, sent = str(seen.at(name, "script", "path")), f"{document.names.folder}/elsewhere/{name}"
    how = f"a node that was sent as {sent} reads back as {path}"
    if path == sent:
        return "as_sent", how
    return ("prefixed" if path.endswith(f"/{sent}") else None), how


_VARIATIONS = (
    _Variation("moved_workflow", _move, _moved),
    _Variation("omitted_fields", _omit, _omitted),
    _Variation("dependency_by_name", _depend_by_name, _by_name),
    _Variation("datasource_type", _flink, _datasource),
    _Variation("node_path", _stray, _node_path),
)


async def node_ids(bench: Bench) -> None:
    """A node ID that is no number."""
    document = scratch(bench)
    chosen = f"pulumi-dataworks-probe-{bench.names.token}"
    name = document.add("named", chosen)["name"]
    ending = await bench.imported(document)
    switch = "non_numeric_node_id"
    if ending.is_bad:
        bench.found(switch, "refused", ending.words)
    elif ending.outcome == "done":
        actual = (await bench.reread(str(document.workflow_id))).at(name, "id")
        how = f"a node that was sent as {chosen} reads back as {actual}"
        if actual is None:
            bench.untold(f"neither: {how}", switch)
        else:
            bench.found(switch, "kept" if actual == chosen else "replaced", how)
    else:
        bench.untold(ending.words, switch)


async def workflow_ids(bench: Bench) -> None:
    """A workflow ID that is no number."""
    switch = "non_numeric_workflow_id"
    if bench.ids != "kept":
        bench.untold(f"any ID that does not exist is {bench.ids}", switch)
        return
    document = bench.document("text_id")
    document.workflow_id = chosen = f"pulumi-dataworks-probe-{bench.names.token}-workflow"
    document.add("only")
    ending = await bench.imported(document)
    if ending.is_bad:
        bench.found(switch, "refused", ending.words)
        return
    await bench.settle()
    bench.ids = "unknown"  # so that it is looked for by name as well
    try:
        seen = await bench.look_for(document, ending.sent)
    finally:
        bench.ids = "kept"
    if seen is None:
        bench.untold(f"what was imported is not to be found: {ending.words}", switch)
        return
    actual = seen.workflow_id
    bench.found(switch, "kept" if actual == chosen else "replaced", f"{chosen} reads back as {actual}")
    await bench.delete((bench.project_id, actual))


async def type_change(bench: Bench) -> None:
    """Another command for a node that is there."""
    document = scratch(bench)
    first(document)["script"]["runtime"]["command"] = "VIRTUAL"
    ending = await bench.imported(document)
    if ending.outcome == "failed":
        bench.found("type_change", "job_fails", f"another command for a node: {ending.words}")
        return
    command = None
    if ending.outcome == "done":
        seen = await bench.reread(str(document.workflow_id))
        command = seen.at(first(document)["name"], "script", "runtime", "command")
    if command == "VIRTUAL":
        bench.found("type_change", "accepted", "a node reads back with another command than before")
    else:
        why = f"neither: {ending.words}, and the node reads back as {command}"
        bench.untold(why, "type_change")


async def other_owner(bench: Bench) -> None:
    """An owner who is not the caller: here, nobody at all."""
    document = scratch(bench)
    first(document)["owner"] = _NOBODY
    ending = await bench.imported(document)
    if ending.outcome == "failed":
        bench.found("other_owner", "job_fails", f"a node of nobody's: {ending.words}")
        return
    owner = caller = None
    if ending.outcome == "done":
        seen = await bench.reread(str(document.workflow_id))
        owner, caller = seen.at(first(document)["name"], "owner"), seen.owner
    setting = {_NOBODY: "accepted", caller: "replaced"}.get(owner) if owner is not None else None
    if setting is None:
        bench.untold(f"neither: {ending.words}, and the node's owner is another", "other_owner")
    else:
        bench.found("other_owner", setting, "a node of nobody's reads back as " + _whose(setting))


def _whose(setting: str) -> str:
    return "it was sent" if setting == "accepted" else "the caller's"


async def version_2(bench: Bench) -> None:
    """A document of version 2.0.0."""
    document = scratch(bench)
    document.version = "2.0.0"
    ending = await bench.imported(document)
    settings = {"done": "accepted", "failed": "job_fails"}
    if ending.outcome in settings:
        bench.found("version_2", settings[ending.outcome], f"a document of version 2.0.0: {ending.words}")
    else:
        bench.untold(f"neither: {ending.words}", "version_2")


def _inside(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]
