"""Functions for batches of generations."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction


class Batches(Room):
    """Many requests with one price, made one by one."""

    folder = "generations"
    routes = (
        Route("PostBatches", POST, "/api/v1/batches", "submit_batch"),
        Route("GetBatches", GET, "/api/v1/batches", "read_batches"),
        Route("GetBatch", GET, "/api/v1/batches/{batchId}", "read_batches"),
        Route("GetBatchResults", GET, "/api/v1/batches/{batchId}/results", "read_batches"),
        Route("PostBatchStart", POST, "/api/v1/batches/{batchId}/start", "change_batch"),
        Route("PostBatchPause", POST, "/api/v1/batches/{batchId}/pause", "change_batch"),
        Route("PostBatchCancel", POST, "/api/v1/batches/{batchId}/cancel", "change_batch"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "submit_batch": self._submit_batch,
            "read_batches": self._read_batches,
            "change_batch": self._change_batch,
        }

    def _submit_batch(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "submit_batch",
            own.core | own.signing | own.images | own.batches_queue | own.batch_lines,
            timeout_seconds=SUBMIT_SECONDS,
            # A whole processor: ten thousand lines are validated and priced within one request.
            memory_mb=1769,
        )
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self.data.core.table_arn)
        function.allow("sqs:SendMessage", on=self.queues.batches.arn)
        function.allow(
            "s3:PutObject",
            on=self.data.batch_objects,
            because="It stores the lines of batches of many workspaces, all below this one prefix.",
        )
        return function

    def _read_batches(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_batches", own.core | own.images | own.signing)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        function.allow(
            "s3:GetObject",
            on=self.data.batch_objects,
            because="A presigned link carries this permission, and all results lie below this one prefix.",
        )
        return function

    def _change_batch(self) -> SmallFunction:
        own = self.variables
        function = self.function("change_batch", own.core | own.images | own.batches_queue)
        # With a change of the status goes the event that tells of it.
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self.data.core.table_arn)
        function.allow("sqs:SendMessage", on=self.queues.batches.arn)
        return function
