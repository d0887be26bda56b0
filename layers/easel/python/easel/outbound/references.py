"""Fetches reference pictures from the addresses that callers give. `guard.py` says how they are called."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final

import httpcore

from easel.domain.media_types import sniff_media_type
from easel.domain.provider import ReferenceImage
from easel.errors import ImageRejected, ReferenceUnavailable
from easel.outbound.addresses import Address, BadAddress, origins, parse_address
from easel.outbound.deadline import Deadline
from easel.outbound.guard import TOO_LATE, UNREACHABLE, GuardedHttp, NotPublicError, Resolver

MAX_REFERENCE_BYTES: Final = 10 * 1024 * 1024
TOTAL_SECONDS: Final = 20.0
EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_HEADERS: Final = (
    ("User-Agent", "easel/1"),
    ("Accept", "image/png,image/jpeg,image/webp"),
    ("Accept-Encoding", "identity"),
)


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
        total_seconds: float = TOTAL_SECONDS,
        resolve: Resolver | None = None,
        dialler: httpcore.NetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted = origins(trusted_origins)
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds
        self._http = GuardedHttp(resolve=resolve, dialler=dialler, ssl_context=ssl_context)
        self._monotonic = monotonic

    def fetch(self, url: str) -> ReferenceImage:
        """The picture at `url`.

        Raises:
            ReferenceUnavailable: the address is not one we call, or did not deliver in time.
            ImageRejected: what came is too large or neither PNG, JPEG nor WebP.
        """
        try:
            address = parse_address(url, self._trusted)
        except BadAddress as error:
            raise ReferenceUnavailable(f"The address of a reference picture {error.reason}.") from error
        host = _shown(address)
        try:
            data = self._get(address, host)
        except NotPublicError as error:
            raise ReferenceUnavailable(f"{host} is not at a public address.") from error
        except TOO_LATE as error:
            raise _too_late(host) from error
        except UNREACHABLE as error:
            raise ReferenceUnavailable(f"The reference picture could not be fetched from {host}.") from error
        media_type = sniff_media_type(data)
        if media_type is None:
            raise ImageRejected(f"What {host} delivered is not a PNG, JPEG or WebP picture.")
        return ReferenceImage(data, media_type, f"reference.{EXTENSIONS[media_type]}", url)

    def _get(self, address: Address, host: str) -> bytes:
        deadline = Deadline(self._total_seconds, self._monotonic)
        is_trusted = address.origin in self._trusted
        with self._http.get(address, deadline, headers=_HEADERS, is_trusted=is_trusted) as response:
            if response.status != HTTPStatus.OK:
                raise ReferenceUnavailable(_describe(response.status, host))
            return self._read(response, host, deadline)

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


def _shown(address: Address) -> str:
    """What a message may say of an address: the host alone, for paths and queries often carry secrets."""
    return repr(address.host[:100])


def _too_late(host: str) -> ReferenceUnavailable:
    return ReferenceUnavailable(f"{host} did not deliver the reference picture in time.")


def _describe(status: int, host: str) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"{host} redirects the reference picture elsewhere, which is not followed."
    return f"{host} answered with HTTP status {status} instead of the reference picture."
