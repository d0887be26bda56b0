"""Every route of the stack, called without valid credentials, with too little scope, and from another tenant.

A route that is added to the stack is called here automatically. It needs a row in `BODIES` when it takes a body, and
one in `theirs` when its path has a parameter that this test has not seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from infra.constructs.doors import ROUTES
from infra.constructs.functions.room import Route
from tests.functions.api.world import World, world
from tests.support.failures import code_in
from tests.support.generations import a_generation, a_stored_image
from tests.support.issuer import an_issuer, payload

from easel.domain.access import ALL_SCOPES
from easel.domain.api_keys import new_api_key
from easel.domain.content_item import ContentImage, ContentVariant
from easel.domain.deliveries import Delivery, delivery_id
from easel.domain.events import Event, image_deleted
from easel.domain.image import Image, Status
from easel.ids import image_id, new_generation_id, new_id
from easel.repositories.content_images import DynamoContentImages
from easel.repositories.delivery.deliveries import DynamoDeliveries
from easel.repositories.delivery.event_log import DynamoEventLog
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

pytestmark = pytest.mark.long

PUBLIC = {
    "GET /i/{token}",
    "GET /api/v1/public/gallery",
    "GET /api/v1/public/images/{publicationId}",
    "GET /s/{token}",
    "POST /s/{token}",
    "GET /s/{token}/image",
    "GET /i/{token}/photo.jpg",
    "GET /api/ai/pictures/{token}",
    "GET /api/v1/models",
    "GET /api/v1/models/{modelId}",
    "GET /api/v1/sizes",
    "GET /",
    "GET /api/v1/health",
    "GET /api/v1/status",
    "GET /api/v1/info",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/{file}",
    "POST /api/v1/auth/telegram",
    "POST /api/v1/callbacks/{provider}",
    "GET /media/draft-images/{contentItemId}/{filename}",
    "GET /media/draft-images/{contentItemId}/{filename}/{rendition}",
}
NO_SCOPE_NEEDED = {"GET /api/v1/me"}
BODIES: dict[str, Any] = {
    "POST /api/v1/generations": {"prompt": "a red fox", "model": "sandbox"},
    "POST /v1/images/generations": {"prompt": "a red fox", "model": "sandbox", "response_format": "url"},
    "POST /v1/images/edits": {"prompt": "a red fox", "model": "sandbox", "image": new_id()},
    "POST /v1/files": {},
    "POST /v1/batches": {
        "input_file_id": f"file-{new_id()}",
        "endpoint": "/v1/images/generations",
        "completion_window": "24h",
    },
    "POST /v1/batches/{batchId}/cancel": None,
    "POST /v1/images/variations": {"model": "sandbox", "image": new_id()},
    "PUT /api/ai/cache": {"enabled": True},
    "POST /api/ai/images/edits": {
        "prompt": "a red fox",
        "model": "seedream-v4",
        "provider": "wavespeed",
        "workspaceId": new_id(),
        "image": new_id(),
    },
    "POST /api/ai/images/variations": {
        "model": "seedream-v4",
        "provider": "wavespeed",
        "workspaceId": new_id(),
        "image": new_id(),
    },
    "POST /api/ai/images": {"prompt": "a red fox", "model": "sandbox", "provider": "sandbox", "workspaceId": new_id()},
    "POST /api/v1/generations/{generationId}/cancel": None,
    "POST /api/v1/realtime/tickets": None,
    "POST /api/v1/generations/submit": {"telegram_id": 279058397, "model_id": 1, "prompt": "a red fox"},
    "POST /api/v1/users/{telegram_id}/grants": {"charge_id": "c-1", "credits": 1},
    "POST /api/v1/payments/stars/confirm": {
        "telegram_id": 279058397,
        "stars_amount": 100,
        "telegram_charge_id": "c-1",
    },
    "POST /api/v1/payments/stars/refund/{chargeId}": None,
    "POST /api/v1/payments/stars/refund": {"telegram_charge_id": "c-1"},
    "PUT /api/v1/generations/{generationId}/results/{resultNumber}/telegram-file": {"file_id": "AgAC"},
    "POST /api/v1/generations/price": {"telegram_id": 279058397, "model_id": 1},
    "POST /api/v1/generations/{generationId}/refresh": {"telegram_id": 279058397},
    "POST /api/v1/admin/generations/{generationId}/settle": {"reason": "The provider lost it."},
    "POST /api/v1/wallet/grants": {"id": "gift-1", "workspaceId": new_id(), "kind": "promotion", "credits": 1},
    "POST /api/v1/gallery/marks": {"imageIds": [new_id()], "favourite": True},
    "PUT /api/v1/images/{imageId}/publication": {"showPrompt": True},
    "POST /api/v1/shares": {"imageId": image_id(new_generation_id(), 0)},
    "POST /api/v1/gallery/trash": {"imageIds": [new_id()]},
    "POST /api/v1/gallery/restore": {"imageIds": [new_id()]},
    "POST /api/v1/uploads": {"contentType": "image/png"},
    "POST /api/v1/media/upload": {},
    "POST /api/upload/product-images": {},
    "POST /api/v1/upload/product-images": {},
    "POST /api/v1/quotes": {"prompt": "a red fox", "model": "sandbox"},
    "PUT /api/v1/budgets/workspace": {"credits": 10},
    "PUT /api/v1/budgets/keys/{keyId}": {"credits": 10},
    "POST /api/v1/prompt-templates": {"name": "Mine", "shots": [{"id": "one", "name": "One", "text": "a fox"}]},
    "PUT /api/v1/prompt-templates/{templateId}": {
        "name": "Mine now",
        "shots": [{"id": "one", "name": "One", "text": "a fox"}],
    },
    "POST /api/v1/prompt-templates/{templateId}/render": {},
    "POST /api/v1/products": {"name": "tote bag"},
    "POST /api/v1/batches": {"requests": [{"custom_id": "a", "body": {"model": "sandbox", "prompt": "a fox"}}]},
    "POST /api/v1/batches/{batchId}/start": None,
    "POST /api/v1/batches/{batchId}/pause": None,
    "POST /api/v1/batches/{batchId}/cancel": None,
    "PUT /api/v1/products/{productId}": {"name": "mine now"},
    "POST /api/products": {
        "name": "tote bag",
        "color": "green",
        "material": "cotton",
        "frontUploadId": new_id(),
        "backUploadId": new_id(),
    },
    "PUT /api/products/{productId}": {"name": "mine now"},
    "POST /api/generations": {"productId": new_id()},
    "POST /api/generations/{generationId}/images/{index}/retry": {"note": "the label cannot be read"},
    "POST /api/v1/generations/{generationId}/images/{index}/retry": {"note": "the label cannot be read"},
    "POST /api/v1/workspaces": {"name": "Another"},
    "PATCH /api/v1/workspaces/{workspaceId}": {"name": "Mine now"},
    "PUT /api/v1/workspaces/{workspaceId}/routing": {"provider": "google", "fallback": "none"},
    "POST /api/v1/workspaces/{workspaceId}/members": {"userId": new_id(), "role": "owner"},
    "PATCH /api/v1/workspaces/{workspaceId}/members/{userId}": {"role": "owner"},
    "POST /api/v1/api-keys": {"name": "another"},
    "POST /api/v1/api-keys/{keyId}/rotate": None,
    "POST /api/v1/webhooks": {"url": "https://shop.example/hook"},
    "PATCH /api/v1/webhooks/{webhookId}": {"enabled": False},
    "POST /api/v1/webhooks/{webhookId}/rotate": None,
    "POST /api/v1/webhooks/{webhookId}/send-code": None,
    "POST /api/v1/webhooks/{webhookId}/verify": {"code": "6f9619ff8b86d011b42d00cf4fc964ff"},
    "POST /api/v1/webhooks/{webhookId}/deliveries/{deliveryId}/resend": None,
    "POST /api/v1/webhooks/{webhookId}/recover": {"since": "2026-11-20T10:00:00Z"},
    "POST /api/v1/webhooks/{webhookId}/replay-missing": {"since": "2026-11-20T10:00:00Z"},
    "POST /api/v1/webhooks/{webhookId}/example": {"eventType": "image.deleted"},
    "POST /api/v1/users/sync": {"telegram_id": 1},
    "POST /api/v1/images": {"contentItemId": "post-7", "title": "A title"},
    "POST /api/images": {"contentItemId": "post-7", "title": "A title"},
    "POST /api/images/generate": {"contentItemId": "post-7", "title": "A title"},
    "POST /api/v1/images/generate": {"prompt": "a red fox"},
    "POST /generate": {"prompt": "a red fox", "title": "A title"},
    "PUT /api/v1/content-items/{contentItemId}/images/{filename}/current": None,
    "PATCH /api/v1/content-items/{contentItemId}/images/{filename}": {"alt": "A balcony"},
}


def name_of(route: Route) -> str:
    return f"{route.method.value} {route.path}"


PRIVATE = [route for route in ROUTES if not route.public and not route.signed]
private_routes = pytest.mark.parametrize("route", PRIVATE, ids=name_of)


@pytest.fixture(scope="module")
def walked(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    """One deployment for the whole walk: nobody changes anything in it."""
    with world(emulator, issuer) as ready:
        yield ready


@pytest.fixture(scope="module")
def theirs(walked: World) -> dict[str, str]:
    """What another tenant has, by the names that paths have for it."""
    tenant = walked.tenant("Other")
    bot = walked.tenant("Other bot", key="bot")
    walked.call("POST", "/api/v1/users/sync", token=bot["apiKey"], body={"telegram_id": 279058397})
    generation_id = new_generation_id()
    picture = Image(image_id(generation_id, 0), 0, Status.COMPLETED, None, stored=a_stored_image())
    generation = a_generation(
        id=generation_id, workspace_id=tenant["workspaceId"], status=Status.PROCESSING, images=(picture,)
    )
    client = walked.emulator.client("dynamodb")
    repository = DynamoGenerations(client, walked.environment["CORE_TABLE_NAME"])
    DynamoTransactions(client).commit(*repository.creation(generation))
    listed = walked.call("GET", "/api/v1/api-keys", token=tenant["apiKey"]).json
    words = {"name": "Other's", "shots": [{"id": "one", "name": "One", "text": "an owl"}]}
    template = walked.call("POST", "/api/v1/prompt-templates", token=tenant["apiKey"], body=words).json
    product = walked.call("POST", "/api/v1/products", token=tenant["apiKey"], body={"name": "their bag"}).json
    lines = {"requests": [{"custom_id": "a", "body": {"model": "sandbox", "prompt": "an owl"}}]}
    batch = walked.call("POST", "/api/v1/batches", token=tenant["apiKey"], body=lines).json
    form = httpx.Request("POST", "/", data={"purpose": "batch"}, files={"file": ("lines.jsonl", b"{}")})
    headers = {"content-type": form.headers["content-type"]}
    file = walked.call("POST", "/v1/files", token=tenant["apiKey"], form=form.read(), headers=headers).json
    upload = walked.call("POST", "/api/v1/uploads", token=tenant["apiKey"], body={"contentType": "image/png"}).json
    article = an_article(tenant, picture)
    articles = DynamoContentImages(client, walked.environment["CORE_TABLE_NAME"])
    DynamoTransactions(client).commit(*articles.adding(article))
    event = image_deleted(generation, picture, "r", datetime.now(UTC))
    DynamoEventLog(client, walked.environment["CORE_TABLE_NAME"]).append(event, event.occurred_at)
    address = f"/api/v1/images/{picture.id}/publication"
    assert walked.call("PUT", address, token=tenant["apiKey"], body={}).status == 200
    share = walked.call("POST", "/api/v1/shares", token=tenant["apiKey"], body={"imageId": picture.id}).json
    hook = walked.call("POST", "/api/v1/webhooks", token=tenant["apiKey"], body=BODIES["POST /api/v1/webhooks"]).json
    delivery = a_delivery(tenant, hook["id"], event)
    DynamoDeliveries(client, walked.environment["CORE_TABLE_NAME"]).add(delivery)
    return {
        "shareId": share["id"],
        "webhookId": hook["id"],
        "deliveryId": delivery.id,
        "publicationId": new_id(),  # a published one is there for everybody, and operators may take it down
        "uploadId": upload["uploadId"],
        "productId": product["id"],
        "batchId": batch["id"],
        "fileId": file["id"],
        "index": "0",
        "generationId": generation_id,
        "imageId": picture.id,
        "workspaceId": tenant["workspaceId"],
        "userId": tenant["userId"],
        "keyId": listed["apiKeys"][0]["id"],
        "templateId": template["id"],
        "contentItemId": article.item_id,
        "filename": article.file_name,
        "contentImageId": f"{article.item_id}%2F{article.file_name}",
        "telegram_id": "279058397",
        "chargeId": "c-1",
        "eventId": event.id,
        "modelId": "a-model-of-nobody",  # models belong to no tenant
        "resultNumber": "0",
        "owner": tenant["apiKey"],
        "bot": bot["apiKey"],
    }


def a_delivery(tenant: dict[str, str], webhook_id: str, event: Event) -> Delivery:
    now = event.occurred_at
    return Delivery(
        id=delivery_id(webhook_id, event.id, now),
        workspace_id=tenant["workspaceId"],
        endpoint_id=webhook_id,
        event_id=event.id,
        event_type=event.type,
        created_at=now,
        expires_at=now + timedelta(days=30),
    )


def an_article(tenant: dict[str, str], picture: Image) -> ContentImage:
    return ContentImage(
        workspace_id=tenant["workspaceId"],
        item_id="their-article",
        file_name="hero-1764000000000.png",
        variant=ContentVariant.HERO,
        title="Other's",
        generation_id=new_generation_id(),
        image_id=picture.id,
        created_at=datetime.now(UTC),
        created_by=tenant["userId"],
    )


def path_of(route: Route, ids: dict[str, str]) -> str:
    missing = set(re.findall(r"\{(\w+)\}", route.path)) - ids.keys()
    assert not missing, f"say in `theirs` what another tenant has by the name of {missing}"
    return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], route.path)


def body_of(route: Route) -> Any:
    if route.method.value not in {"POST", "PUT", "PATCH"}:
        return None
    assert name_of(route) in BODIES, f"give {name_of(route)} a good body in `BODIES`"
    return BODIES[name_of(route)]


@pytest.mark.requirement("X-22")
def test_public_are_these_routes_and_no_others() -> None:
    assert {name_of(route) for route in ROUTES if route.public} == PUBLIC


@private_routes
@pytest.mark.parametrize("header", [None, "authorization", "x-workspace-id"])
@pytest.mark.requirement("S000-2", "S002-22", "X-1")
def test_nobody_gets_through_without_a_credential(
    walked: World, theirs: dict[str, str], route: Route, header: str | None
) -> None:
    values = {"authorization": "", "x-workspace-id": theirs["workspaceId"]}
    headers = {header: values[header]} if header else {}

    answer = walked.call(route.method.value, path_of(route, theirs), headers=headers, body=body_of(route))

    assert answer.status == 401
    # The bot door has texts of its own, in three languages.
    assert isinstance(answer.json["detail"], dict) or answer.json["detail"] == "Authorization header required"
    assert answer.header("WWW-Authenticate") == 'Bearer realm="easel"'


def b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def key_of(walked: World, **changes: Any) -> str:
    scopes = ("generations:read", "generations:write", "workspace:read")
    return walked.key_with(walked.tenant("Mine")["workspaceId"], *scopes, **changes)


def with_another_end(key: str) -> str:
    return key[:-1] + ("A" if key[-1] != "A" else "B")


def unsigned(_: World) -> str:
    return f"{b64({**JWT_HEADER, 'alg': 'none'})}.{b64(payload())}."


def signed_with_the_public_key(walked: World) -> str:
    text = f"{b64({**JWT_HEADER, 'alg': 'HS256'})}.{b64(payload())}"
    mac = hmac.digest(walked.issuer.public_pem("rsa-1"), text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


JWT_HEADER = {"typ": "JWT", "kid": "rsa-1"}
BAD_CREDENTIALS: dict[str, Callable[[World], str]] = {
    "nonsense": lambda _: "nonsense",
    "another scheme's": lambda _: "Basic dXNlcjpwYXNz",
    "unknown key": lambda _: new_api_key(new_id()),
    "key cut short": lambda walked: key_of(walked)[:-1],
    "key with another end": lambda walked: with_another_end(key_of(walked)),
    "revoked key": lambda walked: key_of(walked, revoked_at=datetime.now(UTC) - timedelta(minutes=1)),
    "expired key": lambda walked: key_of(walked, valid_until=datetime.now(UTC) - timedelta(seconds=1)),
    "forged": lambda _: an_issuer().token(),
    "expired": lambda walked: walked.issuer.token(exp=int(time.time()) - 90),
    "not valid yet": lambda walked: walked.issuer.token(nbf=int(time.time()) + 86_400),
    "wrong audience": lambda walked: walked.issuer.token(aud="another-app"),
    "wrong issuer": lambda walked: walked.issuer.token(iss="https://another.example.com/"),
    "unsigned": unsigned,
    "key confusion": signed_with_the_public_key,
    "without kid": lambda walked: jwt.encode(payload(), walked.issuer.keys["rsa-1"], "RS256"),
    "unknown kid": lambda walked: walked.issuer.token(header={"kid": "rsa-9"}),
}
"""Tokens and keys that look valid at first sight."""


@pytest.fixture(scope="module")
def bad_credentials(walked: World) -> dict[str, str]:
    return {kind: made(walked) for kind, made in BAD_CREDENTIALS.items()}


def credential_cases() -> Iterator[tuple[Route, str]]:
    """Every kind at the first route of each door, and two kinds at each route, in turn: one authorizer serves all."""
    kinds = list(BAD_CREDENTIALS)
    first_of_door = {route.doors: route for route in reversed(PRIVATE)}.values()
    yield from ((route, kind) for route in first_of_door for kind in kinds)
    for number, route in enumerate(PRIVATE):
        if route not in first_of_door:
            yield from ((route, kinds[turn % len(kinds)]) for turn in (2 * number, 2 * number + 1))


@pytest.mark.parametrize(
    ("route", "kind"), list(credential_cases()), ids=lambda one: one if isinstance(one, str) else name_of(one)
)
@pytest.mark.requirement("S000-59", "X-1")
def test_nobody_gets_through_with_a_wrong_credential(
    walked: World, theirs: dict[str, str], bad_credentials: dict[str, str], route: Route, kind: str
) -> None:
    answer = walked.call(route.method.value, path_of(route, theirs), token=bad_credentials[kind], body=body_of(route))

    assert answer.status == 401
    assert isinstance(answer.json["detail"], dict) or answer.json["detail"] == "Invalid or expired token"


@private_routes
@pytest.mark.requirement("S000-60")
def test_nobody_gets_through_with_too_little_scope(walked: World, theirs: dict[str, str], route: Route) -> None:
    weak = walked.key_with(theirs["workspaceId"], "nothing:much")

    answer = walked.call(route.method.value, path_of(route, theirs), token=weak, body=body_of(route))

    assert answer.status == (200 if name_of(route) in NO_SCOPE_NEEDED else 403)


@pytest.fixture(scope="module")
def keys(walked: World) -> dict[str, str]:
    return {
        "a member's key": walked.tenant("Mine")["apiKey"],
        "an owner's key": walked.tenant("Mine", key="admin")["apiKey"],
        "a bot's key": walked.tenant("My bot", key="bot")["apiKey"],
    }


@pytest.fixture
def callers(walked: World, keys: dict[str, str]) -> dict[str, str]:
    """Keys last; a person's token is made for each test, because it runs out."""
    return {
        **keys,
        "a person": walked.person("somebody"),
        "an operator": walked.person("an operator", operator=True),
    }


