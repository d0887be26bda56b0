"""The service about itself, as the bot reads it."""

from __future__ import annotations

from typing import Final

from easel.doors.bot.models import BotAnswer
from easel.http.description import route

HEALTH: Final = route(
    "botReadHealth", "Telegram", "Check the health of the service", "Never cached.", {200: "Healthy."}, public=True
)


class BotHealthBody(BotAnswer):
    """Health of the service."""

    status: str
    uptime_seconds: float
    request_id: str


def health_body(uptime_seconds: float, request_id: str) -> BotHealthBody:
    """Health of the process that answers."""
    return BotHealthBody(status="ok", uptime_seconds=uptime_seconds, request_id=request_id)
