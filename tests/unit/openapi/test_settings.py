import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.openapi import Settings, SettingsError
from pulumi_resource_dataworks.openapi._settings import AssumeRole
from tests.support.messages import Messages

PAIR = {"accessKey": "AK", "secretKey": "SK"}
ENV_PAIR = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "EAK", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "ESK"}
REGION = {"region": "cn-shanghai"}


def problems(config: dict[str, Any], env: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_config(config, env or {})
    return {problem.key: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("config", "url"),
    [
        ({"region": "cn-shanghai"}, "https://dataworks.cn-shanghai.aliyuncs.com"),
        ({"region": "ap-southeast-7"}, "https://dataworks.ap-southeast-7.aliyuncs.com"),
        ({"region": "cn-north-2-gov-1"}, "https://dataworks.cn-north-2-gov-1.aliyuncs.com"),
        ({"region": "ap-south-1"}, "https://dataworks.aliyuncs.com"),
        ({"region": "cn-huhehaote"}, "https://dataworks.aliyuncs.com"),
        (
            {"endpoint": "dataworks-vpc.cn-beijing.aliyuncs.com"},
            "https://dataworks-vpc.cn-beijing.aliyuncs.com",
        ),
        ({"endpoint": "https://H.example:443/"}, "https://h.example"),
        ({"endpoint": "http://127.0.0.1:8123"}, "http://127.0.0.1:8123"),
        ({"endpoint": "http://localhost:80"}, "http://localhost"),
        ({"endpoint": "localhost:8123"}, "https://localhost:8123"),
        ({"endpoint": "http://[::1]:8123"}, "http://[::1]:8123"),
        ({"endpoint": "host.example", "region": "cn-beijing"}, "https://host.example"),
    ],
)
def test_where_calls_go(config: dict[str, Any], url: str) -> None:
    found = Settings.from_config(config, {})
    assert found.base_url == url
    assert url == f"{url.partition('://')[0]}://{found.host}"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://h/path",
        "https://h?x=1",
        "https://h#x",
        "ftp://h",
        "https://",
        "h:99999",
        "h:port",
        "two words",
        "https://user:pass@h",
        "http://[::1",
        "-h",
    ],
)
def test_malformed_endpoints(endpoint: str) -> None:
    found = problems({"endpoint": endpoint})
    assert list(found) == ["dataworks:endpoint"]
    assert "pass@" not in found["dataworks:endpoint"]


@pytest.mark.parametrize(
    "region", ["cn shanghai", "https://cn-shanghai", "CN-SHANGHAI", "shanghai", "cn_shanghai", "cn-"]
)
def test_malformed_regions(region: str) -> None:
    assert "cn-shanghai" in problems({"region": region})["dataworks:region"]


@pytest.mark.parametrize("config", [{}, {"region": ""}, {"region": "  "}, {"region": None}])
def test_a_region_is_required(config: dict[str, Any], messages: Messages) -> None:
    said = problems(config)["dataworks:region"]
    assert "in a stack run `pulumi config set dataworks:region cn-shanghai`" in said
    # Not every reader has a stack: `export`, and `pulumi do` without a state.
    assert said.index("ALIBABA_CLOUD_REGION_ID") < said.index("stack")
    with pytest.raises(SettingsError) as refused:
        _ = Settings().base_url
    messages(refused.value)


def test_json_text_and_values_are_the_same() -> None:
    role = {"roleArn": "acs:ram::1:role/x", "sessionExpiration": 900, "policy": ""}
    config = {**REGION, **PAIR, "assumeRole": role, "clientReadTimeout": 5000, "callsPerSecond": 2.5}
    text = {**config, "assumeRole": json.dumps(role), "clientReadTimeout": "5000", "callsPerSecond": "2.5"}
    assert Settings.from_config(config, {}) == Settings.from_config(text, {})
    expected = AssumeRole(role_arn="acs:ram::1:role/x", session_expiration=900)
    assert Settings.from_config(text, {}).assume_role == expected


def test_numbers_from_a_protobuf_struct_are_floats() -> None:
    found = Settings.from_config({**REGION, "clientConnectTimeout": 5000.0}, {})
    assert found.client_connect_timeout == 5000


