"""Functions of the OpenAI door, by rooms."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import DELETE, GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB
from infra.settings import OPENAI

_OPENAI: Final = (OPENAI,)


class OpenAIGenerations(Room):
    """Images, edits and variations."""

    folder = "generations"
    routes = (
        Route("PostV1Generations", POST, "/v1/images/generations", "openai_create_images", doors=_OPENAI),
        Route("PostV1Edits", POST, "/v1/images/edits", "openai_edit_images", doors=_OPENAI),
        Route("PostV1Variations", POST, "/v1/images/variations", "openai_edit_images", doors=_OPENAI),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"openai_create_images": self._create, "openai_edit_images": self._edit}

    def _create(self) -> SmallFunction:
        function = self.function(
            "openai_create_images",
            self.variables.submitting | self.variables.images,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            traced=True,
        )
        self._allow(function)
        return function

    def _edit(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "openai_edit_images",
            own.submitting | own.images | own.upload_scan,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        self._allow(function)
        self.allow_accepting_uploads(function)
        return function

    def _allow(self, function: SmallFunction) -> None:
        """Submitting, reading pictures into answers, and closing calls that are answered."""
        self.allow_submitting(function)
        function.allow("dynamodb:DeleteItem", on=self.data.core.table_arn)
        function.allow(
            "s3:GetObject",
            on=self.data.generated_objects,
            because="Its answers carry pictures, and all pictures lie below this one prefix.",
        )


class OpenAIModels(Room):
    """The catalogue."""

    folder = "catalogue"
    routes = (
        Route("GetV1Models", GET, "/v1/models", "openai_describe_models", doors=_OPENAI),
        Route("GetV1Model", GET, "/v1/models/{modelId}", "openai_describe_models", doors=_OPENAI),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"openai_describe_models": self._describe}

    def _describe(self) -> SmallFunction:
        return self.function("openai_describe_models", {})


class OpenAIBatches(Room):
    """Files of lines, and the batches that are made of them."""

    folder = "generations"
    routes = (
        Route("PostV1Files", POST, "/v1/files", "openai_manage_batch_files", doors=_OPENAI),
        Route("GetV1Files", GET, "/v1/files", "openai_read_batches", doors=_OPENAI),
        Route("GetV1File", GET, "/v1/files/{fileId}", "openai_read_batches", doors=_OPENAI),
        Route("DeleteV1File", DELETE, "/v1/files/{fileId}", "openai_manage_batch_files", doors=_OPENAI),
        Route("GetV1FileContent", GET, "/v1/files/{fileId}/content", "openai_read_batches", doors=_OPENAI),
        Route("PostV1Batches", POST, "/v1/batches", "openai_submit_file_batch", doors=_OPENAI),
        Route("GetV1Batches", GET, "/v1/batches", "openai_read_batches", doors=_OPENAI),
        Route("GetV1Batch", GET, "/v1/batches/{batchId}", "openai_read_batches", doors=_OPENAI),
        Route("PostV1BatchCancel", POST, "/v1/batches/{batchId}/cancel", "openai_submit_file_batch", doors=_OPENAI),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "openai_manage_batch_files": self._manage_batch_files,
            "openai_read_batches": self._read_batches,
            "openai_submit_file_batch": self._submit_file_batch,
        }

    def _manage_batch_files(self) -> SmallFunction:
        own = self.variables
        function = self.function("openai_manage_batch_files", own.core | own.images)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", on=self.data.core.table_arn)
        function.allow(
            *("s3:PutObject", "s3:DeleteObject"),
            on=self.data.batch_objects,
            because="Files for batches of many workspaces lie below this one prefix.",
        )
        return function

    def _read_batches(self) -> SmallFunction:
        own = self.variables
        function = self.function("openai_read_batches", own.core | own.images)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow(
            "s3:GetObject",
            on=self.data.batch_objects,
            because="A presigned link carries this permission, and all files of batches lie below this one prefix.",
        )
        return function

    def _submit_file_batch(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "openai_submit_file_batch",
            own.core | own.signing | own.images | own.batches_queue | own.batch_lines,
            timeout_seconds=SUBMIT_SECONDS,
            # A whole processor: ten thousand lines are validated and priced within one request.
            memory_mb=1769,
        )
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self.data.core.table_arn)
        function.allow("sqs:SendMessage", on=self.queues.batches.arn)
        function.allow(
            *("s3:GetObject", "s3:PutObject"),
            on=self.data.batch_objects,
            because="It reads files and stores the lines of batches of many workspaces, all below this one prefix.",
        )
        return function
