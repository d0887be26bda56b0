"""IMAGE#<index>: one image with the work on it, from its first attempt on. An image without this record is unclaimed.

    version, leaseUntil, polls, attempts      the work: `ports.image_tasks`
    stage                                     while it is open
    status, failure, completedAt              its end; absent while it is open
    stored, servedBy, adjustments             the picture
    lateCounted                               a late picture is in the usage sums
    deletedAt                                 the picture was deleted; `stored` still says where it was
    trashedAt, trashEndsAt                    the picture is in the trash until then

A picture may come after the end of its image or generation: then `stored` is there, and the status says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from easel.domain.image import Image, ServedBy, Stage, Status, StoredImage, Trashed
from easel.domain.provenance import TRAINED_ALGORITHMIC_MEDIA, ContentCredentials, Provenance
from easel.repositories.generations import keys
from easel.repositories.generations.attempt_items import attempt_from, attempt_values
from easel.repositories.generations.values import (
    adjustment_from,
    adjustment_values,
    failure_from,
    failure_values,
    iso,
    moment_from,
    without_empty,
    without_none,
)

_SCHEMA: Final = 1
_USUAL_SOURCE: Final = TRAINED_ALGORITHMIC_MEDIA


def image_item(workspace_id: str, generation_id: str, image: Image) -> dict[str, Any]:
    """The whole record of a claimed image, with its key."""
    return {
        **keys.generation_image(workspace_id, generation_id, image.index),
        **image_labels(),
        **without_empty({"attempts": [attempt_values(attempt) for attempt in image.attempts]}),
        **without_none({"stage": image.stage.value if image.stage else None}),
        **end_values(workspace_id, generation_id, image),
    }


def image_labels() -> dict[str, Any]:
    """What every image's record is labelled with."""
    return {"entity": "IMAGE", "schema": _SCHEMA}


def end_values(workspace_id: str, generation_id: str, image: Image) -> dict[str, Any]:
    """The attributes of an image's end, its picture included."""
    last = image.attempts[-1] if image.attempts else None
    made_by = image.served_by
    is_of_last = last is not None and made_by == ServedBy(last.provider, last.model)
    return without_empty(
        {
            "status": image.status.value if image.status.is_final else None,
            "failure": failure_values(image.failure),
            "completedAt": iso(image.completed_at),
            "stored": _stored_values(image.stored, _names(workspace_id, generation_id, image.id)),
            # Mostly that of the last attempt, which need not be repeated.
            "servedBy": {"provider": made_by.provider, "model": made_by.model} if made_by and not is_of_last else None,
            "adjustments": [adjustment_values(adjustment) for adjustment in image.adjustments],
        }
    )


def image_from(planned: Image, workspace_id: str, generation_id: str, values: Mapping[str, Any] | None) -> Image:
    """An image as planned by the request, with its record; None where no worker has claimed it."""
    if values is None:
        return planned
    status = Status(values["status"]) if "status" in values else Status.PROCESSING
    attempts = tuple(map(attempt_from, values.get("attempts", ())))
    stored = _stored_from(values.get("stored"), _names(workspace_id, generation_id, planned.id))
    deleted_at = moment_from(values.get("deletedAt"))
    trashed = None if deleted_at else _trashed_from(values, stored)
    return replace(
        planned,
        status=status,
        stage=None if status.is_final else Stage(values.get("stage", Stage.SUBMITTED)),
        stored=None if deleted_at or trashed else stored,
        failure=failure_from(values.get("failure")),
        served_by=_served_by_from(values, attempts[-1:] if stored else ()),
        adjustments=tuple(map(adjustment_from, values.get("adjustments", ()))),
        attempts=attempts,
        completed_at=moment_from(values.get("completedAt")),
        late=stored is not None and status is not Status.COMPLETED,
        deleted_at=deleted_at,
        trashed=trashed,
    )


def _trashed_from(values: Mapping[str, Any], stored: StoredImage | None) -> Trashed | None:
    at, ends_at = moment_from(values.get("trashedAt")), moment_from(values.get("trashEndsAt"))
    return Trashed(stored, at, ends_at) if stored and at and ends_at else None


def _served_by_from(values: Mapping[str, Any], last: tuple[Any, ...]) -> ServedBy | None:
    named = values.get("servedBy")
    if named:
        return ServedBy(named["provider"], named["model"])
    return ServedBy(last[0].provider, last[0].model) if last else None


# --- the picture ------------------------------------------------------------------------------------------------------


def _names(workspace_id: str, generation_id: str, image_id: str) -> Mapping[str, str]:
    """Ids that object keys repeat, and what stands for them here. Object keys are ours and have no braces."""
    return {"{i}": image_id, "{g}": generation_id, "{w}": workspace_id}


def _short(key: str | None, names: Mapping[str, str]) -> str | None:
    for sign, name in names.items():
        key = key.replace(name, sign) if key else None
    return key


def _long(key: str, names: Mapping[str, str]) -> str:
    for sign, name in names.items():
        key = key.replace(sign, name)
    return key


def _stored_values(stored: StoredImage | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    if stored is None:
        return None
    provenance = stored.provenance
    return without_none(
        {
            "original": _short(stored.original_key, names),
            "preview": _short(stored.preview_key, names),
            "thumbnail": _short(stored.thumbnail_key, names),
            "unmarked": _short(stored.unmarked_key, names),
            "mediaType": stored.media_type,
            "width": stored.width,
            "height": stored.height,
            "byteCount": stored.byte_count,
            "sha256": stored.sha256,
            "crc32": stored.crc32,
            "blurhash": stored.blurhash,
            "sourceType": None if provenance.digital_source_type == _USUAL_SOURCE else provenance.digital_source_type,
            "c2pa": provenance.c2pa.value,
            "watermark": provenance.watermark,
        }
    )


def _stored_from(values: Mapping[str, Any] | None, names: Mapping[str, str]) -> StoredImage | None:
    if values is None:
        return None
    return StoredImage(
        original_key=_long(values["original"], names),
        preview_key=_long(values["preview"], names),
        thumbnail_key=_long(values["thumbnail"], names),
        media_type=values["mediaType"],
        width=values["width"],
        height=values["height"],
        byte_count=values["byteCount"],
        sha256=values["sha256"],
        blurhash=values["blurhash"],
        provenance=Provenance(
            values.get("sourceType", _USUAL_SOURCE), ContentCredentials(values["c2pa"]), values.get("watermark")
        ),
        unmarked_key=_long(values["unmarked"], names) if "unmarked" in values else None,
        crc32=values.get("crc32"),
    )
