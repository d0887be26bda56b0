"""References through the deployed stack: whatever names a picture, the vendor sees its pixels, nobody its secret."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image as Picture
from tests.e2e.conftest import CREDITS, Studio
from tests.e2e.test_uploads import a_png, ended, send
from tests.support import plain_http

if TYPE_CHECKING:
    from tests.support.cloud import LocalCloud

MODEL = "seedream-v4"
SIM = "_simulator/pictures/320x200.png"


@pytest.fixture(scope="module")
def made(own_studio: Studio) -> dict[str, Any]:
    """A picture that was made in the workspace."""
    generation = own_studio.generate(prompt="the picture to work from", model="sandbox", size="512x512")
    assert generation["status"] == "COMPLETED", generation
    image: dict[str, Any] = generation["images"][0]
    return image


@pytest.fixture
def person(cloud: LocalCloud) -> Iterator[Studio]:
    """Somebody whom the bot brings."""
    import os  # noqa: PLC0415 - only here

    from tests.support.cloud import REPOSITORY  # noqa: PLC0415 - only here

    record = json.loads((REPOSITORY / os.environ.get("EASEL_DIR", ".easel") / "local.json").read_text("utf-8"))
    telegram_id = secrets.randbelow(2**40) + 1
    headers = {"Authorization": f"Bearer {record['botApiKey']}"}
    with httpx.Client(base_url=cloud.api_url, headers=headers, timeout=60, trust_env=False) as api:
        assert api.post("/api/v1/users/sync", json={"telegram_id": telegram_id}).is_success
        api.headers["X-Act-As"] = f"telegram:{telegram_id}"
        yield Studio(cloud, api)


def pixels(data: bytes) -> tuple[tuple[int, int], bytes]:
    picture = Picture.open(io.BytesIO(data)).convert("RGB")
    return picture.size, picture.tobytes()


def fetched(url: str) -> bytes:
    answer = plain_http.get(url, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:200]
    return answer.content


def seen_by_the_vendor(studio: Studio, prompt: str) -> list[bytes]:
    """The pictures that the vendor was shown for this prompt."""
    (job,) = studio.jobs(prompt)
    return [fetched(address) for address in job["input"]["images"]]


def generated_from(studio: Studio, prompt: str, *references: dict[str, str]) -> dict[str, Any]:
    generation = studio.generate(prompt=prompt, model=MODEL, references=list(references))
    assert generation["status"] == "COMPLETED", generation
    return generation


@pytest.mark.requirement("X-26")
def test_a_picture_that_was_made_here_is_used_by_its_id_and_by_its_permalink(
    own_studio: Studio, prompt: str, made: dict[str, Any]
) -> None:
    generation = generated_from(own_studio, prompt, {"imageId": made["id"]}, {"url": made["permalink"]})

    assert [reference["imageId"] for reference in generation["references"]] == [made["id"]] * 2
    original = pixels(fetched(made["url"]))
    assert [pixels(seen) for seen in seen_by_the_vendor(own_studio, prompt)] == [original, original]


@pytest.mark.requirement("X-26", "X-27")
def test_an_upload_is_used_and_kept(own_studio: Studio, prompt: str) -> None:
    data = a_png(31, 17)
    ticket = own_studio.api.post("/api/v1/uploads", json={"contentType": "image/png"}).json()
    assert send(ticket, data) == 201
    assert ended(own_studio.api, ticket["uploadId"])["state"] == "READY"

    generation = generated_from(own_studio, prompt, {"uploadId": ticket["uploadId"], "role": "front"})

    assert [(one["uploadId"], one["role"]) for one in generation["references"]] == [(ticket["uploadId"], "front")]
    assert [pixels(seen) for seen in seen_by_the_vendor(own_studio, prompt)] == [pixels(data)]
    assert own_studio.api.get(f"/api/v1/uploads/{ticket['uploadId']}").json()["expiresAt"] is None


@pytest.mark.requirement("S001-71", "X-26")
def test_a_telegram_file_is_used_by_its_id_for_a_person_of_the_bot(person: Studio, prompt: str) -> None:
    generation = generated_from(person, prompt, {"telegramFileId": "sim-120x80-fox"})

    (seen,) = seen_by_the_vendor(person, prompt)
    assert pixels(seen)[0] == (120, 80)
    assert generation["references"][0]["telegramFileId"] == "sim-120x80-fox"


def test_a_telegram_file_that_is_unknown_costs_nothing(person: Studio, prompt: str) -> None:
    generation = person.generate(prompt=prompt, model=MODEL, references=[{"telegramFileId": "AgACAgI"}])

    assert (generation["status"], generation["chargedCredits"]) == ("FAILED", 0)
    assert generation["error"]["code"] == "reference_unavailable"
    assert person.jobs(prompt) == []


def test_a_workspace_without_a_bot_cannot_name_telegram_files(own_studio: Studio, prompt: str) -> None:
    body = {"prompt": prompt, "model": MODEL, "references": [{"telegramFileId": "sim-120x80-fox"}]}

    answer = own_studio.api.post("/api/v1/generations", json=body)

    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["error"]["details"]] == ["references[0].telegramFileId"]


def test_a_picture_behind_a_secret_is_fetched_and_the_secret_shown_to_nobody(own_studio: Studio, prompt: str) -> None:
    secret = secrets.token_hex(20)
    address = f"{own_studio.simulator}/{SIM}?seed=one&sig={secret}"

    generation = generated_from(own_studio, prompt, {"url": address})

    assert generation["references"][0]["url"] == address.replace(secret, "***")
    assert secret not in json.dumps(own_studio.status(generation["id"]))
    assert [pixels(seen) for seen in seen_by_the_vendor(own_studio, prompt)] == [pixels(fetched(address))]
    assert secret not in str(everything_stored(own_studio.cloud))


def everything_stored(cloud: LocalCloud) -> list[Any]:
    client = cloud.aws.client("dynamodb")
    names = [cloud.outputs[f"{table}TableName"] for table in ("Core", "Ledger", "Ephemeral")]
    pages = (page for name in names for page in client.get_paginator("scan").paginate(TableName=name))
    return [item for page in pages for item in page["Items"]]


@pytest.mark.parametrize("kind", ["uploadId", "imageId", "permalink"])
def test_nothing_of_another_workspace_can_be_used(
    cloud: LocalCloud, own_studio: Studio, prompt: str, made: dict[str, Any], kind: str
) -> None:
    theirs: dict[str, Callable[[], dict[str, str]]] = {
        "uploadId": lambda: {
            "uploadId": own_studio.api.post("/api/v1/uploads", json={"contentType": "image/png"}).json()["uploadId"]
        },
        "imageId": lambda: {"imageId": made["id"]},
        "permalink": lambda: {"url": made["permalink"]},
    }
    stranger = cloud.new_workspace("Strangers", credits=CREDITS)
    with cloud.api(stranger) as api:
        body = {"prompt": prompt, "model": MODEL, "references": [theirs[kind]()]}
        answer = api.post("/api/v1/generations", json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_reference")
