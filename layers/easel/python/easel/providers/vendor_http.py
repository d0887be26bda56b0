"""HTTP to a vendor: calls bounded in time and size, and one reading of every way in which a call can fail.

The question behind each error class is whether the vendor may have begun work that we pay for. `Effect` says whether
a call can begin such work at all; httpx's exceptions and the status say how far it got. README.md has the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from easel.domain.provider import BilledFailure, Charge, ProviderTask
from easel.errors import ProviderError, ProviderErrorClass
from easel.outbound.certificates import trusted_certificates
from easel.outbound.deadline import Deadline
from easel.providers.numbers import parse_retry_after

MAX_ANSWER_BYTES: Final = 60 * 1024 * 1024
"""An API answer may carry a picture as base64, which is a third longer."""

NOT_CONFIGURED: Final = "provider_not_configured"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
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


class Effect(Enum):
    """What a call may set off at the vendor."""

    STARTS_JOB = "starts_job"
    """Work that we pay for: when the answer is lost, it is unknown whether it began."""
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
        verify=trusted_certificates(trust_env=trust_env),
        trust_env=trust_env,
        follow_redirects=False,
        timeout=Timeouts().within(Timeouts().read),
        limits=httpx.Limits(max_connections=10, max_keepalive_connections=0),
        headers={"User-Agent": "easel/1", "Accept-Encoding": "identity"},
        event_hooks={"response": [_hide_location]},
    )


def _hide_location(response: httpx.Response) -> None:
    """Keep httpx from parsing where a redirect leads, which it does even if it does not follow: some text breaks it."""
    response.headers.pop("Location", None)


class VendorHttp:
    """HTTP to one vendor. Every failure of a call is raised as a `ProviderError` of the right class."""

    def __init__(self, provider: str, client: httpx.Client) -> None:
        self._provider = provider
        self._client = client

    @classmethod
    def to(cls, provider: str, base_url: str, transport: httpx.BaseTransport | None = None) -> VendorHttp:
        """HTTP to the vendor at this address. A proxy of the environment is not used for this machine."""
        host = urlsplit(base_url).hostname if "[" not in base_url else None
        return cls(provider, make_client(transport=transport, trust_env=host not in LOOPBACK))

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
                body = b"".join(self.bounded(response.iter_bytes(), MAX_ANSWER_BYTES, deadline, effect))
                return Answer(response.status_code, response.headers, body)
        except httpx.InvalidURL as error:
            raise self._bad_base_url() from error
        except httpx.RequestError as error:
            raise self.transport_failure(error, effect) from error

    def _check_time(self, deadline: Deadline) -> None:
        if deadline.remaining <= 0:
            raise self.failure(ProviderErrorClass.RETRYABLE, "out_of_time", "had no time left before the call was made")

    def failure(
        self,
        error_class: ProviderErrorClass,
        code: str,
        what: str,
        *,
        retry_after: float | None = None,
        job_ended: bool = False,
        from_vendor: bool = True,
        charge: Charge | None = None,
    ) -> ProviderError:
        """A `ProviderError` of this vendor; `what` completes the sentence that begins with its name.

        With a `charge`, even an empty one, it is one that the vendor may bill.
        """
        message = f"{self._provider} {what}."
        if charge is not None:
            return BilledFailure(
                message,
                provider=self._provider,
                error_class=error_class,
                provider_code=code,
                retry_after=retry_after,
                job_ended=job_ended,
                charge=charge,
            )
        return ProviderError(
            message,
            provider=self._provider,
            error_class=error_class,
            provider_code=code,
            retry_after=retry_after,
            job_ended=job_ended,
            from_vendor=from_vendor,
        )

    def transport_failure(self, error: httpx.RequestError, effect: Effect) -> ProviderError:
        """What a failure below HTTP means."""
        code = _snake_case(type(error).__name__)
        if isinstance(error, httpx.UnsupportedProtocol):
            return self._bad_base_url()
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

    def bounded(self, chunks: Iterable[bytes], limit: int, deadline: Deadline, effect: Effect) -> Iterator[bytes]:
        """The chunks of a body, as long as there is time and they are not too many."""
        # The read timeout only bounds the gap between two packets; a trickle could go on for hours.
        received = 0
        for chunk in chunks:
            received += len(chunk)
            if received > limit:
                unknown = effect is Effect.STARTS_JOB
                error_class = ProviderErrorClass.AMBIGUOUS if unknown else ProviderErrorClass.FAILED
                raise self.failure(error_class, "too_large", f"sent more than {limit} bytes")
            if deadline.remaining <= 0:
                raise self.failure(_lost(effect), "out_of_time", "did not finish its answer in time")
            yield chunk

    def _bad_base_url(self) -> ProviderError:
        return self.failure(ProviderErrorClass.AUTH, NOT_CONFIGURED, "has no valid address", from_vendor=False)


def class_of_status(status: int, effect: Effect) -> ProviderErrorClass:
    """The error class of an HTTP status that no vendor-specific rule has explained.

    A redirect counts as GONE: the API has moved, which neither a retry nor the caller can fix.
    """
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return _lost(effect)
    if status < HTTPStatus.BAD_REQUEST:
        return ProviderErrorClass.GONE
    return _STATUS_CLASSES.get(status, ProviderErrorClass.CALLER)


def _lost(effect: Effect) -> ProviderErrorClass:
    return ProviderErrorClass.AMBIGUOUS if effect is Effect.STARTS_JOB else ProviderErrorClass.RETRYABLE


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
