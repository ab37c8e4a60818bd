"""A row of nodes, functions and files at work: what a user does with one of each, and what has to be right after it."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import Workflow
from tests.support.pairwise import Row
from tests.support.stack_course import DAY, StackCourse

Values = dict[str, Any]
RESOURCES = {"file": "FileResource", "function": "Function", "node": "Node"}
"""What stands in one program, in the order in which it is made."""
KINDS = {
    "file": ("Resource", "fileResources"),
    "function": ("Function", "functions"),
    "node": ("Node", "nodes"),
}
"""Of each the kind of its document, and the list there that holds it."""


@dataclass
class Objects:
    """What is declared of the three: each as it stands in its document.

    Attributes:
        waits: The outputs that the node waits for.
        content: What is in the file.
    """

    node: Values
    function: Values
    file: Values
    waits: tuple[str, ...] = ("other.events",)
    content: str = "class Mask: ...\n"

    @classmethod
    def of(cls, row: Row) -> Objects:
        """What a row begins with."""
        script = {"path": "care/vacuum", "runtime": {"command": "ODPS_SQL"}, "content": "SELECT 1;\n"}
        stream = {"name": "stream", "type": "flink"}
        node: Values = {"name": "vacuum", "script": script, "datasource": stream, "timeout": 3}
        if row["scene"] == "DATAWORKS_PROJECT":
            node["trigger"] = {"type": "Scheduler", "cron": "00 30 02 * * ?"}
        mask = {"path": "udf/mask", "runtime": {"command": "ODPS_FUNCTION"}}
        function: Values = {"name": "mask", "type": "string", "className": "masking.Mask", "script": mask}
        function["fileResources"] = [{"name": "masking.py"}]
        module = {"path": "udf/masking.py", "runtime": {"command": "ODPS_PYTHON"}}
        return cls(node, function, {"name": "masking.py", "type": "python", "script": module})

    def moved(self) -> Objects:
        """The same under other names in other folders."""
        found = copy.deepcopy(self)
        for held, name in ((found.node, "sweep"), (found.function, "hide"), (found.file, "hiding.py")):
            held["name"], held["script"]["path"] = name, f"tidy/{name}"
        if "fileResources" in found.function:
            found.function["fileResources"] = [{"name": "hiding.py"}]
        return found

    def document(self, name: str) -> Values:
        """The FlowSpec document of one of them."""
        kind, holder = KINDS[name]
        held = copy.deepcopy(getattr(self, name))
        spec = {holder: [held]}
        if name == "node" and self.waits:
            depends = [{"type": "Normal", "output": one} for one in self.waits]
            spec["dependencies"] = [{"nodeId": held["name"], "depends": depends}]
        return {"version": "1.1.0", "kind": kind, "spec": spec}


def theirs(row: Row) -> Objects:
    """What is somebody else's: in another folder, under our names where the service allows that."""
    found = Objects.of(row)
    for name in RESOURCES:
        held = getattr(found, name)
        held["name"] = held["name"] if row["taken_name"] != "refused" else f"their_{held['name']}"
        held["script"]["path"] = f"theirs/{held['name']}"
        held["id"] = held["name"]
    del found.function["fileResources"]  # a file that is used may not be deleted
    return found


async def make_theirs(row: Row, client: openapi.Client, project_id: int) -> None:
    """Makes what is somebody else's from the beginning."""
    found = theirs(row)
    calls: list[tuple[str, openapi.StudioObjects, dict[str, str]]] = [
        ("file", client.file_resources, {"ResourceFile": "https://b.oss.example/theirs.py"}),
        ("function", client.functions, {}),
        ("node", client.nodes, {"Scene": row["scene"]}),
    ]
    for name, operations, more in calls:
        await operations.create(project_id, json.dumps(found.document(name)), more)


