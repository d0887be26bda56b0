"""GET /v1/models and /v1/models/{modelId}: the catalogue, as OpenAI's clients read it."""

from aws_lambda_powertools.event_handler import Response

from easel.domain.catalogue import load_catalogue
from easel.doors.openai import models, requests, words
from easel.doors.openai.door import OPENAI
from easel.http import answers, callers, gateway
from easel.settings import Settings


class Env(Settings):
    """It needs nothing."""


app = gateway.resolver(OPENAI)


@app.get("/v1/models", **words.LIST_MODELS)
def list_models(
    caller: callers.GenerationsRead,  # noqa: ARG001 - any credential will do
    version: requests.ApiVersion = None,  # noqa: ARG001 - clients send it, and it means nothing here
) -> Response[models.ModelRows]:
    return answers.as_json(models.model_rows(load_catalogue()))


@app.get("/v1/models/<modelId>", **words.READ_MODEL)
def read_model(
    caller: callers.GenerationsRead,  # noqa: ARG001 - any credential will do
    model_id: models.ModelId,
    version: requests.ApiVersion = None,  # noqa: ARG001 - clients send it, and it means nothing here
) -> Response[models.ModelRow]:
    return answers.as_json(models.find_model(load_catalogue(), model_id))


lambda_handler = gateway.entry(app)
