"""POST /api/v1/media/upload: a picture that a bot brings."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.bot.door import BOT
from easel.doors.bot.uploads import answers as uploads
from easel.doors.bot.uploads import words
from easel.http import answers, callers, gateway
from easel.http.incoming import Incoming
from easel.http.multipart import read_form
from easel.wiring.uploads import bot_upload_media as wiring
from easel.wiring.uploads.accept_upload import accept_upload
from easel.wiring.uploads.upload_store import upload_links

Env = wiring.MediaEnv

app = gateway.resolver(BOT)


@app.post("/api/v1/media/upload", **words.UPLOAD_MEDIA)
def upload_media(caller: callers.GenerationsWrite) -> Response[uploads.BotMediaBody]:
    env, incoming = settings.load(Env), Incoming(app.current_event.raw_event)
    wiring.check_any_provider(env)
    form = read_form(incoming.event, incoming.headers)
    (accepted,) = accept_upload(env)(caller, [uploads.media_file(form)], size=form.size)
    return answers.as_json(uploads.media_body(accepted.upload, upload_links(env)))


lambda_handler = gateway.entry(app)
