"""Functions for prompt templates."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import Room
from infra.constructs.small_function import SmallFunction


class PromptTemplates(Room):
    """Prompt templates of workspaces."""

    folder = "prompt_templates"

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"read_prompt_templates": self._read, "manage_prompt_templates": self._manage}

    def _read(self) -> SmallFunction:
        function = self.function("read_prompt_templates", self.variables.core | self.variables.signing)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.signing_secret_arn)
        return function

    def _manage(self) -> SmallFunction:
        function = self.function("manage_prompt_templates", self.variables.core)
        actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        function.allow(*actions, on=self.data.core.table_arn)
        return function
