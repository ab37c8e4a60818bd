"""The settings of the client: their names, shapes and defaults, and where they come from."""

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from ._errors import SettingProblem, SettingsError
from ._hosts import check_endpoint, check_region, is_loopback

CALLS_PER_SECOND: Final = 5.0
"""The service's limit for one account in one region, in every edition but Enterprise (DataWorks OpenAPI quotas)."""

# Which host serves a region: from the endpoint page of DataWorks OpenAPI 2024-05-18 and the map in the official SDK. (For a
# region outside its map the SDK falls back to ``dataworks-public.<region>``, which the documentation does not know; we
# follow the documentation.)
_OPEN_PLATFORM = "https://openplatform.aliyuncs.com"
_CENTRAL_HOST = "dataworks.aliyuncs.com"
_CENTRAL_REGIONS = frozenset(
    {"ap-south-1", "ap-southeast-2", "cn-huhehaote", "cn-qingdao", "cn-wuhan", "cn-zhangbei"}
)
_REGIONAL = re.compile(r"dataworks(?:-[a-z]+)*\.([a-z0-9-]+)\.aliyuncs\.com")
_REGION_REQUIRED = "no region is set; set ALIBABA_CLOUD_REGION_ID, or in a stack run `pulumi config set dataworks:region cn-shanghai`"

# --- Names, shapes and defaults


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Mapping):
        fields = cast("Mapping[Any, Any]", value).items()
        cleaned = {str(key): text for key, inner in fields if (text := _clean(inner)) is not None}
        return cleaned or None
    return value


def _decoded(given: Any, info: ValidationInfo) -> Any:
    """An object as it is, or out of its JSON text, as Pulumi sends it."""
    try:
        return _clean(json.loads(given)) if isinstance(given, str) else given
    except ValueError:
        key = to_camel(info.field_name or "")
        advice = f"`pulumi config set --path dataworks:{key}.roleArn <arn>`"
        raise ValueError(f"is an object; set its fields with {advice}") from None


def _check_key_text(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError(
            "holds a character that no key has (a space, a line break or a letter with an accent); paste it again"
        )
    return text


_EMULATED_KEY = "LTAIemulator"
"""How the emulator's AccessKey IDs begin, which are worth nothing."""
KeyText = Annotated[str, AfterValidator(_check_key_text)]


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )


class _Role(_Section):
    role_arn: str = Field(min_length=1)
    """``acs:ram::<account>:role/<name>``."""
    policy: str | None = None
    """JSON, which narrows the role further."""
    session_expiration: int | None = Field(default=None, ge=900)
    """Seconds."""


class AssumeRole(_Role):
    """A RAM role to take on with the credentials found otherwise."""

    session_name: str | None = None
    """How the session is called in audit logs."""
    external_id: str | None = None
    """What the role's owner agreed with you, against confused deputies."""


class AssumeRoleWithOidc(_Role):
    """A RAM role to take on with an OpenID Connect token, as in CI or Kubernetes."""

    oidc_provider_arn: str = Field(min_length=1)
    """``acs:ram::<account>:oidc-provider/<name>``."""
    oidc_token: str | None = Field(default=None, repr=False)
    oidc_token_file: str | None = None
    """The file that holds it, read again at each renewal."""
    role_session_name: str | None = None

    @model_validator(mode="after")
    def _has_a_token(self) -> "AssumeRoleWithOidc":
        if not (self.oidc_token or self.oidc_token_file):
            raise ValueError("needs oidcToken or oidcTokenFile")
        return self


