"""Who we are: a key pair as given, or one that Alibaba Cloud's own credentials library finds."""

import asyncio
import importlib
import logging
import os
import re
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ._errors import CredentialsError
from ._settings import AssumeRoleWithOidc, Settings
from ._words import hold, without_keys


@dataclass(frozen=True)
class Credentials:
    """A key pair at one moment; ``security_token`` is what a temporary pair needs besides, or ""."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class StaticCredentials:
    """A key pair that does not change."""

    credentials: Credentials

    @property
    def account(self) -> str:
        """A name for whose calls these are; calls of one name share a rate limit."""
        return self.credentials.access_key_id

    async def get(self) -> Credentials:
        return self.credentials


# --- The credentials library of Alibaba Cloud (``alibabacloud_credentials`` 1.0), around its traps
#
# Its default chain is not used but put together here from its own providers, for three reasons: the chain starts a
# background scheduler for the ECS metadata even where it is not needed, gives each of several probes of the metadata a
# second or more on a laptop, and knows no settings but the environment.


_PROBE_CONNECT_MS = 500
_PROBE_READ_MS = 1000
_LONGEST_REASON = 200
_RENEWED_BEFORE = 15 * 60
"""Seconds before their end at which the library asks for new keys: those that it hands out are good for so long."""
_RENEWAL_PAUSE = 30
"""Seconds between two tries to renew keys that are still good."""


class VendorCredentials:
    """Every other way, through the library's provider that the settings ask for.

    The library is imported at the first call and not before: it takes 0.4 s, reads the environment while it is
    imported, and it blocks, so all of it runs in a thread.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._named, self._make, self._advice = _way(settings)
        self._lock = threading.Lock()
        self._provider: Any = None
        self._held: tuple[Credentials | None, float, float] = None, 0.0, 0.0
        """Until when it is good, at the least, and from when on to ask the library again, as Unix times."""
        oidc = settings.assume_role_with_oidc
        token = oidc.oidc_token if oidc else None
        hold(settings.access_key, settings.secret_key, settings.security_token, token)

    @property
    def account(self) -> str:
        """As above: what the settings name, as the AccessKey ID changes with each renewal."""
        role = self._settings.assume_role
        return f"{self._named}:{role.role_arn if role else ''}"

    async def get(self) -> Credentials:
        """Return the pair in hand while it is good and cannot be renewed; the library renews pairs in time.

        Raises:
            CredentialsError: There is none; the text says what was tried.
        """
        return await asyncio.to_thread(self._find)

    def _find(self) -> Credentials:
        (held, good_until, renew_from), now = self._held, time.time()
        if held is not None and now < renew_from:
            return held
        try:
            with self._lock:
                self._provider = self._provider or self._build(_library())
            found: Any = self._provider.get_credentials()
            pair = (found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token())
        except Exception as error:  # noqa: BLE001 - the library raises whatever comes
            if held is not None and now < good_until:
                self._held = held, good_until, min(now + _RENEWAL_PAUSE, good_until)
                return held
            raise self._error(_reason(error)) from None
        if not (pair[0] and pair[1]):
            raise self._error("what was found holds no AccessKey pair")
        new = Credentials(str(pair[0]), str(pair[1]), str(pair[2] or ""))
        self._held = new, found.get_expiration() or now + _RENEWED_BEFORE, 0.0
        return new

    def _build(self, library: Any) -> Any:
        provider, role = self._make(library), self._settings.assume_role
        if role is None:
            return provider
        return library.RamRoleArnCredentialsProvider(
            credentials_provider=provider,
            role_arn=role.role_arn,
            role_session_name=role.session_name,
            duration_seconds=role.session_expiration,
            policy=role.policy,
            external_id=role.external_id,
        )

    def _error(self, reason: str) -> CredentialsError:
        advice = self._advice
        if self._settings.assume_role is not None:
            advice += "; and dataworks:assumeRole (may this user assume roleArn?)"
        return CredentialsError(f"{advice}. Tried: {without_keys(reason)}")


CredentialsSource = StaticCredentials | VendorCredentials
"""Something that has a valid key pair at any time."""


def credentials_for(settings: Settings) -> CredentialsSource:
    """Return the source that the settings ask for. A given key pair needs no import and no thread."""
    if settings.access_key and settings.secret_key and settings.assume_role is None:
        pair = Credentials(settings.access_key, settings.secret_key, settings.security_token or "")
        return StaticCredentials(pair)
    return VendorCredentials(settings)


def _library() -> Any:
    from ._network import take_over  # noqa: PLC0415 - httpx comes with it

    library = importlib.import_module("alibabacloud_credentials.provider")
    # It logs whole requests, tokens included, to handlers that its import adds. It also raises what it logs.
    log = logging.getLogger("credentials")
    log.handlers[:] = [logging.NullHandler()]
    log.propagate = False
    take_over()
    return library


