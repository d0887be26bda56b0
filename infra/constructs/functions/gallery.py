"""Functions for the gallery of a workspace: search, marks, trash."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.tables import BY_STATUS


class Gallery(Room):
    """Finding images, marking them, and the trash."""

    folder = "images"
    routes = (
        Route("GetGallery", GET, "/api/v1/gallery", "read_gallery"),
        Route("GetGalleryPrompts", GET, "/api/v1/gallery/prompts", "summarise_gallery"),
        Route("GetGalleryTags", GET, "/api/v1/gallery/tags", "summarise_gallery"),
        Route("PostGalleryMarks", POST, "/api/v1/gallery/marks", "mark_images"),
        Route("PostGalleryTrash", POST, "/api/v1/gallery/trash", "manage_trash"),
        Route("PostGalleryRestore", POST, "/api/v1/gallery/restore", "manage_trash"),
        Route("GetGalleryTrash", GET, "/api/v1/gallery/trash", "read_trash"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "read_gallery": self._read_gallery,
            "summarise_gallery": self._summarise_gallery,
            "mark_images": self._mark,
            "manage_trash": self._manage_trash,
            "read_trash": self._read_trash,
        }

    def _read_gallery(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_gallery", own.core | own.signing | own.base_url)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        function.allow("dynamodb:Query", on=self.data.index_arn(BY_STATUS))
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _summarise_gallery(self) -> SmallFunction:
        own = self.variables
        function = self.function("summarise_gallery", own.core | own.signing)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        function.allow("dynamodb:Query", on=self.data.index_arn(BY_STATUS))
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _mark(self) -> SmallFunction:
        function = self.function("mark_images", self.variables.core)
        function.allow("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", on=self.data.core.table_arn)
        changes = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        function.allow(*changes, on=self.data.core.table_arn)
        return function

    def _manage_trash(self) -> SmallFunction:
        # A hundred transactions, one after the other.
        function = self.function("manage_trash", self.variables.core | self.variables.trash, timeout_seconds=20)
        changes = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        function.allow("dynamodb:BatchGetItem", *changes, on=self.data.core.table_arn)
        return function

    def _read_trash(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_trash", own.core | own.images | own.signing | own.base_url)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        self.allow_links(function)
        return function
