"""The API's functions for prompt templates, with what each may do. Their routes are in api.py."""

from infra.constructs.data import Data
from infra.constructs.small_function import FunctionKit, SmallFunction

from constructs import Construct


class PromptFunctions(Construct):
    """`by_name` has them by their folder."""

    def __init__(self, scope: Construct, id: str, *, kit: FunctionKit, data: Data) -> None:
        super().__init__(scope, id)
        self._kit, self._data = kit, data
        self.by_name = {"read_prompt_templates": self._read(), "manage_prompt_templates": self._manage()}

    def _read(self) -> SmallFunction:
        signing = {"SIGNING_SECRET_ARN": self._data.signing_secret.secret_arn}
        function = self._function("ReadPromptTemplates", "read_prompt_templates", signing)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self._data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self._data.signing_secret_arn)
        return function

    def _manage(self) -> SmallFunction:
        function = self._function("ManagePromptTemplates", "manage_prompt_templates", {})
        actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        function.allow(*actions, on=self._data.core.table_arn)
        return function

    def _function(self, id: str, name: str, env: dict[str, str]) -> SmallFunction:
        core = {"CORE_TABLE_NAME": self._data.core.table_name}
        return SmallFunction(
            self, id, kit=self._kit, folder=self._kit.api_folder(name), timeout_seconds=10, env={**core, **env}
        )
