"""A prompt becomes a picture: every model, both modes, in the size that was asked for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.conftest import Studio


@pytest.mark.requirement("S001-41", "S001-47", "S001-51", "S001-60", "S001-63", "M-5", "M-6", "M-7", "M-9", "X-5")
@pytest.mark.parametrize(
    ("wishes", "size"),
    [
        ({"model": "sandbox", "size": "512x768"}, (512, 768)),
        ({"model": "seedream-v4", "size": "1024*1536"}, (1024, 1536)),
        ({"model": "seedream-v4"}, (2048, 2048)),
        ({"model": "nano-banana", "aspectRatio": "16:9"}, (1344, 768)),
        ({"model": "nano-banana-pro", "aspect_ratio": "3:4", "resolution": "2k"}, (1792, 2400)),
    ],
    ids=["sandbox", "seedream-v4", "seedream-v4 default", "nano-banana", "nano-banana-pro"],
)
def test_text_becomes_a_picture_of_the_size_asked(
    studio: Studio, prompt: str, wishes: dict[str, Any], size: tuple[int, int]
) -> None:
    generation = studio.generate(prompt=prompt, **wishes)
    assert generation["status"] == "COMPLETED", generation
    [image] = generation["images"]
    assert studio.picture(image).size == size == (image["width"], image["height"])
    assert (
        image["servedBy"]
        == generation["servedBy"]
        == {"provider": generation["provider"], "model": generation["model"]}
    )


@pytest.mark.requirement("S002-38", "S002-39", "S002-40", "S002-48", "S003-5", "X-25")
@pytest.mark.parametrize(
    ("wishes", "size", "credits", "living"),
    [
        (
            {"model": "dall-e-3", "size": "1792x1024", "quality": "hd", "style": "vivid"},
            (1792, 1024),
            30,
            {"provider": "openai", "model": "gpt-image-2.5-sunburst"},
        ),
        (
            {"model": "dall-e-2", "size": "512x512"},
            (512, 512),
            5,
            {"provider": "openai", "model": "gpt-image-2.5-flare"},
        ),
        (
            {"model": "imagen", "size": "1024x1792"},
            (1024, 1792),
            15,
            {"provider": "google", "model": "nano-banana-2.1"},
        ),
        (
            {"model": "sd3-medium", "size": "768x768"},
            (768, 768),
            8,
            {"provider": "nanobanana", "model": "nano-banana-2"},
        ),
    ],
    ids=["dall-e-3", "dall-e-2", "imagen", "sd3-medium"],
)
def test_an_old_name_still_gives_its_sizes_at_its_price_and_says_who_made_them(
    studio: Studio, prompt: str, wishes: dict[str, Any], size: tuple[int, int], credits: int, living: dict[str, str]
) -> None:
    generation = studio.generate(prompt=prompt, **wishes)
    assert generation["status"] == "COMPLETED", generation
    [image] = generation["images"]
    assert studio.picture(image).size == size == (image["width"], image["height"])
    assert image["servedBy"] == living
    assert generation["deprecation"]["status"] == "retired"
    assert generation["chargedCredits"] == credits
    assert {one["field"] for one in image["paramsAdjusted"]} == {one["field"] for one in generation["paramsAdjusted"]}


@pytest.mark.requirement("S001-55", "S001-58", "S001-61", "S001-64", "S001-70", "S001-71", "X-26")
@pytest.mark.parametrize("model", ["sandbox", "seedream-v4", "nano-banana", "nano-banana-pro"])
def test_reference_pictures_make_it_image_to_image(studio: Studio, prompt: str, model: str) -> None:
    references = [f"{studio.simulator}/_simulator/pictures/640x480.png?seed={seed}" for seed in ("one", "two")]
    generation = studio.generate(prompt=prompt, model=model, reference_urls=references)
    assert generation["status"] == "COMPLETED", generation
    assert generation["mode"] == "image-to-image"
    assert [reference["url"] for reference in generation["references"]] == references
    if model != "sandbox":
        [job] = studio.jobs(prompt)
        assert job["model"].endswith("/edit")
        assert len(job["input"]["images"]) == 2


@pytest.mark.requirement("S000-35", "S000-54")
def test_a_reference_that_is_no_picture_fails_with_its_reason(studio: Studio, prompt: str) -> None:
    generation = studio.generate(
        prompt=prompt, model="seedream-v4", referenceUrls=[f"{studio.simulator}/_simulator/health"]
    )
    assert generation["status"] == "FAILED"
    assert generation["error"]["code"] == "image_rejected"
    assert studio.jobs(prompt) == []


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:10.0.0.1]", "2130706433"])
def test_a_reference_inside_of_our_network_is_refused_at_submit(studio: Studio, prompt: str, host: str) -> None:
    body = {"prompt": prompt, "model": "seedream-v4", "referenceUrls": [f"https://{host}/latest/meta-data"]}

    answer = studio.api.post("/api/v1/generations", json=body)

    assert answer.status_code == 400, answer.text
    assert [fault["field"] for fault in answer.json()["error"]["details"]] == ["referenceUrls[0]"]
    assert studio.jobs(prompt) == []


@pytest.mark.requirement("X-4")
def test_a_caller_may_wait_for_the_pictures(studio: Studio, prompt: str) -> None:
    answer = studio.api.post(
        "/api/v1/generations", json={"prompt": prompt, "model": "sandbox"}, headers={"Prefer": "wait=20"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "COMPLETED"
    assert answer.headers["preference-applied"] == "wait=20"


@pytest.mark.requirement("S002-11", "S002-19", "X-3", "X-16")
def test_one_of_four_images_may_fail(studio: Studio, prompt: str) -> None:
    generation = studio.generate(prompt=f"{prompt} [fault:failed times=1]", model="seedream-v4", n=4)
    assert generation["status"] == "COMPLETED"
    assert (generation["imagesCompleted"], generation["imagesFailed"]) == (3, 1)
    [failed] = [image for image in generation["images"] if image["status"] == "FAILED"]
    assert failed["error"]["code"] == "provider_failed"
    assert failed["attempts"][0]["outcome"] == "failed"


@pytest.mark.requirement("X-2", "X-14", "S004-34")
def test_permalinks_are_known_at_once_and_work_when_the_picture_is_there(studio: Studio, prompt: str) -> None:
    submitted = studio.submit(prompt=f"{prompt} [fault:slow seconds=6]", model="seedream-v4")
    permalink = submitted["images"][0]["permalink"]
    with studio.cloud.anonymous_api() as stranger:
        early = stranger.get(permalink)
        assert early.status_code == 202
        assert int(early.headers["retry-after"]) >= 1
        studio.finish(submitted["id"])
        ready = stranger.get(permalink)
        assert ready.status_code == 302
        assert stranger.get(ready.headers["location"]).headers["content-type"].startswith("image/")
        assert stranger.get(permalink[:-2] + ("AA" if permalink[-2:] != "AA" else "BB")).status_code == 404
