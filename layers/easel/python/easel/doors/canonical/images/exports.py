"""Exports and provenance of images as the canonical door shows them."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.clock import to_iso
from easel.domain.export_channels import EXPORT_CHANNELS, ExportChannel, RuleResult
from easel.http import answers
from easel.http.models import AnswerModel, Moment
from easel.http.parse import choice
from easel.services.images.export_image import Export, ExportView

_NAMES: Final = tuple(EXPORT_CHANNELS)
ChannelChoice = Annotated[
    str | None,
    Query(description="Where it is sold; all places when left out.", json_schema_extra={"enum": [*_NAMES, None]}),
]


class ExportRuleBody(AnswerModel):
    """One rule of a place, as it was measured."""

    rule: str
    required: bool | int | float
    actual: bool | int | float
    met: bool
    is_required: bool = Field(description="False for a recommendation.")


class ExportBody(AnswerModel):
    """The file for one place. It is never enlarged, so a small picture may miss a size."""

    channel: str
    url: str
    filename: str
    media_type: str
    width: int
    height: int
    byte_count: int
    meets_all: bool = Field(description="Whether it meets every rule but recommendations.")
    rules: list[ExportRuleBody]


class MasterBody(AnswerModel):
    """The original that exports are made from."""

    width: int
    height: int
    media_type: str
    byte_count: int


class ExportsBody(AnswerModel):
    """An image ready for the places where it is sold. All files say in their XMP that a model made them."""

    image_id: str
    master: MasterBody
    exports: list[ExportBody]
    url_expires_at: Moment


def chosen_channels(text: str | None) -> tuple[ExportChannel, ...]:
    """Read `channel`; all when it is left out.

    Raises:
        InvalidRequest: a place that we do not know.
    """
    if text is None:
        return tuple(EXPORT_CHANNELS.values())
    return (EXPORT_CHANNELS[choice("channel", text.lower(), _NAMES)],)


def exports_answer(view: ExportView) -> Response[ExportsBody]:
    """The exports of an image."""
    master = MasterBody(
        width=view.master.width,
        height=view.master.height,
        media_type=view.master.media_type,
        byte_count=view.master.byte_count,
    )
    return answers.as_json(
        ExportsBody(
            image_id=view.image_id,
            master=master,
            exports=[_export(one) for one in view.exports],
            url_expires_at=to_iso(view.expires_at),
        )
    )


def _export(export: Export) -> ExportBody:
    return ExportBody(
        channel=export.channel.name,
        url=export.url,
        filename=export.filename,
        media_type="image/jpeg",
        width=export.facts.width,
        height=export.facts.height,
        byte_count=export.facts.byte_count,
        meets_all=export.meets_all,
        rules=[_rule(result) for result in export.rules],
    )


def _rule(result: RuleResult) -> ExportRuleBody:
    return ExportRuleBody(
        rule=result.rule,
        required=result.required,
        actual=result.actual,
        met=result.met,
        is_required=result.is_required,
    )
