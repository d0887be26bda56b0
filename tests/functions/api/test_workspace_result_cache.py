"""A workspace may have the same request answered with the same images, at no cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import WORKSPACE, Api, Store
from tests.functions.api.test_workspace_images import GOOD, IN_WORKSPACE, UNAVAILABLE, failed, made, post, workers
from tests.support.emulator import Emulator
from tests.support.tables import create_core_table

from easel.domain.result_cache import CachePolicy
from easel.ids import new_id
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.result_cache import DynamoResultCache

if TYPE_CHECKING:
    from tests.functions.api.world import World

HEADER = "X-Easel-Cache"


@pytest.fixture
def caching(store: Store) -> Store:
    store.cache.policies[WORKSPACE] = CachePolicy(enabled=True)
    return store


@pytest.mark.requirement("S002-74")
def test_the_same_request_is_answered_with_the_same_images_at_no_cost(api: Api, caching: Store) -> None:
    workers(caching, made())
    first = post(api, {**GOOD, "n": 2})

    # Spelled otherwise, but with the same meaning.
    again = post(api, {**GOOD, "n": 2.0, "size": "1024*1024", "quality": "standard", "workspaceId": WORKSPACE})

    assert (first.header(HEADER), again.header(HEADER)) == ("miss", "hit")
    ids = [[image["id"] for image in answer.json["data"]["images"]] for answer in (first, again)]
    assert ids[0] == ids[1]
    assert again.json["data"]["totalCredits"] == 0
    assert [image["credits"] for image in again.json["data"]["images"]] == [0, 0]
    assert (len(caching.generations), len(caching.submissions.holds)) == (1, 1)


@pytest.mark.parametrize(
    "change", [{"prompt": "Another"}, {"n": 2}, {"quality": "hd"}, {"size": "1792x1024"}, {"style": "vivid"}], ids=str
)
def test_another_request_makes_images_of_its_own(api: Api, caching: Store, change: dict[str, Any]) -> None:
    workers(caching, made())
    post(api, GOOD)

    assert post(api, GOOD | change).header(HEADER) == "miss"
    assert len(caching.generations) == 2


def test_a_workspace_that_has_not_chosen_it_reuses_nothing(api: Api, store: Store) -> None:
    workers(store, made())

    answers = [post(api, GOOD) for _ in range(2)]

    assert [answer.header(HEADER) for answer in answers] == [None, None]
    assert (len(store.generations), store.cache.results) == (2, {})


def test_what_is_still_running_or_failed_is_not_reused(api: Api, caching: Store) -> None:
    assert post(api, GOOD).status == 202
    assert post(api, GOOD).header(HEADER) == "miss"
    workers(caching, failed(UNAVAILABLE))
    assert post(api, GOOD).status == 503
    assert post(api, {**GOOD, "n": 2}).status == 503

    assert len(caching.generations) == 4


def test_some_of_the_images_are_not_what_was_asked_for(api: Api, caching: Store) -> None:
    workers(caching, made(), failed(UNAVAILABLE))

    answers = [post(api, {**GOOD, "n": 2}) for _ in range(2)]

    assert [answer.header(HEADER) for answer in answers] == ["miss", "miss"]


def test_new_images_can_be_had_and_answer_from_then_on(api: Api, caching: Store) -> None:
    workers(caching, made())
    ids = [
        post(api, GOOD, headers=IN_WORKSPACE | headers).json["data"]["id"]
        for headers in ({}, {"Cache-Control": "no-cache"}, {})
    ]

    assert ids[0] != ids[1]
    assert ids[1] == ids[2]


def test_a_picture_at_a_web_address_may_change_so_its_edits_are_made_anew(api: Api, caching: Store) -> None:
    workers(caching, made())
    body = {**GOOD, "image": "https://pictures.example/1.png"}

    for _ in range(2):
        answer = api.call("workspace_edit_images", "POST", "/api/ai/images/edits", body=body, headers=IN_WORKSPACE)
        assert (answer.status, answer.header(HEADER)) == (200, None)
    assert len(caching.generations) == 2


def test_a_member_reads_the_choice_and_an_admin_changes_it(world: World) -> None:
    tenant = world.tenant("Acme", key="admin")
    member = world.key_with(tenant["workspaceId"], "workspace:read")

    def cache(method: str, key: str, body: Any = None) -> tuple[int, Any]:
        answer = world.call(method, "/api/ai/cache", token=key, body=body)
        return answer.status, answer.json

    assert cache("GET", member) == (200, {"enabled": False, "hours": 24})
    assert cache("PUT", member, {"enabled": True})[0] == 403
    assert cache("PUT", tenant["apiKey"], {"enabled": True, "hours": 48}) == (200, {"enabled": True, "hours": 48})
    assert cache("GET", member) == (200, {"enabled": True, "hours": 48})
    assert cache("PUT", tenant["apiKey"], {"enabled": True, "hours": None}) == (200, {"enabled": True, "hours": 24})
    for hours in (0, 721, "24"):
        assert cache("PUT", tenant["apiKey"], {"enabled": True, "hours": hours})[0] == 400


def test_a_result_expires_and_belongs_to_one_workspace(emulator: Emulator) -> None:
    client = emulator.client("dynamodb")
    cache = DynamoResultCache(client, create_core_table(client))
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    ours, theirs, generation_id = new_id(), new_id(), new_id()
    DynamoTransactions(client).commit(cache.setting(ours, CachePolicy(enabled=True, hours=1), now))
    cache.remember(ours, "f" * 64, generation_id, now + timedelta(hours=1))

    assert cache.find(ours, "f" * 64, now + timedelta(minutes=59)) == (
        CachePolicy(enabled=True, hours=1),
        generation_id,
    )
    assert cache.find(ours, "f" * 64, now + timedelta(minutes=61)) == (CachePolicy(enabled=True, hours=1), None)
    assert cache.find(ours, "e" * 64, now) == (CachePolicy(enabled=True, hours=1), None)
    assert cache.find(theirs, "f" * 64, now) == (CachePolicy(), None)
