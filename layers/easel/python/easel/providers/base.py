"""What adapters share: calls bounded in time and size, and one reading of every way in which a call can fail.

The question behind each error class is whether the vendor may have begun work that we pay for. `Effect` says whether
a call can begin such work at all; httpx's exceptions and the status say how far it got. README.md has the table.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

import httpx

from easel.clock import Clock, system_clock
from easel.domain.media_types import sniff_media_type
from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    OfferedModel,
    ProviderTask,
    RemotePicture,
    Running,
    Submission,
)
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.http import Deadline, origin_of, parse_url

MAX_PICTURE_BYTES: Final = 40 * 1024 * 1024
"""Twice what an incompressible 4096x4096 JPEG takes, and small enough for a worker's memory."""
MAX_ANSWER_BYTES: Final = 60 * 1024 * 1024
"""An API answer may carry a picture as base64, which is a third longer."""

NOT_CONFIGURED: Final = "provider_not_configured"
_MAX_REDIRECTS: Final = 3
_BACK_OFF: Final = frozenset({408, 425, 429})
"""Statuses that ask to come again: 4xx, yet no verdict on the request."""

_STATUS_CLASSES: Final[Mapping[int, ProviderErrorClass]] = {
    401: ProviderErrorClass.AUTH,
    402: ProviderErrorClass.QUOTA,
    403: ProviderErrorClass.AUTH,
    404: ProviderErrorClass.GONE,
    405: ProviderErrorClass.GONE,
    410: ProviderErrorClass.GONE,
    425: ProviderErrorClass.RETRYABLE,
    429: ProviderErrorClass.RETRYABLE,
}

