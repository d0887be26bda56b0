"""Secrets in the addresses of references: nowhere in clear, and yet the picture can be fetched."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from tests.functions.api.world import World, world

from easel.errors import SecretUnavailable
from easel.ids import new_id
from easel.storage.address_vault import KmsAddressVault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

TOKEN = "AAF-s3cr3tS3cr3tS3cr3tS3cr3tS3cr3t0123"
BOT = f"https://api.telegram.org/file/bot123456:{TOKEN}/photos/file_1.jpg"
S3 = f"https://b.s3.amazonaws.com/front.png?X-Amz-Credential=AKIA{TOKEN}&X-Amz-Signature={TOKEN}"
AZURE = f"https://a.blob.core.windows.net/c/b.png?sv=2022-11-02&sig={TOKEN}"
REQUEST = {"prompt": "a red fox", "model": "seedream-v4"}


@pytest.fixture(scope="module")
def api(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    with world(emulator, issuer) as ready:
        yield ready


@pytest.fixture(scope="module")
def key(api: World) -> str:
    text: str = api.tenant("Secrets", credits=1000, plan="scale")["apiKey"]
    return text


def messages(api: World) -> list[str]:
    """What waits in the queue of generations."""
    sqs, queue = api.emulator.client("sqs"), api.environment["GENERATIONS_QUEUE_URL"]
    found: list[str] = []
    while received := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in received]
    return found


BODIES: dict[str, dict[str, Any]] = {
    "references": {"references": [{"url": BOT, "role": "front"}, {"url": S3}, {"url": AZURE}]},
    "referenceUrls": {"referenceUrls": [BOT, S3, AZURE]},
    "reference_urls with file ids": {"reference_urls": [BOT, S3, AZURE], "reference_file_ids": ["f1", "f2", "f3"]},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_secret_in_an_address_is_in_no_answer_no_record_no_message_and_no_log(
    api: World, key: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], body: dict[str, Any]
) -> None:
    with caplog.at_level(logging.DEBUG, logger="easel"):
        answer = api.call("POST", "/api/v1/generations", token=key, body=REQUEST | body)
        again = api.call("GET", f"/api/v1/generations/{answer.json['id']}", token=key)
        listed = api.call("GET", "/api/v1/generations", token=key)

    assert (answer.status, again.status, listed.status) == (202, 200, 200), answer.body
    for shown in (answer.json, again.json):
        assert [reference["url"] for reference in shown["references"]] == [
            "https://api.telegram.org/file/bot***/photos/file_1.jpg",
            "https://b.s3.amazonaws.com/front.png?X-Amz-Credential=***&X-Amz-Signature=***",
            "https://a.blob.core.windows.net/c/b.png?sv=2022-11-02&sig=***",
        ]
        assert "bot***/photos/file_1.jpg" in json.dumps(shown["inputParams"])
    everywhere = [answer.body, again.body, listed.body, str(api.stored()), *messages(api), caplog.text]
    everywhere += capsys.readouterr()
    assert [text for text in everywhere if TOKEN in text] == []


@pytest.mark.parametrize("path", ["/api/v1/generations", "/api/v1/quotes"])
@pytest.mark.parametrize(
    "body",
    [
        {"references": [{"url": f"https://user:{TOKEN}@a.example/1.png"}]},
        {"references": [{"url": f"http://a.example/1.png?sig={TOKEN}"}]},
        {"references": [{"url": f"{BOT}{'x' * 3000}"}]},
        {"referenceUrls": [f"https://127.0.0.1/?sig={TOKEN}"]},
        {"referenceUrls": [[BOT]]},
        {"references": [BOT]},
        {"referenceURLs": [BOT]},
    ],
    ids=["login", "http", "long", "inside", "nested", "no object", "unknown field"],
)
def test_a_refusal_does_not_show_the_secret_either(api: World, key: str, path: str, body: dict[str, Any]) -> None:
    answer = api.call("POST", path, token=key, body=REQUEST | body)

    assert answer.status == 400
    assert TOKEN not in answer.body


def test_an_address_is_decrypted_for_its_own_generation_only(api: World) -> None:
    client = api.emulator.client("kms")
    vault = KmsAddressVault(lambda: client, api.environment["ADDRESS_KEY_ID"])
    generation, another = new_id(), new_id()
    longest = f"https://a.example/{'ü' * 1000}?sig=x"

    sealed = vault.seal(longest, generation)

    assert vault.open(sealed, generation) == longest
    with pytest.raises(SecretUnavailable):
        vault.open(sealed, another)
    with pytest.raises(SecretUnavailable):
        vault.open("no ciphertext", generation)


def test_without_the_key_nothing_is_written_and_the_caller_may_try_again(api: World, key: str) -> None:
    before, good = len(api.stored()), api.environment["ADDRESS_KEY_ID"]
    api.environment["ADDRESS_KEY_ID"] = good.replace(good[-12:], "0" * 12)
    try:
        answer = api.call("POST", "/api/v1/generations", token=key, body=REQUEST | {"referenceUrls": [S3]})
    finally:
        api.environment["ADDRESS_KEY_ID"] = good

    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["retryable"]) == (
        503,
        "secret_unavailable",
        True,
    )
    assert len(api.stored()) == before
    assert TOKEN not in answer.body
