"""Functions of the OpenAI door, by rooms."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import GET, POST, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB
from infra.settings import OPENAI

_OPENAI: Final = (OPENAI,)


class OpenAIGenerations(Room):
    """Images, edits and variations."""

    folder = "generations"
    routes = (
        Route("PostV1Generations", POST, "/v1/images/generations", "openai_create_images", doors=_OPENAI),
        Route("PostV1Edits", POST, "/v1/images/edits", "openai_edit_images", doors=_OPENAI),
        Route("PostV1Variations", POST, "/v1/images/variations", "openai_edit_images", doors=_OPENAI),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"openai_create_images": self._create, "openai_edit_images": self._edit}

    def _create(self) -> SmallFunction:
        function = self.function(
            "openai_create_images",
            self.variables.submitting | self.variables.images,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            traced=True,
        )
        self._allow(function)
        return function

    def _edit(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "openai_edit_images",
            own.submitting | own.images | own.upload_scan,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        self._allow(function)
        self.allow_accepting_uploads(function)
        return function

    def _allow(self, function: SmallFunction) -> None:
        """Submitting, reading pictures into answers, and closing calls that are answered."""
        self.allow_submitting(function)
        function.allow("dynamodb:DeleteItem", on=self.data.core.table_arn)
        function.allow(
            "s3:GetObject",
            on=self.data.generated_objects,
            because="Its answers carry pictures, and all pictures lie below this one prefix.",
        )


class OpenAIModels(Room):
    """The catalogue."""

    folder = "catalogue"
    routes = (
        Route("GetV1Models", GET, "/v1/models", "openai_describe_models", doors=_OPENAI),
        Route("GetV1Model", GET, "/v1/models/{modelId}", "openai_describe_models", doors=_OPENAI),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"openai_describe_models": self._describe}

    def _describe(self) -> SmallFunction:
        return self.function("openai_describe_models", {})
