"""Which proxy and which certificates the environment asks for."""

import httpx
import pytest

from pulumi_resource_dataworks.openapi import Client, RequestNotSent, Settings, SettingsError
from pulumi_resource_dataworks.openapi._network import NetworkError, client_options, proxy_for
from tests.support.messages import Messages
from tests.support.services import settings

URL = "https://dataworks.cn-shanghai.aliyuncs.com"
PROXY = "http://proxy.corp:8080"
NAMES = [f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def proxy(url: str = URL) -> str | None:
    found = proxy_for(url)
    return None if found is None else str(found.url)


def test_without_a_variable_there_is_no_proxy() -> None:
    assert proxy() is None


@pytest.mark.parametrize(
    ("variables", "url", "expected"),
    [
        ({"HTTPS_PROXY": PROXY}, URL, PROXY),
        ({"https_proxy": PROXY}, URL, PROXY),
        ({"https_proxy": "proxy.corp:8080"}, URL, PROXY),
        ({"HTTP_PROXY": PROXY}, URL, None),
        ({"HTTP_PROXY": PROXY}, "http://dataworks.corp", PROXY),
        ({"ALL_PROXY": "socks5://proxy.corp:1080"}, URL, "socks5://proxy.corp:1080"),
        ({"ALL_PROXY": "socks://proxy.corp:1080", "HTTPS_PROXY": PROXY}, URL, PROXY),
    ],
)
def test_the_proxy_of_the_scheme_goes_before_that_of_all(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, expected: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8123",
        "http://127.8.8.8",
        "http://localhost:1",
        "http://emulator.localhost",
        "http://[::1]:9",
        "http://100.100.100.200/latest/api/token",
    ],
)
def test_this_machine_and_its_metadata_are_never_asked_for_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", PROXY)
    assert proxy(url) is None


@pytest.mark.parametrize(
    ("listed", "url", "exempt"),
    [
        ("*", URL, True),
        ("aliyuncs.com", URL, True),
        (".aliyuncs.com", URL, True),
        ("*.aliyuncs.com", URL, True),
        ("https://dataworks.cn-shanghai.aliyuncs.com", URL, True),
        ("dataworks.cn-shanghai.aliyuncs.com:443", URL, True),
        ("dataworks.cn-shanghai.aliyuncs.com:80", URL, False),
        ("yuncs.com", URL, False),
        ("sts.aliyuncs.com, other.corp", URL, False),
        ("a.corp DATAWORKS.cn-shanghai.aliyuncs.com", URL, True),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.1.2.3", "https://10.1.2.3:8443", True),
        ("fd00:1234::/64", "https://[fd00:1234::7]", True),
        ("[fd00:1234::7]", "https://[fd00:1234::7]", True),
        ("::1/128", "https://10.1.2.3", False),
    ],
)
def test_what_no_proxy_names_is_asked_for_directly(
    monkeypatch: pytest.MonkeyPatch, listed: str, url: str, exempt: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", listed)
    assert (proxy(url) is None) is exempt


@pytest.mark.parametrize(
    "entry", ["fd00:1234::/64", "[::1]", "::1/128", "[", "a:b:c", "10.0.0.0/99", "://", ":", "é"]
)
def test_an_entry_that_cannot_be_read_is_skipped(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", f"localhost,{entry},")
    assert proxy() == PROXY
    monkeypatch.setenv("NO_PROXY", f"{entry},aliyuncs.com")
    assert proxy() is None


@pytest.mark.parametrize(
    "given",
    [
        "gopher://proxy.corp",
        "socks://proxy.corp:1080",
        "http://127.0.0.1:99999",
        "http://proxy..corp:8080",
        "http://.proxy.corp:8080",
        "http://999.1.1.1",
        "http://[::g]",
        "http://",
        f"http://{'a' * 70}.corp",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_none_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, given: str
) -> None:
    monkeypatch.setenv(variable, given)
    with pytest.raises(NetworkError, match=f"^{variable} names no proxy"):
        proxy()


async def _refusal() -> str:
    client = Client(settings())
    with pytest.raises(RequestNotSent) as refused:
        await client.get_job_status("7")
    await client.aclose()
    assert "planted" not in str(refused.value)
    return str(refused.value)


async def test_a_call_says_which_variable_is_wrong(
    monkeypatch: pytest.MonkeyPatch, messages: Messages
) -> None:
    monkeypatch.setenv("https_proxy", "http://user:planted@proxy..corp")
    messages(await _refusal())
    monkeypatch.delenv("https_proxy")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    messages(await _refusal())


def test_a_socks_proxy_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://proxy.corp:1080")
    with httpx.Client(**client_options("http://dataworks.corp")) as client:
        assert client.trust_env is False


@pytest.mark.parametrize(
    "endpoint",
    [
        "dataworks..cn-shanghai.aliyuncs.com",
        "http://dataworks-vpc..cn-shanghai.aliyuncs.com",
        f"{'a' * 70}.aliyuncs.com",
        "http://[::g]",
        "http://999.1.1.1",
        "http://.corp",
    ],
)
def test_an_endpoint_that_no_resolver_takes_is_reported_at_check(endpoint: str) -> None:
    with pytest.raises(SettingsError, match="dataworks:endpoint: give a host"):
        Settings.from_config({"endpoint": endpoint}, {})


def test_a_region_that_no_resolver_takes_is_reported_at_check() -> None:
    with pytest.raises(SettingsError, match="is not a region ID"):
        Settings.from_config({"region": f"cn-{'a' * 70}"}, {})


async def test_a_name_that_a_resolver_refuses_is_no_defect(messages: Messages) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise UnicodeError("label empty or too long")

    client = Client(settings(), transport=httpx.MockTransport(refuse))
    with pytest.raises(RequestNotSent) as refused:
        await client.get_job_status("7")
    messages(refused.value)
