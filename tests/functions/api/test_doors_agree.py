"""The same request through any door is the same generation at the same price."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from tests.functions.api.bot_client import BotClient
from tests.functions.api.shop import FACTS, Shop
from tests.functions.api.world import World

PROMPT: Final = "A red fox in the snow"
MODEL: Final = "seedream-v4"
SIZE: Final = "1024x1024"


def canonical(world: World, key: str, workspace_id: str, **more: Any) -> Any:
    body = {"prompt": PROMPT, "model": MODEL, "size": SIZE, **more}
    return world.call("POST", "/api/v1/generations", token=key, body=body)


def studio(world: World, key: str, workspace_id: str) -> Any:
    body = {"prompt": PROMPT, "imageSize": SIZE}
    return world.call("POST", "/api/v1/images/generate", token=key, body=body)


def workspace(world: World, key: str, workspace_id: str) -> Any:
    body = {"prompt": PROMPT, "model": MODEL, "provider": "wavespeed", "size": SIZE, "workspaceId": workspace_id}
    # Its handler has a wait of its own.
    return world.call("POST", "/api/ai/images", token=key, body=body, headers={"prefer": "wait=0"})


def openai(world: World, key: str, workspace_id: str) -> Any:
    body = {"prompt": PROMPT, "model": MODEL, "size": SIZE}
    return world.call("POST", "/v1/images/generations", token=key, body=body)


def content(world: World, key: str, workspace_id: str) -> Any:
    """With a prompt of its own: a title alone becomes another one. Its pictures are JPEG."""
    body = {"prompt": PROMPT, "title": "Foxes", "aspectRatio": "1:1"}
    return world.call("POST", "/generate", token=key, body=body)


def bot(world: World, key: str, workspace_id: str) -> Any:
    client = BotClient(world, world.tenant("Bot", key="bot")["apiKey"])
    client.sync()
    return client.submit(model_id=client.models()[MODEL], prompt=PROMPT, size=SIZE)


DOORS: Final[dict[str, Callable[..., Any]]] = {
    "canonical": canonical,
    "studio": studio,
    "workspace": workspace,
    "openai": openai,
    "bot": bot,
    "content": content,
}


@pytest.fixture
def wanted(world: World) -> World:
    world.environment.update({"STUDIO_MODEL": MODEL, "CONTENT_MODEL": MODEL})
    return world


def made_by(world: World, door: str, **more: Any) -> dict[str, Any]:
    """What is stored of one request: what is made of it, and what is held for it."""
    tenant = world.tenant("Acme", credits=100)
    answer = DOORS[door](world, tenant["apiKey"], tenant["workspaceId"], **more)
    # Nothing makes images here: doors that wait answer that it takes longer.
    assert answer.status in {200, 201, 202, 503, 504}, answer.body
    (request,) = [item for item in world.stored() if item.get("entity") == "REQUEST"]
    return {name: request.get(name) for name in ("prompt", "model", "mode", "parameters", "price")}


@pytest.mark.parametrize("door", [name for name in DOORS if name != "canonical"])
def test_the_same_request_makes_and_costs_the_same(wanted: World, door: str) -> None:
    other = made_by(wanted, door)
    forget_requests(wanted)

    assert other["price"] is not None
    assert other == made_by(wanted, "canonical", **({"outputFormat": "jpeg"} if door == "content" else {}))


def forget_requests(world: World) -> None:
    for item in world.stored():
        if str(item["sk"]).endswith("#REQUEST"):
            key = {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}
            world.emulator.client("dynamodb").delete_item(TableName=world.environment["CORE_TABLE_NAME"], Key=key)


def test_pictures_of_a_product_are_those_of_its_template(world: World) -> None:
    """The shop door has no prompt: its shots are those of the template that every door may use."""
    shop = Shop(world, credits=500)
    front, back = shop.upload(), shop.upload()
    product = shop.product(frontUploadId=front, backUploadId=back)
    sent = {"productId": product["id"], "model": MODEL, "shots": ["duo", "flat-lay"]}
    assert shop.call("POST", "/api/generations", body=sent).status == 202
    (by_shop,) = [item for item in world.stored() if item.get("entity") == "REQUEST"]
    forget_requests(world)

    body = {
        "model": MODEL,
        "template": {"id": "product-shots", "variables": FACTS, "shots": ["duo", "flat-lay"]},
        "references": [{"uploadId": front, "role": "front"}, {"uploadId": back, "role": "back"}],
    }
    assert shop.call("POST", "/api/v1/generations", body=body).status == 202
    (by_template,) = [item for item in world.stored() if item.get("entity") == "REQUEST"]

    same = ("model", "mode", "parameters", "price", "template")
    assert {name: by_shop.get(name) for name in same} == {name: by_template.get(name) for name in same}
    assert by_shop["price"]["total"] > 0
