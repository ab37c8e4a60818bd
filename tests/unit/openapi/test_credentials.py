"""Which source the settings lead to, with a library made of cardboard."""

import asyncio
import gc
import logging
import os
import sys
import types
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_resource_dataworks.openapi import Client, Credentials, CredentialsError, Settings
from pulumi_resource_dataworks.openapi._credentials import StaticCredentials, credentials_for
from tests.support.messages import Messages
from tests.support.services import Service, VirtualClock, job_answer, settings

REGION = {"region": "cn-shanghai"}
ROLE = {
    "roleArn": "acs:ram::1:role/x",
    "sessionName": "s",
    "sessionExpiration": 900,
    "externalId": "e",
    "policy": "p",
}


class Found:
    def __init__(self, name: str, token: str | None = "TOKEN", expiration: int | None = None) -> None:
        self.name, self.token, self.expiration = name, token, expiration

    def get_access_key_id(self) -> str:
        return self.name

    def get_access_key_secret(self) -> str:
        return "SECRET"

    def get_expiration(self) -> int | None:
        return self.expiration

    def get_security_token(self) -> str | None:
        return self.token


class Library:
    """Stands for ``alibabacloud_credentials.provider``: each class records how it was made."""

    def __init__(self) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.failing: dict[str, Exception] = {}
        self.found: Any = None
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        if not name.endswith("Provider"):
            raise AttributeError(name)
        library = self

        class Provider:
            def __init__(self, **given: Any) -> None:
                library.made.append((name, given))

            def get_credentials(self) -> Found:
                library.calls += 1
                if name in library.failing:
                    raise library.failing[name]
                return library.found or Found(name)

        return Provider


class VendorError(Exception):
    """Like the library's: its text is in an attribute only."""

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library()
    options = types.SimpleNamespace(HttpOptions=lambda **given: given)
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials", types.ModuleType("alibabacloud_credentials"))
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.provider", made)
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.http", options)
    return made


async def find(config: dict[str, Any]) -> Credentials:
    return await credentials_for(Settings.from_config({**REGION, **config}, {})).get()


async def test_a_given_pair_needs_no_library(library: Library) -> None:
    source = credentials_for(settings(securityToken="T"))
    assert isinstance(source, StaticCredentials)
    assert await source.get() == Credentials("AK", "SK", "T")
    assert source.account == "AK"
    assert library.made == []


@pytest.mark.parametrize(
    ("config", "provider", "given"),
    [
        (
            {"ecsRoleName": "r"},
            "EcsRamRoleCredentialsProvider",
            {"role_name": "r", "async_update_enabled": False},
        ),
        ({"credentialsUri": "http://u"}, "URLCredentialsProvider", {"uri": "http://u"}),
        ({"profile": "p"}, "CLIProfileCredentialsProvider", {"profile_name": "p", "profile_file": None}),
        (
            {"profile": "p", "sharedCredentialsFile": "/f/config.json"},
            "CLIProfileCredentialsProvider",
            {"profile_name": "p", "profile_file": "/f/config.json"},
        ),
        (
            {"sharedCredentialsFile": "/f/credentials.ini"},
            "ProfileCredentialsProvider",
            {"profile_name": None, "profile_file": "/f/credentials.ini"},
        ),
    ],
)
async def test_each_mode_has_its_provider(
    library: Library, config: dict[str, Any], provider: str, given: dict[str, Any]
) -> None:
    assert await find(config) == Credentials(provider, "SECRET", "TOKEN")
    [(name, made)] = library.made
    assert name == provider
    assert given.items() <= made.items()


