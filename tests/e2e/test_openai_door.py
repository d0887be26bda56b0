"""The OpenAI door on the deployed stack, with OpenAI's own client as it is."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest
from PIL import Image as Picture
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import wait_for


@pytest.fixture(scope="module")
def client(own_studio: Studio) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{own_studio.cloud.api_url}/v1", api_key=own_studio.workspace.api_key, timeout=60
    ) as made:
        yield made


def spent(studio: Studio) -> float:
    found: float = studio.api.get("/api/v1/wallet").json()["spent"]["credits"]
    return found


def picture(text: str | None) -> Picture.Image:
    assert text
    opened = Picture.open(io.BytesIO(base64.b64decode(text)))
    opened.load()
    return opened


def png(*, hole: bool = False, side: int = 256) -> tuple[str, bytes, str]:
    buffer = io.BytesIO()
    drawn = Picture.new("RGBA", (side, side), (200, 40, 40, 255))
    if hole:
        drawn.paste((0, 0, 0, 0), (64, 64, 192, 192))
    drawn.save(buffer, "PNG")
    return "picture.png", buffer.getvalue(), "image/png"


@pytest.mark.parametrize("model", ["gpt-image-1", "nano-banana-2.1", "seedream-v4"])
def test_every_family_of_models_makes_images(
    client: openai.OpenAI, own_studio: Studio, prompt: str, model: str
) -> None:
    before = spent(own_studio)

    answer = client.images.with_raw_response.generate(model=model, prompt=prompt, size="1024x1024")

    (image,) = answer.parse().data or []
    assert picture(image.b64_json).size == (1024, 1024)
    assert spent(own_studio) - before == float(answer.headers["x-easel-cost-credits"]) > 0
    assert answer.headers["x-request-id"]
    assert int(answer.headers["x-ratelimit-remaining-requests"]) > 0
    if model.startswith("gpt-image"):
        assert image.url is None
    else:
        # Open WebUI fetches the address with its key.
        headers = {"Authorization": f"Bearer {own_studio.workspace.api_key}"}
        shown = plain_http.get(str(image.url), headers=headers, follow_redirects=True)
        assert Picture.open(io.BytesIO(shown.content)).size == (1024, 1024)


def test_an_edit_sends_its_mask_and_streams(client: openai.OpenAI, own_studio: Studio, prompt: str) -> None:
    events = list(client.images.edit(model="gpt-image-1", image=png(), mask=png(hole=True), prompt=prompt, stream=True))

    assert [event.type for event in events] == ["image_edit.completed"]
    assert picture(events[0].b64_json)
    (job,) = own_studio.jobs(prompt)
    assert [part["field"] for part in job["input"]["images"]] == ["image", "mask"]


def test_a_variation_of_a_picture(client: openai.OpenAI) -> None:
    with pytest.deprecated_call():
        answer = client.images.create_variation(image=png(), size="512x512")

    assert answer.data
    assert picture(answer.data[0].b64_json).size == (512, 512)


def test_models_are_listed(client: openai.OpenAI) -> None:
    names = {model.id for model in client.models.list()}

    assert {"gpt-image-1", "dall-e-3", "seedream-v4", "nano-banana-pro"} <= names
    assert client.models.retrieve("imagen-4").id == "imagen"


def test_a_stream_ends_with_the_image(client: openai.OpenAI, prompt: str) -> None:
    events = list(client.images.generate(model="gpt-image-1", prompt=prompt, stream=True))

    assert [event.type for event in events] == ["image_generation.completed"]
    assert picture(events[0].b64_json)


def test_a_call_that_takes_longer_than_a_wait_is_one_job_and_one_charge(
    client: openai.OpenAI, own_studio: Studio, prompt: str
) -> None:
    before, slow = spent(own_studio), f"{prompt} [fault:slow seconds=4]"
    counted: list[str] = []

    def note(request: Any) -> None:
        counted.append(request.headers["x-stainless-retry-count"])

    with openai.DefaultHttpxClient(event_hooks={"request": [note]}, trust_env=False) as http:
        # A busy machine may need more calls than the two that the client repeats by default.
        impatient = client.with_options(http_client=http, default_headers={"Prefer": "wait=2"}, max_retries=30)
        answer = impatient.images.with_raw_response.generate(model="gpt-image-1", prompt=slow)

    assert answer.parse().data
    assert len(counted) > 1, "the first answer was 504"
    assert counted == [str(turn) for turn in range(len(counted))]
    assert len(own_studio.jobs(slow)) == 1
    assert spent(own_studio) - before == float(answer.headers["x-easel-cost-credits"]) > 0


def test_equal_calls_at_the_same_time_are_jobs_of_their_own(
    client: openai.OpenAI, own_studio: Studio, prompt: str
) -> None:
    def make(_: int) -> Any:
        return client.images.with_raw_response.generate(model="seedream-v4", prompt=prompt)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(make, range(2)))

    assert len({answer.headers["x-easel-generation-id"] for answer in answers}) == 2
    assert len(own_studio.jobs(prompt)) == 2


def test_each_class_of_errors_is_told_apart(client: openai.OpenAI, own_studio: Studio, prompt: str) -> None:
    create: Any = client.with_options(max_retries=0).images.generate
    with pytest.raises(openai.AuthenticationError) as unknown:
        client.with_options(api_key="sk-wrong", max_retries=0).models.list()
    assert unknown.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError) as missing:
        create(model="gpt-image-99", prompt=prompt)
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError) as invalid:
        create(model="gpt-image-1", prompt=prompt, size="7x7")
    assert (invalid.value.param, invalid.value.type) == ("size", "invalid_request_error")
    with pytest.raises(openai.BadRequestError) as partial:
        create(model="gpt-image-1", prompt=prompt, stream=True, partial_images=2)
    assert partial.value.param == "partial_images"
    with pytest.raises(openai.BadRequestError) as refused:
        create(model="gpt-image-1", prompt=f"{prompt} [fault:moderation]")
    assert refused.value.code == "content_policy_violation"
    poor = own_studio.cloud.new_workspace("Poor")
    with pytest.raises(openai.APIStatusError) as short:
        client.with_options(api_key=poor.api_key).images.generate(
            model="gpt-image-1", prompt=prompt, n=10, response_format="url"
        )
    assert (short.value.status_code, short.value.code) == (402, "insufficient_quota")


@pytest.mark.requirement("S002-71")
def test_a_batch_goes_from_a_file_to_a_file(client: openai.OpenAI, own_studio: Studio, prompt: str) -> None:
    body = {"model": "gpt-image-1", "prompt": prompt, "size": "1024x1024"}
    lines = [{"custom_id": str(n), "method": "POST", "url": "/v1/images/generations", "body": body} for n in range(2)]
    lines.append(lines[0] | {"custom_id": "wrong", "body": body | {"model": "none"}})
    content = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.create(purpose="batch", file=("lines.jsonl", content))
    before = spent(own_studio)

    started = client.batches.create(
        input_file_id=file.id, endpoint="/v1/images/generations", completion_window="24h", metadata={"for": "a test"}
    )

    def ended() -> Any:
        batch = client.batches.retrieve(started.id)
        return batch if batch.status == "completed" else None

    batch = wait_for(ended, within_seconds=60, what=f"batch {started.id} is completed")
    assert batch.request_counts.model_dump() == {"total": 3, "completed": 2, "failed": 1}
    made = [json.loads(line) for line in client.files.content(batch.output_file_id).text.splitlines()]
    assert [each["custom_id"] for each in made] == ["0", "1"]
    for each in made:
        shown = plain_http.get(each["response"]["body"]["data"][0]["url"], follow_redirects=True)
        assert Picture.open(io.BytesIO(shown.content)).size == (1024, 1024)
    (failed,) = (json.loads(line) for line in client.files.content(batch.error_file_id).text.splitlines())
    assert failed["response"]["body"]["error"]["code"] == "model_not_found"
    assert spent(own_studio) > before
    assert client.files.delete(batch.output_file_id).deleted
    assert batch.id in {each.id for each in client.batches.list()}
