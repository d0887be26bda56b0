"""GET /api/v1/wallet and /api/v1/wallet/entries: balance and entries."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical import paging
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.money import answers as money
from easel.doors.canonical.money import requests, words
from easel.http import answers, callers, gateway
from easel.wiring import cursors
from easel.wiring.env import PublicAddress, SigningKey, Wallets
from easel.wiring.money import wallets as wiring
from easel.wiring.prepared import prepared


class Env(Wallets, SigningKey, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.get("/api/v1/wallet", **words.READ_WALLET)
def read_wallet(caller: callers.WalletRead) -> Response[money.WalletBody]:
    return answers.as_json(money.wallet_body(wiring.read_wallet(settings.load(Env))(caller)))


@app.get("/api/v1/wallet/entries", **words.LIST_ENTRIES)
def list_entries(
    caller: callers.WalletRead,
    limit: paging.Limit = None,
    cursor: paging.CursorText = None,
    first: requests.FirstDay = None,
    last: requests.LastDay = None,
    form: requests.ListFormat = None,
    accept: requests.Accept = None,
) -> Response[money.EntryPageBody | str]:
    env = settings.load(Env)
    asked = requests.StatementRequest.of(limit, first, last, form, accept)
    pages = paging.LISTING.of(cursors.cursor_signer(env), caller.workspace_id, asked.name)
    after = pages.request(cursor=cursor).after
    page = wiring.read_wallet(env).statement(caller, asked.limit, after=after, start=asked.start, end=asked.end)
    return money.statement_answer(page, asked, pages, env.PUBLIC_BASE_URL)


lambda_handler = gateway.entry(app, prepared(Env, wiring.read_wallet))
