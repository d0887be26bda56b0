"""Quotes as the canonical door shows them: of `POST /api/v1/quotes`, and of a submit with `dry_run`."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from pydantic import Field

from easel.clock import to_iso
from easel.doors.canonical.generations.answers import UsedTemplateBody, composition_body
from easel.doors.canonical.generations.details import ParametersBody, PriceOfGeneration, parameters_body, price_body
from easel.http import answers
from easel.http.models import AnswerModel, Moment
from easel.services.money.quotes import Quote

QUOTE: Final = "application/vnd.easel.quote+json"
"""The media type of a `dry_run`, so that the answers of a route in `application/json` are of one kind."""


class QuoteBody(AnswerModel):
    """What a request costs at most. Nothing was written, and nothing is held."""

    quote_id: str = Field(description="Send it as `quoteId` with the request: then no more than this is charged.")
    expires_at: Moment = Field(description="Until then the quote binds.")
    model: str
    images: int
    parameters: ParametersBody
    price: PriceOfGeneration
    template: UsedTemplateBody | None


def quote_answer(quote: Quote) -> Response[Any]:
    """The answer to a question for a price."""
    return answers.as_json(_quote_body(quote))


def dry_run_answer(quote: Quote) -> Response[Any]:
    """The answer of a route that would make something else: its media type tells the two apart."""
    body = _quote_body(quote).model_dump_json(by_alias=True)
    return Response(200, content_type=QUOTE, body=body, headers={"Cache-Control": answers.PRIVATE})


def _quote_body(quote: Quote) -> QuoteBody:
    """A quote with all that it depends on."""
    appraisal = quote.appraisal
    return QuoteBody(
        quote_id=quote.id,
        expires_at=to_iso(quote.expires_at),
        model=appraisal.model.id,
        images=appraisal.price.images,
        parameters=parameters_body(appraisal.parameters),
        price=price_body(appraisal.price),
        template=composition_body(appraisal.composition) if appraisal.composition else None,
    )
