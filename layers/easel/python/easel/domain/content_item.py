"""Pictures of content items: articles, posts and pages of a caller's own system.

An item is named by its caller's opaque id. Each picture made for it is a version with an address of its own,
`/media/draft-images/{contentItemId}/{variant}-{milliseconds}.{ending}`, known before the picture exists.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, unquote

from easel.domain.text import is_blank

LONGEST_ITEM_ID: Final = 128
"""Characters of a content item's id."""
_ITEM_ID_BYTES: Final = 256
"""Percent-encoded it has three times as many, and a sort key of DynamoDB takes 1,024."""
UNNAMED_ITEM: Final = "unknown"
"""What callers send when there is no item yet: pictures under it have nothing to do with each other."""
MEDIA_PATH: Final = "/media/draft-images"
ENDINGS: Final[Mapping[str, str]] = {"jpeg": "jpg", "png": "png", "webp": "webp"}
"""File name endings by output format."""

_LIGHTS: Final = ("soft morning light", "bright daylight", "warm evening light", "even light under a cloudy sky")
_NOT_IN_AN_ID: Final = re.compile(r"[\x00-\x1f\x7f/\\%?#]")
_FILE_NAME: Final = re.compile(r"(hero|inline)-[0-9]{13}\.(jpg|png|webp)")


class ContentVariant(StrEnum):
    """Where a picture stands in its article."""

    HERO = "hero"
    INLINE = "inline"

    @property
    def aspect_ratio(self) -> str:
        return "16:9" if self is ContentVariant.HERO else "4:3"


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """A request for a picture of a content item.

    With a `prompt` the prompt is used as it is; otherwise one is made from title and description. `truncate` shortens
    texts that are too long instead of refusing them, `allow_text` lets letters be part of the picture. `sent` is the
    body as it came in.
    """

    item_id: str
    title: str
    variant: ContentVariant = ContentVariant.HERO
    description: str | None = None
    prompt: str | None = None
    aspect_ratio: str | None = None
    model: str | None = None
    provider: str | None = None
    output_format: str | None = None
    truncate: bool = False
    allow_text: bool = False
    sent: Mapping[str, Any] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Equal for requests for the same picture."""
        facts: list[object] = [
            *(self.item_id, self.title, self.variant.value, self.description, self.prompt),
            *(self.aspect_ratio, self.model, self.provider, self.output_format),
        ]
        if self.allow_text:
            facts.append(True)
        return hashlib.sha256(json.dumps(facts).encode("utf-8")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ContentImage:
    """One version: a picture that was asked for, whether it was made or not. `number` counts the versions of its item.

    `alt` and `caption` are None until a person writes them.
    """

    workspace_id: str
    item_id: str
    file_name: str
    variant: ContentVariant
    title: str
    generation_id: str
    image_id: str
    created_at: datetime
    created_by: str
    number: int | None = None
    alt: str | None = None
    caption: str | None = None

    @property
    def id(self) -> str:
        """`contentItemId/fileName`, the id that callers know."""
        return f"{self.item_id}/{self.file_name}"

    @property
    def path(self) -> str:
        """Path of its public address."""
        return f"{MEDIA_PATH}/{quote(self.item_id, safe='@:~')}/{self.file_name}"


@dataclass(frozen=True, slots=True)
class ContentItem:
    """What is remembered of an item: how many versions it had, the last of them, and the one chosen as current."""

    versions: int = 0
    latest: str | None = None
    """Generation of the last version."""
    latest_fingerprint: str | None = None
    latest_at: datetime | None = None
    chosen: str | None = None
    """Generation of the version that a person made the current one; None for the newest finished one."""


def item_id_fault(item_id: str) -> str | None:
    """What is wrong with an item's id, as the rest of a sentence; None for one that can be used."""
    if is_blank(item_id) or len(item_id) > LONGEST_ITEM_ID:
        return f"must have 1 to {LONGEST_ITEM_ID} characters"
    if len(item_id.encode("utf-8", "surrogatepass")) > _ITEM_ID_BYTES:
        return f"must have at most {_ITEM_ID_BYTES} bytes in UTF-8"
    if _NOT_IN_AN_ID.search(item_id) or item_id in {".", ".."}:
        return "may not have slashes, backslashes, %, ?, # or control characters, since it is part of an address"
    return None


def light_of(item_id: str, variant: ContentVariant) -> str:
    """The light of an item's pictures. It depends on the item alone, so that repeated requests ask for the same."""
    digest = hashlib.sha256(f"{item_id}\n{variant.value}".encode("utf-8", "surrogatepass")).digest()
    return _LIGHTS[digest[0] % len(_LIGHTS)]


def file_name(variant: ContentVariant, at: datetime, output_format: str) -> str:
    """The name of a version's file."""
    return f"{variant.value}-{round(at.timestamp() * 1000):013d}.{ENDINGS[output_format]}"


def is_file_name(name: str) -> bool:
    """Whether a name may be that of a version's file."""
    return bool(_FILE_NAME.fullmatch(name))


def item_id_from_path(segment: str) -> str:
    """An item's id from a path: some gateways decode it, some do not, and no id has a percent sign."""
    return unquote(segment)
