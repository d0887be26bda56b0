"""The sample event beside each handler is one that the function serves, and each folder is complete."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.functions.api.harness import CALLER, WORKSPACE, Api, Store, handler, invoke
from tests.support.generations import a_generation, a_stored_image

from easel.domain.image import Image, Status
from easel.ids import image_id

FOLDERS = sorted(path.parent for path in Path(__file__).parents[3].glob("functions/api/*/*/handler.py"))
EXPECTED = {
    "submit_generation": 202,
    "read_generations": 200,
    "cancel_generation": 200,
    "read_images": 302,
    "describe_models": 200,
    "describe_service": 200,
}


@pytest.fixture
def world(store: Store, api: Api) -> Api:
    """What the samples speak of."""
    generation = a_generation(workspace_id=WORKSPACE)
    picture = Image(image_id(generation.id, 0), 0, Status.COMPLETED, None, stored=a_stored_image())
    store.put(a_generation(workspace_id=WORKSPACE, status=Status.PROCESSING, images=(picture,)))
    store.know(sample("authorize_request")["headers"]["authorization"].removeprefix("Bearer "), CALLER)
    return api


def sample(folder: str) -> dict[str, Any]:
    (path,) = [found / "event.json" for found in FOLDERS if found.name == folder]
    event: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return event


@pytest.mark.parametrize(("folder", "status"), EXPECTED.items())
def test_a_function_serves_its_sample(world: Api, folder: str, status: int) -> None:
    answer = world.send(folder, sample(folder))

    assert answer.status == status
    assert answer.header("X-Request-ID") == "sample-1"


def test_the_authorizer_serves_its_sample(world: Api) -> None:
    assert "principal" in invoke("authorize_request", sample("authorize_request"))["context"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_folder_holds_a_short_handler_and_its_sample(folder: Path) -> None:
    assert (folder / "event.json").is_file()
    assert len((folder / "handler.py").read_text("utf-8").splitlines()) <= 64
    assert handler(folder.name).lambda_handler
