"""Documents of one workflow each, small and of a name of their own."""

from __future__ import annotations

from typing import Any

from specs import etl, node

PROJECT = 12345


def flow(name: str, *scripts: str, **changes: Any) -> dict[str, Any]:
    """A workflow with a node for each script, `n0` and so on; with one node unless told."""
    entries = [node(f"n{index}", script) for index, script in enumerate(scripts or ("SELECT 1;\n",))]
    return etl(name=name, nodes=entries, dependencies=[], **changes)