class _Chain:
    """The first of several providers that has credentials, in the order of the library's own chain."""

    def __init__(self, providers: Mapping[str, Callable[[], Any]]) -> None:
        self._providers = providers
        self._found: Any = None

    def get_credentials(self) -> Any:
        if self._found is not None:
            return self._found.get_credentials()
        reasons: list[str] = []
        for name, make in self._providers.items():
            try:
                credentials = (provider := make()).get_credentials()
            except Exception as error:  # noqa: BLE001 - the next one may have some
                reasons.append(f"{name} ({_reason(error)})")
            else:
                self._found = provider
                return credentials
        raise CredentialsError("; ".join(reasons))


def _key(library: Any, settings: Settings) -> Any:
    pair = {"access_key_id": settings.access_key, "access_key_secret": settings.secret_key}
    if settings.security_token:
        return library.StaticSTSCredentialsProvider(**pair, security_token=settings.security_token)
    return library.StaticAKCredentialsProvider(**pair)


def _oidc(library: Any, oidc: AssumeRoleWithOidc) -> Any:
    path = oidc.oidc_token_file or _token_file(oidc.oidc_token or "")
    provider = library.OIDCRoleArnCredentialsProvider(
        role_arn=oidc.role_arn,
        oidc_provider_arn=oidc.oidc_provider_arn,
        oidc_token_file_path=path,
        role_session_name=oidc.role_session_name,
        duration_seconds=oidc.session_expiration,
        policy=oidc.policy,
    )
    if not oidc.oidc_token_file:
        weakref.finalize(provider, os.unlink, path)
    return provider


def _token_file(token: str) -> str:
    """Write the token where only this user can read it: the library takes a file and nothing else."""
    handle, path = tempfile.mkstemp(prefix="dataworks-oidc-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(token)
    return path


def _profile(library: Any, settings: Settings) -> Any:
    file, name = settings.shared_credentials_file, settings.profile
    path = os.path.expanduser(file) if file else None  # noqa: PTH111 - the library wants text
    chain = {
        "profile of the Alibaba Cloud CLI": library.CLIProfileCredentialsProvider,
        "credentials.ini": library.ProfileCredentialsProvider,
    }
    if path is not None:
        del chain["profile of the Alibaba Cloud CLI" if path.endswith(".ini") else "credentials.ini"]
    given = {"profile_name": name, "profile_file": path}
    return _Chain({title: partial(make, **given) for title, make in chain.items()})


def _ecs(library: Any, role: str | None = None) -> Any:
    http = importlib.import_module("alibabacloud_credentials.http")
    options = http.HttpOptions(connect_timeout=_PROBE_CONNECT_MS, read_timeout=_PROBE_READ_MS)
    return library.EcsRamRoleCredentialsProvider(
        role_name=role, http_options=options, async_update_enabled=False
    )


def _uri(library: Any, uri: str) -> Any:
    return library.URLCredentialsProvider(uri=uri)


def _default(library: Any) -> Any:
    return _Chain(
        {
            "OIDC variables": library.OIDCRoleArnCredentialsProvider,
            "default profile of the Alibaba Cloud CLI": library.CLIProfileCredentialsProvider,
            "credentials.ini": library.ProfileCredentialsProvider,
            "ECS instance role": lambda: _ecs(library),
        }
    )


_NONE_GIVEN = (
    "No credentials: set dataworks:accessKey and dataworks:secretKey (`pulumi config set --secret`), or "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or dataworks:profile (a profile of the "
    "Alibaba Cloud CLI: `aliyun configure`), or dataworks:ecsRoleName on an ECS instance"
)


def _way(given: Settings) -> tuple[str, Callable[[Any], Any], str]:
    """The way to keys that the settings ask for: what they name of it, how it is built, and what to check if it fails."""
    if given.access_key and given.secret_key:
        advice = "Check dataworks:accessKey and dataworks:secretKey"
        return f"key:{given.access_key}", partial(_key, settings=given), advice
    if (oidc := given.assume_role_with_oidc) is not None:
        advice = "Check dataworks:assumeRoleWithOidc (roleArn, oidcProviderArn and the token)"
        return f"oidc:{oidc.role_arn}", partial(_oidc, oidc=oidc), advice
    if given.profile or given.shared_credentials_file:
        advice = (
            "Check dataworks:profile and dataworks:sharedCredentialsFile (`aliyun configure list` shows them)"
        )
        return f"profile:{given.profile}", partial(_profile, settings=given), advice
    if given.ecs_role_name:
        advice = "Check dataworks:ecsRoleName; it works only on an ECS instance that has this role"
        return f"ecs:{given.ecs_role_name}", partial(_ecs, role=given.ecs_role_name), advice
    if given.credentials_uri:
        uri = partial(_uri, uri=given.credentials_uri)
        return f"uri:{given.credentials_uri}", uri, "Check dataworks:credentialsUri"
    return "default", _default, _NONE_GIVEN


def _reason(error: Exception) -> str:
    if isinstance(error, CredentialsError):
        return str(error)
    # The library's exception keeps its text in an attribute; its str() may be empty. URLs hold tokens.
    text = " ".join(str(getattr(error, "message", "") or error).split()) or type(error).__name__
    text = re.sub(r"\?\S+", "?...", text)
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}..."
