"""The base of the API's functions, grouped by rooms: each declares its routes, and its functions with permissions."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from aws_cdk import aws_apigatewayv2 as apigateway
from infra.constructs.foundation import Foundation
from infra.constructs.small_function import SmallFunction
from infra.constructs.submitting import allow_submitting
from infra.settings import BOT, CANONICAL

from constructs import Construct

GET: Final = apigateway.HttpMethod.GET
HEAD: Final = apigateway.HttpMethod.HEAD
POST: Final = apigateway.HttpMethod.POST
PATCH: Final = apigateway.HttpMethod.PATCH
PUT: Final = apigateway.HttpMethod.PUT
DELETE: Final = apigateway.HttpMethod.DELETE

ALWAYS: Final[tuple[str, ...]] = ()
"""The doors of a route that every deployment has, such as permalinks, callbacks of vendors and health checks."""

CANONICAL_AND_BOT: Final = (CANONICAL, BOT)


@dataclass(frozen=True, slots=True)
class Route:
    """One route; a GET is served for HEAD as well.

    `id` names it in the template and never changes; `function` is the name of a function of the room. It exists while
    one of its `doors` is open. Requests to a `signed` one carry a signature with AWS credentials (SigV4), which the API
    checks instead of asking the authorizer.
    """

    id: str
    method: apigateway.HttpMethod
    path: str
    function: str
    public: bool = False
    signed: bool = False
    doors: tuple[str, ...] = (CANONICAL,)

    def is_open(self, opened: Collection[str]) -> bool:
        """Whether a deployment with these doors has the route."""
        return self.doors == ALWAYS or not set(self.doors).isdisjoint(opened)


class Room(Construct):
    """Functions that belong together. A subclass says how each is made; only those that are wanted are.

    `folder` is the room's folder below `functions/api/`.
    """

    folder: ClassVar[str]
    routes: ClassVar[tuple[Route, ...]] = ()

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self.foundation = foundation
        self.data, self.queues, self.variables = foundation.data, foundation.queues, foundation.variables

    @property
    @abstractmethod
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        """How to make each function, by its name, which is that of its folder."""

    def create(self, wanted: Collection[str]) -> dict[str, SmallFunction]:
        """Make those of this room's functions that are wanted."""
        return {name: make() for name, make in self.functions.items() if name in wanted}

    def function(
        self,
        name: str,
        variables: Mapping[str, str],
        *,
        timeout_seconds: int = 10,
        memory_mb: int = 512,
        imaging: bool = False,
        identity: bool = False,
        documentation: bool = False,
        traced: bool = False,
    ) -> SmallFunction:
        """The function in the folder `functions/api/<room>/<name>`."""
        return SmallFunction(
            self,
            "".join(word.capitalize() for word in name.split("_")),
            kit=self.foundation.kit,
            folder=f"api/{self.folder}/{name}",
            timeout_seconds=timeout_seconds,
            memory_mb=memory_mb,
            imaging=imaging,
            identity=identity,
            documentation=documentation,
            traced=traced,
            env={**variables, **self.variables.edge},
        )

    def allow_accepting_uploads(self, function: SmallFunction) -> None:
        """Let a function take files within requests, sign tickets for larger ones, and links to what it took."""
        function.allow("dynamodb:PutItem", "dynamodb:UpdateItem", on=self.data.core.table_arn)
        function.allow(
            "s3:PutObject",
            on=[self.data.incoming_objects, self.data.upload_objects],
            because="A ticket carries this permission; uploads of many workspaces lie below these two prefixes.",
        )
        self.allow_upload_links(function)

    def allow_upload_links(self, function: SmallFunction) -> None:
        """Let a function sign links to uploads that have been checked."""
        function.allow(
            "s3:GetObject",
            on=self.data.upload_objects,
            because="A presigned link carries this permission, and all checked uploads lie below this one prefix.",
        )

    def allow_submitting(self, function: SmallFunction) -> None:
        """Let a function submit generations."""
        allow_submitting(function, self.data, self.queues)

    def allow_links(self, function: SmallFunction) -> None:
        """Let a function sign links to pictures."""
        function.allow(
            "s3:GetObject",
            on=self.data.generated_objects,
            because="A presigned link carries this permission, and all pictures lie below this one prefix.",
        )
