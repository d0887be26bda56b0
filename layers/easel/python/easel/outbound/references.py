"""Fetches reference pictures from the addresses that callers give, without becoming their way into our network.

The check sits where the connection is made: the host name is resolved once, every address found must be public, and
exactly those addresses are dialled. A name that answers differently a moment later (DNS rebinding), a number in an
unusual notation or an IPv4 address inside an IPv6 one gains nothing, because only the address itself is judged.
TLS and the Host header still see the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Final

import httpcore
import httpx

from easel.domain.media_types import sniff_media_type
from easel.domain.provider import ReferenceImage
from easel.errors import ImageRejected, ReferenceUnavailable
from easel.outbound.http import Deadline, origin_of, parse_url

MAX_REFERENCE_BYTES: Final = 10 * 1024 * 1024
_TOTAL_SECONDS: Final = 20.0
_CONNECT_SECONDS: Final = 5.0
_EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}

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

_HEADERS: Final = (
    ("User-Agent", "easel/1"),
    ("Accept", "image/png,image/jpeg,image/webp"),
    ("Accept-Encoding", "identity"),
)

Resolver = Callable[[str, int], Sequence[str]]
"""From host and port to addresses. Raises OSError."""


class SafeReferenceFetcher:
    """The `ReferenceFetcher` port.

    `trusted_origins` (exact `scheme://host:port`) may be called over http and at any address: the local stack serves
    pictures from loopback. All other limits hold for them too.
    """

    def __init__(
        self,
        *,
        trusted_origins: Iterable[str] = (),
        max_bytes: int = MAX_REFERENCE_BYTES,
        total_seconds: float = _TOTAL_SECONDS,
        resolve: Resolver | None = None,
        dialler: httpcore.NetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted = frozenset(origin_of(httpx.URL(origin)) for origin in trusted_origins)
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds
        self._resolve = resolve or resolve_host
        self._dialler = dialler or httpcore.SyncBackend()
        self._ssl_context = ssl_context
        self._monotonic = monotonic

    def fetch(self, url: str) -> ReferenceImage:
        """The picture at `url`.

        Raises:
            ReferenceUnavailable: the address is not one we call, or did not deliver in time.
            ImageRejected: what came is too large or neither PNG, JPEG nor WebP.
        """
        target = _parse(url)
        host = _shown(target)
        trusted = origin_of(target) in self._trusted
        if target.scheme != "https" and not trusted:
            raise ReferenceUnavailable(f"The reference picture at {host} must have an https address.")
        try:
            data = self._get(target, any_address=trusted)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise _too_late(host) from error
        # ValueError: names that neither a resolver nor TLS can take, such as one with a label of 64 characters.
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise ReferenceUnavailable(f"The reference picture could not be fetched from {host}.") from error
        media_type = sniff_media_type(data)
        if media_type is None:
            raise ImageRejected(f"What {host} delivered is not a PNG, JPEG or WebP picture.")
        return ReferenceImage(data, media_type, f"reference.{_EXTENSIONS[media_type]}", url)

    def _get(self, target: httpx.URL, *, any_address: bool) -> bytes:
        if self._ssl_context is None and target.scheme == "https":
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        deadline = Deadline(self._total_seconds, self._monotonic)
        guard = _Guard(self._dialler, self._resolve, deadline, any_address=any_address)
        address = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        headers: list[tuple[bytes | str, bytes | str]] = [("Host", target.netloc), *_HEADERS]
        timeouts = {"connect": _CONNECT_SECONDS, "read": None, "write": None, "pool": None}
        with (
            httpcore.ConnectionPool(ssl_context=self._ssl_context, network_backend=guard) as pool,
            pool.stream("GET", address, headers=headers, extensions={"timeout": timeouts}) as response,
        ):
            if response.status != HTTPStatus.OK:
                raise ReferenceUnavailable(_describe(response.status, _shown(target)))
            return self._read(response, _shown(target), deadline)

    def _read(self, response: httpcore.Response, host: str, deadline: Deadline) -> bytes:
        received = bytearray()
        for chunk in response.iter_stream():
            received += chunk
            if len(received) > self._max_bytes:
                limit = self._max_bytes / (1024 * 1024)
                raise ImageRejected(f"The reference picture at {host} is larger than {limit:g} MB.")
            if deadline.remaining <= 0:
                raise _too_late(host)
        return bytes(received)


def is_public(address: str) -> bool:
    """Whether this IP address belongs to the public internet, and to nobody's inside."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _SPECIAL_IPV4)
    return parsed in _PUBLIC_IPV6 and not any(parsed in network for network in _SPECIAL_IPV6)


def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the operating system finds them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class _Guard(httpcore.NetworkBackend):
    """Dials only addresses that it has judged itself, and lets nothing outlive the deadline."""

    def __init__(
        self, dialler: httpcore.NetworkBackend, resolve: Resolver, deadline: Deadline, *, any_address: bool
    ) -> None:
        self._dialler = dialler
        self._resolve = resolve
        self._deadline = deadline
        self._any_address = any_address

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        # One inside address among public ones is a trap or a mistake; either way the name is not to be used.
        if not addresses or not (self._any_address or all(map(is_public, addresses))):
            raise ReferenceUnavailable(f"{host[:100]!r} is not at a public address.")
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            seconds = min(timeout or _CONNECT_SECONDS, self._deadline.remaining)
            if seconds <= 0:
                raise httpcore.ConnectTimeout
            try:
                stream = self._dialler.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        # getaddrinfo knows no timeout, and the name server may be the attacker's.
        executor = ThreadPoolExecutor(max_workers=1)
        try:
            return executor.submit(self._resolve, host, port).result(timeout=self._deadline.remaining)
        finally:
            executor.shutdown(wait=False)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the deadline: a trickle of bytes renews no timeout."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._seconds(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._seconds(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._seconds(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _seconds(self, timeout: float | None, too_late: type[Exception]) -> float:
        remaining = self._deadline.remaining
        if remaining <= 0:
            raise too_late
        return remaining if timeout is None else min(timeout, remaining)


def _parse(url: str) -> httpx.URL:
    try:
        target = parse_url(url)
    except httpx.InvalidURL as error:
        raise ReferenceUnavailable("A reference picture has an address that cannot be read.") from error
    if not target.host:
        raise ReferenceUnavailable("A reference picture has an address without a host.")
    if target.userinfo:
        raise ReferenceUnavailable(f"The address of the reference picture at {_shown(target)} carries a login.")
    return target


def _shown(target: httpx.URL) -> str:
    """What a message may say of an address: the host alone, for paths and queries often carry secrets."""
    return repr(target.host[:100])


def _too_late(host: str) -> ReferenceUnavailable:
    return ReferenceUnavailable(f"{host} did not deliver the reference picture in time.")


def _describe(status: int, host: str) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{host} redirects the reference picture elsewhere, which is not followed."
    return f"{host} answered with HTTP status {status} instead of the reference picture."
