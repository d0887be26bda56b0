"""The types exchanged with image providers. `providers/` translates them to each vendor's wire format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from easel.domain.request import Mode, Size
from easel.errors import ProviderError, ProviderErrorClass


def _nothing() -> None:
    """Default of `before_send`."""


@dataclass(frozen=True, slots=True)
class ReferenceImage:
    """A reference image that was fetched and validated.

    `url` is for vendors that take URLs instead of bytes and fetch them later themselves. It is the caller's URL unless
    the engine has replaced it with that of a cleaned copy. `is_mask`: it says where the first picture may be changed.
    """

    data: bytes
    media_type: str
    filename: str
    url: str | None = None
    is_mask: bool = False


@dataclass(frozen=True, slots=True)
class UpstreamParameters:
    """The parameters sent to one provider, planned by the catalogue from the request.

    Each value is supported by this provider's model; None means the vendor's default. `resolution` is in lower case
    (`1k`), `output_format` is `png`, `jpeg` or `webp`; `quality` and `style` are the vendor's own values. `watermark`
    is text for the vendor to draw; it is only set where the vendor can.
    """

    size: Size | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    watermark: str | None = None
    negative_prompt: str | None = None
    guidance: float | None = None
    steps: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderTask:
    """One image to be made by one provider.

    `attempt_id` is unique per call and is sent where a vendor takes an idempotency key or a client reference.
    `timeout_seconds` bounds the whole call; an adapter uses the smaller of it and its own limit. An adapter calls
    `before_send` right before it sends the request that the vendor may bill; if that raises, nothing is sent.
    """

    attempt_id: str
    upstream_model: str
    mode: Mode
    prompt: str
    parameters: UpstreamParameters
    references: tuple[ReferenceImage, ...] = ()
    timeout_seconds: float = 60.0
    callback_url: str | None = None
    before_send: Callable[[], None] = field(default=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RemotePicture:
    """A finished image to be downloaded from the vendor."""

    url: str


@dataclass(frozen=True, slots=True)
class InlinePicture:
    """A finished image that was part of the response."""

    data: bytes


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token usage as reported by a vendor. The catalogue has the price of each kind.

    `is_complete` is False when a billed count is missing or unreadable: the usage is then only a lower bound.
    """

    text_in: int = 0
    image_in: int = 0
    text_out: int = 0
    image_out: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost that a vendor reports: a price, or token usage. Both are None when it reports nothing."""

    cost_micro_usd: int | None = None
    usage: TokenUsage | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The vendor has made the image.

    `cost_micro_usd` is the price that the vendor reports, `usage` its token usage; both are None when it reports
    nothing. `cost_uncertain`: this vendor normally reports its price, but here it is missing or unreadable.
    """

    picture: RemotePicture | InlinePicture
    cost_micro_usd: int | None = None
    usage: TokenUsage | None = None
    cost_uncertain: bool = False


class BilledFailure(ProviderError):
    """The vendor delivered no usable image, but may still bill the call."""

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        error_class: ProviderErrorClass,
        provider_code: str | None = None,
        retry_after: float | None = None,
        job_ended: bool = False,
        charge: Charge,
    ) -> None:
        super().__init__(
            message,
            provider=provider,
            error_class=error_class,
            provider_code=provider_code,
            retry_after=retry_after,
            job_ended=job_ended,
        )
        self.charge = charge


@dataclass(frozen=True, slots=True)
class Running:
    """The job is running; poll again after `poll_after` seconds."""

    poll_after: float = 1.0


@dataclass(frozen=True, slots=True)
class Submission:
    """The result of a submit: a job id if the vendor has jobs, and the result if it was immediate."""

    job_id: str | None
    state: Finished | Running


@dataclass(frozen=True, slots=True)
class Callback:
    """The content of a vendor's callback. Only a hint: the result is always fetched with our own key."""

    job_id: str
    attempt_id: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A callback request: lower-case header names, raw body."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model in a vendor's model list. `shutdown_on` is the announced end date (UTC), or None."""

    id: str
    shutdown_on: date | None = None
