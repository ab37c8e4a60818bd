"""Workspaces and resource groups: what is asked for, and every shape that an answer may have."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.openapi import (
    Client,
    NotFoundError,
    PermissionDeniedError,
    ProjectNotFoundError,
    UnreadableAnswer,
)
from tests.support.services import Service, ok, refusal


def page(key: str, items: list[dict[str, Any]], total: object) -> httpx.Response:
    return ok(PagingInfo={"PageNumber": "1", "PageSize": "100", "TotalCount": total, key: items})


@pytest.mark.parametrize("wire", [10001, "10001", None])
async def test_a_project_by_its_id(client: Client, service: Service, wire: object) -> None:
    fields = {"Name": "sales", "DevEnvironmentEnabled": "True", "Status": "Available", "PaiTaskEnabled": 1}
    service.will(ok(Project={**fields, **({"Id": wire} if wire else {})}))
    project = await client.lookups.project(10001)
    assert (project.id, project.name, project.dev_environment_enabled) == ("10001", "sales", True)
    assert (service.actions, service.parameters()) == (["GetProject"], {"Id": "10001"})
    assert service.requests[0].method == "GET"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(403, "1101080008", "no"), ProjectNotFoundError),
        (refusal(400, "1101080008", "no"), ProjectNotFoundError),
        (refusal(404, "Any.NotFound"), ProjectNotFoundError),
        (refusal(403, "Forbidden.Access"), PermissionDeniedError),
        (ok(), NotFoundError),
        (ok(Project={"Id": 1.5}), UnreadableAnswer),
    ],
)
async def test_a_project_that_is_not_there(
    client: Client, service: Service, answer: httpx.Response, kind: type[Exception]
) -> None:
    service.will(answer)
    with pytest.raises(kind):
        await client.lookups.project(10001)


async def test_projects_of_a_name_and_all(client: Client, service: Service) -> None:
    service.will(page("Projects", [{"Id": "1", "Name": "销售"}], "1"))
    [project] = await client.lookups.projects(name="销售")
    assert (project.id, project.name, project.dev_environment_enabled) == ("1", "销售", None)
    assert service.requests[0].method == "POST"
    assert service.requests[0].url.query == b""
    paging = {"PageSize": "100", "PageNumber": "1"}
    assert service.parameters() == {"Names": '["销售"]', **paging}
    assert len(await client.lookups.projects()) == 1
    assert service.parameters() == paging


async def test_resource_groups_over_all_pages(client: Client, service: Service) -> None:
    first = [{"Id": f"g{number}", "Name": "n", "ResourceGroupType": "CommonV2"} for number in range(100)]
    second: list[dict[str, Any]] = [{"Id": "g99"}, {"Id": 100, "Name": "last", "Status": "Normal"}]
    service.will(page("ResourceGroupList", first, "101"), page("ResourceGroupList", second, 101))
    found = await client.lookups.resource_groups(project_id=7)
    assert [group.id for group in found] == [*(f"g{number}" for number in range(100)), "100"]
    assert (found[0].type, found[-1].name, found[-1].status) == ("CommonV2", "last", "Normal")
    assert service.actions == ["ListResourceGroups"] * 2
    asked = service.parameters()
    assert (asked["ProjectId"], asked["PageNumber"]) == ("7", "2")
    # Where no types are named, the service lists general-purpose ones alone.
    assert json.loads(asked["ResourceGroupTypes"])[0] == "CommonV2"
    assert len(json.loads(asked["ResourceGroupTypes"])) == 4
    service.will(page("ResourceGroupList", [], 0))
    assert await client.lookups.resource_groups() == []
    assert "ProjectId" not in service.parameters()
