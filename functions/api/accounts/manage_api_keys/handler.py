"""POST /api/v1/api-keys, DELETE /api/v1/api-keys/{keyId}, POST .../rotate: make, revoke and replace keys."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.domain.access import KEYS_WRITE
from easel.http import answers, contract, gateway, identity, parameters
from easel.http.dialects import accounts
from easel.http.schemas.accounts import ApiKeyBody, IssuedApiKeyBody, NewApiKeyRequest, RotateApiKeyRequest
from easel.observability import instrumented
from easel.wiring.accounts import api_keys as wiring
from easel.wiring.env import Money as Env

app = gateway.resolver()


@app.post("/api/v1/api-keys", status_code=201, **contract.CREATE_API_KEY)
def create_api_key(body: Annotated[NewApiKeyRequest, Body()]) -> Response[IssuedApiKeyBody]:
    caller = identity.principal(app, KEYS_WRITE)
    issued = wiring.manage_api_keys(settings.load(Env)).create(caller, accounts.new_api_key(body))
    return answers.as_json(accounts.issued_key_body(issued, system_clock()), status=201)


@app.delete("/api/v1/api-keys/<keyId>", **contract.REVOKE_API_KEY)
def revoke_api_key(key_id: parameters.KeyId) -> Response[ApiKeyBody]:
    caller, wanted = identity.principal(app, KEYS_WRITE), parameters.resource_id(key_id, "API key")
    revoked = wiring.manage_api_keys(settings.load(Env)).revoke(caller, wanted)
    return answers.as_json(accounts.api_key_body(revoked, system_clock()))


@app.post("/api/v1/api-keys/<keyId>/rotate", status_code=201, **contract.ROTATE_API_KEY)
def rotate_api_key(
    key_id: parameters.KeyId, body: Annotated[RotateApiKeyRequest | None, Body()] = None
) -> Response[IssuedApiKeyBody]:
    caller, wanted = identity.principal(app, KEYS_WRITE), parameters.resource_id(key_id, "API key")
    overlap = accounts.overlap(body.overlap_seconds if body else None)
    issued = wiring.manage_api_keys(settings.load(Env)).rotate(caller, wanted, overlap)
    return answers.as_json(accounts.issued_key_body(issued, system_clock()), status=201)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
