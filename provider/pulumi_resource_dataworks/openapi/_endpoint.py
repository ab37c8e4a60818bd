"""Which host serves a region, and what an address may look like.

From the endpoint page of DataWorks OpenAPI 2024-05-18 and the map in the official SDK. (For a region outside its map the
SDK falls back to ``dataworks-public.<region>``, which the documentation does not know; we follow the documentation.)
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from ._errors import SettingProblem, SettingsError

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


def check_region(region: str) -> str:
    """Return the region, or raise ValueError where it cannot be a region's ID.

    An unknown region passes: Alibaba Cloud opens new ones.
    """
    if _REGION.fullmatch(region) is None or len(region) > _LONGEST_LABEL:
        msg = f"{region!r} is no region ID; write one such as cn-shanghai (lower case, no address, no spaces)"
        raise ValueError(msg)
    return region


def check_endpoint(endpoint: str) -> str:
    """Return the endpoint as ``scheme://host[:port]``, or raise ValueError.

    Without a scheme it is https. http is accepted as given, for an emulator on this machine.
    """
    parts = _split(endpoint)
    if parts.scheme not in _DEFAULT_PORTS:
        msg = f"the scheme is https (or http), not {parts.scheme}"
        raise ValueError(msg)
    if parts.path.strip("/") or parts.query or parts.fragment:
        msg = "give the host only, such as dataworks.cn-shanghai.aliyuncs.com, without a path"
        raise ValueError(msg)
    return f"{parts.scheme}://{_authority(parts)}"


def check_host(host: str) -> None:
    """Raise ValueError where nothing can be reached under such a name or address."""
    msg = "give a host, such as dataworks.cn-shanghai.aliyuncs.com"
    try:
        if ":" in host or host.replace(".", "").isdigit():
            ip_address(host)
        host.encode("idna")  # as a resolver gets it: no empty part, none that is too long
    except ValueError:
        raise ValueError(msg) from None
    if _HOST.fullmatch(host) is None:
        raise ValueError(msg)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, where no proxy leads."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def base_url(region: str | None, endpoint: str | None) -> str:
    """Return scheme and host for the settings; the endpoint wins."""
    if endpoint:
        return endpoint
    if not region:
        raise SettingsError([SettingProblem("dataworks:region", REGION_REQUIRED)])
    host = _CENTRAL_HOST if region in _CENTRAL_REGIONS else f"dataworks.{region}.aliyuncs.com"
    return f"https://{host}"


def place_of(region: str | None, url: str) -> tuple[str, str]:
    """Return the region that an address serves, and its host where that is none of Alibaba Cloud's; what is not known is empty."""
    host = urlsplit(url).hostname or ""
    regional = _REGIONAL.fullmatch(host)
    if regional is not None:
        return regional[1], ""
    return region or "", "" if host == _CENTRAL_HOST else host


def _split(endpoint: str) -> SplitResult:
    text = endpoint if "://" in endpoint else f"https://{endpoint}"
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - it is parsed when read
    except ValueError as error:
        msg = "give a host, such as dataworks.cn-shanghai.aliyuncs.com, and perhaps a port up to 65535"
        raise ValueError(msg) from error
    return parts


def _authority(parts: SplitResult) -> str:
    # A password in an address would end up in logs; it is no part of this service's addresses.
    if "@" in parts.netloc:
        msg = "an endpoint holds no user or password"
        raise ValueError(msg)
    host = parts.netloc.removesuffix(f":{parts.port}").lower()
    check_host(host.strip("[]"))
    return host if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f"{host}:{parts.port}"
