"""The workspace's choice to reuse results: request, answer and OpenAPI descriptions."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import Field

from easel.domain.result_cache import DEFAULT_HOURS, MAX_HOURS, CachePolicy
from easel.errors import Contended
from easel.http.description import route
from easel.http.models import INTEGRAL, AnswerModel, RequestModel

_TAG: Final = "Workspace API"


class ResultCacheRequest(RequestModel):
    """Whether the same request again is answered with the same images, at no cost."""

    enabled: bool
    hours: Annotated[int, Field(ge=1, le=MAX_HOURS), INTEGRAL] | None = Field(
        default=DEFAULT_HOURS, description="How long images answer for a request."
    )


class ResultCacheBody(AnswerModel):
    """The workspace's choice."""

    enabled: bool
    hours: int


ResultCacheChoice = Annotated[ResultCacheRequest, Body()]

READ_RESULT_CACHE: Final = route(
    "readResultCache",
    _TAG,
    "Whether results are reused",
    "Off unless the workspace has chosen it.",
    {200: "The choice."},
)
SET_RESULT_CACHE: Final = route(
    "setResultCache",
    _TAG,
    "Choose whether results are reused",
    "A request with the same prompt, model and parameters is then answered with the images that it had before, at no "
    "cost and with `X-Easel-Cache: hit`. A request with a picture at a web address, and one with `Cache-Control: "
    "no-cache`, always makes new images.",
    {200: "The choice."},
    errors=(Contended,),
)


def policy_of(request: ResultCacheRequest) -> CachePolicy:
    """The choice of a request."""
    return CachePolicy(request.enabled, DEFAULT_HOURS if request.hours is None else request.hours)


def policy_body(policy: CachePolicy) -> ResultCacheBody:
    """The choice as it is shown."""
    return ResultCacheBody(enabled=policy.enabled, hours=policy.hours)
