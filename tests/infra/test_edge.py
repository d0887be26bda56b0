"""What may stand before the API: nothing by default, and each part by a switch of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from infra.settings import read_settings
from infra.switches import SettingsError

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesize, Synthesized

pytestmark = pytest.mark.long

DOMAIN = "images.example.com"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-90ab-cdef-1234-567890abcdef"
ELSEWHERE = CERTIFICATE.replace("us-east-1", "eu-central-1")
NAMED = {"domainName": DOMAIN, "certificateArn": CERTIFICATE}
ALONE = {"pictureCdn": "false", "studioPages": "false"}
KINDS = ("AWS::CloudFront::Distribution", "AWS::WAFv2::WebACL", "AWS::ApiGatewayV2::DomainName")


@pytest.fixture(scope="module")
def edge(synthesize: Synthesize) -> Synthesized:
    return synthesize(edge="true", edgeRateLimit="2000", **ALONE, **NAMED)


def distribution_of(stack: Synthesized) -> dict[str, Any]:
    (distribution,) = stack.of_type("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = distribution["DistributionConfig"]
    return config


def secret_of(stack: Synthesized) -> str:
    """The header's value as CloudFormation fills it in."""
    (origin,) = distribution_of(stack)["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == "x-easel-origin"
    return stack.text(header["HeaderValue"])


def test_nothing_stands_before_the_api_without_the_studio(synthesize: Synthesize) -> None:
    # The pages have tests of their own, and so has what stands before the bucket of pictures.
    stack = synthesize(stage="production", **ALONE)
    assert [kind for kind in KINDS if stack.of_type(kind)] == []
    assert [folder for folder in stack.functions if "ORIGIN_SECRET" in stack.environment(folder)] == []


def test_cloudfront_passes_everything_on_and_caches_nothing(edge: Synthesized) -> None:
    behavior = distribution_of(edge)["DefaultCacheBehavior"]
    assert set(behavior["AllowedMethods"]) >= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    # The managed policies CachingDisabled and AllViewerExceptHostHeader: API Gateway answers to its own name only.
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behavior["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def test_every_function_of_the_api_knows_the_secret_that_cloudfront_sends(edge: Synthesized) -> None:
    secret = secret_of(edge)
    assert secret == "Front/Edge/Origin#ClientSecret"
    knowing = {folder for folder in edge.functions if edge.environment(folder).get("ORIGIN_SECRET") == secret}
    assert knowing == {folder for folder in edge.functions if folder.startswith("api/")}
    assert {edge.environment(folder)["ORIGIN_REQUIRED"] for folder in knowing} == {"true"}


def test_cloudfront_names_the_client_to_the_api(edge: Synthesized) -> None:
    (function,) = edge.of_type("AWS::CloudFront::Function").values()
    assert 'headers["x-easel-viewer"] = { value: event.viewer.ip }' in function["FunctionCode"]
    (association,) = distribution_of(edge)["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"


def test_an_address_that_asks_too_often_is_refused_by_waf(edge: Synthesized) -> None:
    (acl,) = edge.of_type("AWS::WAFv2::WebACL").values()
    (rule,) = acl["Rules"]
    assert rule["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "Limit": 2000}
    assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    assert (acl["Scope"], acl["DefaultAction"]) == ("CLOUDFRONT", {"Allow": {}})
    assert edge.text(distribution_of(edge)["WebACLId"]) == "Front/Edge/WebAcl"


def test_links_have_the_domain_name(edge: Synthesized, synthesize: Synthesize) -> None:
    unnamed, without_edge = (
        synthesize(edge="true", **ALONE),
        synthesize(domainName=DOMAIN, certificateArn=ELSEWHERE, **ALONE),
    )
    addresses = [
        stack.environment("api/generations/submit_generation")["PUBLIC_BASE_URL"]
        for stack in (edge, unnamed, without_edge)
    ]
    assert addresses == [f"https://{DOMAIN}", "https://Front/Edge/Distribution#DomainName", f"https://{DOMAIN}"]


def test_the_domain_name_leads_to_cloudfront_where_that_is_on_and_else_to_the_api(
    edge: Synthesized, synthesize: Synthesize
) -> None:
    assert distribution_of(edge)["Aliases"] == [DOMAIN]
    assert distribution_of(edge)["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert edge.output("DomainTarget") == "Front/Edge/Distribution#DomainName"

    plain = synthesize(domainName=DOMAIN, certificateArn=ELSEWHERE, **ALONE)
    (domain,) = plain.of_type("AWS::ApiGatewayV2::DomainName").values()
    (mapping,) = plain.of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert domain["DomainName"] == DOMAIN
    assert plain.text(mapping["ApiId"]) == "Front/Http"
    assert plain.output("DomainTarget") == "Front/Domain#RegionalDomainName"
    assert plain.of_type("AWS::CloudFront::Distribution") == {}


def test_two_copies_with_different_prefixes_share_no_name(dev: Synthesized, varied: Synthesized) -> None:
    def names(stack: Synthesized) -> set[str]:
        named = {
            "AWS::Events::EventBus": "Name",
            "AWS::ApiGatewayV2::Api": "Name",
            "AWS::CloudWatch::Dashboard": "DashboardName",
        }
        found = {each[key] for kind, key in named.items() for each in stack.of_type(kind).values()}
        return found | {stack.settings.stack_name}

    ours, theirs = names(dev), names(varied)
    assert ours == {"easel-dev", "easel-dev-realtime"}
    assert theirs == {"team-b-dev", "team-b-dev-realtime"}


@pytest.mark.parametrize(
    ("switches", "complaint"),
    [
        ({"edgeRateLimit": "2000"}, "edgeRateLimit needs edge=true"),
        ({"edge": "true", "edgeRateLimit": "9"}, "must be a whole number from 10"),
        ({"domainName": DOMAIN}, "domainName and certificateArn go together"),
        ({"domainName": "https://images.example.com", "certificateArn": CERTIFICATE}, "must be a domain name"),
        ({"domainName": DOMAIN, "certificateArn": "arn:aws:iam::1:server-certificate/x"}, "must be the ARN of a"),
        ({"edge": "true", "domainName": DOMAIN, "certificateArn": ELSEWHERE}, "must be in us-east-1"),
        ({"domainName": DOMAIN, "certificateArn": ELSEWHERE}, "must be in us-east-1"),
        ({"stage": "local", "edge": "true"}, "edge, studioPages and domainName are for AWS"),
        ({"namePrefix": "Easel"}, "must have 1 to 20 of a-z, 0-9 and -"),
        ({"tracing": "some"}, "must be one of off, submit, all."),
    ],
)
def test_an_edge_that_could_not_be_deployed_is_refused(switches: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(complaint)):
        read_settings(switches.get, {})
