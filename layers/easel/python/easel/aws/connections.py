"""Kept connections to one host, and what went wrong with them as botocore's errors."""

from __future__ import annotations

import os
import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
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

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 10.0
_ROOTS: Final = str(Path(botocore.__file__).with_name("cacert.pem"))
"""The root certificates that botocore brings along."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers with names in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """Connections to the host of one address. Each serves one request at a time; idle ones are kept."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self.host = parts.netloc
        # Made before the first request, which has a third of a processor only.
        self._tls = _tls(os.environ.get("AWS_CA_BUNDLE", _ROOTS)) if parts.scheme == "https" else None
        self._idle: list[HTTPConnection] = []

    def post(self, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send a body to `/` once.

        Raises:
            EndpointConnectionError, ConnectTimeoutError: the host was not reached.
            ReadTimeoutError, ConnectionClosedError, SSLError: the host may have done what was asked.
        """
        connection = self._kept() or self._connected()
        try:
            connection.request("POST", "/", body, dict(headers))
            response = connection.getresponse()
            answer = HttpAnswer(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )
        except (OSError, HTTPException) as error:
            connection.close()
            raise _error(error, self.url) from error
        except BaseException:
            # A later answer must not be read as the one to the next request.
            connection.close()
            raise
        if connection.sock is not None:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> HTTPConnection | None:
        """An idle connection that the host has not closed meanwhile."""
        while self._idle:
            connection = self._idle.pop()
            if not _is_readable(connection):
                return connection
            connection.close()
        return None

    def _connected(self) -> HTTPConnection:
        connection = (
            HTTPSConnection(self.host, timeout=CONNECT_SECONDS, context=self._tls)
            if self._tls
            else HTTPConnection(self.host, timeout=CONNECT_SECONDS)
        )
        try:
            connection.connect()
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=self.url, error=error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self.url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self.url, error=error) from error
        connection.sock.settimeout(READ_SECONDS)
        return connection


@cache
def _tls(roots: str) -> ssl.SSLContext:
    """One for all clients: making one reads every root certificate, which takes 15 ms."""
    return ssl.create_default_context(cafile=roots)


def _is_readable(connection: HTTPConnection) -> bool:
    """A host that says something between two requests has closed the connection."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _error(error: OSError | HTTPException, url: str) -> Exception:
    if isinstance(error, ssl.SSLError):
        return SSLError(endpoint_url=url, error=error)
    if isinstance(error, TimeoutError):
        return ReadTimeoutError(endpoint_url=url, error=error)
    return ConnectionClosedError(endpoint_url=url, error=error)
