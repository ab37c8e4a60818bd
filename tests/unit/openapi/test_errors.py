"""Which answer becomes which error, and what it says."""

import subprocess
import sys

import httpx
import pytest

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.openapi import (
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    ProjectNotFoundError,
    QuotaExhaustedError,
    ServiceError,
    ServiceUnavailableError,
    ThrottledError,
    UnreadableAnswer,
    WrongEndpointError,
)
from pulumi_resource_dataworks.openapi._answers import read_answer
from tests.support.messages import Messages
from tests.support.services import html, ok, raw, refusal

CASES: list[tuple[int, str, str, type[ServiceError]]] = [
    (429, "Throttling.Api.Risk", "", QuotaExhaustedError),
    (429, "Throttling.Resource", "", QuotaExhaustedError),
    (429, "Throttling.Api", "", ThrottledError),
    (400, "Throttling.User", "", ThrottledError),
    (400, "Throttling", "", ThrottledError),
    (503, "Rejected.Throttling", "", ThrottledError),
    (400, "9990020002", "Throttling.User", ThrottledError),
    (400, "9990040003", "Throttling.Resource", ThrottledError),
    (500, "9990040003", "", ThrottledError),
    (400, "1101080999", "Throttling.User: workflow 7 does not exist", ThrottledError),
    (429, "Other", "", ThrottledError),
    (429, "InvalidWorkflow.NotFound", "not found", ThrottledError),
    (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.", AuthenticationError),
    (400, "InvalidAccessKeyId.Inactive", "", AuthenticationError),
    (400, "SignatureDoesNotMatch", "", AuthenticationError),
    (400, "IncompleteSignature", "", AuthenticationError),
    (400, "InvalidSecurityToken.Expired", "", AuthenticationError),
    (400, "InvalidTimeStamp.Expired", "", AuthenticationError),
    (400, "SignatureNonceUsed", "", AuthenticationError),
    (401, "Whatever", "", AuthenticationError),
    (404, "InvalidAction.NotFound", "", WrongEndpointError),
    (404, "InvalidApi.NotFound", "", WrongEndpointError),
    (500, "Forbidden.Not.Server", "", WrongEndpointError),
    (403, "Forbidden.RAM", "", PermissionDeniedError),
    (403, "Forbidden.Access", "", PermissionDeniedError),
    (400, "NoPermission", "", PermissionDeniedError),
    (403, "ResourceNotAuthorized.Api", "", PermissionDeniedError),
    (403, "400010", "user not in tenant", PermissionDeniedError),
    (400, "1101080166", "project member not found", PermissionDeniedError),
    (400, "1101080008", "", ProjectNotFoundError),
    (400, "1101080999", "工作空间不存在", ProjectNotFoundError),
    (404, "InvalidProject.NotFound", "The project is unknown", ProjectNotFoundError),
    (400, "5801489541076353033", '未找到发布对象: [["12"]]', NotFoundError),
    (500, "5801489541076353034", "工作流不存在", NotFoundError),
    (404, "Whatever", "", NotFoundError),
    (400, "InvalidWorkflow.NotExist", "", NotFoundError),
    (400, "123", "workflow 12 of project 3 does not exist", NotFoundError),
    (400, "123", "Workflow Not Found", NotFoundError),
    (500, "InternalError", "bean not found", ServiceUnavailableError),
    (500, "InternalError.System", "", ServiceUnavailableError),
    (503, "ServiceUnavailable", "", ServiceUnavailableError),
    (408, "Timeout", "", ServiceUnavailableError),
    (502, "9990099999", "", ServiceUnavailableError),
    (400, "58014884415", "Spec JSON parse failed", ServiceError),
    (500, "58014884415", "Spec JSON parse failed", ServiceError),
    (400, "InvalidParameter", "", ServiceError),
]


@pytest.mark.parametrize(("status", "code", "message", "kind"), CASES)
def test_each_answer_has_its_error(status: int, code: str, message: str, kind: type[ServiceError]) -> None:
    with pytest.raises(ServiceError) as caught:
        read_answer(refusal(status, code, message), "GetWorkflowDefinition")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.status, caught.value.request_id) == (code, status, "REQ-1")


def test_the_line_that_people_read(messages: Messages) -> None:
    with pytest.raises(ServiceError) as caught:
        read_answer(refusal(400, "58014884415", "Spec JSON\n parse failed"), "ImportWorkflowDefinition")
    messages(caught.value)


