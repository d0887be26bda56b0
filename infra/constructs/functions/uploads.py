"""Functions for uploads: tickets and forms, those of bots, reading, deletion."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.room import DELETE, GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.upload_pipeline import allow_removal
from infra.constructs.workers import IMAGING_MEMORY_MB
from infra.settings import BOT

FORM_SECONDS: Final = 29
"""Of the 30 that the API waits."""


class Uploads(Room):
    """Uploads of workspaces."""

    folder = "uploads"
    routes = (
        Route("PostUploads", POST, "/api/v1/uploads", "create_upload"),
        Route("GetUploads", GET, "/api/v1/uploads", "read_uploads"),
        Route("GetUpload", GET, "/api/v1/uploads/{uploadId}", "read_uploads"),
        Route("PostMediaUpload", POST, "/api/v1/media/upload", "bot_upload_media", doors=(BOT,)),
        Route("DeleteUpload", DELETE, "/api/v1/uploads/{uploadId}", "delete_upload"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "create_upload": lambda: self._accept("create_upload"),
            "bot_upload_media": self._accept_media,
            "read_uploads": self._read,
            "delete_upload": self._delete,
        }

    def _accept_media(self) -> SmallFunction:
        """A bot is told whether any vendor has a key. The keys themselves are not read."""
        data, vendors = self.data, self.data.secrets.vendors
        named = {"VENDOR_SECRET_ARNS": ",".join(secret.secret_arn for secret in vendors.values())}
        function = self._accept("bot_upload_media", named)
        function.allow("secretsmanager:DescribeSecret", on=[data.secrets.vendor_arn(name) for name in vendors])
        return function

    def _accept(self, name: str, more: Mapping[str, str] | None = None) -> SmallFunction:
        own = self.variables
        function = self.function(
            name,
            own.core | own.images | own.upload_scan | dict(more or {}),
            timeout_seconds=FORM_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        self.allow_accepting_uploads(function)
        return function

    def _read(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_uploads", own.core | own.images | own.signing | own.uploads_queue)
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        function.allow("sqs:SendMessage", on=self.queues.uploads.arn)
        self.allow_upload_links(function)
        return function

    def _delete(self) -> SmallFunction:
        function = self.function("delete_upload", self.variables.core | self.variables.images)
        function.allow("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=self.data.core.table_arn)
        allow_removal(function, self.data)
        return function
