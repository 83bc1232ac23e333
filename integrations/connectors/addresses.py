"""Where a connection may point: a public https host, or an origin the operator allowed."""

import re
import unicodedata
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".home.arpa")
NAT64 = ip_network("64:ff9b::/96")
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})+")
NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")  # the last label of 127.1, 0x7f.1, 2130706433


class AddressError(ValueError):
    """The address may not be called; the text says why and what to write instead."""


def check_url(url: str, allowed_origins: Collection[str]) -> str:
    """`url` without a slash at its end, when a connection may point there.

    Public https hosts on port 443 pass; anything else only when its exact origin is in
    `allowed_origins` (lower-case `scheme://host[:port]`). Raises AddressError.
    """
    parts = _split(url)
    if _origin(parts) not in allowed_origins:
        _refuse_private_host(parts)
    return url.rstrip("/")


def is_allowed_origin(url: str, allowed_origins: Collection[str]) -> bool:
    """Whether the operator named this exact origin, so that a private address is wanted."""
    return _origin(_split(url)) in allowed_origins


def refuse_private(ip: str) -> None:
    """Raise AddressError unless `ip`, to which a host name resolved, is a public address.

    Asked at connect time: a name may resolve to a public address first and a private one later.
    """
    address = ip_address(ip.split("%")[0])
    if not all(_is_public(each) for each in (address, *_inner(address))):
        raise AddressError(
            f"The host resolves to {ip}, which is not a public address. "
            "Allow its exact origin in PLUMBLINE_ALLOWED_ORIGINS if that is wanted."
        )


def _split(url: str) -> SplitResult:
    if url != url.strip() or "\\" in url or any(ord(char) < 33 for char in url):
        raise AddressError("The address contains spaces, backslashes or control characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError(f"“{url}” is not an address. Write https://host/path.") from None
    if parts.username is not None or parts.password is not None:
        raise AddressError("The address contains a user name. Keep credentials out of addresses.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise AddressError("The address must begin with https:// and name a host.")
    if parts.query or parts.fragment:
        raise AddressError("A base address has no question mark and no fragment.")
    return parts


def _origin(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _refuse_private_host(parts: SplitResult) -> None:
    host = _plain_host(parts)
    if parts.scheme != "https":
        raise AddressError(f"“{host}” must be called by https. {_ALLOW}")
    if parts.port not in (None, 443):
        raise AddressError(f"Port {parts.port} may not be called; leave the port out. {_ALLOW}")
    if ":" in host or NUMBER_LABEL.fullmatch(host.rsplit(".", 1)[-1]):
        raise AddressError(f"“{host}” is a number, not a host name. {_ALLOW}")
    if host == "localhost" or host.endswith(PRIVATE_SUFFIXES) or not HOST.fullmatch(host):
        raise AddressError(f"“{host}” is not a public host name. {_ALLOW}")


_ALLOW = "An operator may allow an exact origin in PLUMBLINE_ALLOWED_ORIGINS."


def _plain_host(parts: SplitResult) -> str:
    """The host as a resolver would read it: full-width digits narrowed, final dots dropped."""
    return unicodedata.normalize("NFKC", parts.hostname or "").lower().rstrip(".")


def _inner(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses carried inside an IPv6 one."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in NAT64):
        return True  # judged by the address inside
    return address.is_global and not address.is_multicast and not address.is_reserved
