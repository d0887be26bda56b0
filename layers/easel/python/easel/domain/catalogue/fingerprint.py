"""Whether two requests under one `Idempotency-Key` ask for the same: their meaning is compared, not their spelling."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from easel.domain.catalogue.parameters import read_parameters
from easel.domain.deadlines import time_allowed
from easel.domain.reference import Reference
from easel.domain.request import AskedParameters, ImageParameters, ImageRequest, Origin, Routing
from easel.domain.template_use import TemplateUse

if TYPE_CHECKING:
    from easel.domain.catalogue.model import Model


def request_fingerprint(model: Model, request: ImageRequest) -> str:
    """Equal for requests with the same meaning for `model`.

    A missing value, `null` and the default are equal, and so are the spellings of a size, a quality or a model's name.
    With a template, `n` is not part of it: the generation has as many images as the template has shots, or is refused.

    Raises:
        InvalidRequest: a parameter that the model does not take.
    """
    facts = {
        "model": model.id,
        "prompt": request.prompt,
        "n": request.count if request.template is None and request.count != 1 else None,
        **_parameters(model, request),
        "references": [_reference(reference) for reference in request.references] or None,
        "clientReference": request.client_reference,
        "cancelAfter": _cancel_after(model, request),
        "quoteId": request.quote_id,
        "routing": _routing(request.routing) or None,
        "template": _template(request.template) if request.template else None,
        "origin": _origin(request.origin) or None,
    }
    text = json.dumps(_without_none(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _parameters(model: Model, request: ImageRequest) -> dict[str, Any]:
    """The parameters as the model reads them, without those that are as if nothing had been written.

    A template may suggest a ratio where the caller names no measures, so with a template written defaults count.
    """
    asked = read_parameters(model, request.asked)
    default = ImageParameters() if request.template else read_parameters(model, AskedParameters())
    measures = asked.measures if request.template is None or request.asked.names_measures else None
    return {
        "measures": [_text(value) for value in measures] if measures and measures != default.measures else None,
        "askedSize": _text(asked.asked_size),
        "outputFormat": asked.output_format,
        "quality": None if asked.quality == model.default_quality else asked.quality,
        "style": asked.style,
        "background": None if asked.background == "auto" else asked.background,
        "watermark": asked.watermark,
        "negativePrompt": asked.negative_prompt,
        "guidance": asked.guidance,
        "steps": asked.steps,
        "seed": asked.seed,
    }


def _cancel_after(model: Model, request: ImageRequest) -> float | None:
    allowed = time_allowed(model.deadline_seconds, request.cancel_after)
    return None if allowed == time_allowed(model.deadline_seconds) else allowed.total_seconds()


def _reference(reference: Reference) -> dict[str, Any]:
    named = {reference.field: reference.name}
    return _without_none(named | {"role": reference.role, "fileId": reference.telegram_file_id})


def _routing(routing: Routing) -> dict[str, Any]:
    return _without_none(
        {
            "provider": routing.provider,
            "fallback": routing.fallback.value if routing.fallback else None,
            "afterRefusal": routing.after_refusal or None,
        }
    )


def _origin(origin: Origin) -> dict[str, Any]:
    return _without_none({"product": origin.product_id, "parent": origin.parent_image, "note": origin.note})


def _template(use: TemplateUse) -> dict[str, Any]:
    return _without_none(
        {
            "id": use.id,
            "version": use.version,
            "shots": None if use.shots is None else list(use.shots),
            "variables": use.given_values(),
            "truncate": use.truncate or None,
        }
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _without_none(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
