"""DELETE /api/generations/{generationId}: cancel a generation of the shop."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.shop.door import SHOP
from easel.doors.shop.generations import answers as generations
from easel.doors.shop.generations import requests, words
from easel.http import callers, gateway, parse
from easel.wiring.env import PublicAddress
from easel.wiring.generations import cancel_generation as wiring


class Env(wiring.CancelEnv, PublicAddress):
    """Environment of this function."""


app = gateway.resolver(SHOP)


@app.delete("/api/generations/<generationId>", **words.CANCEL_GENERATION)
def cancel_generation(
    caller: callers.GenerationsWrite, generation_id: requests.GenerationId
) -> Response[generations.CancelledShopGeneration]:
    env = settings.load(Env)
    cancelled = wiring.cancel_generation(env)(caller, parse.resource_id(generation_id, "generation"))
    return generations.cancelled_answer(cancelled, env.PUBLIC_BASE_URL)


lambda_handler = gateway.entry(app)
