"""The whole API in one process over a running DynamoDB: the authorizer first, then the function that the route names.

Nothing of ours is replaced. What differs from a deployment: the gateway is this module, the identity provider and
Telegram are made of test keys, and AWS is the emulator.
"""

from __future__ import annotations

import importlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import pytest
from botocore.config import Config
from infra.constructs.doors import ROUTES
from infra.constructs.functions.room import Route
from tests.functions.api.environment import OPERATOR_GROUP, Environment, environment_of
from tests.functions.api.harness import LAMBDA_CONTEXT, Answer, handler, http_event
from tests.support import validator
from tests.support.emulator import Emulator
from tests.support.issuer import Issuer
from tests.support.mini_app import BOT_TOKEN

from easel import settings
from easel.domain.api_keys import hint_of, new_api_key
from easel.domain.request import Channel
from easel.http import waiting
from easel.ids import new_id
from easel.repositories.accounts.api_keys import DynamoApiKeys, hash_api_key
from easel.repositories.attribute_values import from_item
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.ports.accounts import ApiKeyRecord
from easel.wiring import aws, botocore_clients
from easel.wiring.accounts.authorize_request import authenticate, rate_limits
from easel.wiring.delivery.deliver_webhook import deliver_webhook
from easel.wiring.generations.expect_end import expect_end
from easel.wiring.images.image_store import bucket_client, image_store
from easel.wiring.images.receive_callback import receive_callback
from easel.wiring.secrets import forget as forget_secrets
from easel.wiring.uploads.upload_store import upload_store

_PATTERNS: Final = [
    (route, re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", route.path))))
    for route in sorted(ROUTES, key=lambda route: route.path.count("{"))
]


@dataclass
class World:
    """One deployment, empty at first."""

    emulator: Emulator
    issuer: Issuer
    environment: Environment
    debug_users: bool = True
    calls: list[str] = field(default_factory=list)
    """What the last `authorize` asked of DynamoDB, beside counting the request."""

    # --- requests -----------------------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        query: str = "",
        form: bytes | None = None,
    ) -> Answer:
        """Send a request as a client would. `form` is a body of bytes, whose type is in the headers."""
        given = {**(headers or {}), **({"authorization": f"Bearer {token}"} if token is not None else {})}
        event = http_event(method, path, query=query, headers=given, body=body, authorizer=None)
        if form is not None:
            event |= {"body": b64encode(form).decode(), "isBase64Encoded": True}
        route = route_of(method, path)
        if not route.public:
            event["requestContext"]["authorizer"] = {"lambda": self.authorize(given)}
        said = self._invoke(route.function, event)
        answer = Answer.of(said)
        validator.check(method, path, answer)
        return answer

    def authorize(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """What the authorizer says about these headers."""
        client = aws.aws_client("dynamodb")
        self.calls = []
        listen = {"event_name": "before-call.dynamodb", "unique_id": "count"}
        client.meta.events.register(handler=self._note_call, **listen)
        try:
            event = {"version": "2.0", "headers": dict(headers), "requestContext": {"requestId": "r"}}
            context: dict[str, Any] = self._invoke("authorize_request", event)["context"]
        finally:
            client.meta.events.unregister(**listen)
        return context

    def _note_call(self, model: Any, params: Mapping[str, Any], **_: object) -> None:
        # Counting requests is another matter, and one call for everybody.
        if self.environment["EPHEMERAL_TABLE_NAME"] not in str(params["body"]):
            self.calls.append(model.name)

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        module = handler(function)
        self.environment["DEBUG_USERS_ENABLED"] = str(self.debug_users)
        with pytest.MonkeyPatch.context() as patch:
            for name, declared in module.Env.model_fields.items():
                patch.setenv(name, self.environment.get(name, "1" if declared.annotation is int else "value"))
            settings.forget()
            return module.lambda_handler(event, LAMBDA_CONTEXT)

    def operate(self, **event: Any) -> dict[str, Any]:
        """Invoke the operators' function."""
        made: dict[str, Any] = self.run("operator/provision_workspace", event)
        return made

    def run(self, folder: str, event: Mapping[str, Any]) -> Any:
        """Invoke a function that is not behind the API."""
        module = importlib.import_module(f"functions.{folder.replace('/', '.')}.handler")
        with pytest.MonkeyPatch.context() as patch:
            for name in module.Env.model_fields:
                patch.setenv(name, self.environment.get(name, "value"))
            settings.forget()
            return module.lambda_handler(event, LAMBDA_CONTEXT)

    # --- people and keys ----------------------------------------------------------------------------------------------

    def person(self, name: str, *, operator: bool = False, **claims: Any) -> str:
        """A token of somebody who signed in."""
        groups = [OPERATOR_GROUP] if operator else None
        return self.issuer.token(sub=name, groups=groups, **claims)

    def tenant(self, name: str = "Acme", **more: Any) -> dict[str, Any]:
        """A workspace with a key: {workspaceId, userId, apiKey}."""
        return self.operate(workspaceName=name, ownerName=f"{name}'s owner", keyName="first", **more)

    def key_with(self, named: str, /, *scopes: str, user_id: str | None = None, **more: Any) -> str:
        """A key with exactly these scopes, whoever would have given it."""
        text = new_api_key(named)
        record = ApiKeyRecord(
            **{
                "key_id": new_id(),
                "key_hash": hash_api_key(text),
                "hint": hint_of(text),
                "name": "made by a test",
                "workspace_id": named,
                "user_id": user_id or new_id(),
                "roles": frozenset({"member"}),
                "scopes": frozenset(scopes),
                "channel": Channel.API,
                "created_at": datetime.now(UTC),
                "budget_keys": ("a-key",),
                **more,
            }
        )
        client = self.emulator.client("dynamodb")
        keys = DynamoApiKeys(client, self.environment["CORE_TABLE_NAME"])
        DynamoTransactions(client).commit(*keys.adding(record))
        return text

    def forget_what_it_read(self) -> None:
        """As if half a minute had passed in a warm process."""
        authenticate.cache_clear()

    def forget_latencies(self) -> None:
        """As in a new process, or after five minutes."""
        expect_end.cache_clear()

    def stored(self) -> list[dict[str, Any]]:
        """Everything in the core table."""
        pages = (
            self.emulator.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.environment["CORE_TABLE_NAME"])
        )
        return [from_item(item) for page in pages for item in page["Items"]]

    def set_bot(self, workspace_id: str) -> None:
        """Make this workspace the one whose bot's Mini Apps sign in here."""
        self.replace_secret("TELEGRAM_BOT_SECRET_ARN", json.dumps({"token": BOT_TOKEN, "workspaceId": workspace_id}))

    def replace_secret(self, variable: str, text: str) -> None:
        """As an operator does, and as if five minutes had passed since."""
        secrets = self.emulator.client("secretsmanager")
        secrets.put_secret_value(SecretId=self.environment[variable], SecretString=text)
        forget_secrets()


