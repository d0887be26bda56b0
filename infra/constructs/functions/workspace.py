"""Functions of the workspace door, by rooms."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from aws_cdk import Stack
from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import GET, POST, PUT, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB, provider_settings
from infra.settings import WORKSPACE

_WORKSPACE: Final = (WORKSPACE,)
_SEEING: Final = "google"


class WorkspaceMoney(Room):
    """What a workspace spends."""

    folder = "money"
    routes = (Route("GetAiSpend", GET, "/api/ai/spend", "workspace_read_usage", doors=_WORKSPACE),)

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"workspace_read_usage": self._read_usage}

    def _read_usage(self) -> SmallFunction:
        own = self.variables
        function = self.function("workspace_read_usage", own.core | own.ledger | own.trial)
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        return function


class WorkspaceImages(Room):
    """Images that pages load before they are made."""

    folder = "images"
    routes = (
        Route("GetAiPicture", GET, "/api/ai/pictures/{token}", "workspace_await_image", public=True, doors=_WORKSPACE),
        Route("GetAiAnalysis", GET, "/api/ai/images/{imageId}/analysis", "workspace_analyse_image", doors=_WORKSPACE),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"workspace_await_image": self._await, "workspace_analyse_image": self._analyse}

    def _await(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "workspace_await_image", own.core | own.images | own.base_url, timeout_seconds=SUBMIT_SECONDS
        )
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        self.allow_links(function)
        return function

    def _analyse(self) -> SmallFunction:
        """The vendor that describes pictures is one of those that make them, where the deployment has it."""
        own, data = self.variables, self.data
        seeing = [provider for provider in self.foundation.settings.providers if provider.name == _SEEING]
        vendors: dict[str, Any] = {}
        for provider in seeing:
            vendors |= provider_settings(data, provider)
        function = self.function(
            "workspace_analyse_image",
            own.core | own.images | {"PROVIDER_SETTINGS": Stack.of(self).to_json_string(vendors)},
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=[data.secrets.vendor_arn(one.name) for one in seeing])
        self.allow_links(function)
        return function


class WorkspacePage(Room):
    """What a page asks before it shows the form."""

    folder = "operations"
    routes = (
        Route("GetAuthSession", GET, "/api/auth/session", "workspace_describe_page", doors=_WORKSPACE),
        Route("GetAiModels", GET, "/api/ai/models", "workspace_describe_page", doors=_WORKSPACE),
        Route("GetPresets", GET, "/api/presets", "workspace_describe_page", doors=_WORKSPACE),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"workspace_describe_page": self._describe}

    def _describe(self) -> SmallFunction:
        function = self.function("workspace_describe_page", self.variables.core)
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        return function


class WorkspaceGenerations(Room):
    """Images by prompt at the address of seed 002."""

    folder = "generations"
    routes = (
        Route("PostAiImages", POST, "/api/ai/images", "workspace_submit_generation", doors=_WORKSPACE),
        Route("PostAiEdits", POST, "/api/ai/images/edits", "workspace_edit_images", doors=_WORKSPACE),
        Route("PostAiVariations", POST, "/api/ai/images/variations", "workspace_edit_images", doors=_WORKSPACE),
        Route("GetAiCache", GET, "/api/ai/cache", "workspace_manage_result_cache", doors=_WORKSPACE),
        Route("PutAiCache", PUT, "/api/ai/cache", "workspace_manage_result_cache", doors=_WORKSPACE),
        Route("GetAiImages", GET, "/api/ai/images/{generationId}", "workspace_read_generations", doors=_WORKSPACE),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "workspace_submit_generation": self._submit,
            "workspace_edit_images": self._edit,
            "workspace_read_generations": self._read,
            "workspace_manage_result_cache": self._manage_result_cache,
        }

    def _submit(self) -> SmallFunction:
        function = self.function(
            "workspace_submit_generation",
            self.variables.submitting | self.variables.images | self.variables.top_up,
            timeout_seconds=SUBMIT_SECONDS,
            traced=True,
        )
        self.allow_submitting(function)
        self.allow_links(function)
        return function

    def _edit(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "workspace_edit_images",
            own.submitting | own.images | own.top_up | own.upload_scan,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        self.allow_submitting(function)
        self.allow_accepting_uploads(function)
        self.allow_links(function)
        return function

    def _read(self) -> SmallFunction:
        own = self.variables
        function = self.function("workspace_read_generations", own.core | own.images | own.base_url)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        self.allow_links(function)
        return function

    def _manage_result_cache(self) -> SmallFunction:
        function = self.function("workspace_manage_result_cache", self.variables.core)
        actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem")
        function.allow(*actions, on=self.data.core.table_arn)
        return function
