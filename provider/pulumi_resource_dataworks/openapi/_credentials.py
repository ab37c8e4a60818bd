"""Who we are: a key pair as given, or one that Alibaba Cloud's own credentials library finds."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from ._settings import Settings


@dataclass(frozen=True)
class Credentials:
    """A key pair at one moment.

    Attributes:
        access_key_id: The public half.
        access_key_secret: The secret half.
        security_token: What a temporary pair needs besides, or "".
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)


class CredentialsSource(Protocol):
    """Something that has a valid key pair at any time."""

    @property
    def account(self) -> str:
        """A name for whose calls these are; calls of one name share a rate limit."""
        ...

    async def get(self) -> Credentials:
        """Return a key pair that is valid now.

        Raises:
            CredentialsError: There is none.
        """
        ...


@dataclass(frozen=True)
class StaticCredentials:
    """A key pair that does not change."""

    credentials: Credentials

    @property
    def account(self) -> str:
        """The AccessKey ID."""
        return self.credentials.access_key_id

    async def get(self) -> Credentials:
        """Return the pair."""
        return self.credentials


class VendorCredentials:
    """Every other way, through ``alibabacloud_credentials``.

    The library is imported at the first call and not before: it takes 0.4 s, reads the environment while it is
    imported, and it blocks, so all of it runs in a thread.
    """

    def __init__(self, settings: Settings) -> None:
        from ._vendor import CredentialsFinder  # noqa: PLC0415 - only where it is needed

        self._finder = CredentialsFinder(settings)

    @property
    def account(self) -> str:
        """The mode and what it names, as the AccessKey ID changes with each renewal."""
        return self._finder.account

    async def get(self) -> Credentials:
        """Return a key pair that is valid now; the library caches it and renews it in time.

        Raises:
            CredentialsError: There is none; the text says what was tried.
        """
        key, secret, token = await asyncio.to_thread(self._finder.find)
        return Credentials(key, secret, token)


def credentials_for(settings: Settings) -> CredentialsSource:
    """Return the source that the settings ask for. A given key pair needs no import and no thread."""
    if settings.access_key and settings.secret_key and settings.assume_role is None:
        pair = Credentials(settings.access_key, settings.secret_key, settings.security_token or "")
        return StaticCredentials(pair)
    return VendorCredentials(settings)
