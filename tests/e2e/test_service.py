"""The public pages: what the service is, which models it has, and its documentation."""

from __future__ import annotations

import pytest
from tests.e2e.conftest import Studio

OPTION_KEYS = {
    "supports_size",
    "supports_aspect_ratio",
    "supports_resolution",
    "size_options",
    "aspect_ratio_options",
    "resolution_options",
}


@pytest.mark.requirement("S001-8", "S001-9", "S001-10", "S000-70", "X-22", "S003-107")
@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/api/v1/info", "/api/v1/models", "/api/v1/sizes"])
def test_public_pages_need_no_key(studio: Studio, path: str) -> None:
    with studio.cloud.anonymous_api() as stranger:
        answer = stranger.get(path, headers={"X-Request-ID": "my-own-id"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-request-id"] == "my-own-id"


@pytest.mark.requirement("S001-14", "S001-42", "S001-43", "S001-45", "S001-67")
def test_models_say_what_they_can_do(studio: Studio) -> None:
    models = {model["id"]: model for model in studio.api.get("/api/v1/models").json()["models"]}
    assert {"seedream-v4", "nano-banana", "nano-banana-pro", "sandbox"} <= models.keys()
    assert all(model["options"].keys() >= OPTION_KEYS for model in models.values())
    assert models["seedream-v4"]["options"]["supports_size"]
    assert not models["nano-banana"]["options"]["supports_resolution"]
    assert models["nano-banana-pro"]["options"]["resolution_options"] == ["1k", "2k", "4k"]


@pytest.mark.requirement("S000-72")
def test_the_api_documents_itself(studio: Studio) -> None:
    with studio.cloud.anonymous_api() as stranger:
        specification = stranger.get("/openapi.json").json()
        page = stranger.get("/docs")
    assert "/api/v1/generations" in specification["paths"]
    assert page.headers["content-type"].startswith("text/html")
