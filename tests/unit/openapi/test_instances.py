"""Instances as the client asks for them, and as uneven answers are read."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.openapi import (
    AnswerLost,
    Client,
    NotFoundError,
    WorkflowInstance,
)
from tests.support.services import Service, ok

REQUEST = {
    "ProjectId": 7,
    "Type": "SupplementData",
    "EnvType": "Prod",
    "Name": "mark",
    "WorkflowId": "1",
    "Periods": {"BizDates": [{"StartBizDate": "2025-11-01", "EndBizDate": "2025-11-02"}]},
    "DefaultRunProperties": {"RootTaskIds": [9007199254740993], "Parallelism": 1},
    "WorkflowParameters": "",
    "TaskParameters": {},
}


async def test_instances_are_made_by_a_form_with_json_in_it(client: Client, service: Service) -> None:
    service.will(ok(OperationId="op-1"))
    assert await client.instances.create(REQUEST) == "op-1"
    assert service.parameters() == {
        "ProjectId": "7",
        "Type": "SupplementData",
        "EnvType": "Prod",
        "Name": "mark",
        "WorkflowId": "1",
        "Periods": '{"BizDates": [{"StartBizDate": "2025-11-01", "EndBizDate": "2025-11-02"}]}',
        "DefaultRunProperties": '{"RootTaskIds": [9007199254740993], "Parallelism": 1}',
    }
    assert service.requests[0].url.query == b""


async def test_instances_are_not_made_twice(client: Client, service: Service) -> None:
    service.will(httpx.ReadError("reset"), ok(OperationId="op-1"))
    with pytest.raises(AnswerLost):
        await client.instances.create(REQUEST)
    assert len(service.requests) == 1


async def test_a_result_without_anything_in_it_is_not_there(client: Client, service: Service) -> None:
    service.will(ok(Result=None))
    with pytest.raises(NotFoundError, match="operation op-1"):
        await client.instances.creation("op-1")
    service.will(ok(Result={"Status": "Created", "WorkflowInstanceIds": [9007199254740993, "5"]}))
    found = await client.instances.creation("op-1")
    assert (found.status, found.workflow_instance_ids) == ("Created", ["9007199254740993", "5"])


@pytest.mark.parametrize(
    ("status", "ended", "at_work"),
    [
        ("Success", True, False),
        ("Failure", True, False),
        ("NotRun", False, False),
        ("Running", False, True),
        ("WaitTime", False, True),
        ("Frobnicated", False, True),
    ],
)
async def test_a_status_that_nobody_knows_is_not_an_end(
    client: Client, service: Service, status: str, ended: bool, at_work: bool
) -> None:
    service.will(ok(WorkflowInstance={"Id": 3, "Status": status, "BizDate": "1761926400000"}))
    found = await client.instances.get("3")
    assert (found.id, found.ended, found.biz_date) == ("3", ended, 1_761_926_400_000)
    service.will(ok(PagingInfo={"TaskInstances": [{"Id": 4, "Status": status}], "TotalCount": 1}))
    [task] = await client.instances.tasks(7, "Dev", WorkflowInstance(id="3", biz_date=5))
    assert task.is_at_work == at_work
    asked = service.parameters()
    assert (asked["ProjectEnv"], asked["Bizdate"], asked["WorkflowInstanceId"]) == ("Dev", "5", "3")


async def test_a_log_is_read_from_its_end(client: Client, service: Service) -> None:
    service.will(ok(TaskInstanceLog="\n".join(f"line {number}\n" for number in range(1000))))
    assert [str(line) for line in await client.instances.log_end("4", 2)] == ["line 998", "line 999"]
    service.will(ok())
    assert await client.instances.log_end("4", 2) == []


@pytest.mark.parametrize(
    ("info", "stopped"),
    [
        ({"3": {"Success": True}, "4": {"Success": "true"}}, True),
        ({"3": {"Success": True}, "4": {"Success": False, "Message": "no"}}, False),
        ({"3": {"Success": True}}, False),
        (None, False),
    ],
)
async def test_a_stop_counts_where_the_service_says_so_of_each(
    client: Client, service: Service, info: Any, stopped: bool
) -> None:
    service.will(ok(SuccessInfo=info))
    assert await client.instances.stop(["3", "4"], "why") is stopped
    assert json.loads(service.parameters()["Ids"]) == [3, 4]
