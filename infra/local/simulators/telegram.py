"""The part of Telegram's Bot API that gives bots the files that people sent them.

Under `/telegram`: `/bot<token>/getFile` and `/file/bot<token>/<path>`, as core.telegram.org/bots/api has them. Any
token of the right form is a bot's. A file id says which picture it is: `sim-640x480-fox` is one of 640x480 pixels drawn
for the word fox; `sim-too-big` is larger than bots may fetch, and every other id is unknown.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from infra.local.simulators.messages import Outcome, Reply, Request, json_reply
from infra.local.simulators.pictures import MAX_SIDE, Drawing

NAME: Final = "telegram"
_METHOD: Final = re.compile(r"/bot(\d+:[A-Za-z0-9_-]+)/(\w+)")
_FILE: Final = re.compile(r"/file/bot\d+:[A-Za-z0-9_-]+/photos/([A-Za-z0-9_-]+)\.png")
_FILE_ID: Final = re.compile(r"sim-(\d{1,4})x(\d{1,4})-(\w+)")
_TOO_BIG: Final = "sim-too-big"


class TelegramSimulator:
    """The simulated Bot API. It keeps nothing: file ids are enough."""

    def answer(self, request: Request) -> Outcome:
        """Route a request."""
        if file := _FILE.fullmatch(request.path):
            return _file(file[1])
        method = _METHOD.fullmatch(request.path)
        if method is None:
            return _refusal(401 if request.path.startswith("/bot") else 404, "Unauthorized")
        if method[2].lower() != "getfile":
            return _refusal(404, "Not Found")
        file_id = request.query.get("file_id", "")
        if file_id == _TOO_BIG:
            return _refusal(400, "Bad Request: file is too big")
        data = _draw(file_id)
        if data is None:
            return _refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        described = {
            "file_id": file_id,
            "file_unique_id": hashlib.sha256(file_id.encode()).hexdigest()[:16],
            "file_size": len(data),
            "file_path": f"photos/{file_id}.png",
        }
        return json_reply({"ok": True, "result": described})


def _file(file_id: str) -> Outcome:
    data = _draw(file_id)
    return _refusal(404, "Not Found") if data is None else Reply(200, data, "application/octet-stream")


def _draw(file_id: str) -> bytes | None:
    """The picture of a file id; None for an unknown one."""
    named = _FILE_ID.fullmatch(file_id)
    if named is None or not (1 <= int(named[1]) <= MAX_SIDE and 1 <= int(named[2]) <= MAX_SIDE):
        return None
    seed = hashlib.sha256(file_id.encode()).digest()
    return Drawing(seed, int(named[1]), int(named[2]), "png", prompt=named[3]).render()


def _refusal(code: int, description: str) -> Reply:
    return json_reply({"ok": False, "error_code": code, "description": description}, code)
