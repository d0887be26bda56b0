"""POST /api/v1/api-keys, DELETE /api/v1/api-keys/{keyId}, POST .../rotate: create, revoke and rotate keys."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.accounts import answers as accounts
from easel.doors.canonical.accounts import requests, words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway, parse
from easel.wiring.accounts import api_keys as wiring
from easel.wiring.env import Money as Env

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/api-keys", status_code=201, **words.CREATE_API_KEY)
def create_api_key(
    caller: callers.KeysWrite, body: Annotated[requests.NewApiKeyRequest, Body()]
) -> Response[accounts.IssuedApiKeyBody]:
    issued = wiring.manage_api_keys(settings.load(Env)).create(caller, requests.new_api_key(body))
    return answers.as_json(accounts.issued_key_body(issued, system_clock()), status=201)


@app.delete("/api/v1/api-keys/<keyId>", **words.REVOKE_API_KEY)
def revoke_api_key(caller: callers.KeysWrite, key_id: requests.KeyId) -> Response[accounts.ApiKeyBody]:
    wanted = parse.resource_id(key_id, "API key")
    revoked = wiring.manage_api_keys(settings.load(Env)).revoke(caller, wanted)
    return answers.as_json(accounts.api_key_body(revoked, system_clock()))


@app.post("/api/v1/api-keys/<keyId>/rotate", status_code=201, **words.ROTATE_API_KEY)
def rotate_api_key(
    caller: callers.KeysWrite,
    key_id: requests.KeyId,
    body: Annotated[requests.RotateApiKeyRequest | None, Body()] = None,
) -> Response[accounts.IssuedApiKeyBody]:
    wanted = parse.resource_id(key_id, "API key")
    overlap = requests.overlap(body.overlap_seconds if body else None)
    issued = wiring.manage_api_keys(settings.load(Env)).rotate(caller, wanted, overlap)
    return answers.as_json(accounts.issued_key_body(issued, system_clock()), status=201)


lambda_handler = gateway.entry(app)
