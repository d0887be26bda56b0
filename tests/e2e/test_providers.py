"""Every vendor makes and edits pictures; when one fails, those who may stand in do, in time and at one price."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import LocalCloud, wait_for

from easel.domain.circuits import MIN_CALLERS, RULES
from easel.errors import ProviderErrorClass

pytestmark = pytest.mark.long

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
AI_MADE = b"trainedAlgorithmicMedia"
REFERENCE = "references"


@pytest.mark.requirement("S000-37", "S000-74", "S001-48", "S002-38", "S002-41", "S004-48", "X-25", "X-32")
@pytest.mark.parametrize(
    ("wishes", "provider", "size", "media_type"),
    [
        ({"model": "gpt-image-2", "size": "1536x1024", "outputFormat": "webp"}, "openai", (1536, 1024), "image/webp"),
        ({"model": "gpt-image-2", "size": "1024x1536", REFERENCE: 2}, "openai", (1024, 1536), "image/png"),
        (
            {"model": "gemini-3.1-flash-lite-image", "aspectRatio": "16:9", "outputFormat": "jpeg"},
            "google",
            (1376, 768),
            "image/jpeg",
        ),
        (
            {"model": "gemini-3.1-flash-lite-image", "aspectRatio": "1:1", REFERENCE: 1, "outputFormat": "png"},
            "google",
            (1024, 1024),
            "image/png",
        ),
        (
            {"model": "nano-banana", "provider": "nanobanana", "aspectRatio": "16:9", "outputFormat": "png"},
            "nanobanana",
            (1344, 768),
            "image/png",
        ),
        (
            {"model": "nano-banana-2.1", "provider": "wavespeed", "size": "1792x1024", "outputFormat": "jpeg"},
            "wavespeed",
            (1792, 1024),
            "image/jpeg",
        ),
        (
            {"model": "seedream-v4", "size": "1024x1536", REFERENCE: 1, "outputFormat": "webp"},
            "wavespeed",
            (1024, 1536),
            "image/webp",
        ),
    ],
    ids=["openai", "openai edit", "google", "google edit", "nanobanana", "wavespeed", "wavespeed edit"],
)
def test_every_vendor_makes_and_edits_pictures(
    studio: Studio, prompt: str, wishes: dict[str, Any], provider: str, size: tuple[int, int], media_type: str
) -> None:
    shown = [
        f"{studio.simulator}/_simulator/pictures/640x480.png?seed={number}"
        for number in range(wishes.get(REFERENCE, 0))
    ]
    asked = {name: value for name, value in wishes.items() if name != REFERENCE} | {"referenceUrls": shown}

    generation = studio.generate(prompt=prompt, **asked)

    assert generation["status"] == "COMPLETED", generation
    [image] = generation["images"]
    picture = studio.picture(image)
    assert (picture.size, picture.format) == (size, FORMATS[media_type])
    assert ((image["width"], image["height"]), image["mediaType"]) == (size, media_type)
    assert image["servedBy"]["provider"] == provider
    assert generation["mode"] == ("image-to-image" if shown else "text-to-image")
    assert [job["vendor"] for job in studio.jobs(prompt)] == [provider]


@pytest.mark.requirement("S002-38", "S002-49", "X-25")
def test_an_old_name_costs_what_it_cost_and_says_what_became_of_it(
    studio: Studio, own_studio: Studio, prompt: str
) -> None:
    generation = own_studio.generate(prompt=prompt, model="dall-e-3", size="1792x1024", quality="hd", style="vivid")
    assert (generation["status"], generation["chargedMilliCredits"]) == ("COMPLETED", 30_000), generation
    assert own_studio.picture(generation["images"][0]).size == (1792, 1024)
    assert {one["field"] for one in generation["images"][0]["paramsAdjusted"]} == {"quality", "style"}
    assert generation["deprecation"]["successor"] == generation["servedBy"]["model"]
    described = studio.api.get("/api/v1/models/dall-e-3").json()
    assert (described["status"], described["deprecation"]) == ("retired", generation["deprecation"])


# --- who stands in ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S000-37", "S002-57", "S004-48", "X-37")
@pytest.mark.parametrize("fault", ["gone", "unavailable", "drop"])
def test_when_the_first_vendor_fails_the_next_one_serves_and_is_paid_for_once(
    studio: Studio, prompt: str, fault: str
) -> None:
    text = f"{prompt} [fault:{fault} at=google]"

    generation = studio.generate(prompt=text, model="nano-banana-2.1", headers={"Cancel-After": "60"})

    assert generation["status"] == "COMPLETED", generation
    [image] = generation["images"]
    assert image["servedBy"] == {"provider": "wavespeed", "model": "nano-banana-2.1"}
    assert [image["attempts"][0]["provider"], image["attempts"][-1]["provider"]] == ["google", "wavespeed"]
    assert generation["chargedMilliCredits"] == generation["price"]["milliCredits"]
    submits = studio.submits(text)
    assert submits["wavespeed"] == 1
    if fault == "drop":
        assert submits["google"] == 1, "what may have been made is not asked for again"


@pytest.mark.requirement("S000-37", "S002-57")
def test_after_two_lost_answers_nobody_else_is_asked(studio: Studio, prompt: str) -> None:
    text = f"{prompt} [fault:drop at=openai] [fault:server-error at=wavespeed]"
    generation = studio.generate(
        prompt=text, model="gpt-image-2.5-flare", fallback="equivalent", headers={"Cancel-After": "90"}
    )
    assert (generation["status"], generation["chargedMilliCredits"]) == ("FAILED", 0), generation
    outcomes = [(attempt["provider"], attempt["outcome"]) for attempt in generation["images"][0]["attempts"]]
    assert outcomes[0] == ("openai", "ambiguous")
    assert len([outcome for _, outcome in outcomes if outcome == "ambiguous"]) == 2
    assert all(count == 1 for count in studio.submits(text).values())


@pytest.mark.requirement("S000-37", "X-37")
@pytest.mark.parametrize(
    ("wishes", "served_by"),
    [
        ({"fallback": "none"}, None),
        ({"fallback": "same-model"}, ("wavespeed", "nano-banana-2.1")),
        ({"provider": "wavespeed"}, ("google", "nano-banana-2.1")),
    ],
    ids=["none", "same model", "the other way round"],
)
def test_who_may_stand_in_is_the_callers_to_say(
    studio: Studio, prompt: str, wishes: Mapping[str, Any], served_by: tuple[str, str] | None
) -> None:
    first = wishes.get("provider", "google")
    generation = studio.generate(prompt=f"{prompt} [fault:gone at={first}]", model="nano-banana-2.1", **wishes)
    [image] = generation["images"]
    assert image["attempts"][0]["provider"] == first
    found = image["servedBy"] and (image["servedBy"]["provider"], image["servedBy"]["model"])
    assert found == served_by if served_by else generation["status"] == "FAILED"
    assert len(image["attempts"]) == (2 if served_by else 1)


@pytest.mark.requirement("S000-37", "X-37")
def test_an_equivalent_model_stands_in_only_where_that_is_asked_for(studio: Studio, prompt: str) -> None:
    text = f"{prompt} [fault:gone at=openai]"
    alone = studio.generate(prompt=text, model="gpt-image-2.6-sunburst")
    helped = studio.generate(prompt=text, model="gpt-image-2.6-sunburst", fallback="equivalent")
    assert (alone["status"], alone["error"]["code"]) == ("FAILED", "model_unavailable")
    assert helped["status"] == "COMPLETED", helped
    assert helped["images"][0]["servedBy"]["model"] != "gpt-image-2.6-sunburst"
    assert helped["chargedMilliCredits"] == helped["price"]["milliCredits"]


@pytest.mark.requirement("S000-37", "X-37")
def test_a_workspace_chooses_for_all_requests_that_do_not_say(cloud: LocalCloud, prompt: str) -> None:
    workspace = cloud.new_workspace("Prefers the other one", credits=100)
    with cloud.api(workspace) as client:
        mine = Studio(cloud, client, workspace)
        path = f"/api/v1/workspaces/{workspace.id}/routing"
        choice = {"provider": "wavespeed", "fallback": "none"}
        assert client.put(path, json=choice).json() == client.get(path).json() == choice
        chosen = mine.generate(prompt=prompt, model="nano-banana-2.1")
        asked = mine.generate(prompt=prompt, model="nano-banana-2.1", provider="google")
        refused = client.put(path, json={"provider": "nobody"})
    assert [one["images"][0]["servedBy"]["provider"] for one in (chosen, asked)] == ["wavespeed", "google"]
    assert refused.status_code == 400
    assert refused.json()["error"]["details"][0]["field"] == "provider"


# --- circuits ---------------------------------------------------------------------------------------------------------


def circuit(studio: Studio, model: str) -> dict[str, Any] | None:
    """What the world is told of this model at OpenAI; None while nothing is held against it."""
    providers = studio.api.get("/api/v1/status").json()["providers"]
    [openai] = [one for one in providers if one["name"] == "openai"]
    return next((one for one in openai["circuits"] if one["model"] == model and one["state"] != "closed"), None)


@pytest.fixture(scope="module")
def studios(cloud: LocalCloud) -> Iterator[list[Studio]]:
    """As many tenants as have to fail before a provider is held back from everybody."""
    with ExitStack() as stack:
        workspaces = [cloud.new_workspace(f"Tenant {number}", credits=500) for number in range(MIN_CALLERS)]
        yield [Studio(cloud, stack.enter_context(cloud.api(workspace)), workspace) for workspace in workspaces]


@pytest.mark.requirement("S000-37", "S004-48")
def test_a_vendor_that_fails_several_tenants_is_left_alone_until_a_probe_succeeds(
    studio: Studio, studios: list[Studio], prompt: str
) -> None:
    # Given a model of this test's own that is busy for ten images of several tenants, so that its circuit opens
    model, no_time_for_the_pause = "gpt-image-2.6-flare", {"Cancel-After": "20"}
    busy, each = f"{prompt} [fault:rate-limit retry_after=1]", RULES[ProviderErrorClass.RETRYABLE].failures_per_caller

    def fail_for(tenant: Studio) -> None:
        tenant.generate(prompt=busy, model=model, n=each, fallback="none", headers=no_time_for_the_pause)

    def opened() -> dict[str, Any] | None:
        with ThreadPoolExecutor(len(studios)) as pool:
            list(pool.map(fail_for, studios))
        return circuit(studio, model)

    found = wait_for(opened, within_seconds=60, what="the circuit opens")
    assert (found["state"], found["openedBy"]) == ("open", "retryable"), found

    # Then nobody is sent there
    spared = f"{prompt}, another one"
    refused = studio.generate(prompt=spared, model=model, fallback="none", headers={"Cancel-After": "5"})
    assert (refused["status"], refused["chargedMilliCredits"]) == ("FAILED", 0), refused
    assert studio.submits(spared) == {}

    # Until its pause is over: the first who asks then is the probe, and all is forgotten when it succeeds
    wait_for(
        lambda: (circuit(studio, model) or {}).get("state") == "half_open", within_seconds=60, what="the pause is over"
    )
    probe = studio.generate(prompt=spared, model=model, fallback="none")
    assert probe["status"] == "COMPLETED", probe
    assert studio.submits(spared) == {"openai": 1}
    assert circuit(studio, model) is None


def test_one_tenants_failures_hold_nobody_back_but_that_tenant(
    studio: Studio, studios: list[Studio], prompt: str
) -> None:
    # Given a tenant whose images all fail at a vendor, more than enough to open a circuit
    model, no_time_for_the_pause = "gpt-image-2.5-sunburst", {"Cancel-After": "20"}
    unlucky = f"{prompt} [fault:rate-limit retry_after=1]"
    times = RULES[ProviderErrorClass.RETRYABLE].failures
    studios[0].generate(prompt=unlucky, model=model, n=times, fallback="none", headers=no_time_for_the_pause)
    # When others ask the same vendor for the same model
    generation = studio.generate(prompt=prompt, model=model, fallback="none")
    # Then they get their picture from it
    assert generation["status"] == "COMPLETED", generation
    assert studio.submits(prompt) == {"openai": 1}
    assert circuit(studio, model) is None


# --- callbacks --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-20", "S001-54")
@pytest.mark.parametrize("provider", ["wavespeed", "nanobanana", "nobody"])
def test_a_forged_callback_is_told_nothing(studio: Studio, provider: str) -> None:
    with studio.cloud.anonymous_api() as stranger:
        answer = stranger.post(f"/api/v1/callbacks/{provider}?t=AAAA", json={"id": "x", "status": "completed"})
    assert answer.status_code == 404, answer.text


@pytest.mark.requirement("X-20", "S001-54")
@pytest.mark.parametrize("provider", ["wavespeed", "nanobanana"])
@pytest.mark.parametrize("fault", ["callback-early", "callback-twice", "callback-forged"])
def test_callbacks_bring_one_picture_whenever_and_however_often_they_come(
    studio: Studio, prompt: str, provider: str, fault: str
) -> None:
    text = f"{prompt} [fault:{fault}]"
    generation = studio.generate(prompt=text, model="nano-banana", provider=provider, fallback="none")
    assert generation["status"] == "COMPLETED", generation
    assert [attempt["outcome"] for attempt in generation["images"][0]["attempts"]] == ["delivered"]
    assert generation["chargedMilliCredits"] == generation["price"]["milliCredits"]
    assert studio.submits(text) == {provider: 1}


# --- what a picture says ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-75")
def test_a_picture_shows_its_watermark_and_every_variant_says_that_a_model_made_it(studio: Studio, prompt: str) -> None:
    word = f"proof {secrets.token_hex(2)}"
    generation = studio.generate(prompt=prompt, model="gpt-image-2", watermark=word)
    [image] = generation["images"]
    assert image["provenance"]["watermark"] == word
    assert image["provenance"]["generator"] == {"provider": "openai", "model": "gpt-image-2"}
    for variant in ("url", "previewUrl", "thumbnailUrl"):
        assert AI_MADE in plain_http.get(image[variant]).content, variant
    described = studio.api.get("/api/v1/models/gpt-image-2").json()["latency"]
    assert described is not None, "it has been used"
