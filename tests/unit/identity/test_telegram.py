"""A Mini App's sign-in counts when the bot's own token signed it, lately."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.support.mini_app import BOT_TOKEN, TELEGRAM_ID, init_data, signature

from easel.domain.identities import TelegramProfile
from easel.errors import NotFound
from easel.identity.telegram import MAX_LENGTH, BotKey, MiniAppSignature, TelegramBot, derived_key, read_bot

WORKSPACE = "019a9f1c-0000-7000-8000-00000000000a"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BOT = TelegramBot(BOT_TOKEN, WORKSPACE)
verify = MiniAppSignature(lambda: BOT, max_age=timedelta(hours=1))


def signed(**fields: Any) -> str:
    return init_data(signed_at=NOW, **fields)


def test_a_good_sign_in_says_who_it_is() -> None:
    found = verify(signed(), NOW)

    assert found is not None
    assert found.profile == TelegramProfile(TELEGRAM_ID, "ada", "Ada", "L", "en")
    assert found.bot_workspace_id == WORKSPACE
    assert found.digest == dict(parse_qsl(signed()))["hash"]
    assert NOW + timedelta(hours=1) < found.expires_at < NOW + timedelta(hours=1, seconds=5)


def test_the_sample_that_telegram_mini_apps_publish_is_genuine() -> None:
    """From the documentation of `@telegram-apps/init-data-node`: neither text nor signature is of our making."""
    text = (
        "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name"
        "%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue"
        "%7D&auth_date=1662771648&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
    )
    bot = TelegramBot("5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8", WORKSPACE)

    found = MiniAppSignature(lambda: bot, max_age=timedelta(hours=1))(text, datetime(2022, 9, 10, 1, 0, 48, tzinfo=UTC))

    assert found is not None
    assert (found.profile.telegram_id, found.profile.username) == (279058397, "vdkfrost")


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(), True),
        (timedelta(minutes=59, seconds=59), True),
        (timedelta(hours=1), True),
        (timedelta(hours=1, seconds=1), False),
        (timedelta(days=400), False),
        (timedelta(seconds=-60), True),
        (timedelta(seconds=-61), False),
    ],
)
def test_it_counts_for_an_hour(age: timedelta, *, counts: bool) -> None:
    assert (verify(signed(), NOW + age) is not None) is counts


TAMPERED: dict[str, Any] = {
    "other user": lambda text: text.replace(str(TELEGRAM_ID), str(TELEGRAM_ID + 1)),
    "other time": lambda text: text.replace("auth_date=17951688", "auth_date=17951689"),
    "field added": lambda text: text + "&extra=1",
    "field removed": lambda text: text.replace("&signature=c2lnbmF0dXJlIG9mIGEgdGhpcmQgcGFydHk", ""),
    "hash removed": lambda text: text.rpartition("&hash=")[0],
    "hash empty": lambda text: text.rpartition("&hash=")[0] + "&hash=",
    "hash in capitals": lambda text: text.rpartition("&hash=")[0] + "&hash=" + text.rpartition("&hash=")[2].upper(),
    "hash cut short": lambda text: text[:-1],
    "hash twice": lambda text: text + "&hash=" + text.rpartition("&hash=")[2],
    "field twice": lambda text: text + "&auth_date=1795168800",
    "encoded twice": quote,
    "no fields": lambda _: "",
    "no query string": lambda _: "hello",
    "half of a character": lambda text: text + "&x=%ff",
    "too long": lambda text: text + "&x=" + "y" * MAX_LENGTH,
    "too many fields": lambda text: text + "".join(f"&x{number}=1" for number in range(40)),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_tampered_with_counts_for_nothing(tamper: Any) -> None:
    assert tamper(signed()) != signed()
    assert verify(tamper(signed()), NOW) is None


def test_another_bots_signature_counts_for_nothing() -> None:
    assert verify(signed(token="7654321:AA-another-token"), NOW) is None


def test_the_order_of_fields_and_their_encoding_do_not_matter() -> None:
    fields = parse_qsl(signed())
    turned = urlencode(list(reversed(fields)), quote_via=quote)
    assert turned != signed()
    assert verify(turned, NOW) == verify(signed(), NOW)


ODD: dict[str, dict[str, Any]] = {
    "no user": {"user": None},
    "user is no JSON": {"user": "{"},
    "user is a list": {"user": "[1]"},
    "user is nested": {"user": "[" * 1500},
    "id is missing": {"user": '{"first_name": "Ada"}'},
    "id is a text": {"user": '{"id": "279058397"}'},
    "id is true": {"user": '{"id": true}'},
    "id is zero": {"user": '{"id": 0}'},
    "id is negative": {"user": '{"id": -1}'},
    "id is too large": {"user": json.dumps({"id": 2**52})},
    "id is a fraction": {"user": '{"id": 1.5}'},
    "time is missing": {"auth_date": None},
    "time is no number": {"auth_date": "now"},
    "time is negative": {"auth_date": "-1"},
    "time is endless": {"auth_date": "9" * 30},
    "time is in other digits": {"auth_date": "١٧٩٥١٦٨٨٠٠"},
}


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD.keys())
def test_what_is_signed_must_also_make_sense(fields: dict[str, Any]) -> None:
    assert verify(signed(**fields), NOW) is None


def test_names_are_taken_as_far_as_they_can_be_stored() -> None:
    user = {"id": 1, "first_name": "\ud83d", "last_name": "x" * 1_000, "username": 7, "language_code": ""}
    found = verify(signed(user=json.dumps(user)), NOW)
    assert found is not None
    assert found.profile == TelegramProfile(1, None, None, "x" * 256, None)


@given(st.text(max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    assert verify(text, NOW) is None


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=20), max_size=5))
def test_whatever_is_signed_is_read_or_refused(fields: dict[str, str]) -> None:
    fields.pop("hash", None)
    try:
        text = urlencode({**fields, "hash": signature(fields, BOT_TOKEN)})
    except UnicodeEncodeError:
        return
    assert verify(text, NOW) is None


@pytest.mark.parametrize("secret", ["unset", "", "[]", "null", '{"token": "x"}', '{"workspaceId": "x"}'])
def test_without_a_bot_nobody_signs_in(secret: str) -> None:
    assert read_bot(secret) is None
    with pytest.raises(NotFound):
        MiniAppSignature(lambda: read_bot(secret), max_age=timedelta(hours=1))(signed(), NOW)


def test_a_bots_secret_is_read() -> None:
    assert read_bot(json.dumps({"token": BOT_TOKEN, "workspaceId": WORKSPACE})) == replace(BOT)


# --- Telegram's own signature ---------------------------------------------------------------------------------------

BOT_ID = BOT_TOKEN.partition(":")[0]
TELEGRAM = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TOKENLESS = TelegramBot(None, WORKSPACE, BOT_ID)


def signed_by_telegram(*, bot_id: str = BOT_ID, key: Ed25519PrivateKey = TELEGRAM, **changed: str) -> str:
    """A sign-in with `signature` and without `hash`; `changed` are fields that Telegram did not sign."""
    fields = dict(parse_qsl(signed(signature=None)))
    del fields["hash"]
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    made = key.sign(f"{bot_id}:WebAppData\n{lines}".encode())
    return urlencode({**fields, "signature": base64.urlsafe_b64encode(made).decode().rstrip("="), **changed})


def signs_in(text: str, bot: TelegramBot = TOKENLESS) -> str | None:
    """What identifies the sign-in; None when it counts for nothing."""
    key = TELEGRAM.public_key().public_bytes_raw()
    found = MiniAppSignature(lambda: bot, max_age=timedelta(hours=1), telegram_key=key)(text, NOW)
    return found.digest if found else None


def test_a_published_sample_of_telegrams_signature_is_genuine() -> None:
    """From the documentation of `@telegram-apps/init-data-node`, under Telegram's production key."""
    text = (
        "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22"
        "Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22"
        "allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
        "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private"
        "&auth_date=1733509682&signature=TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX"
        "_PDg&hash=a433d8f9847bd6addcc563bff7cc82c89e97ea0d90c11fe5729cae6796a36d73"
    )
    bot = TelegramBot(None, WORKSPACE, "7342037359")

    found = MiniAppSignature(lambda: bot, max_age=timedelta(hours=1))(text, datetime(2024, 12, 6, 18, 30, tzinfo=UTC))

    assert found is not None
    assert found.profile.telegram_id == 279058397


