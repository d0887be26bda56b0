"""Queues, buses and buckets in a customer's own AWS account that events and results are delivered to.

Anyone may name a resource of another account. So nothing is delivered before the workspace has shown that it reads
there: a code is sent to the destination, and comes back. Resources in Easel's own account are refused, because the role
that delivers could be let into them by a policy of ours.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import Any, Final

from easel.errors import InvalidRequest

CODE_VALID: Final = timedelta(hours=1)
CODE_TRIES: Final = 5
"""Wrong codes after which a new one has to be sent."""
CODE_PAUSE: Final = timedelta(minutes=1)
"""Between two codes for the same endpoint."""
LONGEST_PREFIX: Final = 200
LONGEST_ARN: Final = 400

_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+){1,2}-[0-9]{1,2}")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_PREFIX: Final = re.compile(r"(?:[A-Za-z0-9!_.*'()-]+/)*")
_PARTITIONS: Final = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
"""Those that regions of another name than `aws` belong to."""


class DestinationType(StrEnum):
    """Where an endpoint's events go. The values are stable."""

    HTTPS = "https"
    SQS = "sqs"
    EVENTBRIDGE = "eventbridge"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class _Form:
    """How the ARN of a type is written: its service, and the resource with its name."""

    service: str
    resource: re.Pattern[str]
    example: str


_FORMS: Final = {
    DestinationType.SQS: _Form(
        "sqs",
        re.compile(r"(?P<name>[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)"),
        "arn:aws:sqs:eu-west-1:111122223333:easel-events",
    ),
    DestinationType.EVENTBRIDGE: _Form(
        "events",
        re.compile(r"event-bus/(?P<name>[A-Za-z0-9._-]{1,256})"),
        "arn:aws:events:eu-west-1:111122223333:event-bus/easel",
    ),
    # A dot in the name of a bucket fits no certificate.
    DestinationType.S3: _Form(
        "s3", re.compile(r"(?P<name>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])"), "arn:aws:s3:::shop-pictures"
    ),
}


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Who delivers: the role that customers' policies name. `own_account` allows resources of its own account."""

    role_arn: str
    region: str
    own_account: bool = False

    @property
    def partition(self) -> str:
        return self.role_arn.split(":")[1]

    @property
    def account_id(self) -> str:
        return self.role_arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class Destination:
    """One queue, bus or bucket. `prefix` is that of the keys of a bucket, empty or with a slash at its end."""

    type: DestinationType
    arn: str
    name: str
    region: str
    account_id: str
    prefix: str = ""

    @property
    def is_fifo(self) -> bool:
        return self.name.endswith(".fifo")


@dataclass(frozen=True, slots=True)
class Verification:
    """A code that was sent. The worker sends `sealed_code`; the comparison has `code_hash` only."""

    sealed_code: str
    code_hash: str
    delivery_id: str
    sent_at: datetime
    tries: int = 0

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + CODE_VALID

    def is_open(self, now: datetime) -> bool:
        """Whether the code may still come back."""
        return now < self.expires_at and self.tries < CODE_TRIES

    def matches(self, code: str) -> bool:
        return compare_digest(hash_of(code), self.code_hash)

    def after_wrong_code(self) -> Verification:
        return replace(self, tries=self.tries + 1)


def new_code() -> str:
    """A code of 128 random bits: no key that stretches it is needed where it is stored as a hash."""
    return secrets.token_hex(16)


def hash_of(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def parse_destination(
    kind: DestinationType, arn: str, by: Deliverer, *, account_id: str | None, region: str | None, prefix: str | None
) -> Destination:
    """A destination that this deployment may deliver to. The ARN of a bucket names neither account nor region.

    Raises InvalidRequest.
    """
    form = _FORMS[kind]
    parts = arn.split(":", 5) if len(arn) <= LONGEST_ARN else []
    match = form.resource.fullmatch(parts[5]) if len(parts) == 6 and parts[0] == "arn" else None  # noqa: PLR2004 - an ARN has six parts
    if match is None or parts[2] != form.service:
        raise InvalidRequest.of("arn", f"arn is not that of a destination of type {kind}.", form.example)
    if parts[1] != by.partition:
        raise InvalidRequest.of("arn", f"arn is not in the partition {by.partition}.", form.example)
    is_bucket = kind is DestinationType.S3
    if is_bucket and (parts[3] or parts[4]):
        raise InvalidRequest.of("arn", "The ARN of a bucket has neither region nor account.", form.example)
    if not is_bucket:
        for field, value in (("accountId", account_id), ("region", region), ("prefix", prefix)):
            _only_for_buckets(field, value)
    return Destination(
        kind,
        arn,
        match["name"],
        _region("region", region or by.region, by) if is_bucket else _region("arn", parts[3], by),
        _account("accountId", account_id, by) if is_bucket else _account("arn", parts[4], by),
        _prefix(prefix or ""),
    )


def policy_for(destination: Destination, by: Deliverer) -> dict[str, Any]:
    """The resource policy that its owner attaches, so that we may deliver there and do nothing else."""
    statement: dict[str, Any] = {
        "Sid": "EaselDelivers",
        "Effect": "Allow",
        "Principal": {"AWS": by.role_arn},
        "Action": "sqs:SendMessage",
        "Resource": destination.arn,
    }
    if destination.type is DestinationType.EVENTBRIDGE:
        statement |= {"Action": "events:PutEvents", "Condition": {"StringEquals": {"events:source": "easel"}}}
    if destination.type is DestinationType.S3:
        statement |= {"Action": "s3:PutObject", "Resource": f"{destination.arn}/{destination.prefix}*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _only_for_buckets(field: str, value: str | None) -> None:
    if value is not None:
        raise InvalidRequest.of(field, f"{field} is for buckets (type s3); other ARNs name what it says.", None)


def _region(field: str, region: str, by: Deliverer) -> str:
    if not _REGION.fullmatch(region):
        raise InvalidRequest.of(field, f"{field} names no region of AWS.", "a region such as eu-west-1")
    partition = next((name for start, name in _PARTITIONS.items() if region.startswith(f"{start}-")), "aws")
    if partition != by.partition:
        raise InvalidRequest.of(field, f"The region {region} is not in the partition {by.partition}.", None)
    return region


def _account(field: str, account_id: str | None, by: Deliverer) -> str:
    if account_id is None or not _ACCOUNT.fullmatch(account_id):
        raise InvalidRequest.of(field, f"{field} names the AWS account that owns it.", "twelve digits")
    if account_id == by.account_id and not by.own_account:
        raise InvalidRequest.of(field, "Destinations are in your own AWS account, not in Easel's.", None)
    return account_id


def _prefix(prefix: str) -> str:
    whole = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    parts = whole.split("/")[:-1]
    if len(whole) > LONGEST_PREFIX or not _PREFIX.fullmatch(whole) or {".", ".."} & set(parts):
        allowed = {"maxLength": LONGEST_PREFIX, "pattern": _PREFIX.pattern}
        raise InvalidRequest.of("prefix", "prefix has letters, digits, !_.*'()- and slashes between them.", allowed)
    return whole
