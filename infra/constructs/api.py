"""The API's routes: which function answers, who may call it, and what each function may do."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from infra.constructs.account_functions import AccountFunctions
from infra.constructs.data import BY_STATUS, SETTLING, Data
from infra.constructs.http_front import HttpFront
from infra.constructs.identity import Identity
from infra.constructs.money_functions import MoneyFunctions, rate_limit_env
from infra.constructs.nag import acknowledge
from infra.constructs.prompt_functions import PromptFunctions
from infra.constructs.queues import Queues
from infra.constructs.small_function import FunctionKit, SmallFunction
from infra.constructs.workflow import Workflow

from constructs import Construct

SUBMIT_SECONDS: Final = 29
"""A client may wait for its pictures in the submit call; the API gives up on a function after thirty seconds."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `id` names it in the template and never changes; `function` is its folder below `functions/api/`."""

    id: str
    method: apigateway.HttpMethod
    path: str
    function: str
    public: bool = False


_GET: Final = apigateway.HttpMethod.GET
_POST: Final = apigateway.HttpMethod.POST
_PATCH: Final = apigateway.HttpMethod.PATCH
_PUT: Final = apigateway.HttpMethod.PUT
_DELETE: Final = apigateway.HttpMethod.DELETE

ROUTES: Final = (
    Route("PostGenerations", _POST, "/api/v1/generations", "submit_generation"),
    Route("GetGenerations", _GET, "/api/v1/generations", "read_generations"),
    Route("GetGeneration", _GET, "/api/v1/generations/{generationId}", "read_generations"),
    Route("PostCancel", _POST, "/api/v1/generations/{generationId}/cancel", "cancel_generation"),
    Route("GetImage", _GET, "/api/v1/images/{imageId}", "read_images"),
    Route("GetPermalink", _GET, "/i/{token}", "read_images", public=True),
    Route("GetMe", _GET, "/api/v1/me", "read_workspaces"),
    Route("PostWorkspaces", _POST, "/api/v1/workspaces", "manage_workspaces"),
    Route("GetWorkspaces", _GET, "/api/v1/workspaces", "read_workspaces"),
    Route("GetWorkspace", _GET, "/api/v1/workspaces/{workspaceId}", "read_workspaces"),
    Route("GetRouting", _GET, "/api/v1/workspaces/{workspaceId}/routing", "manage_routing"),
    Route("PutRouting", _PUT, "/api/v1/workspaces/{workspaceId}/routing", "manage_routing"),
    Route("PatchWorkspace", _PATCH, "/api/v1/workspaces/{workspaceId}", "manage_workspaces"),
    Route("PostMembers", _POST, "/api/v1/workspaces/{workspaceId}/members", "manage_members"),
    Route("GetMembers", _GET, "/api/v1/workspaces/{workspaceId}/members", "read_workspaces"),
    Route("PatchMember", _PATCH, "/api/v1/workspaces/{workspaceId}/members/{userId}", "manage_members"),
    Route("DeleteMember", _DELETE, "/api/v1/workspaces/{workspaceId}/members/{userId}", "manage_members"),
    Route("PostApiKeys", _POST, "/api/v1/api-keys", "manage_api_keys"),
    Route("GetApiKeys", _GET, "/api/v1/api-keys", "read_api_keys"),
    Route("DeleteApiKey", _DELETE, "/api/v1/api-keys/{keyId}", "manage_api_keys"),
    Route("PostRotateApiKey", _POST, "/api/v1/api-keys/{keyId}/rotate", "manage_api_keys"),
    Route("PostUsersSync", _POST, "/api/v1/users/sync", "sync_users"),
    Route("GetUserBalance", _GET, "/api/v1/users/{telegram_id}/balance", "sync_users"),
    Route("GetUserTrial", _GET, "/api/v1/users/{telegram_id}/trial", "sync_users"),
    Route("PostAuthTelegram", _POST, "/api/v1/auth/telegram", "exchange_telegram", public=True),
    Route("GetDebugUsers", _GET, "/api/v1/debug/users", "debug_users"),
    Route("GetWallet", _GET, "/api/v1/wallet", "read_wallet"),
    Route("GetWalletEntries", _GET, "/api/v1/wallet/entries", "read_wallet"),
    Route("PostWalletGrants", _POST, "/api/v1/wallet/grants", "grant_credits"),
    Route("PostQuotes", _POST, "/api/v1/quotes", "quote_generation"),
    Route("GetPromptTemplates", _GET, "/api/v1/prompt-templates", "read_prompt_templates"),
    Route("GetPromptTemplate", _GET, "/api/v1/prompt-templates/{templateId}", "read_prompt_templates"),
    Route("PostPromptRender", _POST, "/api/v1/prompt-templates/{templateId}/render", "read_prompt_templates"),
    Route("PostPromptTemplates", _POST, "/api/v1/prompt-templates", "manage_prompt_templates"),
    Route("PutPromptTemplate", _PUT, "/api/v1/prompt-templates/{templateId}", "manage_prompt_templates"),
    Route("DeletePromptTemplate", _DELETE, "/api/v1/prompt-templates/{templateId}", "manage_prompt_templates"),
    Route("GetUsage", _GET, "/api/v1/usage", "read_usage"),
    Route("GetOwnUsage", _GET, "/api/v1/usage/me", "read_usage"),
    Route("GetWorkspaceBudget", _GET, "/api/v1/budgets/workspace", "read_budgets"),
    Route("PutWorkspaceBudget", _PUT, "/api/v1/budgets/workspace", "set_budgets"),
    Route("DeleteWorkspaceBudget", _DELETE, "/api/v1/budgets/workspace", "set_budgets"),
    Route("GetKeyBudget", _GET, "/api/v1/budgets/keys/{keyId}", "read_budgets"),
    Route("PutKeyBudget", _PUT, "/api/v1/budgets/keys/{keyId}", "set_budgets"),
    Route("DeleteKeyBudget", _DELETE, "/api/v1/budgets/keys/{keyId}", "set_budgets"),
    Route("PostCallback", _POST, "/api/v1/callbacks/{provider}", "receive_callback", public=True),
    Route("GetModels", _GET, "/api/v1/models", "describe_models", public=True),
    Route("GetModel", _GET, "/api/v1/models/{modelId}", "describe_models", public=True),
    Route("GetSizes", _GET, "/api/v1/sizes", "describe_models", public=True),
    Route("GetRoot", _GET, "/", "describe_service", public=True),
    Route("GetStatus", _GET, "/api/v1/status", "read_status", public=True),
    Route("GetHealth", _GET, "/api/v1/health", "describe_service", public=True),
    Route("GetInfo", _GET, "/api/v1/info", "describe_service", public=True),
    Route("GetOpenApi", _GET, "/openapi.json", "describe_service", public=True),
    Route("GetDocs", _GET, "/docs", "describe_service", public=True),
)


