"""DELETE /api/generations/{generationId}: cancel a generation of the shop, or delete one that has ended."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.shop.door import SHOP
from easel.doors.shop.generations import answers as generations
from easel.doors.shop.generations import requests, words
from easel.http import callers, gateway, parse
from easel.observability import request_id
from easel.wiring.env import PublicAddress
from easel.wiring.generations import cancel_or_delete as wiring


class Env(wiring.CancelOrDeleteEnv, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.delete("/api/generations/<generationId>", **words.CANCEL_GENERATION)
def cancel_generation(
    caller: callers.GenerationsWrite, generation_id: requests.GenerationId
) -> Response[generations.CancelledShopGeneration | generations.DeletedShopGeneration]:
    env, named = settings.load(Env), parse.resource_id(generation_id, "generation")
    cancelled = wiring.cancel_or_delete(env)(caller, named, request_id() or "")
    return generations.ended_answer(named, cancelled, env.PUBLIC_BASE_URL)


lambda_handler = gateway.entry(app)
