"""Functions of the content door: pictures for the articles of other systems."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import DELETE, GET, PATCH, POST, PUT, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB, allow_removal
from infra.settings import CONTENT

_CONTENT: Final = (CONTENT,)
_SUBMIT: Final = "submit_content_image"
_MANAGE: Final = "manage_content_images"
_FILE: Final = "{contentItemId}/{filename}"
_RENDITION: Final = f"/media/draft-images/{_FILE}/{{rendition}}"
_VERSIONS: Final = "/api/v1/content-items/{contentItemId}/images"


class Content(Room):
    """Pictures of content items at the addresses of seed 004 and of its internal callers."""

    folder = "content"
    routes = (
        Route("PostImages", POST, "/api/v1/images", "submit_content_image", doors=_CONTENT),
        Route("PostImagesUnversioned", POST, "/api/images", "submit_content_image", doors=_CONTENT),
        Route("PostGenerate", POST, "/generate", "submit_content_image", doors=_CONTENT),
        Route("PostInternalImages", POST, "/internal/api/images/generate", _SUBMIT, signed=True, doors=_CONTENT),
        Route("DeleteInternalImage", DELETE, f"/internal/api/images/{_FILE}", _MANAGE, signed=True, doors=_CONTENT),
        Route("GetFile", GET, f"/media/draft-images/{_FILE}", "read_content_file", public=True, doors=_CONTENT),
        Route("GetRendition", GET, _RENDITION, "show_rendition", public=True, doors=_CONTENT),
        Route("GetContentImage", GET, f"/api/v1/images/{_FILE}", "read_content_images", doors=_CONTENT),
        Route("GetVersions", GET, _VERSIONS, "read_content_images", doors=_CONTENT),
        Route("PutCurrent", PUT, f"{_VERSIONS}/{{filename}}/current", "manage_content_images", doors=_CONTENT),
        Route("PatchContentImage", PATCH, f"{_VERSIONS}/{{filename}}", "manage_content_images", doors=_CONTENT),
        Route("DeleteContentImage", DELETE, f"/api/v1/images/{_FILE}", "manage_content_images", doors=_CONTENT),
        Route("DeleteImageUnversioned", DELETE, f"/api/images/{_FILE}", "manage_content_images", doors=_CONTENT),
        Route("DeleteImageById", DELETE, "/api/images/{contentImageId}", "manage_content_images", doors=_CONTENT),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "submit_content_image": self._submit,
            "read_content_file": self._read_file,
            "show_rendition": self._show_rendition,
            "read_content_images": self._read,
            "manage_content_images": self._manage,
        }

    def _submit(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "submit_content_image",
            own.submitting | own.content | own.content_address,
            timeout_seconds=SUBMIT_SECONDS,
            traced=True,
        )
        self.allow_submitting(function)
        return function

    def _read_file(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_content_file", own.core | own.images | own.base_url)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        # It reads the files itself, and signs links to those that are too large for an answer.
        self.allow_links(function)
        return function

    def _show_rendition(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "show_rendition",
            own.core | own.images,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow(
            "s3:GetObject",
            "s3:PutObject",
            on=self.data.generated_objects,
            because="A rendition lies beside its original, and all pictures lie below this one prefix.",
        )
        return function

    def _read(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_content_images", own.core | own.signing | own.content_address)
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _manage(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "manage_content_images", own.core | own.images | own.content_address | own.deletions_queue
        )
        actions = ("GetItem", "Query", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self.data.core.table_arn)
        function.allow("sqs:SendMessage", on=self.queues.deletions.arn)
        allow_removal(function, self.data)
        return function
