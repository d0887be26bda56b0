"""Functions of the studio door: images by prompt for pages that wait, the gallery and the history of prompts."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.settings import CONTENT, STUDIO
from infra.tables import BY_STATUS

_STUDIO: Final = (STUDIO,)
_EITHER: Final = (STUDIO, CONTENT)
"""The body decides which of the two is meant."""


class Studio(Room):
    """The routes of seed 003."""

    folder = "generations"
    routes = (
        Route("PostStudioGenerate", POST, "/api/v1/images/generate", "studio_submit_generation", doors=_EITHER),
        Route("PostImagesGenerate", POST, "/api/images/generate", "studio_submit_generation", doors=_EITHER),
        Route("GetStudioImages", GET, "/api/v1/images", "studio_read_generations", doors=_STUDIO),
        Route("GetStudioPrompts", GET, "/api/v1/prompts", "studio_read_generations", doors=_STUDIO),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"studio_submit_generation": self._submit, "studio_read_generations": self._read}

    def _submit(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "studio_submit_generation",
            own.submitting | own.content | own.content_address | own.studio | own.doors,
            timeout_seconds=SUBMIT_SECONDS,
            traced=True,
        )
        self.allow_submitting(function)
        return function

    def _read(self) -> SmallFunction:
        data, own = self.data, self.variables
        function = self.function("studio_read_generations", own.core | own.signing | own.base_url)
        function.allow("dynamodb:Query", "dynamodb:BatchGetItem", on=data.core.table_arn)
        function.allow("dynamodb:Query", on=data.index_arn(BY_STATUS))
        function.allow("secretsmanager:GetSecretValue", on=data.secrets.signing_arn)
        return function