@pytest.mark.parametrize(
    ("variable", "value", "field"),
    [
        ("ALIBABA_CLOUD_REGION_ID", "cn-beijing", "region"),
        ("ALIBABA_CLOUD_REGION", "cn-beijing", "region"),
        ("ALICLOUD_REGION", "cn-beijing", "region"),
        ("ALIBABA_CLOUD_DATAWORKS_ENDPOINT", "https://h", "endpoint"),
        ("ALIBABA_CLOUD_PROFILE", "p", "profile"),
        ("ALICLOUD_PROFILE", "p", "profile"),
        ("ALICLOUD_ECS_ROLE_NAME", "r", "ecs_role_name"),
        ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://u", "credentials_uri"),
    ],
)
def test_the_environment_fills_in(variable: str, value: str, field: str) -> None:
    base = {} if field in {"region", "endpoint"} else REGION
    assert getattr(Settings.from_config(base, {variable: f" {value} "}), field) == value


def test_the_configuration_wins() -> None:
    env = {**ENV_PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "T", "ALIBABA_CLOUD_REGION_ID": "cn-beijing"}
    found = Settings.from_config({**REGION, **PAIR}, env)
    assert (found.region, found.access_key, found.secret_key) == ("cn-shanghai", "AK", "SK")
    assert found.security_token is None  # it belongs to the other pair


def test_the_environments_pair_is_taken_whole() -> None:
    found = Settings.from_config(REGION, {**ENV_PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "T"})
    assert (found.access_key, found.secret_key, found.security_token) == ("EAK", "ESK", "T")


@pytest.mark.parametrize("given", [{"accessKey": "AK"}, {"secretKey": "SK"}])
def test_half_a_pair_is_never_completed_from_elsewhere(given: dict[str, str]) -> None:
    found = problems({**REGION, **given}, ENV_PAIR)
    missing = "dataworks:secretKey" if "accessKey" in given else "dataworks:accessKey"
    assert list(found) == [missing]
    assert f"pulumi config set --secret {missing}" in found[missing]


def test_half_a_pair_in_the_environment() -> None:
    found = problems(REGION, {"ALIBABA_CLOUD_ACCESS_KEY_ID": "EAK"})
    assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET" in found["dataworks:secretKey"]


def test_a_token_without_its_pair() -> None:
    assert set(problems({**REGION, "securityToken": "T"}, ENV_PAIR)) == {
        "dataworks:accessKey",
        "dataworks:secretKey",
    }


@pytest.mark.parametrize("source", ["profile", "ecsRoleName", "credentialsUri", "sharedCredentialsFile"])
def test_a_source_in_the_configuration_shuts_out_the_environments_keys(source: str) -> None:
    found = Settings.from_config({**REGION, source: "x"}, {**ENV_PAIR, "ALIBABA_CLOUD_PROFILE": "other"})
    assert found.access_key is None
    assert found.profile == ("x" if source == "profile" else None)


def test_a_role_is_assumed_with_the_environments_keys() -> None:
    found = Settings.from_config({**REGION, "assumeRole": {"roleArn": "a"}}, ENV_PAIR)
    assert (found.access_key, found.assume_role) == ("EAK", AssumeRole(role_arn="a"))


@pytest.mark.parametrize(
    ("key", "near"), [("acessKey", "accessKey"), ("secret_key", "secretKey"), ("Region", "region")]
)
def test_unknown_keys_have_near_misses(key: str, near: str) -> None:
    assert near in problems({**REGION, key: "x"})[f"dataworks:{key}"].partition("did you mean")[2]


def test_unknown_keys_far_from_all(messages: Messages) -> None:
    messages(problems({**REGION, "zzz": "x"})["dataworks:zzz"])


