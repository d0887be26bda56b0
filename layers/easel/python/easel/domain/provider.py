"""What Easel and an image provider say to each other, in our words. `providers/` translates to each vendor's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from easel.domain.request import Mode, Size
from easel.errors import ProviderError, ProviderErrorClass


def _nothing() -> None:
    """For tasks that nobody needs to know the start of."""


@dataclass(frozen=True, slots=True)
class ReferenceImage:
    """A reference picture whose bytes were fetched and checked.

    `url` is where the picture lies, for vendors that take addresses instead of bytes; they read it for themselves, a
    little later and unchecked. It is the caller's own address, unless the engine puts that of a cleaned copy there.
    """

    data: bytes
    media_type: str
    filename: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class UpstreamParameters:
    """What one provider is told to make, planned by the catalogue from what the caller asked for.

    Each value is one that this provider's model knows; None leaves it to the vendor's default. `resolution` is written
    in lower case (`1k`), `output_format` as `png`, `jpeg` or `webp`; `quality` and `style` are the vendor's own words.
    `watermark` is text that the vendor shall draw; it is only set where the vendor can.
    """

    size: Size | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    watermark: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderTask:
    """One image to be made by one provider.

    `attempt_id` is unique per call and goes out where a vendor takes an idempotency key or a client reference.
    `timeout_seconds` bounds the whole call; an adapter takes the smaller of it and its own limit. An adapter calls
    `before_send` right before the request that the vendor may bill leaves. It may raise, and then nothing is sent.
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
    """A finished picture that still lies with the vendor."""

    url: str


@dataclass(frozen=True, slots=True)
class InlinePicture:
    """A finished picture that came in the answer."""

    data: bytes


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What a vendor says that it metered, in its tokens. The catalogue has the price of each kind.

    `is_complete` is False when a count that the vendor bills is missing or cannot be read: such a metering is no price,
    only a lower bound of it.
    """

    text_in: int = 0
    image_in: int = 0
    text_out: int = 0
    image_out: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Charge:
    """What a vendor says of its price: the price itself, or its metering. Both are None when it is silent."""

    cost_micro_usd: int | None = None
    usage: TokenUsage | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The vendor has made the picture.

    `cost_micro_usd` is the vendor's own statement of its price, `usage` its metering; both are None when it is silent.
    `cost_uncertain`: this vendor states its price, and here it did not, or not in a way that can be read.
    """

    picture: RemotePicture | InlinePicture
    cost_micro_usd: int | None = None
    usage: TokenUsage | None = None
    cost_uncertain: bool = False


class BilledFailure(ProviderError):
    """The vendor delivered no picture that can be used, and may bill its work all the same."""

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
    """The vendor is at work; ask again after `poll_after` seconds."""

    poll_after: float = 1.0


@dataclass(frozen=True, slots=True)
class Submission:
    """The answer to a submit: a job id where the vendor has jobs, and the result where it came at once."""

    job_id: str | None
    state: Finished | Running


@dataclass(frozen=True, slots=True)
class Callback:
    """What a vendor's callback claims. A hint only: the result is always fetched again with our own key."""

    job_id: str
    attempt_id: str | None = None


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A callback as it came in: lower-case header names, raw body."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model in a vendor's own list. `shutdown_on` is the announced end (UTC), None when none is announced."""

    id: str
    shutdown_on: date | None = None
