"""Delivered pictures are found by their id within their workspace."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.generations import GENERATION_ID, NOW, WORKSPACE_ID, a_stored_image

from easel.domain.attempt import Attempt
from easel.domain.image import Image, ServedBy, Status
from easel.errors import StaleWrite
from easel.ids import image_id
from easel.services.ports.generations import GalleryImage

IMAGE_ID = image_id(GENERATION_ID, 4)
ENTRY = GalleryImage(
    workspace_id=WORKSPACE_ID,
    generation_id=GENERATION_ID,
    user_id="user-1",
    model="seedream-v4",
    prompt="қизил тулки",
    permalink_secret="00112233445566778899",
    image=Image(
        id=IMAGE_ID,
        index=4,
        status=Status.COMPLETED,
        stage=None,
        stored=a_stored_image(),
        served_by=ServedBy("wavespeed", "seedream-v4"),
        attempts=(
            Attempt("attempt-1", "wavespeed", "seedream-v4", "model", NOW, "job-1", NOW, "delivered", None, 27_000),
        ),
        completed_at=NOW,
    ),
)


@pytest.mark.requirement("S001-38", "S003-16")
def test_a_picture_reads_back(core: Core) -> None:
    core.commit(core.gallery.adding(ENTRY))

    assert core.gallery.get(WORKSPACE_ID, IMAGE_ID) == ENTRY


def test_other_workspaces_and_other_ids_find_nothing(core: Core) -> None:
    core.commit(core.gallery.adding(ENTRY))

    assert core.gallery.get(GENERATION_ID, IMAGE_ID) is None
    assert core.gallery.get(WORKSPACE_ID, image_id(GENERATION_ID, 5)) is None


def test_a_picture_is_added_once(core: Core) -> None:
    core.commit(core.gallery.adding(ENTRY))

    with pytest.raises(StaleWrite):
        core.commit(core.gallery.adding(replace(ENTRY, prompt="another")))

    assert core.gallery.get(WORKSPACE_ID, IMAGE_ID) == ENTRY
