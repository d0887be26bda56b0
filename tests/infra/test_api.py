"""The API has exactly the routes that are documented, each behind the authorizer unless it is public."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

ROUTES = {
    "POST /api/v1/generations": "api/generations/submit_generation",
    "GET /api/v1/generations": "api/generations/read_generations",
    "GET /api/v1/generations/{generationId}": "api/generations/read_generations",
    "POST /api/v1/generations/{generationId}/cancel": "api/generations/cancel_generation",
    "GET /api/v1/images/{imageId}": "api/images/read_images",
    "GET /api/v1/me": "api/accounts/read_workspaces",
    "POST /api/v1/workspaces": "api/accounts/manage_workspaces",
    "GET /api/v1/workspaces": "api/accounts/read_workspaces",
    "GET /api/v1/workspaces/{workspaceId}": "api/accounts/read_workspaces",
    "PATCH /api/v1/workspaces/{workspaceId}": "api/accounts/manage_workspaces",
    "GET /api/v1/workspaces/{workspaceId}/routing": "api/catalogue/manage_routing",
    "PUT /api/v1/workspaces/{workspaceId}/routing": "api/catalogue/manage_routing",
    "POST /api/v1/workspaces/{workspaceId}/members": "api/accounts/manage_members",
    "GET /api/v1/workspaces/{workspaceId}/members": "api/accounts/read_workspaces",
    "PATCH /api/v1/workspaces/{workspaceId}/members/{userId}": "api/accounts/manage_members",
    "DELETE /api/v1/workspaces/{workspaceId}/members/{userId}": "api/accounts/manage_members",
    "POST /api/v1/api-keys": "api/accounts/manage_api_keys",
    "GET /api/v1/api-keys": "api/accounts/read_api_keys",
    "DELETE /api/v1/api-keys/{keyId}": "api/accounts/manage_api_keys",
    "POST /api/v1/api-keys/{keyId}/rotate": "api/accounts/manage_api_keys",
    "POST /api/v1/users/sync": "api/accounts/sync_users",
    "GET /api/v1/users/{telegram_id}/balance": "api/accounts/sync_users",
    "GET /api/v1/users/{telegram_id}/trial": "api/accounts/sync_users",
    "GET /api/v1/debug/users": "api/accounts/debug_users",
    "GET /api/v1/wallet": "api/money/read_wallet",
    "GET /api/v1/wallet/entries": "api/money/read_wallet",
    "POST /api/v1/wallet/grants": "api/money/grant_credits",
    "POST /api/v1/quotes": "api/money/quote_generation",
    "GET /api/v1/prompt-templates": "api/prompt_templates/read_prompt_templates",
    "GET /api/v1/prompt-templates/{templateId}": "api/prompt_templates/read_prompt_templates",
    "POST /api/v1/prompt-templates/{templateId}/render": "api/prompt_templates/read_prompt_templates",
    "POST /api/v1/prompt-templates": "api/prompt_templates/manage_prompt_templates",
    "PUT /api/v1/prompt-templates/{templateId}": "api/prompt_templates/manage_prompt_templates",
    "DELETE /api/v1/prompt-templates/{templateId}": "api/prompt_templates/manage_prompt_templates",
    "GET /api/v1/usage": "api/money/read_usage",
    "GET /api/v1/usage/me": "api/money/read_usage",
    "GET /api/v1/budgets/workspace": "api/money/read_budgets",
    "PUT /api/v1/budgets/workspace": "api/money/set_budgets",
    "DELETE /api/v1/budgets/workspace": "api/money/set_budgets",
    "GET /api/v1/budgets/keys/{keyId}": "api/money/read_budgets",
    "PUT /api/v1/budgets/keys/{keyId}": "api/money/set_budgets",
    "DELETE /api/v1/budgets/keys/{keyId}": "api/money/set_budgets",
}
PUBLIC_ROUTES = {
    "GET /i/{token}": "api/images/read_images",
    "GET /api/v1/models": "api/catalogue/describe_models",
    "GET /api/v1/models/{modelId}": "api/catalogue/describe_models",
    "GET /api/v1/sizes": "api/catalogue/describe_models",
    "GET /": "api/operations/describe_service",
    "GET /api/v1/health": "api/operations/describe_service",
    "GET /api/v1/status": "api/catalogue/read_status",
    "GET /api/v1/info": "api/operations/describe_service",
    "GET /openapi.json": "api/operations/describe_service",
    "GET /docs": "api/operations/describe_service",
    "POST /api/v1/auth/telegram": "api/accounts/exchange_telegram",
    "POST /api/v1/callbacks/{provider}": "api/images/receive_callback",
    "$default": "api/operations/describe_service",
}

EXECUTE_API = "arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:Front/Http"


def test_every_route_goes_to_its_function(production: Synthesized) -> None:
    paths = {path: folder for folder, path in json.loads(production.output("FunctionNames")).items()}
    integrations = production.of_type("AWS::ApiGatewayV2::Integration")
    actual = {}
    for route in production.of_type("AWS::ApiGatewayV2::Route").values():
        integration = integrations[production.text(route["Target"]).removeprefix("integrations/")]
        assert integration["PayloadFormatVersion"] == "2.0"
        actual[route["RouteKey"]] = paths[production.text(integration["IntegrationUri"])]
    assert actual == ROUTES | PUBLIC_ROUTES


@pytest.mark.requirement("S000-2")
def test_the_authorizer_guards_every_route_that_is_not_public(production: Synthesized) -> None:
    guarded = {
        route["RouteKey"]
        for route in production.of_type("AWS::ApiGatewayV2::Route").values()
        if route.get("AuthorizationType") == "CUSTOM"
        and production.text(route["AuthorizerId"]) == "Authorizer/Authorizer"
    }
    assert guarded == set(ROUTES)


def test_the_authorizer_is_asked_for_every_request_even_without_a_key(production: Synthesized) -> None:
    (authorizer,) = production.of_type("AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert not authorizer.get("IdentitySource")
    assert "Authorizer/AuthorizeRequest/Function" in production.text(authorizer["AuthorizerUri"])


def test_the_api_may_invoke_every_function_by_the_address_under_which_it_calls(production: Synthesized) -> None:
    allowed = _invocations_allowed(production)
    (stage,) = production.of_type("AWS::ApiGatewayV2::Stage").values()
    integrations = production.of_type("AWS::ApiGatewayV2::Integration")
    for route in production.of_type("AWS::ApiGatewayV2::Route").values():
        integration = integrations[production.text(route["Target"]).removeprefix("integrations/")]
        function, address = production.text(integration["IntegrationUri"]), route["RouteKey"].replace(" ", "")
        called_as = f"{EXECUTE_API}/{stage['StageName']}/{address}"
        assert any(_matches(pattern, called_as) for pattern in allowed[function]), (function, called_as)


def test_the_api_may_invoke_the_authorizer(production: Synthesized) -> None:
    (authorizer,) = production.of_type("AWS::ApiGatewayV2::Authorizer")
    (pattern,) = _invocations_allowed(production)["Authorizer/AuthorizeRequest/Function"]
    assert pattern == f"{EXECUTE_API}/authorizers/{authorizer}"


def test_the_one_stage_is_throttled_and_logged(production: Synthesized) -> None:
    (stage,) = production.of_type("AWS::ApiGatewayV2::Stage").values()
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == production.settings.throttle_rate
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == production.settings.throttle_burst
    assert production.text(stage["AccessLogSettings"]["DestinationArn"]) == "Front/AccessLogs"
    assert json.loads(stage["AccessLogSettings"]["Format"])["routeKey"] == "$context.routeKey"


def test_the_access_log_carries_no_path_because_a_permalink_is_a_credential(production: Synthesized) -> None:
    (stage,) = production.of_type("AWS::ApiGatewayV2::Stage").values()
    logged = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert not logged & {"$context.path", "$context.requestOverride.path", "$context.authorizer.principal"}


@pytest.mark.requirement("S001-75", "S004-13", "S004-45", "S004-69")
def test_pages_of_the_set_origins_may_call_the_api_and_read_its_headers(production: Synthesized) -> None:
    (api,) = production.of_type("AWS::ApiGatewayV2::Api").values()
    cors = api["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://app.example.com"]
    assert set(cors["AllowMethods"]) == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert {"Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-ID"} <= set(cors["AllowHeaders"])
    assert {"Location", "Retry-After", "X-Request-ID"} <= set(cors["ExposeHeaders"])


def test_without_origins_no_page_may_call_the_api(dev: Synthesized) -> None:
    (api,) = dev.of_type("AWS::ApiGatewayV2::Api").values()
    assert "CorsConfiguration" not in api


def _invocations_allowed(stack: Synthesized) -> dict[str, list[str]]:
    """Per function, the patterns of the addresses from which the API may invoke it."""
    allowed: dict[str, list[str]] = {}
    for permission in stack.of_type("AWS::Lambda::Permission").values():
        if permission["Principal"] == "apigateway.amazonaws.com":
            pattern = stack.text(permission["SourceArn"])
            allowed.setdefault(stack.text(permission["FunctionName"]), []).append(pattern)
    return allowed


def _matches(pattern: str, arn: str) -> bool:
    """As IAM compares ARNs: an asterisk stands for any characters, slashes included."""
    return bool(re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), arn))
