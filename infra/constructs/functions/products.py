"""Functions for products: read, change."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import DELETE, GET, POST, PUT, Room, Route
from infra.constructs.small_function import SmallFunction


class Products(Room):
    """The products of workspaces."""

    folder = "products"
    routes = (
        Route("GetProducts", GET, "/api/v1/products", "read_products"),
        Route("GetProduct", GET, "/api/v1/products/{productId}", "read_products"),
        Route("PostProducts", POST, "/api/v1/products", "manage_products"),
        Route("PutProduct", PUT, "/api/v1/products/{productId}", "manage_products"),
        Route("DeleteProduct", DELETE, "/api/v1/products/{productId}", "manage_products"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"read_products": self._read, "manage_products": self._manage}

    def _read(self) -> SmallFunction:
        function = self.function("read_products", self.variables.core | self.variables.images | self.variables.signing)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        self.allow_upload_links(function)
        return function

    def _manage(self) -> SmallFunction:
        function = self.function("manage_products", self.variables.core | self.variables.images)
        actions = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self.data.core.table_arn)
        self.allow_upload_links(function)
        return function
