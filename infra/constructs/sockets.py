"""The WebSocket API without routes: its address, throttling and access log. The routes are in `realtime.py`."""

import json
from typing import Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from infra.constructs.retention import log_group
from infra.settings import REALTIME_PATH, REALTIME_STAGE, StageSettings

from constructs import Construct

_MESSAGES_PER_SECOND: Final = 200
_MESSAGES_AT_ONCE: Final = 400
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "event": "$context.eventType",
    "connectionId": "$context.connectionId",
    "status": "$context.status",
    "ip": "$context.identity.sourceIp",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
}
"""One JSON line per message of a client. Its address is left out, because it has a ticket."""


class Sockets(Construct):
    """The API and its one stage. `url` is what clients open, `management_url` where messages for them are sent."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.api = apigateway.CfnApi(
            self,
            "Api",
            name=f"{settings.stack_name}-realtime",
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.type",
        )
        logs = log_group(self, "AccessLogs", settings)
        apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.ref,
            stage_name=REALTIME_STAGE,
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=_MESSAGES_PER_SECOND, throttling_burst_limit=_MESSAGES_AT_ONCE
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=logs.log_group_arn, format=json.dumps(_ACCESS_LOG)
            ),
        )
        stack = Stack.of(self)
        host = f"{self.api.ref}.execute-api.{stack.region}.{stack.url_suffix}/{REALTIME_STAGE}"
        self.url, self.management_url = f"wss://{host}", f"https://{host}"
        if settings.emulated:
            base = settings.public_base_url or ""
            self.url = f"ws{base.removeprefix('http')}{REALTIME_PATH}"
            self.management_url = f"/_aws/execute-api/{self.api.ref}/{REALTIME_STAGE}"

    def connections_arn(self, method: str) -> str:
        """The ARN pattern of a method of all connections: POST sends a message, DELETE closes."""
        return Stack.of(self).format_arn(
            service="execute-api",
            resource=self.api.ref,
            resource_name=f"{REALTIME_STAGE}/{method}/@connections/*",
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
