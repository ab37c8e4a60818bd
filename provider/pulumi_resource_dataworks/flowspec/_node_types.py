"""The node types that are known, what `script.runtime.command` may say: the table `node_types.csv`.

Names, numbers (`commandTypeId`) and suffixes are those of the vendor's FlowSpec library (`CodeProgramType`, 2.0.0-1); further
names are from its later commits, its index of node types and real documents. The vendor keeps adding to them, and its parser
takes any: an unknown one is doubted, never refused. The form is what a script is written in, by the index of node types. It is
left out for types whose script holds other things beside it, as a component's, and for all JSON contents but those of Data
Integration: the others are not known well enough. Of a suffix the parts are left out that no editor knows: `.mc.spark.json`
is `.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple


class NodeType(NamedTuple):
    """One node type.

    Attributes:
        command: Its name.
        type_id: Its `commandTypeId`; empty where the vendor's library does not have the type.
        form: What its script is written in: `sql`, `shell`, `python` or `json`; empty where that is not known.
        suffix: That of a file with its script, with the dot; empty where that is not known.
    """

    command: str
    type_id: str
    form: str
    suffix: str


_TABLE = resources.files("pulumi_resource_dataworks.flowspec").joinpath("node_types.csv").read_text("utf-8")

NODE_TYPES: Mapping[str, NodeType] = {
    line.partition(",")[0].upper(): NodeType(*line.split(",")) for line in _TABLE.splitlines()[1:]
}
"""By command in capitals: the vendor's parser takes any case."""

KNOWN_COMMANDS = frozenset(known.command for known in NODE_TYPES.values())
TYPE_IDS = {known.command: int(known.type_id) for known in NODE_TYPES.values() if known.type_id}
