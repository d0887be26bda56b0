"""Functions for the images that workspaces publish."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import DELETE, GET, PUT, Room, Route
from infra.constructs.small_function import SmallFunction


class PublicGallery(Room):
    """Publishing for workspaces, the public gallery, taking down for operators."""

    folder = "images"
    routes = (
        Route("PutPublication", PUT, "/api/v1/images/{imageId}/publication", "publish_image"),
        Route("GetPublication", GET, "/api/v1/images/{imageId}/publication", "publish_image"),
        Route("DeletePublication", DELETE, "/api/v1/images/{imageId}/publication", "publish_image"),
        Route("DeletePublicImage", DELETE, "/api/v1/public/images/{publicationId}", "publish_image"),
        Route("GetPublicGallery", GET, "/api/v1/public/gallery", "read_public_gallery", public=True),
        Route("GetPublicImage", GET, "/api/v1/public/images/{publicationId}", "read_public_gallery", public=True),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"publish_image": self._publish, "read_public_gallery": self._read}

    def _publish(self) -> SmallFunction:
        function = self.function("publish_image", self.variables.core | self.variables.base_url)
        reads, changes = ("dynamodb:Query", "dynamodb:GetItem"), ("dynamodb:PutItem", "dynamodb:UpdateItem")
        function.allow(*reads, *changes, "dynamodb:DeleteItem", on=self.data.core.table_arn)
        return function

    def _read(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_public_gallery", own.core | own.images | own.signing | own.base_url)
        function.allow("dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        self.allow_links(function)
        return function
