"""The API's functions in one process: events as the gateway sends them, and a store in memory.

Fakes come in at the composition root only, so everything between the event and the ports is the code that ships.
"""

from __future__ import annotations

import gzip
import importlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import pytest
from tests.support import validator
from tests.support.ending import MemoryEndings, cancel_generation_over
from tests.support.folders import api_folder
from tests.support.result_cache import MemoryResultCache
from tests.support.submitting import MemorySubmissions, submit_generation_over

from easel import settings
from easel.domain import access
from easel.domain.api_keys import hint_of
from easel.domain.catalogue import load_catalogue, request_fingerprint
from easel.domain.file_names import FileName
from easel.domain.generation import Generation
from easel.domain.identities import names_of
from easel.domain.image import Status
from easel.domain.latency import Latency
from easel.domain.plans import DEFAULT_PLAN, PLANS
from easel.domain.rates import Counter
from easel.domain.request import Channel, ImageRequest
from easel.errors import StorageUnavailable
from easel.http import identity
from easel.http.cursors import CursorSigner
from easel.repositories.accounts.api_keys import hash_api_key
from easel.services.accounts.authenticate import Authenticate
from easel.services.accounts.impersonation import EnterWorkspace
from easel.services.accounts.principal import Principal
from easel.services.accounts.rate_limits import LimitRequests
from easel.services.generations.expect_end import ExpectEnd
from easel.services.generations.generate_images import GenerateImages
from easel.services.generations.read_generations import ReadGenerations
from easel.services.generations.reuse_generation import ReuseGeneration
from easel.services.images.await_image import AwaitImage
from easel.services.images.links import LinkMaker
from easel.services.images.read_images import ReadImages
from easel.services.ports.accounts import ApiKeyRecord
from easel.services.ports.pages import Page

BASE_URL: Final = "https://easel.example"
NOW: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
WORKSPACE: Final = "019a9f1c-0000-7000-8000-00000000000a"
CALLER: Final = Principal(
    workspace_id=WORKSPACE,
    user_id="019a9f1c-0000-7000-8000-00000000000b",
    roles=frozenset({"owner"}),
    scopes=frozenset({access.GENERATIONS_READ, access.GENERATIONS_WRITE}),
    channel=Channel.API,
    key_id="key_demo",
    budget_keys=("key_demo",),
    identities=names_of("019a9f1c-0000-7000-8000-00000000000b"),
)
ENVIRONMENT: Final[dict[str, str]] = {
    "AWS_CLIENTS": "botocore",
    "PUBLIC_BASE_URL": BASE_URL,
    "EASEL_VERSION": "1.2.3",
    "EASEL_STAGE": "test",
    "EASEL_DOORS": "canonical,shop,workspace,bot,openai",
    "REFERENCE_TRUSTED_ORIGINS": "http://127.0.0.1:8000,http://127.0.0.1:8001",
    "WEBHOOK_TRUSTED_ORIGINS": "",
    "TOKEN_ISSUERS": "[]",
    "COLLECT_QUEUE_URLS": "{}",
    "PROVIDER_SETTINGS": "{}",
}
"""What answers show or depend on, and JSON. Everything else is only passed on to the composition root."""
LAMBDA_CONTEXT: Final = SimpleNamespace(
    function_name="easel-test",
    function_version="$LATEST",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:easel-test",
    aws_request_id="a8f5f167-f44f-4964-9698-0ad1ab2d1a4f",
    get_remaining_time_in_millis=lambda: 20_000,
)


