"""The service about itself: root, health, limits, documentation. Answers and their OpenAPI words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from easel.clock import to_iso
from easel.domain.catalogue import load_catalogue
from easel.domain.image import Status
from easel.doors.canonical.paging import LISTING
from easel.http import bodies
from easel.http.description import UNCHANGED, document, route
from easel.http.failures import RouteNotFound
from easel.http.models import AnswerModel, Moment
from easel.ids import MAX_IMAGES
from easel.observability import uptime_seconds

_TAG: Final = "Service"

ROOT: Final = route(
    "readRoot",
    _TAG,
    "Get the API's name and links",
    "Name, version and links.",
    {200: "Links.", 304: UNCHANGED},
    public=True,
)

HEALTH: Final = route(
    "readHealth", _TAG, "Check the health of the service", "Never cached.", {200: "Healthy."}, public=True
)

INFO: Final = route(
    "readInfo",
    _TAG,
    "Get limits and addresses",
    "What to know before the first call.",
    {200: "Facts.", 304: UNCHANGED},
    public=True,
)

OPENAPI: Final = route(
    "readOpenapi",
    _TAG,
    "Get the OpenAPI document",
    "OpenAPI 3.1.",
    {
        200: {"description": "The document.", "content": {"application/json": {"schema": {"type": "object"}}}},
        304: UNCHANGED,
    },
    public=True,
)

DOCS: Final = route(
    "readDocs",
    _TAG,
    "Get the documentation page",
    "Guides and this document for people, with forms to try it.",
    {200: document("The page.", "text/html"), 304: UNCHANGED},
    public=True,
)

DOCS_PART: Final = route(
    "readDocsPart",
    _TAG,
    "Get a file of the documentation page",
    "`page.js`, `page.css`, `reference.js` or `guides.md`.",
    {200: document("The file.", "text/*"), 304: UNCHANGED},
    errors=[RouteNotFound],
    public=True,
)

NAME: Final = "Easel"
_DESCRIPTION: Final = "Images from prompts: one API for several models, with every picture stored and accounted for."


class RootBody(AnswerModel):
    """Name, version and links."""

    name: str
    description: str
    version: str
    links: dict[str, str]


class HealthBody(AnswerModel):
    """Health of the service."""

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


def root_body(version: str, base_url: str) -> RootBody:
    """Name, version and links."""
    return RootBody(name=NAME, description=_DESCRIPTION, version=version, links=_links(base_url))


def health_body(version: str, stage: str, now: datetime, request_id: str) -> HealthBody:
    """Health of this process. It calls no other service, so that it reports on this one only."""
    return HealthBody(
        status="ok",
        uptime_seconds=uptime_seconds(),
        version=version,
        stage=stage,
        time=to_iso(now),
        request_id=request_id,
    )


def info_body(version: str, stage: str, base_url: str) -> InfoBody:
    """What a client may want to know before its first call."""
    models = load_catalogue().active_models()
    return InfoBody(
        name=NAME,
        version=version,
        stage=stage,
        api_version="v1",
        authentication="Authorization: Bearer <API key>",
        models=[model.id for model in models],
        statuses=list(Status),
        limits={
            "maxImagesPerGeneration": MAX_IMAGES,
            "maxPromptCharacters": max(model.max_prompt_characters for model in models),
            "maxBodyBytes": bodies.MAX_BODY_BYTES,
            "maxPageSize": LISTING.maximum,
        },
        links=_links(base_url),
    )


def _links(base_url: str) -> dict[str, str]:
    paths = {
        "documentation": "/docs",
        "openapi": "/openapi.json",
        "health": "/api/v1/health",
        "status": "/api/v1/status",
        "info": "/api/v1/info",
        "models": "/api/v1/models",
        "sizes": "/api/v1/sizes",
        "generations": "/api/v1/generations",
    }
    return {name: f"{base_url.rstrip('/')}{path}" for name, path in paths.items()}
