"""Each route leads to the function that serves it, behind the authorizer unless it is public."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from infra.constructs.doors import ROUTES
from tests.support.folders import api_folder, handler_of

from easel.http.resolver import Resolver

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

DEFAULT = "$default"
SOCKETS = "Sockets/Api"
EXECUTE_API = "arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:Front/Http"


@pytest.mark.parametrize("folder", [api_folder(name) for name in sorted({route.function for route in ROUTES})])
def test_a_function_gets_the_requests_that_it_serves_and_no_others(production: Synthesized, folder: str) -> None:
    reaching = {key for key, target in _targets(production).items() if target == folder and key != DEFAULT}
    served = _served(folder)
    assert reaching == served | {key.replace("GET ", "HEAD ") for key in served if key.startswith("GET ")}


def test_every_address_leads_to_one_function(production: Synthesized) -> None:
    keys = [route["RouteKey"] for route in _of_http(production, "Route").values()]
    assert len(keys) == len(set(keys)) == len(ROUTES) + 1 + sum(route.method.value == "GET" for route in ROUTES)


def test_what_matches_no_route_is_answered_by_the_service_itself(production: Synthesized) -> None:
    assert _targets(production)[DEFAULT] == "api/operations/describe_service"


@pytest.mark.requirement("S000-2")
def test_the_authorizer_guards_every_route_that_is_not_public(production: Synthesized) -> None:
    # Which routes are public is written down in `tests/functions/api/test_identity_matrix.py`.
    guarded = {
        route["RouteKey"]
        for route in _of_http(production, "Route").values()
        if route.get("AuthorizationType") == "CUSTOM"
        and production.text(route["AuthorizerId"]) == "Authorizer/Authorizer"
    }
    private = {f"{route.method.value} {route.path}" for route in ROUTES if not route.public and not route.signed}
    assert guarded == private | {key.replace("GET ", "HEAD ") for key in private if key.startswith("GET ")}


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
    (stage,) = _of_http(production, "Stage").values()
    integrations = _of_http(production, "Integration")
    for route in _of_http(production, "Route").values():
        integration = integrations[production.text(route["Target"]).removeprefix("integrations/")]
        function, address = production.text(integration["IntegrationUri"]), route["RouteKey"].replace(" ", "")
        called_as = f"{EXECUTE_API}/{stage['StageName']}/{address}"
        assert any(_matches(pattern, called_as) for pattern in allowed[function]), (function, called_as)


def test_the_api_may_invoke_the_authorizer(production: Synthesized) -> None:
    (authorizer,) = production.of_type("AWS::ApiGatewayV2::Authorizer")
    (pattern,) = _invocations_allowed(production)["Authorizer/AuthorizeRequest/Function"]
    assert pattern == f"{EXECUTE_API}/authorizers/{authorizer}"


def test_the_one_stage_is_throttled_and_logged(production: Synthesized) -> None:
    (stage,) = _of_http(production, "Stage").values()
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == production.settings.throttle_rate
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == production.settings.throttle_burst
    assert production.text(stage["AccessLogSettings"]["DestinationArn"]) == "Front/AccessLogs"
    assert json.loads(stage["AccessLogSettings"]["Format"])["routeKey"] == "$context.routeKey"


def test_the_access_log_carries_no_path_because_a_permalink_is_a_credential(production: Synthesized) -> None:
    (stage,) = _of_http(production, "Stage").values()
    logged = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert not logged & {"$context.path", "$context.requestOverride.path", "$context.authorizer.principal"}


@pytest.mark.requirement("S001-75", "S004-13", "S004-45", "S004-69")
def test_pages_of_the_set_origins_may_call_the_api_and_read_its_headers(production: Synthesized) -> None:
    api = production.of_type("AWS::ApiGatewayV2::Api")["Front/Http"]
    cors = api["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://app.example.com"]
    assert set(cors["AllowMethods"]) == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
    assert {"Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-ID"} <= set(cors["AllowHeaders"])
    assert {"Location", "Retry-After", "X-Request-ID"} <= set(cors["ExposeHeaders"])


def test_without_origins_no_page_may_call_the_api(dev: Synthesized) -> None:
    api = dev.of_type("AWS::ApiGatewayV2::Api")["Front/Http"]
    assert "CorsConfiguration" not in api


def test_whatever_comes_through_a_websocket_has_one_function(production: Synthesized) -> None:
    routes = _of_api(production, "Route", SOCKETS).values()
    integrations = _of_api(production, "Integration", SOCKETS)
    called = {
        route["RouteKey"]: production.text(
            integrations[production.text(route["Target"]).partition("/")[2]]["IntegrationUri"]
        )
        for route in routes
    }
    for key, name in (("$connect", "Connect"), ("$disconnect", "Disconnect"), ("$default", "ReceiveMessage")):
        assert f"Realtime/Live/{name}/Function" in called.pop(key)
        allowed = _invocations_allowed(production)[f"Realtime/Live/{name}/Function"]
        assert [pattern.rpartition(":")[2] for pattern in allowed] == [f"{SOCKETS}/*/{key}"]
    assert called == {}


def test_the_websockets_stage_is_throttled_and_its_log_has_no_tickets(production: Synthesized) -> None:
    (stage,) = _of_api(production, "Stage", SOCKETS).values()
    assert (
        0
        < stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
        <= stage["DefaultRouteSettings"]["ThrottlingBurstLimit"]
    )
    logged = stage["AccessLogSettings"]["Format"]
    assert "path" not in logged.lower()
    assert "query" not in logged.lower()


def _of_http(stack: Synthesized, kind: str) -> dict[str, Any]:
    return _of_api(stack, kind, "Front/Http")


def _of_api(stack: Synthesized, kind: str, api: str) -> dict[str, Any]:
    """Resources of one of the two APIs."""
    found = stack.of_type(f"AWS::ApiGatewayV2::{kind}")
    return {path: resource for path, resource in found.items() if stack.text(resource["ApiId"]) == api}


def _targets(stack: Synthesized) -> dict[str, str]:
    """Per route key the folder of the function behind it."""
    folders = {path: folder for folder, path in json.loads(stack.output("FunctionNames")).items()}
    integrations = _of_http(stack, "Integration")
    assert {integration["PayloadFormatVersion"] for integration in integrations.values()} == {"2.0"}
    return {
        route["RouteKey"]: folders[
            stack.text(integrations[stack.text(route["Target"]).removeprefix("integrations/")]["IntegrationUri"])
        ]
        for route in _of_http(stack, "Route").values()
    }


def _served(folder: str) -> set[str]:
    """The route keys that a handler's resolvers know: it has one for each door."""
    resolvers = [value for value in vars(handler_of(folder)).values() if isinstance(value, Resolver)]
    routes = [route for resolver in resolvers for route in resolver.routes]
    return {f"{route.method} {route.path}".replace("<", "{").replace(">", "}") for route in routes}


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
