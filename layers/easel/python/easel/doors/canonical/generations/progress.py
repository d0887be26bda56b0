"""When a generation is expected to end, and which image it makes again."""

from __future__ import annotations

from pydantic import Field

from easel.clock import to_iso
from easel.domain.latency import Expectation
from easel.domain.request import Origin
from easel.http.models import AnswerModel, Moment, moment
from easel.ids import generation_of_image


class EtaBody(AnswerModel):
    """When the images are expected, from how long those of the same model took in the last seven days."""

    at: Moment | None = Field(description="The best guess; null once it has taken longer than nine in ten images do.")
    p50_at: Moment = Field(description="Half of all images were there after so long.")
    p90_at: Moment = Field(description="Nine in ten were.")
    samples: int = Field(description="How many images this is computed from.")


class RetryOfBody(AnswerModel):
    """The image that this generation makes again."""

    parent_image: str = Field(description="Its id.")
    generation_id: str
    index: int
    note: str | None = Field(description="What was wrong with it.")


def eta_body(expectation: Expectation | None) -> EtaBody | None:
    """When the images are expected; None where nothing is known, or nothing more will come."""
    if expectation is None:
        return None
    return EtaBody(
        at=moment(expectation.at),
        p50_at=to_iso(expectation.p50_at),
        p90_at=to_iso(expectation.p90_at),
        samples=expectation.samples,
    )


def retry_of_body(origin: Origin) -> RetryOfBody | None:
    """The image that is made again, if one is."""
    if origin.parent_image is None:
        return None
    generation_id, index = generation_of_image(origin.parent_image) or ("", 0)
    return RetryOfBody(parent_image=origin.parent_image, generation_id=generation_id, index=index, note=origin.note)
