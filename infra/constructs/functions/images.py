"""Functions for single images: finished ones, and the callbacks of vendors that finish them."""

from collections.abc import Callable, Mapping
from typing import Final

from aws_cdk import Stack
from infra.constructs.functions.room import ALWAYS, DELETE, GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB, allow_archives, allow_deletion

_ARCHIVE_SECONDS: Final = 29
"""A small archive is built in the request."""


def archives_function(room: Room, name: str) -> SmallFunction:
    """A function that shows pictures and asks for archives."""
    own = room.variables
    function = room.function(
        name,
        own.core | own.images | own.base_url | own.archives_queue | {"WORKER_SECONDS": str(_ARCHIVE_SECONDS)},
        timeout_seconds=_ARCHIVE_SECONDS,
    )
    function.allow("dynamodb:Query", "dynamodb:GetItem", on=room.data.core.table_arn)
    function.allow("dynamodb:UpdateItem", "dynamodb:DeleteItem", on=room.data.core.table_arn)
    function.allow("sqs:SendMessage", on=room.queues.archives.arn)
    allow_archives(function, room.data, also_links=True)
    return function


class Images(Room):
    """Images, their permalinks, and the callbacks of vendors."""

    folder = "images"
    routes = (
        Route("GetImage", GET, "/api/v1/images/{imageId}", "read_images"),
        Route("GetArchive", GET, "/api/v1/generations/{generationId}/archive", "request_archive"),
        Route("GetProvenance", GET, "/api/v1/images/{imageId}/provenance", "read_images"),
        Route("GetExports", GET, "/api/v1/images/{imageId}/exports", "export_image"),
        Route("DeleteImage", DELETE, "/api/v1/images/{imageId}", "delete_images"),
        Route("DeleteGeneration", DELETE, "/api/v1/generations/{generationId}", "delete_images"),
        Route("GetPermalink", GET, "/i/{token}", "read_images", public=True, doors=ALWAYS),
        Route("PostCallback", POST, "/api/v1/callbacks/{provider}", "receive_callback", public=True, doors=ALWAYS),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "read_images": self._read,
            "receive_callback": self._receive_callback,
            "request_archive": self._request_archive,
            "delete_images": self._delete,
            "export_image": self._export,
        }

    def _read(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_images", own.core | own.images | own.base_url)
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        self.allow_links(function)
        return function

    def _request_archive(self) -> SmallFunction:
        return archives_function(self, "request_archive")

    def _export(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "export_image",
            own.core | own.images,
            timeout_seconds=29,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        function.allow(
            *("s3:GetObject", "s3:PutObject"),
            on=self.data.generated_objects,
            because="It makes exports of pictures of many workspaces, beside them below this one prefix.",
        )
        return function

    def _delete(self) -> SmallFunction:
        own = self.variables
        function = self.function("delete_images", own.core | own.images | own.deletions_queue)
        allow_deletion(function, self.data, self.queues)
        return function

    def _receive_callback(self) -> SmallFunction:
        # Vendors give up after fifteen seconds, and it has one message to send.
        data, queues = self.data, self.queues.collect
        signing = {name: {"webhookSecretArn": secret.secret_arn} for name, secret in data.secrets.webhooks.items()}
        settings = Stack.of(self).to_json_string({name: signing.get(name, {}) for name in queues})
        function = self.function(
            "receive_callback",
            self.variables.signing | self.variables.collect_queues | {"PROVIDER_SETTINGS": settings},
        )
        signatures = [data.secrets.webhook_arn(provider) for provider in data.secrets.webhooks]
        function.allow("secretsmanager:GetSecretValue", on=[data.secrets.signing_arn, *signatures])
        function.allow("sqs:SendMessage", on=[queue.arn for queue in queues.values()])
        return function
