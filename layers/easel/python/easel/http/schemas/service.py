"""The service itself."""

from __future__ import annotations

from pydantic import Field

from easel.domain.image import Status
from easel.http.schemas.base import AnswerModel, Moment


class RootBody(AnswerModel):
    """What this service is and where to read on."""

    name: str
    description: str
    version: str
    links: dict[str, str]


class HealthBody(AnswerModel):
    """A sign of life."""

    status: str
    uptime_seconds: float = Field(description="Of the process that answered.")
    version: str
    stage: str
    time: Moment
    request_id: str


class InfoBody(AnswerModel):
    """What a client may want to know before its first call."""

    name: str
    version: str
    stage: str
    api_version: str
    authentication: str
    models: list[str]
    statuses: list[Status]
    limits: dict[str, int]
    links: dict[str, str]
