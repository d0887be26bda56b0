"""The live bot's client, as far as it is known: its headers, the bodies that it sends, and what it reads of answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.support.mini_app import TELEGRAM_ID

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

UNSET: Final = dict.fromkeys(("size", "aspect_ratio", "resolution", "quality", "input_fidelity"))
"""What the client sends as null when nobody chose it."""


@dataclass
class BotClient:
    """Keys and headers; JSON only under exactly `application/json`, as its HTTP library takes it."""

    world: World
    key: str

    def call(self, method: str, path: str, *, user: object = TELEGRAM_ID, **more: Any) -> Answer:
        headers = {"x-internal-api-key": self.key} | ({"x-telegram-user-id": str(user)} if user else {})
        answer = self.world.call(method, path, headers=headers | more.pop("headers", {}), **more)
        assert answer.header("Content-Type") == "application/json", answer.body[:300]
        return answer

    def sync(self, telegram_id: int = TELEGRAM_ID) -> Answer:
        body = {"telegram_id": telegram_id, "username": "ada", "first_name": "Ada", "language_code": "uz"}
        return self.call("POST", "/api/v1/users/sync", user=telegram_id, body=body)

    def models(self) -> dict[str, int]:
        """`int(model.id)` by key, as the bot's menu reads it."""
        listed = self.call("GET", "/api/v1/models", user=None).json
        return {entry["model"]["key"]: int(entry["model"]["id"]) for entry in listed}

    def submit(self, telegram_id: int = TELEGRAM_ID, **fields: Any) -> Answer:
        """With a status message of its own, unless the test says otherwise."""
        body = {
            "telegram_id": telegram_id,
            "model_id": 1,
            "prompt": "a red fox",
            **UNSET,
            "reference_urls": [],
            "reference_file_ids": [],
            **fields,
        }
        return self.call("POST", "/api/v1/generations/submit", user=telegram_id, body=body)

    def of(self, generation: object, what: str = "", telegram_id: int = TELEGRAM_ID) -> Answer:
        """`GET /generations/{id}[/results]?telegram_id=`."""
        path = f"/api/v1/generations/{generation}{what}"
        return self.call("GET", path, user=telegram_id, query=f"telegram_id={telegram_id}")

    def refresh(self, generation: object, telegram_id: int = TELEGRAM_ID) -> Answer:
        body = {"telegram_id": telegram_id}
        return self.call("POST", f"/api/v1/generations/{generation}/refresh", user=telegram_id, body=body)

    def queued(self, variable: str) -> list[dict[str, Any]]:
        """The messages in a queue of the world, taken out of it."""
        client = self.world.emulator.client("sqs")
        url = self.world.environment[variable]
        urls = [url] if url.startswith("http") else list(set(json.loads(url).values()))
        found = []
        for each in urls:
            answer = client.receive_message(QueueUrl=each, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                client.delete_message(QueueUrl=each, ReceiptHandle=message["ReceiptHandle"])
        return found
