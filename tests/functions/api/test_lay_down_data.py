"""The data of a release in the tables: once for each version, whatever comes of later deployments."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from easel.services.ports.data_versions import DataSet
from easel.wiring.catalogue import lay_down_data as wiring

if TYPE_CHECKING:
    from tests.functions.api.world import World


def stored(world: World) -> list[dict[str, Any]]:
    return [item for item in world.stored() if item["pk"].startswith("DATA#")]


@pytest.mark.requirement("S001-78", "X-40")
def test_the_catalogue_and_the_prices_are_laid_down_once(world: World) -> None:
    first, second = world.run("operator/lay_down_data", {}), world.run("operator/lay_down_data", {})

    assert {name: facts["outcome"] for name, facts in first.items()} == {
        "prices": "laid down",
        "catalogue": "laid down",
    }
    assert {facts["outcome"] for facts in second.values()} == {"already there"}
    prices, catalogue = sorted(stored(world), key=lambda item: str(item["pk"]), reverse=True)
    assert json.loads(zlib.decompress(bytes(prices["text"])))["version"] == first["prices"]["version"]
    assert "seedream-v4" in zlib.decompress(bytes(catalogue["text"])).decode()


def test_a_version_that_was_laid_down_stays_whatever_a_later_release_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_down = DataSet("prices", "2026-01-01", '{"flat":1}')
    changed, next_one = DataSet("prices", "2026-01-01", '{"flat":2}'), DataSet("prices", "2026-02-01", '{"flat":2}')
    outcomes = []
    for one in (laid_down, changed, next_one):
        monkeypatch.setattr(wiring, "sets_of_this_release", lambda one=one: (one,))
        outcomes.append(world.run("operator/lay_down_data", {})["prices"]["outcome"])

    assert outcomes == ["laid down", "changed without a new version", "laid down"]
    texts = [zlib.decompress(bytes(item["text"])).decode() for item in sorted(stored(world), key=lambda one: one["sk"])]
    assert texts == [laid_down.text, next_one.text]
