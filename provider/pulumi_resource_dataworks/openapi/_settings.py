"""The settings of the client: their names, shapes and defaults. Where they come from is `_configuration`."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from ._constants import CALLS_PER_SECOND
from ._endpoint import base_url, check_endpoint, check_region, is_loopback, place_of


def _check_key_text(text: str) -> str:
    if not (text.isascii() and text.isprintable()) or " " in text:
        msg = "holds a character that no key has (a space, a line break or a letter with an accent); paste it again"
        raise ValueError(msg)
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
    """A RAM role to take on with the credentials found otherwise.

    Attributes:
        role_arn: ``acs:ram::<account>:role/<name>``.
        session_name: How the session is called in audit logs.
        policy: A JSON policy that narrows the role further.
        session_expiration: Seconds, 900 or more.
        external_id: What the role's owner agreed with you, against confused deputies.
    """

    role_arn: str = Field(min_length=1)
    session_name: str | None = None
    policy: str | None = None
    session_expiration: int | None = Field(default=None, ge=900)
    external_id: str | None = None


class AssumeRoleWithOidc(_Section):
    """A RAM role to take on with an OpenID Connect token, as in CI or Kubernetes.

    Attributes:
        oidc_provider_arn: ``acs:ram::<account>:oidc-provider/<name>``.
        role_arn: ``acs:ram::<account>:role/<name>``.
        oidc_token: The token itself; or
        oidc_token_file: the file that holds it, read again at each renewal.
        policy: A JSON policy that narrows the role further.
        role_session_name: How the session is called in audit logs.
        session_expiration: Seconds, 900 or more.
    """

    oidc_provider_arn: str = Field(min_length=1)
    role_arn: str = Field(min_length=1)
    oidc_token: str | None = Field(default=None, repr=False)
    oidc_token_file: str | None = None
    policy: str | None = None
    role_session_name: str | None = None
    session_expiration: int | None = Field(default=None, ge=900)

    @model_validator(mode="after")
    def _has_a_token(self) -> "AssumeRoleWithOidc":
        if not (self.oidc_token or self.oidc_token_file):
            msg = "needs oidcToken or oidcTokenFile"
            raise ValueError(msg)
        return self


class Settings(_Section):
    """How to reach the service and as whom. Names and units are those of pulumi-alicloud.

    Attributes:
        region: Such as "cn-shanghai"; may be left out where ``endpoint`` is set.
        access_key: AccessKey ID; with ``secret_key``, used as it is.
        secret_key: AccessKey secret.
        security_token: For a temporary key pair.
        profile: A profile of the Alibaba Cloud CLI.
        shared_credentials_file: Where the profiles are, if not ``~/.aliyun/config.json``.
        ecs_role_name: The RAM role of the ECS instance that we run on.
        credentials_uri: A local service that hands out temporary key pairs.
        assume_role: A role to take on with the above.
        assume_role_with_oidc: A role to take on with a token.
        endpoint: Host, with or without scheme and port, instead of the region's own (VPC, emulator).
        client_connect_timeout: **Milliseconds** (as in pulumi-alicloud); 5,000 where left out.
        client_read_timeout: **Milliseconds**; where left out 30,000, and 120,000 for imports.
        calls_per_second: How fast we may call; the service allows 5 in most editions.
    """

    region: Annotated[str, AfterValidator(check_region)] | None = None
    access_key: KeyText | None = Field(default=None, repr=False)
    secret_key: KeyText | None = Field(default=None, repr=False)
    security_token: KeyText | None = Field(default=None, repr=False)
    profile: str | None = None
    shared_credentials_file: str | None = None
    ecs_role_name: str | None = None
    credentials_uri: str | None = Field(default=None, repr=False)
    assume_role: AssumeRole | None = None
    assume_role_with_oidc: AssumeRoleWithOidc | None = None
    endpoint: Annotated[str, AfterValidator(check_endpoint)] | None = None
    client_connect_timeout: int | None = Field(default=None, gt=0)
    client_read_timeout: int | None = Field(default=None, gt=0)
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
        return base_url(self.region, self.endpoint)

    @property
    def place(self) -> tuple[str, str]:
        """The region that calls reach, and the host where it is none of Alibaba Cloud's; what is not known is empty."""
        return place_of(self.region, self.base_url)

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
        """Host and port, as in the Host header."""
        return urlsplit(self.base_url).netloc
