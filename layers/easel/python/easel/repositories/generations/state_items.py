"""STATE: where a generation stands. Small, because it is written most often, and a write is billed by the whole item.

n, status, startedAt, completedAt, failure, charged
ended          images that the end of the generation ended: they had run out of time, or it was cancelled
counted        what each image had cost when the generation ended, as the usage sums have it
openShard, attentionAt     while it is open: the index `open_generations_by_attention`
statusKey, summary         once it has ended: the index `generations_by_status`, and what the gallery searches in it
deletedAt                  it was deleted: readers take it for absent
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from easel.clock import to_iso
from easel.domain.gallery import Summary
from easel.domain.generation import START_GRACE, Counted, Generation, Outcome
from easel.domain.image import Image, Status
from easel.repositories.generations import keys
from easel.repositories.generations.values import (
    failure_from,
    failure_values,
    iso,
    moment_from,
    without_empty,
    without_none,
)

_SCHEMA: Final = 1


def state_item(generation: Generation) -> dict[str, Any]:
    """The record with its key."""
    return {
        **keys.generation_state(generation.workspace_id, generation.id),
        "entity": "STATE",
        "schema": _SCHEMA,
        "n": len(generation.images),
        "status": generation.status.value,
        **_index_values(generation),
        **without_empty(
            {
                "startedAt": iso(generation.started_at),
                "completedAt": iso(generation.completed_at),
                "failure": failure_values(generation.failure),
                "charged": generation.charged,
                "counted": [_counted_values(counted) for counted in generation.counted],
            }
        ),
    }


def closing_values(generation: Generation, ended: Generation, outcome: Outcome) -> dict[str, Any]:
    """The attributes that the end of a generation sets."""
    return without_empty(
        {
            "status": outcome.status.value,
            "statusKey": keys.status_key(generation.workspace_id, outcome.status.value),
            "completedAt": iso(ended.completed_at),
            "summary": Summary.of(ended).encode(),
            "failure": failure_values(outcome.failure),
            "charged": ended.charged,
            "ended": _ended_values(generation, outcome),
            "counted": [_counted_values(counted) for counted in ended.counted],
        }
    )


def state_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Generation` that the record holds."""
    return {
        "status": Status(values["status"]),
        "started_at": moment_from(values.get("startedAt")),
        "completed_at": moment_from(values.get("completedAt")),
        "failure": failure_from(values.get("failure")),
        "charged": values.get("charged"),
        "counted": tuple(Counted(*counted) for counted in values.get("counted", ())),
    }


def as_ended(image: Image, values: Mapping[str, Any]) -> Image:
    """An image as the end of its generation left it. A picture that it has all the same came late."""
    found = values.get("ended", {}).get(str(image.index))
    if found is None:
        return image
    uncalled = found.get("uncalled", False)
    return replace(
        image,
        status=Status(found["status"]),
        stage=None,
        failure=failure_from(found.get("failure")),
        late=image.stored is not None or image.trashed is not None,
        attempts=tuple(one.free() if uncalled and one.is_open else one for one in image.attempts),
    )


def _index_values(generation: Generation) -> dict[str, Any]:
    if generation.status.is_final:
        return {
            "statusKey": keys.status_key(generation.workspace_id, generation.status.value),
            "summary": Summary.of(generation).encode(),
        }
    return {
        "openShard": keys.open_shard(generation.id),
        "attentionAt": to_iso(generation.created_at + START_GRACE),
    }


def _ended_values(generation: Generation, outcome: Outcome) -> dict[str, Any]:
    pairs = zip(generation.images, outcome.images, strict=True)
    return {
        str(after.index): without_none(
            {
                "status": after.status.value,
                "failure": failure_values(after.failure),
                "uncalled": _is_uncalled(after) or None,
            }
        )
        for before, after in pairs
        if after.status is not before.status
    }


def _is_uncalled(image: Image) -> bool:
    """Whether its open attempt was never sent to a provider, and so costs nothing."""
    return any(attempt.is_open and not attempt.cost_micro_usd for attempt in image.attempts)


def _counted_values(counted: Counted) -> list[Any]:
    return [counted.cost_micro_usd, counted.uncertain_micro_usd, *([True] if counted.late else [])]
