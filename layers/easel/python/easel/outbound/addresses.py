"""Web addresses that others name, parsed once and in one way: when a request comes in, and when the address is called.

Pure functions without an HTTP library, so that code that validates requests can use the parser that the calls use.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from easel.domain.limits import REFERENCE_URL

_ADDRESS: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?P<authority>[^/?#]*))?(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?",
    re.DOTALL,
)
_UNPRINTABLE: Final = re.compile(
    r"[\s\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]"
)
_PORT: Final = re.compile(r"[0-9]{1,5}")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_PORT: Final = 65535
_MAX_HOST: Final = 253
_QUAD: Final = 4
_SAFE_IN_TARGET: Final = "/?:@!$&'()*+,;=-._~%[]"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_SPECIAL_IPV4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; also the metadata service of one cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # a public address that is another cloud's inside
        "169.254.0.0/16",  # link-local: metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
"""IANA's special-purpose registry. Spelled out because what `ipaddress` calls private differs between Pythons."""

_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID and the like: some carry an IPv4 address inside
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)
"""What is special within 2000::/3. Outside of it lie loopback, mapped, NAT64, local and multicast addresses."""


class BadAddress(Exception):
    """An address that is not called. `reason` completes a sentence about it, and shows nothing of it."""

    def __init__(self, reason: str, allowed: Mapping[str, object] = MappingProxyType({"schemes": ["https"]})) -> None:
        super().__init__(f"The address {reason}.")
        self.reason = reason
        self.allowed = dict(allowed)


Origin = tuple[str, str, int]
"""Scheme, host and port."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in parts that are safe to send. `host` is in ASCII and lower case, IPv6 without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> Origin:
        return self.scheme, self.host, self.port

    @property
    def netloc(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


def parse_address(text: str, trusted: Collection[Origin] = ()) -> Address:
    """The parts of an address that may be called: over https, and at no host that is inside by its very name.

    An origin in `trusted` may be http and at any host. What a name leads to is only known when it is called.

    Raises:
        BadAddress: anything else.
    """
    address = read_address(text)
    if address.origin in trusted:
        return address
    if address.scheme != "https":
        raise BadAddress("must be an https address")
    if not _may_be_public(address.host):
        raise BadAddress("is not at a public address")
    return address


def origins(texts: Iterable[str]) -> frozenset[Origin]:
    """The origins of a setting. Raises BadAddress."""
    return frozenset(read_address(text).origin for text in texts)


def find_fault(trusted_origins: Iterable[str]) -> Callable[[str], str | None]:
    """A function that says what is wrong with an address; None for one that would be called."""
    trusted = origins(trusted_origins)

    def fault(text: str) -> str | None:
        try:
            parse_address(text, trusted)
        except BadAddress as error:
            return error.reason
        return None

    return fault


def is_public(ip_address: str) -> bool:
    """Whether an IP address belongs to the public internet, and to no inner network."""
    try:
        parsed = ipaddress.ip_address(ip_address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _SPECIAL_IPV4)
    return parsed in _PUBLIC_IPV6 and not any(parsed in network for network in _SPECIAL_IPV6)


def read_address(text: str) -> Address:
    """The parts of an address, wherever it leads. Raises BadAddress: it is none, or carries a login."""
    if text[:5].lower() == "data:":
        raise BadAddress("holds the picture itself: send the picture to /api/v1/uploads and give its uploadId")
    if _UNPRINTABLE.search(text):
        raise BadAddress("cannot be read: it holds spaces or characters that are not printed")
    if len(text.encode()) > REFERENCE_URL:
        raise BadAddress(f"is longer than {REFERENCE_URL} bytes", {"maxBytes": REFERENCE_URL})
    match = _ADDRESS.fullmatch(text)
    if match is None or not match["authority"]:
        raise BadAddress("is without a host")
    if "\\" in text:
        # Some parsers take it for a slash.
        raise BadAddress("cannot be read: it holds a backslash")
    scheme = match["scheme"].lower()
    if scheme not in _DEFAULT_PORTS:
        raise BadAddress("must be an https address")
    login, _, place = match["authority"].rpartition("@")
    if login or "@" in match["authority"]:
        raise BadAddress("carries a login")
    host, port = _split_port(place)
    target = quote((match["path"] or "/") + (match["query"] or ""), safe=_SAFE_IN_TARGET)
    return Address(scheme, _host(host), _DEFAULT_PORTS[scheme] if port is None else port, target)


def _split_port(place: str) -> tuple[str, int | None]:
    if place.startswith("["):
        host, bracket, rest = place.partition("]")
        host += bracket
    else:
        host, colon, rest = place.partition(":")
        rest = colon + rest
    if rest in {"", ":"}:
        return host, None
    if not rest.startswith(":") or not _PORT.fullmatch(rest[1:]) or not 0 < int(rest[1:]) <= _MAX_PORT:
        raise BadAddress("cannot be read: there is no such port")
    return host, int(rest[1:])


def _host(text: str) -> str:
    """A host name in ASCII, or an IP address in its usual notation."""
    if text.startswith("["):
        try:
            # `%` begins the name of a network interface of this machine.
            return str(
                ipaddress.IPv6Address(text[1:].removesuffix("]") if text.endswith("]") and "%" not in text else "")
            )
        except ValueError as error:
            raise BadAddress("cannot be read: there is no such host") from error
    name = _ascii(text.lower().removesuffix("."))
    labels = name.split(".")
    if not name or len(name) > _MAX_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise BadAddress("is without a host" if not name else "cannot be read: there is no such host")
    if _NUMBER.fullmatch(labels[-1]) and len(labels) == _QUAD:
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as error:
            raise BadAddress("cannot be read: there is no such host") from error
    return name


def _ascii(name: str) -> str:
    """A name as it stands in DNS. Names that are not valid there cannot be resolved, nor shown to anyone."""
    if name.isascii() and "xn--" not in name:
        return name
    import idna  # noqa: PLC0415 - its tables are large, and hardly an address needs them

    try:
        encoded = idna.encode(name, uts46=True).decode("ascii").lower()
        idna.decode(encoded)
    except (ValueError, IndexError) as error:
        raise BadAddress("cannot be read: there is no such host") from error
    return encoded


def _may_be_public(host: str) -> bool:
    if ":" in host:
        return is_public(host)
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # A resolver reads other numbers as addresses, too: 127.1, 0x7f000001.
        return len(labels) == _QUAD and is_public(host)
    return len(labels) > 1 and labels[-1] != "localhost"
