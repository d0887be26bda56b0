"""POST /api/v1/generations and /api/v1/quotes with a template instead of a prompt."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from easel.domain.request import Mode

if TYPE_CHECKING:
    from tests.functions.api.harness import Api, Store

BAG = {"name": "canvas tote bag", "color": "forest green", "material": "waxed cotton"}
SHOTS = ["duo", "duo-angled", "solo-front", "solo-back", "flat-lay", "close-up"]
PRODUCT: dict[str, Any] = {"model": "sandbox", "template": {"id": "product-shots", "variables": BAG}}
VARIABLES = {"title": "Watering in July", "variant": "hero"}
ARTICLE: dict[str, Any] = {"id": "content-item", "variables": VARIABLES}


def product(**changes: Any) -> dict[str, Any]:
    """A request for product shots; names what differs in its template."""
    return PRODUCT | {"template": PRODUCT["template"] | changes}


def faults(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """What is accepted instead, by field, of a request that is refused."""
    answer = api.submit(body)
    assert answer.status == 400, answer.body
    return {detail["field"]: detail["allowed"] for detail in answer.json["error"]["details"]}


@pytest.mark.requirement("S000-38", "X-16")
def test_a_product_becomes_six_images_with_a_prompt_each(api: Api, store: Store) -> None:
    answer = api.submit(PRODUCT)

    body = answer.json
    assert (answer.status, body["n"]) == (202, 6)
    assert body["prompt"] == "Product shots: canvas tote bag"
    assert body["template"] == {"id": "product-shots", "version": 2, "shots": SHOTS, "warnings": []}
    assert [image["shot"] for image in body["images"]] == SHOTS
    assert len({image["prompt"] for image in body["images"]}) == 6
    assert all("forest green" in image["prompt"] for image in body["images"])
    assert body["inputParams"] == PRODUCT
    (stored,) = store.generations.values()
    assert [stored.prompt_of(image) for image in stored.images] == [image["prompt"] for image in body["images"]]


@pytest.mark.requirement("S000-38")
def test_some_shots_in_an_order_of_ones_own(api: Api) -> None:
    body = api.submit(product(shots=["flat-lay", "duo"], version=1)).json

    assert [image["shot"] for image in body["images"]] == ["flat-lay", "duo"]
    assert api.submit(product(shots=["flat-lay", "duo"]) | {"n": 2}).status == 202


@pytest.mark.requirement("S000-7", "S000-8", "S000-38")
def test_references_say_what_they_show_and_the_prompts_speak_of_them(api: Api, store: Store) -> None:
    pictures = [{"url": "https://a.example/b.png", "role": "back"}, {"url": "https://a.example/f.png", "role": "front"}]

    body = api.submit(product(shots=["duo"]) | {"model": "nano-banana", "references": pictures}).json

    assert body["mode"] == Mode.IMAGE_TO_IMAGE
    assert [(one["url"], one["role"]) for one in body["references"]] == [
        ("https://a.example/b.png", "back"),
        ("https://a.example/f.png", "front"),
    ]
    (image,) = body["images"]
    assert "Reference picture 1 shows the back" in image["prompt"]
    assert "Reference picture 2 shows the front" in image["prompt"]


def test_a_plain_prompt_may_name_what_its_references_show(api: Api) -> None:
    pictures = [{"url": "https://a.example/1.png"}, {"url": "https://a.example/2.png", "role": "style"}]

    body = api.submit({"prompt": "a red fox", "model": "nano-banana", "references": pictures}).json

    assert [one["role"] for one in body["references"]] == ["reference", "style"]
    assert (body["template"], body["images"][0]["shot"]) == (None, None)


@pytest.mark.requirement("S004-47", "S004-52")
def test_a_content_item_is_one_wide_picture_where_the_model_takes_ratios(api: Api) -> None:
    body = api.submit({"model": "nano-banana", "template": ARTICLE}).json
    other = api.submit({"model": "nano-banana", "template": ARTICLE, "aspectRatio": "1:1"}).json
    sized = api.submit({"model": "sandbox", "template": ARTICLE}).json

    assert (body["n"], body["template"]["shots"]) == (1, ["hero"])
    assert "Watering in July" in body["images"][0]["prompt"]
    assert body["parameters"]["aspectRatio"] == "16:9"
    assert other["parameters"]["aspectRatio"] == "1:1"
    assert (sized["parameters"]["aspectRatio"], sized["parameters"]["size"]) == (None, "1024x1024")


@pytest.mark.requirement("X-18", "S004-33")
def test_a_long_description_is_refused_or_cut_as_the_caller_says(api: Api) -> None:
    variables = VARIABLES | {"description": "the garden in summer " * 300}
    article = ARTICLE | {"variables": variables}

    assert faults(api, {"model": "sandbox", "template": article}) == {
        "template.variables.description": {"minLength": 1, "maxLength": 2000}
    }
    answer = api.submit({"model": "sandbox", "template": article | {"truncate": True}})

    assert answer.status == 202
    (warning,) = answer.json["template"]["warnings"]
    assert "description was shortened from 6299 to" in warning
    assert len(answer.json["images"][0]["prompt"]) <= 4000


def test_a_value_cannot_ask_for_another_value(api: Api) -> None:
    body = api.submit(product(shots=["duo"], variables=BAG | {"name": "{material} [[ {color} ]]"})).json

    assert "{material} [[ {color} ]] in forest green" in body["images"][0]["prompt"]


def test_a_request_brings_a_prompt_or_a_template(api: Api, store: Store) -> None:
    assert faults(api, PRODUCT | {"prompt": "a red fox"}) == {"prompt": ["prompt", "template"]}
    assert faults(api, {"model": "sandbox"}) == {"prompt": {"minLength": 1}}
    assert faults(api, {"model": "sandbox", "template": None}) == {"prompt": {"minLength": 1}}
    assert not store.generations


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"model": "sandbox", "template": {"variables": BAG}}, "template.id"),
    "no such template": (product(id="product-shoots"), "template.id"),
    "somebody's template": (product(id="019a9f1c-5c00-7abc-8def-0123456789a0"), "template.id"),
    "an id of another kind": (product(id=7), "template.id"),
    "no such version": (product(version=9), "template.id"),
    "version zero": (product(version=0), "template.id"),
    "a version in words": (product(version="one"), "template.version"),
    "no such shot": (product(shots=["duo", "trio"]), "template.shots[1]"),
    "no shots": (product(shots=[]), "template.shots"),
    "eleven shots": (product(shots=["duo"] * 11), "template.shots"),
    "a shot twice": (product(shots=["duo", "duo"]), "template.shots[1]"),
    "no name": (product(variables={}), "template.variables.name"),
    "a long name": (product(variables={"name": "n" * 201}), "template.variables.name"),
    "a name that is a number": (product(variables={"name": 7}), "template.variables.name"),
    "an unknown variable": (product(variables=BAG | {"colour": "red"}), "template.variables.colour"),
    "twenty-one variables": (product(variables={f"v{index}": "x" for index in range(21)}), "template.variables"),
    "too much text": (product(variables={"name": "n" * 20_001}), "template.variables.name"),
    "variables in a list": (product(variables=[BAG]), "template.variables"),
    "truncate in words": (product(truncate="yes"), "template.truncate"),
    "an unknown field": (product(colour="red"), "template.colour"),
    "another n": (PRODUCT | {"n": 5}, "n"),
    "n zero": (PRODUCT | {"n": 0}, "n"),
    "a role that the template lacks": (
        PRODUCT | {"model": "nano-banana", "references": [{"url": "https://a.example/1.png", "role": "lid"}]},
        "references[0].role",
    ),
    "a role that is none": (
        PRODUCT | {"references": [{"url": "https://a.example/1.png", "role": "Front view"}]},
        "references[0].role",
    ),
    "references in two ways": (
        PRODUCT | {"references": [{"url": "https://a.example/1"}], "referenceUrls": ["https://a.example/1"]},
        "references",
    ),
    "a reference without a source": (PRODUCT | {"references": [{"role": "front"}]}, "references[0]"),
    "a reference with two sources": (
        PRODUCT | {"references": [{"url": "https://a.example/1", "telegramFileId": "f"}]},
        "references[0]",
    ),
    "a template in words": ({"model": "sandbox", "template": "product-shots"}, "template"),
}


@pytest.mark.parametrize(("body", "field"), BAD.values(), ids=BAD.keys())
def test_what_a_template_does_not_take_is_refused_by_field(
    api: Api, store: Store, body: dict[str, Any], field: str
) -> None:
    assert field in faults(api, body)
    assert not store.generations


def test_an_unknown_template_has_a_code_of_its_own(api: Api) -> None:
    answer = api.submit(product(id="no-such-thing"))

    assert answer.json["error"]["code"] == "unknown_template"


def test_a_repeated_request_with_a_template_answers_with_the_same_generation(api: Api, store: Store) -> None:
    first = api.submit(PRODUCT, headers={"Idempotency-Key": "key-1"})
    second = api.submit(PRODUCT, headers={"Idempotency-Key": "key-1"})
    other = api.submit(product(shots=["duo"]), headers={"Idempotency-Key": "key-1"})

    assert second.json["id"] == first.json["id"]
    assert (other.status, len(store.generations)) == (422, 1)


def test_requests_without_a_template_do_not_wait_for_templates_to_load() -> None:
    code = f"import sys; sys.path[:] = {sys.path!r}\nimport functions.api.generations.submit_generation.handler\n"
    code += "import easel.services.generations.submit_generation\n"
    code += "sys.exit('easel.domain.prompt_templates' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - fixed text
