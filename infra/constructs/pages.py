"""The studio's pages on AWS: a private bucket with their files, and what CloudFront does at their addresses.

The document of every page is part of a CloudFront function, so a deployment changes it for everybody at once. It names
the files of its own release, whose addresses never change their content; `make deploy` uploads them
(`infra/local/page_upload.py`).
"""

import json
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from infra.constructs.identity import Identity
from infra.constructs.nag import acknowledge
from infra.constructs.presigned_links import presigned_links
from infra.constructs.retention import removal_policy
from infra.settings import StageSettings

from constructs import Construct
from infra import web_files

FILES_PATH: Final = "/files"
"""Below it are the links to pictures, presigned for their bucket."""
_TOKEN_PATHS: Final = ("/oauth2/token", "/oauth2/revoke")
"""Cognito's addresses that the pages' scripts call; passed on, so that scripts need no other origin."""
_SECURITY_HEADERS: Final = {name: value for name, value in web_files.HEADERS.items() if name != "Cache-Control"}
_HTTPS_ONLY: Final = "max-age=31536000; includeSubDomains"


class Pages(Construct):
    """Files and pages of the studio. `bucket` holds the files, `behaviors` are for the distribution.

    `api` is the behavior of all other addresses. Shared links have the same address for browsers and for programs:
    browsers get the page, others go on to the API.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StageSettings,
        identity: Identity,
        pictures: s3.IBucket,
        api: cloudfront.BehaviorOptions,
        name_the_viewer: str,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = self._bucket(settings)
        files = origins.S3BucketOrigin.with_origin_access_control(self.bucket)
        page = self._function("Page", _ANSWER_PAGE + "function handler() {\n  return page;\n}\n")
        shared = self._function("Shared", _ANSWER_SHARED + _SHARED.replace("NAME_THE_VIEWER", name_the_viewer))
        self.behaviors: dict[str, cloudfront.BehaviorOptions] = {
            f"{web_files.PREFIX}*": self._files(files),
            f"{FILES_PATH}/*": self._pictures(pictures),
            # The behavior's own function would be the API's.
            _pattern(web_files.SHARED_PAGE): _with_function(api, shared),
            **{path: self._tokens(identity) for path in _TOKEN_PATHS},
            **{
                _pattern(path): cloudfront.BehaviorOptions(
                    origin=files,
                    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                    function_associations=[_at_request(page)],
                )
                for path in web_files.PAGES
            },
        }

    def _bucket(self, settings: StageSettings) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Files",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            removal_policy=removal_policy(settings),
        )
        acknowledge(bucket, "AwsSolutions-S1", because="It holds the same public files that the repository has.")
        return bucket

    def _function(self, id: str, code: str) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            id,
            code=cloudfront.FunctionCode.from_inline(code),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )

    def _files(self, origin: cloudfront.IOrigin) -> cloudfront.BehaviorOptions:
        """Files are cached as their objects say: those of a release for a year, the settings not without asking."""
        return cloudfront.BehaviorOptions(
            origin=origin,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=cloudfront.ResponseHeadersPolicy(
                self,
                "FileHeaders",
                comment="As the pages have them.",
                security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                    content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                        content_security_policy=web_files.CONTENT_SECURITY_POLICY, override=True
                    ),
                    content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                    strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                        access_control_max_age=Duration.days(365), include_subdomains=True, override=True
                    ),
                ),
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        )

    def _pictures(self, bucket: s3.IBucket) -> cloudfront.BehaviorOptions:
        """Links to pictures at the pages' own origin; see `pictures.py` for why CloudFront is before the bucket."""
        headers = cloudfront.ResponseHeadersPolicy(
            self,
            "PictureHeaders",
            comment="What people upload runs nothing at the pages' origin.",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy="default-src 'none'; sandbox", override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            ),
        )
        strip = self._function(
            "Picture",
            "function handler(event) {\n"
            f"  event.request.uri = event.request.uri.slice({len(FILES_PATH)});\n"
            "  return event.request;\n"
            "}\n",
        )
        return presigned_links(self, bucket, headers=headers, functions=[_at_request(strip)])

    def _tokens(self, identity: Identity) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                identity.sign_in_host, protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY
            ),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        )


def _pattern(path: str) -> str:
    """A path of ours as CloudFront writes it: `/gallery/{id}` is `/gallery/*`."""
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))


def _at_request(function: cloudfront.IFunction) -> cloudfront.FunctionAssociation:
    return cloudfront.FunctionAssociation(function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST)


def _with_function(api: cloudfront.BehaviorOptions, function: cloudfront.IFunction) -> cloudfront.BehaviorOptions:
    return cloudfront.BehaviorOptions(
        origin=api.origin,
        allowed_methods=api.allowed_methods,
        cache_policy=api.cache_policy,
        origin_request_policy=api.origin_request_policy,
        viewer_protocol_policy=api.viewer_protocol_policy,
        function_associations=[_at_request(function)],
    )


def _page(document: str) -> str:
    """The answer of a page's address, in the form of CloudFront functions. Header names are in lower case there."""
    headers = {name.lower(): {"value": value} for name, value in _SECURITY_HEADERS.items()}
    own = {
        "cache-control": {"value": "no-cache"},
        "content-type": {"value": "text/html; charset=utf-8"},
        "strict-transport-security": {"value": _HTTPS_ONLY},
    }
    answer = {
        "statusCode": 200,
        "headers": headers | own,
        "body": {"encoding": "text", "data": document},
    }
    return f"const page = {json.dumps(answer)};\n"


_ANSWER_PAGE: Final = _page(web_files.document())
_ANSWER_SHARED: Final = _page(web_files.with_preview(web_files.document(), "IMAGE"))
_SHARED: Final = """function handler(event) {
  const request = event.request;
  const accept = request.headers.accept;
  const token = request.uri.slice("/s/".length);
  if (request.method === "GET" && accept && accept.value.includes("text/html") && !token.includes("/")) {
    const image = "https://" + request.headers.host.value + "/s/" + token.replace(/[^A-Za-z0-9_.~-]/g, "") + "/image";
    return Object.assign({}, page, { body: { encoding: "text", data: page.body.data.replace("IMAGE", image) } });
  }
  NAME_THE_VIEWER
  return request;
}
"""
