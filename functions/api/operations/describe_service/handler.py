"""GET /, /api/v1/health, /api/v1/info, /openapi.json, /docs: information about the service. Public."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.bot import operations as bot
from easel.doors.bot.door import BOT
from easel.doors.canonical import operations
from easel.doors.canonical.door import CANONICAL
from easel.http import answers, documentation, gateway, shared_addresses
from easel.observability import request_id, uptime_seconds
from easel.wiring.env import OpenDoors, PublicAddress
from easel.wiring.open_doors import open_doors


class Env(PublicAddress, OpenDoors):
    """Environment of this function."""

    EASEL_VERSION: settings.Text
    EASEL_STAGE: settings.Text


app, bot_app = gateway.resolver(CANONICAL), gateway.resolver(BOT)


@app.get("/", **operations.ROOT)
def read_root() -> Response[operations.RootBody]:
    env = settings.load(Env)
    return answers.shared_json(operations.root_body(env.EASEL_VERSION, env.PUBLIC_BASE_URL))


@app.get("/api/v1/health", **operations.HEALTH)
def read_health() -> Response[operations.HealthBody]:
    env = settings.load(Env)
    return answers.as_json(operations.health_body(env.EASEL_VERSION, env.EASEL_STAGE, system_clock(), request_id()))


@app.get("/api/v1/info", **operations.INFO)
def read_info() -> Response[operations.InfoBody]:
    env = settings.load(Env)
    return answers.shared_json(operations.info_body(env.EASEL_VERSION, env.EASEL_STAGE, env.PUBLIC_BASE_URL))


@app.get("/openapi.json", **operations.OPENAPI)
def read_openapi() -> Response[str]:
    return answers.text(documentation.openapi(settings.load(Env).PUBLIC_BASE_URL), "application/json")


@app.get("/docs", **operations.DOCS)
def read_docs() -> Response[str]:
    return answers.text(documentation.page(), "text/html; charset=utf-8", headers=documentation.page_headers())


@bot_app.get("/api/v1/health", **bot.HEALTH)
def read_bot_health() -> Response[bot.BotHealthBody]:
    return answers.as_json(bot.health_body(uptime_seconds(), request_id()))


lambda_handler = shared_addresses.entry(app, bot_app, opened=open_doors(Env))
