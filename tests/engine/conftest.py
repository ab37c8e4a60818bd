"""The fixtures of a stack, and a table of each matrix at the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import chaos, switches
from tests.support.documents import etl
from tests.support.stacks import Stack, blank, engine, plugin, server, stack

__all__ = ["blank", "engine", "plugin", "server", "stack"]


@pytest.fixture
def live(stack: Stack) -> Stack:
    """A stack whose workflow is up."""
    stack.workflow(etl())
    stack.up()
    return stack


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the kill matrix and the switch matrix, where any of them was run."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    properties = [pair for report in reports for pair in getattr(report, "user_properties", [])]
    for matrix, table in (("chaos", chaos.table), ("switches", switches.table)):
        cells = dict.fromkeys(tuple(cell) for name, cell in properties if name == matrix)
        if cells:
            terminalreporter.write_line(table(cells))