@pytest.mark.parametrize(
    ("status", "code", "settings"),
    [
        (404, "InvalidAccessKeyId.NotFound", ["dataworks:accessKey"]),
        (400, "SignatureDoesNotMatch", ["dataworks:secretKey"]),
        (400, "InvalidSecurityToken.Expired", ["dataworks:securityToken"]),
        (400, "InvalidTimeStamp.Expired", ["clock"]),
        (404, "InvalidApi.NotFound", ["dataworks:endpoint"]),
        (500, "Forbidden.Not.Server", ["dataworks:region"]),
        (403, "Forbidden.RAM", ["dataworks:accessKey", "projectId"]),
        (400, "1101080008", ["projectId", "dataworks:region"]),
    ],
)
def test_the_line_names_the_setting(status: int, code: str, settings: list[str]) -> None:
    with pytest.raises(ServiceError) as caught:
        read_answer(refusal(status, code), "GetJobStatus")
    assert all(setting in str(caught.value) for setting in settings)


@pytest.mark.parametrize(
    ("status", "code", "message", "ambiguous"),
    [
        (400, "1234", "?", True),
        (400, "InvalidParameter", "?", True),
        (500, "1234", "?", True),
        (400, "9990040003", "?", False),
        (503, "9990099999", "?", False),
        (404, "X", "?", True),
        (500, "InternalError", "?", False),
        (408, "Timeout", "?", False),
        (403, "Forbidden", "?", False),
        (400, "SignatureDoesNotMatch", "?", False),
        (400, "Throttling", "?", False),
        (429, "Throttling.Api.Risk", "?", False),
        (404, "InvalidAction.NotFound", "?", False),
        (400, "1101080008", "?", False),
    ],
)
def test_what_may_mean_absent(status: int, code: str, message: str, ambiguous: bool) -> None:
    with pytest.raises(ServiceError) as caught:
        read_answer(refusal(status, code, message), "GetWorkflowDefinition")
    assert caught.value.is_ambiguous_client_error is ambiguous


@pytest.mark.parametrize(
    ("status", "code", "definite"),
    [
        (403, "Forbidden.RAM", True),
        (403, "400010", True),
        (403, "Forbidden.Access", False),
        (404, "InvalidAccessKeyId.NotFound", True),
        (400, "SignatureNonceUsed", False),
        (404, "InvalidApi.NotFound", True),
        (403, "1101080008", True),
        (404, "InvalidWorkflow.NotExist", False),
        (400, "1234", False),
        (400, "9990040003", False),
        (429, "Throttling.Api.Risk", False),
        (400, "Throttling", False),
        (503, "ServiceUnavailable", False),
    ],
)
def test_what_another_call_would_meet_too(status: int, code: str, definite: bool) -> None:
    with pytest.raises(ServiceError) as caught:
        read_answer(refusal(status, code), "GetWorkflowDefinition")
    assert caught.value.is_definite is definite


@pytest.mark.parametrize(
    "denial",
    [
        {"PolicyType": "ControlPolicy", "NoPermissionType": "ExplicitDeny"},
        {"PolicyType": "AccountLevelIdentityBasedPolicy", "NoPermissionType": "ImplicitDeny"},
        {"PolicyType": "ResourceGroupLevelIdentityBasedPolicy", "NoPermissionType": "ImplicitDeny"},
        {"PolicyType": "SessionPolicy", "NoPermissionType": "ImplicitDeny"},
        {"PolicyType": "AssumeRolePolicy", "NoPermissionType": "ImplicitDeny", "AuthAction": ""},
        {"PolicyType": "SomeNewPolicy", "NoPermissionType": "ExplicitDeny"},
        {"PolicyType": ["odd"]},
    ],
    ids=lambda denial: str(denial["PolicyType"]),
)
def test_who_denies_what_to_whom_is_reported(denial: dict[str, str], messages: Messages) -> None:
    body = {
        "RequestId": "REQ-1",
        "Code": "Forbidden.RAM",
        "Message": "You are not authorized to do this action.",
        "AccessDeniedDetail": {
            "AuthAction": "dataworks:ListWorkflowDefinitions",
            "AuthPrincipalType": "SubUser",
            "EncodedDiagnosticMessage": "AQEAAAAA",
            **denial,
        },
    }
    with pytest.raises(PermissionDeniedError) as caught:
        read_answer(httpx.Response(403, json=body), "ListWorkflowDefinitions")
    messages(caught.value)


@pytest.mark.parametrize("detail", ["no", None, []])
def test_a_denial_of_another_shape_is_none(detail: object) -> None:
    body = {"Code": "Forbidden.RAM", "Message": "no", "AccessDeniedDetail": detail}
    with pytest.raises(PermissionDeniedError, match=r"dataworks:\*"):
        read_answer(httpx.Response(403, json=body), "GetJobStatus")


def test_a_workspace_that_is_not_there_is_named(messages: Messages) -> None:
    for code, action in (("1101080008", "GetWorkflowDefinition"), ("InvalidObject.NotFound", "GetProject")):
        with pytest.raises(ProjectNotFoundError) as caught:
            read_answer(refusal(404, code), action, "workspace 7 in cn-shanghai")
        messages(caught.value)


