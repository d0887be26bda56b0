"""CloudFront before the bucket of the pictures: the address of every link to a picture.

A link is presigned by a function, and S3 refuses it when it comes with an `Authorization` header as well ("Only one
auth mechanism allowed"). Clients that follow our redirect with their API key would fail. CloudFront removes the header,
passes the query string on and calls the bucket by its own name, so the signature stays valid. The bucket stays private:
without a signature S3 refuses the request as before.
"""

from typing import Final

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3
from infra.constructs.edge import Edge
from infra.constructs.nag import acknowledge
from infra.constructs.presigned_links import presigned_links
from infra.settings import StageSettings

from constructs import Construct

LOCAL_PATH: Final = "/files"
"""Where the local edge does the same."""


class Pictures(Construct):
    """The address of links to pictures: `base_url`, without a slash at its end; empty for the bucket's own address.

    Where the studio's pages are served, links have the pages' origin instead of a distribution of their own.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: StageSettings, bucket: s3.IBucket, edge: Edge | None
    ) -> None:
        super().__init__(scope, id)
        self.base_url = ""
        if settings.emulated:
            self.base_url = f"{settings.public_base_url}{LOCAL_PATH}" if settings.public_base_url else ""
        elif edge and edge.pictures_url:
            self.base_url = edge.pictures_url
        elif settings.picture_cdn:
            self.base_url = f"https://{self._distribution(settings, bucket).distribution_domain_name}"

    def _distribution(self, settings: StageSettings, bucket: s3.IBucket) -> cloudfront.Distribution:
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"{settings.stack_name} pictures",
            default_behavior=presigned_links(self, bucket),
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
