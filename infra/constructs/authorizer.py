"""The function that says who is calling, as the API's authorizer."""

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from infra.constructs.foundation import Foundation
from infra.constructs.functions.accounts import authorize_request

from constructs import Construct


class Authorizer(Construct):
    """In the root stack, because the routes of every nested stack name it: one of them would need the others."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self.function = authorize_request(self, foundation)
        stack, api_id = Stack.of(self), foundation.front.http.api_id
        authorizer = apigateway.CfnAuthorizer(
            self,
            "Authorizer",
            api_id=api_id,
            authorizer_type="REQUEST",
            name="workspace-keys",
            authorizer_uri=stack.format_arn(
                service="apigateway",
                account="lambda",
                resource="path/2015-03-31/functions",
                resource_name=f"{self.function.arn}/invocations",
            ),
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            # Without an identity source the API asks for every request, so that a request without a key gets our own
            # answer; an answer can then not be cached.
            identity_source=[],
            authorizer_result_ttl_in_seconds=0,
        )
        self.id = authorizer.ref
        lambda_.CfnPermission(
            self,
            "Invoke",
            action="lambda:InvokeFunction",
            function_name=self.function.arn,
            principal="apigateway.amazonaws.com",
            source_arn=stack.format_arn(
                service="execute-api", resource=api_id, resource_name=f"authorizers/{authorizer.ref}"
            ),
        )