_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""No byte of the request has left: refused, DNS, TLS, no free connection."""


class ProviderAdapter(ABC):
    """One vendor behind the `ImageProvider` port. Every method raises `ProviderError` when the vendor fails us.

    What the settings' own callables raise (a secret that cannot be read) passes through: it is not the vendor's doing.
    """

    name: str
    reads_references: bool = False

    @abstractmethod
    def submit(self, task: ProviderTask) -> Submission:
        """Ask for one image. Never repeated by the adapter."""

    @abstractmethod
    def fetch(self, job_id: str) -> Finished | Running:
        """Where a job stands. Safe to repeat."""

    @abstractmethod
    def download(self, picture: RemotePicture) -> bytes:
        """The bytes of a finished picture. Safe to repeat."""

    @abstractmethod
    def cancel(self, job_id: str) -> bool:
        """Ask the vendor to stop; False when it cannot."""

    @abstractmethod
    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        """Read a callback; None when it is not a genuine one."""

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        """What the vendor offers to our key now; None when it has no such list. Safe to repeat."""
        return None


class Effect(Enum):
    """What a call may set off at the vendor."""

    STARTS_JOB = "starts_job"
    """Work that we pay for: when the answer is lost, nobody knows whether it began."""
    REPEATABLE = "repeatable"
    """Nothing that a second call would double."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each phase of one call; all are explicit because a missing one waits for ever."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 60.0
    pool: float = 5.0

    def within(self, seconds: float) -> httpx.Timeout:
        """The same, none longer than what is left of the whole."""
        return httpx.Timeout(
            connect=min(self.connect, seconds),
            read=min(self.read, seconds),
            write=min(self.write, seconds),
            pool=min(self.pool, seconds),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer, read to its end."""

    status: int
    headers: httpx.Headers
    body: bytes


def make_client(*, transport: httpx.BaseTransport | None = None, trust_env: bool = True) -> httpx.Client:
    """An HTTP client for one vendor.

    It follows no redirects and keeps no idle connections: one that died while the function was frozen would turn a
    harmless reconnect into a submit with unknown outcome, and that costs more than the handshakes saved.
    """
    return httpx.Client(
        transport=transport,
        trust_env=trust_env,
        follow_redirects=False,
        timeout=Timeouts().within(Timeouts().read),
        limits=httpx.Limits(max_connections=10, max_keepalive_connections=0),
        headers={"User-Agent": "easel/1", "Accept-Encoding": "identity"},
    )


class VendorHttp:
    """HTTP to one vendor. Whatever goes wrong on the way leaves as a `ProviderError` with the right class."""

    def __init__(self, provider: str, client: httpx.Client) -> None:
        self._provider = provider
        self._client = client

    def submit(self, task: ProviderTask, url: str, *, deadline: Deadline, timeouts: Timeouts, **request: Any) -> Answer:
        """POST the request that starts a job, once its sender knows. `request` goes to httpx as it is."""
        self._check_time(deadline)
        task.before_send()
        return self.call("POST", url, effect=Effect.STARTS_JOB, deadline=deadline, timeouts=timeouts, **request)

    def call(
        self, method: str, url: str, *, effect: Effect, deadline: Deadline, timeouts: Timeouts, **request: Any
    ) -> Answer:
        """Send one request and read the answer, whatever its status. `request` goes to httpx as it is."""
        self._check_time(deadline)
        request["timeout"] = timeouts.within(deadline.remaining)
        try:
            with self._client.stream(method, url, **request) as response:
                body = b"".join(self._bounded(response, MAX_ANSWER_BYTES, deadline, effect))
                return Answer(response.status_code, response.headers, body)
        except httpx.InvalidURL as error:
            raise self.failure(ProviderErrorClass.AUTH, NOT_CONFIGURED, "has no valid address") from error
        except httpx.RequestError as error:
            raise self.transport_failure(error, effect) from error

    def _check_time(self, deadline: Deadline) -> None:
        if deadline.remaining <= 0:
            raise self.failure(ProviderErrorClass.RETRYABLE, "out_of_time", "had no time left before the call was made")

    def download(self, url: str, *, deadline: Deadline, own_origin: str) -> bytes:
        """The bytes of a picture, checked to be one.

        Only https is called, or the vendor's own origin (the local simulator speaks http); the same holds for each
        redirect. Failures of the way are RETRYABLE; a missing, endless or unreadable picture is FAILED.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            target = self._checked(url, own_origin)
            if deadline.remaining <= 0:
                raise self.failure(ProviderErrorClass.RETRYABLE, "out_of_time", "did not deliver the picture in time")
            try:
                with self._client.stream("GET", target, timeout=Timeouts().within(deadline.remaining)) as response:
                    if not response.has_redirect_location:
                        return self._picture(response, deadline)
                    url = str(response.url.join(response.headers["Location"]))
            except httpx.InvalidURL as error:
                raise self._bad_address() from error
            except httpx.RequestError as error:
                raise self.transport_failure(error, Effect.REPEATABLE) from error
        raise self.failure(ProviderErrorClass.FAILED, "too_many_redirects", "did not lead to the picture")

    def failure(
        self,
        error_class: ProviderErrorClass,
        code: str,
        what: str,
        *,
        retry_after: float | None = None,
        job_ended: bool = False,
    ) -> ProviderError:
        """A `ProviderError` of this vendor; `what` completes the sentence that begins with its name."""
        return ProviderError(
            f"{self._provider} {what}.",
            provider=self._provider,
            error_class=error_class,
            provider_code=code,
            retry_after=retry_after,
            job_ended=job_ended,
        )

    def transport_failure(self, error: httpx.RequestError, effect: Effect) -> ProviderError:
        """What a failure below HTTP means."""
        code = _snake_case(type(error).__name__)
        if isinstance(error, httpx.UnsupportedProtocol):
            return self.failure(ProviderErrorClass.AUTH, NOT_CONFIGURED, "has no valid address")
        if isinstance(error, _NEVER_SENT):
            return self.failure(ProviderErrorClass.RETRYABLE, code, "could not be reached")
        return self.failure(_lost(effect), code, "broke off without a complete answer")

    def status_failure(self, answer: Answer, effect: Effect) -> ProviderError:
        """What a status other than success means by the ordinary rules of HTTP."""
        return self.failure(
            class_of_status(answer.status, effect),
            f"http_{answer.status}",
            f"answered with HTTP status {answer.status}",
            retry_after=parse_retry_after(answer.headers.get("Retry-After")),
        )

    def _picture(self, response: httpx.Response, deadline: Deadline) -> bytes:
        if not response.is_success:
            comes_back = response.status_code in _BACK_OFF or response.is_server_error
            raise self.failure(
                ProviderErrorClass.RETRYABLE if comes_back else ProviderErrorClass.FAILED,
                f"download_http_{response.status_code}",
                f"answered with HTTP status {response.status_code} when the picture was downloaded",
                retry_after=parse_retry_after(response.headers.get("Retry-After")),
            )
        data = b"".join(self._bounded(response, MAX_PICTURE_BYTES, deadline, Effect.REPEATABLE))
        self.check_picture(data)
        return data

    def check_picture(self, data: bytes) -> None:
        """Refuse bytes that are no picture, whatever the vendor calls them. Raises FAILED."""
        if sniff_media_type(data) is None:
            raise self.failure(ProviderErrorClass.FAILED, "not_a_picture", "delivered something that is not a picture")

    def _bounded(self, response: httpx.Response, limit: int, deadline: Deadline, effect: Effect) -> Iterator[bytes]:
        # The read timeout only bounds the gap between two packets; a trickle could go on for hours.
        received = 0
        for chunk in response.iter_bytes():
            received += len(chunk)
            if received > limit:
                unknown = effect is Effect.STARTS_JOB
                error_class = ProviderErrorClass.AMBIGUOUS if unknown else ProviderErrorClass.FAILED
                raise self.failure(error_class, "too_large", f"sent more than {limit} bytes")
            if deadline.remaining <= 0:
                raise self.failure(_lost(effect), "out_of_time", "did not finish its answer in time")
            yield chunk

    def _checked(self, url: str, own_origin: str) -> httpx.URL:
        try:
            target = parse_url(url)
        except httpx.InvalidURL as error:
            raise self._bad_address() from error
        if target.host and (target.scheme == "https" or origin_of(target) == origin_of(httpx.URL(own_origin))):
            return target
        raise self._bad_address()

    def _bad_address(self) -> ProviderError:
        return self.failure(ProviderErrorClass.FAILED, "bad_address", "named an address that we do not call")


def class_of_status(status: int, effect: Effect) -> ProviderErrorClass:
    """The error class of an HTTP status that no vendor-specific rule has explained.

    A redirect counts as GONE: the API has moved, which neither a retry nor the caller can mend.
    """
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return _lost(effect)
    if status < HTTPStatus.BAD_REQUEST:
        return ProviderErrorClass.GONE
    return _STATUS_CLASSES.get(status, ProviderErrorClass.CALLER)


def parse_retry_after(value: str | None, clock: Clock = system_clock) -> float | None:
    """Seconds to wait according to a `Retry-After` header (RFC 9110 10.2.3): a number of seconds, or an HTTP date.

    None when there is none or it cannot be read; a date in the past is 0.
    """
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (_aware(moment) - clock()).total_seconds())


def _lost(effect: Effect) -> ProviderErrorClass:
    return ProviderErrorClass.AMBIGUOUS if effect is Effect.STARTS_JOB else ProviderErrorClass.RETRYABLE


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
