"""What the page of seed 002's live client asks for beside its images: session, models, presets, and pictures early."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.harness import BASE_URL, CALLER, NOW, WORKSPACE, Api, Store
from tests.functions.api.test_workspace_images import GOOD, UNAVAILABLE, failed, made, post, workers
from tests.support.generations import a_generation

from easel.domain.permalinks import encode_permalink

if TYPE_CHECKING:
    from tests.functions.api.world import World


def load(api: Api, url: str, *, query: str = "") -> tuple[int, str | None]:
    """As `<img src>` does, for one step: without a credential."""
    path = url.removeprefix(BASE_URL)
    answer = api.call("workspace_await_image", "GET", path, query=query, authorizer=None)
    return answer.status, answer.header("Location")


@pytest.mark.requirement("S002-15", "S002-22", "S002-23", "S002-38", "X-1")
@pytest.mark.parametrize("count", [1, 4])
def test_the_whole_conversation_of_the_page(api: Api, store: Store, count: int) -> None:
    """No workspace header, always all eight fields, one look at the answer, and the picture without a credential."""

    def ask(path: str, query: str = "") -> Any:
        answer = api.call("workspace_describe_page", "GET", path, query=query)
        assert answer.status == 200, answer.body
        return answer.json

    workspace_id = ask("/api/auth/session")["user"]["currentWorkspaceId"]
    model = next(one for one in ask("/api/ai/models", "capability=image-generation")["data"] if one["id"] == "dall-e-2")
    body = {
        "workspaceId": workspace_id,
        "prompt": "A serene mountain landscape at sunset",
        "model": model["id"],
        "provider": model["provider"],
        "size": "1024x1024",
        "style": "vivid",
        "quality": "standard",
        "n": count,
    }
    workers(store, made())

    answer = api.call("workspace_submit_generation", "POST", "/api/ai/images", body=body)

    assert (answer.status, answer.json["success"]) == (200, True), answer.body
    data = answer.json["data"]
    images = data["images"] if count > 1 else [data]
    assert len(images) == count
    for image in images:
        assert image["id"]
        assert image["credits"] == 10
        # The page downloads with `fetch(url)` from its own origin: a link to the bucket, whose CORS allows it.
        assert image["url"].startswith("https://bucket.example/")


def test_the_page_shows_the_message_of_every_refusal(api: Api, store: Store) -> None:
    refused = post(api, {**GOOD, "prompt": ""}, headers={})
    assert (refused.status, refused.json["error"]["message"]) == (400, "Workspace ID is required")
    invalid = post(api, {**GOOD, "workspaceId": WORKSPACE, "prompt": ""}, headers={})
    assert (invalid.status, invalid.json["error"]["message"]) == (400, "Invalid input data")
    assert isinstance(invalid.json["error"]["fields"]["prompt"][0], str)
    workers(store, failed(UNAVAILABLE))
    away = post(api, GOOD)
    assert (away.status, isinstance(away.json["error"]["message"], str)) == (503, True)


@pytest.mark.requirement("X-4")
def test_the_url_of_a_202_shows_the_image_once_it_is_made(api: Api, store: Store) -> None:
    url = post(api, GOOD).json["data"]["url"]

    assert load(api, url) == (302, f"{url}?turn=1"), "whoever loads it keeps waiting"
    workers(store, made())
    assert load(api, url, query="turn=1") == (302, "https://bucket.example/generated/0.png?expires=3600&method=GET")


def test_a_browser_is_not_sent_in_a_circle_for_ever(api: Api) -> None:
    url = post(api, GOOD).json["data"]["url"]

    assert load(api, url, query="turn=15") == (202, None)
    assert [load(api, url, query=f"turn={turn}")[0] for turn in ("-1", "16", "+1")] == [400, 400, 400]


def test_an_image_that_failed_is_gone(api: Api, store: Store) -> None:
    url = post(api, GOOD).json["data"]["url"]
    workers(store, failed(UNAVAILABLE))

    assert load(api, url)[0] == 410


def test_a_token_that_was_changed_shows_nothing(api: Api, store: Store) -> None:
    generation = store.put(a_generation())
    token = encode_permalink(generation.workspace_id, generation.images[0].id, "ff" * 10)

    assert load(api, f"{BASE_URL}/api/ai/pictures/{token}")[0] == 404


def test_the_session_names_the_workspace_that_the_page_sends(api: Api) -> None:
    answer = api.call("workspace_describe_page", "GET", "/api/auth/session")

    assert answer.json["user"] == {"id": CALLER.user_id, "role": "owner", "currentWorkspaceId": WORKSPACE}
    assert answer.json["expires"].endswith("Z")


@pytest.mark.requirement("S002-1", "S002-8", "X-25")
def test_the_models_have_what_the_page_reads_and_each_of_them_makes_images(api: Api) -> None:
    query = "capability=image-generation"

    models = api.call("workspace_describe_page", "GET", "/api/ai/models", query=query).json["data"]

    assert {"dall-e-2", "dall-e-3", "imagen"} <= {model["id"] for model in models}
    for model in models:
        assert model["name"]
        assert model["available"] is True
        size = model["sizes"][-1] if model["sizes"] else None
        body = {**GOOD, "model": model["id"], "provider": model["provider"]}
        assert post(api, body | ({"size": size} if size else {})).status == 202, model


def test_models_of_other_kinds_are_none_and_a_provider_has_its_own(api: Api) -> None:
    def ids(query: str) -> set[str]:
        answer = api.call("workspace_describe_page", "GET", "/api/ai/models", query=query)
        return {model["provider"] for model in answer.json["data"]}

    assert ids("capability=text-generation") == set()
    assert ids("provider=openai") == {"openai"}


def test_presets_are_prompts_to_begin_with(world: World) -> None:
    key = world.tenant("Acme")["apiKey"]
    words = {"name": "Ours", "shots": [{"id": "one", "name": "One", "text": "an owl in {place}"}],
             "variables": [{"name": "place", "required": True}]}  # fmt: skip
    assert world.call("POST", "/api/v1/prompt-templates", token=key, body=words).status == 201

    def listed(query: str) -> list[dict[str, str | None]]:
        presets: list[dict[str, str | None]] = world.call("GET", "/api/presets", token=key, query=query).json["data"]
        return presets

    everything = listed("category=image&includeSystemPresets=true")
    assert "product-shots/duo" in {preset["id"] for preset in everything}
    (own,) = listed("includeSystemPresets=false")
    assert (own["name"], own["template"], own["model"]) == ("Ours: One", "an owl in {place}", None)
    assert listed("category=chat") == []


def test_waiting_ends_with_the_image(api: Api, store: Store) -> None:
    # The store answers "ended" from the third look on: the wait sees it, and does not go on to its end.
    url = post(api, GOOD).json["data"]["url"]
    found, looks = store.get, iter(range(10**6))

    def get(workspace_id: str, generation_id: str) -> object:
        generation = found(workspace_id, generation_id)
        if generation is None or next(looks) < 2:
            return generation
        done = tuple(made()(image) for image in generation.images)
        return replace(generation, images=done, completed_at=NOW + timedelta(seconds=3))

    store.get = get  # type: ignore[assignment, method-assign] # a store whose world moves on while somebody waits

    assert load(api, url)[1] == "https://bucket.example/generated/0.png?expires=3600&method=GET"
    assert next(looks) == 3


@pytest.mark.requirement("S002-23", "X-1")
def test_a_person_acts_in_the_workspace_that_the_body_names(world: World) -> None:
    token = world.person("Ada")
    team = world.call("POST", "/api/v1/workspaces", token=token, body={"name": "Team"}).json["id"]
    body = {"prompt": "an owl", "model": "sandbox", "provider": "sandbox", "workspaceId": team}

    answer = world.call("POST", "/api/ai/images", token=token, body=body, headers={"Prefer": "wait=1"})

    assert answer.status == 202, answer.body
    path, _, query = (answer.header("Location") or "").removeprefix("https://easel.example").partition("?")
    assert query == f"workspaceId={team}"
    assert world.call("GET", path, token=token, query=query).status == 202
    # Without it the person is in their own workspace, and a stranger never gets in.
    assert world.call("GET", path, token=token).status == 404
    assert world.call("GET", path, token=world.person("Eve"), query=query).status == 404
    stranger = world.call("POST", "/api/ai/images", token=world.person("Eve"), body=body)
    assert (stranger.status, stranger.json["error"]["code"]) == (404, "NOT_FOUND")