async def test_a_home_directory_is_spelled_out(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    await find({"sharedCredentialsFile": "~/my.json"})
    assert library.made[0][1]["profile_file"] == "/home/someone/my.json"


async def test_a_role_on_top_of_a_pair(library: Library) -> None:
    assert (await find({"accessKey": "AK", "secretKey": "SK", "assumeRole": ROLE})).access_key_id.startswith(
        "RamRole"
    )
    (base, pair), (_, role) = library.made
    assert (base, pair) == ("StaticAKCredentialsProvider", {"access_key_id": "AK", "access_key_secret": "SK"})
    assert {key: value for key, value in role.items() if key != "credentials_provider"} == {
        "role_arn": "acs:ram::1:role/x",
        "role_session_name": "s",
        "duration_seconds": 900,
        "policy": "p",
        "external_id": "e",
    }


async def test_a_role_on_top_of_a_temporary_pair(library: Library) -> None:
    await find({"accessKey": "AK", "secretKey": "SK", "securityToken": "T", "assumeRole": ROLE})
    assert library.made[0][0] == "StaticSTSCredentialsProvider"
    assert library.made[0][1]["security_token"] == "T"


def test_a_token_goes_through_a_private_file(library: Library) -> None:
    oidc = {"roleArn": "a", "oidcProviderArn": "b", "oidcToken": "the-token"}
    source = credentials_for(Settings.from_config({**REGION, "assumeRoleWithOidc": oidc}, {}))
    asyncio.run(source.get())
    path = Path(library.made[0][1]["oidc_token_file_path"])
    assert path.read_text() == "the-token"
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    del source
    gc.collect()
    assert not path.exists()


async def test_a_token_file_is_passed_on(library: Library) -> None:
    await find({"assumeRoleWithOidc": {"roleArn": "a", "oidcProviderArn": "b", "oidcTokenFile": "/f"}})
    assert library.made[0][1]["oidc_token_file_path"] == "/f"
    assert library.made[0][1]["role_arn"] == "a"


def fail_all(library: Library, *but: str) -> None:
    for name in ("OIDCRoleArn", "CLIProfile", "Profile", "EcsRamRole"):
        if name not in but:
            library.failing[f"{name}CredentialsProvider"] = VendorError(f"no {name}")


async def test_the_default_chain_goes_on_until_it_finds(library: Library) -> None:
    fail_all(library, "Profile")
    assert (await find({})).access_key_id == "ProfileCredentialsProvider"
    assert [name for name, _ in library.made] == [
        "OIDCRoleArnCredentialsProvider",
        "CLIProfileCredentialsProvider",
        "ProfileCredentialsProvider",
    ]


async def test_the_metadata_probe_is_last_short_and_without_a_scheduler(library: Library) -> None:
    fail_all(library, "EcsRamRole")
    await find({})
    name, given = library.made[-1]
    assert name == "EcsRamRoleCredentialsProvider"
    assert given["async_update_enabled"] is False
    # At most two requests on a machine without the service: 3 s.
    assert 2 * sum(given["http_options"].values()) <= 3000


async def test_what_was_found_is_asked_again_and_not_sought_again(library: Library) -> None:
    fail_all(library, "CLIProfile")
    source = credentials_for(Settings.from_config(REGION, {}))
    await source.get()
    await source.get()
    assert [name for name, _ in library.made].count("CLIProfileCredentialsProvider") == 1
    assert library.calls == 3


async def test_no_credentials_at_all(library: Library) -> None:
    fail_all(library)
    with pytest.raises(CredentialsError) as caught:
        await find({})
    text = str(caught.value)
    for hint in (
        "dataworks:accessKey",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "dataworks:profile",
        "no CLIProfile",
        "no EcsRam",
    ):
        assert hint in text


@pytest.mark.parametrize(
    ("config", "setting"),
    [
        ({"profile": "p"}, "dataworks:profile"),
        ({"ecsRoleName": "r"}, "dataworks:ecsRoleName"),
        ({"credentialsUri": "http://u"}, "dataworks:credentialsUri"),
        ({"assumeRoleWithOidc": {"roleArn": "a", "oidcProviderArn": "b", "oidcTokenFile": "/f"}}, "WithOidc"),
    ],
)
async def test_a_failure_names_the_setting(library: Library, config: dict[str, Any], setting: str) -> None:
    fail_all(library)
    library.failing["URLCredentialsProvider"] = VendorError("")
    with pytest.raises(CredentialsError, match=setting):
        await find(config)


async def test_a_failing_role_names_both_settings_and_no_secret(library: Library) -> None:
    text = f"denied for sk-secret at https://sts/?Signature=abc {'x' * 500}"
    library.failing["RamRoleArnCredentialsProvider"] = VendorError(text)
    with pytest.raises(CredentialsError) as caught:
        await find({"accessKey": "AK", "secretKey": "sk-secret", "assumeRole": ROLE})
    assert "dataworks:assumeRole" in str(caught.value)
    assert "dataworks:accessKey" in str(caught.value)
    assert "sk-secret" not in str(caught.value)
    assert "Signature" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert caught.value.__cause__ is None


async def test_credentials_without_a_pair_are_none(library: Library, messages: Messages) -> None:
    library.found = Found("")
    with pytest.raises(CredentialsError) as refused:
        await find({"profile": "p"})
    messages(refused.value)


async def test_a_missing_token_is_empty(library: Library) -> None:
    library.found = Found("AK", None)
    assert await find({"profile": "p"}) == Credentials("AK", "SECRET", "")


@pytest.mark.usefixtures("library")
async def test_the_library_is_kept_from_logging_tokens() -> None:
    log = logging.getLogger("credentials")
    log.addHandler(logging.StreamHandler())
    await find({"profile": "p"})
    assert [type(handler) for handler in log.handlers] == [logging.NullHandler]
    assert not log.propagate


def test_accounts_differ_by_what_they_name() -> None:
    configs: list[dict[str, Any]] = [
        {"profile": "p"},
        {"profile": "q"},
        {"ecsRoleName": "p"},
        {"profile": "p", "assumeRole": ROLE},
        {"assumeRoleWithOidc": {"roleArn": "p", "oidcProviderArn": "b", "oidcTokenFile": "/f"}},
        {"credentialsUri": "p"},
        {},
    ]
    accounts = [credentials_for(Settings.from_config({**REGION, **config}, {})).account for config in configs]
    assert len(set(accounts)) == len(configs)


async def test_a_client_signs_with_what_was_found(
    library: Library, clock: VirtualClock, service: Service
) -> None:
    library.found = Found("STS.AK", "STS-TOKEN")
    service.will(job_answer("Running"))
    found = Settings.from_config({**REGION, "profile": "p"}, {})
    client = Client(found, transport=httpx.MockTransport(service.handle), clock=clock)
    await client.get_job_status("7")
    headers = service.requests[0].headers
    assert (headers["x-acs-accesskey-id"], headers["x-acs-security-token"]) == ("STS.AK", "STS-TOKEN")
    assert "x-acs-security-token" in headers["authorization"]


@pytest.mark.parametrize(("expiration", "good_for"), [(None, 900), (2000, 1000)])
async def test_keys_in_hand_go_on_while_they_are_good_and_cannot_be_renewed(
    library: Library, monkeypatch: pytest.MonkeyPatch, expiration: int | None, good_for: int
) -> None:
    now = 1000.0
    monkeypatch.setattr("pulumi_resource_dataworks.openapi._credentials.time.time", lambda: now)
    library.found = Found("FIRST", expiration=expiration)
    source = credentials_for(Settings.from_config({**REGION, "credentialsUri": "http://u"}, {}))
    assert (await source.get()).access_key_id == "FIRST"
    library.failing["URLCredentialsProvider"] = VendorError("busy")
    now += good_for - 31
    assert [(await source.get()).access_key_id for _ in range(9)] == ["FIRST"] * 9
    assert library.calls == 2
    now += 30
    assert (await source.get()).access_key_id == "FIRST"
    now += 1
    with pytest.raises(CredentialsError, match="busy"):
        await source.get()
    library.failing.clear()
    library.found = Found("NEXT")
    assert (await source.get()).access_key_id == "NEXT"
