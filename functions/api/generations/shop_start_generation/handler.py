"""POST /api/generations, POST /api/generations/{generationId}/images/{index}/retry: pictures of the shop's products."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.domain.request import ImageRequest
from easel.doors.shop.door import SHOP
from easel.doors.shop.generations import answers, models, requests, words
from easel.http import callers, gateway, parse
from easel.observability import count, request_id
from easel.services.accounts.principal import Principal
from easel.wiring.env import PublicAddress
from easel.wiring.generations import retry_image, submit_generation
from easel.wiring.money import quote_generation
from easel.wiring.prepared import prepared
from easel.wiring.products import product_request


class Env(submit_generation.SubmitEnv, PublicAddress):
    """Environment of this function."""


Answer = Response[answers.StartedShopGeneration | models.ShopQuote]
app = gateway.resolver(SHOP)


@app.post("/api/generations", status_code=202, **words.START_GENERATION)
def start_generation(
    caller: callers.GenerationsWrite,
    body: requests.StartBody,
    idempotency_key: requests.IdempotencyKey = None,
    dry_run: requests.DryRun = None,
) -> Answer:
    request = product_request(settings.load(Env))(caller, requests.wanted_shots(body, app.current_event.json_body))
    return _answer(caller, request, idempotency_key, dry_run)


@app.post("/api/generations/<generationId>/images/<index>/retry", status_code=202, **words.RETRY_SHOT)
def retry_shot(
    caller: callers.GenerationsWrite,
    generation_id: requests.GenerationId,
    index: requests.ImageIndex,
    body: requests.RetryBody = None,
    idempotency_key: requests.IdempotencyKey = None,
    dry_run: requests.DryRun = None,
) -> Answer:
    request = retry_image.retry_image(settings.load(Env))(caller, requests.retry(generation_id, index, body))
    return _answer(caller, request, idempotency_key, dry_run)


def _answer(caller: Principal, request: ImageRequest, key: str | None, dry_run: str | None) -> Answer:
    env, key = settings.load(Env), parse.idempotency_key(key)
    if parse.flag("dry_run", dry_run):
        return models.quote_answer(quote_generation.quote_generation(env)(caller, request))
    submitted = submit_generation.submit_generation(env)(caller, request, request_id=request_id(), idempotency_key=key)
    count("GenerationsAccepted", replayed=submitted.replayed)
    return answers.started_answer(submitted.generation, env.PUBLIC_BASE_URL, replayed=submitted.replayed)


lambda_handler = gateway.entry(app, prepared(Env, submit_generation.submit_generation))
