"""Attempts, as an image's record lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easel.clock import from_iso, to_iso
from easel.domain.attempt import Attempt
from easel.domain.limits import CODE, shortened
from easel.repositories.generations.values import iso, moment_from, without_none


def attempt_values(attempt: Attempt) -> dict[str, Any]:
    return without_none(
        {
            "id": attempt.id,
            "provider": attempt.provider,
            "model": attempt.model,
            "upstreamModel": attempt.upstream_model,
            "startedAt": to_iso(attempt.started_at),
            "jobId": attempt.job_id,
            "endedAt": iso(attempt.ended_at),
            "outcome": attempt.outcome,
            "errorCode": shortened(attempt.error_code, CODE) if attempt.error_code else None,
            "costMicroUsd": attempt.cost_micro_usd,
            "costUncertain": attempt.cost_uncertain or None,
        }
    )


def attempt_from(values: Mapping[str, Any]) -> Attempt:
    return Attempt(
        id=values["id"],
        provider=values["provider"],
        model=values["model"],
        upstream_model=values["upstreamModel"],
        started_at=from_iso(values["startedAt"]),
        job_id=values.get("jobId"),
        ended_at=moment_from(values.get("endedAt")),
        outcome=values.get("outcome"),
        error_code=values.get("errorCode"),
        cost_micro_usd=values["costMicroUsd"],
        cost_uncertain=values.get("costUncertain", False),
    )
