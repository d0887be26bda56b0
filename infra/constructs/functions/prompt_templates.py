"""Functions for prompt templates."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import DELETE, GET, POST, PUT, Room, Route
from infra.constructs.small_function import SmallFunction


class PromptTemplates(Room):
    """Prompt templates of workspaces."""

    folder = "prompt_templates"
    routes = (
        Route("GetPromptTemplates", GET, "/api/v1/prompt-templates", "read_prompt_templates"),
        Route("GetPromptTemplate", GET, "/api/v1/prompt-templates/{templateId}", "read_prompt_templates"),
        Route("PostPromptRender", POST, "/api/v1/prompt-templates/{templateId}/render", "read_prompt_templates"),
        Route("PostPromptTemplates", POST, "/api/v1/prompt-templates", "manage_prompt_templates"),
        Route("PutPromptTemplate", PUT, "/api/v1/prompt-templates/{templateId}", "manage_prompt_templates"),
        Route("DeletePromptTemplate", DELETE, "/api/v1/prompt-templates/{templateId}", "manage_prompt_templates"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"read_prompt_templates": self._read, "manage_prompt_templates": self._manage}

    def _read(self) -> SmallFunction:
        function = self.function("read_prompt_templates", self.variables.core | self.variables.signing)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _manage(self) -> SmallFunction:
        function = self.function("manage_prompt_templates", self.variables.core)
        actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        function.allow(*actions, on=self.data.core.table_arn)
        return function