class Settings(_Section):
    """How to reach the service and as whom. Names and units are those of pulumi-alicloud."""

    region: Annotated[str, AfterValidator(check_region)] | None = None
    """May be left out where ``endpoint`` is set."""
    access_key: KeyText | None = Field(default=None, repr=False)
    """An AccessKey ID; with ``secret_key``, used as it is."""
    secret_key: KeyText | None = Field(default=None, repr=False)
    security_token: KeyText | None = Field(default=None, repr=False)
    """For a temporary key pair."""
    profile: str | None = None
    """Of the Alibaba Cloud CLI."""
    shared_credentials_file: str | None = None
    """Where the profiles are, if not ``~/.aliyun/config.json``."""
    ecs_role_name: str | None = None
    """The RAM role of the ECS instance that we run on."""
    credentials_uri: str | None = Field(default=None, repr=False)
    """A local service that hands out temporary key pairs."""
    assume_role: Annotated[AssumeRole | None, BeforeValidator(_decoded)] = None
    """A role to take on with the above."""
    assume_role_with_oidc: Annotated[AssumeRoleWithOidc | None, BeforeValidator(_decoded)] = None
    endpoint: Annotated[str, AfterValidator(check_endpoint)] | None = None
    """A host, with or without scheme and port, instead of the region's own (VPC, emulator)."""
    open_platform_endpoint: Annotated[str, AfterValidator(check_endpoint)] | None = None
    """Likewise of OpenPlatform, which says where files are uploaded to."""
    client_connect_timeout: int | None = Field(default=None, gt=0)
    """**Milliseconds**; 5,000 where left out."""
    client_read_timeout: int | None = Field(default=None, gt=0)
    """**Milliseconds**; where left out 30,000, and 120,000 for imports."""
    calls_per_second: float = Field(default=CALLS_PER_SECOND, gt=0, allow_inf_nan=False)

    @classmethod
    def from_config(cls, config: Mapping[str, object], env: Mapping[str, str]) -> "Settings":
        """Read the settings as a user wrote them.

        Args:
            config: camelCase keys. Objects and numbers may be JSON text, as Pulumi sends provider configuration;
                None and blank text count as absent.
            env: The environment; the configuration wins over it, and credentials are never mixed of both.

        Raises:
            SettingsError: With every fault at once, each naming its setting.
        """
        known = cls.config_keys()
        problems = [_problem(key, _unknown(key)) for key in sorted(config.keys() - known)]
        values = {key: text for key in known & config.keys() if (text := _clean(config[key])) is not None}
        origins = _add_environment(values, {name: text.strip() for name, text in env.items() if text.strip()})
        _add_region_of_profile(values, origins, env)
        problems += _pair_problems(values, origins)
        if "region" not in values and "endpoint" not in values:
            problems.append(_problem("region", _REGION_REQUIRED))
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            raise SettingsError([*problems, *(_explained(detail, origins) for detail in details)]) from None
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def config_keys(cls) -> frozenset[str]:
        """Return the keys that `from_config` knows."""
        return frozenset(to_camel(name) for name in cls.model_fields)

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        if self.endpoint:
            return self.endpoint
        if not self.region:
            raise SettingsError([_problem("region", _REGION_REQUIRED)])
        is_central = self.region in _CENTRAL_REGIONS
        return f"https://{_CENTRAL_HOST if is_central else f'dataworks.{self.region}.aliyuncs.com'}"

    @property
    def open_platform_url(self) -> str:
        """The same of OpenPlatform; the emulator stands for both."""
        return self.open_platform_endpoint or (self.base_url if self.is_loopback else _OPEN_PLATFORM)

    @property
    def place(self) -> tuple[str, str]:
        """The region that calls reach, and the host where it is none of Alibaba Cloud's; what is not known is empty."""
        host = urlsplit(self.base_url).hostname or ""
        if (regional := _REGIONAL.fullmatch(host)) is not None:
            return regional[1], ""
        return self.region or "", "" if host == _CENTRAL_HOST else host

    @property
    def warnings(self) -> list[str]:
        """What works and should not be so, in sentences."""
        emulated = self.is_loopback or (self.access_key or "").startswith(_EMULATED_KEY)
        if emulated or self.base_url.startswith("https:"):
            return []
        reached = f"dataworks:endpoint: {self.base_url} is reached without TLS"
        return [
            f"{reached}, so that whoever is on the way reads the documents and the token of temporary keys. Write https://"
        ]

    @property
    def is_loopback(self) -> bool:
        """Whether the service is on this machine (the emulator), where no proxy can reach it."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def host(self) -> str:
        """With the port, as in the Host header."""
        return urlsplit(self.base_url).netloc


# --- What the environment gives


_ENVIRONMENT: Mapping[str, Sequence[str]] = {
    "region": (
        *("ALIBABA_CLOUD_REGION_ID", "ALIBABA_CLOUD_REGION", "ALIBABACLOUD_REGION_ID"),
        *("ALICLOUD_REGION", "ALICLOUD_REGION_ID"),
    ),
    "endpoint": ("ALIBABA_CLOUD_DATAWORKS_ENDPOINT",),
}
_PAIR = ("accessKey", "secretKey", "securityToken")
_PAIRS = (
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECURITY_TOKEN"),
    ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
)
"""The vendor's libraries, its CLI twice, and its Terraform provider: those of one line belong together."""
_ENVIRONMENT_SOURCES: Mapping[str, Sequence[str]] = {
    "profile": ("ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALICLOUD_PROFILE"),
    "sharedCredentialsFile": ("ALICLOUD_SHARED_CREDENTIALS_FILE",),
    "ecsRoleName": ("ALICLOUD_ECS_ROLE_NAME",),
    "credentialsUri": ("ALIBABA_CLOUD_CREDENTIALS_URI", "ALICLOUD_CREDENTIALS_URI"),
}
# Where all of these are set, the vendor's libraries take no other source of the environment but a key pair.
_ENVIRONMENT_OIDC = {f"ALIBABA_CLOUD_{name}" for name in ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE")}
_SOURCES = (*_PAIR, "profile", "sharedCredentialsFile", "ecsRoleName", "credentialsUri", "assumeRoleWithOidc")


def _add_environment(values: dict[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    """Add what the configuration leaves open; return which variable each such value is from."""
    table = dict(_ENVIRONMENT)
    if not any(key in values for key in _SOURCES):
        pair = next((names for names in _PAIRS if env.keys() & set(names[:2])), ())
        table |= {key: (name,) for key, name in zip(_PAIR, pair, strict=False)}
        if pair or not env.keys() >= _ENVIRONMENT_OIDC:
            table |= _ENVIRONMENT_SOURCES
    origins: dict[str, str] = {}
    for key, variables in table.items():
        found = next((name for name in variables if name in env), None)
        if key not in values and found is not None:
            values[key] = env[found]
            origins[key] = found
    return origins


def _add_region_of_profile(values: dict[str, Any], origins: dict[str, str], env: Mapping[str, str]) -> None:
    """Where keys come from a profile of the CLI, its region counts too, unless something else names one."""
    others = ("region", "endpoint", "accessKey", "ecsRoleName", "credentialsUri", "assumeRoleWithOidc")
    home = env.get("HOME") or env.get("USERPROFILE")
    given = values.get("sharedCredentialsFile") or (f"{home}/.aliyun/config.json" if home else "")
    if not given or any(key in values for key in others):
        return
    try:
        config = json.loads(Path(given).expanduser().read_text("utf-8"))
        name = values.get("profile") or config["current"]
        region = next(one["region_id"] for one in config["profiles"] if one["name"] == name)
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return  # the library that reads the keys reports what is wrong with the file
    if isinstance(region, str) and region.strip():
        values["region"] = region.strip()
        origins["region"] = f"region_id of the profile {name}"


def _pair_problems(values: Mapping[str, Any], origins: Mapping[str, str]) -> list[SettingProblem]:
    present = [key for key in _PAIR if key in values]
    missing = [key for key in _PAIR[:2] if key not in values]
    if not present or not missing:
        return []
    given = " and ".join(origins.get(key) or f"dataworks:{key}" for key in present)
    tool = next((names for names in _PAIRS if origins.get(present[0]) in names), None)
    return [
        _problem(
            key,
            f"{given} is set without {tool[_PAIR.index(key)]}; set both or neither"
            if tool
            else f"{given} is set without it; run `pulumi config set --secret dataworks:{key} <value>` "
            "(a key pair is taken whole from one place, never half from each)",
        )
        for key in missing
    ]


def _problem(key: str, message: str) -> SettingProblem:
    return SettingProblem(f"dataworks:{key}", message)


def _unknown(key: str) -> str:
    known = sorted(Settings.config_keys())
    near = get_close_matches(to_camel(key), known, n=2)
    advice = f"did you mean {' or '.join(near)}?" if near else f"the settings are {', '.join(known)}"
    return f"there is no such setting; {advice}"


def _explained(detail: ErrorDetails, origins: Mapping[str, str]) -> SettingProblem:
    path = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "there is no such field"
    elif detail["type"] == "missing":
        message = f"is required: run `pulumi config set --path dataworks:{path} <value>`"
    variable = origins.get(str(detail["loc"][0]))
    return _problem(path, f"{message} (from {variable})" if variable else message)
