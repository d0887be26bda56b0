"""Sends through WebSockets of API Gateway."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from easel.aws_errors import code_of

logger = logging.getLogger(__name__)

_GONE: Final = "GoneException"


class ApiGatewaySockets:
    """`ports.realtime.Sockets`. `client` gives the client of the service `apigatewaymanagementapi`."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def send(self, connection_id: str, text: str) -> bool:
        try:
            self._client().post_to_connection(ConnectionId=connection_id, Data=text.encode())
        except (BotoCoreError, ClientError) as error:
            if code_of(error) != _GONE:
                # Its client has missed something. It comes back, and says what it has seen.
                logger.warning("connection cannot be reached", extra={"reason": code_of(error)})
                self._close(connection_id)
            return False
        return True

    def _close(self, connection_id: str) -> None:
        try:
            self._client().delete_connection(ConnectionId=connection_id)
        except (BotoCoreError, ClientError) as error:
            logger.warning("connection cannot be closed", extra={"reason": code_of(error)})
