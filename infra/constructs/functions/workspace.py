"""Functions of the workspace door, by rooms."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.settings import WORKSPACE

_WORKSPACE: Final = (WORKSPACE,)


class WorkspaceGenerations(Room):
    """Images by prompt at the address of seed 002."""

    folder = "generations"
    routes = (
        Route("PostAiImages", POST, "/api/ai/images", "workspace_submit_generation", doors=_WORKSPACE),
        Route("GetAiImages", GET, "/api/ai/images/{generationId}", "workspace_submit_generation", doors=_WORKSPACE),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"workspace_submit_generation": self._submit}

    def _submit(self) -> SmallFunction:
        data, own = self.data, self.variables
        function = self.function(
            "workspace_submit_generation",
            own.core | own.ledger | own.images | own.signing | own.base_url | own.generations_queue
            | own.trial | own.references,
            timeout_seconds=SUBMIT_SECONDS,
            traced=True,
        )  # fmt: skip
        function.allow("secretsmanager:GetSecretValue", on=data.signing_secret_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=data.ledger.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=data.core.table_arn)
        function.allow("sqs:SendMessage", on=self.queues.generations.arn)
        self.allow_links(function)
        return function
