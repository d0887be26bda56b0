"""GET /api/v1/debug/users: all users, masked, for operators."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical import paging
from easel.doors.canonical.accounts import answers as accounts
from easel.doors.canonical.accounts import words
from easel.doors.canonical.door import CANONICAL
from easel.errors import NotFound
from easel.http import answers, callers, gateway
from easel.http.resolver import Resolver
from easel.wiring import cursors
from easel.wiring.accounts import users as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""

    DEBUG_USERS_ENABLED: bool


app = gateway.resolver(CANONICAL)


def _where_enabled(app: Resolver, next_middleware: Callable[[Resolver], Response[Any]]) -> Response[Any]:
    # Checked before the scope: where it is disabled, it does not exist for anyone.
    if not settings.load(Env).DEBUG_USERS_ENABLED:
        raise NotFound("There is nothing at this address.")
    return next_middleware(app)


@app.get("/api/v1/debug/users", middlewares=[_where_enabled], **words.LIST_DEBUG_USERS)
def list_users(
    caller: callers.DebugRead, limit: paging.Limit = None, cursor: paging.CursorText = None
) -> Response[accounts.MaskedUserPage]:
    env = settings.load(Env)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.user_id, "users")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.list_users(env)(limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.masked_user_page(found, asked.limit, pages))


lambda_handler = gateway.entry(app)
