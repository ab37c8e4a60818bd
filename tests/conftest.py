"""Asserts in `tests/support` show their values; wording is in one file; what is for the night alone is left out by day."""

import pytest

pytest.register_assert_rewrite("tests.support")
pytest_plugins = ["tests.support.messages"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from tests.support.nightly import NIGHTLY

    if NIGHTLY:
        return
    left = [item for item in items if item.get_closest_marker("nightly")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if not item.get_closest_marker("nightly")]
