"""The HTTP API itself: address, throttling, access log, CORS, and what stands before it. The routes are in api.py."""

import json
from typing import Final

import jsii
from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway_v1
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from infra.constructs.edge import Edge
from infra.constructs.identity import Identity
from infra.constructs.retention import log_group
from infra.settings import StageSettings

from constructs import Construct

_ALLOWED_HEADERS: Final = (
    *("Authorization", "Cache-Control", "Cancel-After", "Content-Type", "Idempotency-Key", "If-None-Match", "Prefer"),
    *("X-Act-As", "X-Request-ID", "X-Workspace-Id"),
    *("X-Internal-Api-Key", "X-Telegram-Init-Data", "X-Telegram-User-Id"),
)
_EXPOSED_HEADERS: Final = (
    *("Allow", "Content-Disposition", "ETag", "Idempotent-Replayed", "Link", "Location", "Preference-Applied"),
    *("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID"),
    *("X-Easel-Cache", "X-Easel-Generation-Id", "X-Easel-Notice"),
)
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "protocol": "$context.protocol",
    "responseBytes": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
}
"""One JSON line per request. The path is left out, because a permalink is a credential; the route says enough."""


class HttpFront(Construct):
    """The API without routes. `base_url` is the base of every link we hand out, without a slash at its end.

    It stands apart from the routes because functions behind queues hand out links too.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: StageSettings, identity: Identity, pictures: s3.IBucket
    ) -> None:
        super().__init__(scope, id)
        self.http = apigateway.HttpApi(
            self,
            "Http",
            api_name=settings.stack_name,
            create_default_stage=False,
            cors_preflight=_cors(settings),
        )
        self.edge = (
            Edge(self, "Edge", settings=settings, api_id=self.http.api_id, identity=identity, pictures=pictures)
            if settings.edge.exists
            else None
        )
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.http,
            stage_name="$default",
            auto_deploy=True,
            # One more set of metrics for each route, and each metric is billed by the month.
            detailed_metrics_enabled=settings.detailed_metrics,
            throttle=apigateway.ThrottleSettings(
                rate_limit=settings.throttle_rate, burst_limit=settings.throttle_burst
            ),
            access_log_settings=_JsonAccessLog(log_group(self, "AccessLogs", settings)),
        )
        self.domain_target = self._domain_target(settings, stage)
        self.base_url = settings.public_base_url or self._own_address(settings)

    def _own_address(self, settings: StageSettings) -> str:
        if self.edge:
            return self.edge.url
        return f"https://{settings.edge.domain_name}" if settings.edge.domain_name else self.http.api_endpoint

    def _domain_target(self, settings: StageSettings, stage: apigateway.HttpStage) -> str | None:
        """What the DNS record of the API's own domain name has to name; None without one."""
        if not settings.edge.domain_name or not settings.edge.certificate_arn:
            return None
        if self.edge:
            return self.edge.distribution.distribution_domain_name
        certificate = acm.Certificate.from_certificate_arn(self, "Certificate", settings.edge.certificate_arn)
        domain = apigateway.DomainName(self, "Domain", domain_name=settings.edge.domain_name, certificate=certificate)
        apigateway.ApiMapping(self, "Mapping", api=self.http, domain_name=domain, stage=stage)
        return domain.regional_domain_name


_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _cors(settings: StageSettings) -> apigateway.CorsPreflightOptions | None:
    if not settings.cors_origins:
        return None
    return apigateway.CorsPreflightOptions(
        allow_origins=list(settings.cors_origins),
        allow_methods=[apigateway.CorsHttpMethod[method] for method in _METHODS],
        allow_headers=list(_ALLOWED_HEADERS),
        expose_headers=list(_EXPOSED_HEADERS),
        max_age=Duration.hours(1),
    )


@jsii.implements(apigateway.IAccessLogSettings)
class _JsonAccessLog:
    """Where the stage writes its access log, and in which form."""

    def __init__(self, group: logs.LogGroup) -> None:
        self._group = group

    @property
    def destination(self) -> apigateway.IAccessLogDestination:
        return apigateway.LogGroupLogDestination(self._group)

    @property
    def format(self) -> apigateway_v1.AccessLogFormat:
        return apigateway_v1.AccessLogFormat.custom(json.dumps(_ACCESS_LOG))