@dataclass
class Store:
    """Everything the front doors read and write, in memory. Implements the ports they use."""

    generations: dict[tuple[str, str], Generation] = field(default_factory=dict)
    api_keys: dict[str, ApiKeyRecord] = field(default_factory=dict)
    latencies: dict[str, Latency] = field(default_factory=dict)
    credentials_left: timedelta = timedelta(days=1)
    """How long the credentials that sign links work."""

    def __post_init__(self) -> None:
        self.submissions = MemorySubmissions(generations=self.generations)
        self.endings = MemoryEndings(generations=self.generations)
        self.submit = submit_generation_over(self.submissions, lambda: NOW)
        self.cache = MemoryResultCache()
        self.cancel = cancel_generation_over(self.endings, lambda: NOW)
        self.authenticate = Authenticate(
            api_keys=cast(Any, self),
            workspaces=cast(Any, self),
            users=cast(Any, self),
            verify_bot_key=lambda _: None,
            verify_init_data=lambda *_: None,
            verify_token=lambda _: None,
            clock=lambda: NOW,
        )

    def put(self, generation: Generation) -> Generation:
        self.generations[generation.workspace_id, generation.id] = generation
        return generation

    def get(self, workspace_id: str, generation_id: str) -> Generation | None:
        return self.generations.get((workspace_id, generation_id))

    def list(
        self, workspace_id: str, *, limit: int, after: str | None, status: Status | None, skip: int = 0
    ) -> Page[Generation]:
        newest_first = sorted(
            (
                entry
                for (owner, _), entry in self.generations.items()
                if owner == workspace_id and status in (None, entry.status) and (after is None or entry.id < after)
            ),
            key=lambda entry: entry.id,
            reverse=True,
        )
        found = newest_first[skip:]
        return Page.of(found[:limit], lambda entry: entry.id, more=len(found) > limit)

    def presign(self, key: str, *, expires_in: timedelta, filename: FileName | None = None, head: bool = False) -> str:
        saved_as = f"&filename={filename.plain}" if filename else ""
        method = "HEAD" if head else "GET"
        return f"https://bucket.example/{key}?expires={int(expires_in.total_seconds())}&method={method}{saved_as}"

    def lifetime(self, wanted: timedelta) -> timedelta:
        return min(wanted, self.credentials_left)

    def know(self, api_key: str, caller: Principal) -> None:
        """Store a key whose record makes it this caller."""
        self.api_keys[api_key] = ApiKeyRecord(
            key_id=caller.key_id,
            key_hash=self.hash_of(api_key),
            hint=hint_of(api_key),
            name="known",
            workspace_id=caller.workspace_id,
            user_id=caller.user_id,
            roles=caller.roles,
            scopes=caller.scopes,
            channel=caller.channel,
            created_at=NOW,
            budget_keys=caller.budget_keys,
            plan=caller.plan,
        )

    def hash_of(self, api_key: str) -> str:
        return hash_api_key(api_key)

    def find(self, api_key: str) -> ApiKeyRecord | None:
        return self.api_keys.get(api_key)


class _NobodyCounts:
    """Request rates have tests of their own; here the authorizer speaks of callers alone."""

    def count(self, owner: str, counters: Sequence[Counter], now: datetime) -> tuple[bool, Sequence[int]]:
        raise StorageUnavailable("not in this test")


@dataclass(frozen=True)
class Answer:
    """What a function gave back."""

    status: int
    headers: Mapping[str, str]
    body: str
    data: bytes = b""
    """The body of a picture, whose `body` is a placeholder."""

    @classmethod
    def of(cls, answered: Mapping[str, Any]) -> Answer:
        """What a client gets to see, after the gateway and its own library have decoded it."""
        body = answered["body"] or ""
        if answered.get("isBase64Encoded"):
            data = b64decode(body)
            if str(answered["headers"].get("Content-Type", "")).startswith("image/"):
                return cls(answered["statusCode"], answered["headers"], "(bytes)", data)
            assert answered["headers"]["Content-Encoding"] == "gzip"
            body = gzip.decompress(data).decode("utf-8")
        return cls(answered["statusCode"], answered["headers"], body)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)


class Api:
    """Calls the functions as API Gateway would, with a caller that may read and write unless told otherwise."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def call(self, function: str, method: str, path: str, **options: Any) -> Answer:
        return self.send(function, http_event(method, path, **options))

    def send(self, function: str, event: dict[str, Any]) -> Answer:
        said = invoke(function, event)
        answer = Answer.of(said)
        validator.check(event["requestContext"]["http"]["method"], event["rawPath"], answer)
        return answer

    def submit(self, body: Any = ..., **options: Any) -> Answer:
        wanted = {"prompt": "a red fox", "model": "sandbox"} if body is ... else body
        return self.call("submit_generation", "POST", "/api/v1/generations", body=wanted, **options)


def handler(function: str) -> ModuleType:
    """The module of a function's folder."""
    return importlib.import_module(f"functions.{api_folder(function).replace('/', '.')}.handler")


