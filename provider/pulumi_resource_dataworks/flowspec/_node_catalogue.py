"""What the vendor's pages say of each node type: the table is node_types.json, which also says where it is from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """A row of the table; the table itself says what each field means. None is what no page says."""

    command: str
    group: str
    number: int | None = None
    name: str | None = None
    content: str | None = None
    languages: tuple[str, ...] = ()
    suffix: str | None = None
    datasource: str | None = None
    required: tuple[str, ...] = ()
    note: str = ""
    open: str = ""
    page: str | None = None


@cache
def node_types() -> tuple[NodeType, ...]:
    """Every row, in the order of the table: by group, then by name."""
    text = (
        resources.files("pulumi_resource_dataworks.flowspec").joinpath("node_types.json").read_text("utf-8")
    )
    rows: list[dict[str, Any]] = json.loads(text)["types"]
    for row in rows:
        row.update({key: tuple(row[key]) for key in ("languages", "required") if key in row})
    return tuple(NodeType(**row) for row in rows)
