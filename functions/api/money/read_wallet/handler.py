"""GET /api/v1/wallet and /api/v1/wallet/entries: what a workspace has, and how it came to be so."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from easel import settings
from easel.domain.access import WALLET_READ
from easel.http import answers, contract, gateway, identity, money_parameters, pagination, parameters
from easel.http.dialects import money
from easel.http.schemas.money import EntryPageBody, WalletBody
from easel.observability import instrumented
from easel.wiring import cursors
from easel.wiring.env import PublicAddress, SigningKey, Wallets
from easel.wiring.money import wallets as wiring


class Env(Wallets, SigningKey, PublicAddress):
    """Environment of this function."""


app = gateway.resolver()


@app.get("/api/v1/wallet", **contract.READ_WALLET)
def read_wallet() -> Response[WalletBody]:
    caller = identity.principal(app, WALLET_READ)
    return answers.as_json(money.wallet_body(wiring.read_wallet(settings.load(Env))(caller)))


@app.get("/api/v1/wallet/entries", **contract.LIST_ENTRIES)
def list_entries(
    limit: pagination.Limit = None,
    cursor: pagination.CursorText = None,
    first: money_parameters.FirstDay = None,
    last: money_parameters.LastDay = None,
    form: money_parameters.ListFormat = None,
    accept: parameters.Accept = None,
) -> Response[EntryPageBody | str]:
    env, caller = settings.load(Env), identity.principal(app, WALLET_READ)
    asked = money_parameters.StatementRequest.of(limit, first, last, form, accept)
    listing = pagination.Listing(cursors.cursor_signer(env), caller.workspace_id, asked.name)
    after = listing.page_request(limit=None, page=None, cursor=cursor).after
    page = wiring.read_wallet(env).statement(caller, asked.limit, after=after, start=asked.start, end=asked.end)
    return money.statement_answer(page, asked, listing, env.PUBLIC_BASE_URL)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return gateway.respond(app, event, context, check=identity.require_principal)
