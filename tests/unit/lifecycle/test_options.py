"""The provider's settings that are no settings of the client."""

from typing import Any

import pytest

from pulumi_resource_dataworks.lifecycle import Options
from pulumi_resource_dataworks.openapi import SettingsError
from tests.support.messages import Messages


def test_they_are_taken_out_of_the_configuration_as_pulumi_sends_it() -> None:
    config = {
        "region": "cn-shanghai",
        "strict": "true",
        "validateOnPreview": "false",
        "dryRunProjects": "[1, 2.0]",
    }
    options, rest = Options.take(config)
    assert options == Options(strict=True, dry_run=False, dry_run_projects=frozenset({1, 2}))
    assert rest == {"region": "cn-shanghai"}


@pytest.mark.parametrize("config", [{}, {"strict": None, "validateOnPreview": "", "dryRunProjects": None}])
def test_left_out_they_are_off(config: dict[str, Any]) -> None:
    assert Options.take(config) == (Options(), {})


@pytest.mark.parametrize("projects", ["123", "[0]", "[true]", "[1.5]", '["1"]', "{}", "x"])
def test_projects_are_whole_numbers(projects: str, messages: Messages) -> None:
    with pytest.raises(SettingsError) as refused:
        Options.take({"dryRunProjects": projects})
    messages(refused.value)


def test_each_flag_is_its_own() -> None:
    assert Options.take({"validateOnPreview": True}) == (Options(dry_run=True), {})
    assert Options.take({"strict": True}) == (Options(strict=True), {})


def test_every_problem_is_reported_at_once(messages: Messages) -> None:
    with pytest.raises(SettingsError) as caught:
        Options.take({"strict": "yes", "validateOnPreview": 1, "dryRunProjects": "1"})
    messages([str(problem) for problem in caught.value.problems])
