"""Functions for what clients follow over HTTP: tickets, and the events of a generation."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction

FOLLOW_SECONDS = 29
"""It waits for a change; the API gives up on a function after thirty seconds."""


class RealtimeRoutes(Room):
    """Tickets, and server-sent events of one generation."""

    folder = "realtime"
    routes = (
        Route("PostRealtimeTicket", POST, "/api/v1/realtime/tickets", "create_ticket"),
        Route("GetGenerationEvents", GET, "/api/v1/generations/{generationId}/events", "follow_generation"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"create_ticket": self._create_ticket, "follow_generation": self._follow}

    def _create_ticket(self) -> SmallFunction:
        own = self.variables
        function = self.function("create_ticket", own.ephemeral | own.signing | own.realtime_url)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _follow(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "follow_generation", own.core | own.ephemeral | own.signing | own.base_url, timeout_seconds=FOLLOW_SECONDS
        )
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        function.allow("dynamodb:PutItem", on=self.data.ephemeral.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function
