"""What the service says about itself. Pure functions, apart from the clock of the process."""

from __future__ import annotations

import time
from datetime import datetime
from functools import cache
from typing import Final

from easel.clock import to_iso
from easel.domain.catalogue import Catalogue
from easel.domain.image import Status
from easel.http import bodies, pagination
from easel.http.schemas.service import HealthBody, InfoBody, RootBody
from easel.ids import MAX_IMAGES

NAME: Final = "Easel"
_DESCRIPTION: Final = "Images from prompts: one API for several models, with every picture stored and accounted for."


def root_body(version: str, base_url: str) -> RootBody:
    """A first orientation."""
    return RootBody(name=NAME, description=_DESCRIPTION, version=version, links=_links(base_url))


def health_body(version: str, stage: str, now: datetime, request_id: str) -> HealthBody:
    """A sign of life of this process. It asks nothing of other services, so that it tells of this one."""
    return HealthBody(
        status="ok",
        uptime_seconds=round(time.monotonic() - _first_seen(), 3),
        version=version,
        stage=stage,
        time=to_iso(now),
        request_id=request_id,
    )


def info_body(version: str, stage: str, base_url: str, catalogue: Catalogue) -> InfoBody:
    """What a client may want to know before its first call."""
    models = catalogue.active_models()
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
            "maxPageSize": pagination.MAX_LIMIT,
        },
        links=_links(base_url),
    )


@cache
def _first_seen() -> float:
    # At the first question and not at import: a snapshot of an imported process would freeze the moment for all.
    return time.monotonic()


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