@dataclass(kw_only=True)
class ObjectCourse(StackCourse):
    """The course of the life of a node, a function and a file in one stack.

    Attributes:
        foreign: The objects that are not ours, as they were in the beginning.
        declared: What is declared; None for nothing.
        ids: The objects' IDs; empty where the next look learns them.
        kept: What the service may have kept although it is no longer declared.
    """

    foreign: list[Workflow]
    declared: Objects | None = None
    ids: dict[str, str] = field(default_factory=dict[str, str])
    kept: frozenset[str] = frozenset()

    # --- What a user does

    def run(self, *arguments: str, ok: bool | None = True) -> str:
        self.emulator.clock.advance(DAY if self.row["edition"] == "basic" else 0)
        return super().run(*arguments, ok=ok)

    def forget_all(self) -> None:
        self.declared, self.ids = None, {}

    def declare(self, objects: Objects, *, live: bool = False, name: str = "own", **more: Any) -> None:
        """Writes the program with all three, and their deployments where they are live; `more` is an input of each."""
        self.declared = objects
        resources: dict[str, Any] = {}
        for which, kind in RESOURCES.items():
            inputs = {"projectId": self.stack.project_id, **self._inputs(objects, which, name), **more}
            resources[f"{name}-{which}"] = {"type": f"dataworks:{kind}", "properties": inputs}
            key = f"{kind[0].lower()}{kind[1:]}Id"
            asked = {one: f"${{{name}-{which}.{one}}}" for one in ("projectId", key, "digest")}
            waits = {"dependsOn": ["${live-file}"]} if which == "function" else {}
            if live:
                deployment = {"type": "dataworks:WorkflowDeployment", "properties": asked, "options": waits}
                resources[f"live-{which}"] = deployment
        self.stack.declare(resources, config=self.config)

    def _inputs(self, objects: Objects, which: str, name: str) -> Values:
        """The inputs that mean one of the objects, in the form of the row."""
        objects = copy.deepcopy(objects)
        held: Values = getattr(objects, which)
        for used in held.get("fileResources", []) if which == "function" else ():
            used["name"] = f"${{{name}-file.name}}"
        if which == "node":
            more: Values = {"scene": self.row["scene"]}
        elif which == "file":
            more = self._content(objects.content)
        else:
            more = {}
        if which != "node" and self.row["form"] == "short":
            short = {key: item for key, item in held.items() if key in ("name", "type", "className")}
            if "fileResources" in held:
                short["fileResources"] = [used["name"] for used in held["fileResources"]]
            return {**more, **short, "path": held["script"]["path"]}
        document = objects.document(which)
        return {**more, "spec": json.dumps(document) if self.row["form"] == "text" else document}

    def _content(self, text: str) -> Values:
        if self.row["content"] == "asset":
            return {"content": {"fn::stringAsset": text}}
        return {"contentUrl": f"{_address(text)}?Signature={self.steps}"}

    def up(self, *arguments: str, ok: bool | None = True) -> str:
        reported = super().up(*arguments, ok=ok)
        for line in self.warnings(reported):
            changed = re.search(r"it changes (.*?)( and keeps|$)", line)
            known = {"owner": "other_owner", "datasource.type": "datasource_type"}
            for name in changed[1].split(", ") if changed else ():
                assert self.row[known[name]] in ("replaced", "rewritten"), line
        return reported

    def warnings(self, reported: str) -> list[str]:
        """What the CLI has said of warnings at the end."""
        return [line.strip() for line in reported.splitlines() if line.startswith("    warning: ")]

    def forget(self) -> None:
        """Empties the state, as after a kill between the last call and the write of the state."""
        file = self.stack.state_file
        held = json.loads(file.read_text("utf-8"))
        held["checkpoint"]["latest"]["resources"] = []
        file.write_text(json.dumps(held), "utf-8")

    def urns(self) -> list[str]:
        """The URNs of the three."""
        ours = tuple(f":{kind}" for kind in RESOURCES.values())
        return [one["urn"] for one in self.stack.state() if one["type"].endswith(ours)]

    # --- What has to be right

    def ours(self) -> dict[str, Workflow]:
        """Our objects that the service holds, one of each at most."""
        known = {one.workflow_id for one in self.foreign}
        held = [one for one in self.emulator.objects() if one.workflow_id not in known]
        assert [one for one in self.emulator.objects() if one.workflow_id in known] == self.foreign
        names = {kind: name for name, (kind, _) in KINDS.items()}
        found = {names[one.kind]: one for one in held}
        assert len(found) == len(held), f"one of them is there twice: {held}"
        return found

    def look(self) -> None:
        """One of each as it is declared, under its ID; nobody else's touched; nothing half done."""
        found = self.ours()
        assert found.keys() == (set() if self.declared is None else RESOURCES.keys()), found
        if self.declared is not None:
            for name, one in found.items():
                self._look_at(name, one, self.declared)
        ids = {name: one.workflow_id for name, one in found.items()}
        assert not self.ids or ids == self.ids, f"others were made: {ids}, before {self.ids}"
        self.ids = ids
        for resource in self.stack.state():
            assert not resource.get("initErrors"), resource["initErrors"]
            assert not resource.get("delete"), resource

    def _look_at(self, name: str, one: Workflow, declared: Objects) -> None:
        sent, there = _gist(name, declared.document(name)), _gist(name, one.document)
        apart = {key for key in sent if sent[key] != there[key]}
        assert apart <= self.kept, f"{name}: the service holds {there}, and declared is {sent}"
        kind = RESOURCES[name]
        outputs = self.stack.one(kind)["outputs"]
        assert outputs[f"{kind[0].lower()}{kind[1:]}Id"] == one.workflow_id
        if name == "file":
            assert one.file is not None
            as_asset = one.file.sha256 == hashlib.sha256(declared.content.encode()).hexdigest()
            assert as_asset or one.file.address.startswith(_address(declared.content)), one.file

    def is_quiet(self, *, at_once: bool = False) -> None:
        """Neither change nor drift, found by calls that read; `at_once` no change either without a call."""
        quiet = ("preview", "--diff", "--expect-no-changes")
        for command in ([quiet] if at_once else []) + [(*quiet, "--refresh")]:
            before = len(self.emulator.calls)
            self.run(*command)
            calls = [call.action for call in self.emulator.calls[before:]]
            assert all(call.startswith(("Get", "List")) for call in calls), calls
            assert bool(calls) is ("--refresh" in command), calls
        self.look()

    def is_hindered(self, reported: str, words: str) -> None:
        """A clear error, and nothing of ours or others lost."""
        assert re.search(words, reported), f"no {words!r} in: {reported}"
        assert self.ours().keys() == RESOURCES.keys()


def _address(text: str) -> str:
    return f"https://b.oss.example/{hashlib.sha256(text.encode()).hexdigest()[:8]}.py"


def _gist(name: str, document: Values) -> Any:
    """What a document says of an object, but for what the service may write in another way."""
    kind, holder = KINDS[name]
    spec = document["spec"]
    [held] = spec[holder]
    script = held["script"]
    waits = spec.get("dependencies") or spec.get("flow") or []
    return {
        "kind": kind,
        "name": held["name"],
        "path": script["path"],
        "command": script["runtime"]["command"],
        "content": script.get("content", "").rstrip("\n"),
        "class": held.get("className"),
        "type": str(held.get("type", "")).casefold(),
        "files": [one["name"] for one in held.get("fileResources", [])],
        "timeout": int(held.get("timeout") or 0),
        "waits": sorted(one["output"] for wait in waits for one in wait["depends"]),
    }
