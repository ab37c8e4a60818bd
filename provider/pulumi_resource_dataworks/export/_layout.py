"""Where everything of a workflow lies, and names that every file system can hold."""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.flowspec import Json, Object

from ._yaml import Joined, NodeOutput, ScriptFile, Setting

# --- Names: of resources, and of files and folders that every file system can hold


_LONGEST = 255
"""Bytes that a name may have in ext4, APFS and, as characters, in NTFS."""

_LONGEST_PATH = 1000
"""Bytes of a path in Data Studio above which its folders are left out: macOS takes 1,024, and a script's name follows."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def parts_of(path: str) -> tuple[str, ...]:
    """The folders of a path in Data Studio, and the name at its end."""
    return tuple(part for part in path.split("/") if part.strip())


class Names:
    """The names in one folder. No two are alike to a file system that ignores case and how an accent is encoded."""

    def __init__(self, *taken: str) -> None:
        self._taken = {_folded(name) for name in taken}

    def take(self, wanted: str, suffix: str = "") -> str:
        """A safe name for something, with a number where another one has it; `suffix` includes its dot."""
        stem = _safe(wanted)
        number = 1
        while True:
            end = suffix if number == 1 else f"-{number}{suffix}"
            name = _cut(stem, _LONGEST - len(end.encode())) + end
            if _folded(name) not in self._taken:
                self._taken.add(_folded(name))
                return name
            number += 1


class Folders:
    """The folder of each workflow, as they lie in Data Studio.

    Attributes:
        names: By folder, the names in it.
    """

    def __init__(self, root: str, *taken: str) -> None:
        self.names: dict[str, Names] = {}
        self._taken = taken
        self._known: dict[tuple[str, ...], str] = {(): root}
        self._used: set[str] = set()
        self._open(root)

    def take(self, parts: tuple[str, ...]) -> str:
        """A folder for the workflow with this path, whose names are in `names`; no other workflow gets it."""
        if len("/".join(parts).encode(errors="replace")) > _LONGEST_PATH:
            parts = parts[-1:]
        folder = self._folder(parts)
        if folder in self._used:
            holder = self._folder(parts[:-1])
            folder = self._open(f"{holder}/{self.names[holder].take(parts[-1])}")
        self._used.add(folder)
        return folder

    def _folder(self, parts: tuple[str, ...]) -> str:
        if parts not in self._known:
            holder = self._folder(parts[:-1])
            self._known[parts] = self._open(f"{holder}/{self.names[holder].take(parts[-1])}")
        return self._known[parts]

    def _open(self, folder: str) -> str:
        self.names[folder] = Names(*self._taken)
        return folder


def resource_names(paths: Mapping[str, Sequence[str]], given: Mapping[str, str]) -> dict[str, str]:
    """A name for the resource of each workflow, by workflow ID; no two are the same.

    It is the workflow's own. Where two have the same one, the folders above stand before it, as many as tell them apart.

    Args:
        paths: By ID, the folders of a workflow with its own name at the end.
        given: Names of an earlier export, which stay.
    """
    kept = {name: one for one, name in given.items() if one in paths and name and name == _word(name)}
    found = {one: name for name, one in kept.items()}
    taken = set(found.values())
    depth = {one: 1 for one in paths if one not in found}
    while True:
        wanted = {one: _joined(paths[one][-count:]) for one, count in depth.items()}
        often = Counter(wanted.values())
        deeper = [
            one
            for one, name in wanted.items()
            if (often[name] > 1 or name in taken) and depth[one] < len(paths[one])
        ]
        if not deeper:
            break
        for one in deeper:
            depth[one] += 1
    for one in sorted(wanted, key=lambda one: (wanted[one], tuple(paths[one]), one)):
        name, number = wanted[one], 1
        while name in taken:
            number += 1
            name = f"{wanted[one]}-{number}"
        found[one] = name
        taken.add(name)
    return found


def _joined(parts: Sequence[str]) -> str:
    return "-".join(filter(None, map(_word, parts))) or "workflow"


def _word(text: str) -> str:
    """Letters and digits of any script, `_`, `.` and `-`; each run of others is one `-`."""
    kept = (letter if _is_letter(letter) or letter in "_.-" else "-" for letter in _composed(text))
    return re.sub("--+", "-", "".join(kept)).strip("-.")


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def _safe(text: str) -> str:
    """A text as a name on Windows, macOS and Linux: never a path, hidden, or a device."""
    name = _FORBIDDEN.sub("_", _composed(text))
    name = "".join(letter if letter.isprintable() else "_" for letter in name).strip().rstrip(". ")
    return f"_{name}" if not name or name.startswith(".") or _DEVICES.match(name) else name


def _cut(name: str, longest: int) -> str:
    """The beginning of a name that fits; it ends as a name may."""
    return name.encode()[:longest].decode(errors="ignore").rstrip(". ") or "_"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(name: str) -> str:
    return _composed(unicodedata.normalize("NFC", name).casefold())


# --- The suffix of a script's file, by what runs it
#
# From the file extensions of the vendor's FlowSpec library (`CodeProgramType`, 2.0.0-1), each without the parts that no
# editor knows: `.mc.spark.json` is `.json`. Types that it does not have go by their names.


_OTHER = ".txt"

_SUFFIXES = {
    ".sh": """SHELL DIDE_SHELL SSH EXTREME_STORAGE EMR_SPARK EMR_MR EMR_SHELL EMR_SPARK_SHELL EMR_SPARK_STREAMING CDH_SPARK
        CDH_SHELL CDH_SPARK_SHELL CDH_MR PAI_DLC ODPS_SHELL SERVERLESS_SPARK_BATCH SERVERLESS_SPARK_STREAMING EMR_SCOOP""",
    ".pl": "PERL ODPS_PERL",
    ".py": "PYTHON PYODPS PYODPS2 PYODPS3 ODPS_XLIB ALINK EMR_PYSPARK SERVERLESS_PYSPARK",
    ".ipynb": "NOTEBOOK",
    ".sql": """HIVE YSF_DESEN ODPS_SQL LIGHTNING_SQL ODPS_SPARK_SQL ODPS_MR ODPS_SCRIPT COMPONENT_SQL SQL_COMPONENT EMR_HIVE
        EMR_HIVE_CLI EMR_SPARK_SQL EMR_PRESTO EMR_IMPALA EMR_STREAMING_SQL EMR_TRINO EMR_KYUUBI CDH_HIVE CDH_SPARK_SQL
        CDH_PRESTO CDH_IMPALA HOLOGRES_DEVELOP HOLOGRES_SQL CLICK_SQL POSTGRESQL MYSQL SQLSERVER ORACLE STARROCKS DRDS DORIS
        MARIADB SELECTDB REDSHIFT SAPHANA VERTICA OCEANBASE DB2 ADB_FOR_POSTGRESQL ADB_FOR_MYSQL ADB_SPARK_SQL
        SERVERLESS_SPARK_SQL SERVERLESS_KYUUBI""",
}
_BY_COMMAND = {command: suffix for suffix, commands in _SUFFIXES.items() for command in commands.split()}


def suffix_of(node: Object) -> str:
    """The suffix of a node's script, with its dot. The script of any other type is JSON where it reads as such."""
    script = cast("Object", node.get("script") or {})
    runtime = cast("Object", script.get("runtime") or {})
    command = str(runtime.get("command") or "").upper()
    if command in _BY_COMMAND:
        return _BY_COMMAND[command]
    if _is_json(str(script.get("content") or "")):
        return ".json"
    return ".sql" if "SQL" in command else _OTHER


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


