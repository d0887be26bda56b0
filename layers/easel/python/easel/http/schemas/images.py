"""An image, as an answer tells of it: what became of it, who made it, and how."""

from __future__ import annotations

from pydantic import Field

from easel.domain.image import Stage, Status
from easel.domain.provenance import ContentCredentials
from easel.http.schemas.base import AnswerModel, Moment


class FailureBody(AnswerModel):
    """Why a generation or an image did not come to be. Switch on `code`; show `message`."""

    code: str
    message: str
    retryable: bool


class AttemptBody(AnswerModel):
    """One call to one provider for one image."""

    provider: str
    model: str = Field(description="The living model of the catalogue.")
    upstream_model: str = Field(description="The provider's name for it.")
    started_at: Moment
    ended_at: Moment | None
    duration_ms: int | None
    outcome: str | None = Field(description="`delivered`, `cancelled`, a class of failure, or null while it runs.")
    error_code: str | None
    cost_micro_usd: int = Field(description="What the provider takes for it, in millionths of a dollar.")
    cost_uncertain: bool = Field(description="Nobody knows yet, or will know, whether the provider takes it.")


class ServedByBody(AnswerModel):
    """Who made a picture: the provider, and the living model that stood for the one asked for."""

    provider: str
    model: str


class AdjustmentBody(AnswerModel):
    """One parameter that the provider was told otherwise than the caller asked, and what became of it."""

    field: str
    asked: str
    made: str = Field(description="What the provider was told.")
    reason: str


class ProvenanceBody(AnswerModel):
    """What the bytes of a picture, its preview and its thumbnail say of their origin."""

    digital_source_type: str = Field(
        description="IPTC's term for how the picture came to be; in the XMP of every variant, or in the vendor's own "
        "signed manifest where that was kept.",
        json_schema_extra={"format": "uri"},
    )
    generator: ServedByBody | None = Field(description="Who made it.")
    c2pa: ContentCredentials = Field(
        alias="c2pa",
        description="The vendor's signed C2PA manifest in the original: `kept`, `removed` because the picture was "
        "made anew in another size or format or with a watermark, or `absent`.",
    )
    watermark: str | None = Field(description="The text that can be seen in it.")


class ImageBody(AnswerModel):
    """One picture of a generation. Links and measures are null until it exists; the permalink never is."""

    id: str
    index: int
    status: Status
    stage: Stage | None
    url: str | None = Field(description="The original, by a link that works without credentials until `urlExpiresAt`.")
    url_expires_at: Moment | None
    preview_url: str | None
    thumbnail_url: str | None
    permalink: str = Field(description="Never changes; answers 202 until the picture exists.")
    width: int | None
    height: int | None
    media_type: str | None
    byte_count: int | None
    sha256: str | None
    blurhash: str | None
    provenance: ProvenanceBody | None = Field(description="What its bytes say of their origin.")
    served_by: ServedByBody | None = Field(description="Who made it.")
    params_adjusted: list[AdjustmentBody] = Field(description="What was made otherwise than it was asked for.")
    prompt: str = Field(description="What it shall show.")
    shot: str | None = Field(description="The shot of the template; null without one.")
    error: FailureBody | None
    attempts: list[AttemptBody]
    late: bool = Field(description="It arrived after the generation had ended: kept, not charged.")
    price_milli_credits: int = Field(description="Its share of the price; 0 once it will not be delivered in time.")
    provider_cost_micro_usd: int = Field(description="What providers take for all attempts at it.")
    completed_at: Moment | None


class SingleImageBody(ImageBody):
    """One picture on its own, with what its generation says about it."""

    generation_id: str
    model: str


class PendingPictureBody(AnswerModel):
    """What a permalink answers while its picture is being made: nothing about the request itself."""

    status: Status
    stage: Stage | None
    message: str
