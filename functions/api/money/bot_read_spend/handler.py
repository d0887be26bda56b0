"""GET /api/v1/users/spend: what all users of a bot have spent."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.bot.door import BOT
from easel.doors.bot.money import answers as money
from easel.doors.bot.money import requests, words
from easel.http import answers, callers, gateway
from easel.http.models import WholeNumberParameter
from easel.http.pagination import cursor_parameter
from easel.wiring import cursors
from easel.wiring.env import Money, SigningKey
from easel.wiring.money import top_up_users as wiring


class Env(Money, SigningKey):
    """Environment of this function."""


app = gateway.resolver(BOT)


@app.get("/api/v1/users/spend", **words.READ_SPEND)
def read_spend(
    bot: callers.ActAsTelegram,
    limit: Annotated[WholeNumberParameter | None, requests.SPEND.limit_parameter()] = None,
    cursor: Annotated[str | None, cursor_parameter()] = None,
) -> Response[money.BotSpendBody]:
    env = settings.load(Env)
    pages = requests.SPEND.of(cursors.cursor_signer(env), bot.workspace_id, "spend")
    asked = pages.request(limit=limit, cursor=cursor)
    found = wiring.read_spend(env)(bot, limit=asked.limit, after=asked.after)
    return answers.as_json(money.spend_body(found, asked, pages))


lambda_handler = gateway.entry(app)