def test_every_fault_at_once_and_no_secret(messages: Messages) -> None:
    config = {
        "secretKey": "top-secret",
        "endpoint": "ftp://h",
        "callsPerSecond": "0",
        "clientReadTimeout": "soon",
        "assumeRole": {"policy": "p", "rolArn": "x", "sessionExpiration": 5},
        "assumeRoleWithOidc": '{"roleArn": "a", "oidcProviderArn": "b"}',
        "what": 1,
    }
    found = problems(config)
    assert set(found) == {
        "dataworks:accessKey",
        "dataworks:endpoint",
        "dataworks:callsPerSecond",
        "dataworks:clientReadTimeout",
        "dataworks:assumeRole.roleArn",
        "dataworks:assumeRole.rolArn",
        "dataworks:assumeRole.sessionExpiration",
        "dataworks:assumeRoleWithOidc",
        "dataworks:what",
    }
    messages(found["dataworks:assumeRoleWithOidc"])
    assert "top-secret" not in str(found)


@pytest.mark.parametrize("key", ["accessKey", "secretKey"])
@pytest.mark.parametrize("value", ["a b", "a\nb", "schlüssel"])
def test_keys_pasted_wrongly(key: str, value: str) -> None:
    found = problems({**REGION, **PAIR, key: value})
    assert value not in found[f"dataworks:{key}"]


def test_an_object_that_is_no_json(messages: Messages) -> None:
    found = problems({**REGION, "assumeRole": "acs:ram::1:role/x"})
    messages(found["dataworks:assumeRole"])


def test_an_object_that_is_a_list() -> None:
    assert "dataworks:assumeRole" in problems({**REGION, "assumeRole": "[1]"})


def test_a_problem_names_the_variable_it_came_from() -> None:
    found = problems({}, {"ALICLOUD_REGION": "no region"})
    assert "ALICLOUD_REGION" in found["dataworks:region"]


def test_secrets_are_not_shown() -> None:
    oidc = {"roleArn": "a", "oidcProviderArn": "b", "oidcToken": "XTOKEN"}
    config = {
        **REGION,
        "accessKey": "XAK",
        "secretKey": "XSK",
        "securityToken": "XST",
        "assumeRoleWithOidc": oidc,
    }
    shown = repr(Settings.from_config({**config, "credentialsUri": "http://XURI"}, {}))
    assert [secret for secret in ("XAK", "XSK", "XST", "XTOKEN", "XURI") if secret in shown] == []


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [("http://localhost:1", True), ("http://[::1]:1", True), ("https://h.example", False)],
)
def test_this_machine_needs_no_proxy(endpoint: str, local: bool) -> None:
    assert Settings.from_config({"endpoint": endpoint}, {}).is_loopback is local


def test_the_keys_are_camel_case() -> None:
    assert {"region", "accessKey", "assumeRoleWithOidc", "callsPerSecond"} < Settings.config_keys()


TOOLS = [
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
]
"""Variables of the vendor's libraries, of its CLI and of its Terraform provider, in the order in which they count."""


@pytest.mark.parametrize("place", range(len(TOOLS)))
def test_the_keys_of_each_tool_are_read_and_never_mixed(place: int) -> None:
    env = {name: name for names in TOOLS[place:] for name in names}
    found = Settings.from_config(REGION, env)
    assert (found.access_key, found.secret_key, found.security_token) == TOOLS[place]
    del env[TOOLS[place][1]]
    assert TOOLS[place][1] in problems(REGION, env)["dataworks:secretKey"]


@pytest.mark.parametrize(
    "name",
    [
        "ALIBABA_CLOUD_REGION_ID",
        "ALIBABA_CLOUD_REGION",
        "ALIBABACLOUD_REGION_ID",
        "ALICLOUD_REGION",
        "ALICLOUD_REGION_ID",
    ],
)
def test_the_region_of_each_tool_is_read(name: str) -> None:
    assert Settings.from_config({}, {name: "cn-beijing"}).region == "cn-beijing"


