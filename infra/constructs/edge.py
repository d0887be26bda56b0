"""What may stand before the API: CloudFront, a limit of WAF, a domain name. All of it is off by default."""

import json
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_wafv2 as waf
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.settings import StageSettings

from constructs import Construct

ORIGIN_HEADER: Final = "x-easel-origin"
"""Carries the secret that only CloudFront knows; `easel.http.edge` refuses requests without it."""
VIEWER_HEADER: Final = "x-easel-viewer"
"""Carries the address of the client. To API Gateway every request comes from CloudFront."""

_NAME_THE_VIEWER: Final = (
    "function handler(event) {\n"
    f"  event.request.headers[{json.dumps(VIEWER_HEADER)}] = {{ value: event.viewer.ip }};\n"
    "  return event.request;\n"
    "}\n"
)
_TOO_MANY_REQUESTS: Final = 429


class Edge(Construct):
    """CloudFront before the API. `url` is its address, `variables` what the API's functions need to know of it."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, api_id: str) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._secret = secrets.Secret(
            self,
            "Origin",
            description="Shows the API that a request came through CloudFront.",
            generate_secret_string=secrets.SecretStringGenerator(password_length=40, exclude_punctuation=True),
            removal_policy=removal_policy(settings),
        )
        acknowledge(
            self._secret,
            "AwsSolutions-SMG4",
            because="CloudFront and the functions have to change it together, which a deployment does.",
        )
        self.distribution = self._distribution(api_id)

    @property
    def variables(self) -> dict[str, str]:
        # Resolved when it is deployed: reading it in each function would cost a call in every cold start.
        return {"ORIGIN_SECRET": self._secret.secret_value.unsafe_unwrap()}

    @property
    def url(self) -> str:
        return f"https://{self._settings.edge.domain_name or self.distribution.distribution_domain_name}"

    def _distribution(self, api_id: str) -> cloudfront.Distribution:
        stack, domain_name, certificate = Stack.of(self), self._settings.edge.domain_name, None
        if self._settings.edge.certificate_arn:
            certificate = acm.Certificate.from_certificate_arn(self, "Certificate", self._settings.edge.certificate_arn)
        viewer = cloudfront.Function(
            self,
            "Viewer",
            code=cloudfront.FunctionCode.from_inline(_NAME_THE_VIEWER),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=self._settings.stack_name,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.HttpOrigin(
                    f"{api_id}.execute-api.{stack.region}.{stack.url_suffix}",
                    protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                    custom_headers={ORIGIN_HEADER: self._secret.secret_value.unsafe_unwrap()},
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                # Answers belong to one caller each.
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        function=viewer, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                    )
                ],
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            domain_names=[domain_name] if domain_name else None,
            certificate=certificate,
            web_acl_id=self._web_acl() if self._settings.edge.rate_limit else None,
        )
        acknowledge(distribution, "AwsSolutions-CFR1", because="Customers may call from any country.")
        acknowledge(distribution, "AwsSolutions-CFR2", because="WAF is billed by the month and has its own switch.")
        acknowledge(
            distribution,
            *("AwsSolutions-CFR3", "Serverless-CloudFrontAccessLogging"),
            because="The API logs every request; CloudFront would log permalinks, which are credentials.",
        )
        acknowledge(
            distribution,
            "AwsSolutions-CFR4",
            because="Without a domain name, CloudFront's own certificate decides which versions of TLS it takes.",
        )
        return distribution

    def _web_acl(self) -> str:
        """Refuses an address that asks too often, before it costs a function. CloudFront's are in us-east-1."""
        visible = waf.CfnWebACL.VisibilityConfigProperty(
            cloud_watch_metrics_enabled=True, metric_name="Requests", sampled_requests_enabled=False
        )
        rate = waf.CfnWebACL.RateBasedStatementProperty(
            aggregate_key_type="IP", limit=self._settings.edge.rate_limit or 0
        )
        too_many = waf.CfnWebACL.BlockActionProperty(
            custom_response=waf.CfnWebACL.CustomResponseProperty(response_code=_TOO_MANY_REQUESTS)
        )
        acl = waf.CfnWebACL(
            self,
            "WebAcl",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=visible,
            rules=[
                waf.CfnWebACL.RuleProperty(
                    name="RequestsOfOneAddress",
                    priority=0,
                    statement=waf.CfnWebACL.StatementProperty(rate_based_statement=rate),
                    action=waf.CfnWebACL.RuleActionProperty(block=too_many),
                    visibility_config=visible,
                )
            ],
        )
        return acl.attr_arn
