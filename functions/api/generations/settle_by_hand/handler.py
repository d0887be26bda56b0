"""POST /api/v1/admin/generations/{generationId}/settle: end a generation that is stuck, for operators."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.generations import parameters, timeline, words
from easel.http import answers, callers, gateway, parse
from easel.observability import logger
from easel.wiring.generations import settle_by_hand as wiring
from easel.wiring.generations.cancel_generation import CancelEnv as Env

app = gateway.resolver(CANONICAL)


@app.post("/api/v1/admin/generations/<generationId>/settle", **words.SETTLE_BY_HAND)
def settle_by_hand(
    caller: callers.WalletGrant,
    generation_id: parameters.GenerationId,
    body: Annotated[timeline.SettleByHandRequest, Body()],
) -> Response[timeline.TimelineBody]:
    found = parse.resource_id(generation_id, "generation")
    workspace = parse.resource_id(body.workspace_id or caller.workspace_id, "workspace")
    reason = timeline.reason_of(body)
    ended = wiring.settle_by_hand(settings.load(Env))(workspace, found)
    facts = {"of_workspace": workspace, "ended_generation": found, "status": ended.status.value}
    logger.info("generation settled by hand", extra={**facts, "reason": reason, "milli_credits": ended.charged or 0})
    return answers.as_json(timeline.timeline_body(ended))


lambda_handler = gateway.entry(app)
