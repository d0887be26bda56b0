"""Edits and variations at the workspace door."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image as Picture
from tests.functions.api.harness import WORKSPACE, Answer, Api, Store
from tests.functions.api.test_workspace_images import made, submitted, workers

from easel.domain.reference import ImageSource, UploadSource, UrlSource
from easel.domain.request import Mode
from easel.doors.workspace.images.edits import EditImagesRequest, edit_request
from easel.errors import InvalidRequest
from easel.ids import new_id

if TYPE_CHECKING:
    from tests.functions.api.world import World

PICTURE = "https://pictures.example/1.png"
EDIT = {"prompt": "in autumn", "model": "dall-e-3", "provider": "openai", "workspaceId": WORKSPACE, "image": PICTURE}
IMAGE, UPLOAD = new_id(), new_id()


def post(api: Api, what: str, body: Any) -> Answer:
    return api.call("workspace_edit_images", "POST", f"/api/ai/images/{what}", body=body)


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
    "too many": ({"model": "sandbox", "provider": "sandbox", "image": None, "images": [PICTURE] * 16}, "images"),
    "too many uploads": (
        {"model": "sandbox", "provider": "sandbox", "image": None, "uploadIds": [UPLOAD] * 16},
        "uploadIds",
    ),
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
    with pytest.raises(InvalidRequest) as refused:
        edit_request(request, body, ())
    said = "image is not the id of an image, and as an address it must be an https address."
    assert refused.value.message == said


# --- forms ------------------------------------------------------------------------------------------------------------


def picture(colour: str = "red", side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (side, side), colour).save(buffer, "PNG")
    return buffer.getvalue()


def post_form(world: World, key: str, fields: dict[str, str], **files: bytes) -> Answer:
    sent = [(field, (f"{field}.png", data, "image/png")) for field, data in files.items()]
    request = httpx.Request("POST", "https://easel.example", data=fields, files=sent or [("none", b"")])
    headers = {"content-type": request.headers["content-type"], "Prefer": "wait=1"}
    return world.call("POST", "/api/ai/images/edits", token=key, form=request.read(), headers=headers)


@pytest.fixture
def tenant(world: World) -> dict[str, Any]:
    return world.tenant("Acme", credits=1000)


@pytest.fixture
def fields(tenant: dict[str, Any]) -> dict[str, str]:
    texts = {"prompt": "in autumn", "model": "dall-e-3", "provider": "openai", "n": "2"}
    return texts | {"workspaceId": tenant["workspaceId"]}


@pytest.mark.requirement("S002-70")
def test_a_form_brings_the_picture_along(world: World, tenant: dict[str, Any], fields: dict[str, str]) -> None:
    answer = post_form(world, tenant["apiKey"], fields, image=picture())

    assert answer.status == 202, answer.body
    assert len(answer.json["data"]["images"]) == 2
    (upload,) = [item for item in world.stored() if item.get("entity") == "UPLOAD"]
    (request,) = [item for item in world.stored() if item.get("entity") == "REQUEST"]
    assert upload["sk"].removeprefix("UPLOAD#") in str(request["references"])


def test_a_form_with_a_fault_stores_no_file(world: World, tenant: dict[str, Any], fields: dict[str, str]) -> None:
    key = tenant["apiKey"]
    faults = {
        "n": post_form(world, key, fields | {"n": "two"}, image=picture()),
        "mask": post_form(world, key, fields, image=picture(), mask=picture()),
        "image": post_form(world, key, fields, image=b"not a picture"),
        "workspaceId": post_form(world, key, fields | {"workspaceId": "1"}, image=picture()),
    }

    for field, answer in faults.items():
        assert (answer.status, list(answer.json["error"]["fields"])) == (400, [field]), answer.body
    without = {name: value for name, value in fields.items() if name != "workspaceId"}
    missing = post_form(world, key, without, image=picture())
    assert (missing.status, missing.json["error"]["code"]) == (400, "MISSING_WORKSPACE")
    assert not [item for item in world.stored() if item.get("entity") in {"UPLOAD", "REQUEST"}]


@pytest.mark.parametrize(
    "count", ["9" * 5_000, "\u0663", "-1", "2.0", ""], ids=["long", "of another script", "-1", "2.0", "none"]
)
def test_a_count_in_a_form_is_a_number_of_a_few_digits(
    world: World, tenant: dict[str, Any], fields: dict[str, str], count: str
) -> None:
    answer = post_form(world, tenant["apiKey"], fields | {"n": count}, image=picture())

    assert (answer.status, list(answer.json["error"]["fields"])) == (400, ["n"]), answer.body


def test_a_form_that_is_too_large_gets_a_ticket_for_each_file(
    world: World, tenant: dict[str, Any], fields: dict[str, str]
) -> None:
    answer = post_form(world, tenant["apiKey"], fields, image=picture() + b"\0" * 5_000_000)

    assert (answer.status, answer.json["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    (ticket,) = answer.json["error"]["details"]["tickets"]
    assert ticket["field"] == "image"
    assert ticket["uploadId"]
