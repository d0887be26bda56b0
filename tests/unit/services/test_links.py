"""Links to bytes are made at read time and end; permalinks are known early and stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.engine import MemoryStore
from tests.support.generations import NOW, a_generation, a_stored_image

from easel.domain.file_names import FileName
from easel.domain.permalinks import decode_permalink
from easel.services.images.links import LINK_LIFETIME, LinkMaker, Variant, permalink

GENERATION = a_generation(count=2)
PENDING = GENERATION.images[0]
DELIVERED = replace(GENERATION.images[1], stored=a_stored_image())


class SigningStore(MemoryStore):
    """Says in each link for how long it was made."""

    def presign(self, key: str, *, expires_in: timedelta, filename: FileName | None = None, head: bool = False) -> str:
        return f"{key}?{expires_in.total_seconds():.0f}"


LINKS = LinkMaker(store=SigningStore(), public_base_url="https://easel.example/", clock=lambda: NOW)


@pytest.mark.requirement("M-9", "X-14")
def test_a_delivered_picture_has_links_that_end_within_an_hour() -> None:
    links = LINKS.image_links(DELIVERED)

    assert links is not None
    assert timedelta() < LINK_LIFETIME <= timedelta(hours=1)
    assert links.url == "generated/w/g/i/original.png?3600"
    assert links.preview_url == "generated/w/g/i/preview.webp?3600"
    assert links.thumbnail_url == "generated/w/g/i/thumb.webp?3600"
    assert links.expires_at == NOW + LINK_LIFETIME


def test_a_picture_that_is_not_there_has_no_links() -> None:
    assert LINKS.image_links(PENDING) is None
    assert LINKS.download_url(PENDING, "original") is None


@pytest.mark.parametrize(
    ("variant", "name"), [("original", "original.png"), ("preview", "preview.webp"), ("thumbnail", "thumb.webp")]
)
def test_each_variant_can_be_downloaded(variant: Variant, name: str) -> None:
    assert LINKS.download_url(DELIVERED, variant) == f"generated/w/g/i/{name}?3600"


@pytest.mark.requirement("X-4", "X-14", "S004-34")
def test_a_permalink_is_the_same_before_and_after_the_picture_exists() -> None:
    before = LINKS.permalink(GENERATION, GENERATION.images[1])

    assert LINKS.permalink(GENERATION, DELIVERED) == before
    base, _, token = before.rpartition("/")
    decoded = decode_permalink(token)
    assert base == "https://easel.example/i"
    assert decoded is not None
    assert (decoded.workspace_id, decoded.image_id) == (GENERATION.workspace_id, DELIVERED.id)
    assert decoded.matches(GENERATION.permalink_secret)


def test_a_base_address_may_end_in_a_slash() -> None:
    made = [
        permalink(base, GENERATION.workspace_id, DELIVERED.id, "00" * 10) for base in ("https://a.b", "https://a.b/")
    ]

    assert made[0] == made[1]
