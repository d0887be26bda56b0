"""GET /api/v1/models, /api/v1/models/{modelId} and /api/v1/sizes: the catalogue. Public."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.doors.bot.catalogue import answers as bot
from easel.doors.bot.catalogue import words as bot_words
from easel.doors.bot.door import BOT
from easel.doors.canonical.catalogue import answers as catalogue
from easel.doors.canonical.catalogue import words
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, gateway, shared_addresses
from easel.wiring.catalogue import provider_health as wiring
from easel.wiring.env import EphemeralTable, OpenDoors, PublicAddress
from easel.wiring.open_doors import open_doors


class Env(EphemeralTable, PublicAddress, OpenDoors):
    """Environment of this function."""


app, bot_app = gateway.resolver(CANONICAL), gateway.resolver(BOT)


@app.get("/api/v1/models", **words.LIST_MODELS)
def list_models(include: catalogue.Include = None) -> Response[catalogue.ModelList]:
    with_retired, base_url = catalogue.includes_retired(include), settings.load(Env).PUBLIC_BASE_URL
    return answers.shared_json(catalogue.model_list(load_catalogue(), base_url, with_retired=with_retired))


@app.get("/api/v1/models/<modelId>", **words.READ_MODEL)
def read_model(model_id: catalogue.ModelId) -> Response[catalogue.ModelBody]:
    env, model = settings.load(Env), catalogue.find_model(load_catalogue(), model_id)
    observed = wiring.model_latencies(env).of(model.id, system_clock())
    body = catalogue.model_body(load_catalogue(), model, env.PUBLIC_BASE_URL, observed)
    return answers.shared_json(body, headers=catalogue.lifecycle_headers(model))


@app.get("/api/v1/sizes", **words.LIST_SIZES)
def list_sizes(model: catalogue.NamedModel = None) -> Response[catalogue.SizeList]:
    return answers.shared_json(catalogue.size_list(load_catalogue(), model or catalogue.GENERAL_SIZES_MODEL))


@bot_app.get("/api/v1/models", **bot_words.LIST_MODELS)
def list_bot_models() -> Response[list[bot.BotModelWithPrices]]:
    return answers.shared_json(bot.model_list(load_catalogue()))


@bot_app.get("/api/v1/sizes", **bot_words.LIST_SIZES)
def list_bot_sizes() -> Response[list[str]]:
    return answers.shared_json(bot.size_list(load_catalogue()))


lambda_handler = shared_addresses.entry(app, bot_app, opened=open_doors(Env))
