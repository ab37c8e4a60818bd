"""What a region's ID, an endpoint and a host may look like."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")
_HOST = re.compile(r"[0-9a-f:.]+|[a-z0-9]([a-z0-9_.-]*[a-z0-9])?", re.IGNORECASE)
_LONGEST_LABEL = 63
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
