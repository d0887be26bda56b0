"""Which door answers: one address may belong to the clients of several."""

from __future__ import annotations

import re
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easel.domain.request import Channel
from easel.http import addresses
from easel.http.addresses import ADDRESSES, RequestFacts, door_of, doors_named
from easel.http.door import ALL_DOORS, DoorName

GENERATION = "/api/v1/generations/019a9f1c-0000-7000-8000-000000000001"
IMAGE = "/api/v1/images/019a9f1c-0000-7000-8000-000000000001"
BOT_HEADERS = {"x-internal-api-key", "x-telegram-user-id", "content-type"}
PAGES = {"authorization", "content-type", "user-agent"}


def facts(request: str, **more: Any) -> RequestFacts:
    """From `METHOD /path?names`."""
    method, _, address = request.partition(" ")
    path, _, query = address.partition("?")
    sets = {name: frozenset(value) for name, value in more.items() if name != "channel"}
    return RequestFacts(method, path, frozenset(filter(None, query.split("&"))), **sets, channel=more.get("channel"))


SAMPLES: dict[DoorName, list[RequestFacts]] = {
    DoorName.CANONICAL: [
        facts("GET /api/v1/models"),
        facts("GET /api/v1/models/sandbox"),
        facts("GET /api/v1/sizes?model"),
        facts("GET /api/v1/health"),
        facts("GET /"),
        facts("GET /api/v1/info"),
        facts("GET /api/v1/debug/users", channel=Channel.API),
        facts("POST /api/v1/generations", fields={"prompt", "model"}),
        facts("GET /api/v1/generations?limit&cursor", headers=PAGES, channel=Channel.API),
        facts("GET /api/v1/generations?page", headers=PAGES, channel=Channel.TELEGRAM),
        facts(f"GET {GENERATION}", headers=PAGES, channel=Channel.API),
        facts(f"GET {GENERATION}", headers={"authorization", "x-act-as"}, channel=Channel.TELEGRAM),
        facts(f"POST {GENERATION}/cancel"),
        facts(f"GET {IMAGE}?variant", headers=PAGES),
        facts(f"GET {IMAGE}/provenance", headers=PAGES),
        facts("GET /api/v1/images/no-such-image", headers=PAGES),
        facts("GET /api/v1/images?cursor&limit", channel=Channel.API),
        facts("POST /api/v1/users/sync", headers=PAGES, fields={"telegram_id"}, channel=Channel.TELEGRAM),
        facts("GET /api/v1/users/1/balance", headers=PAGES, channel=Channel.TELEGRAM),
        facts("GET /i/token"),
        facts("GET /api/v1/products?cursor&limit", channel=Channel.API),
        facts("POST /api/v1/products", fields={"name", "frontUploadId"}),
        facts(f"DELETE {GENERATION}"),
        facts(f"DELETE {IMAGE}"),
    ],
    DoorName.SHOP: [
        facts("POST /api/products"),
        facts("GET /api/products?page&limit"),
        facts("PUT /api/products/1", fields={"name"}),
        facts("POST /api/generations", fields={"productId", "model"}),
        facts("GET /api/generations?status&page&limit"),
        facts("GET /api/generations/1"),
        facts("DELETE /api/generations/1"),
        facts("GET /api/generations/1/download"),
        facts(f"GET {GENERATION}/download"),
        facts("GET /api/images/019a9f1c-0000-7000-8000-000000000001"),
        facts("POST /api/upload/product-images"),
    ],
    DoorName.BOT: [
        facts("GET /api/v1/models", headers={"x-internal-api-key"}),
        facts("GET /api/v1/models", headers={"x-telegram-init-data"}),
        facts("GET /api/v1/sizes", headers={"x-internal-api-key"}),
        facts("GET /api/v1/health", headers={"x-internal-api-key"}),
        facts("POST /api/v1/users/sync", headers=BOT_HEADERS, fields={"telegram_id"}),
        facts("GET /api/v1/users/1/balance", headers=BOT_HEADERS),
        facts("GET /api/v1/users/1/trial", headers=BOT_HEADERS),
        facts("GET /api/v1/users/1/ban-status", headers=BOT_HEADERS),
        facts("POST /api/v1/generations/submit", fields={"telegram_id", "model_id", "prompt"}),
        facts("POST /api/v1/generations/price", fields={"telegram_id", "model_id"}),
        facts("GET /api/v1/generations/active?telegram_id"),
        facts("GET /api/v1/generations?telegram_id&limit&offset"),
        facts(f"GET {GENERATION}?telegram_id"),
        facts(f"GET {GENERATION}?telegram_id", headers={"authorization"}, channel=Channel.TELEGRAM),
        facts(f"GET {GENERATION}", headers=BOT_HEADERS),
        facts(f"POST {GENERATION}/refresh", fields={"telegram_id"}),
        facts(f"GET {GENERATION}/results?telegram_id"),
        facts("POST /api/v1/media/upload"),
        facts("POST /api/v1/payments/stars/confirm", headers=BOT_HEADERS),
        facts("GET /api/v1/referrals/1", headers=BOT_HEADERS),
        facts("POST /api/v1/tools/upscale", headers=BOT_HEADERS),
    ],
    DoorName.WORKSPACE: [
        facts("POST /api/ai/images", fields={"workspaceId", "prompt", "model", "provider", "size"}),
        facts("GET /api/ai/models?capability"),
        facts("GET /api/auth/session"),
        facts("GET /api/presets?category"),
    ],
    DoorName.STUDIO: [
        facts("POST /api/v1/images/generate", fields={"prompt", "imageSize", "watermark"}),
        facts("POST /api/v1/images/generate"),
        facts("POST /api/images/generate", fields={"prompt"}),
        facts("GET /api/v1/images?limit&offset", headers=PAGES),
        facts("GET /api/v1/images"),
        facts("GET /api/v1/images?cursor", channel=Channel.WEB),
        facts("GET /api/v1/prompts?limit&offset"),
        facts("GET /api/v1/data/analytics"),
    ],
    DoorName.CONTENT: [
        facts("POST /api/v1/images", fields={"contentItemId", "title", "description"}),
        facts("POST /api/images/generate", headers={"content-type"}, fields={"contentItemId", "title"}),
        facts("POST /api/images/generate"),
        facts("POST /api/v1/images/generate", fields={"contentItemId", "title"}),
        facts("POST /generate", fields={"prompt", "title", "negativePrompt", "style", "aspectRatio"}),
        facts("GET /api/v1/images/post-7/hero-1764000000000.png"),
        facts("GET /api/v1/images/post-7%2Fhero-1764000000000.png"),
        facts("DELETE /api/v1/images/post-7%2fhero-1764000000000.png"),
        facts("DELETE /api/images/post-7/hero-1764000000000.png"),
        facts("GET /media/draft-images/post-7/hero-1764000000000.png"),
        facts("GET /api/v1/content-items/post-7/images?limit&cursor"),
        facts("POST /api/images", fields={"draftId", "idea", "variants"}),
        facts("DELETE /api/images", fields={"paths"}),
    ],
    DoorName.OPENAI: [
        facts("POST /v1/images/generations", fields={"prompt", "model"}),
        facts("POST /v1/images/edits"),
        facts("GET /v1/models"),
        facts("GET /v1/models/gpt-image-1"),
    ],
}
EVERY_SAMPLE = [(door, sample) for door, samples in SAMPLES.items() for sample in samples]
READABLE = [f"{door}: {sample.method} {sample.path} {index}" for index, (door, sample) in enumerate(EVERY_SAMPLE)]


