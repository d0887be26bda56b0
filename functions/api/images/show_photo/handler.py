"""GET /i/{token}/photo.jpg: a picture as Telegram takes a photo by address. Public: the permalink is the credential."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from easel import settings
from easel.doors.bot.door import BOT
from easel.doors.bot.generations import words
from easel.http import answers, gateway
from easel.wiring.images import show_photo as wiring

Env = wiring.PhotoEnv

app = gateway.resolver(BOT)


@app.get("/i/<token>/photo.jpg", **words.SHOW_PHOTO)
def show_photo(token: Annotated[str, Path()]) -> Response[Any]:
    return answers.redirect(wiring.show_photo(settings.load(Env))(token), cache=answers.PRIVATE)


lambda_handler = gateway.entry(app)
