"""GET and POST /s/{token}, GET /s/{token}/image: what a shared link shows. Public: the token is the credential."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.images import shares, words
from easel.http import answers, events, gateway
from easel.wiring.env import Links
from easel.wiring.images import read_images
from easel.wiring.images import shares as wiring


class Env(wiring.OpenShareEnv, Links):
    """Environment of this function."""


_UNLISTED: Final = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}

app = gateway.resolver(CANONICAL)


def _show(token: str, password: str | None) -> Response[shares.SharedBody]:
    env, address = settings.load(Env), events.source_address(app.current_event.raw_event)
    shown = wiring.open_share(env)(token, password, address=address)
    return answers.as_json(shares.shared(shown, read_images.links(env)), headers=_UNLISTED)


@app.get("/s/<token>", **words.OPEN_SHARE)
def open_share(token: shares.Token) -> Response[shares.SharedBody]:
    return _show(token, None)


@app.get("/s/<token>/image", **words.SHOW_SHARE_PREVIEW)
def show_share_preview(token: shares.Token) -> Response[Any]:
    env, address = settings.load(Env), events.source_address(app.current_event.raw_event)
    shown = wiring.open_share(env)(token, None, address=address, is_view=False)
    first = shares.shared(shown, read_images.links(env)).images[0]
    return answers.redirect(first.preview_url, cache=answers.PRIVATE)


@app.post("/s/<token>", **words.OPEN_SHARE_WITH_PASSWORD)
def open_share_with_password(
    token: shares.Token, body: Annotated[shares.OpenShareRequest, Body()]
) -> Response[shares.SharedBody]:
    return _show(token, body.password)


lambda_handler = gateway.entry(app)
