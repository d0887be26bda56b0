"""Whatever a vendor does wrong ends in the status that its class demands, and never in a second paid job."""

from __future__ import annotations

import pytest
from tests.e2e.conftest import Studio

FAULTS = {
    # fault: (status, error code of the image, outcomes of the attempts, jobs at the vendor or None when it has none)
    "rate-limit retry_after=1 times=1": ("COMPLETED", None, ["retryable", "delivered"]),
    "slow seconds=2": ("COMPLETED", None, ["delivered"]),
    "poll-error times=2": ("COMPLETED", None, ["delivered"]),
    "sync-timeout": ("COMPLETED", None, ["delivered"]),
    "server-error": ("FAILED", "provider_outcome_unknown", ["ambiguous"]),
    # The answer is lost, and the callback names the job all the same.
    "drop": ("COMPLETED", None, ["delivered"]),
    "moderation": ("FAILED", "content_policy", ["content"]),
    "failed": ("FAILED", "provider_failed", ["failed"]),
    "garbage": ("FAILED", "provider_failed", ["failed"]),
    "wrong-type": ("FAILED", "provider_failed", ["failed"]),
    "huge": ("FAILED", "provider_failed", ["failed"]),
    "auth": ("FAILED", "provider_not_configured", ["auth"]),
    "balance": ("FAILED", "provider_unavailable", ["quota"]),
    "gone": ("FAILED", "model_unavailable", ["gone"]),
}


@pytest.mark.requirement("S000-77", "S002-57", "S004-28", "S004-61", "X-21")
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_as_its_class_demands(studio: Studio, prompt: str, fault: str) -> None:
    status, code, outcomes = FAULTS[fault]
    text = f"{prompt} [fault:{fault}]"
    generation = studio.generate(prompt=text, model="seedream-v4", within_seconds=90)
    [image] = generation["images"]
    assert generation["status"] == status, generation
    assert [attempt["outcome"] for attempt in image["attempts"]] == outcomes
    assert (image["error"] or {}).get("code") == code
    assert len(studio.jobs(text)) <= 1, "a second job would be a second bill"


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