@pytest.mark.parametrize(("door", "sample"), EVERY_SAMPLE, ids=READABLE)
@pytest.mark.requirement("X-28")
def test_what_a_doors_clients_send_reaches_that_door(door: DoorName, sample: RequestFacts) -> None:
    choice = door_of(sample)

    assert (choice.door, choice.refusal) == (door, None)


@pytest.mark.parametrize(("door", "sample"), EVERY_SAMPLE, ids=READABLE)
def test_a_closed_door_answers_nothing(door: DoorName, sample: RequestFacts) -> None:
    for opened in subsets(ALL_DOORS):
        chosen = door_of(sample, opened).door

        assert chosen in opened or chosen is DoorName.CANONICAL
        if door in opened:
            assert chosen is door


@pytest.mark.parametrize("sample", SAMPLES[DoorName.CANONICAL], ids=lambda sample: f"{sample.method} {sample.path}")
def test_opening_other_doors_changes_nothing_for_canonical_callers(sample: RequestFacts) -> None:
    for others in subsets(ALL_DOORS - {DoorName.CANONICAL}):
        assert door_of(sample, {DoorName.CANONICAL, *others}).door is DoorName.CANONICAL


@pytest.mark.parametrize("sample", [sample for _, sample in EVERY_SAMPLE], ids=READABLE)
def test_where_only_the_canonical_door_is_open_it_answers_everything(sample: RequestFacts) -> None:
    choice = door_of(sample, {DoorName.CANONICAL})

    assert (choice.door, choice.refusal) == (DoorName.CANONICAL, None)