# --- Where everything of a workflow lies: its scripts in files of their own, the rest of its document beside them


DOCUMENT = "workflow.json"
"""The name of a workflow's document in its folder."""

_FIRST = ("version", "kind", "id", "nodeId", "name", "type", "description", "path")
_LAST = ("inputs", "outputs", "nodes", "dependencies", "spec", "content")


def take_scripts_out(root: Object, folder: str, names: Names) -> tuple[Object, dict[str, bytes]]:
    """Puts each script into a file of its own.

    Args:
        root: A document.
        folder: The workflow's folder, from the program's.
        names: The names in it.

    Returns:
        The document with `ScriptFile` for the scripts, its keys, nodes and dependencies in an order that no read-back
        changes, and the files.
    """
    found: Object = copy.deepcopy(root)
    files: dict[str, bytes] = {}
    workflow = flowspec.workflow_of(found)
    for name, node in sorted(flowspec.nodes_of(workflow), key=lambda named: named[0]):
        script = cast("Object", node["script"])
        content = script.get("content")
        if isinstance(content, str) and content:
            file = names.take(name.replace("/", "."), suffix_of(node))
            files[f"{folder}/{file}"] = content.encode()
            script["content"] = ScriptFile(folder, file)
    for scope in flowspec.scopes(workflow):
        _sort(scope)
    return cast("Object", _ordered(found)), files


def as_json(document: Object) -> bytes:
    """A document as a file, with `{"fn::...": ...}` for what the program puts in its place."""
    return (json.dumps(document, ensure_ascii=False, indent=2, default=_function) + "\n").encode()


def _function(value: Any) -> Json:
    if isinstance(value, ScriptFile):
        return {"fn::readFile": value.name}
    if isinstance(value, Setting):
        return {"fn::config": value.key}
    if isinstance(value, NodeOutput):
        return {"fn::nodeOutput": [value.resource, value.node]}
    assert isinstance(value, Joined)  # noqa: S101 - there is no fifth
    return {"fn::join": ["", [_function(value.setting), value.rest]]}


def _sort(scope: Object) -> None:
    """The service gives nodes in another order at each import; none of these orders has a meaning."""
    if isinstance(scope.get("nodes"), list):
        scope["nodes"] = sorted(flowspec.objects(scope["nodes"]), key=lambda node: str(node.get("name")))
    for key in ("dependencies", "flow"):
        if isinstance(scope.get(key), list):
            scope[key] = sorted(scope[key], key=lambda one: str(one.get("nodeId")))


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        entries = cast("Object", value)
        return {key: _ordered(entries[key]) for key in sorted(entries, key=_rank)}
    return [_ordered(item) for item in cast("list[Json]", value)] if isinstance(value, list) else value


def _rank(key: str) -> tuple[int, str]:
    if key in _FIRST:
        return _FIRST.index(key), ""
    if key in _LAST:
        return len(_FIRST) + 1 + _LAST.index(key), ""
    return len(_FIRST), key
