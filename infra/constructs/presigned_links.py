"""What CloudFront does with links to pictures: it passes them on to the bucket, which checks their signatures."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3

from constructs import Construct

_CORS_HEADERS: Final = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")


def presigned_links(
    scope: Construct,
    bucket: s3.IBucket,
    *,
    headers: cloudfront.IResponseHeadersPolicy | None = None,
    functions: Sequence[cloudfront.FunctionAssociation] | None = None,
) -> cloudfront.BehaviorOptions:
    """The behavior of addresses that are presigned for `bucket`; `headers` are added to its answers."""
    # Neither Authorization nor cookies are passed on: only what is named here, and what CloudFront needs itself.
    passed_on = cloudfront.OriginRequestPolicy(
        scope,
        "PassedOn",
        comment="The query string of presigned links, and what S3 needs for CORS.",
        header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list(*_CORS_HEADERS),
        query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
        cookie_behavior=cloudfront.OriginRequestCookieBehavior.none(),
    )
    return cloudfront.BehaviorOptions(
        # A plain origin: with an access control of its own, CloudFront would sign instead of the link.
        origin=origins.HttpOrigin(
            bucket.bucket_regional_domain_name, protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY
        ),
        allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        # Each link is different, and is to end when it says: S3 decides about every request.
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=passed_on,
        response_headers_policy=headers,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        function_associations=functions,
        compress=False,
    )
