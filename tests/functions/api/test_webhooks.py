"""Webhook endpoints and deliveries, from the API through the publisher to a receiver on loopback."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import openai
import pytest
import standardwebhooks
import svix.webhooks
from infra.settings import REPOSITORY
from tests.functions.api.hooks import Hooks
from tests.support.receiver import Answer, Receiver, receiving

from easel.domain.access import GENERATIONS_READ
from easel.domain.events import serialise_event
from easel.domain.events.examples import example_of
from easel.domain.events.types import EVENT_TYPES
from easel.domain.webhooks import MAX_ENDPOINTS
from easel.errors import QueueUnavailable
from easel.events.catalogue_schema import ModelEvent
from easel.events.destination_schema import ResultsEvent
from easel.events.live_schema import ImageEvent, LiveGenerationEvent
from easel.events.money_schema import BudgetEvent, CreditsEvent
from easel.events.schema import BatchEvent, GenerationEvent, WebhookEvent
from easel.workflow.queues import SqsDeliveryQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.api.world import World

pytestmark = pytest.mark.requirement("M-8")
GUIDE = REPOSITORY / "layers/documentation/python/easel_documentation/guides/65-webhooks.md"
MODELS = (
    GenerationEvent,
    LiveGenerationEvent,
    ImageEvent,
    BatchEvent,
    BudgetEvent,
    CreditsEvent,
    ModelEvent,
    ResultsEvent,
    WebhookEvent,
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hooks(world: World, receiver: Receiver) -> Hooks:
    return Hooks(world, receiver)


# --- endpoints --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-72")
def test_an_endpoint_shows_its_secret_once_and_is_stored_without_it(hooks: Hooks) -> None:
    made = hooks.endpoint("/hook?token=s3cret-s3cret", description="shop", metadata={"team": "web"})

    assert made["secret"].startswith("whsec_")
    assert made["url"] == hooks.receiver.url("/hook?token=***")
    shown = hooks.read(made)
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert hooks.call("GET").json == {"webhooks": [shown], "limit": MAX_ENDPOINTS}
    stored = json.dumps(hooks.world.stored(), default=str)
    assert made["secret"].removeprefix("whsec_") not in stored
    assert "s3cret-s3cret" not in stored


def test_an_endpoint_is_changed_and_deleted(hooks: Hooks) -> None:
    made = hooks.endpoint()

    changed = hooks.call("PATCH", f"/{made['id']}", body={"eventTypes": ["image.deleted"], "enabled": False}).json
    assert (changed["eventTypes"], changed["enabled"], changed["disabledReason"]) == (
        ["image.deleted"],
        False,
        "by_request",
    )
    assert hooks.call("PATCH", f"/{made['id']}", body={"enabled": True}).json["disabledReason"] is None
    assert hooks.call("DELETE", f"/{made['id']}").status == 204
    assert hooks.call("DELETE", f"/{made['id']}").status == 404
    assert hooks.call("GET").json["webhooks"] == []


def test_a_workspace_has_ten_endpoints_at_most(hooks: Hooks) -> None:
    made = [hooks.endpoint(f"/{number}") for number in range(MAX_ENDPOINTS)]

    refused = hooks.call("POST", body={"url": hooks.receiver.url()})
    assert (refused.status, refused.json["error"]["code"]) == (409, "too_many_webhooks")

    hooks.call("DELETE", f"/{made[0]['id']}")
    assert hooks.call("POST", body={"url": hooks.receiver.url()}).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://shop.example/hook"}, "url"),
        ({"url": "https://127.0.0.1/hook"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://user:pass@shop.example/"}, "url"),
        ({"url": "https://shop.example/" + "x" * 3000}, "url"),
        ({"url": "https://shop.example/\ud800"}, "body"),
        ({"url": "https://shop.example", "eventTypes": ["generation.born"]}, "eventTypes"),
        ({"url": "https://shop.example", "description": "x" * 201}, "description"),
        ({"url": "https://shop.example", "description": "a\nb"}, "description"),
        ({"url": "https://shop.example", "description": "a\u0000b"}, "body"),
        ({"url": "https://shop.example", "metadata": {"a": "\ud800"}}, "body"),
        ({"url": "https://shop.example", "metadata": {str(number): "" for number in range(11)}}, "metadata"),
        ({}, "url"),
        ({"url": 7}, "url"),
        ({"url": "https://shop.example", "enabled": "yes"}, "enabled"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_with_the_field(hooks: Hooks, body: Any, field: str) -> None:
    answer = hooks.call("POST", body=body)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)
    assert hooks.call("GET").json["webhooks"] == []


def test_others_find_no_endpoint_and_members_may_not_look(hooks: Hooks) -> None:
    made = hooks.endpoint()
    other = Hooks(hooks.world, hooks.receiver)
    member = hooks.world.key_with(hooks.tenant["workspaceId"], GENERATIONS_READ)

    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate"), ("GET", "/deliveries")):
        body = {"enabled": False} if method == "PATCH" else None
        assert other.call(method, f"/{made['id']}{path}", body=body).status == 404
        assert hooks.call(method, f"/{made['id']}{path}", body=body, token=member).status == 403
    assert hooks.read(made)["enabled"] is True


# --- deliveries -------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-72", "M-10")
def test_a_delivery_is_verified_by_the_libraries_that_receivers_use(hooks: Hooks) -> None:
    made = hooks.endpoint()
    event = hooks.publish()
    hooks.work()

    (posted,) = hooks.receiver.posted
    secret, text = made["secret"], posted.body.decode()
    assert standardwebhooks.Webhook(secret).verify(text, posted.headers)["id"] == event.id
    svix.webhooks.Webhook(secret).verify(text, posted.headers)
    client = openai.OpenAI(api_key="none", webhook_secret=secret)
    client.webhooks.verify_signature(text, posted.headers)
    assert client.webhooks.unwrap(text, posted.headers).id == event.id
    assert posted.headers["webhook-id"] == event.id
    assert posted.headers["content-type"] == "application/json"


def test_a_delivery_is_verified_by_the_recipe_of_the_guide(hooks: Hooks) -> None:
    (recipe,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(recipe, names)  # noqa: S102 - the guide's own code
    made = hooks.endpoint()
    hooks.publish()
    hooks.work()

    (posted,) = hooks.receiver.posted
    assert names["verified"](made["secret"], posted.headers, posted.body)
    assert not names["verified"](made["secret"], posted.headers, posted.body + b" ")
    assert not names["verified"](made["secret"], posted.headers | {"webhook-timestamp": "1"}, posted.body)


@pytest.mark.requirement("S002-72")
def test_the_body_is_the_event_of_the_log_without_what_providers_take(hooks: Hooks) -> None:
    hooks.endpoint()
    event = hooks.publish()
    hooks.work()

    body = json.loads(hooks.receiver.posted[0].body)
    logged = json.loads(serialise_event(event))
    assert body["data"]["generation"].pop("providerCostMicroUsd") is None
    logged["data"]["generation"].pop("providerCostMicroUsd")
    for image in (*body["data"]["generation"]["images"], *logged["data"]["generation"]["images"]):
        image.pop("providerCostMicroUsd")
    assert body == logged


def test_an_event_that_is_published_again_is_posted_once(hooks: Hooks) -> None:
    made = hooks.endpoint()
    event = hooks.publish()
    hooks.work()

    hooks.publish(event)
    hooks.work()

    assert len(hooks.receiver.posted) == 1
    assert [delivery["status"] for delivery in hooks.deliveries(made)] == ["delivered"]


def test_an_endpoint_gets_the_types_that_it_has_chosen(hooks: Hooks) -> None:
    hooks.endpoint("/all")
    hooks.endpoint("/deleted", eventTypes=["image.deleted"])
    hooks.endpoint("/off", enabled=False)
    hooks.publish()
    hooks.work()

    assert [posted.path for posted in hooks.receiver.posted] == ["/all"]


def test_the_log_of_a_delivery_has_every_attempt(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(500, b"<html>" + b"x" * 5000)
    hooks.publish()
    hooks.work()
    (delivery,) = hooks.deliveries(made)
    assert (delivery["status"], delivery["attempts"], delivery["lastStatusCode"]) == ("pending", 1, 500)

    hooks.receiver.answers(200, b"ok")
    assert hooks.next_attempt(made, delivery, 2)

    first, second = hooks.attempts(made, delivery)
    assert (first["outcome"], first["statusCode"]) == ("http_status", 500)
    assert first["responseBody"].endswith("… [cut]")
    assert len(first["responseBody"]) < 2100
    assert (second["outcome"], second["statusCode"], second["responseBody"]) == ("delivered", 200, "ok")
    one, two = hooks.receiver.posted
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(302, headers={"Location": "http://169.254.169.254/"}), "redirect"),
        (Answer(404), "http_status"),
        (Answer(503, headers={"Retry-After": "120"}), "http_status"),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
def test_what_is_no_success_is_tried_again(hooks: Hooks, answer: Answer, outcome: str) -> None:
    made = hooks.endpoint()
    hooks.receiver.answer = lambda _: answer
    hooks.publish()
    hooks.work()

    (delivery,) = hooks.deliveries(made)
    assert (delivery["status"], delivery["lastOutcome"]) == ("pending", outcome)
    assert delivery["nextAttemptAt"] is not None
    assert len(hooks.receiver.posted) == 1, "no redirect is followed"


def test_gone_disables_the_endpoint_with_a_notice(hooks: Hooks) -> None:
    made, other = hooks.endpoint("/gone"), hooks.endpoint("/other")
    hooks.receiver.answer = lambda posted: Answer(410 if posted.path == "/gone" else 204)
    hooks.publish()
    hooks.work()

    shown = hooks.read(made)
    assert (shown["enabled"], shown["disabledReason"]) == (False, "gone")
    assert [delivery["status"] for delivery in hooks.deliveries(made)] == ["failed"]
    (notice,) = hooks.notices()
    assert (notice.type, notice.data["webhook"]["id"]) == ("webhook.disabled", made["id"])
    hooks.publish(notice)
    hooks.publish()
    hooks.work()
    assert [delivery["eventType"] for delivery in hooks.deliveries(other)] == [
        *("generation.cancelled", "webhook.disabled", "generation.cancelled")
    ]


def test_an_endpoint_that_fails_is_called_by_one_attempt_at_a_time_and_told_of_once(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(500)
    for _ in range(6):
        hooks.publish()
    hooks.work()

    assert len(hooks.receiver.posted) == 4, "then it is left alone for a while"
    shown = hooks.read(made)
    assert (shown["failing"], shown["failures"]) == (True, 4)
    assert [notice.type for notice in hooks.notices()] == ["webhook.failing"]

    pending = [delivery for delivery in hooks.deliveries(made) if delivery["attempts"] == 0]
    ended = max(_moment(hooks.attempts(made, one)[-1]["at"]) for one in hooks.deliveries(made) if one["attempts"])
    assert all(_moment(delivery["nextAttemptAt"]) >= ended + timedelta(seconds=30) for delivery in pending)

    # A copy of a message whose time is still to come.
    with hooks.later(timedelta(hours=-1)):
        assert hooks.next_attempt(made, pending[0], 1)
    assert pending[0]["nextAttemptAt"] in [delivery["nextAttemptAt"] for delivery in hooks.deliveries(made)]

    # Its pause is over, and it answers again.
    hooks.receiver.answers(204)
    with hooks.later(timedelta(minutes=1)):
        assert all(hooks.next_attempt(made, delivery, 1) for delivery in pending)
    assert hooks.read(made)["failures"] == 0
    assert len(hooks.receiver.posted) == 6


def test_five_days_of_failures_disable_an_endpoint(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(500)
    for _ in range(4):
        hooks.publish()
    hooks.work()
    with hooks.later(timedelta(days=5, hours=1)):
        hooks.publish()
        hooks.work()

    shown = hooks.read(made)
    assert (shown["enabled"], shown["disabledReason"], shown["failures"]) == (False, "failing", 5)
    assert {notice.type for notice in hooks.notices()} == {"webhook.failing", "webhook.disabled"}
    assert hooks.call("PATCH", f"/{made['id']}", body={"enabled": True}).json["failures"] == 0


def test_a_delivery_ends_after_ten_attempts(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(500)
    hooks.publish()
    hooks.work()
    (delivery,) = hooks.deliveries(made)
    for number in range(2, 11):
        with hooks.later(timedelta(hours=number)):
            assert hooks.next_attempt(made, delivery, number)

    (ended,) = hooks.deliveries(made)
    assert (ended["status"], ended["attempts"], ended["nextAttemptAt"]) == ("failed", 10, None)
    assert len(hooks.attempts(made, ended)) == 10


def test_what_waits_for_long_is_queued_by_the_sweep(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(503, Retry_After="3600")
    hooks.publish()
    hooks.work()
    assert hooks.due(timedelta(minutes=30)) == []

    (delivery,) = hooks.deliveries(made)
    hooks.receiver.answers(204)
    assert hooks.due(timedelta(hours=1, seconds=5)) == [delivery["id"]]
    assert hooks.due(timedelta(hours=1, seconds=5)) == [], "it is queued once"
    hooks.work()
    assert [found["status"] for found in hooks.deliveries(made)] == ["delivered"]


def test_a_message_that_comes_twice_makes_one_attempt(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.publish()
    messages = hooks.messages("SLOW_WEBHOOKS_QUEUE_URL")
    for lane, body in (*messages, *messages):
        assert hooks.deliver(lane, body)

    assert len(hooks.receiver.posted) == 1
    (delivery,) = hooks.deliveries(made)
    assert hooks.next_attempt(made, delivery, 2)
    assert len(hooks.receiver.posted) == 1


def test_a_worker_that_dies_after_the_post_loses_nothing_and_repeats_it_with_the_same_id(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooks.endpoint()
    hooks.publish()
    ((lane, body),) = hooks.messages("SLOW_WEBHOOKS_QUEUE_URL")

    def die(*_: object) -> None:
        raise RuntimeError("the process ends")

    with monkeypatch.context() as dying:
        dying.setattr("easel.repositories.delivery.deliveries.DynamoDeliveries.note", die)
        assert not hooks.deliver(lane, body)
    assert not hooks.deliver(lane, body), "while the lease of the dead worker lasts"
    with hooks.later(timedelta(minutes=1)):
        assert hooks.deliver(lane, body)

    one, two = hooks.receiver.posted
    assert (one.body, one.headers["webhook-id"]) == (two.body, two.headers["webhook-id"])
    assert [delivery["status"] for delivery in hooks.deliveries(made)] == ["delivered"]


def test_endpoints_that_answer_at_once_have_a_lane_that_others_cannot_fill(hooks: Hooks) -> None:
    quick, hung = hooks.endpoint("/quick"), hooks.endpoint("/hung")
    hooks.publish()
    # Nobody knows them yet.
    assert len(hooks.messages("WEBHOOKS_QUEUE_URL")) == 0
    assert hooks.next_attempt(quick, hooks.deliveries(quick)[0], 1)

    hooks.receiver.answer = lambda posted: Answer(hangs=posted.path == "/hung")
    hooks.publish()

    lanes = {lane: [json.loads(body)["endpointId"] for _, body in hooks.messages(lane)] for lane in LANES}
    assert lanes == {"WEBHOOKS_QUEUE_URL": [quick["id"]], "SLOW_WEBHOOKS_QUEUE_URL": [quick["id"], *[hung["id"]] * 2]}


def test_an_endpoint_that_becomes_slow_leaves_the_quick_lane(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.publish()
    hooks.work()
    hooks.publish()
    hooks.publish()
    first, second = hooks.messages("WEBHOOKS_QUEUE_URL")
    hooks.receiver.answers(500)
    assert hooks.deliver(*first)

    assert hooks.deliver(*second)

    assert len(hooks.receiver.posted) == 2, "the second one is handed over to the slow lane"
    assert [json.loads(body)["deliveryId"] for _, body in hooks.messages("SLOW_WEBHOOKS_QUEUE_URL")] == [
        json.loads(second[1])["deliveryId"]
    ]
    assert hooks.read(made)["failures"] == 1


LANES = ("WEBHOOKS_QUEUE_URL", "SLOW_WEBHOOKS_QUEUE_URL")


def test_what_waits_for_an_endpoint_that_is_deleted_is_not_posted(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.publish()
    hooks.call("DELETE", f"/{made['id']}")
    hooks.work()

    assert hooks.receiver.posted == []


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_for_a_day_after_a_rotation_both_secrets_verify(hooks: Hooks) -> None:
    made = hooks.endpoint()
    rotated = hooks.call("POST", f"/{made['id']}/rotate").json
    assert rotated["secret"] != made["secret"]
    assert rotated["previousSecretEndsAt"] is not None
    hooks.publish()
    hooks.work()

    (posted,) = hooks.receiver.posted
    assert len(posted.headers["webhook-signature"].split(" ")) == 2
    for secret in (made["secret"], rotated["secret"]):
        standardwebhooks.Webhook(secret).verify(posted.body, posted.headers)
        svix.webhooks.Webhook(secret).verify(posted.body, posted.headers)
        openai.OpenAI(api_key="none", webhook_secret=secret).webhooks.unwrap(posted.body.decode(), posted.headers)
    with hooks.later(timedelta(hours=24, minutes=1)):
        hooks.publish()
        hooks.work()
    assert len(hooks.receiver.posted[1].headers["webhook-signature"].split(" ")) == 1


# --- once more --------------------------------------------------------------------------------------------------------


def test_a_delivery_is_resent_with_the_same_bytes_and_id(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.publish()
    hooks.work()
    (first,) = hooks.deliveries(made)

    answer = hooks.call("POST", f"/{made['id']}/deliveries/{first['id']}/resend")
    hooks.work()

    assert (answer.status, answer.json["trigger"], answer.json["replayedFrom"]) == (202, "resend", first["id"])
    one, two = hooks.receiver.posted
    assert (one.body, one.headers["webhook-id"]) == (two.body, two.headers["webhook-id"])
    assert [delivery["status"] for delivery in hooks.deliveries(made)] == ["delivered"] * 2


def test_what_failed_is_recovered_once_however_often_it_is_asked_for(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(500)
    hooks.publish()
    hooks.work()
    (failed,) = hooks.deliveries(made)
    for number in range(2, 11):
        with hooks.later(timedelta(hours=number)):
            hooks.next_attempt(made, failed, number)
    hooks.receiver.answers(204)
    hooks.publish()
    since = {"since": (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds").replace("+00:00", "Z")}

    answers = [hooks.call("POST", f"/{made['id']}/recover", body=since).json for _ in range(2)]

    assert [answer["queued"] for answer in answers] == [1, 0]
    recovered = hooks.deliveries(made)[-1]
    assert (recovered["trigger"], recovered["replayedFrom"]) == ("recover", failed["id"])
    with hooks.later(timedelta(hours=12)):
        assert hooks.next_attempt(made, recovered, 1)
    assert hooks.deliveries(made)[-1]["status"] == "delivered"
    assert hooks.receiver.posted[0].body == hooks.receiver.posted[-1].body


def test_what_waits_for_another_attempt_is_recovered_at_once_although_the_endpoint_was_failing(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(503, Retry_After="3600")
    for _ in range(4):
        hooks.publish()
    hooks.work()
    hooks.receiver.answers(204)

    # Since longer than deliveries are kept.
    answers = [hooks.call("POST", f"/{made['id']}/recover", body={"since": "1970-01-01T00:00:00Z"}) for _ in range(2)]
    hooks.work()

    assert [(answer.status, answer.json["queued"]) for answer in answers] == [(202, 4), (202, 0)]
    states = [(each["status"], each["attempts"]) for each in hooks.deliveries(made)]
    assert states == [("delivered", 2)] * 4
    # The attempts that were planned come all the same, and post nothing.
    assert len(hooks.due(timedelta(hours=2))) == 4
    hooks.work()
    assert len(hooks.receiver.posted) == 8


def test_a_recovered_delivery_is_due_before_its_message_can_be_taken(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooks.endpoint()
    hooks.receiver.answers(503, Retry_After="3600")
    hooks.publish()
    hooks.work()
    (planned,) = hooks.deliveries(made)
    stored: list[str] = []

    def refuse(*_: object, **__: object) -> None:
        stored.extend(delivery["nextAttemptAt"] for delivery in hooks.deliveries(made))
        raise QueueUnavailable("The queue does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(SqsDeliveryQueue, "deliver", refuse)
        refused = hooks.call("POST", f"/{made['id']}/recover", body={"since": "1970-01-01T00:00:00Z"})
    with hooks.later(timedelta(minutes=2)):
        again = hooks.call("POST", f"/{made['id']}/recover", body={"since": "1970-01-01T00:00:00Z"})

    assert (refused.status, again.json["queued"]) == (503, 1)
    assert stored[0] < planned["nextAttemptAt"]


def test_an_endpoint_that_is_made_later_gets_what_it_missed(hooks: Hooks) -> None:
    hooks.endpoint("/first")
    events = [hooks.publish(hooks.an_event(ago=60 - number)) for number in range(3)]
    hooks.work()
    made = hooks.endpoint("/second")
    hooks.publish()
    since = {"since": "2026-01-01T00:00:00Z"}

    with hooks.later(timedelta(minutes=1)):
        answer = hooks.call("POST", f"/{made['id']}/replay-missing", body=since).json
    hooks.work()

    assert (answer["queued"], answer["hasMore"]) == (3, False)
    got = [posted for posted in hooks.receiver.posted if posted.path == "/second"]
    assert {posted.headers["webhook-id"] for posted in got} >= {event.id for event in events}
    bodies = {posted.headers["webhook-id"]: posted.body for posted in hooks.receiver.posted if posted.path == "/first"}
    assert all(bodies[posted.headers["webhook-id"]] == posted.body for posted in got)
    with hooks.later(timedelta(minutes=1)):
        assert hooks.call("POST", f"/{made['id']}/replay-missing", body=since).json["queued"] == 0


def test_the_guide_says_when_each_event_comes() -> None:
    rows = dict(re.findall(r"^\| `([a-z._]+)` \| (.+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE))

    assert rows == EVENT_TYPES


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_there_is_an_example_of_every_event(event_type: str) -> None:
    event = json.loads(serialise_event(example_of(event_type, "w", datetime.now(UTC))))

    assert (event["type"], event["data"]["example"]) == (event_type, True)
    (model,) = (model for model in MODELS if event_type in get_args(model.model_fields["type"].annotation))
    model.model_validate(event)


def test_an_example_is_posted_once_and_is_in_no_log(hooks: Hooks) -> None:
    made = hooks.endpoint(eventTypes=["image.deleted"])
    hooks.receiver.answers(500)

    answer = hooks.call("POST", f"/{made['id']}/example", body={"eventType": "generation.completed"})
    hooks.work()

    assert (answer.status, answer.json["trigger"]) == (202, "example")
    (posted,) = hooks.receiver.posted
    event = standardwebhooks.Webhook(made["secret"]).verify(posted.body, posted.headers)
    assert event["data"]["example"] is True
    assert [delivery["status"] for delivery in hooks.deliveries(made)] == ["failed"]
    assert hooks.world.call("GET", "/api/v1/events", token=hooks.token).json["events"] == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("recover", {"since": "yesterday"}, "since"),
        ("recover", {"since": "9999-12-31T23:59:59Z"}, "since"),
        ("replay-missing", {"since": "2026-11-20T10:00:00Z", "after": "x"}, "after"),
        ("example", {"eventType": "generation.born"}, "eventType"),
    ],
)
def test_what_cannot_be_sent_again_is_refused_with_the_field(hooks: Hooks, path: str, body: Any, field: str) -> None:
    answer = hooks.call("POST", f"/{hooks.endpoint()['id']}/{path}", body=body)

    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, field)


def test_nothing_is_sent_to_an_endpoint_that_is_disabled(hooks: Hooks) -> None:
    made = hooks.endpoint(enabled=False)

    for path, body in (("recover", {"since": "2026-11-20T10:00:00Z"}), ("example", {"eventType": "image.deleted"})):
        assert hooks.call("POST", f"/{made['id']}/{path}", body=body).status == 409


def test_the_log_is_complete_since_the_oldest_endpoint_that_has_followed_without_a_gap(hooks: Hooks) -> None:
    deleted = hooks.endpoint()
    hooks.call("DELETE", f"/{deleted['id']}")
    oldest = hooks.endpoint()
    hooks.endpoint()

    read = hooks.world.call("GET", "/api/v1/events", token=hooks.token).json

    assert read["recordingSince"] == oldest["createdAt"]


# --- webhooks of requests ---------------------------------------------------------------------------------------------


@pytest.mark.requirement("S002-72")
def test_a_request_names_its_own_webhook_which_gets_its_end_signed(hooks: Hooks) -> None:
    wanted = {"url": hooks.receiver.url("/own?token=s3cret-s3cret"), "events": ["generation.cancelled"]}
    hooks.publish(hooks.ended(hooks.submit(wanted)))
    hooks.work()

    (posted,) = hooks.receiver.posted
    assert posted.path == "/own?token=s3cret-s3cret"
    assert "s3cret-s3cret" not in json.dumps(hooks.world.stored(), default=str)
    (delivery,) = hooks.deliveries({"id": "requests"})
    assert (delivery["status"], delivery["url"]) == ("delivered", hooks.receiver.url("/own?token=***"))
    assert hooks.call("GET").json["webhooks"] == []

    rotated = hooks.call("POST", "/requests/rotate").json
    hooks.call("POST", f"/requests/deliveries/{delivery['id']}/resend")
    hooks.work()
    again = hooks.receiver.posted[1]
    standardwebhooks.Webhook(rotated["secret"]).verify(again.body, again.headers)
    assert (again.path, again.body) == (posted.path, posted.body)


def test_a_request_s_webhook_gets_the_ends_that_it_has_chosen(hooks: Hooks) -> None:
    generation_id = hooks.submit({"url": hooks.receiver.url(), "events": ["generation.completed"]})
    hooks.publish(hooks.ended(generation_id))
    hooks.work()

    assert hooks.receiver.posted == []


def test_the_secret_for_requests_can_be_had_before_the_first(hooks: Hooks) -> None:
    secret = hooks.call("POST", "/requests/rotate").json["secret"]
    hooks.publish(hooks.ended(hooks.submit({"url": hooks.receiver.url()})))
    hooks.work()

    (posted,) = hooks.receiver.posted
    standardwebhooks.Webhook(secret).verify(posted.body, posted.headers)


@pytest.mark.parametrize(
    ("webhook", "field"),
    [
        ({"url": "http://shop.example/"}, "webhook.url"),
        ({"url": "https://10.0.0.1/"}, "webhook.url"),
        ({"url": "https://shop.example/", "events": ["image.deleted"]}, "webhook.events"),
        ({}, "webhook.url"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_before_anything_is_charged(hooks: Hooks, webhook: Any, field: str) -> None:
    answer = hooks.world.call(
        "POST",
        "/api/v1/generations",
        token=hooks.tenant["apiKey"],
        body={"prompt": "a red fox", "model": "sandbox", "webhook": webhook},
    )

    assert answer.status == 400
    assert answer.json["error"]["details"][0]["field"].startswith(field)
    assert hooks.world.call("GET", "/api/v1/generations", token=hooks.tenant["apiKey"]).json["generations"] == []


def test_quotes_and_batches_take_the_receivers_that_are_trusted(hooks: Hooks) -> None:
    request = {"prompt": "a red fox", "model": "sandbox", "webhook": {"url": hooks.receiver.url()}}
    sent = {"quotes": request, "batches": {"requests": [{"custom_id": "a", "body": request}]}}

    for path, body in sent.items():
        answer = hooks.world.call("POST", f"/api/v1/{path}", token=hooks.tenant["apiKey"], body=body)
        assert answer.status in {200, 201}, answer.json


def test_one_endpoint_has_five_workers_of_the_quick_lane_at_most(hooks: Hooks) -> None:
    made = hooks.endpoint()
    hooks.publish()
    hooks.work()
    slots = hooks.slots()
    now = datetime.now(UTC)

    taken = [slots.take(hooks.tenant["workspaceId"], made["id"], now) for _ in range(7)]
    assert taken == [True] * 5 + [False] * 2
    hooks.publish()
    (message,) = hooks.messages("WEBHOOKS_QUEUE_URL")
    assert hooks.deliver(*message)
    assert len(hooks.receiver.posted) == 1
    assert hooks.messages("SLOW_WEBHOOKS_QUEUE_URL") == [], "it comes again in the same lane"

    slots.free(hooks.tenant["workspaceId"], made["id"])
    assert slots.take(hooks.tenant["workspaceId"], made["id"], now)
    # A worker that died gives back nothing: its slot is free after a minute.
    assert slots.take(hooks.tenant["workspaceId"], made["id"], now + timedelta(minutes=2))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
