"""GET /api/v1/api-keys: the workspace's keys, without their secrets."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical import paging
from easel.doors.canonical.accounts import answers as accounts
from easel.doors.canonical.accounts import words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, callers, gateway
from easel.wiring import cursors
from easel.wiring.accounts import api_keys as wiring
from easel.wiring.env import CoreTable, SigningKey


class Env(CoreTable, SigningKey):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/api-keys", **words.LIST_API_KEYS)
def list_api_keys(
    caller: callers.KeysWrite, limit: paging.Limit = None, cursor: paging.CursorText = None
) -> Response[accounts.ApiKeyPage]:
    env = settings.load(Env)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, "api-keys")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_api_keys(env)(caller, limit=asked.limit, after=asked.after)
    return answers.as_json(accounts.api_key_page(found, asked.limit, pages, system_clock()))


lambda_handler = gateway.entry(app)
