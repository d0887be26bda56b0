"""Links to pictures: CloudFront before the bucket takes away what S3 would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesize, Synthesized


def distribution_of(stack: Synthesized) -> dict[str, Any]:
    (distribution,) = stack.of_type("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = distribution["DistributionConfig"]
    return config


@pytest.mark.requirement("S000-45", "X-14")
def test_cloudfront_passes_on_the_signature_and_no_credential(production: Synthesized) -> None:
    behavior = distribution_of(production)["DefaultCacheBehavior"]
    (policy,) = production.of_type("AWS::CloudFront::OriginRequestPolicy").values()
    passed_on = policy["OriginRequestPolicyConfig"]

    assert passed_on["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert passed_on["CookiesConfig"] == {"CookieBehavior": "none"}
    # CloudFront removes Authorization from GET and HEAD unless a policy names it.
    assert "Authorization" not in passed_on["HeadersConfig"]["Headers"]
    # The managed policy CachingDisabled: a link that has ended must not be answered from a cache.
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert set(behavior["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    assert behavior["ViewerProtocolPolicy"] == "https-only"


def test_cloudfront_calls_the_bucket_by_the_name_that_links_are_signed_for(production: Synthesized) -> None:
    (origin,) = distribution_of(production)["Origins"]

    assert production.text(origin["DomainName"]).endswith("Data/Images#RegionalDomainName")
    assert "S3OriginConfig" not in origin


def test_every_function_that_signs_links_knows_their_address(production: Synthesized) -> None:
    signing = {folder for folder in production.functions if "IMAGES_BUCKET_NAME" in production.environment(folder)}

    assert signing
    for folder in signing:
        assert production.environment(folder)["IMAGES_BASE_URL"].startswith("https://")


def test_without_cloudfront_links_are_those_of_the_bucket(synthesize: Synthesize) -> None:
    plain = synthesize(stage="production", pictureCdn="false")

    assert plain.of_type("AWS::CloudFront::Distribution") == {}
    assert plain.environment("api/images/read_images")["IMAGES_BASE_URL"] == ""


def test_locally_the_edge_has_the_pictures(synthesize: Synthesize) -> None:
    local = synthesize(stage="local", publicBaseUrl="http://127.0.0.1:8080")

    assert local.environment("api/images/read_images")["IMAGES_BASE_URL"] == "http://127.0.0.1:8080/files"
