"""Functions for the catalogue: models, sizes, the state of providers, and which of them a workspace uses."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import ALWAYS, CANONICAL_AND_BOT, GET, PUT, Room, Route
from infra.constructs.small_function import SmallFunction


class Catalogue(Room):
    """Models, sizes, the state of providers, and which of them a workspace prefers."""

    folder = "catalogue"
    routes = (
        Route("GetRouting", GET, "/api/v1/workspaces/{workspaceId}/routing", "manage_routing"),
        Route("PutRouting", PUT, "/api/v1/workspaces/{workspaceId}/routing", "manage_routing"),
        Route("GetModels", GET, "/api/v1/models", "describe_models", public=True, doors=CANONICAL_AND_BOT),
        Route("GetModel", GET, "/api/v1/models/{modelId}", "describe_models", public=True),
        Route("GetSizes", GET, "/api/v1/sizes", "describe_models", public=True, doors=CANONICAL_AND_BOT),
        Route("GetStatus", GET, "/api/v1/status", "read_status", public=True, doors=ALWAYS),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "describe_models": self._describe_models,
            "read_status": self._read_status,
            "manage_routing": self._manage_routing,
        }

    def _describe_models(self) -> SmallFunction:
        own = self.variables
        function = self.function("describe_models", own.ephemeral | own.base_url | own.doors)
        function.allow("dynamodb:BatchGetItem", on=self.data.ephemeral.table_arn)
        return function

    def _read_status(self) -> SmallFunction:
        function = self.function("read_status", self.variables.ephemeral)
        function.allow("dynamodb:Query", on=self.data.ephemeral.table_arn)
        return function

    def _manage_routing(self) -> SmallFunction:
        function = self.function("manage_routing", self.variables.core)
        actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem")
        function.allow(*actions, on=self.data.core.table_arn)
        return function
