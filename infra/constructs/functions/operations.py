"""Functions about the service itself: health, documentation, and requests that match no route."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import ALWAYS, GET, Room, Route
from infra.constructs.small_function import SmallFunction


class Operations(Room):
    """Health and documentation of the service, and requests that match no route."""

    folder = "operations"
    routes = (
        Route("GetRoot", GET, "/", "describe_service", public=True, doors=ALWAYS),
        Route("GetHealth", GET, "/api/v1/health", "describe_service", public=True, doors=ALWAYS),
        Route("GetInfo", GET, "/api/v1/info", "describe_service", public=True, doors=ALWAYS),
        Route("GetOpenApi", GET, "/openapi.json", "describe_service", public=True, doors=ALWAYS),
        Route("GetDocs", GET, "/docs", "describe_service", public=True, doors=ALWAYS),
        Route("GetDocsPart", GET, "/docs/{file}", "describe_service", public=True, doors=ALWAYS),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"describe_service": self._describe_service}

    def _describe_service(self) -> SmallFunction:
        version = {"EASEL_VERSION": self.foundation.settings.version}
        return self.function(
            "describe_service", self.variables.base_url | self.variables.doors | version, documentation=True
        )
