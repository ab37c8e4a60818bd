"""The service's own words: bounded, on one line, and not shown where a secret was sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.openapi import (
    PipelineRun,
    ServiceError,
    UnreadableAnswer,
    Words,
    withhold_words,
)
from pulumi_resource_dataworks.openapi._answers import read_answer
from pulumi_resource_dataworks.openapi._words import LONGEST, WITHHELD, label
from tests.support.messages import Messages
from tests.support.quotes import QUOTES
from tests.support.services import raw, refusal

SCRIPT = "  SELECT 'hunter2/+&<planted>' AS pässword\n\tFROM \"dim\".users;\n"


@pytest.fixture
def secret() -> Iterator[None]:
    """The running task was given a secret."""
    withhold_words(True)
    yield
    withhold_words(False)


def error_of(answer: httpx.Response) -> Exception:
    with pytest.raises(openapi.DataWorksError) as caught:
        read_answer(answer, "ImportWorkflowDefinition")
    return caught.value


def test_words_are_one_line_that_may_be_shown() -> None:
    assert str(Words(" cannot\n parse\tit ")) == "cannot parse it"
    assert (str(Words()), bool(Words()), bool(Words(" \n"))) == ("", False, False)
    assert str(Words("x" * 2 * LONGEST)) == "x" * LONGEST + "..."


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("form", QUOTES.values(), ids=QUOTES)
def test_where_a_secret_was_sent_no_words_are_shown(form: Callable[[str], str]) -> None:
    quoted = form(SCRIPT)
    shown = [
        str(Words(quoted)),
        str(error_of(refusal(400, "1101", quoted))),
        str(error_of(httpx.Response(502, html=f"<pre>{quoted}</pre>"))),
        str(openapi.JobStatus.model_validate({"JobId": "1", "Status": f"a {quoted}", "Error": quoted}).error),
    ]
    assert all(WITHHELD in text for text in shown)
    assert not [text for text in shown if quoted in text]


@pytest.mark.usefixtures("secret")
def test_code_status_request_and_operation_are_shown_nevertheless(messages: Messages) -> None:
    denial = {"AuthAction": "dataworks:ImportWorkflowDefinition", "PolicyType": "ControlPolicy"}
    body = {"Code": "NoPermission", "Message": "m", "RequestId": "REQ-1", "AccessDeniedDetail": denial}
    messages(
        error_of(refusal(400, "1101", "no")),
        error_of(httpx.Response(403, json=body)),
        error_of(httpx.Response(502, html="<p>planted</p>")),
        error_of(raw('{"Code": "a planted code", "Message": "no", "RequestId": "a planted ID"}', 400)),
        error_of(refusal(400, "1101", "")),
    )


@pytest.mark.usefixtures("secret")
def test_a_run_shows_codes_and_ids_alone() -> None:
    stage = {
        "Code": "CHECK",
        "Name": "planted name",
        "Status": "planted status",
        "Message": "m",
        "Detail": {"a": "b"},
    }
    run = PipelineRun.model_validate({"Id": "r", "Creator": "planted by", "Stages": [stage]})
    [found] = run.stages
    assert (found.title, str(found.detail), run.creator) == ("CHECK", WITHHELD, "[not shown]")
    assert found.shown == {"code": "CHECK", "name": "", "type": "", "status": "[not shown]"}
    item = openapi.PipelineRunItem.model_validate({"Id": 8, "Type": "Node", "Name": "planted"})
    assert item.title == "node 8"


@pytest.mark.usefixtures("secret")
def test_what_is_matched_is_as_it_came() -> None:
    error = error_of(refusal(400, "1101", "the ID 7 is taken"))
    assert isinstance(error, ServiceError)
    assert error.message.raw == "the ID 7 is taken"
    assert openapi.JobStatus.model_validate({"Status": "Fail", "Error": "Not Found"}).is_of_no_job


def test_a_label_is_a_word() -> None:
    assert [label(text) for text in ("", "Throttling.User", "5D56-1", "text/html")] == [
        "",
        "Throttling.User",
        "5D56-1",
        "text/html",
    ]
    assert label("two  words") == "two words"


HOSTILE = [
    "." * 400_000,
    ". " * 200_000,
    "<" * 400_000,
    "<a" * 200_000,
    "does " * 80_000,
    "not" + " " * 400_000,
    "the " * 100_000,
    "$['" * 100_000,
    "?" * 400_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_long_text_takes_no_time(text: str) -> None:
    begin = time.process_time()
    error = error_of(refusal(400, "1101", text))
    page = error_of(httpx.Response(502, text=text))
    assert time.process_time() - begin < 1
    assert len(str(error)) < LONGEST + 200
    assert isinstance(page, UnreadableAnswer)
