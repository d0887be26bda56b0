"""An `Idempotency-Key` compares what two requests mean: any spelling of one request is the same, any other is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from easel.domain.catalogue import Model, load_catalogue, request_fingerprint, validate_parameters
from easel.doors.canonical.generations.requests import SubmitGenerationRequest
from easel.doors.canonical.generations.submissions import image_request
from easel.errors import InvalidRequest

CATALOGUE: Final = load_catalogue()
MODELS: Final = [model for model in CATALOGUE.models() if not model.is_retired]
SNAKE: Final = {field.alias or name: name for name, field in SubmitGenerationRequest.model_fields.items()}
SAME_FORMAT: Final = {"jpeg": ["jpeg", "jpg", "JPEG"], "png": ["png", "PNG"], "webp": ["webp", " webp "]}

Body = dict[str, Any]


def fingerprint(body: Mapping[str, Any], cancel_after: timedelta | None = None) -> str:
    """As a submit computes it, from the bytes that were sent."""
    sent = json.loads(json.dumps(body))
    request = image_request(SubmitGenerationRequest.model_validate(sent), sent=sent, cancel_after=cancel_after)
    return request_fingerprint(CATALOGUE.find(request.model), request)


def choice(values: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values])


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """A request that its model takes, with the fields that it names."""
    model = draw(st.sampled_from(MODELS))
    body: Body = {
        "model": model.id,
        "prompt": draw(st.text(min_size=1, max_size=20).filter(str.strip)),
        "n": draw(st.integers(1, 10)),
        **draw(measures(model)),
        "outputFormat": draw(choice(model.output_formats)),
        "quality": draw(choice(model.qualities)),
        "style": draw(choice(model.styles)),
        "background": draw(choice(model.backgrounds)),
        "watermark": draw(st.sampled_from([None, "Easel", "© Easel Studio"])),
        "clientReference": draw(st.sampled_from([None, "order-1", "order-2"])),
        "fallback": draw(st.sampled_from([None, "none", "same-model", "equivalent"])),
        "fallbackAfterRefusal": draw(st.sampled_from([None, True])),
    }
    if model.max_references:
        body["referenceUrls"] = draw(st.sampled_from([None, ["https://a.example/1.png"], ["https://a.example/2.png"]]))
    body = {name: value for name, value in body.items() if value is not None}
    assume(is_taken(body))
    return body


def measures(model: Model) -> st.SearchStrategy[Body]:
    options = list(model.sizes.options) if model.sizes else []
    sizes = [{"size": str(size)} for size in options]
    sizes += [{"size": size, "sizePolicy": "nearest"} for size in ("1000x1001", "1000x1010", "1024x1024")]
    return st.sampled_from([{}, *sizes]) | st.fixed_dictionaries(
        {},
        optional={
            name: st.sampled_from(values)
            for name, values in {"aspectRatio": model.aspect_ratios, "resolution": model.resolutions}.items()
            if values
        },
    )


def is_taken(body: Body) -> bool:
    request = image_request(SubmitGenerationRequest.model_validate(body), sent=body, cancel_after=None)
    try:
        validate_parameters(CATALOGUE.find(request.model), request)
    except InvalidRequest:
        return False
    return True


@st.composite
def respelled(draw: st.DrawFn, body: Body) -> Body:
    """The same request in other words."""
    model = CATALOGUE.find(body["model"])
    other = dict(body)
    other["model"] = draw(st.sampled_from([model.id, model.id.upper(), f" {model.id}", *model.aliases]))
    _respell_values(draw, model, other)
    _write_defaults(draw, model, other)
    if "referenceUrls" in other and draw(st.booleans()):
        other["references"] = [{"url": url} for url in other.pop("referenceUrls")]
    for name in SNAKE:
        if name not in other and draw(st.booleans()):
            other[name] = None
    if draw(st.booleans()):
        other = {SNAKE.get(name, name): value for name, value in other.items()}
    return dict(draw(st.permutations(list(other.items()))))


def _respell_values(draw: st.DrawFn, model: Model, body: Body) -> None:
    if draw(st.booleans()):
        body["n"] = float(body["n"])
    if "size" in body:
        sign = draw(st.sampled_from(["x", "X", "*", " x ", "\u00d7"]))
        body["size"] = body["size"].replace("x", sign)
    if "outputFormat" in body:
        body["outputFormat"] = draw(st.sampled_from(SAME_FORMAT[body["outputFormat"]]))
    for name in {"resolution", "style", "quality"} & body.keys():
        body[name] = draw(st.sampled_from([body[name], body[name].upper(), f" {body[name]} "]))
    if "watermark" in body:
        body["watermark"] = f" {body['watermark']} "


def _write_defaults(draw: st.DrawFn, model: Model, body: Body) -> None:
    """Write out, or leave out, what is so anyway."""
    defaults: Body = {
        "n": 1,
        "quality": draw(st.sampled_from(["auto", model.default_quality])),
        "fallbackAfterRefusal": False,
        "referenceFileIds": [],
        **({} if "sizePolicy" in body else {"sizePolicy": draw(st.sampled_from(["strict", "nearest"]))}),
    }
    if not {"aspectRatio", "resolution", "size"} & body.keys():
        if model.sizes and model.sizes.default:
            defaults["size"] = draw(st.sampled_from(["auto", str(model.sizes.default)]))
        elif model.default_resolution and not model.sizes:
            defaults["resolution"] = model.default_resolution
    if "background" not in body and "auto" in model.backgrounds:
        defaults["background"] = "auto"
    for name, value in defaults.items():
        if name not in body and draw(st.booleans()):
            body[name] = value
        elif body.get(name) == value and draw(st.booleans()):
            del body[name]


@given(data=st.data(), body=bodies())
def test_any_spelling_of_one_request_is_the_same_request(data: st.DataObject, body: Body) -> None:
    other = data.draw(respelled(body))

    assert fingerprint(other) == fingerprint(body)


@given(data=st.data(), one=bodies(), another=bodies())
def test_requests_are_the_same_where_the_same_is_made_of_them(data: st.DataObject, one: Body, another: Body) -> None:
    name = data.draw(st.sampled_from(sorted(another)))
    other = {**one, name: another[name]}
    assume(is_taken(other))

    assert (fingerprint(one) == fingerprint(other)) == (meaning(one) == meaning(other))


@given(data=st.data(), body=bodies())
def test_one_changed_field_makes_another_request(data: st.DataObject, body: Body) -> None:
    changes: Body = {
        "prompt": f"{body['prompt']}!",
        "n": body["n"] % 10 + 1,
        "clientReference": "order-3",
        "watermark": "Other",
        "fallback": "none" if body.get("fallback") != "none" else "equivalent",
        "fallbackAfterRefusal": not body.get("fallbackAfterRefusal", False),
    }
    name = data.draw(st.sampled_from(list(changes)))

    assert fingerprint({**body, name: changes[name]}) != fingerprint(body)


def meaning(body: Body) -> object:
    """What is made of a request and told back, computed the long way: from the validated parameters."""
    request = image_request(SubmitGenerationRequest.model_validate(body), sent=body, cancel_after=None)
    model = CATALOGUE.find(request.model)
    made = validate_parameters(model, request)
    quality, background = made.quality or model.default_quality, made.background or "auto"
    drawn = (made.output_format, made.style, made.watermark, made.asked_size, quality, background)
    return (
        (model.id, request.prompt, request.count, made.measures, drawn),
        (request.references, request.client_reference, request.routing),
    )


@pytest.mark.parametrize("body", [{"prompt": "a"}, {"prompt": "a", "n": 1}, {"prompt": "a", "n": 1.0, "size": None}])
def test_examples_of_one_request(body: Body) -> None:
    assert fingerprint({"model": "seedream-v4", **body}) == fingerprint({"model": "seedream-v4", "prompt": "a"})


@pytest.mark.parametrize(
    "size", ["1024x1024", "1024*1024", "1024 X 1024", "01024x1024", "1024\u00d71024"], ids=lambda size: size
)
def test_a_size_is_compared_by_its_pixels(size: str) -> None:
    body = {"model": "seedream-v4", "prompt": "a"}

    assert fingerprint({**body, "size": size}) == fingerprint({**body, "size": "1024x1024"})
    assert fingerprint({**body, "size": size}) != fingerprint({**body, "size": "2048x1024"})


def test_two_sizes_that_a_model_does_not_have_differ_though_the_same_is_made_of_them() -> None:
    body = {"model": "dall-e-3", "prompt": "a", "sizePolicy": "nearest"}

    assert fingerprint({**body, "size": "1000x1001"}) != fingerprint({**body, "size": "1000x1002"})


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_shorter_limit_makes_another_request_and_one_beyond_the_models_own_does_not() -> None:
    body = {"model": "seedream-v4", "prompt": "a"}
    limit = timedelta(seconds=CATALOGUE.find("seedream-v4").deadline_seconds)

    assert fingerprint(body, timedelta(seconds=9)) != fingerprint(body)
    assert fingerprint(body, limit * 10) == fingerprint(body)


# --- templates --------------------------------------------------------------------------------------------------------

TEMPLATE: Final = {"id": "product-shots", "variables": {"name": "tote bag", "color": "green"}}


@pytest.mark.parametrize(
    "template",
    [
        {"variables": {"color": "green", "name": "tote bag"}, "id": "product-shots"},
        {**TEMPLATE, "version": None, "shots": None, "truncate": False},
        {**TEMPLATE, "variables": {"name": " tote  bag\n", "color": "green", "material": ""}},
    ],
)
def test_a_template_is_compared_by_what_goes_into_the_prompts(template: Body) -> None:
    body = {"model": "seedream-v4"}

    assert fingerprint({**body, "template": template}) == fingerprint({**body, "template": TEMPLATE})


@pytest.mark.parametrize(
    "change",
    [
        {"template": {**TEMPLATE, "id": "other"}},
        {"template": {**TEMPLATE, "version": 1}},
        {"template": {**TEMPLATE, "shots": ["duo"]}},
        {"template": {**TEMPLATE, "truncate": True}},
        {"template": {**TEMPLATE, "variables": {"name": "tote bag"}}},
        {"size": "2048x2048"},
    ],
)
def test_another_use_of_a_template_is_another_request(change: Body) -> None:
    body = {"model": "seedream-v4", "template": TEMPLATE}

    assert fingerprint({**body, **change}) != fingerprint(body)