@pytest.mark.parametrize("success", [False, "false"])
def test_a_200_that_says_no(success: object, messages: Messages) -> None:
    with pytest.raises(ServiceError) as caught:
        read_answer(ok(Success=success), "DeleteWorkflowDefinition")
    messages(caught.value)
    assert (caught.value.status, caught.value.is_ambiguous_client_error) == (200, True)
    messages(caught.value)


def test_a_200_that_says_not_found() -> None:
    answer = ok(Success=False, ErrorCode="1", ErrorMessage="不存在")
    with pytest.raises(NotFoundError):
        read_answer(answer, "DeleteWorkflowDefinition")


def test_lower_case_envelopes() -> None:
    answer = httpx.Response(400, json={"code": 123, "message": "m", "requestId": "r"})
    with pytest.raises(ServiceError) as caught:
        read_answer(answer, "A")
    assert (caught.value.code, str(caught.value.message), caught.value.request_id) == ("123", "m", "r")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1500", 1.5),
        (" 20 ", 0.02),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_milliseconds(header: str, seconds: float | None) -> None:
    answer = httpx.Response(
        429, json={"Code": "Throttling"}, headers=[(b"x-acs-retry-after", header.encode("latin-1"))]
    )
    with pytest.raises(ThrottledError) as caught:
        read_answer(answer, "A")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    "answer",
    [
        html(429),
        httpx.Response(429, json={"message": "API rate limit exceeded"}),
        httpx.Response(404, json={"message": "not found"}, headers={"x-acs-retry-after": "500"}),
        refusal(404, "InvalidWorkflow.NotFound", **{"x-acs-retry-after": "500"}),
        ok(Success=False, Code="9990040003"),
    ],
)
def test_throttling_goes_before_all_else_that_an_answer_may_mean(answer: httpx.Response) -> None:
    with pytest.raises(ThrottledError):
        read_answer(answer, "GetWorkflowDefinition")


@pytest.mark.parametrize(
    "answer",
    [
        html(502),
        html(403),
        html(200),
        raw("", 200),
        raw("[1]"),
        raw('"text"'),
        raw("{", 500),
        httpx.Response(404, json={"message": "no Route matched with those values"}),
        httpx.Response(200, content=b"\xff\xfe\x00"),
    ],
)
def test_foreign_answers_are_never_taken_for_the_services(answer: httpx.Response) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        read_answer(answer, "GetWorkflowDefinition")
    assert caught.value.status == answer.status_code
    assert "dataworks:endpoint" in str(caught.value)


def test_a_proxys_page_is_quoted_shortened(messages: Messages) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        read_answer(html(502), "GetJobStatus")
    messages(caught.value)
    assert "<h1>" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(("status", "transient"), [(502, True), (503, True), (403, False), (200, False)])
def test_only_passing_faults_of_a_proxy_are_transient(status: int, transient: bool) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        read_answer(html(status), "GetJobStatus")
    assert caught.value.transient is transient


def test_the_outline_shows_the_tree() -> None:
    from pulumi_resource_dataworks.openapi import _errors

    outline = _errors.__doc__ or ""
    raised = {
        name
        for name in vars(openapi)
        if isinstance(kind := getattr(openapi, name), type) and issubclass(kind, Exception)
    }
    assert {name for name in raised if name not in outline} == set()
    assert all(issubclass(getattr(openapi, name), openapi.DataWorksError) for name in raised)


def test_the_door() -> None:
    later = [name for names in openapi._LATER.values() for name in names.split()]
    assert sorted(set(later)) == sorted(later)
    assert all(hasattr(openapi, name) for name in later)


def test_settings_and_the_lifecycle_import_no_http_client() -> None:
    """A check and a diff, and a run without changes, pay for none."""
    program = """
import sys
from pulumi_resource_dataworks import lifecycle, openapi
keys = {"accessKey": "a", "secretKey": "b"}
openapi.Settings.from_config({"region": "cn-shanghai", **keys}, {"HTTPS_PROXY": "http://127.0.0.1:1"})
print([name for name in ("httpx", "alibabacloud_credentials") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "message",
    [
        "Specified signature is not matched with our calculation. server canonical request is:GET\n/\nx-acs-security-token:TOKEN",
        "Specified signature does not match our calculation. Server string to sign is:ACS3-HMAC-SHA256 TOKEN",
    ],
    ids=["canonical request", "string to sign"],
)
def test_the_request_that_the_gateway_repeats_is_not_shown(message: str, messages: Messages) -> None:
    error = ServiceError(message, code="SignatureDoesNotMatch", status=400, action="GetJobStatus")
    assert "TOKEN" not in str(error)
    assert str(error).startswith("Specified signature")
    messages(str(error))
