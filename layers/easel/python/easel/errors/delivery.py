"""Errors about events for other systems."""

from __future__ import annotations

from easel.errors.base import Conflict


class TooManyWebhooks(Conflict):
    """The limit of webhook endpoints of a workspace is reached."""

    code = "too_many_webhooks"
