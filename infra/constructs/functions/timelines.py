"""Functions with which operators look into a generation, and end one that is stuck."""

from collections.abc import Callable, Mapping

from infra.constructs.data import ENDING, SETTLING
from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction


class Timelines(Room):
    """The timeline of one generation, and its end by hand."""

    folder = "generations"
    routes = (
        Route("GetTimeline", GET, "/api/v1/admin/generations/{generationId}/timeline", "show_timeline"),
        Route("PostSettle", POST, "/api/v1/admin/generations/{generationId}/settle", "settle_by_hand"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"show_timeline": self._show, "settle_by_hand": self._settle}

    def _show(self) -> SmallFunction:
        function = self.function("show_timeline", self.variables.core)
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        return function

    def _settle(self) -> SmallFunction:
        own, workflow = self.variables, self.foundation.workflow
        function = self.function("settle_by_hand", own.core | own.ledger | own.base_url | workflow.variables)
        function.allow(*ENDING, on=self.data.core.table_arn)
        function.allow(*SETTLING, on=self.data.ledger.table_arn)
        function.allow(
            "states:StopExecution",
            on=workflow.executions_arn,
            because="An execution is named by its generation, and an operator may end any of them.",
        )
        return function