OIDC = {f"ALIBABA_CLOUD_{name}": "x" for name in ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE")}


def test_the_oidc_variables_go_before_a_profile_as_in_the_vendors_libraries() -> None:
    env = {**OIDC, "ALIBABA_CLOUD_PROFILE": "p", "ALIBABA_CLOUD_CREDENTIALS_URI": "http://u"}
    found = Settings.from_config(REGION, env)
    assert (found.profile, found.credentials_uri) == (None, None)
    del env["ALIBABA_CLOUD_ROLE_ARN"]
    assert Settings.from_config(REGION, env).profile == "p"
    assert Settings.from_config(REGION, {**ENV_PAIR, **OIDC}).access_key == "EAK"


def profiles(folder: Path, text: str | None = None) -> dict[str, str]:
    """An environment whose home has a file of the CLI."""
    known = [{"name": name, "mode": "AK", "region_id": f"cn-{name}"} for name in ("one", "two")]
    file = folder / ".aliyun" / "config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text or json.dumps({"current": "one", "profiles": known}))
    return {"HOME": str(folder)}


def test_the_region_of_the_clis_profile_counts_where_its_keys_do(tmp_path: Path) -> None:
    env = profiles(tmp_path)
    assert Settings.from_config({}, env).region == "cn-one"
    assert Settings.from_config({"profile": "two"}, env).region == "cn-two"
    assert Settings.from_config({}, {**env, "ALICLOUD_PROFILE": "two"}).region == "cn-two"
    assert Settings.from_config({}, {**env, "ALICLOUD_REGION": "cn-beijing"}).region == "cn-beijing"
    assert Settings.from_config({"endpoint": "http://127.0.0.1:1"}, env).region is None
    other = {"sharedCredentialsFile": str(tmp_path / ".aliyun" / "config.json"), "profile": "two"}
    assert Settings.from_config(other, {}).region == "cn-two"


@pytest.mark.parametrize("config", [{"profile": "three"}, PAIR, {"ecsRoleName": "r"}], ids=str)
def test_the_region_of_a_profile_that_is_not_used_does_not_count(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    assert "dataworks:region" in problems(config, profiles(tmp_path))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"current": "one", "profiles": [1]}', '{"current": [], "profiles": {}}']
)
def test_a_file_of_profiles_that_cannot_be_read_gives_no_region(tmp_path: Path, text: str) -> None:
    assert "dataworks:region" in problems({}, profiles(tmp_path, text or " "))


def test_a_region_of_a_profile_that_is_none_is_reported_with_its_place(tmp_path: Path) -> None:
    env = profiles(tmp_path, '{"current": "p", "profiles": [{"name": "p", "region_id": "Shanghai !"}]}')
    assert "(from region_id of the profile p)" in problems({}, env)["dataworks:region"]


@pytest.mark.parametrize(
    ("config", "reported"),
    [
        ({"endpoint": "http://gateway.corp", **PAIR}, True),
        ({"endpoint": "http://gateway.corp", "ecsRoleName": "r"}, True),
        ({"endpoint": "https://gateway.corp", **PAIR}, False),
        ({"endpoint": "http://127.0.0.1:8123", **PAIR}, False),
        (
            {"endpoint": "http://emulator:8123", "accessKey": "LTAIemulator0000000000", "secretKey": "s"},
            False,
        ),
        ({**REGION, **PAIR}, False),
    ],
)
def test_real_keys_without_tls_are_a_warning(config: dict[str, Any], reported: bool) -> None:
    assert bool(Settings.from_config(config, {}).warnings) is reported


@pytest.mark.parametrize(
    ("config", "place"),
    [
        (REGION, ("cn-shanghai", "")),
        ({"endpoint": "dataworks-vpc.cn-beijing.aliyuncs.com"}, ("cn-beijing", "")),
        ({**REGION, "endpoint": "dataworks.cn-beijing.aliyuncs.com"}, ("cn-beijing", "")),
        ({"region": "ap-south-1"}, ("ap-south-1", "")),
        ({"endpoint": "dataworks.aliyuncs.com"}, ("", "")),
        ({**REGION, "endpoint": "http://127.0.0.1:8123"}, ("cn-shanghai", "127.0.0.1")),
        ({"endpoint": "http://gateway.corp"}, ("", "gateway.corp")),
    ],
)
def test_the_place_is_a_region_and_a_host_that_is_not_the_vendors(
    config: dict[str, Any], place: tuple[str, str]
) -> None:
    assert Settings.from_config(config, {}).place == place
