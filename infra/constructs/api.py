"""The canonical API: its routes, and the rooms whose functions answer them."""

from typing import Final

from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.accounts import Accounts
from infra.constructs.functions.catalogue import Catalogue
from infra.constructs.functions.generations import Generations
from infra.constructs.functions.images import Images
from infra.constructs.functions.money import Money
from infra.constructs.functions.operations import Operations
from infra.constructs.functions.prompt_templates import PromptTemplates
from infra.constructs.routes import DELETE, GET, PATCH, POST, PUT, Route, RoutedStack

from constructs import Construct

ROUTES: Final = (
    Route("PostGenerations", POST, "/api/v1/generations", "submit_generation"),
    Route("GetGenerations", GET, "/api/v1/generations", "read_generations"),
    Route("GetGeneration", GET, "/api/v1/generations/{generationId}", "read_generations"),
    Route("PostCancel", POST, "/api/v1/generations/{generationId}/cancel", "cancel_generation"),
    Route("GetImage", GET, "/api/v1/images/{imageId}", "read_images"),
    Route("GetPermalink", GET, "/i/{token}", "read_images", public=True, door=None),
    Route("GetMe", GET, "/api/v1/me", "read_workspaces"),
    Route("PostWorkspaces", POST, "/api/v1/workspaces", "manage_workspaces"),
    Route("GetWorkspaces", GET, "/api/v1/workspaces", "read_workspaces"),
    Route("GetWorkspace", GET, "/api/v1/workspaces/{workspaceId}", "read_workspaces"),
    Route("GetRouting", GET, "/api/v1/workspaces/{workspaceId}/routing", "manage_routing"),
    Route("PutRouting", PUT, "/api/v1/workspaces/{workspaceId}/routing", "manage_routing"),
    Route("PatchWorkspace", PATCH, "/api/v1/workspaces/{workspaceId}", "manage_workspaces"),
    Route("PostMembers", POST, "/api/v1/workspaces/{workspaceId}/members", "manage_members"),
    Route("GetMembers", GET, "/api/v1/workspaces/{workspaceId}/members", "read_workspaces"),
    Route("PatchMember", PATCH, "/api/v1/workspaces/{workspaceId}/members/{userId}", "manage_members"),
    Route("DeleteMember", DELETE, "/api/v1/workspaces/{workspaceId}/members/{userId}", "manage_members"),
    Route("PostApiKeys", POST, "/api/v1/api-keys", "manage_api_keys"),
    Route("GetApiKeys", GET, "/api/v1/api-keys", "read_api_keys"),
    Route("DeleteApiKey", DELETE, "/api/v1/api-keys/{keyId}", "manage_api_keys"),
    Route("PostRotateApiKey", POST, "/api/v1/api-keys/{keyId}/rotate", "manage_api_keys"),
    Route("PostUsersSync", POST, "/api/v1/users/sync", "sync_users"),
    Route("GetUserBalance", GET, "/api/v1/users/{telegram_id}/balance", "sync_users"),
    Route("GetUserTrial", GET, "/api/v1/users/{telegram_id}/trial", "sync_users"),
    Route("PostAuthTelegram", POST, "/api/v1/auth/telegram", "exchange_telegram", public=True),
    Route("GetDebugUsers", GET, "/api/v1/debug/users", "debug_users"),
    Route("GetWallet", GET, "/api/v1/wallet", "read_wallet"),
    Route("GetWalletEntries", GET, "/api/v1/wallet/entries", "read_wallet"),
    Route("PostWalletGrants", POST, "/api/v1/wallet/grants", "grant_credits"),
    Route("PostQuotes", POST, "/api/v1/quotes", "quote_generation"),
    Route("GetPromptTemplates", GET, "/api/v1/prompt-templates", "read_prompt_templates"),
    Route("GetPromptTemplate", GET, "/api/v1/prompt-templates/{templateId}", "read_prompt_templates"),
    Route("PostPromptRender", POST, "/api/v1/prompt-templates/{templateId}/render", "read_prompt_templates"),
    Route("PostPromptTemplates", POST, "/api/v1/prompt-templates", "manage_prompt_templates"),
    Route("PutPromptTemplate", PUT, "/api/v1/prompt-templates/{templateId}", "manage_prompt_templates"),
    Route("DeletePromptTemplate", DELETE, "/api/v1/prompt-templates/{templateId}", "manage_prompt_templates"),
    Route("GetUsage", GET, "/api/v1/usage", "read_usage"),
    Route("GetOwnUsage", GET, "/api/v1/usage/me", "read_usage"),
    Route("GetWorkspaceBudget", GET, "/api/v1/budgets/workspace", "read_budgets"),
    Route("PutWorkspaceBudget", PUT, "/api/v1/budgets/workspace", "set_budgets"),
    Route("DeleteWorkspaceBudget", DELETE, "/api/v1/budgets/workspace", "set_budgets"),
    Route("GetKeyBudget", GET, "/api/v1/budgets/keys/{keyId}", "read_budgets"),
    Route("PutKeyBudget", PUT, "/api/v1/budgets/keys/{keyId}", "set_budgets"),
    Route("DeleteKeyBudget", DELETE, "/api/v1/budgets/keys/{keyId}", "set_budgets"),
    Route("PostCallback", POST, "/api/v1/callbacks/{provider}", "receive_callback", public=True, door=None),
    Route("GetModels", GET, "/api/v1/models", "describe_models", public=True),
    Route("GetModel", GET, "/api/v1/models/{modelId}", "describe_models", public=True),
    Route("GetSizes", GET, "/api/v1/sizes", "describe_models", public=True),
    Route("GetRoot", GET, "/", "describe_service", public=True, door=None),
    Route("GetStatus", GET, "/api/v1/status", "read_status", public=True, door=None),
    Route("GetHealth", GET, "/api/v1/health", "describe_service", public=True, door=None),
    Route("GetInfo", GET, "/api/v1/info", "describe_service", public=True, door=None),
    Route("GetOpenApi", GET, "/openapi.json", "describe_service", public=True, door=None),
    Route("GetDocs", GET, "/docs", "describe_service", public=True, door=None),
)
"""With `door=None`: what every door needs, such as permalinks, callbacks of vendors and health checks."""

ROOMS: Final = (Generations, Images, Catalogue, PromptTemplates, Money, Accounts, Operations)


class Api(RoutedStack):
    """The canonical door, and what all doors need."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation, authorizer: Authorizer) -> None:
        super().__init__(
            scope,
            id,
            foundation=foundation,
            authorizer=authorizer,
            rooms=ROOMS,
            routes=ROUTES,
            default="describe_service",
        )
