"""Generations for tests: valid by default, different where a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from easel.domain.generation import Generation
from easel.domain.image import Image, Status, StoredImage
from easel.domain.provenance import ContentCredentials, Provenance
from easel.domain.request import Channel, ImageParameters, Mode
from easel.ids import image_id

NOW: Final = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)
GENERATION_ID: Final = "019a9f1c-5c00-7abc-8def-0123456789a0"
WORKSPACE_ID: Final = "019a9f1c-0000-7000-8000-00000000000a"


def a_generation(**changes: Any) -> Generation:
    """A PENDING request for one image; name what shall differ. `count` makes that many fresh images."""
    identity = changes.get("id", GENERATION_ID)
    count = changes.pop("count", 1)
    values: dict[str, Any] = {
        "id": identity,
        "workspace_id": WORKSPACE_ID,
        "user_id": "019a9f1c-0000-7000-8000-00000000000b",
        "channel": Channel.API,
        "model": "seedream-v4",
        "provider": "wavespeed",
        "prompt": "a red bicycle in the snow",
        "mode": Mode.TEXT_TO_IMAGE,
        "parameters": ImageParameters(),
        "input_params": {"prompt": "a red bicycle in the snow"},
        "references": (),
        "images": tuple(Image(id=image_id(identity, index), index=index) for index in range(count)),
        "status": Status.PENDING,
        "created_at": NOW,
        "deadline": NOW + timedelta(seconds=180),
        "permalink_secret": "00112233445566778899",
        "request_id": "req-1",
    }
    return Generation(**values | changes)


def a_stored_image(**changes: Any) -> StoredImage:
    """A finished 1024x768 png with a watermark."""
    values: dict[str, Any] = {
        "original_key": "generated/w/g/i/original.png",
        "preview_key": "generated/w/g/i/preview.webp",
        "thumbnail_key": "generated/w/g/i/thumb.webp",
        "media_type": "image/png",
        "width": 1024,
        "height": 768,
        "byte_count": 123_456,
        "sha256": "0" * 64,
        "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        "provenance": Provenance(c2pa=ContentCredentials.REMOVED, watermark="© Easel"),
        "unmarked_key": "unmarked/w/g/i/original.png",
    }
    return StoredImage(**values | changes)
