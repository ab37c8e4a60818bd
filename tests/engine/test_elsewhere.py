"""Region and endpoint that come from the environment: another shell is another place."""

from __future__ import annotations

import pytest

from tests.support.documents import etl
from tests.support.stacks import Stack


@pytest.mark.starts_plugin
def test_a_shell_of_another_region_neither_sees_nor_drops_nor_changes_what_is_there(stack: Stack) -> None:
    stack.environment["ALIBABA_CLOUD_REGION_ID"] = "cn-shanghai"
    stack.deployment(etl())
    stack.up()
    stack.environment["ALIBABA_CLOUD_REGION_ID"] = "cn-beijing"
    for step in (stack.preview, stack.refresh, stack.up, stack.destroy):
        assert "this resource was made in cn-shanghai" in step(ok=False).output
    assert stack.resource()
    assert stack.deployed()
    assert len(stack.emulator.workflows()) == 1
    stack.environment["ALIBABA_CLOUD_REGION_ID"] = "cn-shanghai"
    stack.preview("--expect-no-changes")


def test_another_region_in_the_configuration_is_a_replacement_and_no_error(stack: Stack) -> None:
    stack.workflow(etl(), config={"region": "cn-shanghai"})
    stack.up()
    stack.workflow(etl(), config={"region": "cn-beijing"})
    assert "1 to replace" in stack.preview().output
