"""The settings of the client: names, shapes and defaults, the hosts of the regions, and the figures that the service or we have chosen."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from pulumi_resource_dataworks import __version__

from ._errors import SettingProblem, SettingsError

# --- Which host serves a region, and what an address may look like
#
# From the endpoint page of DataWorks OpenAPI 2024-05-18 and the map in the official SDK. (For a region outside its map the
# SDK falls back to ``dataworks-public.<region>``, which the documentation does not know; we follow the documentation.)


REGION_REQUIRED = (
    "is required: run `pulumi config set dataworks:region cn-shanghai`, or set ALIBABA_CLOUD_REGION_ID"
)

_CENTRAL_HOST = "dataworks.aliyuncs.com"
_CENTRAL_REGIONS = frozenset(
    {"ap-south-1", "ap-southeast-2", "cn-huhehaote", "cn-qingdao", "cn-wuhan", "cn-zhangbei"}
)
_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")
_HOST = re.compile(r"[0-9a-f:.]+|[a-z0-9]([a-z0-9_.-]*[a-z0-9])?", re.IGNORECASE)
_LONGEST_LABEL = 63
_REGIONAL = re.compile(r"dataworks(?:-[a-z]+)*\.([a-z0-9-]+)\.aliyuncs\.com")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_GIVE_A_HOST = "give a host, such as dataworks.cn-shanghai.aliyuncs.com"


def check_region(region: str) -> str:
    """Return the region, or raise ValueError where it cannot be a region's ID.

    An unknown region passes: Alibaba Cloud opens new ones.
    """
    if _REGION.fullmatch(region) is None or len(region) > _LONGEST_LABEL:
        raise ValueError(
            f"{region!r} is not a region ID; write one such as cn-shanghai (lower case, no address, no spaces)"
        )
    return region


def check_endpoint(endpoint: str) -> str:
    """Return the endpoint as ``scheme://host[:port]``, or raise ValueError.

    Without a scheme it is https. http is accepted as given, for an emulator on this machine.
    """
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{_GIVE_A_HOST}, and perhaps a port up to 65535") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"the scheme is https (or http), not {parts.scheme}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("give the host only, such as dataworks.cn-shanghai.aliyuncs.com, without a path")
    if "@" in parts.netloc:  # a password in an address would end up in logs
        raise ValueError("an endpoint holds no user or password")
    host = parts.netloc.removesuffix(f":{port}").lower()
    check_host(host.strip("[]"))
    shown_port = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{shown_port}"


def check_host(host: str) -> None:
    """Raise ValueError where nothing can be reached under such a name or address."""
    try:
        if ":" in host or host.replace(".", "").isdigit():
            ip_address(host)
        host.encode("idna")  # as a resolver gets it: no empty part, none that is too long
    except ValueError:
        raise ValueError(_GIVE_A_HOST) from None
    if _HOST.fullmatch(host) is None:
        raise ValueError(_GIVE_A_HOST)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, where no proxy leads."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


# --- The figures and names that the service or we have chosen, each with its unit


API_VERSION: Final = "2024-05-18"
USER_AGENT: Final = f"pulumi-resource-dataworks/{__version__}"

CONNECT_TIMEOUT: Final = 5.0
"""Seconds."""
READ_TIMEOUT: Final = 30.0
"""Seconds of silence on an open connection."""
IMPORT_READ_TIMEOUT: Final = 120.0
"""Seconds; a document of a thousand nodes is megabytes, and no documented figure says how long taking it in lasts."""

CALLS_PER_SECOND: Final = 5.0
"""The service's limit for one account in one region, in every edition but Enterprise (DataWorks OpenAPI quotas)."""

MAX_TRIES: Final = 6
RETRY_BUDGET: Final = 120.0
"""Seconds from the first failure after which no other try is begun."""
THROTTLED_BUDGET: Final = 600.0
"""The same where the service only says "too many calls": it has not processed them, and others may be calling."""
BACKOFF_BASE: Final = 0.5
BACKOFF_CAP: Final = 20.0
RETRY_AFTER_CAP: Final = 60.0
"""Seconds; what a header asks beyond that is cut, so that no answer can hang a deployment."""

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of an answer, before and after decompression: twice the largest document that can be read, with its escapes."""

PAGE_SIZE: Final = 100
"""The largest page that List operations give."""


# --- The settings of the client: their names, shapes and defaults. Where they come from is `_configuration`


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


class AssumeRole(_Section):
    """A RAM role to take on with the credentials found otherwise."""

    role_arn: str = Field(min_length=1)
    """``acs:ram::<account>:role/<name>``."""
    session_name: str | None = None
    """How the session is called in audit logs."""
    policy: str | None = None
    """JSON, which narrows the role further."""
    session_expiration: int | None = Field(default=None, ge=900)
    """Seconds."""
    external_id: str | None = None
    """What the role's owner agreed with you, against confused deputies."""


class AssumeRoleWithOidc(_Section):
    """A RAM role to take on with an OpenID Connect token, as in CI or Kubernetes; fields are as in `AssumeRole`."""

    oidc_provider_arn: str = Field(min_length=1)
    """``acs:ram::<account>:oidc-provider/<name>``."""
    role_arn: str = Field(min_length=1)
    oidc_token: str | None = Field(default=None, repr=False)
    oidc_token_file: str | None = None
    """The file that holds it, read again at each renewal."""
    policy: str | None = None
    role_session_name: str | None = None
    session_expiration: int | None = Field(default=None, ge=900)

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
    assume_role: AssumeRole | None = None
    """A role to take on with the above."""
    assume_role_with_oidc: AssumeRoleWithOidc | None = None
    endpoint: Annotated[str, AfterValidator(check_endpoint)] | None = None
    """A host, with or without scheme and port, instead of the region's own (VPC, emulator)."""
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
        from ._configuration import read_settings  # noqa: PLC0415 - it builds this class

        return read_settings(config, env)

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
            raise SettingsError([SettingProblem("dataworks:region", REGION_REQUIRED)])
        is_central = self.region in _CENTRAL_REGIONS
        return f"https://{_CENTRAL_HOST if is_central else f'dataworks.{self.region}.aliyuncs.com'}"

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
        text = (
            f"dataworks:endpoint: {self.base_url} is reached without TLS, so that whoever is on the way reads the documents and "
            "the token of temporary keys. Write https://"
        )
        return [text]

    @property
    def is_loopback(self) -> bool:
        """Whether the service is on this machine (the emulator), where no proxy can reach it."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def host(self) -> str:
        """With the port, as in the Host header."""
        return urlsplit(self.base_url).netloc
