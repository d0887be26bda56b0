"""Whatever a vendor does wrong ends in the status that its class demands, and never in a second paid job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import pytest
from tests.e2e.conftest import CREDITS, Studio
from tests.support.cloud import wait_for

pytestmark = pytest.mark.long

MODELS: Final = {"wavespeed": "seedream-v4", "openai": "gpt-image-2", "google": "gemini-3.1-flash-lite-image"}
"""A model of each vendor that no other vendor serves: what happens to it happens there."""

_AT_ONCE: Final = 8


@dataclass(frozen=True)
class End:
    """What becomes of an image. `jobs` is how many pictures the vendor made, delivered or not."""

    code: str | None
    outcomes: tuple[str, ...]
    jobs: int


DELIVERED: Final = End(None, ("delivered",), 1)
SECOND_TRY: Final = End(None, ("retryable", "delivered"), 1)
UNKNOWN: Final = End("provider_outcome_unknown", ("ambiguous",), 1)
SPOILT: Final = End("provider_failed", ("failed",), 1)
NOTHING: Final = End("provider_failed", ("failed",), 0)
REFUSED: Final = End("content_policy", ("content",), 0)

EVERYWHERE: Final[Mapping[str, End]] = {
    "rate-limit retry_after=1 times=1": SECOND_TRY,
    "slow seconds=2": DELIVERED,
    "garbage": SPOILT,
    "wrong-type": SPOILT,
    "auth": End("provider_not_configured", ("auth",), 0),
    "balance": End("provider_unavailable", ("quota",), 0),
    "gone": End("model_unavailable", ("gone",), 0),
}
IN_LINE: Final[Mapping[str, End]] = {
    # The vendor answers with the picture: there is no job to ask for, and nobody calls back.
    "unavailable times=1": SECOND_TRY,
    "drop": UNKNOWN,
    "gateway-timeout": UNKNOWN,
    "huge": UNKNOWN,
    "moderation": REFUSED,
    "empty": NOTHING,
}
FAULTS: Final[Mapping[str, Mapping[str, End]]] = {
    "wavespeed": {
        "poll-error times=2": DELIVERED,
        "sync-timeout": DELIVERED,
        "download-error": DELIVERED,
        "server-error": End("provider_outcome_unknown", ("ambiguous",), 0),
        # The answer is lost, and the callback names the job all the same.
        "drop": DELIVERED,
        "gateway-timeout": DELIVERED,
        "moderation": End("content_policy", ("content",), 1),
        "nsfw": End("content_policy", ("content",), 1),
        "failed": SPOILT,
        "huge": SPOILT,
    },
    "openai": {**IN_LINE, "slow-down times=1": SECOND_TRY},
    "google": {
        **IN_LINE,
        "quota": End("provider_unavailable", ("quota",), 0),
        "image-safety": REFUSED,
        "no-image": REFUSED,
        "no-image reason=MAX_TOKENS": NOTHING,
    },
}
REFUNDED: Final = {("wavespeed", "failed"), ("wavespeed", "moderation")}
"""Jobs that were begun and cost nothing: their vendor gives the money back."""
CASES: Final = [(vendor, fault) for vendor in FAULTS for fault in (*EVERYWHERE, *FAULTS[vendor])]


@dataclass(frozen=True)
class Ended:
    """A request whose generation has come to an end."""

    prompt: str
    generation: dict[str, Any]


@pytest.fixture(scope="module")
def ended(own_studio: Studio) -> Iterator[dict[tuple[str, str], Future[Ended]]]:
    """All cases, some at a time, so that their waits pass together and a slow machine is not flooded."""

    def run(case: tuple[str, str]) -> Ended:
        vendor, fault = case
        prompt = f"a red fox in {own_studio.workspace.id} [fault:{fault}]"
        return Ended(prompt, own_studio.generate(within_seconds=180, prompt=prompt, model=MODELS[vendor]))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield {case: pool.submit(run, case) for case in CASES}


@pytest.mark.requirement("S000-37", "S000-77", "S002-57", "S004-28", "S004-48", "S004-61", "X-21")
@pytest.mark.parametrize(("vendor", "fault"), CASES)
def test_every_fault_ends_as_its_class_demands(
    own_studio: Studio, ended: dict[tuple[str, str], Future[Ended]], vendor: str, fault: str
) -> None:
    case, end = ended[vendor, fault].result(), {**EVERYWHERE, **FAULTS[vendor]}[fault]
    generation = case.generation
    [image] = generation["images"]
    assert generation["status"] == ("FAILED" if end.code else "COMPLETED"), generation
    assert (image["error"] or {}).get("code") == end.code
    assert tuple(attempt["outcome"] for attempt in image["attempts"]) == end.outcomes
    assert {attempt["provider"] for attempt in image["attempts"]} == {vendor}
    for attempt in image["attempts"]:
        cost, is_uncertain = attempt["costMicroUsd"], attempt["costUncertain"]
        made_in_vain = attempt["outcome"] in {"failed", "content"} and end.jobs and (vendor, fault) not in REFUNDED
        assert cost > 0 or not (is_uncertain or made_in_vain or attempt["outcome"] in {"ambiguous", "delivered"})
        assert is_uncertain or attempt["outcome"] != "ambiguous"
        assert (cost, is_uncertain) == (0, False) or attempt["outcome"] not in {"retryable", "auth", "quota", "gone"}
    assert generation["chargedMilliCredits"] == (0 if end.code else generation["price"]["milliCredits"])
    jobs = [job for job in own_studio.jobs(case.prompt) if job["vendor"] == vendor]
    assert len(jobs) == end.jobs, "a second job would be a second bill"


@pytest.mark.requirement("S000-37", "S002-57")
def test_the_wallet_has_paid_for_what_was_delivered_and_for_nothing_else(
    own_studio: Studio, ended: dict[tuple[str, str], Future[Ended]]
) -> None:
    generations = [case.result().generation for case in ended.values()]
    delivered = sum(one["price"]["milliCredits"] for one in generations if one["status"] == "COMPLETED")
    assert delivered

    def settled() -> bool:
        wallet = own_studio.api.get("/api/v1/wallet").json()
        amounts = {name: wallet[name]["milliCredits"] for name in ("available", "held", "spent")}
        return amounts == {"available": CREDITS * 1000 - delivered, "held": 0, "spent": delivered}

    wait_for(settled, within_seconds=10, what="nothing is held any more")


@pytest.mark.requirement("S004-32", "X-19")
@pytest.mark.parametrize("fault", ["hang", "slow seconds=600"])
def test_a_vendor_that_does_not_answer_ends_at_the_callers_deadline(studio: Studio, prompt: str, fault: str) -> None:
    generation = studio.generate(
        prompt=f"{prompt} [fault:{fault}]",
        model="seedream-v4",
        headers={"Cancel-After": "8"},
        within_seconds=120,
    )
    assert generation["status"] == "FAILED", generation
    assert generation["error"]["code"] in {"timeout", "provider_outcome_unknown"}


@pytest.mark.requirement("S002-32")
def test_a_vendor_that_stays_busy_is_given_up_in_time(studio: Studio, prompt: str) -> None:
    text = f"{prompt} [fault:rate-limit retry_after=1]"
    generation = studio.generate(prompt=text, model="seedream-v4", within_seconds=120)
    assert generation["status"] == "FAILED"
    assert generation["error"]["code"] == "provider_unavailable"
    assert studio.jobs(text) == []
