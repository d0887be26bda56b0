"""GET /api/v1/debug/users: all users, masked, for those who run the platform."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain import access
from easel.errors import NotFound
from easel.http import answers, contract, gateway, identity, pagination
from easel.http.dialects import accounts
from easel.http.schemas.accounts import MaskedUserPage
from easel.observability import instrumented
from easel.wiring import cursors
from easel.wiring.accounts import users as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""

    DEBUG_USERS_ENABLED: bool


app = gateway.resolver()


@app.get("/api/v1/debug/users", **contract.LIST_DEBUG_USERS)
def list_users(limit: pagination.Limit = None, cursor: pagination.CursorText = None) -> Response[MaskedUserPage]:
    env = settings.load(Env)
    # Before the scope: where it is switched off, it is there for nobody.
    if not env.DEBUG_USERS_ENABLED:
        raise NotFound("There is nothing at this address.")
    caller = identity.principal(app, access.DEBUG_READ)
    listing = pagination.Listing(cursors.cursor_signer(env), caller.user_id, "users")
    asked = listing.page_request(limit=limit, page=None, cursor=cursor)
    found, after = wiring.list_users(env)(limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.masked_user_page(found, asked.limit, listing.next_cursor(after)))


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
