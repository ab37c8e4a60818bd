"""The wire is uneven; what we make of it is not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulumi_resource_dataworks.openapi import AsyncJob, JobStatus, WorkflowDefinition, WorkflowSummary
from pulumi_resource_dataworks.openapi._operations import parse_json
from tests.support.messages import Messages

BIG = 4937433629620853475


def test_an_import_answer_as_logged() -> None:
    wire = (
        '{"Completed":false,"CreateTime":1739347230123,"Id":"5012345678901234567","Progress":0,'
        f'"Response":"{BIG}","Status":"Running","Type":"Create"}}'
    )
    job = AsyncJob.model_validate(json.loads(wire))
    assert (job.id, job.workflow_id, job.status) == ("5012345678901234567", str(BIG), "Running")
    assert (job.progress, job.create_time, str(job.error)) == (0, 1739347230123, "")


@given(st.integers(min_value=0, max_value=2**63 - 1), st.booleans())
def test_ids_keep_every_digit(number: int, as_text: bool) -> None:
    wire = json.loads(json.dumps({"Id": str(number) if as_text else number}))
    assert WorkflowDefinition.model_validate(wire).id == str(number)


def test_halves_of_surrogate_pairs_are_replaced_also_in_the_document_within_an_answer() -> None:
    document = json.dumps({"name \ud800": "a \udc00", "whole": "\U0001f600"})
    found = parse_json(json.dumps({"Id": "\udfff", "Spec": document}))
    definition = WorkflowDefinition.model_validate(found)
    assert definition.id == "\ufffd"
    assert json.loads(definition.spec) == {"name \ufffd": "a \ufffd", "whole": "\U0001f600"}


def test_halves_of_surrogate_pairs_as_bytes_are_replaced_too() -> None:
    assert parse_json('["\ud83d"]'.encode(errors="surrogatepass")) == ["\ufffd"]


@pytest.mark.parametrize("number", ["\u00b2", "--1", "1" * 5_000, 1e300, True])
def test_a_time_that_is_none_is_left_out(number: object) -> None:
    assert WorkflowDefinition.model_validate({"Id": "7", "CreateTime": number}).create_time is None


@pytest.mark.parametrize("wire", ['{"Id": 4.937e18}', '{"Id": true}', '{"Id": ["1"]}'])
def test_an_id_that_lost_its_digits_is_refused(wire: str, messages: Messages) -> None:
    with pytest.raises(ValidationError) as refused:
        WorkflowDefinition.model_validate(json.loads(wire))
    messages(refused.value)


def test_an_id_that_no_request_could_hold_is_refused() -> None:
    assert AsyncJob.model_validate({"Id": "7" * 1_000}).id == "7" * 1_000
    for wire in ({"Id": "7" * 1_001}, {"Id": "7", "Response": "7" * 1_001}):
        with pytest.raises(ValidationError, match="an ID of 1,001 characters"):
            AsyncJob.model_validate(wire)


def test_a_job_without_an_id_is_none() -> None:
    for wire in ({}, {"Id": None}, {"Id": ""}):
        with pytest.raises(ValidationError):
            AsyncJob.model_validate(wire)


@pytest.mark.parametrize(
    ("wire", "ended", "succeeded"),
    [
        ({"Status": "Running", "Completed": "True"}, False, False),
        ({"Status": "SUCCESS", "Completed": "False", "Error": "Not Found"}, True, True),
        ({"Status": "fail", "Completed": True}, True, False),
        ({"Status": "Cancel"}, True, False),
        ({"Status": "Paused", "Completed": "true"}, True, False),
        ({"Status": "Paused"}, False, False),
        ({"Completed": "True"}, True, True),
        ({"Completed": "True", "Error": "x"}, True, False),
        ({"Completed": "nonsense"}, False, False),
        ({}, False, False),
    ],
)
def test_status_decides_before_completed(wire: dict[str, Any], ended: bool, succeeded: bool) -> None:
    status = JobStatus.model_validate(wire)
    assert (status.ended, status.succeeded) == (ended, succeeded)


@pytest.mark.parametrize(
    ("wire", "value"),
    [(5, 5), ("5", 5), (" 5 ", 5), (None, None), ("", None), ("x", None), (5.5, None), (True, None)],
)
def test_times_are_numbers_or_text(wire: object, value: int | None) -> None:
    assert WorkflowDefinition.model_validate({"Id": "1", "ModifyTime": wire}).modify_time == value


@pytest.mark.parametrize(
    ("wire", "value"), [(None, None), ("", None), (3_000_000_001, "3000000001"), ("7", "7")]
)
def test_the_published_indicator(wire: object, value: str | None) -> None:
    assert WorkflowDefinition.model_validate({"Id": "1", "WorkflowId": wire}).workflow_id == value


def test_a_spec_sent_as_an_object_becomes_text() -> None:
    definition = WorkflowDefinition.model_validate({"Id": 1, "Spec": {"version": "1.1.0", "id": BIG}})
    assert json.loads(definition.spec) == {"version": "1.1.0", "id": BIG}


@pytest.mark.parametrize(
    ("wire", "path"),
    [({"Script": {"Path": "a/b"}}, "a/b"), ({"Script": None}, ""), ({"Script": {}}, ""), ({}, "")],
)
def test_the_path_of_a_listed_workflow(wire: dict[str, Any], path: str) -> None:
    assert WorkflowSummary.model_validate({"Id": 1, **wire}).path == path


def test_models_are_also_made_by_name_and_stay_as_they_are() -> None:
    job = AsyncJob(id="1", workflow_id="2", status="running")
    assert (job.workflow_id, job.status) == ("2", "Running")
    with pytest.raises(ValidationError):
        job.id = "3"
