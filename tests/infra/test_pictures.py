"""Links to pictures: CloudFront before the bucket takes away what S3 would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesize, Synthesized


@pytest.fixture(scope="module")
def without_pages(synthesize: Synthesize) -> Synthesized:
    """Links to pictures have a distribution of their own where the studio's pages are not served."""
    return synthesize(stage="production", studioPages="false")


def distribution_of(stack: Synthesized) -> dict[str, Any]:
    (distribution,) = stack.of_type("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = distribution["DistributionConfig"]
    return config


@pytest.mark.requirement("S000-45", "S003-83", "X-14")
def test_cloudfront_passes_on_the_signature_and_no_credential(without_pages: Synthesized) -> None:
    behavior = distribution_of(without_pages)["DefaultCacheBehavior"]
    (policy,) = without_pages.of_type("AWS::CloudFront::OriginRequestPolicy").values()
    passed_on = policy["OriginRequestPolicyConfig"]

    assert passed_on["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert passed_on["CookiesConfig"] == {"CookieBehavior": "none"}
    # CloudFront removes Authorization from GET and HEAD unless a policy names it.
    assert "Authorization" not in passed_on["HeadersConfig"]["Headers"]
    # The managed policy CachingDisabled: a link that has ended must not be answered from a cache.
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert set(behavior["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    assert behavior["ViewerProtocolPolicy"] == "https-only"


def test_cloudfront_calls_the_bucket_by_the_name_that_links_are_signed_for(without_pages: Synthesized) -> None:
    (origin,) = distribution_of(without_pages)["Origins"]

    assert without_pages.text(origin["DomainName"]).endswith("Data/Images#RegionalDomainName")
    assert "S3OriginConfig" not in origin


def test_every_function_that_signs_links_knows_their_address(production: Synthesized) -> None:
    signing = {folder for folder in production.functions if "IMAGES_BUCKET_NAME" in production.environment(folder)}

    assert signing
    for folder in signing:
        assert production.environment(folder)["IMAGES_BASE_URL"].startswith("https://")


def test_without_cloudfront_links_are_those_of_the_bucket(synthesize: Synthesize) -> None:
    plain = synthesize(stage="production", pictureCdn="false", studioPages="false")

    assert plain.of_type("AWS::CloudFront::Distribution") == {}
    assert plain.environment("api/images/read_images")["IMAGES_BASE_URL"] == ""


def test_locally_the_edge_has_the_pictures(local: Synthesized) -> None:
    assert local.environment("api/images/read_images")["IMAGES_BASE_URL"] == "http://127.0.0.1:8080/files"
