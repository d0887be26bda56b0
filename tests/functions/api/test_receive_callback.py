"""POST /api/v1/callbacks/{provider}: what counts becomes one message, and everything else is an unknown address."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.functions.api.harness import Answer, Api, http_event
from tests.support.emulator import unique_name

from easel.doors.canonical.images.callbacks import MAX_BODY_BYTES
from easel.errors import CallbackRefused
from easel.ids import new_generation_id, new_id
from easel.services.images.callback_tickets import CallbackSigner, CallbackTicket, SignedAddresses
from easel.services.ports.image_tasks import ImageRef
from easel.wiring.catalogue.vendors import UNSET_SECRET

if TYPE_CHECKING:
    from tests.functions.api.world import World

KEY = b"a-signing-secret-of-this-test-run"
REF = ImageRef(new_id(), new_generation_id(), 3)
ATTEMPT = new_id()
WAVESPEED = json.dumps({"id": "job-7", "status": "completed", "outputs": ["https://cdn.example/1.png"]})
NANOBANANA = json.dumps({"code": 200, "msg": "success", "data": {"taskId": "job-8", "info": {"resultImageUrl": "u"}}})
LATER = datetime.now(UTC) + timedelta(days=1)


def signer(key: bytes = KEY, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> CallbackSigner:
    return CallbackSigner(lambda: [key], clock)


def a_ticket(provider: str = "wavespeed", *, key: bytes = KEY, until: datetime = LATER) -> str:
    return signer(key).sign(provider, CallbackTicket(REF, ATTEMPT), until)


def call(
    world: World, ticket: str | None, body: Any = WAVESPEED, *, provider: str = "wavespeed", **more: Any
) -> Answer:
    query = "" if ticket is None else f"t={ticket}"
    return world.call("POST", f"/api/v1/callbacks/{provider}", body=body, query=query, **more)


def queued(world: World) -> list[dict[str, Any]]:
    queue_url = json.loads(world.environment["COLLECT_QUEUE_URLS"])["wavespeed"]
    answer = world.emulator.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What was counted, as the metric's dimensions."""
    found: list[dict[str, str]] = []

    def count(metric: str, value: int = 1, **dimensions: str) -> None:
        found.append({"metric": metric, **dimensions})

    monkeypatch.setattr("easel.wiring.images.receive_callback.count", count)
    return found


# --- what counts ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize(
    ("provider", "body", "job_id"), [("wavespeed", WAVESPEED, "job-7"), ("nanobanana", NANOBANANA, "job-8")]
)
def test_a_callback_with_our_ticket_is_one_message(
    world: World, counted: list[dict[str, str]], provider: str, body: str, job_id: str
) -> None:
    answer = call(world, a_ticket(provider), body, provider=provider)

    assert (answer.status, answer.body) == (204, "")
    assert queued(world) == [
        {
            "workspaceId": REF.workspace_id,
            "generationId": REF.generation_id,
            "index": 3,
            "requestId": "test-request",
            "provider": provider,
            "polls": 0,
            "hint": {"provider": provider, "attemptId": ATTEMPT, "jobId": job_id, "looks": 0},
        }
    ]
    assert counted == [{"metric": "CallbacksReceived", "provider": provider, "outcome": "accepted"}]


def test_the_address_that_a_vendor_is_given_leads_here(world: World) -> None:
    addresses = SignedAddresses(signer=signer(), base_url="https://easel.example/", providers=["wavespeed"])

    given = addresses.address("wavespeed", REF, ATTEMPT, LATER)

    assert given is not None
    assert given.startswith("https://easel.example/api/v1/callbacks/wavespeed?t=")
    assert call(world, given.partition("?t=")[2]).status == 204
    assert addresses.address("sandbox", REF, ATTEMPT, LATER) is None


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/plain", "application/octet-stream"])
def test_the_body_is_read_whatever_the_vendor_calls_it(world: World, content_type: str) -> None:
    assert call(world, a_ticket(), headers={"Content-Type": content_type}).status == 204
    event = http_event("POST", "/api/v1/callbacks/wavespeed", body=WAVESPEED, binary=True, authorizer=None)
    event |= {"queryStringParameters": {"t": a_ticket()}, "rawQueryString": f"t={a_ticket()}"}
    assert world._invoke("receive_callback", event)["statusCode"] == 204


@pytest.mark.requirement("X-20")
def test_a_callback_that_cannot_be_queued_is_for_the_vendor_to_repeat(
    world: World, counted: list[dict[str, str]]
) -> None:
    urls = json.loads(world.environment["COLLECT_QUEUE_URLS"])
    world.environment["COLLECT_QUEUE_URLS"] = json.dumps({name: f"{url}-that-is-gone" for name, url in urls.items()})

    answer = call(world, a_ticket())

    assert (answer.status, answer.header("Retry-After")) == (503, "1")
    assert [entry["outcome"] for entry in counted] == ["not_queued"]


# --- what does not ----------------------------------------------------------------------------------------------------