def route_of(method: str, path: str) -> Route:
    """The route that the gateway would choose. Each GET is a HEAD too."""
    method = "GET" if method == "HEAD" else method
    return next(route for route, pattern in _PATTERNS if route.method.value == method and pattern.fullmatch(path))


@contextmanager
def world(emulator: Emulator, issuer: Issuer) -> Iterator[World]:
    """A deployment of its own."""
    environment = environment_of(emulator, issuer)
    with pytest.MonkeyPatch.context() as patch:
        # Nothing makes images here, so that it is no use to wait for any.
        patch.setattr(waiting.Patience, "left", lambda _: 0.0)
        for name, value in emulator.environment().items():
            patch.setenv(name, value)
        patch.setattr(botocore_clients, "client", _client_of(emulator.url))
        _forget_everything()
        yield World(emulator, issuer, environment)
        _forget_everything()


@cache
def _client_of(_emulator: str) -> Callable[..., Any]:
    """Make clients once per emulator, not per test: each takes 10 ms. For another session than usual make new ones."""
    make, session, made = botocore_clients.client, botocore_clients.session, dict[str, Any]()

    def client(service: str, config: Config = botocore_clients.BOTO) -> Any:
        if botocore_clients.session is not session:
            return make(service, config)
        key = f"{service} {sorted(vars(config).items())}"
        return made.get(key) or made.setdefault(key, make(service, config))

    return client


def _forget_everything() -> None:
    """Processes of other tests remember clients, secrets and callers."""
    settings.forget()
    forget_secrets()
    for remembered in (
        *(aws.aws_client, image_store, bucket_client, upload_store, expect_end),
        *(authenticate, rate_limits, receive_callback, deliver_webhook),
    ):
        remembered.cache_clear()
