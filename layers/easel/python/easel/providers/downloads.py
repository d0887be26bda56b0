"""Fetches pictures from the addresses that vendors name, which are held to what is public, as those of callers are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urljoin

import httpx

from easel.domain.media_types import sniff_media_type
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.addresses import Address, BadAddress, Origin, origins, parse_address
from easel.outbound.deadline import Deadline
from easel.outbound.guard import GuardedHttp, NotPublicError
from easel.outbound.transport import ADDRESS, DEADLINE, GuardedTransport
from easel.providers.numbers import parse_retry_after
from easel.providers.vendor_http import LOOPBACK, Effect, Timeouts, VendorHttp

MAX_PICTURE_BYTES: Final = 40 * 1024 * 1024
"""Twice what an incompressible 4096x4096 JPEG takes, and small enough for a worker's memory."""
_TOTAL_SECONDS: Final = 60.0
_MAX_REDIRECTS: Final = 3
_COME_BACK: Final = frozenset({408, 425, 429})
"""Statuses below 500 that say nothing about the picture but that it is too early."""
_HEADERS: Final = {"User-Agent": "easel/1", "Accept-Encoding": "identity"}
_LOCATION: Final = "easel_location"


class Downloads:
    """Pictures that lie with one vendor.

    Only https at public addresses is called, for redirects too. `trusted_origins` may be http and at any address, and
    so may the vendor's own origin where it is on this machine: that is a simulator.
    """

    def __init__(
        self,
        http: VendorHttp,
        base_url: str,
        *,
        trusted_origins: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
        guard: GuardedHttp | None = None,
    ) -> None:
        self._http = http
        self._trusted = origins(trusted_origins) | _own_origin(base_url)
        self._client = httpx.Client(
            transport=transport or GuardedTransport(self._trusted, guard),
            headers=_HEADERS,
            follow_redirects=False,
            event_hooks={"response": [_set_location_aside]},
        )

    def get(self, url: str, seconds: float = _TOTAL_SECONDS) -> bytes:
        """The bytes of a picture, checked to be one.

        Failures of the way are RETRYABLE; a missing, endless or unreadable picture is FAILED.
        """
        deadline = Deadline(seconds)
        for _ in range(_MAX_REDIRECTS + 1):
            address = self._parsed(url)
            if deadline.remaining <= 0:
                raise self._http.failure(
                    ProviderErrorClass.RETRYABLE, "out_of_time", "did not deliver the picture in time"
                )
            extensions = {ADDRESS: address, DEADLINE: deadline}
            try:
                with self._client.stream(
                    "GET", str(address), timeout=Timeouts().within(deadline.remaining), extensions=extensions
                ) as response:
                    location = response.extensions.get(_LOCATION)
                    if location is None or not response.is_redirect:
                        return self._picture(response, deadline)
                    url = _joined(address, location)
            except (NotPublicError, httpx.InvalidURL, ValueError) as error:
                raise self._bad_address() from error
            except httpx.RequestError as error:
                raise self._http.transport_failure(error, Effect.REPEATABLE) from error
        raise self._http.failure(ProviderErrorClass.FAILED, "too_many_redirects", "did not lead to the picture")

    def _picture(self, response: httpx.Response, deadline: Deadline) -> bytes:
        if not response.is_success:
            comes_back = response.status_code in _COME_BACK or response.is_server_error
            raise self._http.failure(
                ProviderErrorClass.RETRYABLE if comes_back else ProviderErrorClass.FAILED,
                f"download_http_{response.status_code}",
                f"answered with HTTP status {response.status_code} when the picture was downloaded",
                retry_after=parse_retry_after(response.headers.get("Retry-After")),
            )
        chunks = self._http.bounded(response.iter_bytes(), MAX_PICTURE_BYTES, deadline, Effect.REPEATABLE)
        data = b"".join(chunks)
        if sniff_media_type(data) is None:
            what = "delivered something that is not a picture"
            raise self._http.failure(ProviderErrorClass.FAILED, "not_a_picture", what)
        return data

    def _parsed(self, url: str) -> Address:
        try:
            return parse_address(url, self._trusted)
        except BadAddress as error:
            raise self._bad_address() from error

    def _bad_address(self) -> ProviderError:
        return self._http.failure(ProviderErrorClass.FAILED, "bad_address", "named an address that we do not call")


def _own_origin(base_url: str) -> frozenset[Origin]:
    try:
        own = origins([base_url])
    except BadAddress:
        # The first call to it raises the error.
        return frozenset()
    return frozenset(origin for origin in own if origin[1] in LOOPBACK)


def _set_location_aside(response: httpx.Response) -> None:
    """Where a redirect leads is read by our own parser: httpx's raises odd errors for some text."""
    response.extensions[_LOCATION] = response.headers.pop("Location", None)


def _joined(address: Address, location: str) -> str:
    return urljoin(str(address), location)
