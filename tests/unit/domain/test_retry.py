"""One image made again: what is kept of its generation, and what cannot be retried."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.generations import a_generation

from easel.domain.generation import Generation
from easel.domain.image import Status
from easel.domain.reference import Reference, UploadSource, UrlSource
from easel.domain.retry import Retry, retry_request
from easel.errors import Conflict

FRONT, BACK = Reference(UploadSource("u-1"), "front"), Reference(UploadSource("u-2"), "back")


def ended() -> Generation:
    generation = a_generation(count=2, references=(FRONT, BACK))
    images = tuple(
        replace(image, status=Status.FAILED, stage=None, prompt=f"prompt {image.index}", references=(image.index,))
        for image in generation.images
    )
    return replace(generation, images=images)


def test_a_retry_works_from_the_prompt_and_the_references_of_its_image_alone() -> None:
    request = retry_request(ended(), Retry("g", 1, note="  label\nunreadable "))

    assert (request.references, request.n) == ((BACK,), 1)
    assert request.prompt.startswith("prompt 1 ")
    assert request.prompt.endswith("label unreadable")
    assert request.origin.note == "label unreadable"


def test_an_address_with_a_secret_is_kept_for_one_generation() -> None:
    sealed = Reference(UrlSource("https://pictures.example/a.png", sealed="encrypted"))
    generation = replace(ended(), references=(FRONT, sealed))

    with pytest.raises(Conflict, match="secret"):
        retry_request(generation, Retry("g", 1))
    assert retry_request(generation, Retry("g", 0)).references == (FRONT,)