def bad_tickets() -> dict[str, str | None]:
    good = a_ticket()
    return {
        "none": None,
        "empty": "",
        "nonsense": "nonsense",
        "not ascii": "%C3%A4" * 30,
        "cut short": good[:-1],
        "longer": good + "A",
        "signed with another key": a_ticket(key=b"another key"),
        "given to another provider": a_ticket("nanobanana"),
        "of a provider without settings": a_ticket("sandbox"),
        "too old": a_ticket(until=datetime.now(UTC) - timedelta(seconds=1)),
    }


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize("kind", bad_tickets())
def test_a_forged_or_old_ticket_reads_like_an_unknown_address(
    world: World, api: Api, counted: list[dict[str, str]], kind: str
) -> None:
    provider = "sandbox" if "without settings" in kind else "wavespeed"

    answer = call(world, bad_tickets()[kind], provider=provider)

    unknown = api.call("describe_service", "POST", "/api/v1/nothing-here", body=WAVESPEED, authorizer=None)
    assert (answer.status, _without_place(answer)) == (404, _without_place(unknown))
    assert queued(world) == []
    outcome = {"too old": "expired", "of a provider without settings": "unknown_provider"}.get(kind, "forged")
    # A name that a stranger made up would be a metric of its own.
    known = "unknown" if provider == "sandbox" else provider
    assert counted == [{"metric": "CallbacksReceived", "provider": known, "outcome": outcome}]


def _without_place(answer: Answer) -> dict[str, Any]:
    return {key: value for key, value in answer.json.items() if key != "instance"}


@given(position=st.integers(0, 119), letter=st.sampled_from("ABCDabcd0123-_"))
def test_a_changed_ticket_is_no_ticket(position: int, letter: str) -> None:
    good = a_ticket()
    changed = good[:position] + letter + good[position + 1 :]

    if changed == good:
        assert signer().read("wavespeed", changed).attempt_id == ATTEMPT
    else:
        with pytest.raises(CallbackRefused):
            signer().read("wavespeed", changed)


def test_a_ticket_ends_with_its_time() -> None:
    end = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    ticket = signer().sign("wavespeed", CallbackTicket(REF, ATTEMPT), end)

    before = end - timedelta(seconds=1)
    assert signer(clock=lambda: before).read("wavespeed", ticket) == CallbackTicket(REF, ATTEMPT)
    with pytest.raises(CallbackRefused) as refused:
        signer(clock=lambda: end).read("wavespeed", ticket)
    assert refused.value.reason == "expired"


@pytest.mark.parametrize("body", [None, "", "{", "[]", "null", '{"id": 7, "status": "completed"}', "[" * 10_000])
def test_a_body_that_names_no_job_is_refused_even_with_our_ticket(
    world: World, counted: list[dict[str, str]], body: str | None
) -> None:
    assert call(world, a_ticket(), body).status == 404
    assert queued(world) == []
    assert [entry["outcome"] for entry in counted] == ["unverified"]


@pytest.mark.parametrize("ticket", [a_ticket(), None], ids=["with a ticket", "without"])
def test_a_huge_body_is_refused_before_anything_is_read(world: World, ticket: str | None) -> None:
    body = json.dumps({"id": "job-7", "status": "completed", "input": "x" * MAX_BODY_BYTES})

    assert call(world, ticket, body).status == 413
    assert queued(world) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_not_taken(api: Api, method: str) -> None:
    # What no route takes goes to this function.
    answer = api.call("describe_service", method, "/api/v1/callbacks/wavespeed", authorizer=None)

    assert (answer.status, answer.header("Allow")) == (405, "POST")


# --- the vendor's own signature ---------------------------------------------------------------------------------------


def signed(secret: str, body: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(secret.removeprefix("whsec_").encode(), f"m-1.{stamp}.{body}".encode(), hashlib.sha256)
    return {"webhook-id": "m-1", "webhook-timestamp": stamp, "webhook-signature": f"v3,{digest.hexdigest()}"}


@pytest.mark.requirement("X-20")
@pytest.mark.parametrize(
    ("stored", "used", "status"),
    [
        ("whsec_one", "whsec_one", 204),
        ("whsec_one", "whsec_two", 404),
        ("whsec_one", None, 404),
        # Nobody has written the vendor's secret yet: the ticket counts alone.
        (UNSET_SECRET, None, 204),
    ],
)
def test_what_the_vendor_signs_is_checked_on_top(world: World, stored: str, used: str | None, status: int) -> None:
    secrets = world.emulator.client("secretsmanager")
    arn = secrets.create_secret(Name=unique_name("webhook"), SecretString=stored)["ARN"]
    world.environment["PROVIDER_SETTINGS"] = json.dumps({"wavespeed": {"webhookSecretArn": arn}})

    answer = call(world, a_ticket(), headers=signed(used, WAVESPEED) if used else {})

    assert answer.status == status
    assert len(queued(world)) == (status == 204)


def test_a_ticket_never_gets_into_a_log(world: World, log_lines: StringIO) -> None:
    call(world, a_ticket())
    call(world, a_ticket("nanobanana"))

    assert "callback refused" in log_lines.getvalue()
    assert a_ticket()[:40] not in log_lines.getvalue()