@pytest.mark.parametrize(
    ("path", "home"),
    [("/api/v1/images/generate", DoorName.STUDIO), ("/api/images/generate", DoorName.CONTENT)],
)
@pytest.mark.requirement("X-28")
def test_a_request_with_the_facts_of_two_doors_is_refused_and_names_both_fields(path: str, home: DoorName) -> None:
    contradictory = facts(f"POST {path}", fields={"contentItemId", "prompt"})

    choice = door_of(contradictory)

    assert choice.door is home
    assert choice.refusal is not None
    assert [fault.field for fault in choice.refusal.fields] == ["contentItemId", "prompt"]
    assert door_of(contradictory, ALL_DOORS - {DoorName.STUDIO}).refusal is None


names = st.frozensets(
    st.sampled_from(["telegram_id", "cursor", "offset", "prompt", "contentItemId", "x-internal-api-key", "x-act-as"])
)


@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PATCH", "HEAD"]),
    path=st.sampled_from([sample.path for _, sample in EVERY_SAMPLE])
    | st.text(max_size=40).map(lambda text: f"/{text}"),
    query=names,
    headers=names,
    fields=names,
    channel=st.none() | st.sampled_from(list(Channel)),
    opened=st.frozensets(st.sampled_from(list(DoorName)), min_size=1),
)
def test_any_request_gets_an_open_door_or_the_canonical_one(opened: frozenset[DoorName], **sent: Any) -> None:
    assert door_of(RequestFacts(**sent), opened).door in opened | {DoorName.CANONICAL}


def test_a_setting_with_a_name_that_no_door_has_is_wrong() -> None:
    assert doors_named(["canonical", "bot"]) == {DoorName.CANONICAL, DoorName.BOT}
    with pytest.raises(ValueError, match="shopping"):
        doors_named(["canonical", "shopping"])


def test_the_table_in_the_readme_has_every_shared_address_with_its_doors() -> None:
    readme = Path(addresses.__file__).with_name("README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z]+) (\S+)` \| (\w+) \| (.*?) ?\|$", readme, re.MULTILINE)
    written = {(method, path): (home, set(re.findall(r"\*\*(\w+)\*\*", others))) for method, path, home, others in rows}

    assert written == {
        (address.method, address.path): (address.home.value, {door.value for door in address.others})
        for address in ADDRESSES
    }


def subsets(doors: frozenset[DoorName]) -> list[set[DoorName]]:
    listed = sorted(doors)
    return [set(some) for some in chain.from_iterable(combinations(listed, size) for size in range(1, len(listed) + 1))]