of_one_thing = pytest.mark.parametrize("route", [route for route in PRIVATE if "{" in route.path], ids=name_of)


def named_by(route: Route) -> dict[str, str]:
    """The person whom a request of a bot has to name, where address and body do not."""
    return {"x-telegram-user-id": "279058397"} if route.doors == ("bot",) and "telegram_id" not in route.path else {}


@of_one_thing
@pytest.mark.parametrize("who", ["an owner's key", "a bot's key", "a person", "an operator"])
@pytest.mark.requirement("S000-60", "X-1")
def test_what_belongs_to_another_tenant_is_not_there(
    walked: World, theirs: dict[str, str], callers: dict[str, str], route: Route, who: str
) -> None:
    answer = walked.call(
        route.method.value, path_of(route, theirs), token=callers[who], headers=named_by(route), body=body_of(route)
    )

    # A bot may not do everything, and only bots may act for people: a caller without the scope learns even less.
    assert answer.status in {403, 404}
    assert "Other" not in answer.body


@of_one_thing
@pytest.mark.requirement("S000-60", "X-1")
def test_what_belongs_to_another_tenant_is_not_there_even_with_every_scope(
    walked: World, theirs: dict[str, str], route: Route
) -> None:
    all_powerful = walked.key_with(new_id(), *ALL_SCOPES)

    answer = walked.call(
        route.method.value, path_of(route, theirs), token=all_powerful, headers=named_by(route), body=body_of(route)
    )

    assert answer.status == 404