class Api(Construct):
    """The functions behind the API's routes, and the one that says who is calling."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        kit: FunctionKit,
        front: HttpFront,
        data: Data,
        queues: Queues,
        workflow: Workflow,
        identity: Identity,
    ) -> None:
        super().__init__(scope, id)
        self._kit, self._front, self._data, self._queues, self._workflow = kit, front, data, queues, workflow
        self.authorize_request = self._authorize_request(identity)
        accounts = AccountFunctions(self, "Accounts", kit=kit, data=data)
        self._by_name = {
            "submit_generation": self._submit_generation(),
            "read_generations": self._read_generations(),
            "cancel_generation": self._cancel_generation(),
            "read_images": self._read_images(),
            "receive_callback": self._receive_callback(),
            "describe_models": self._describe_models(),
            "read_status": self._read_status(),
            "describe_service": self._function(
                "DescribeService", "describe_service", env={"EASEL_VERSION": kit.settings.version}
            ),
            **accounts.by_name,
            **PromptFunctions(self, "Prompts", kit=kit, data=data).by_name,
            **MoneyFunctions(self, "Money", kit=kit, data=data, base_url=front.base_url).by_name,
        }
        self.functions = (*self._by_name.values(), self.authorize_request)
        self._add_routes()

    def _submit_generation(self) -> SmallFunction:
        data, queue = self._data, self._queues.generations
        function = self._function(
            "SubmitGeneration",
            "submit_generation",
            timeout_seconds=SUBMIT_SECONDS,
            env={
                **self._core_and_images(),
                "LEDGER_TABLE_NAME": data.ledger.table_name,
                "GENERATIONS_QUEUE_URL": queue.url,
                "TRIAL_CREDITS": str(self._kit.settings.trial_credits),
                "TRIAL_DAYS": str(self._kit.settings.trial_days),
                "SIGNING_SECRET_ARN": data.signing_secret.secret_arn,
                **self._kit.settings.reference_env(),
            },
        )
        function.allow("secretsmanager:GetSecretValue", on=data.signing_secret_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=data.ledger.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=data.core.table_arn)
        function.allow("sqs:SendMessage", on=queue.arn)
        self._allow_links(function)
        return function

    def _read_generations(self) -> SmallFunction:
        data = self._data
        function = self._function(
            "ReadGenerations",
            "read_generations",
            env={**self._core_and_images(), "SIGNING_SECRET_ARN": data.signing_secret.secret_arn},
        )
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", on=data.core.table_arn)
        function.allow("dynamodb:Query", on=data.index_arn(BY_STATUS))
        function.allow("secretsmanager:GetSecretValue", on=data.signing_secret_arn)
        self._allow_links(function)
        return function

    def _cancel_generation(self) -> SmallFunction:
        function = self._function(
            "CancelGeneration",
            "cancel_generation",
            env={
                **self._core_and_images(),
                "LEDGER_TABLE_NAME": self._data.ledger.table_name,
                "STATE_MACHINE_ARN": self._workflow.arn,
            },
        )
        ledger = self._data.ledger
        function.allow(*SETTLING, on=ledger.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=self._data.core.table_arn)
        function.allow(
            "states:StopExecution",
            on=self._workflow.executions_arn,
            because="An execution is named by its generation, and the caller may cancel any of their own.",
        )
        self._allow_links(function)
        return function

    def _describe_models(self) -> SmallFunction:
        env = {"EPHEMERAL_TABLE_NAME": self._data.ephemeral.table_name}
        function = self._function("DescribeModels", "describe_models", env=env)
        function.allow("dynamodb:BatchGetItem", on=self._data.ephemeral.table_arn)
        return function

    def _read_images(self) -> SmallFunction:
        function = self._function("ReadImages", "read_images", env=self._core_and_images())
        function.allow("dynamodb:GetItem", on=self._data.core.table_arn)
        self._allow_links(function)
        return function

    def _read_status(self) -> SmallFunction:
        table = self._data.ephemeral
        function = SmallFunction(
            self,
            "ReadStatus",
            kit=self._kit,
            folder="api/catalogue/read_status",
            timeout_seconds=10,
            env={"EPHEMERAL_TABLE_NAME": table.table_name},
        )
        function.allow("dynamodb:Query", on=table.table_arn)
        return function

    def _receive_callback(self) -> SmallFunction:
        data, queues = self._data, self._queues.collect
        urls = {provider: queue.url for provider, queue in queues.items()}
        signing = {name: {"webhookSecretArn": secret.secret_arn} for name, secret in data.webhook_secrets.items()}
        function = SmallFunction(
            self,
            "ReceiveCallback",
            kit=self._kit,
            folder="api/images/receive_callback",
            # Vendors give up after fifteen seconds, and it has one message to send.
            timeout_seconds=10,
            env={
                "SIGNING_SECRET_ARN": data.signing_secret.secret_arn,
                "COLLECT_QUEUE_URLS": Stack.of(self).to_json_string(urls),
                "PROVIDER_SETTINGS": Stack.of(self).to_json_string({name: signing.get(name, {}) for name in queues}),
            },
        )
        signatures = [data.webhook_secret_arn(provider) for provider in data.webhook_secrets]
        function.allow("secretsmanager:GetSecretValue", on=[data.signing_secret_arn, *signatures])
        function.allow("sqs:SendMessage", on=[queue.arn for queue in queues.values()])
        return function

    def _authorize_request(self, identity: Identity) -> SmallFunction:
        data = self._data
        function = SmallFunction(
            self,
            "AuthorizeRequest",
            kit=self._kit,
            folder="api/accounts/authorize_request",
            timeout_seconds=5,
            identity=True,
            env={
                "CORE_TABLE_NAME": data.core.table_name,
                "EPHEMERAL_TABLE_NAME": data.ephemeral.table_name,
                "TOKEN_ISSUERS": identity.token_issuers,
                "SESSION_SECRET_ARN": data.session_secret.secret_arn,
                **rate_limit_env(self._kit.settings),
            },
        )
        function.allow("dynamodb:GetItem", "dynamodb:BatchGetItem", on=data.core.table_arn)
        function.allow("dynamodb:UpdateItem", on=data.ephemeral.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=data.session_secret_arn)
        return function

    def _function(
        self, id: str, name: str, *, env: dict[str, str] | None = None, timeout_seconds: int = 10
    ) -> SmallFunction:
        return SmallFunction(
            self,
            id,
            kit=self._kit,
            folder=self._kit.api_folder(name),
            timeout_seconds=timeout_seconds,
            env={"PUBLIC_BASE_URL": self._front.base_url, **(env or {})},
        )

    def _core_and_images(self) -> dict[str, str]:
        data = self._data
        return {"CORE_TABLE_NAME": data.core.table_name, "IMAGES_BUCKET_NAME": data.images.bucket_name}

    def _allow_links(self, function: SmallFunction) -> None:
        function.allow(
            "s3:GetObject",
            on=self._data.generated_objects,
            because="A presigned link carries this permission, and all pictures lie below this one prefix.",
        )

    def _add_routes(self) -> None:
        authorizer = authorizers.HttpLambdaAuthorizer(
            "Authorizer",
            self.authorize_request.function,
            authorizer_name="workspace-keys",
            # Without an identity source the API asks for every request, so that a request without a key gets our own
            # answer; an answer can then not be cached.
            identity_source=[],
            results_cache_ttl=Duration.seconds(0),
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
        )
        targets = {
            name: integrations.HttpLambdaIntegration("Function", function.function, scope_permission_to_route=False)
            for name, function in self._by_name.items()
        }
        for route in ROUTES:
            added = apigateway.HttpRoute(
                self,
                route.id,
                http_api=self._front.http,
                route_key=apigateway.HttpRouteKey.with_(route.path, route.method),
                integration=targets[route.function],
                authorizer=None if route.public else authorizer,
            )
            if route.public:
                acknowledge(
                    added, "AwsSolutions-APIG4", because=f"{route.path} is public by design and reveals no tenant."
                )
        # Whatever matches no route: the API's own 404 would not have our form.
        astray = apigateway.HttpRoute(
            self,
            "Default",
            http_api=self._front.http,
            route_key=apigateway.HttpRouteKey.DEFAULT,
            integration=targets["describe_service"],
        )
        acknowledge(astray, "AwsSolutions-APIG4", because="It answers 404 and 405, and knows no tenant.")