def invoke(function: str, event: dict[str, Any]) -> Any:
    """Run a function in the environment that it declares."""
    module = handler(function)
    with pytest.MonkeyPatch.context() as patch:
        for name, declared in module.Env.model_fields.items():
            patch.setenv(name, ENVIRONMENT.get(name, "1" if declared.annotation in {int, bool} else "value"))
        return module.lambda_handler(event, LAMBDA_CONTEXT)


def http_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    authorizer: Mapping[str, Any] | None = identity.found(CALLER),
    binary: bool = False,
) -> dict[str, Any]:
    """An HTTP API event of payload 2.0. What is no text is sent as JSON; bytes, or anything if `binary`, in base64."""
    text = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
    content = {} if body is None else {"content-type": "application/json"}
    sent = text.encode() if isinstance(text, str) else text
    binary = binary or isinstance(body, bytes)
    encoded = b64encode(sent).decode() if binary and sent is not None else text
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True)) or None,
        "headers": {"x-request-id": "test-request"} | content | {k.lower(): v for k, v in (headers or {}).items()},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7"},
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            **({} if authorizer is None else {"authorizer": {"lambda": dict(authorizer)}}),
        },
        "body": encoded,
        "isBase64Encoded": binary,
    }


@contextmanager
def api_over(store: Store) -> Iterator[Api]:
    """The API over this store: the composition root hands out fakes until the end."""
    with pytest.MonkeyPatch.context() as patch:
        settings.forget()
        use_cases = _use_cases(store)
        for name in use_cases:
            # All before the first fake: a module that is loaded later would keep the fakes that it imports.
            importlib.import_module(f"easel.wiring.{name.rpartition('.')[0]}")
        for name, made in use_cases.items():
            patch.setattr(f"easel.wiring.{name}", lambda _env, made=made: made)
        yield Api(store)
        settings.forget()


def _use_cases(store: Any) -> dict[str, Any]:
    def clock() -> datetime:
        return NOW

    return {
        "generations.submit_generation.submit_generation": store.submit,
        "generations.read_generations.read_generations": ReadGenerations(
            generations=store, monotonic=_fast_time(), sleep=lambda _: None
        ),
        "generations.generate_images.generate_images": GenerateImages(
            enter=EnterWorkspace(workspaces=cast(Any, store)),
            reuse=ReuseGeneration(
                fingerprint=_fingerprint, cache=store.cache, generations=cast(Any, store), clock=clock
            ),
            submit=store.submit,
            wait=ReadGenerations(generations=store, monotonic=_fast_time(), sleep=lambda _: None).wait,
        ),
        "generations.cancel_generation.cancel_generation": store.cancel,
        "generations.expect_end.expect_end": ExpectEnd(latencies=_Latencies(store), clock=clock),
        "images.read_images.read_images": ReadImages(generations=cast(Any, store)),
        "images.await_image.await_image": AwaitImage(
            find=ReadImages(generations=cast(Any, store)).by_permalink, monotonic=_fast_time(), sleep=lambda _: None
        ),
        "images.read_images.links": LinkMaker(store=store, public_base_url=BASE_URL, clock=clock),
        "cursors.cursor_signer": CursorSigner(lambda: [b"a signing key of this test run"]),
        "accounts.authorize_request.authenticate": store.authenticate,
        "catalogue.provider_health.model_latencies": _Latencies(store),
        "accounts.authorize_request.rate_limits": LimitRequests(
            counters=_NobodyCounts(), standard=PLANS[DEFAULT_PLAN].rates, clock=clock
        ),
    }


def _fingerprint(request: ImageRequest) -> str:
    return request_fingerprint(load_catalogue().find(request.model), request)


@dataclass
class _Latencies:
    """`ports.providers.ModelLatencies`."""

    store: Store

    def of(self, model: str, now: datetime) -> Latency | None:
        return self.store.latencies.get(model)


def _fast_time() -> Callable[[], float]:
    """A clock on which every look takes a second, so that waiting ends without waiting."""
    seconds = iter(range(10**9))
    return lambda: float(next(seconds))