@pytest.mark.parametrize(
    "route", [one for one in PRIVATE if one.method.value == "GET" and "{" in one.path], ids=name_of
)
@pytest.mark.requirement("S000-60", "X-1")
def test_head_of_what_belongs_to_another_tenant_finds_nothing(
    walked: World, theirs: dict[str, str], route: Route
) -> None:
    all_powerful = walked.key_with(new_id(), *ALL_SCOPES)

    answer = walked.call("HEAD", path_of(route, theirs), token=all_powerful, headers=named_by(route))

    assert (answer.status, answer.body) == (404, "")


@private_routes
@pytest.mark.parametrize("who", ["a member's key", "a person", "an operator"])
def test_nobody_enters_a_workspace_by_naming_it(
    walked: World, theirs: dict[str, str], callers: dict[str, str], route: Route, who: str
) -> None:
    header = {"x-workspace-id": theirs["workspaceId"]}

    answer = walked.call(
        route.method.value, path_of(route, theirs), token=callers[who], headers=header, body=body_of(route)
    )

    assert (answer.status, code_in(answer.json).lower()) == (404, "not_found")


@private_routes
@pytest.mark.parametrize(("who", "status"), [("a bot's key", 404), ("a member's key", 403), ("a person", 403)])
def test_nobody_acts_for_a_person_of_another_bot(
    walked: World, theirs: dict[str, str], callers: dict[str, str], route: Route, who: str, status: int
) -> None:
    header = {"x-act-as": "telegram:279058397"}

    answer = walked.call(
        route.method.value, path_of(route, theirs), token=callers[who], headers=header, body=body_of(route)
    )

    assert answer.status == status


@private_routes
def test_every_answer_tells_the_rate_limits(
    walked: World, theirs: dict[str, str], callers: dict[str, str], route: Route
) -> None:
    answer = walked.call(route.method.value, path_of(route, theirs), token=callers["a person"], body=body_of(route))

    windows = re.findall(r'"(\w+)";r=\d+;t=\d+', answer.header("RateLimit") or "")
    assert sorted(windows) == ["address", "user", "workspace"]
