"""The node types that are known, what `script.runtime.command` may say: the table `node_types.json`, which says where it is from.

The vendor keeps adding to them, and its parser takes any: an unknown one is doubted, never refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """A row of the table; the table itself says what each field means. None is what no source says."""

    command: str
    group: str
    number: int | None = None
    name: str | None = None
    content: str | None = None
    languages: Sequence[str] = ()
    suffix: str | None = None
    checked: str = ""
    file: str = ""
    datasource: str | None = None
    required: Sequence[str] = ()
    note: str = ""
    open: str = ""
    filled: Mapping[str, Any] = field(default_factory=dict[str, Any])
    page: str | None = None


_TABLE = resources.files("pulumi_resource_dataworks.flowspec").joinpath("node_types.json")
_ROWS: list[dict[str, Any]] = json.loads(_TABLE.read_text("utf-8"))["types"]

NODE_TYPES: Mapping[str, NodeType] = {row["command"].upper(): NodeType(**row) for row in _ROWS}
"""By command in capitals, as the vendor's parser takes any case; by group, then by name."""

KNOWN_COMMANDS = frozenset(known.command for known in NODE_TYPES.values())
TYPE_IDS = {known.command: known.number for known in NODE_TYPES.values() if known.number}
