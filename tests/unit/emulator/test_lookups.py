"""Workspaces and resource groups, as the vendor's own client asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_dataworks_public20240518 import models  # type: ignore[import-untyped]
from alibabacloud_dataworks_public20240518.client import Client  # type: ignore[import-untyped]
from alibabacloud_tea_openapi.exceptions import ClientException  # type: ignore[import-untyped]

from pulumi_resource_dataworks.emulator import Emulator, EmulatorServer, Project, ResourceGroup

PROJECTS = [Project(1, "sales"), Project(2, "sales_old", "Old sales", dev_environment_enabled=True)]
GROUPS = [
    ResourceGroup("g1", "shared"),
    ResourceGroup("g2", "shared_large", projects=(1, 2)),
    ResourceGroup("g3", "night", "ExclusiveScheduler", "Stop", (2,)),
]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(Emulator(projects=PROJECTS, resource_groups=GROUPS)) as running:
        yield running


@pytest.fixture
def emulator(server: EmulatorServer) -> Emulator:
    return server.emulator


def names(sdk: Client, **request: Any) -> list[str]:
    paging = sdk.list_projects(models.ListProjectsRequest(**request)).body.paging_info
    assert paging.total_count >= len(paging.projects)
    return [project.name for project in paging.projects]


def groups(sdk: Client, **request: Any) -> list[str]:
    paging = sdk.list_resource_groups(models.ListResourceGroupsRequest(**request)).body.paging_info
    return [group.id for group in paging.resource_group_list]


def test_a_project_has_what_the_sdk_says(sdk: Client, emulator: Emulator) -> None:
    project = sdk.get_project(models.GetProjectRequest(id=2)).body.project
    assert (project.id, project.name, project.display_name) == (2, "sales_old", "Old sales")
    assert (project.status, project.dev_environment_enabled) == ("Available", True)
    assert project.owner == emulator.account.uid
    [listed] = sdk.list_projects(models.ListProjectsRequest(ids=[2])).body.paging_info.projects
    assert listed.to_map() == project.to_map()


@pytest.mark.parametrize(
    ("setting", "code"), [("own_code", "1101080008"), ("as_workflow", "Emulator.UnknownCode")]
)
def test_a_project_that_is_not_there(sdk: Client, emulator: Emulator, setting: str, code: str) -> None:
    emulator.switch(unknown_project=setting)
    with pytest.raises(ClientException) as error:
        sdk.get_project(models.GetProjectRequest(id=3))
    assert error.value.code == code


@pytest.mark.parametrize(
    ("setting", "code"),
    [("own_code", "1101080008"), ("as_workflow", "Emulator.UnknownCode"), ("no_member", "400010")],
)
def test_what_is_in_a_project_that_is_not_there(
    sdk: Client, emulator: Emulator, setting: str, code: str
) -> None:
    emulator.switch(unknown_project_elsewhere=setting)
    with pytest.raises(ClientException) as error:
        sdk.list_workflow_definitions(models.ListWorkflowDefinitionsRequest(project_id=3))
    assert error.value.code == code
    with pytest.raises(ClientException) as error:
        sdk.get_project(models.GetProjectRequest(id=3))
    assert error.value.code == "1101080008"


@pytest.mark.parametrize(
    ("setting", "small", "capital"),
    [("exact", ["sales"], []), ("any_case", ["sales"], ["sales"]), ("contained", ["sales", "sales_old"], [])],
)
def test_projects_by_name(
    sdk: Client, emulator: Emulator, setting: str, small: list[str], capital: list[str]
) -> None:
    emulator.switch(project_names=setting)
    assert names(sdk, names=["sales"]) == small
    assert names(sdk, names=["Sales"]) == capital
    assert names(sdk) == ["sales", "sales_old"]
    assert names(sdk, page_size=1, page_number=2) == ["sales_old"]
    assert names(sdk, status="Frozen") == []


@pytest.mark.parametrize(
    ("setting", "first", "second"),
    [("bound", ["g1", "g2"], ["g1", "g2"]), ("first", ["g1", "g2"], []), ("all", ["g1", "g2"], ["g1", "g2"])],
)
def test_resource_groups_of_a_project(
    sdk: Client, emulator: Emulator, setting: str, first: list[str], second: list[str]
) -> None:
    emulator.switch(groups_of_project=setting)
    assert groups(sdk, project_id=1) == first
    assert groups(sdk, project_id=2) == second
    exclusive = groups(sdk, project_id=1, resource_group_types=["ExclusiveScheduler"])
    assert exclusive == (["g3"] if setting == "all" else [])
    with pytest.raises(ClientException):
        groups(sdk, project_id=3)


def test_resource_groups_by_name_type_and_status(sdk: Client) -> None:
    every = ["CommonV2", "ExclusiveScheduler"]
    assert groups(sdk) == ["g1", "g2"]
    assert groups(sdk, resource_group_types=every) == ["g1", "g2", "g3"]
    assert groups(sdk, name="large") == ["g2"]
    assert groups(sdk, resource_group_types=every, statuses=["Stop"]) == ["g3"]


def test_a_list_that_is_none_is_refused(ask: Any) -> None:
    loose = Emulator(strict=False)
    assert ask(loose, "ListProjects", Names="sales")["Code"] == "InvalidNames"
    assert ask(loose, "ListProjects", Names='{"a": 1}')["Code"] == "InvalidNames"
