"""The workspace door on the deployed stack: what the live client of seed 002 sends, and what it reads."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image as Picture
from tests.e2e.conftest import Studio
from tests.support import plain_http

from easel.ids import new_id


def page_request(studio: Studio, prompt: str, **changes: Any) -> dict[str, Any]:
    """Every field, as the page sends them: the workspace in the body, no header about it."""
    body = {
        "workspaceId": studio.workspace.id,
        "prompt": prompt,
        "model": "dall-e-3",
        "provider": "openai",
        "size": "1024x1024",
        "style": "natural",
        "quality": "standard",
        "n": 1,
    }
    return body | changes


@pytest.mark.requirement("S002-1", "S002-21", "S002-36", "S002-66", "S002-69")
def test_the_page_gets_images_that_it_can_show_and_the_wallet_pays_for_them(own_studio: Studio, prompt: str) -> None:
    api = own_studio.api
    spent = api.get("/api/v1/wallet").json()["spent"]["credits"]
    session = api.get("/api/auth/session").json()
    assert session["user"]["currentWorkspaceId"] == own_studio.workspace.id
    models = api.get("/api/ai/models", params={"capability": "image-generation"}).json()["data"]
    assert "dall-e-3" in {model["id"] for model in models}

    answer = api.post("/api/ai/images", json=page_request(own_studio, prompt, size="1792x1024", n=2))

    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["count"], data["totalCredits"]) == (2, 30)
    for image in data["images"]:
        shown = plain_http.get(image["url"])
        assert Picture.open(io.BytesIO(shown.content)).size == (image["width"], image["height"]) == (1792, 1024)
    assert api.get("/api/v1/wallet").json()["spent"]["credits"] == spent + 30
    assert answer.headers["ratelimit"]
    assert int(answer.headers["x-ratelimit-reset"]) > 10**12, "milliseconds"


def test_what_takes_longer_than_the_client_waits_is_shown_once_it_is_made(own_studio: Studio, prompt: str) -> None:
    body = page_request(own_studio, f"{prompt} [fault:slow seconds=4]")

    answer = own_studio.api.post("/api/ai/images", json=body, headers={"Prefer": "wait=1"})

    assert answer.status_code == 202, answer.text
    shown = httpx.get(answer.json()["data"]["url"], follow_redirects=True, timeout=60, trust_env=False)
    assert shown.status_code == 200
    assert Picture.open(io.BytesIO(shown.content)).size == (1024, 1024)
    later = own_studio.api.get(answer.headers["location"])
    assert (later.status_code, later.json()["data"]["credits"]) == (200, 10)


@pytest.mark.requirement("S002-13", "S002-30", "S002-37")
def test_nothing_is_queued_or_charged_for_a_workspace_without_credits(studio: Studio, prompt: str) -> None:
    poor = studio.cloud.new_workspace("Poor")
    with studio.cloud.api(poor) as api:
        answer = api.post("/api/ai/images", json=page_request(studio, prompt, workspaceId=poor.id, n=10))

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (402, "INSUFFICIENT_CREDITS")
    assert error["details"]["required"] == 100
    assert error["details"]["shortfall"] == 100 - error["details"]["available"]
    assert studio.jobs(prompt) == []


def test_another_workspace_is_not_there(studio: Studio, prompt: str) -> None:
    answer = studio.api.post("/api/ai/images", json=page_request(studio, prompt, workspaceId=new_id()))

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.requirement("S002-17", "S002-57", "X-21")
def test_what_the_vendor_refuses_is_a_failure_that_costs_nothing(own_studio: Studio, prompt: str) -> None:
    before = own_studio.api.get("/api/v1/wallet").json()["available"]["credits"]

    answer = own_studio.api.post("/api/ai/images", json=page_request(own_studio, f"{prompt} [fault:moderation]"))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["fields"]) == ["prompt"]
    assert own_studio.api.get("/api/v1/wallet").json()["available"]["credits"] == before


@pytest.mark.requirement("S002-70", "S002-73")
def test_an_image_of_ours_is_analysed_and_edited_by_its_id(own_studio: Studio, prompt: str) -> None:
    api = own_studio.api
    image = api.post("/api/ai/images", json=page_request(own_studio, prompt)).json()["data"]

    analysis = api.get(f"/api/ai/images/{image['id']}/analysis")

    assert analysis.status_code == 200, analysis.text
    found = analysis.json()["data"]
    assert (found["width"], found["height"]) == (1024, 1024)
    assert found["colors"]
    assert found["alt"].startswith("A drawing that is mostly ")
    edit = api.post(
        "/api/ai/images/edits", json=page_request(own_studio, f"{prompt}, in autumn", image=image["id"], style=None)
    )
    assert edit.status_code == 200, edit.text
    assert edit.json()["data"]["id"] != image["id"]
    (job,) = own_studio.jobs(f"{prompt}, in autumn")
    assert job["input"]["images"], "the vendor got the picture"


@pytest.mark.requirement("S002-70")
def test_a_form_brings_a_picture_along(own_studio: Studio, prompt: str) -> None:
    drawn = io.BytesIO()
    Picture.new("RGB", (256, 256), "teal").save(drawn, "PNG")
    fields = {name: str(value) for name, value in page_request(own_studio, prompt).items() if name != "style"}

    answer = own_studio.api.post(
        "/api/ai/images/edits", data=fields, files={"image": ("cup.png", drawn.getvalue(), "image/png")}
    )

    assert answer.status_code == 200, answer.text
    (job,) = own_studio.jobs(prompt)
    assert job["input"]["images"], "the vendor got the picture"


@pytest.mark.requirement("S002-16")
def test_the_report_adds_up_to_what_the_wallet_has_spent(own_studio: Studio) -> None:
    spent = own_studio.api.get("/api/v1/wallet").json()["spent"]["milliCredits"]

    for group in ("member", "model", "provider", "key", "day"):
        report = own_studio.api.get("/api/ai/spend", params={"groupBy": group}).json()["data"]
        assert report["total"]["milliCredits"] == spent
        assert sum(entry["milliCredits"] for entry in report["groups"]) == spent
