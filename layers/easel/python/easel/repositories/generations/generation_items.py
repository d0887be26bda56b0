"""The stored form of a generation and its images, mapped by hand in both directions.

Images are a map keyed by their index, so that one image can change without touching its siblings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.attempt import Attempt
from easel.domain.generation import Generation, UsedTemplate
from easel.domain.image import Adjustment, Failure, Image, ServedBy, Stage, Status, StoredImage
from easel.domain.limits import CODE, MESSAGE, shortened
from easel.domain.price import Price, PriceUnit
from easel.domain.provenance import ContentCredentials, Provenance
from easel.domain.request import Channel, Fallback, ImageParameters, Mode, Routing, Size
from easel.repositories.generations.input_params import input_from, input_values
from easel.repositories.generations.reference_items import reference_from, reference_values

SCHEMA: Final = 1


def generation_values(generation: Generation) -> dict[str, Any]:
    """All attributes but the keys."""
    return {
        "entity": "GENERATION",
        "schema": SCHEMA,
        "id": generation.id,
        "workspaceId": generation.workspace_id,
        "userId": generation.user_id,
        "channel": generation.channel.value,
        "model": generation.model,
        "provider": generation.provider,
        "servedBy": served_by_values(generation.served_by),
        "adjustments": [adjustment_values(adjustment) for adjustment in generation.adjustments],
        "prompt": generation.prompt,
        "mode": generation.mode.value,
        "parameters": _without_none(
            {
                "size": str(generation.parameters.size) if generation.parameters.size else None,
                "aspectRatio": generation.parameters.aspect_ratio,
                "resolution": generation.parameters.resolution,
                "outputFormat": generation.parameters.output_format,
                "quality": generation.parameters.quality,
                "style": generation.parameters.style,
                "background": generation.parameters.background,
                "watermark": generation.parameters.watermark,
                "askedSize": str(generation.parameters.asked_size) if generation.parameters.asked_size else None,
            }
        ),
        **input_values(generation.input_params, generation.prompt, generation.references),
        "references": [reference_values(reference) for reference in generation.references],
        "images": {str(image.index): image_values(image) for image in generation.images},
        "status": generation.status.value,
        "createdAt": to_iso(generation.created_at),
        "deadline": to_iso(generation.deadline),
        "permalinkSecret": generation.permalink_secret,
        "requestId": generation.request_id,
        "startedAt": _iso(generation.started_at),
        "completedAt": _iso(generation.completed_at),
        "failure": failure_values(generation.failure),
        "clientReference": generation.client_reference,
        "price": price_values(generation.price),
        "budgetKeys": list(generation.budget_keys) or None,
        "charged": generation.charged,
        "template": template_values(generation.template),
        "routing": routing_values(generation.routing),
        "workSeconds": generation.work_seconds,
    }


def generation_from(values: Mapping[str, Any]) -> Generation:
    parameters = values["parameters"]
    references = tuple(map(reference_from, values["references"]))
    return Generation(
        id=values["id"],
        workspace_id=values["workspaceId"],
        user_id=values["userId"],
        channel=Channel(values["channel"]),
        model=values["model"],
        provider=values["provider"],
        served_by=served_by_from(values.get("servedBy")),
        adjustments=tuple(Adjustment(**adjustment) for adjustment in values.get("adjustments", ())),
        prompt=values["prompt"],
        mode=Mode(values["mode"]),
        parameters=ImageParameters(
            size=_size(parameters.get("size")),
            aspect_ratio=parameters.get("aspectRatio"),
            resolution=parameters.get("resolution"),
            output_format=parameters.get("outputFormat"),
            quality=parameters.get("quality"),
            style=parameters.get("style"),
            background=parameters.get("background"),
            watermark=parameters.get("watermark"),
            asked_size=_size(parameters.get("askedSize")),
        ),
        input_params=input_from(values, values["prompt"], references),
        references=references,
        images=tuple(image_from(int(index), image) for index, image in sorted(values["images"].items())),
        status=Status(values["status"]),
        created_at=from_iso(values["createdAt"]),
        deadline=from_iso(values["deadline"]),
        permalink_secret=values["permalinkSecret"],
        request_id=values["requestId"],
        started_at=_moment(values.get("startedAt")),
        completed_at=_moment(values.get("completedAt")),
        failure=failure_from(values.get("failure")),
        client_reference=values.get("clientReference"),
        price=price_from(values.get("price")),
        charged=values.get("charged"),
        budget_keys=tuple(values.get("budgetKeys", ())),
        template=template_from(values.get("template")),
        routing=routing_from(values.get("routing", {})),
        work_seconds=values.get("workSeconds"),
    )


def image_values(image: Image) -> dict[str, Any]:
    return _without_none(
        {
            "id": image.id,
            "status": image.status.value,
            "stage": image.stage.value if image.stage else None,
            "prompt": image.prompt,
            "shot": image.shot,
            "references": None if image.references is None else list(image.references),
            "stored": stored_values(image.stored),
            "failure": failure_values(image.failure),
            "servedBy": served_by_values(image.served_by),
            "adjustments": [adjustment_values(adjustment) for adjustment in image.adjustments] or None,
            "attempts": [attempt_values(attempt) for attempt in image.attempts] or None,
            "completedAt": _iso(image.completed_at),
            "late": image.late or None,
            "calledAttempt": image.called_attempt,
        }
    )


def image_from(index: int, values: Mapping[str, Any]) -> Image:
    return Image(
        id=values["id"],
        index=index,
        status=Status(values["status"]),
        stage=Stage(values["stage"]) if "stage" in values else None,
        prompt=values.get("prompt"),
        shot=values.get("shot"),
        references=tuple(values["references"]) if "references" in values else None,
        stored=stored_from(values.get("stored")),
        failure=failure_from(values.get("failure")),
        served_by=served_by_from(values.get("servedBy")),
        adjustments=tuple(Adjustment(**adjustment) for adjustment in values.get("adjustments", ())),
        attempts=tuple(attempt_from(attempt) for attempt in values.get("attempts", ())),
        completed_at=_moment(values.get("completedAt")),
        late=values.get("late", False),
        called_attempt=values.get("calledAttempt"),
    )


def stored_values(stored: StoredImage | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    return _without_none(
        {
            "originalKey": stored.original_key,
            "previewKey": stored.preview_key,
            "thumbnailKey": stored.thumbnail_key,
            "mediaType": stored.media_type,
            "width": stored.width,
            "height": stored.height,
            "byteCount": stored.byte_count,
            "sha256": stored.sha256,
            "blurhash": stored.blurhash,
            "provenance": provenance_values(stored.provenance),
            "unmarkedKey": stored.unmarked_key,
        }
    )


def stored_from(values: Mapping[str, Any] | None) -> StoredImage | None:
    if values is None:
        return None
    return StoredImage(
        original_key=values["originalKey"],
        preview_key=values["previewKey"],
        thumbnail_key=values["thumbnailKey"],
        media_type=values["mediaType"],
        width=values["width"],
        height=values["height"],
        byte_count=values["byteCount"],
        sha256=values["sha256"],
        blurhash=values["blurhash"],
        provenance=provenance_from(values["provenance"]),
        unmarked_key=values.get("unmarkedKey"),
    )


def provenance_values(provenance: Provenance) -> dict[str, Any]:
    return _without_none(
        {
            "digitalSourceType": provenance.digital_source_type,
            "c2pa": provenance.c2pa.value,
            "watermark": provenance.watermark,
        }
    )


def provenance_from(values: Mapping[str, Any]) -> Provenance:
    return Provenance(values["digitalSourceType"], ContentCredentials(values["c2pa"]), values.get("watermark"))


def attempt_values(attempt: Attempt) -> dict[str, Any]:
    return _without_none(
        {
            "id": attempt.id,
            "provider": attempt.provider,
            "model": attempt.model,
            "upstreamModel": attempt.upstream_model,
            "startedAt": to_iso(attempt.started_at),
            "jobId": attempt.job_id,
            "endedAt": _iso(attempt.ended_at),
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
        ended_at=_moment(values.get("endedAt")),
        outcome=values.get("outcome"),
        error_code=values.get("errorCode"),
        cost_micro_usd=values["costMicroUsd"],
        cost_uncertain=values.get("costUncertain", False),
    )


def template_values(template: UsedTemplate | None) -> dict[str, Any] | None:
    if template is None:
        return None
    return {"id": template.id, "version": template.version, "notices": list(template.notices)}


def template_from(values: Mapping[str, Any] | None) -> UsedTemplate | None:
    return UsedTemplate(values["id"], values["version"], tuple(values["notices"])) if values else None


def routing_values(routing: Routing) -> dict[str, Any]:
    return _without_none(
        {
            "provider": routing.provider,
            "fallback": routing.fallback.value if routing.fallback else None,
            "afterRefusal": routing.after_refusal or None,
        }
    )


def routing_from(values: Mapping[str, Any]) -> Routing:
    fallback = values.get("fallback")
    return Routing(
        provider=values.get("provider"),
        fallback=Fallback(fallback) if fallback else None,
        after_refusal=values.get("afterRefusal", False),
    )


def served_by_values(served_by: ServedBy | None) -> dict[str, Any] | None:
    return {"provider": served_by.provider, "model": served_by.model} if served_by else None


def served_by_from(values: Mapping[str, Any] | None) -> ServedBy | None:
    return ServedBy(values["provider"], values["model"]) if values else None


def adjustment_values(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "field": adjustment.field,
        "asked": shortened(adjustment.asked, MESSAGE),
        "made": shortened(adjustment.made, MESSAGE),
        "reason": shortened(adjustment.reason, MESSAGE),
    }


def failure_values(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {"code": failure.code, "message": shortened(failure.message, MESSAGE), "retryable": failure.retryable}


def failure_from(values: Mapping[str, Any] | None) -> Failure | None:
    return Failure(values["code"], values["message"], values["retryable"]) if values else None


def price_values(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {
        "version": price.version,
        "plan": price.plan,
        "unit": price.unit.value,
        "total": price.total,
        "images": price.images,
    }


def price_from(values: Mapping[str, Any] | None) -> Price | None:
    if values is None:
        return None
    return Price(values["version"], values["plan"], PriceUnit(values["unit"]), values["total"], values["images"])


def _size(text: str | None) -> Size | None:
    if text is None:
        return None
    width, height = text.split("x")
    return Size(int(width), int(height))


def _iso(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
