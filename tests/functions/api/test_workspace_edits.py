"""Edits and variations at the workspace door."""

from __future__ import annotations

from typing import Any

import pytest
from tests.functions.api.harness import WORKSPACE, Answer, Api, Store
from tests.functions.api.test_workspace_images import made, submitted, workers

from easel.domain.reference import ImageSource, UploadSource, UrlSource
from easel.domain.request import Mode
from easel.doors.workspace.images.edits import EditImagesRequest, edit_request
from easel.errors import InvalidRequest
from easel.ids import new_id

PICTURE = "https://pictures.example/1.png"
EDIT = {"prompt": "in autumn", "model": "dall-e-3", "provider": "openai", "workspaceId": WORKSPACE, "image": PICTURE}
IMAGE, UPLOAD = new_id(), new_id()


def post(api: Api, what: str, body: Any) -> Answer:
    return api.call("workspace_submit_generation", "POST", f"/api/ai/images/{what}", body=body)


@pytest.mark.requirement("S002-70", "X-26")
def test_an_edit_is_made_from_the_picture_and_answered_as_an_image(api: Api, store: Store) -> None:
    workers(store, made())

    answer = post(api, "edits", EDIT)

    generation = submitted(store)
    assert (answer.status, answer.json["data"]["id"]) == (200, generation.images[0].id)
    assert (generation.mode, generation.prompt) == (Mode.IMAGE_TO_IMAGE, "in autumn")
    assert [reference.url for reference in generation.references] == [PICTURE]


@pytest.mark.requirement("S002-70")
def test_a_variation_needs_no_prompt(api: Api, store: Store) -> None:
    answer = post(api, "variations", {name: value for name, value in EDIT.items() if name != "prompt"} | {"n": 3})

    assert (answer.status, len(answer.json["data"]["images"])) == (202, 3)
    assert "variation" in submitted(store).prompt


def test_a_variation_may_have_a_prompt_of_its_own(api: Api, store: Store) -> None:
    post(api, "variations", EDIT)

    assert submitted(store).prompt == "in autumn"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no picture": ({"image": None}, "image"),
    "neither id nor address": ({"image": "my cat"}, "image"),
    "an address inside": ({"image": "http://169.254.169.254/latest"}, "image"),
    "one of several": ({"image": None, "images": [PICTURE, "file:///etc/passwd"]}, "images[1]"),
    "no upload id": ({"image": None, "uploadId": "1"}, "uploadId"),
    "no prompt": ({"prompt": ""}, "prompt"),
    "a model without references": ({"model": "sandbox", "provider": "sandbox", "images": [PICTURE] * 16}, "image"),
}


@pytest.mark.parametrize(("change", "field"), BAD.values(), ids=BAD.keys())
def test_a_field_at_fault_is_named(api: Api, store: Store, change: dict[str, Any], field: str) -> None:
    answer = post(api, "edits", EDIT | change)

    assert (answer.status, answer.json["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.json["error"]["fields"]) == [field]
    assert not store.generations


@pytest.mark.parametrize("what", ["edits", "variations"])
def test_the_workspace_has_to_be_named_here_too(api: Api, what: str) -> None:
    answer = post(api, what, {name: value for name, value in EDIT.items() if name != "workspaceId"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "MISSING_WORKSPACE")


def test_pictures_are_taken_in_the_order_of_the_request() -> None:
    body = {**EDIT, "image": IMAGE.upper(), "images": [PICTURE], "uploadIds": [UPLOAD]}

    request = edit_request(EditImagesRequest.model_validate(body), body, ())

    sources = [reference.source for reference in request.references]
    assert sources == [ImageSource(IMAGE), UrlSource(PICTURE), UploadSource(UPLOAD)]


def test_an_address_that_only_a_test_may_use_has_to_be_trusted() -> None:
    body = {**EDIT, "image": "http://127.0.0.1:8000/1.png"}
    request = EditImagesRequest.model_validate(body)

    assert edit_request(request, body, ("http://127.0.0.1:8000",)).references[0].url == body["image"]
    with pytest.raises(InvalidRequest):
        edit_request(request, body, ())
