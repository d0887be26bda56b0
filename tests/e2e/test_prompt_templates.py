"""Prompt templates, deployed: six shots of a product are six pictures; own templates work as those that ship."""

from __future__ import annotations

from typing import Any

import pytest
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import Workspace


def vendor_prompts(studio: Studio, word: str) -> set[str]:
    """What the vendor was asked for in prompts with this word."""
    answer = plain_http.get(f"{studio.simulator}/_simulator/jobs").json()
    return {job["prompt"] for job in answer["jobs"] if word in job["prompt"]}


@pytest.mark.requirement("S000-38", "X-16")
def test_a_product_becomes_six_different_pictures(studio: Studio, prompt: str) -> None:
    template = {"id": "product-shots", "variables": {"name": prompt, "material": "waxed cotton"}}

    generation = studio.generate(model="seedream-v4", size="1024x1024", template=template)

    assert (generation["status"], generation["imagesCompleted"]) == ("COMPLETED", 6), generation
    assert generation["template"]["shots"] == [image["shot"] for image in generation["images"]]
    assert vendor_prompts(studio, prompt) == {image["prompt"] for image in generation["images"]}
    assert len({image["sha256"] for image in generation["images"]}) == 6


@pytest.mark.requirement("S003-95")
def test_a_workspaces_own_template_lives_from_its_making_to_its_end(
    studio: Studio, other_workspace: Workspace, prompt: str
) -> None:
    shot = {"id": "side", "name": "Side", "text": "A {shoe}[[ in {color}]], seen from the side."}
    words: dict[str, Any] = {"name": "Shoes", "variables": [{"name": "shoe", "required": True}, {"name": "color"}]}
    made = studio.api.post("/api/v1/prompt-templates", json={**words, "shots": [shot]})
    assert made.status_code == 201, made.text
    path = f"/api/v1/prompt-templates/{made.json()['id']}"
    tried = studio.api.post(f"{path}/render", json={"variables": {"shoe": prompt}}).json()
    changed = studio.api.put(path, json={**words, "name": "Boots", "shots": [shot]}).json()
    template = {"id": changed["id"], "version": 1, "variables": {"shoe": prompt}}

    generation = studio.generate(model="sandbox", template=template)

    assert generation["status"] == "COMPLETED", generation
    assert [image["prompt"] for image in generation["images"]] == [shot["prompt"] for shot in tried["shots"]]
    assert (changed["version"], generation["template"]["version"]) == (2, 1)
    with studio.cloud.api(other_workspace) as stranger:
        assert stranger.get(path).status_code == 404
        assert stranger.delete(path).status_code == 404
    assert studio.api.delete(path).status_code == 204
    assert studio.api.get(path).status_code == 404
