"""Pipeline runs as the client asks for them, and as uneven answers are read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.openapi import AnswerLost, Client, NotFoundError, PipelineRun, ServiceError
from tests.support.messages import Messages
from tests.support.services import Service, ok, refusal

STAGES = [
    {"Code": "PROD", "Step": 3, "Type": "Deploy", "Status": "Init"},
    {"Code": "BUILD", "Step": 1, "Type": "Build", "Status": "success"},
    {"Code": "CHECK", "Step": 2, "Type": "Check", "Status": "FAIL", "Message": "no"},
]


async def test_a_run_is_made_with_one_object_in_a_form(client: Client, service: Service) -> None:
    service.will(ok(Id="run-1"))
    assert await client.pipelines.create(7, "9007199254740993", "Online", "words [mark]") == "run-1"
    assert service.parameters() == {
        "ProjectId": "7",
        "Type": "Online",
        "ObjectIds": '["9007199254740993"]',
        "Description": "words [mark]",
        "RunMode": "Normal",
    }
    assert service.requests[0].url.query == b""


async def test_a_stage_is_executed_with_its_project_in_the_query(client: Client, service: Service) -> None:
    service.will(ok(Success=True))
    await client.pipelines.execute(7, "run-1", "PROD")
    [request] = service.requests
    assert request.url.query == b"ProjectId=7"
    assert request.content == b"Code=PROD&Id=run-1"


@pytest.mark.parametrize("call", ["create", "execute"])
async def test_what_makes_something_is_not_sent_twice(client: Client, service: Service, call: str) -> None:
    service.will(httpx.ReadError("reset"), ok(Id="run-2", Success=True))
    given = {"create": (7, "1", "Online", "d"), "execute": (7, "run-1", "PROD")}
    with pytest.raises(AnswerLost):
        await getattr(client.pipelines, call)(*given[call])
    assert len(service.requests) == 1


@pytest.mark.parametrize("call", ["execute", "abolish"])
async def test_an_answer_without_success_is_a_refusal(client: Client, service: Service, call: str) -> None:
    service.will(ok(Success=False))
    given = {"abolish": (7, "run-1"), "execute": (7, "run-1", "PROD")}
    with pytest.raises(ServiceError):
        await getattr(client.pipelines, call)(*given[call])


async def test_an_uneven_answer_is_read(client: Client, service: Service) -> None:
    service.will(ok(Pipeline={"Id": 5, "Status": "RUNNING", "CreateTime": "1700000000000", "Stages": STAGES}))
    run = await client.pipelines.get(7, "5")
    assert (run.id, run.status, run.create_time, run.ended) == ("5", "Running", 1700000000000, False)
    assert [(stage.code, stage.status, stage.failed) for stage in run.in_order] == [
        ("BUILD", "Success", False),
        ("CHECK", "Fail", True),
        ("PROD", "Init", False),
    ]


@pytest.mark.parametrize("stages", [None, [], [{"Code": "B"}, {"Code": "A", "Step": 1}]])
async def test_stages_without_steps_keep_their_order(client: Client, service: Service, stages: Any) -> None:
    service.will(ok(Pipeline={"Status": "Success", "Stages": stages}))
    run = await client.pipelines.get(7, "5")
    assert (run.id, run.ended) == ("5", True)
    assert [stage.code for stage in run.in_order] == [stage["Code"] for stage in stages or []]


@pytest.mark.parametrize(
    "status", ["Init", "Running", "Success", "Fail", "Termination", "Cancel", "Waiting", ""]
)
def test_only_a_known_end_is_an_end(status: str) -> None:
    known = {"Success", "Fail", "Termination", "Cancel"}
    assert PipelineRun(status=status).ended is (status in known)


@pytest.mark.parametrize(
    ("kind", "offline"), [("Deploy", False), ("Offline", True), ("delete", True), ("", False)]
)
def test_a_stage_reports_what_a_run_does(kind: str, offline: bool) -> None:
    run = PipelineRun.model_validate(
        {"Stages": [{"Code": "A", "Type": "Check"}, {"Code": "B", "Type": kind}]}
    )
    assert run.takes_offline is offline


async def test_an_unknown_run_is_not_found(client: Client, service: Service, messages: Messages) -> None:
    service.will(ok())
    with pytest.raises(NotFoundError) as refused:
        await client.pipelines.get(7, "nowhere")
    messages(refused.value)


async def test_runs_come_newest_first_over_all_pages(client: Client, service: Service) -> None:
    def page(*runs: tuple[str, int | None]) -> httpx.Response:
        listed = [{"Id": name, "CreateTime": time} for name, time in runs]
        return ok(PagingInfo={"TotalCount": "3", "PipelineRuns": listed})

    service.will(page(("a", 1), ("b", 3)), page(("c", 2)))
    assert [run.id for run in await client.pipelines.of_workflow(7, "1")] == ["b", "c", "a"]
    assert service.parameters(0)["ObjectId"] == "1"
    assert [service.parameters(index)["PageNumber"] for index in (0, 1)] == ["1", "2"]


async def test_items_are_read(client: Client, service: Service) -> None:
    item = {"Id": 8, "Name": "load", "Type": "Node", "Status": "Fail", "Message": "no", "Version": 2}
    service.will(ok(PagingInfo={"TotalCount": 1, "PipelineRunItems": [item]}))
    [found] = await client.pipelines.items(7, "run-1")
    assert (found.id, str(found.name), found.type, found.status, str(found.message)) == (
        "8",
        "load",
        "Node",
        "Fail",
        "no",
    )


async def test_a_refusal_keeps_its_words(client: Client, service: Service) -> None:
    service.will(refusal(400, "5801489541076353033", '未找到发布对象: [["1"]]'))
    with pytest.raises(ServiceError, match="未找到发布对象") as caught:
        await client.pipelines.create(7, "1", "Online", "d")
    assert caught.value.code == "5801489541076353033"
