"""GET /, /api/v1/health, /api/v1/info, /openapi.json, /docs: about the service; and what is not there. Public."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.clock import system_clock
from easel.doors.bot import operations as bot
from easel.doors.bot.door import BOT
from easel.doors.canonical import operations
from easel.doors.canonical.door import CANONICAL
from easel.doors.openai.door import OPENAI
from easel.http import answers, documentation, gateway, shared_addresses
from easel.observability import request_id, uptime_seconds
from easel.wiring.env import OpenDoors, PublicAddress, Release
from easel.wiring.open_doors import open_doors


class Env(PublicAddress, OpenDoors, Release):
    """Environment of this function."""


# OpenAI's clients call addresses that there are not, such as /v1/embeddings, and read its errors only.
app, bot_app, openai_app = map(gateway.resolver, (CANONICAL, BOT, OPENAI))


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


@app.get("/docs/<file>", **operations.DOCS_PART)
def read_docs_part(file: str) -> Response[str]:
    return documentation.part_answer(file, app.current_event.headers.get("accept-encoding"))


@bot_app.get("/api/v1/health", **bot.HEALTH)
def read_bot_health() -> Response[bot.BotHealthBody]:
    return answers.as_json(bot.health_body(uptime_seconds(), request_id()))


app.get("/docs", **operations.DOCS)(documentation.page_answer)
lambda_handler = shared_addresses.entry(app, bot_app, openai_app, opened=open_doors(Env))
