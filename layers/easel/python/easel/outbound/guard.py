"""Calls hosts that others name without becoming their way into our network.

The check sits where the connection is made: the host name is resolved once, every address found must be public, and
exactly those addresses are dialled. A name that answers differently a moment later (DNS rebinding), a number in an
unusual notation or an IPv4 address inside an IPv6 one gains nothing, because only the address itself is judged.
TLS and the Host header still see the name.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import httpcore

from easel.outbound.addresses import Address, is_public
from easel.outbound.certificates import trusted_certificates
from easel.outbound.deadline import Deadline

CONNECT_SECONDS: Final = 5.0

Resolver = Callable[[str, int], Sequence[str]]
"""From host and port to addresses. Raises OSError."""
Headers = Iterable[tuple[str, str]]


class NotPublicError(Exception):
    """A name leads to an address that is not public."""


UNREACHABLE: Final = (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError)
"""What a call may end in besides a timeout. ValueError: names that neither a resolver nor TLS can take."""
TOO_LATE: Final = (httpcore.TimeoutException, TimeoutError)


def resolve_host(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the operating system finds them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class GuardedHttp:
    """Requests to addresses that others name. One that is trusted may lead to any address."""

    def __init__(
        self,
        *,
        resolve: Resolver | None = None,
        dialler: httpcore.NetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._resolve = resolve or resolve_host
        self._dialler = dialler or httpcore.SyncBackend()
        self._ssl_context = ssl_context

    def get(
        self, address: Address, deadline: Deadline, *, headers: Headers, is_trusted: bool
    ) -> AbstractContextManager[httpcore.Response]:
        """GET; see `send`."""
        return self.send("GET", address, deadline, headers=headers, is_trusted=is_trusted)

    @contextmanager
    def send(
        self,
        method: str,
        address: Address,
        deadline: Deadline,
        *,
        headers: Headers,
        is_trusted: bool,
        body: bytes | None = None,
    ) -> Iterator[httpcore.Response]:
        """The answer, whose body is still to be read. No redirect is followed, no proxy used.

        Raises:
            NotPublicError: before anything is sent.
            TOO_LATE: the deadline has passed.
            UNREACHABLE: the host does not answer in HTTP.
        """
        guard = _Guard(self._dialler, self._resolve, deadline, any_address=is_trusted)
        context = (self._ssl_context or trusted_certificates()) if address.scheme == "https" else None
        url = httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)
        timeouts = {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": None}
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=guard) as pool,
            pool.stream(
                method,
                url,
                headers=[("Host", address.netloc), *headers],
                content=body,
                extensions={"timeout": timeouts},
            ) as response,
        ):
            yield response


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
        # One inner address among public ones is a trap or a mistake; either way the name is not to be used.
        if not addresses or not (self._any_address or all(map(is_public, addresses))):
            raise NotPublicError
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            seconds = min(timeout or CONNECT_SECONDS, self._deadline.remaining)
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
