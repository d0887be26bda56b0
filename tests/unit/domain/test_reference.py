"""References and their stored form."""

from __future__ import annotations

import pytest

from easel.domain.reference import ImageSource, Reference, Source, TelegramSource, UploadSource, UrlSource, at_url
from easel.repositories.generations.reference_items import reference_from, reference_values

SOURCES: dict[str, Source] = {
    "url": UrlSource("https://a.example/1.png"),
    "uploadId": UploadSource("u-1"),
    "imageId": ImageSource("i-1"),
    "telegramFileId": TelegramSource("f-1"),
}


@pytest.mark.requirement("X-26")
@pytest.mark.parametrize(("field", "source"), SOURCES.items(), ids=SOURCES)
@pytest.mark.parametrize("role", ["reference", "front"])
def test_a_reference_reads_back_as_it_was_stored(field: str, source: Source, role: str) -> None:
    reference = Reference(source, role)

    assert reference_from(reference_values(reference)) == reference
    assert reference.field == field


def test_the_usual_role_is_not_stored() -> None:
    assert reference_values(at_url("https://a.example/1.png")) == {"url": "https://a.example/1.png"}


def test_a_record_from_before_there_were_other_sources_is_still_read() -> None:
    stored = {"url": "https://a.example/1.png", "role": "reference", "telegramFileId": "f-1"}

    assert reference_from(stored) == at_url("https://a.example/1.png", telegram_file_id="f-1")
    assert reference_from({"url": "https://a.example/1.png", "role": "front"}).role == "front"


def test_an_address_is_not_shown_where_a_reference_is_printed() -> None:
    assert "secret" not in repr(at_url("https://a.example/1.png?sig=secret"))
