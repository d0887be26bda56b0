"""Functions of the shop door, by rooms."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.data import ENDING, SETTLING
from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import DELETE, GET, POST, PUT, Room, Route
from infra.constructs.functions.uploads import FORM_SECONDS
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB, allow_deletion
from infra.settings import SHOP
from infra.tables import BY_STATUS

_SHOP: Final = (SHOP,)


class ShopProducts(Room):
    """Products at the addresses of seed 000."""

    folder = "products"
    routes = (
        Route("GetShopProducts", GET, "/api/products", "shop_read_products", doors=_SHOP),
        Route("GetShopProduct", GET, "/api/products/{productId}", "shop_read_products", doors=_SHOP),
        Route("PostShopProducts", POST, "/api/products", "shop_create_product", doors=_SHOP),
        Route("PutShopProduct", PUT, "/api/products/{productId}", "shop_manage_products", doors=_SHOP),
        Route("DeleteShopProduct", DELETE, "/api/products/{productId}", "shop_manage_products", doors=_SHOP),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "shop_read_products": self._read,
            "shop_create_product": self._create,
            "shop_manage_products": self._manage,
        }

    def _read(self) -> SmallFunction:
        own, data = self.variables, self.data
        function = self.function("shop_read_products", own.core | own.images | own.signing)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=data.secrets.signing_arn)
        self.allow_upload_links(function)
        return function

    def _create(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "shop_create_product",
            own.core | own.images | own.upload_scan,
            timeout_seconds=FORM_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        function.allow("dynamodb:BatchGetItem", on=self.data.core.table_arn)
        self.allow_accepting_uploads(function)
        return function

    def _manage(self) -> SmallFunction:
        function = self.function("shop_manage_products", self.variables.core | self.variables.images)
        actions = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self.data.core.table_arn)
        self.allow_upload_links(function)
        return function


class ShopUploads(Room):
    """Product images, as the shop's clients upload them."""

    folder = "uploads"
    routes = (
        Route("PostProductImages", POST, "/api/upload/product-images", "shop_upload_images", doors=_SHOP),
        Route("PostProductImagesV1", POST, "/api/v1/upload/product-images", "shop_upload_images", doors=_SHOP),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"shop_upload_images": self._upload_images}

    def _upload_images(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "shop_upload_images",
            own.core | own.images | own.upload_scan,
            timeout_seconds=FORM_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        self.allow_accepting_uploads(function)
        return function


class ShopGenerations(Room):
    """Pictures of products at the addresses of seed 000."""

    folder = "generations"
    routes = (
        Route("PostShopGenerations", POST, "/api/generations", "shop_start_generation", doors=_SHOP),
        Route(
            "PostShopRetry",
            POST,
            "/api/generations/{generationId}/images/{index}/retry",
            "shop_start_generation",
            doors=_SHOP,
        ),
        Route("GetShopGenerations", GET, "/api/generations", "shop_read_generations", doors=_SHOP),
        Route("GetShopGeneration", GET, "/api/generations/{generationId}", "shop_read_generations", doors=_SHOP),
        Route("DeleteShopGeneration", DELETE, "/api/generations/{generationId}", "shop_cancel_generation", doors=_SHOP),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "shop_start_generation": self._start,
            "shop_read_generations": self._read,
            "shop_cancel_generation": self._cancel,
        }

    def _start(self) -> SmallFunction:
        function = self.function(
            "shop_start_generation", self.variables.submitting, timeout_seconds=SUBMIT_SECONDS, traced=True
        )
        self.allow_submitting(function)
        return function

    def _read(self) -> SmallFunction:
        data, own = self.data, self.variables
        function = self.function("shop_read_generations", own.core | own.ephemeral | own.signing | own.base_url)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=data.core.table_arn)
        function.allow("dynamodb:Query", on=data.index_arn(BY_STATUS))
        function.allow("dynamodb:BatchGetItem", on=data.ephemeral.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=data.secrets.signing_arn)
        return function

    def _cancel(self) -> SmallFunction:
        own, workflow = self.variables, self.foundation.workflow
        cancelling = own.core | own.ledger | own.base_url | workflow.variables
        function = self.function("shop_cancel_generation", cancelling | own.images | own.deletions_queue)
        allow_deletion(function, self.data, self.queues)
        function.allow(*ENDING, on=self.data.core.table_arn)
        function.allow(*SETTLING, on=self.data.ledger.table_arn)
        function.allow(
            "states:StopExecution",
            on=workflow.executions_arn,
            because="An execution is named by its generation, and the caller may cancel any of their own.",
        )
        return function
