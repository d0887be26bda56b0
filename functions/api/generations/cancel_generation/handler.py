"""POST /api/v1/generations/{generationId}/cancel: cancel a generation."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import answers as generations
from easel.doors.canonical.generations import parameters, words
from easel.http import callers, gateway, parse
from easel.wiring.env import Links
from easel.wiring.generations import cancel_generation as wiring
from easel.wiring.images import read_images


class Env(wiring.CancelEnv, Links):
    """Environment of this function."""


app = gateway.resolver(CANONICAL)


@app.post("/api/v1/generations/<generationId>/cancel", **words.CANCEL_GENERATION)
def cancel_generation(
    caller: callers.GenerationsWrite, generation_id: parameters.GenerationId
) -> Response[generations.GenerationBody]:
    env = settings.load(Env)
    cancelled = wiring.cancel_generation(env)(caller, parse.resource_id(generation_id, "generation"))
    context = read_images.answer_context(env, caller)
    return generations.generation_answer(cancelled, context, now=system_clock())


lambda_handler = gateway.entry(app)
