"""Submitting and waiting, for doors that answer with images."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NoReturn, cast

import pytest
from tests.support.generations import WORKSPACE_ID, a_generation
from tests.support.requests import an_image_request

from easel.domain.result_cache import CachePolicy
from easel.errors import DatabaseUnavailable, InsufficientCredits
from easel.services.accounts.principal import Principal
from easel.services.generations.generate_images import Call, GenerateImages
from easel.services.generations.reuse_generation import ReuseGeneration
from easel.services.generations.submit_generation import Submitted

CALL = Call(WORKSPACE_ID, "r-1", None, wait=25)
CALLER = cast(Principal, type("Caller", (), {"workspace_id": WORKSPACE_ID})())
GENERATION = a_generation()


class Cache:
    """A cache of a workspace that uses one, as far as the database is there."""

    def __init__(self, *, finds: bool = True, remembers: bool = True) -> None:
        self.finds, self.remembers = finds, remembers
        self.remembered: list[str] = []

    def find(self, *_: Any) -> tuple[CachePolicy, str | None]:
        if not self.finds:
            raise DatabaseUnavailable("away")
        return CachePolicy(enabled=True), None

    def remember(self, _workspace: str, _fingerprint: str, generation_id: str, _until: datetime) -> None:
        if not self.remembers:
            raise DatabaseUnavailable("away")
        self.remembered.append(generation_id)


def away(*_: Any) -> NoReturn:
    raise DatabaseUnavailable("away")


def too_few(*_: Any, **__: Any) -> NoReturn:
    raise InsufficientCredits(10_000, 4_000)


def generate(cache: Cache | None = None, **parts: Any) -> GenerateImages:
    reuse = ReuseGeneration(
        fingerprint=lambda _: "f",
        cache=cast(Any, cache or Cache()),
        generations=cast(Any, None),
        clock=lambda: datetime(2026, 11, 28, tzinfo=UTC),
    )
    usual: dict[str, Any] = {
        "enter": lambda principal, _: principal,
        "reuse": reuse,
        "submit": lambda *_, **__: Submitted(GENERATION, replayed=False),
        "wait": lambda *_: GENERATION,
    }
    return GenerateImages(**usual | parts)


@pytest.mark.parametrize("top_up_url", [None, "https://shop.example/credits"])
def test_who_has_too_few_credits_learns_where_there_are_more(top_up_url: str | None) -> None:
    with pytest.raises(InsufficientCredits) as caught:
        generate(submit=too_few, top_up_url=top_up_url)(CALLER, an_image_request(), CALL)

    assert (caught.value.required, caught.value.available, caught.value.top_up_url) == (10_000, 4_000, top_up_url)


@pytest.mark.parametrize(
    ("cache", "parts", "state"),
    [
        (Cache(), {}, "miss"),
        (Cache(finds=False), {}, None),
        (Cache(remembers=False), {}, "miss"),
        (Cache(), {"wait": away}, "miss"),
    ],
    ids=["all well", "no cache", "nothing remembered", "no wait"],
)
def test_a_request_that_was_taken_is_answered_whatever_fails_around_it(
    cache: Cache, parts: dict[str, Any], state: str | None
) -> None:
    generated = generate(cache, **parts)(CALLER, an_image_request(), CALL)

    assert (generated.generation, generated.cache) == (GENERATION, state)
    assert cache.remembered == ([GENERATION.id] if cache.finds and cache.remembers else [])
