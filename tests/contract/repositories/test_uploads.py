"""Uploads in the table: their states, who uses them, and how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.contract.repositories.conftest import Core
from tests.support.generations import NOW, WORKSPACE_ID

from easel.domain.upload import (
    GENERATIONS_ATTACHMENT,
    MAX_ATTACHMENTS,
    UNATTACHED_LIFETIME,
    AcceptedPicture,
    Upload,
    UploadRejection,
    UploadState,
    product_attachment,
)
from easel.errors import NotFound, StaleWrite, TooManyAttachments, UploadNotReady
from easel.ids import new_id
from easel.services.ports.uploads import EndedUpload

PICTURE = AcceptedPicture("uploads/w/u/s.png", "uploads/w/u/s-thumb.webp", "image/png", 1234, 40, 30, "ab" * 32)
PRODUCT = product_attachment("p-1")
ENDS_AT = NOW + UNATTACHED_LIFETIME


def an_upload(**changes: Any) -> Upload:
    values: dict[str, Any] = {
        "id": new_id(),
        "workspace_id": WORKSPACE_ID,
        "user_id": "user-1",
        "state": UploadState.AWAITING,
        "announced_type": "image/jpeg",
        "filename": "oldi 👟.jpg",
        "created_at": NOW,
        "expires_at": ENDS_AT,
    }
    return Upload(**values | changes)


@pytest.fixture
def added(core: Core) -> Upload:
    upload = an_upload()
    core.uploads.add(upload)
    return upload


@pytest.fixture
def ready(core: Core, added: Upload) -> Upload:
    return core.uploads.accept(WORKSPACE_ID, added.id, PICTURE)


def read(core: Core, upload: Upload) -> Upload:
    found = core.uploads.get(WORKSPACE_ID, upload.id)
    assert found is not None
    return found


def test_an_upload_reads_back_as_it_was_and_in_its_workspace_only(core: Core, added: Upload) -> None:
    assert core.uploads.get(WORKSPACE_ID, added.id) == added
    assert core.uploads.get(new_id(), added.id) is None
    assert core.uploads.get_all(WORKSPACE_ID, [added.id, new_id(), added.id]) == {added.id: added}


def test_an_upload_that_is_ready_at_once_reads_back_as_it_was(core: Core) -> None:
    upload = an_upload(
        state=UploadState.READY,
        media_type="image/png",
        bytes=10,
        width=1,
        height=2,
        sha256="ab" * 32,
        key="uploads/w/u/s.png",
        thumbnail_key="uploads/w/u/s-thumb.webp",
    )
    core.uploads.add(upload)

    assert read(core, upload) == upload


def test_an_id_is_used_once(core: Core, added: Upload) -> None:
    with pytest.raises(StaleWrite):
        core.uploads.add(replace(added, filename="another.png"))

    assert read(core, added) == added


def test_the_checked_picture_is_kept_with_the_upload(core: Core, added: Upload) -> None:
    assert core.uploads.begin(WORKSPACE_ID, added.id).state is UploadState.PROCESSING

    ready = core.uploads.accept(WORKSPACE_ID, added.id, PICTURE)

    assert ready == read(core, added)
    assert (ready.state, ready.media_type, ready.bytes, ready.key) == (
        UploadState.READY,
        PICTURE.media_type,
        PICTURE.bytes,
        PICTURE.key,
    )


@pytest.mark.parametrize("reference_key", [None, "uploads/w/u/s-reference.jpg"])
def test_the_copy_for_vendors_is_kept_with_the_upload(core: Core, added: Upload, reference_key: str | None) -> None:
    ready = core.uploads.accept(WORKSPACE_ID, added.id, replace(PICTURE, reference_key=reference_key))

    assert ready == read(core, added)
    assert ready.reference_key == reference_key


def test_a_rejection_says_why_and_is_bounded(core: Core, added: Upload) -> None:
    core.uploads.reject(WORKSPACE_ID, added.id, UploadRejection("damaged", "ü" * 5_000))

    rejection = read(core, added).rejection
    assert rejection is not None
    assert rejection.reason == "damaged"
    assert len(rejection.message.encode()) <= 512


@pytest.mark.parametrize("final", ["accept", "reject"])
def test_a_final_state_never_changes(core: Core, added: Upload, final: str) -> None:
    if final == "accept":
        core.uploads.accept(WORKSPACE_ID, added.id, PICTURE)
    else:
        core.uploads.reject(WORKSPACE_ID, added.id, UploadRejection("damaged", "It is damaged."))
    before = read(core, added)

    with pytest.raises(StaleWrite):
        core.uploads.accept(WORKSPACE_ID, added.id, replace(PICTURE, key="uploads/other"))
    with pytest.raises(StaleWrite):
        core.uploads.reject(WORKSPACE_ID, added.id, UploadRejection("damaged", ""))
    with pytest.raises(StaleWrite):
        core.uploads.begin(WORKSPACE_ID, added.id)

    assert read(core, added) == before


def test_what_is_not_there_cannot_be_accepted(core: Core) -> None:
    with pytest.raises(StaleWrite):
        core.uploads.accept(WORKSPACE_ID, new_id(), PICTURE)

    assert core.items() == []


def test_an_open_upload_is_looked_after_once_within_a_time(core: Core, added: Upload) -> None:
    pause = timedelta(seconds=10)
    core.uploads.note_check(WORKSPACE_ID, added.id, now=NOW, last_before=NOW - pause)

    later = NOW + timedelta(seconds=9)
    with pytest.raises(StaleWrite):
        core.uploads.note_check(WORKSPACE_ID, added.id, now=later, last_before=later - pause)

    later = NOW + timedelta(seconds=11)
    core.uploads.note_check(WORKSPACE_ID, added.id, now=later, last_before=later - pause)


def test_the_newest_upload_is_listed_first_and_removed_ones_are_not(core: Core) -> None:
    uploads = [an_upload(id=f"018f0000-0000-7000-8000-00000000000{number}") for number in range(4)]
    for upload in uploads:
        core.uploads.add(upload)
    core.uploads.retire(uploads[1], NOW)

    first = core.uploads.list(WORKSPACE_ID, limit=3, after=None)
    rest = core.uploads.list(WORKSPACE_ID, limit=3, after=first.next_after)

    assert [upload.id for upload in (*first.items, *rest.items)] == [uploads[number].id for number in (3, 2, 0)]
    assert rest.next_after is None


# --- uses -----------------------------------------------------------------------------------------------------------


def test_a_used_upload_does_not_end(core: Core, ready: Upload) -> None:
    core.commit(core.uploads.attaching(ready, PRODUCT))
    core.commit(core.uploads.attaching(ready, PRODUCT))

    used = read(core, ready)
    assert used.attached_to == {PRODUCT}
    assert used.expires_at is None
    assert core.uploads.ended(NOW + timedelta(days=365), 10) == []
    assert "expiresAt" not in core.items()[0]


def test_an_upload_ends_after_its_last_use(core: Core, ready: Upload) -> None:
    core.commit(core.uploads.attaching(ready, PRODUCT))
    core.commit(core.uploads.attaching(ready, "product:p-2"))

    core.commit(core.uploads.detaching(read(core, ready), PRODUCT, expires_at=ENDS_AT))
    assert read(core, ready).expires_at is None

    core.commit(core.uploads.detaching(read(core, ready), "product:p-2", expires_at=ENDS_AT))
    ended = read(core, ready)
    assert (ended.attached_to, ended.expires_at) == (frozenset(), ENDS_AT)
    assert core.uploads.ended(ENDS_AT + timedelta(seconds=1), 10) == [EndedUpload(WORKSPACE_ID, ready.id)]


def test_an_upload_ends_with_the_last_generation_that_used_it(core: Core, ready: Upload) -> None:
    for _ in range(2):
        core.commit(core.uploads.counting_use(ready))
    both = read(core, ready)
    assert (both.generation_uses, both.attached_to, both.expires_at) == (2, frozenset({GENERATIONS_ATTACHMENT}), None)

    core.commit(core.uploads.ending_use(both, expires_at=ENDS_AT))
    one = read(core, ready)
    assert (one.generation_uses, one.attached_to, one.expires_at) == (1, frozenset({GENERATIONS_ATTACHMENT}), None)

    core.commit(core.uploads.ending_use(one, expires_at=ENDS_AT))
    ended = read(core, ready)
    assert (ended.generation_uses, ended.attached_to, ended.expires_at) == (0, frozenset(), ENDS_AT)


def test_a_product_keeps_an_upload_whose_generations_are_gone(core: Core, ready: Upload) -> None:
    core.commit(core.uploads.attaching(ready, PRODUCT))
    core.commit(core.uploads.counting_use(ready))

    core.commit(core.uploads.ending_use(read(core, ready), expires_at=ENDS_AT))

    assert (read(core, ready).attached_to, read(core, ready).expires_at) == (frozenset({PRODUCT}), None)


def test_a_generation_that_came_meanwhile_keeps_its_upload(core: Core, ready: Upload) -> None:
    core.commit(core.uploads.counting_use(ready))
    before = read(core, ready)
    core.commit(core.uploads.counting_use(ready))

    with pytest.raises(StaleWrite):
        core.commit(core.uploads.ending_use(before, expires_at=ENDS_AT))

    assert (read(core, ready).generation_uses, read(core, ready).expires_at) == (2, None)


def test_a_use_that_came_meanwhile_is_not_lost(core: Core, ready: Upload) -> None:
    core.commit(core.uploads.attaching(ready, PRODUCT))
    before = read(core, ready)
    core.commit(core.uploads.attaching(ready, "product:p-2"))

    with pytest.raises(StaleWrite):
        core.commit(core.uploads.detaching(before, PRODUCT, expires_at=ENDS_AT))

    assert read(core, ready).attached_to == {PRODUCT, "product:p-2"}


def test_only_a_ready_upload_can_be_used(core: Core, added: Upload) -> None:
    with pytest.raises(UploadNotReady, match="AWAITING"):
        core.commit(core.uploads.attaching(added, PRODUCT))
    with pytest.raises(NotFound):
        core.commit(core.uploads.attaching(an_upload(), PRODUCT))
    with pytest.raises(NotFound):
        core.commit(core.uploads.attaching(replace(added, workspace_id=new_id()), PRODUCT))


def test_the_uses_of_an_upload_are_bounded(core: Core, ready: Upload) -> None:
    for number in range(MAX_ATTACHMENTS):
        core.commit(core.uploads.attaching(ready, f"product:{number}"))

    with pytest.raises(TooManyAttachments):
        core.commit(core.uploads.attaching(ready, PRODUCT))
    core.commit(core.uploads.attaching(ready, "product:0"))


# --- the end --------------------------------------------------------------------------------------------------------


def test_an_upload_that_ended_is_found_and_removed(core: Core, added: Upload) -> None:
    assert core.uploads.ended(ENDS_AT, 10) == []
    later = ENDS_AT + timedelta(seconds=1)
    (ended,) = core.uploads.ended(later, 10)

    core.uploads.retire_ended(ended, later)
    assert core.uploads.get(WORKSPACE_ID, added.id) is None
    assert core.uploads.ended(later, 10) == [ended]
    core.uploads.retire_ended(ended, later)
    core.uploads.remove(ended.workspace_id, ended.upload_id)

    assert core.items() == []


def test_a_deleted_upload_is_gone_at_once_and_its_removal_is_finished_later(core: Core, ready: Upload) -> None:
    core.uploads.retire(ready, NOW)

    assert core.uploads.get(WORKSPACE_ID, ready.id) is None
    with pytest.raises(NotFound):
        core.commit(core.uploads.attaching(ready, PRODUCT))
    assert core.uploads.ended(NOW + timedelta(seconds=1), 10) == [EndedUpload(WORKSPACE_ID, ready.id)]


def test_what_is_used_is_neither_deleted_nor_ended(core: Core, ready: Upload) -> None:
    later = ENDS_AT + timedelta(seconds=1)
    (ended,) = core.uploads.ended(later, 10)
    core.commit(core.uploads.attaching(ready, PRODUCT))

    with pytest.raises(StaleWrite):
        core.uploads.retire_ended(ended, later)
    with pytest.raises(StaleWrite):
        core.uploads.retire(ready, NOW)
    with pytest.raises(StaleWrite):
        core.uploads.remove(WORKSPACE_ID, ready.id)

    assert read(core, ready).attached_to == {PRODUCT}


@pytest.mark.parametrize(("others", "deleted"), [((), True), ((PRODUCT,), False)])
def test_what_was_a_reference_does_not_expire_but_its_owner_may_delete_it(
    core: Core, ready: Upload, *, others: tuple[str, ...], deleted: bool
) -> None:
    for use in (GENERATIONS_ATTACHMENT, *others):
        core.commit(core.uploads.attaching(ready, use))
    assert core.uploads.ended(ENDS_AT + timedelta(days=30), 10) == []

    if not deleted:
        with pytest.raises(StaleWrite):
            core.uploads.retire(ready, NOW)
        return
    core.uploads.retire(ready, NOW)
    (ended,) = core.uploads.ended(NOW + timedelta(seconds=1), 10)
    core.uploads.retire_ended(ended, NOW + timedelta(seconds=1))
    core.uploads.remove(WORKSPACE_ID, ready.id)


def test_what_does_not_exist_cannot_be_retired(core: Core) -> None:
    with pytest.raises(StaleWrite):
        core.uploads.retire(an_upload(), NOW)

    assert core.items() == []