@pytest.mark.parametrize("bot", [TOKENLESS, BOT], ids=["by its id", "by its token"])
def test_a_sign_in_without_a_hash_counts_by_telegrams_signature(bot: TelegramBot) -> None:
    assert signs_in(signed_by_telegram(), bot) is not None
    assert signs_in(signed_by_telegram() + "&hash=", TOKENLESS) == signs_in(signed_by_telegram(), TOKENLESS)


def _spelled_otherwise() -> str:
    """The last character of a signature has four bits that belong to no byte."""
    text = dict(parse_qsl(signed_by_telegram()))["signature"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signed_by_telegram(signature=text[:-1] + letters[letters.index(text[-1]) + 1])


FORGED: dict[str, Callable[[], str]] = {
    "another field": lambda: signed_by_telegram(query_id="another"),
    "a field more": lambda: signed_by_telegram(chat_type="private"),
    "another bot": lambda: signed_by_telegram(bot_id="7654322"),
    "another key": lambda: signed_by_telegram(key=Ed25519PrivateKey.from_private_bytes(bytes(32))),
    "another spelling": _spelled_otherwise,
    "padded": lambda: signed_by_telegram(signature=dict(parse_qsl(signed_by_telegram()))["signature"] + "=="),
    "empty": lambda: signed_by_telegram(signature=""),
    "not base64": lambda: signed_by_telegram(signature="*" * 86),
    "neither": lambda: urlencode({k: v for k, v in parse_qsl(signed_by_telegram()) if k != "signature"}),
    "a field twice": lambda: signed_by_telegram() + "&query_id=AAHdF6IQAAAAAN0XohDhrOrc",
}


@pytest.mark.parametrize("bot", [TOKENLESS, BOT], ids=["by its id", "by its token"])
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_what_telegram_did_not_sign_counts_for_nothing(forge: Callable[[], str], bot: TelegramBot) -> None:
    assert signs_in(forge(), bot) is None


def test_a_wrong_hash_is_not_made_good_by_a_signature() -> None:
    assert signs_in(f"{signed_by_telegram()}&hash={'0' * 64}", BOT) is None


def test_a_sign_in_is_the_same_with_and_without_its_hash() -> None:
    bare = signed_by_telegram()

    assert signs_in(f"{bare}&hash={signature(dict(parse_qsl(bare)), BOT_TOKEN)}", BOT) == signs_in(bare, BOT)


@pytest.mark.parametrize(
    ("secret", "bot"),
    [
        ('{"botId": 7654321, "workspaceId": "w"}', TelegramBot(None, "w", "7654321")),
        ('{"botId": "7654321", "workspaceId": "w"}', TelegramBot(None, "w", "7654321")),
        ('{"botId": "ada", "workspaceId": "w"}', None),
        ('{"botId": true, "workspaceId": "w"}', None),
    ],
)
def test_a_bot_may_be_known_by_its_id_alone(secret: str, bot: TelegramBot | None) -> None:
    assert read_bot(secret) == bot


def test_a_bot_without_a_token_has_no_derived_key() -> None:
    assert BotKey(lambda: TOKENLESS)(derived_key("")) is None
