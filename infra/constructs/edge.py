"""What stands before the API: CloudFront with the studio's pages, a limit of WAF, a domain name.

The API stays open to direct requests, unless `edge` closes it.
"""

import json
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as waf
from infra.constructs.identity import Identity
from infra.constructs.nag import acknowledge
from infra.constructs.pages import FILES_PATH, Pages
from infra.settings import StageSettings

from constructs import Construct

ORIGIN_HEADER: Final = "x-easel-origin"
"""Carries the secret that only CloudFront knows (`easel.http.events`)."""
VIEWER_HEADER: Final = "x-easel-viewer"
"""Carries the address of the client. To API Gateway every request comes from CloudFront."""

_ANSWER_SECONDS: Final = 60
"""The API ends a request after 30 seconds; CloudFront would give up at that very moment."""
_NAME_THE_VIEWER: Final = f"event.request.headers[{json.dumps(VIEWER_HEADER)}] = {{ value: event.viewer.ip }};"
_TOO_MANY_REQUESTS: Final = 429


class Edge(Construct):
    """CloudFront before the API. `url` is its address, `variables` what the API's functions need to know of it.

    `pages` are those of the studio; None where they are not served.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StageSettings,
        api_id: str,
        identity: Identity,
        pictures: s3.IBucket,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._secret = self._origin_secret(identity)
        api = self._api(api_id)
        self.pages = (
            Pages(
                self,
                "Pages",
                settings=settings,
                identity=identity,
                pictures=pictures,
                api=api,
                name_the_viewer=_NAME_THE_VIEWER,
            )
            if settings.edge.pages
            else None
        )
        self.distribution = self._distribution(api)

    @property
    def variables(self) -> dict[str, str]:
        # Resolved when it is deployed: reading it in each function would cost a call in every cold start.
        return {"ORIGIN_SECRET": self._secret, "ORIGIN_REQUIRED": str(self._settings.edge.enabled).lower()}

    @property
    def url(self) -> str:
        return f"https://{self._settings.edge.domain_name or self.distribution.distribution_domain_name}"

    @property
    def pictures_url(self) -> str | None:
        """The base of links to pictures at the pages' origin; None where no pages are served."""
        return f"{self.url}{FILES_PATH}" if self.pages else None

    def _origin_secret(self, identity: Identity) -> str:
        """The generated secret of an app client that nothing can sign in with.

        CloudFormation makes random values in two services, and one in Secrets Manager costs $0.40 a month. A new
        logical id makes a new secret, for CloudFront and the functions in one deployment.
        """
        client = cognito.CfnUserPoolClient(
            self,
            "Origin",
            user_pool_id=identity.users.user_pool_id,
            generate_secret=True,
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
        )
        return client.attr_client_secret

    def _api(self, api_id: str) -> cloudfront.BehaviorOptions:
        stack = Stack.of(self)
        viewer = cloudfront.Function(
            self,
            "Viewer",
            code=cloudfront.FunctionCode.from_inline(
                f"function handler(event) {{\n  {_NAME_THE_VIEWER}\n  return event.request;\n}}\n"
            ),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                f"{api_id}.execute-api.{stack.region}.{stack.url_suffix}",
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                custom_headers={ORIGIN_HEADER: self._secret},
                read_timeout=Duration.seconds(_ANSWER_SECONDS),
            ),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            # Answers belong to one caller each.
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            function_associations=[
                cloudfront.FunctionAssociation(function=viewer, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)
            ],
        )

    def _distribution(self, api: cloudfront.BehaviorOptions) -> cloudfront.Distribution:
        domain_name, certificate = self._settings.edge.domain_name, None
        if self._settings.edge.certificate_arn:
            certificate = acm.Certificate.from_certificate_arn(self, "Certificate", self._settings.edge.certificate_arn)
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=self._settings.stack_name,
            default_behavior=api,
            additional_behaviors=self.pages.behaviors if self.pages else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            domain_names=[domain_name] if domain_name else None,
            certificate=certificate,
            web_acl_id=self._web_acl() if self._settings.edge.rate_limit else None,
        )
        acknowledge(distribution, "AwsSolutions-CFR1", because="Customers may call from any country.")
        if self.pages:
            acknowledge(
                distribution,
                "AwsSolutions-CFR7",
                because="Pictures are read with the signature in their links, which an access control would replace.",
            )
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
