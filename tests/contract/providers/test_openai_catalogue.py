"""Whatever a caller may ask of a model that OpenAI serves, OpenAI takes: the catalogue and the strict vendor agree."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from infra.local.simulators.jobs import JobBook
from infra.local.simulators.messages import Reply, Request
from infra.local.simulators.openai import OpenAISimulator
from tests.contract.providers.test_openai_faults import REFERENCE
from tests.support.requests import an_image_request

from easel.domain.catalogue import Candidate, load_catalogue, plan_upstream, validate_parameters
from easel.domain.provider import ProviderTask, ReferenceImage
from easel.domain.request import Fallback, ImageParameters, Mode
from easel.errors import ProviderError
from easel.providers.openai import OpenAI

if TYPE_CHECKING:
    from easel.domain.catalogue import Model

CATALOGUE = load_catalogue(lambda: datetime(2026, 11, 20, tzinfo=UTC))
"""As it stands on the simulated vendor's day."""
OFFERED = [
    (model, candidate)
    for model in CATALOGUE.models()
    for candidate in CATALOGUE.candidates(model, Fallback.EQUIVALENT)
    if candidate.provider == "openai"
]
OF_ANY_SIZE = [(model, candidate) for model, candidate in OFFERED if model.sizes and model.sizes.bounds]
ACCEPTED = "http_500"
"""The prompt asks for a fault that comes after every check and before anything is drawn."""


def vendor(request: httpx.Request) -> httpx.Response:
    """The simulated vendor without a network between."""
    request.read()
    headers = {name.lower(): value for name, value in request.headers.items()}
    simulator = OpenAISimulator(JobBook(), threading.Event(), latency=0.0, key_prefix="sim-")
    outcome = simulator.answer(Request(request.method, request.url.path, {}, headers, request.content, "http://x"))
    assert isinstance(outcome, Reply)
    return httpx.Response(outcome.status, content=outcome.body, headers=dict(outcome.headers))


def adapter() -> OpenAI:
    return OpenAI(api_key=lambda: "sim-key", base_url="http://x/v1", transport=httpx.MockTransport(vendor))


def answer_to(candidate: Candidate, asked: ImageParameters, references: tuple[ReferenceImage, ...]) -> str | None:
    """What the vendor says to a task as the engine would give it."""
    mode = Mode.IMAGE_TO_IMAGE if references else Mode.TEXT_TO_IMAGE
    plan = plan_upstream(candidate, "a fox [fault:server-error]", asked)
    task = ProviderTask(
        attempt_id="attempt-1",
        upstream_model=candidate.upstream_model(mode),
        mode=mode,
        prompt=plan.prompt,
        parameters=plan.parameters,
        references=references,
    )
    with pytest.raises(ProviderError) as caught:
        adapter().submit(task)
    return caught.value.provider_code


def choice(values: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values) if values else st.none()


@st.composite
def requests(draw: st.DrawFn) -> tuple[Model, Candidate, ImageParameters]:
    model, candidate = draw(st.sampled_from(OFFERED) | st.sampled_from(OF_ANY_SIZE))
    measures: dict[str, Any] = {"aspect_ratio": draw(choice(model.aspect_ratios))}
    if draw(st.booleans()):
        sides = st.integers(1, 5_000) | st.integers(480 // 16, 3_840 // 16).map(lambda steps: 16 * steps)
        measures = {"size": f"{draw(sides)}x{draw(sides)}", "size_policy": "nearest"}
    background = draw(choice(model.backgrounds))
    formats = tuple(name for name in model.output_formats if (background, name) != ("transparent", "jpeg"))
    asked = validate_parameters(
        model,
        an_image_request(
            quality=draw(choice(model.qualities)),
            style=draw(choice(model.styles)),
            background=background,
            output_format=draw(choice(formats)),
            **measures,
        ),
    )
    return model, candidate, asked


@pytest.mark.requirement("S002-1", "S002-10", "X-25", "X-6")
@given(requests(), st.sampled_from([(), (REFERENCE,), (REFERENCE, REFERENCE)]))
def test_whatever_the_catalogue_allows_the_vendor_takes(
    request_: tuple[Model, Candidate, ImageParameters], references: tuple[ReferenceImage, ...]
) -> None:
    _, candidate, asked = request_
    assert answer_to(candidate, asked, references) == ACCEPTED


@pytest.mark.parametrize("model", {model.id: model for model, _ in OFFERED}.values(), ids=lambda model: model.id)
def test_every_size_on_a_models_list_is_taken(model: Model) -> None:
    sizes = model.sizes.options if model.sizes else ()
    for size in sizes:
        asked = validate_parameters(model, an_image_request(size=str(size)))
        for candidate in CATALOGUE.candidates(model, Fallback.EQUIVALENT):
            if candidate.provider == "openai":
                assert answer_to(candidate, asked, ()) == ACCEPTED


@pytest.mark.parametrize("size", ["1024x640", "640x1024", "1408x480", "3840x1280", "3840x2160", "2880x2880"])
def test_the_corners_of_free_sizes_are_taken_as_they_are(size: str) -> None:
    for model, candidate in OF_ANY_SIZE:
        if model.id == candidate.model:
            asked = validate_parameters(model, an_image_request(size=size))
            assert str(plan_upstream(candidate, "a fox", asked).parameters.size) == size
            assert answer_to(candidate, asked, ()) == ACCEPTED


@pytest.mark.requirement("X-25")
def test_the_catalogue_knows_every_image_model_that_the_vendor_lists_and_when_each_ends() -> None:
    offered = adapter().list_models()
    assert offered is not None
    known = {candidate.text_to_image for model, candidate in OFFERED}
    assert known <= {model.id for model in offered}
    ends = {model.id: model.life.ends_on for model in CATALOGUE.models() if model.id in {each.id for each in offered}}
    told = {model.id: model.shutdown_on for model in offered if model.id in ends}
    assert ends == told
    assert set(ends.values()) == {None, date(2026, 12, 1)}
