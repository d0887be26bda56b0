"""Kept connections to one host, and what went wrong with them as botocore's errors."""

from __future__ import annotations

import os
import select
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import botocore
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from easel.aws import exchange
from easel.aws.exchange import BadAnswer, HttpAnswer

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 10.0
_ROOTS: Final = str(Path(botocore.__file__).with_name("cacert.pem"))
"""The root certificates that botocore brings along."""


class Connections:
    """Connections to the host of one address. Each serves one request at a time; idle ones are kept."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self.host = parts.netloc
        self._address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        # Made before the first request, which has a third of a processor only.
        self._tls = _tls(os.environ.get("AWS_CA_BUNDLE", _ROOTS)) if parts.scheme == "https" else None
        self._idle: list[socket.socket] = []

    def post(self, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send a body to `/` once.

        Raises:
            EndpointConnectionError, ConnectTimeoutError: the host was not reached.
            ReadTimeoutError, ConnectionClosedError, SSLError: the host may have done what was asked.
        """
        connection = self._kept() or self._connected()
        try:
            answer = exchange.post(connection, self.host, headers, body)
        except (OSError, BadAnswer) as error:
            connection.close()
            raise _error(error, self.url) from error
        except BaseException:
            # A later answer must not be read as the one to the next request.
            connection.close()
            raise
        if answer.keeps:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> socket.socket | None:
        """An idle connection that the host has not closed meanwhile."""
        while self._idle:
            connection = self._idle.pop()
            if not _is_readable(connection):
                return connection
            connection.close()
        return None

    def _connected(self) -> socket.socket:
        try:
            plain = socket.create_connection(self._address, CONNECT_SECONDS)
            # A request is sent whole, so there is nothing to wait for.
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = self._tls.wrap_socket(plain, server_hostname=self._address[0]) if self._tls else plain
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=self.url, error=error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self.url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self.url, error=error) from error
        connection.settimeout(READ_SECONDS)
        return connection


@cache
def _tls(roots: str) -> ssl.SSLContext:
    """One for all clients: making one reads every root certificate, which takes 15 ms."""
    return ssl.create_default_context(cafile=roots)


def _is_readable(connection: socket.socket) -> bool:
    """A host that says something between two requests has closed the connection."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _error(error: OSError | BadAnswer, url: str) -> Exception:
    if isinstance(error, ssl.SSLError):
        return SSLError(endpoint_url=url, error=error)
    if isinstance(error, TimeoutError):
        return ReadTimeoutError(endpoint_url=url, error=error)
    return ConnectionClosedError(endpoint_url=url, error=error)
