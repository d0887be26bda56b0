"""The functions behind the WebSocket API, and the one that sends events through it."""

import json
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from infra.constructs.foundation import Foundation
from infra.constructs.nag import acknowledge
from infra.constructs.small_function import SmallFunction

from constructs import Construct

PUSHED: Final = {
    "eventName": ["INSERT"],
    "dynamodb": {"NewImage": {"entity": {"S": ["REALTIME_EVENT", "REALTIME_SUBSCRIPTION"]}}},
}
"""Of all changes to the ephemeral table, what is to be sent through WebSockets."""
_SECONDS: Final = 10
_PUSH_SECONDS: Final = 60


class LiveFunctions(Construct):
    """Connect, disconnect, receive messages, push events."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._kit, self._own = foundation.kit, foundation.variables
        self._data, self._sockets = foundation.data, foundation.sockets
        self._dead_letters = foundation.queues.outbox_dead_letters
        connect, disconnect, receive = self._connect(), self._disconnect(), self._receive_message()
        for key, function in (("$connect", connect), ("$disconnect", disconnect), ("$default", receive)):
            self._route(key, function)
        push = self._push_events()
        self.functions = (connect, disconnect, receive, push)

    def _function(self, name: str, env: dict[str, str], timeout_seconds: int = _SECONDS) -> SmallFunction:
        return SmallFunction(
            self,
            "".join(word.capitalize() for word in name.split("_")),
            kit=self._kit,
            folder=f"realtime/{name}",
            timeout_seconds=timeout_seconds,
            env=env,
        )

    def _connect(self) -> SmallFunction:
        own = self._own
        function = self._function("connect", own.core | own.ephemeral | own.signing)
        function.allow("secretsmanager:GetSecretValue", on=self._data.secrets.signing_arn)
        function.allow("dynamodb:PutItem", "dynamodb:Query", on=self._data.ephemeral.table_arn)
        # The record of a listener: events are recorded from then on.
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", on=self._data.core.table_arn)
        return function

    def _disconnect(self) -> SmallFunction:
        function = self._function("disconnect", self._own.ephemeral)
        function.allow("dynamodb:GetItem", "dynamodb:DeleteItem", on=self._data.ephemeral.table_arn)
        return function

    def _receive_message(self) -> SmallFunction:
        function = self._function("receive_message", self._own.ephemeral | self._own.websockets)
        actions = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self._data.ephemeral.table_arn)
        self._allow_sending(function)
        return function

    def _push_events(self) -> SmallFunction:
        own = self._own
        function = self._function("push_events", own.core | own.ephemeral | own.websockets, _PUSH_SECONDS)
        actions = ("GetItem", "Query", "UpdateItem", "DeleteItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self._data.ephemeral.table_arn)
        function.allow("dynamodb:Query", on=self._data.core.table_arn)
        self._allow_sending(function)
        self._follow(function)
        return function

    def _allow_sending(self, function: SmallFunction) -> None:
        function.allow(
            "execute-api:ManageConnections",
            on=[self._sockets.connections_arn(method) for method in ("POST", "DELETE")],
            because="It sends to all connections; ids of connections are made by API Gateway.",
        )

    def _follow(self, function: SmallFunction) -> None:
        """Feed a function with the table's stream. Reading it costs nothing at rest, as the polls of a queue do."""
        stream = self._data.ephemeral.table_stream_arn
        if stream is None:
            raise ValueError("The ephemeral table has no stream to follow.")
        read = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        function.allow(*(f"dynamodb:{action}" for action in read), on=stream)
        function.allow("sqs:SendMessage", on=self._dead_letters.queue_arn)
        failed = lambda_.CfnEventSourceMapping.OnFailureProperty(destination=self._dead_letters.queue_arn)
        pattern = lambda_.CfnEventSourceMapping.FilterProperty(pattern=json.dumps(PUSHED))
        lambda_.CfnEventSourceMapping(
            self,
            "Recorded",
            function_name=function.name,
            event_source_arn=stream,
            starting_position="TRIM_HORIZON",
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(filters=[pattern]),
            batch_size=10,
            # Workspaces do not wait for each other; the events of one come in order all the same.
            parallelization_factor=10,
            maximum_retry_attempts=10,
            function_response_types=["ReportBatchItemFailures"],
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(on_failure=failed),
        )

    def _route(self, key: str, function: SmallFunction) -> None:
        api_id, stack = self._sockets.api.ref, Stack.of(self)
        integration = apigateway.CfnIntegration(
            function,
            "Integration",
            api_id=api_id,
            integration_type="AWS_PROXY",
            integration_uri=stack.format_arn(
                service="apigateway",
                account="lambda",
                resource="path",
                resource_name=f"2015-03-31/functions/{function.arn}/invocations",
            ),
        )
        lambda_.CfnPermission(
            function,
            "InvokedByRoute",
            action="lambda:InvokeFunction",
            function_name=function.arn,
            principal="apigateway.amazonaws.com",
            source_arn=stack.format_arn(service="execute-api", resource=api_id, resource_name=f"*/{key}"),
        )
        route = apigateway.CfnRoute(
            self,
            f"Route{key.removeprefix('$').capitalize()}",
            api_id=api_id,
            route_key=key,
            target=f"integrations/{integration.ref}",
            authorization_type="NONE",
        )
        acknowledge(
            route,
            "AwsSolutions-APIG4",
            because="The function of $connect checks a one-use ticket; without one there is no connection.",
        )
