"""Secrets are at most five minutes old, and a key that was replaced verifies as long as it is the previous one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from easel.errors import InvalidCursor, SecretUnavailable
from easel.http.cursors import CursorSigner
from easel.services.images.callback_tickets import CallbackSigner, CallbackTicket
from easel.services.ports.image_tasks import ImageRef
from easel.signing import ForgedToken, Signer
from easel.wiring import secrets
from easel.wiring.catalogue.vendors import UNSET_SECRET, providers
from easel.wiring.env import SigningKey
from easel.wiring.env_objects import Vendor, Vendors
from easel.wiring.secrets import MAX_AGE_SECONDS, RECHECK_SECONDS, secret, signing_keys, versions

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:signing"
ENV = SigningKey(SIGNING_SECRET_ARN=ARN)


@dataclass
class Manager:
    """Secrets Manager with one secret, and the time of this process."""

    texts: list[str]
    now: float = 1_000.0
    reads: list[str] = field(default_factory=list)
    fault: Exception | None = None

    def get_secret_value(self, **request: str) -> dict[str, Any]:
        stage = request["VersionStage"]
        self.reads.append(stage)
        if self.fault:
            raise self.fault
        age = {"AWSCURRENT": 1, "AWSPREVIOUS": 2}[stage]
        if request["SecretId"] != ARN or len(self.texts) < age:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "GetSecretValue")
        return {"SecretString": self.texts[-age]}

    def replace(self, text: str) -> None:
        self.texts.append(text)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    made = Manager(["first"])
    monkeypatch.setattr(secrets, "aws_client", lambda _: made)
    monkeypatch.setattr(secrets, "monotonic", lambda: made.now)
    secrets.forget()
    yield made
    secrets.forget()


def in_another_process(text: str) -> Signer:
    return Signer("test", lambda: [text.encode()])


def sign(text: str) -> str:
    return in_another_process(text).sign(b"payload", expires_at=None)


def accepts(token: str) -> bool:
    try:
        return Signer("test", signing_keys(ENV)).verify(token) == b"payload"
    except ForgedToken:
        return False


def test_a_secret_is_read_again_after_five_minutes(manager: Manager) -> None:
    assert secret(ARN) == "first"
    manager.replace("second")

    manager.now += 299
    assert (secret(ARN), len(manager.reads)) == ("first", 1)
    manager.now += 1
    assert (secret(ARN), len(manager.reads)) == ("second", 2)
    assert (secret(ARN), len(manager.reads)) == ("second", 2)


def test_what_was_signed_a_minute_before_a_rotation_is_good_after_it(manager: Manager) -> None:
    cursors = CursorSigner(signing_keys(ENV))
    tickets = CallbackSigner(signing_keys(ENV), lambda: datetime.now(UTC))
    ids = "019a9f1c-0000-7000-8000-00000000000a"
    ticket = CallbackTicket(ImageRef(ids, ids, 0), ids)
    address = tickets.sign("wavespeed", ticket, datetime.now(UTC) + timedelta(minutes=5))
    cursor = cursors.sign("GEN#1", owner="workspace", query="q")

    manager.replace("second")
    manager.now += MAX_AGE_SECONDS

    assert cursors.read(cursor, owner="workspace", query="q") == "GEN#1"
    assert tickets.read("wavespeed", address) == ticket
    assert cursors.sign("GEN#1", owner="workspace", query="q") != cursor


def test_a_key_before_the_previous_one_is_not_ours_any_more(manager: Manager) -> None:
    cursors = CursorSigner(signing_keys(ENV))
    cursor = cursors.sign("GEN#1", owner="workspace", query="q")

    manager.replace("second")
    manager.replace("third")
    manager.now += MAX_AGE_SECONDS

    with pytest.raises(InvalidCursor):
        cursors.read(cursor, owner="workspace", query="q")


def test_a_process_that_has_not_seen_a_rotation_takes_what_others_sign_after_it(manager: Manager) -> None:
    assert accepts(sign("first"))
    manager.replace("second")
    manager.now += RECHECK_SECONDS

    assert accepts(sign("second"))
    assert accepts(sign("first"))


def test_a_token_of_ours_costs_no_second_read(manager: Manager) -> None:
    for _ in range(10):
        assert accepts(sign("first"))

    assert manager.reads == ["AWSCURRENT"]


def test_forged_tokens_make_us_read_no_more_than_twice_in_half_a_minute(manager: Manager) -> None:
    for _ in range(60):
        assert not accepts(sign("made up"))
        manager.now += 1

    # In the first second, and once more when what was read then is half a minute old.
    assert manager.reads == ["AWSCURRENT", "AWSPREVIOUS"] * 2


def test_a_secret_that_was_never_replaced_has_no_previous_text(manager: Manager) -> None:
    assert set(versions(ARN, previous=True)) == {"first"}


def test_a_previous_text_counts_only_where_it_is_asked_for(manager: Manager) -> None:
    manager.replace("second")

    assert set(versions(ARN, previous=True)) == {"first", "second"}
    assert set(versions(ARN, previous=False)) == {"second"}


OUTAGE = EndpointConnectionError(endpoint_url="https://secretsmanager.example")


def test_an_outage_does_not_take_away_what_was_read(manager: Manager) -> None:
    assert secret(ARN) == "first"
    manager.fault = OUTAGE
    manager.now += MAX_AGE_SECONDS

    assert secret(ARN) == "first"
    manager.now += RECHECK_SECONDS - 1
    assert (secret(ARN), len(manager.reads)) == ("first", 2)

    manager.fault = None
    manager.replace("second")
    manager.now += 1
    assert secret(ARN) == "second"


@pytest.mark.parametrize("previous", [False, True])
def test_a_secret_that_was_never_read_is_unavailable_in_an_outage(manager: Manager, *, previous: bool) -> None:
    manager.fault = OUTAGE

    with pytest.raises(SecretUnavailable):
        list(versions(ARN, previous=previous))


def test_a_missing_secret_is_not_an_empty_one(manager: Manager) -> None:
    manager.texts.clear()

    with pytest.raises(SecretUnavailable):
        secret(ARN)


def test_a_vendors_secrets_are_read_again_by_an_adapter_that_is_kept(manager: Manager) -> None:
    vendor = Vendor(secretArn=ARN, webhookSecretArn=ARN)
    settings = providers(Vendors.model_construct(PROVIDER_SETTINGS={"wavespeed": vendor}))._settings["wavespeed"]
    assert (settings.api_key(), settings.webhook_secret()) == ("first", "first")

    for text, key, webhook in (("second", "second", "second"), (UNSET_SECRET, "", None)):
        manager.replace(text)
        manager.now += MAX_AGE_SECONDS
        assert (settings.api_key(), settings.webhook_secret()) == (key, webhook)
