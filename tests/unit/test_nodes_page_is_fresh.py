"""The tables of docs/nodes.md are what the table of node types says, and that table is what the provider knows."""

import json
import runpy

from pulumi_resource_dataworks.flowspec._tables import NODE_TYPES
from tests.support.documents import etl, node
from tests.support.flowspecs import problems_of
from tests.support.repository import REPO


def test_the_page_is_what_the_table_says() -> None:
    tool = runpy.run_path(str(REPO / "tools" / "nodes_doc.py"))
    written = (REPO / "docs" / "nodes.md").read_text("utf-8")
    assert written == tool["page"](written)


def test_each_type_is_in_the_table_once_and_known_to_validation() -> None:
    commands = [one.command for one in NODE_TYPES.values()]
    assert len(commands) == len({command.casefold() for command in commands})
    nodes = [node(f"n{at}", script={"runtime": {"command": command}}) for at, command in enumerate(commands)]
    assert "command" not in {problem.rule for problem in problems_of(etl(nodes=nodes, dependencies=[]))}


def test_the_table_explains_its_fields_and_has_no_empty_ones() -> None:
    path = REPO / "provider" / "pulumi_resource_dataworks" / "flowspec" / "node_types.json"
    table = json.loads(path.read_text("utf-8"))
    used = {field for row in table["types"] for field in row}
    assert used == set(table["fields"])
    contents = {"sql", "shell", "python", "yaml", "json", "language", "none", None}
    assert {one.content for one in NODE_TYPES.values()} <= contents
    numbers = [one.number for one in NODE_TYPES.values() if one.number]
    assert len(numbers) == len(set(numbers))
