"""What a vendor may bill is booked: by its own word where it has one, never below our price table where it has none."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.providers.adapters import ADAPTERS
from tests.unit.providers.vendor import JPEG, PNG, Vendor, a_task, encoded, fetch_failure, submit_failure

from easel.domain.catalogue import Candidate, Cost, load_catalogue
from easel.domain.provider import BilledFailure, Finished, InlinePicture, RemotePicture, UpstreamParameters
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.base import ProviderAdapter


def offer(model: str, provider: str) -> Candidate:
    catalogue = load_catalogue()
    found = catalogue.candidate(catalogue.find(model), provider, model)
    assert found is not None
    return found


GOOGLE, OPENAI = offer("nano-banana-pro", "google"), offer("gpt-image-2", "openai")
TABLE = GOOGLE.table_cost()


def adapter(name: str) -> Any:
    make, _ = ADAPTERS[name]

    def with_vendor(vendor: Vendor) -> ProviderAdapter:
        return make(vendor)

    return with_vendor


def ok(body: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(body).encode())


def google_answer(usage: Any, *parts: Any, **candidate: Any) -> httpx.Response:
    return ok({"candidates": [{"content": {"parts": list(parts)}} | candidate], "usageMetadata": usage})


PICTURE = {"inlineData": {"data": encoded(PNG)}}
FULL = {"promptTokenCount": 9, "candidatesTokenCount": 1120, "totalTokenCount": 1129}
METERED = Cost(9 * 2 + 1120 * 120)


def google_cost(usage: Any) -> Cost:
    make, task = ADAPTERS["google"]
    state = make(Vendor(google_answer(usage, PICTURE))).submit(task).state
    assert isinstance(state, Finished)
    return GOOGLE.cost_of(state)


@pytest.mark.parametrize(
    "usage",
    [
        FULL,
        FULL | {"candidatesTokenCount": "1120"},
        FULL | {"candidatesTokenCount": 1120.0, "promptTokenCount": "9"},
        FULL | {"candidatesTokensDetails": [{"modality": "image", "tokenCount": "1120"}]},
        FULL | {"thoughtsTokenCount": None, "toolUsePromptTokenCount": 0},
        {"prompt_token_count": 9, "candidates_token_count": 1120},
    ],
    ids=str,
)
def test_a_metering_that_can_be_read_is_the_vendors_own_word(usage: Any) -> None:
    assert google_cost(usage) == METERED


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "free",
        {"promptTokenCount": 9},
        FULL | {"candidatesTokenCount": None},
        FULL | {"candidatesTokenCount": 0},
        FULL | {"candidatesTokenCount": -1120},
        FULL | {"candidatesTokenCount": 1120.5},
        FULL | {"candidatesTokenCount": "many"},
        FULL | {"candidatesTokenCount": "1120.5"},
        FULL | {"candidatesTokenCount": True},
        FULL | {"candidatesTokenCount": 1e400},
        FULL | {"candidatesTokenCount": [1120]},
        FULL | {"candidatesTokenCount": {"value": 1120}},
        FULL | {"candidatesTokenCount": 10**12},
        FULL | {"promptTokenCount": None, "candidatesTokenCount": 3},
        FULL | {"promptTokenCount": "garbage", "candidatesTokenCount": 3},
        FULL | {"promptTokenCount": -1, "candidatesTokenCount": 3},
        FULL | {"thoughtsTokenCount": "some", "candidatesTokenCount": 3},
        FULL | {"totalTokenCount": 5000, "candidatesTokenCount": 3},
        FULL | {"candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 1120}]},
        FULL | {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 0}]},
        FULL | {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": -5}]},
        FULL | {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": "x"}]},
        FULL | {"candidatesTokensDetails": [None]},
    ],
    ids=str,
)
def test_a_metering_with_a_hole_is_none_and_the_table_is_an_estimate(usage: Any) -> None:
    cost = google_cost(usage)
    assert cost.micro_usd >= TABLE
    assert cost.uncertain


_COUNTS = st.none() | st.integers(-5, 3000) | st.floats() | st.text(max_size=4) | st.integers(0, 3000).map(str)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"), _COUNTS
        ),
    )
)
def test_no_metering_is_booked_below_the_table_unless_every_count_of_it_can_be_read(usage: dict[str, Any]) -> None:
    cost = google_cost(usage)
    assert cost.uncertain or all(
        isinstance(usage.get(name), int | float | str) for name in ("promptTokenCount", "candidatesTokenCount")
    )
    assert not cost.uncertain or cost.micro_usd >= TABLE


# --- answers without a usable picture ---------------------------------------------------------------------------------

GARBAGE = encoded(b"no picture")
WORDS = {"text": "I cannot draw that, sorry."}

BILLED: list[tuple[str, httpx.Response, Class]] = [
    ("google", google_answer({}, WORDS), Class.CONTENT),
    ("google", google_answer({}, {"inlineData": {"data": GARBAGE}}), Class.FAILED),
    ("google", google_answer({}, {"inlineData": {"data": "no base64!"}}), Class.FAILED),
    ("google", google_answer({}, PICTURE, finishReason="IMAGE_SAFETY"), Class.CONTENT),
    ("google", google_answer({}, finishReason="MAX_TOKENS"), Class.FAILED),
    ("google", google_answer({}, finishReason="LANGUAGE"), Class.CALLER),
    ("google", ok({"candidates": [], "usageMetadata": {}}), Class.FAILED),
    ("google", ok({"promptFeedback": {"blockReason": "SAFETY"}}), Class.CONTENT),
    ("imagen", ok({"predictions": [{"raiFilteredReason": "no"}]}), Class.CONTENT),
    ("imagen", ok({"predictions": [{"bytesBase64Encoded": GARBAGE}]}), Class.FAILED),
    ("openai", ok({"data": []}), Class.FAILED),
    ("openai", ok({"data": [{"b64_json": GARBAGE}]}), Class.FAILED),
    ("openai", ok({"data": [{"b64_json": 7}]}), Class.FAILED),
    ("openai", ok({"data": [{"b64_json": WORDS["text"]}]}), Class.CONTENT),
    ("openai", ok({"created": 1}), Class.FAILED),
    ("wavespeed", ok({"data": {"id": "j", "status": "completed", "outputs": []}}), Class.FAILED),
    ("wavespeed", ok({"data": {"id": "j", "status": "completed", "outputs": [7]}}), Class.FAILED),
    ("wavespeed", ok({"data": {"id": "j", "status": "completed", "outputs": [GARBAGE]}}), Class.FAILED),
    (
        "wavespeed",
        ok({"data": {"id": "j", "status": "completed", "outputs": ["https://c/1"], "has_nsfw_contents": [True]}}),
        Class.CONTENT,
    ),
    ("nanobanana-seed", ok({"taskId": "t", "status": "COMPLETED", "images": []}), Class.FAILED),
    ("nanobanana-seed", ok({"taskId": "t", "status": "COMPLETED", "images": {"a": 1}}), Class.FAILED),
    ("nanobanana-seed", ok({"taskId": "t", "status": "COMPLETED", "images": [GARBAGE]}), Class.FAILED),
]


@pytest.mark.parametrize(("name", "reply", "expected"), BILLED)
def test_what_a_vendor_bills_without_a_picture_of_use_is_booked(
    name: str, reply: httpx.Response, expected: Class
) -> None:
    error = submit_failure(adapter(name), ADAPTERS[name][1], reply)
    assert error.error_class is expected
    assert isinstance(error, BilledFailure)
    assert GOOGLE.cost_of_failure(error.charge) == Cost(TABLE, uncertain=True)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("nanobanana", ok({"code": 200, "data": {"taskId": "j", "successFlag": 1, "response": {}}})),
        ("nanobanana", ok({"code": 404, "msg": "no such task"})),
        ("wavespeed", httpx.Response(404, json={"code": 404})),
        ("wavespeed", ok({"data": {"id": "j", "status": "deleted"}})),
        ("nanobanana-seed", httpx.Response(404, json={})),
    ],
)
def test_a_job_that_was_done_or_cannot_be_found_may_be_billed(name: str, reply: httpx.Response) -> None:
    assert isinstance(fetch_failure(adapter(name), reply), BilledFailure)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("google", httpx.Response(400, json={"error": {"status": "INVALID_ARGUMENT", "message": "no"}})),
        ("google", httpx.Response(503, json={"error": {"status": "UNAVAILABLE", "message": "no"}})),
        ("openai", httpx.Response(400, json={"error": {"code": "moderation_blocked"}})),
        ("openai", httpx.Response(429, json={"error": {"code": "rate_limit_exceeded"}})),
        ("openai", ok({"error": {"code": "moderation_blocked"}})),
        ("wavespeed", ok({"data": {"id": "j", "status": "failed", "code": 1200}})),
        ("wavespeed", ok({"data": {"id": "j", "status": "failed", "error": "it did not work"}})),
        ("nanobanana", ok({"code": 402, "msg": "Insufficient credits"})),
        ("nanobanana-seed", ok({"taskId": "t", "status": "FAILED"})),
    ],
)
def test_what_a_vendor_refuses_or_fails_to_make_costs_nothing(name: str, reply: httpx.Response) -> None:
    assert not isinstance(submit_failure(adapter(name), ADAPTERS[name][1], reply), BilledFailure)


def test_words_instead_of_a_picture_cost_what_the_vendor_metered() -> None:
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 20, "thoughtsTokenCount": 100}
    usage["candidatesTokensDetails"] = [{"modality": "TEXT", "tokenCount": 20}]  # type: ignore[assignment]  # as JSON is
    error = submit_failure(adapter("google"), ADAPTERS["google"][1], google_answer(usage, WORDS))
    assert isinstance(error, BilledFailure)
    assert GOOGLE.cost_of_failure(error.charge) == Cost(9 * 2 + 120 * 12)

    metered = {"input_tokens": 20, "output_tokens": 200}
    reply = ok({"data": [{"b64_json": GARBAGE}], "usage": metered})
    error = submit_failure(adapter("openai"), a_task("gpt-image-2"), reply)
    assert isinstance(error, BilledFailure)
    assert OPENAI.cost_of_failure(error.charge, UpstreamParameters()) == Cost(20 * 5 + 200 * 30)


def test_a_failed_task_that_names_its_price_costs_it() -> None:
    reply = ok({"taskId": "t", "status": "FAILED", "cost": 0.0125})
    error = fetch_failure(adapter("nanobanana-seed"), reply)
    assert isinstance(error, BilledFailure)
    assert GOOGLE.cost_of_failure(error.charge) == Cost(12_500)


# --- a picture that was paid for is used whenever it is one -----------------------------------------------------------


def at_job(name: str, reply: httpx.Response) -> Any:
    return ADAPTERS[name][0](Vendor(reply)).fetch("job-1")


def at_once(name: str, reply: httpx.Response) -> Any:
    return ADAPTERS[name][0](Vendor(reply)).submit(ADAPTERS[name][1]).state


def wavespeed_job(**fields: Any) -> Any:
    return at_job("wavespeed", ok({"data": {"id": "j", "status": "completed"} | fields}))


ADDRESS = "https://cdn.test/1.png"


@pytest.mark.parametrize(
    "state",
    [
        lambda: wavespeed_job(outputs=[None, ADDRESS]),
        lambda: wavespeed_job(outputs=ADDRESS),
        lambda: wavespeed_job(outputs=[{"url": ADDRESS}]),
        lambda: wavespeed_job(outputs=["https://bad", ADDRESS][1:], has_nsfw_contents=[False]),
        lambda: wavespeed_job(outputs=["https://flagged.test/1.png", ADDRESS], has_nsfw_contents=[True, False]),
        lambda: wavespeed_job(outputs=[ADDRESS], status="succeeded"),
        lambda: wavespeed_job(outputs=[ADDRESS], status=None),
        lambda: at_job("nanobanana", ok({"code": 200, "data": {"successFlag": 1, "response": ADDRESS}})),
        lambda: at_job("nanobanana", ok({"code": 200, "data": {"successFlag": 1.0, "response": {"url": ADDRESS}}})),
        lambda: at_job("nanobanana", ok({"code": "200", "data": {"response": {"resultImageUrl": [None, ADDRESS]}}})),
        lambda: at_job("nanobanana-seed", ok({"status": "COMPLETED", "images": {"url": ADDRESS}})),
        lambda: at_once("openai", ok({"data": [None, {"b64_json": "broken"}, {"url": ADDRESS}]})),
        lambda: at_once("openai", ok({"data": {"url": ADDRESS}})),
        lambda: at_once("openai", ok({"data": [{"b64_json": GARBAGE, "url": ADDRESS}]})),
    ],
)
def test_an_address_of_a_picture_is_found_wherever_a_vendor_puts_it(state: Any) -> None:
    assert state().picture == RemotePicture(ADDRESS)


@pytest.mark.parametrize(
    "state",
    [
        lambda: at_once("google", google_answer(FULL, {"inlineData": {"data": encoded(JPEG)}}, PICTURE)),
        lambda: at_once("google", google_answer(FULL, PICTURE, {"inlineData": {"data": GARBAGE}})),
        lambda: at_once("google", google_answer(FULL, PICTURE, finishReason="LANGUAGE")),
        lambda: at_once("google", google_answer(FULL, PICTURE, finishReason="PUP_LIMITED_DISABLED")),
        lambda: at_once("google", ok({"candidates": [None, {"content": {"parts": [PICTURE]}}], "usageMetadata": FULL})),
        lambda: at_once(
            "google",
            ok({"candidates": [{"finishReason": "SAFETY"}, {"content": {"parts": [PICTURE]}}], "usageMetadata": FULL}),
        ),
        lambda: at_once("openai", ok({"data": [{"b64_json": encoded(PNG)[:8] + "\n" + encoded(PNG)[8:].rstrip("=")}]})),
        lambda: at_once(
            "imagen", ok({"predictions": [{"bytesBase64Encoded": GARBAGE}, {"bytesBase64Encoded": encoded(PNG)}]})
        ),
        lambda: at_job("nanobanana-seed", ok({"images": [encoded(PNG)]})),
        lambda: wavespeed_job(outputs=["data:image/png;base64," + encoded(PNG)]),
    ],
)
def test_a_picture_in_an_answer_is_found_wherever_a_vendor_puts_it(state: Any) -> None:
    assert state().picture == InlinePicture(PNG)


def test_a_picture_that_the_vendor_flags_is_not_used() -> None:
    error: ProviderError = fetch_failure(
        adapter("wavespeed"),
        ok({"data": {"id": "j", "status": "completed", "outputs": [ADDRESS], "has_nsfw_contents": ["true"]}}),
    )
    assert error.error_class is Class.CONTENT
