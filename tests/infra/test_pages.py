"""The studio's pages on AWS: one origin for pages, API, pictures and tokens, under the same policy as locally."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from infra import web_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infra.synthesized import Synthesize, Synthesized

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # the managed policy CachingDisabled
RUN = "; process.stdout.write(JSON.stringify(handler(JSON.parse(process.argv[2]))))"


def distribution_of(stack: Synthesized) -> dict[str, Any]:
    config: dict[str, Any] = stack.of_type("AWS::CloudFront::Distribution")["Front/Edge/Distribution"][
        "DistributionConfig"
    ]
    return config


def behavior_of(stack: Synthesized, path: str) -> dict[str, Any]:
    """The first behavior whose pattern a path has, as CloudFront chooses."""
    config = distribution_of(stack)
    found = (each for each in config["CacheBehaviors"] if fnmatchcase(path, each["PathPattern"]))
    behavior: dict[str, Any] = next(found, config["DefaultCacheBehavior"])
    return behavior


def host_of(stack: Synthesized, path: str) -> str:
    wanted = behavior_of(stack, path)["TargetOriginId"]
    return stack.text(next(each for each in distribution_of(stack)["Origins"] if each["Id"] == wanted)["DomainName"])


def run(stack: Synthesized, name: str, tmp_path: Path, *, uri: str, **headers: str) -> dict[str, Any]:
    """What a function of CloudFront makes of a request."""
    code = stack.of_type("AWS::CloudFront::Function")[f"Front/Edge/{name}"]["FunctionCode"]
    script = tmp_path / "function.js"
    script.write_text(code + RUN)
    given = {name: {"value": value} for name, value in headers.items()}
    event = {"viewer": {"ip": "203.0.113.7"}, "request": {"method": "GET", "uri": uri, "headers": given}}
    command = ["node", str(script), json.dumps(event)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own words
    answer: dict[str, Any] = json.loads(out.stdout)
    return answer


@pytest.mark.parametrize("path", ["/generator", "/gallery/019a9f1c", "/account/keys", "/sign-in"])
def test_an_address_of_a_page_answers_with_the_document_under_the_strict_policy(
    production: Synthesized, tmp_path: Path, path: str
) -> None:
    (association,) = behavior_of(production, path)["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    assert production.text(association["FunctionARN"]).startswith("Front/Edge/Pages/Page")

    page = run(production, "Pages/Page", tmp_path, uri=path)
    assert page["statusCode"] == 200
    assert page["headers"]["content-security-policy"]["value"] == web_files.CONTENT_SECURITY_POLICY
    assert page["headers"]["cache-control"]["value"] == "no-cache"
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page["body"]["data"])
    assert files
    assert {file.split("/")[2] for file in files} == {web_files.release()}


@pytest.mark.parametrize("path", ["/api/v1/generations", "/v1/images", "/docs", "/i/token", "/generate", "/galleries"])
def test_everything_else_goes_to_the_api_uncached(production: Synthesized, path: str) -> None:
    behavior = behavior_of(production, path)

    assert host_of(production, path).startswith("Front/Http.execute-api.")
    assert (behavior["CachePolicyId"], "DELETE" in behavior["AllowedMethods"]) == (DISABLED, True)


def test_a_shared_link_is_a_page_for_browsers_and_an_answer_of_the_api_for_programs(
    production: Synthesized, tmp_path: Path
) -> None:
    assert host_of(production, "/s/token").startswith("Front/Http.execute-api.")
    browser = run(production, "Pages/Shared", tmp_path, uri='/s/to"ken', accept="text/html,*/*", host="d.test")
    program = run(production, "Pages/Shared", tmp_path, uri="/s/token", accept="application/json")

    assert browser["statusCode"] == 200
    assert '<meta property="og:image" content="https://d.test/s/token/image">' in browser["body"]["data"]
    assert (program["uri"], program["headers"]["x-easel-viewer"]["value"]) == ("/s/token", "203.0.113.7")


def test_only_cloudfront_reads_the_files(production: Synthesized) -> None:
    bucket = production.of_type("AWS::S3::Bucket")["Front/Edge/Pages/Files"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    statements = production.of_type("AWS::S3::BucketPolicy")["Front/Edge/Pages/Files/Policy"]["PolicyDocument"]
    (allowed,) = (each for each in statements["Statement"] if each["Effect"] == "Allow")
    assert (allowed["Action"], allowed["Principal"]) == ("s3:GetObject", {"Service": "cloudfront.amazonaws.com"})
    assert production.text(allowed["Condition"]["StringEquals"]["AWS:SourceArn"]).endswith("Front/Edge/Distribution")
    (control,) = production.of_type("AWS::CloudFront::OriginAccessControl").values()
    assert control["OriginAccessControlConfig"]["SigningBehavior"] == "always"


def test_pictures_and_tokens_have_the_origin_of_the_pages(production: Synthesized, tmp_path: Path) -> None:
    assert production.environment("api/images/read_images")["IMAGES_BASE_URL"].endswith("#DomainName/files")
    assert host_of(production, "/files/generated/1.webp") == "Data/Images#RegionalDomainName"
    picture = run(production, "Pages/Picture", tmp_path, uri="/files/generated/1.webp")
    assert picture["uri"] == "/generated/1.webp"
    policies = production.of_type("AWS::CloudFront::OriginRequestPolicy")
    passed_on = policies["Front/Edge/Pages/PassedOn"]["OriginRequestPolicyConfig"]
    assert "Authorization" not in passed_on["HeadersConfig"]["Headers"]
    assert host_of(production, "/oauth2/token") == (
        "easel-production-AWS::AccountId.auth.AWS::Region.amazoncognito.com"
    )


def test_pages_sign_in_with_a_client_that_has_no_secret(production: Synthesized) -> None:
    client = production.of_type("AWS::Cognito::UserPoolClient")["Identity/Users/Studio"]

    assert (client["GenerateSecret"], client["AllowedOAuthFlows"]) == (False, ["code"])
    assert [production.text(url) for url in client["CallbackURLs"]] == [
        "https://Front/Edge/Distribution#DomainName/sign-in"
    ]
    assert client["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert production.output("StudioClientId") == "Identity/Users/Studio"


def test_the_api_stays_open_beside_the_pages_and_knows_the_client_behind_cloudfront(production: Synthesized) -> None:
    environment = production.environment("api/accounts/authorize_request")

    assert environment["ORIGIN_REQUIRED"] == "false"
    assert environment["ORIGIN_SECRET"] == "Front/Edge/Origin#ClientSecret"


def test_no_pages_without_the_doors_that_they_ask(synthesize: Synthesize) -> None:
    assert synthesize(doors="openai", pictureCdn="false").of_type("AWS::CloudFront::Distribution") == {}
