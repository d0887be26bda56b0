"""Each folder below functions/api has a short handler, and the authorizer serves its sample event."""

from __future__ import annotations

import json

import pytest
from tests.functions.api.harness import CALLER, Store, handler, invoke
from tests.support.folders import FUNCTIONS, all_folders, api_folder

FOLDERS = [folder for folder in all_folders() if folder.startswith("api/")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_is_short(folder: str) -> None:
    assert len((FUNCTIONS / folder / "handler.py").read_text("utf-8").splitlines()) <= 60
    assert handler(folder.rpartition("/")[2]).lambda_handler


@pytest.mark.usefixtures("api")
def test_the_authorizer_serves_its_sample(store: Store) -> None:
    sample = json.loads((FUNCTIONS / api_folder("authorize_request") / "event.json").read_text("utf-8"))
    store.know(sample["headers"]["authorization"].removeprefix("Bearer "), CALLER)

    assert "principal" in invoke("authorize_request", sample)["context"]
