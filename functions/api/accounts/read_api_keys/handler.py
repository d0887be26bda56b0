"""GET /api/v1/api-keys: the workspace's keys, without their secrets."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.clock import system_clock
from easel.domain.access import KEYS_WRITE
from easel.http import answers, contract, gateway, identity, pagination
from easel.http.dialects import accounts
from easel.http.schemas.accounts import ApiKeyPage
from easel.observability import instrumented
from easel.wiring import cursors
from easel.wiring.accounts import api_keys as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/api-keys", **contract.LIST_API_KEYS)
def list_api_keys(limit: pagination.Limit = None, cursor: pagination.CursorText = None) -> Response[ApiKeyPage]:
    env, caller = settings.load(Env), identity.principal(app, KEYS_WRITE)
    listing = pagination.Listing(cursors.cursor_signer(env), caller.workspace_id, "api-keys")
    asked = listing.page_request(limit=limit, page=None, cursor=cursor)
    found, after = wiring.read_api_keys(env)(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.api_key_page(found, asked.limit, listing.next_cursor(after), system_clock()))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
