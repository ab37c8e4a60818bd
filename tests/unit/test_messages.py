"""The golden file of messages holds what tests look at, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.messages import GOLDEN
from tests.support.repository import REPO


def test_no_message_is_of_a_test_that_is_gone(request: pytest.FixtureRequest) -> None:
    """Of the modules that were collected whole; a test that is there and looks at no message fails by itself."""
    modules = {test: test.partition("::")[0] for test in GOLDEN}
    assert {module for module in modules.values() if not (REPO / module).exists()} == set()
    config = request.config
    if any("::" in argument for argument in config.args) or any(
        config.getoption(option) for option in ("keyword", "markexpr", "deselect")
    ):
        return
    collected = {item.nodeid for item in request.session.items}
    whole = {test.partition("::")[0] for test in collected}
    assert {test for test, module in modules.items() if module in whole} - collected == set()
