"""Functions for generations: submit, retry an image, read, cancel."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.data import ENDING, SETTLING
from infra.constructs.functions.room import CANONICAL_AND_BOT, GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.tables import BY_STATUS

SUBMIT_SECONDS: Final = 29
"""A client may wait for its pictures in the submit call; the API gives up on a function after thirty seconds."""


class Generations(Room):
    """Submit, read and cancel generations."""

    folder = "generations"
    routes = (
        Route("PostGenerations", POST, "/api/v1/generations", "submit_generation"),
        Route("GetGenerations", GET, "/api/v1/generations", "list_generations", doors=CANONICAL_AND_BOT),
        Route(
            "GetGeneration",
            GET,
            "/api/v1/generations/{generationId}",
            "read_generations",
            doors=CANONICAL_AND_BOT,
        ),
        Route("PostImageRetry", POST, "/api/v1/generations/{generationId}/images/{index}/retry", "retry_image"),
        Route("PostCancel", POST, "/api/v1/generations/{generationId}/cancel", "cancel_generation"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "submit_generation": self._submit,
            "list_generations": self._list,
            "read_generations": self._read,
            "retry_image": self._retry,
            "cancel_generation": self._cancel,
        }

    def _submit(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "submit_generation",
            own.light_clients | own.submitting | own.trusted_webhooks | own.images,
            timeout_seconds=SUBMIT_SECONDS,
            traced=True,
        )
        self.allow_submitting(function)
        self.allow_links(function)
        return function

    def _retry(self) -> SmallFunction:
        function = self.function(
            "retry_image",
            self.variables.submitting | self.variables.images,
            timeout_seconds=SUBMIT_SECONDS,
            traced=True,
        )
        self.allow_submitting(function)
        self.allow_links(function)
        return function

    def _list(self) -> SmallFunction:
        data, own = self.data, self.variables
        reading = own.light_clients | own.core | own.images | own.base_url | own.doors
        function = self.function("list_generations", reading | own.signing)
        function.allow("dynamodb:GetItem", on=data.core.table_arn)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=data.core.table_arn)
        function.allow("dynamodb:Query", on=data.index_arn(BY_STATUS))
        function.allow("secretsmanager:GetSecretValue", on=data.secrets.signing_arn)
        self.allow_links(function)
        return function

    def _read(self) -> SmallFunction:
        own = self.variables
        reading = own.light_clients | own.core | own.images | own.base_url | own.doors
        function = self.function("read_generations", reading | own.ephemeral)
        function.allow("dynamodb:BatchGetItem", on=self.data.ephemeral.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        self.allow_links(function)
        return function

    def _cancel(self) -> SmallFunction:
        own, workflow = self.variables, self.foundation.workflow
        function = self.function(
            "cancel_generation", own.core | own.ledger | own.images | own.base_url | workflow.variables
        )
        function.allow(*ENDING, on=self.data.core.table_arn)
        function.allow(*SETTLING, on=self.data.ledger.table_arn)
        function.allow(
            "states:StopExecution",
            on=workflow.executions_arn,
            because="An execution is named by its generation, and the caller may cancel any of their own.",
        )
        self.allow_links(function)
        return function
