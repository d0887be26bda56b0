"""A receiver of webhooks under `/_simulator/webhooks/<name>`: it keeps what is posted, and answers as its query says.

`?status=503&times=2` answers two posts with 503 and the others with 204; GET lists what came.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Final

from infra.local.simulators.messages import Outcome, Reply, Request, json_reply

PATH: Final = "/_simulator/webhooks/"
_MOST_KEPT: Final = 1_000


class WebhookReceiver:
    """What was posted, by the name in the address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._posted: dict[str, list[dict[str, object]]] = defaultdict(list)

    def answer(self, request: Request) -> Outcome:
        """Keep a post, or list those before it."""
        name = request.path.removeprefix(PATH)
        with self._lock:
            posted = self._posted[name]
            if request.method == "GET":
                return json_reply({"posted": posted})
            body = request.body.decode("utf-8", "replace")
            posted.append({"headers": dict(request.headers), "body": body})
            del posted[:-_MOST_KEPT]
            refused = len(posted) <= _number(request.query.get("times", ""), _MOST_KEPT)
        return Reply(_number(request.query.get("status", ""), 204) if refused else 204)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._posted.clear()


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else default
