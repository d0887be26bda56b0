"""The nested stack that holds routes of the HTTP API with the functions behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from aws_cdk import NestedStack, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from infra.constructs.authorizer import Authorizer
from infra.constructs.foundation import Foundation
from infra.constructs.functions.room import GET, HEAD, Room, Route
from infra.constructs.nag import acknowledge, answer_lint
from infra.constructs.small_function import SmallFunction

from constructs import Construct

_DEFAULT_ROUTE_KEY: Final = "$default"


class RoutedStack(NestedStack):
    """A nested stack of routes and their functions. What no open route needs is not created.

    `default` is the function for requests that match no route; one stack of the API has it.
    Raises ValueError when a route names a function that no room of the stack has.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        foundation: Foundation,
        authorizer: Authorizer,
        rooms: Sequence[type[Room]],
        default: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        answer_lint(self)
        self._front, self._authorizer = foundation.front, authorizer
        doors = foundation.settings.doors
        opened = [route for room in rooms for route in room.routes if route.is_open(doors)]
        wanted = {route.function for route in opened} | ({default} if default else set())
        by_name: dict[str, SmallFunction] = {}
        for room in rooms:
            by_name |= room(self, room.__name__, foundation=foundation).create(wanted)
        if missing := wanted - by_name.keys():
            raise ValueError(f"No room of {id} has the function {', '.join(sorted(missing))}.")
        self.functions = tuple(by_name.values())
        targets = {name: self._integrate(function) for name, function in by_name.items()}
        for route in opened:
            self._add(route.id, route, targets)
            if route.method is GET:
                # The function answers HEAD as it answers GET, without the body; the API has no such rule.
                self._add(f"{route.id}Head", replace(route, method=HEAD), targets)
        if default:
            self._add_default(targets[default], by_name[default])

    def _integrate(self, function: SmallFunction) -> str:
        """Let the API invoke the function. Returns what a route names as its target."""
        integration = apigateway.CfnIntegration(
            function,
            "Integration",
            api_id=self._front.http.api_id,
            integration_type="AWS_PROXY",
            integration_uri=function.arn,
            payload_format_version="2.0",
        )
        # Of any stage, method and path: one permission serves all routes of the function.
        self._permit(function, "InvokedByRoutes", "*/*/*")
        return f"integrations/{integration.ref}"

    def _permit(self, function: SmallFunction, id: str, called_as: str) -> None:
        lambda_.CfnPermission(
            function,
            id,
            action="lambda:InvokeFunction",
            function_name=function.arn,
            principal="apigateway.amazonaws.com",
            source_arn=Stack.of(self).format_arn(
                service="execute-api", resource=self._front.http.api_id, resource_name=called_as
            ),
        )

    def _add(self, id: str, route: Route, targets: Mapping[str, str]) -> None:
        added = apigateway.CfnRoute(
            self,
            id,
            api_id=self._front.http.api_id,
            route_key=f"{route.method.value} {route.path}",
            target=targets[route.function],
            authorization_type="NONE" if route.public else "AWS_IAM" if route.signed else "CUSTOM",
            authorizer_id=None if route.public or route.signed else self._authorizer.id,
        )
        if route.public:
            acknowledge(added, "AwsSolutions-APIG4", because=f"{route.path} is public by design and reveals no tenant.")

    def _add_default(self, target: str, function: SmallFunction) -> None:
        """For requests that match no route: the API's own 404 would not have our form."""
        # Such a request is announced without method and path, which the pattern of other routes does not match.
        self._permit(function, "InvokedByDefault", f"*/{_DEFAULT_ROUTE_KEY}")
        default = apigateway.CfnRoute(
            self,
            "AnyOther",
            api_id=self._front.http.api_id,
            route_key=_DEFAULT_ROUTE_KEY,
            target=target,
            authorization_type="NONE",
        )
        acknowledge(default, "AwsSolutions-APIG4", because="It answers 404 and 405, and knows no tenant.")
