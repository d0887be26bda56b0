"""Functions for events."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import GET, Room, Route
from infra.constructs.small_function import SmallFunction


class Delivery(Room):
    """What workspaces are told."""

    folder = "delivery"
    routes = (
        Route("GetEvents", GET, "/api/v1/events", "read_events"),
        Route("GetEvent", GET, "/api/v1/events/{eventId}", "read_events"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"read_events": self._read}

    def _read(self) -> SmallFunction:
        function = self.function("read_events", self.variables.core)
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.data.core.table_arn)
        return function
