"""GET /api/v1/models, /api/v1/models/{modelId} and /api/v1/sizes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from tests.functions.api.harness import BASE_URL, Answer, Api

from easel.domain.catalogue.loading import read_catalogue
from easel.domain.latency import Latency
from easel.domain.pricing import load_price_book
from easel.doors.canonical.catalogue import answers as catalogue


def get(api: Api, path: str, **options: Any) -> Answer:
    return api.call("describe_models", "GET", path, authorizer=None, **options)


def model(api: Api, name: str) -> Any:
    return get(api, f"/api/v1/models/{name}").json


@pytest.mark.requirement("S001-14", "S001-41")
def test_the_active_models_are_listed(api: Api) -> None:
    answer = get(api, "/api/v1/models")

    assert answer.status == 200
    listed = [entry["id"] for entry in answer.json["models"]]
    assert listed[:3] == ["seedream-v4", "nano-banana", "nano-banana-pro"]
    assert "sandbox" in listed
    assert {entry["status"] for entry in answer.json["models"]} <= {"active", "deprecated"}
    assert not any("inputSchema" in entry for entry in answer.json["models"])


def test_a_list_shows_what_a_request_for_the_model_is_charged(api: Api) -> None:
    (flare,) = [one for one in get(api, "/api/v1/models").json["models"] if one["id"] == "gpt-image-2.6-flare"]

    price = flare["price"]

    assert (price["credits"], price["lowestMilliCredits"], price["highestMilliCredits"]) == (53, 6_000, 600_000)


@pytest.mark.parametrize("include", ["everything", "", "retired,active"])
def test_any_other_list_is_refused(api: Api, include: str) -> None:
    assert get(api, "/api/v1/models", query=f"include={include}").status == 400


@pytest.mark.requirement("X-25")
def test_retired_names_are_listed_on_request_and_say_what_became_of_them(api: Api) -> None:
    listed = {entry["id"]: entry for entry in get(api, "/api/v1/models", query="include=retired").json["models"]}

    assert {name for name, entry in listed.items() if entry["status"] == "retired"} >= {
        "dall-e-2",
        "dall-e-3",
        "imagen",
    }
    old = listed["dall-e-3"]
    assert old["deprecation"] == {
        "status": "retired",
        "endsOn": None,
        "retiredOn": "2026-05-12",
        "successor": "gpt-image-2.5-sunburst",
        "notice": old["deprecation"]["notice"],
        "priceDifference": {"standard": 4_000, "tiered": 4_000},
    }
    assert "gpt-image-2.5-sunburst" in old["deprecation"]["notice"]
    assert old["servedBy"][0] == {"provider": "openai", "model": "gpt-image-2.5-sunburst"}
    assert listed["seedream-v4"]["deprecation"] is None


def test_a_model_that_ends_or_has_ended_says_so_in_headers_too(api: Api) -> None:
    ended, lives = (get(api, f"/api/v1/models/{name}") for name in ("dall-e-3", "seedream-v4"))
    ends = read_catalogue(clock=lambda: datetime(2026, 11, 30, tzinfo=UTC)).find("gpt-image-1.5")

    assert (ended.header("Deprecation"), ended.header("Sunset")) == ("@1778544000", "Tue, 12 May 2026 00:00:00 GMT")
    assert catalogue.lifecycle_headers(ends) == {"Sunset": "Tue, 01 Dec 2026 00:00:00 GMT"}
    assert (lives.header("Deprecation"), lives.header("Sunset")) == (None, None)


@pytest.mark.requirement("X-19")
def test_a_model_says_how_long_callers_waited_lately(api: Api) -> None:
    api.store.latencies["dall-e-3"] = Latency(p50_ms=9_000, p90_ms=21_000, samples=40)

    assert model(api, "DALL-E-3")["latency"] == {"p50Ms": 9_000, "p90Ms": 21_000, "samples": 40}
    assert model(api, "seedream-v4")["latency"] is None


def test_a_model_is_found_by_its_other_names(api: Api) -> None:
    body = model(api, "gemini-3-pro-image")

    assert (body["id"], body["aliases"]) == ("nano-banana-pro", ["gemini-3-pro-image"])
    assert [one["provider"] for one in body["servedBy"]] == ["wavespeed", "google", "nanobanana"]


@pytest.mark.requirement("S002-5", "S002-10", "S002-58")
def test_a_model_says_what_looks_it_takes(api: Api) -> None:
    body = model(api, "dall-e-3")

    assert (body["qualities"], body["defaultQuality"]) == (["standard", "hd"], "standard")
    assert body["styles"] == ["natural", "vivid", "artistic", "photographic"]
    assert body["sizes"] == {"sizes": ["1024x1024", "1792x1024", "1024x1792"]}
    assert model(api, "gpt-image-2")["backgrounds"] == ["auto", "opaque", "transparent"]
    assert model(api, "gpt-image-2")["sizes"]["step"] == 16


@pytest.mark.requirement("S001-42", "S001-43")
@pytest.mark.parametrize(
    ("name", "size", "ratio", "resolution"),
    [
        ("seedream-v4", True, False, False),
        ("nano-banana", False, True, False),
        ("nano-banana-pro", False, True, True),
    ],
)
def test_options_have_the_agreed_keys_and_say_what_a_model_takes(
    api: Api, name: str, *, size: bool, ratio: bool, resolution: bool
) -> None:
    options = model(api, name)["options"]

    assert list(options) == [
        "supports_size",
        "supports_aspect_ratio",
        "supports_resolution",
        "size_options",
        "aspect_ratio_options",
        "resolution_options",
    ]
    supported = (options["supports_size"], options["supports_aspect_ratio"], options["supports_resolution"])
    assert supported == (size, ratio, resolution)
    offered = (options["size_options"], options["aspect_ratio_options"], options["resolution_options"])
    assert tuple(bool(values) for values in offered) == supported


@pytest.mark.requirement("S001-45")
@pytest.mark.parametrize("name", ["seedream-v4", "nano-banana", "nano-banana-pro"])
def test_a_generation_costs_one_credit(api: Api, name: str) -> None:
    price = model(api, name)["price"]

    assert (price["credits"], price["milliCredits"], price["per"]) == (1.0, 1000, "generation")


@pytest.mark.requirement("S001-35", "S002-47")
def test_a_model_shows_the_price_list_of_every_plan(api: Api) -> None:
    shown = model(api, "seedream-v4")

    tiered = shown["prices"]["tiered"]
    assert shown["price"] == shown["prices"]["standard"]
    assert shown["priceBookVersion"] == load_price_book().version
    assert {(step["option"], step["quality"], step["credits"]) for step in tiered["steps"]} >= {
        ("512x512", "standard", 5.0),
        ("1024x1024", "standard", 10.0),
        ("1024x1024", "hd", 20.0),
    }
    assert ("512x512", "hd") not in {(step["option"], step["quality"]) for step in tiered["steps"]}
    assert (tiered["per"], tiered["milliCreditsPerMegapixelAbove"]) == ("image", {"standard": 10_000, "hd": 20_000})
    assert [step["option"] for step in model(api, "nano-banana-pro")["prices"]["tiered"]["steps"]] == ["1k", "2k", "4k"]


REQUESTS = [
    ("seedream-v4", {"size": "2048x2048"}),
    ("seedream-v4", {"size": "big"}),
    ("seedream-v4", {"aspectRatio": "16:9"}),
    ("nano-banana", {"aspectRatio": "16:9"}),
    ("nano-banana", {"aspectRatio": "7:1"}),
    ("nano-banana-pro", {"resolution": "4k", "outputFormat": "jpeg"}),
    ("nano-banana-pro", {"resolution": "8k"}),
    ("nano-banana-pro", {"size": "1024x1024"}),
    ("nano-banana-pro", {"size": "1024x1024", "sizePolicy": "nearest"}),
    ("dall-e-3", {"size": "1792x1024", "quality": "hd", "style": "vivid"}),
    ("dall-e-3", {"size": "1792x1023"}),
    ("dall-e-3", {"size": "1792x1023", "sizePolicy": "nearest"}),
    ("dall-e-3", {"sizePolicy": "loose"}),
    ("dall-e-3", {"quality": "high"}),
    ("dall-e-3", {"quality": "low"}),
    ("dall-e-3", {"style": "cubist"}),
    ("gpt-image-2", {"background": "transparent", "outputFormat": "png"}),
    ("gpt-image-2", {"background": "transparent", "outputFormat": "jpeg"}),
    ("seedream-v4", {"background": "transparent"}),
    ("nano-banana-2.1", {"size": "1024x1024"}),
    ("nano-banana-2.1", {"size": "1024x1024", "resolution": "2k"}),
    ("nano-banana", {"quality": "hd"}),
    ("sandbox", {"n": 10}),
    ("sandbox", {"watermark": "© Easel"}),
    ("sandbox", {"watermark": " "}),
    ("sandbox", {"watermark": "x" * 101}),
    ("sandbox", {"n": 11}),
    ("sandbox", {"n": "1"}),
    ("sandbox", {"prompt": "   "}),
    ("sandbox", {"prompt": "\u200b\ufeff"}),
    ("sandbox", {"prompt": "x" * 4001}),
    ("sandbox", {"promt": "x"}),
    ("sandbox", {"referenceUrls": ["https://a.example/1.png"], "referenceFileIds": ["f"]}),
]


@pytest.mark.parametrize(("name", "fields"), REQUESTS)
def test_the_schema_of_a_model_and_the_api_agree_about_requests(api: Api, name: str, fields: dict[str, Any]) -> None:
    request = {"model": name, "prompt": "a red fox", **fields}
    validator = jsonschema_rs.Draft202012Validator(model(api, name)["inputSchema"])

    assert validator.is_valid(request) == (api.submit(request).status == 202)


def test_an_unknown_model_is_not_found(api: Api) -> None:
    answer = get(api, "/api/v1/models/midjourney")

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


@pytest.mark.requirement("S001-20", "S001-67")
def test_sizes_are_the_general_list_ready_for_a_menu(api: Api) -> None:
    body = get(api, "/api/v1/sizes").json

    assert (body["model"], body["default"]) == ("seedream-v4", "2048x2048")
    assert [entry["size"] for entry in body["sizes"]] == model(api, "seedream-v4")["options"]["size_options"]
    by_size = {entry["size"]: entry for entry in body["sizes"]}
    assert by_size["2048x2048"]["label"] == "Square 1:1, 2048 x 2048"
    assert by_size["1440x2560"] == {
        "size": "1440x2560",
        "width": 1440,
        "height": 2560,
        "aspectRatio": "9:16",
        "label": "Portrait 9:16, 1440 x 2560",
    }
    assert by_size["3024x1296"]["aspectRatio"] == "21:9"


@pytest.mark.requirement("S001-20", "S002-9", "S003-24")
def test_sizes_of_any_model_may_be_asked_for(api: Api) -> None:
    legacy = get(api, "/api/v1/sizes", query="model=sd3-medium").json
    ratios = get(api, "/api/v1/sizes", query="model=nano-banana").json

    assert [entry["size"] for entry in legacy["sizes"]] == ["512x512", "768x768", "1024x1024", "1536x1536"]
    assert (legacy["minSide"], legacy["maxSide"], legacy["default"]) == (512, 1536, "1024x1024")
    assert (ratios["minSide"], ratios["default"]) == (None, None)
    by_ratio = {entry["aspectRatio"]: entry["size"] for entry in ratios["sizes"]}
    assert (by_ratio["1:1"], by_ratio["16:9"]) == ("1024x1024", "1344x768")

    unknown = get(api, "/api/v1/sizes", query="model=midjourney")
    assert (unknown.status, unknown.json["error"]["details"][0]["field"]) == (400, "model")


@pytest.mark.parametrize("path", ["/api/v1/models", "/api/v1/models/sandbox", "/api/v1/sizes"])
def test_the_catalogue_may_be_kept_and_asked_for_by_tag(api: Api, path: str) -> None:
    first = get(api, path)
    again = get(api, path, headers={"If-None-Match": first.header("ETag")})

    assert first.header("Cache-Control") == "public, max-age=300"
    assert (again.status, again.body, again.header("ETag")) == (304, "", first.header("ETag"))
    assert get(api, path, headers={"If-None-Match": '"something else"'}).status == 200


def test_a_model_says_where_it_is(api: Api) -> None:
    assert model(api, "sandbox")["links"]["self"] == f"{BASE_URL}/api/v1/models/sandbox"
