"""CloudFront before the bucket of the pictures: the address of every link to a picture.

A link is presigned by a function, and S3 refuses it when it comes with an `Authorization` header as well ("Only one
auth mechanism allowed"). Clients that follow our redirect with their API key would fail. CloudFront removes the header,
passes the query string on and calls the bucket by its own name, so the signature stays valid. The bucket stays private:
without a signature S3 refuses the request as before.
"""

from typing import Final

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from infra.constructs.nag import acknowledge
from infra.settings import StageSettings

from constructs import Construct

LOCAL_PATH: Final = "/files"
"""Where the local edge does the same."""
_CORS_HEADERS: Final = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")


class Pictures(Construct):
    """The address of links to pictures: `base_url`, without a slash at its end; empty for the bucket's own address."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, bucket: s3.IBucket) -> None:
        super().__init__(scope, id)
        self.base_url = ""
        if settings.emulated:
            self.base_url = f"{settings.public_base_url}{LOCAL_PATH}" if settings.public_base_url else ""
        elif settings.picture_cdn:
            self.base_url = f"https://{self._distribution(settings, bucket).distribution_domain_name}"

    def _distribution(self, settings: StageSettings, bucket: s3.IBucket) -> cloudfront.Distribution:
        # Neither Authorization nor cookies are passed on: only what is named here, and what CloudFront needs itself.
        passed_on = cloudfront.OriginRequestPolicy(
            self,
            "PassedOn",
            comment="The query string of presigned links, and what S3 needs for CORS.",
            header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list(*_CORS_HEADERS),
            query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
            cookie_behavior=cloudfront.OriginRequestCookieBehavior.none(),
        )
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"{settings.stack_name} pictures",
            default_behavior=cloudfront.BehaviorOptions(
                # A plain origin: with an access control of its own, CloudFront would sign instead of the link.
                origin=origins.HttpOrigin(
                    bucket.bucket_regional_domain_name, protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
                # Each link is different, and is to end when it says: S3 decides about every request.
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=passed_on,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                compress=False,
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        )
        acknowledge(distribution, "AwsSolutions-CFR1", because="Customers may download from any country.")
        acknowledge(distribution, "AwsSolutions-CFR2", because="It passes signed requests on to S3, which checks them.")
        acknowledge(
            distribution,
            *("AwsSolutions-CFR3", "Serverless-CloudFrontAccessLogging"),
            because="A log of its requests would be a second store of links that work.",
        )
        acknowledge(
            distribution,
            "AwsSolutions-CFR4",
            because="CloudFront's own certificate decides which versions of TLS it takes.",
        )
        acknowledge(
            distribution, "AwsSolutions-CFR7", because="The signature in the link is the access control of the bucket."
        )
        return distribution
