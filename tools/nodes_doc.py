#!/usr/bin/env python3
"""Write the tables of docs/nodes.md, all node types, from the provider's table of them. What stands above them stays."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

from pulumi_resource_dataworks.flowspec._tables import NODE_TYPES, NodeType

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "nodes.md"
TABLE = ROOT / "provider" / "pulumi_resource_dataworks" / "flowspec" / "node_types.json"
BEGIN = "<!-- The rest of this page is written by `make nodes`. -->\n"

HEAD = """\
## All node types

What the vendor's pages say of each type; empty where they say nothing. "By language": what `script.language` says. A node
with a data source has its type in `datasource.type`. The last columns have what a page requires beside, and what it limits
or leaves open. A type without a link has no page: it is known from the vendor's library or its index, or from real documents.
The data: `provider/pulumi_resource_dataworks/flowspec/node_types.json`.
"""
COLUMNS = "| type | content | language | file | data source | requires | limits, open questions |"
CONTENTS = {
    "sql": "SQL",
    "shell": "shell",
    "python": "Python",
    "yaml": "YAML",
    "json": "JSON",
    "language": "by language",
    "none": "none",
}


def row(node_type: NodeType) -> str:
    """Return a type's row; where it has a page, its name is a link."""
    name = f"`{node_type.command}`"
    cells = [
        f"[{name}]" if node_type.page else name,
        CONTENTS[node_type.content] if node_type.content else "",
        ", ".join(f"`{language}`" for language in node_type.languages),
        given(node_type.suffix),
        given(node_type.datasource),
        ", ".join(f"`{field}`" for field in node_type.required),
        f"{node_type.note} {node_type.open}".strip(),
    ]
    return f"| {' | '.join(cells)} |"


def given(text: str | None) -> str:
    """Return a cell: an empty text is the page's own word that there is none."""
    return "" if text is None else f"`{text}`" if text else "none"


def page(written: str) -> str:
    """Return the whole page, with these words above the tables."""
    source = json.loads(TABLE.read_text("utf-8"))["source"]
    base = f"https://github.com/{source['repository']}/blob/{source['commit']}/{source['folder']}"
    parts = [written.partition(BEGIN)[0] + BEGIN, HEAD]
    for group, types in itertools.groupby(NODE_TYPES.values(), key=lambda one: one.group):
        rows = "\n".join(map(row, types))
        parts.append(f"### Types: {group}\n\n{COLUMNS}\n|---|---|---|---|---|---|---|\n{rows}\n")
    links = [f"[`{one.command}`]: {base}/{one.page}.md" for one in NODE_TYPES.values() if one.page]
    return "\n".join([*parts, *links, ""])


def main() -> int:
    """Write the page; the exit status is returned."""
    PAGE.write_text(page(PAGE.read_text("utf-8")), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
