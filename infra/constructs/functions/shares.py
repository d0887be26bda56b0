"""Functions for links that show pictures to people without an account."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import DELETE, GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction


class Shares(Room):
    """Links to pictures, for their workspace and for the public."""

    folder = "images"
    routes = (
        Route("PostShare", POST, "/api/v1/shares", "manage_shares"),
        Route("GetShares", GET, "/api/v1/shares", "read_shares"),
        Route("GetShare", GET, "/api/v1/shares/{shareId}", "read_shares"),
        Route("DeleteShare", DELETE, "/api/v1/shares/{shareId}", "manage_shares"),
        Route("OpenShare", GET, "/s/{token}", "open_share", public=True),
        Route("ShowSharePreview", GET, "/s/{token}/image", "open_share", public=True),
        Route("OpenShareWithPassword", POST, "/s/{token}", "open_share", public=True),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"manage_shares": self._manage, "read_shares": self._read, "open_share": self._open}

    def _manage(self) -> SmallFunction:
        function = self.function("manage_shares", self.variables.core | self.variables.base_url)
        reads, changes = ("dynamodb:Query", "dynamodb:GetItem"), ("dynamodb:PutItem", "dynamodb:UpdateItem")
        function.allow(*reads, *changes, "dynamodb:DeleteItem", on=self.data.core.table_arn)
        return function

    def _read(self) -> SmallFunction:
        function = self.function("read_shares", self.variables.core | self.variables.signing)
        function.allow("dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _open(self) -> SmallFunction:
        own = self.variables
        # Passwords are hashed slowly on purpose, with a processor's share that grows with the memory.
        function = self.function("open_share", own.core | own.ephemeral | own.images | own.base_url, memory_mb=1024)
        function.allow("dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem", on=self.data.core.table_arn)
        function.allow("dynamodb:UpdateItem", on=self.data.ephemeral.table_arn)
        self.allow_links(function)
        return function
