"""Links are the ones that botocore makes, parameter for parameter, with the same signature."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from easel.errors import StorageUnavailable
from easel.storage.presigned import LinkSigner, bucket_address
from easel.storage.s3 import client_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-5", "us-gov-west-1", "cn-north-1")
_OPERATIONS = {"GET": "get_object", "HEAD": "head_object"}
_SECRET = "a secret / of + forty = characters ~ or so"
_KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60).filter(
    # Such keys are no path: botocore and S3 take them apart differently.
    lambda key: not key.startswith("/") and "//" not in key and not {".", ".."} & set(key.split("/"))
)


@given(
    key=_KEYS,
    method=st.sampled_from(sorted(_OPERATIONS)),
    region=st.sampled_from(_REGIONS),
    endpoint=st.sampled_from([None, "http://127.0.0.1:4566", "https://s3.example"]),
    token=st.none() | st.just("a/session+token=="),
    disposition=st.sampled_from(["inline", "attachment; filename=\"a.png\"; filename*=UTF-8''f%C3%A4hre%2B.png"]),
    seconds=st.integers(1, 604_800),
)
def test_a_link_is_that_of_botocore(
    key: str, method: str, region: str, endpoint: str | None, token: str | None, disposition: str, seconds: int
) -> None:
    wanted = {
        "Bucket": "pictures",
        "Key": key,
        "ResponseContentType": "image/png",
        "ResponseContentDisposition": disposition,
    }
    client = client_of(region, endpoint, token)
    theirs = urlsplit(client.generate_presigned_url(_OPERATIONS[method], Params=wanted, ExpiresIn=seconds))
    made_at = datetime.strptime(dict(parse_qsl(theirs.query))["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    signer = LinkSigner(
        bucket_address("pictures", region, endpoint),
        region,
        lambda: Credentials("AKIDEXAMPLE", _SECRET, token),
        clock=lambda: made_at,
    )
    parameters = {"response-content-type": "image/png", "response-content-disposition": disposition}

    ours = urlsplit(signer.link(method, key, parameters, seconds))

    assert (ours.scheme, ours.netloc, ours.path) == (theirs.scheme, theirs.netloc, theirs.path)
    assert dict(parse_qsl(ours.query, strict_parsing=True)) == dict(parse_qsl(theirs.query))


def test_without_credentials_there_is_no_link() -> None:
    with pytest.raises(StorageUnavailable):
        LinkSigner("https://pictures.test", "eu-central-1", lambda: None).link("GET", "key", {}, 60)


@cache
def client_of(region: str, endpoint: str | None, token: str | None) -> S3Client:
    return boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key=_SECRET,
        aws_session_token=token,
        config=client_config(endpoint),
    )
