"""Presigned links to S3 objects: signature version 4 in the query of an address.

botocore makes the same links in twenty times the time, which was more than half of what a list of images cost, and only
with a client, which most functions need for nothing else.
The format: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from easel.aws.signature import ALGORITHM, EnvironmentCredentials, Scope, domain
from easel.clock import Clock, system_clock
from easel.errors import StorageUnavailable

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_UNRESERVED: Final = "-._~"


def bucket_address(bucket: str, region: str, endpoint_url: str | None) -> str:
    """Where a bucket is: a host name of its own on AWS, a path at a custom endpoint (the embedded cloud).

    The host name is that of the region, in us-east-1 too: a CDN calls the bucket by it, and the signature covers it.
    """
    if endpoint_url:
        return f"{endpoint_url.rstrip('/')}/{bucket}"
    return f"https://{bucket}.s3.{region}.{domain(region)}"


class LinkSigner:
    """Signs links to the objects of one bucket, which begin with `origin`.

    `credentials` is asked for each link: they may have been renewed.
    """

    def __init__(
        self,
        address: str,
        region: str,
        credentials: Callable[[], Credentials | EnvironmentCredentials | None],
        *,
        clock: Clock = system_clock,
    ) -> None:
        parts = urlsplit(address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._host = parts.netloc
        self._path = parts.path
        self._region = region
        self._credentials = credentials
        self._clock = clock

    def link(self, method: str, key: str, parameters: Mapping[str, str], seconds: int) -> str:
        """A link to an object for one method, that works for some seconds. S3 has its `parameters` in lower case.

        Raises:
            StorageUnavailable: no credentials to sign with.
        """
        found = self._credentials()
        if found is None:
            raise StorageUnavailable(f"No link to the object {key} could be made.")
        credentials = found.get_frozen_credentials()
        scope = Scope(self._clock().strftime("%Y%m%dT%H%M%SZ"), self._region, "s3")
        signed = _signed_parameters(credentials.access_key, credentials.token, scope, seconds)
        path = f"{self._path}/{quote(key, safe=f'/{_UNRESERVED}')}"
        text = "&".join([signed, *_pairs(parameters)])
        canonical = f"{method}\n{path}\n{text}\nhost:{self._host}\n\nhost\nUNSIGNED-PAYLOAD"
        return f"{self.origin}{path}?{text}&X-Amz-Signature={scope.sign(canonical, credentials.secret_key or '')}"


@lru_cache(maxsize=8)
def _signed_parameters(access_key: str, token: str | None, scope: Scope, seconds: int) -> str:
    """What says who signed, in the order that signatures want: the same for all links of one second.

    Everything here begins with a capital letter, so that the parameters of S3 follow.
    """
    parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{access_key}/{scope}",
        "X-Amz-Date": scope.time,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if token:
        parameters["X-Amz-Security-Token"] = token
    return "&".join(_pairs(parameters))


def _pairs(parameters: Mapping[str, str]) -> list[str]:
    return [f"{name}={quote(value, safe=_UNRESERVED)}" for name, value in sorted(parameters.items())]
