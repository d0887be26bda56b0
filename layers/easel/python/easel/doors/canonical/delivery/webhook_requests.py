"""What requests about webhook endpoints may say, and the commands that they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final
from unicodedata import category

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field
from pydantic.config import JsonDict

from easel.domain.destinations import (
    LONGEST_ARN,
    LONGEST_PREFIX,
    Deliverer,
    Destination,
    DestinationType,
    parse_destination,
)
from easel.domain.events.types import EVENT_TYPES
from easel.domain.parsing import parse_time
from easel.domain.webhooks import REQUESTS
from easel.errors import InvalidRequest
from easel.http import parse
from easel.http.models import RequestModel
from easel.http.parse import is_id
from easel.outbound.addresses import BadAddress, origins, parse_address
from easel.services.delivery.manage_webhooks import EndpointChange, NewEndpoint

WebhookId = Annotated[str, Path(alias="webhookId", json_schema_extra={"format": "uuid"})]
WebhookOrRequests = Annotated[
    str, Path(alias="webhookId", description="Also `requests`, which stands for the webhooks that requests name.")
]
DeliveryId = Annotated[str, Path(alias="deliveryId", json_schema_extra={"format": "uuid"})]

_INVISIBLE: Final = frozenset({"Cc", "Cs"})
"""Unicode's categories of control characters and of lone surrogates."""
_LONGEST_DESCRIPTION: Final = 200
_MOST_METADATA: Final = 10
_LONGEST_NAME: Final = 40
_LONGEST_VALUE: Final = 200
_URL: Final[JsonDict] = {"format": "uri", "pattern": "^https://", "maxLength": 2048}
_TYPES: Final[JsonDict] = {"uniqueItems": True, "items": {"type": "string", "enum": [*EVENT_TYPES]}}
_METADATA: Final[JsonDict] = {
    "maxProperties": _MOST_METADATA,
    "additionalProperties": {"type": "string", "maxLength": _LONGEST_VALUE},
}
_ADDRESS: Final = "A public https address. Redirects are not followed."
_CHOICE: Final = "Only events of these types. All but `generation.progress` when empty or left out."


class NewWebhookRequest(RequestModel):
    """A new endpoint: an address, or a queue, a bus or a bucket in your own AWS account."""

    type: str = Field(
        default=DestinationType.HTTPS.value,
        description="`https` has a `url`, the others an `arn`.",
        json_schema_extra={"enum": [*map(str, DestinationType)]},
    )
    url: str | None = Field(
        default=None, description=_ADDRESS, json_schema_extra=_URL, examples=["https://shop.example/hooks/easel"]
    )
    arn: str | None = Field(
        default=None,
        description="Of an SQS queue, an EventBridge bus or an S3 bucket. It gets nothing before it is verified.",
        json_schema_extra={"maxLength": LONGEST_ARN},
        examples=["arn:aws:sqs:eu-west-1:111122223333:easel-events"],
    )
    account_id: str | None = Field(
        default=None, description="Whose bucket it is.", json_schema_extra={"pattern": "^[0-9]{12}$"}
    )
    region: str | None = Field(default=None, description="Where the bucket is; Easel's own region when left out.")
    prefix: str | None = Field(
        default=None, description="Of the keys in the bucket.", json_schema_extra={"maxLength": LONGEST_PREFIX}
    )
    description: str = Field(default="", json_schema_extra={"maxLength": _LONGEST_DESCRIPTION}, examples=["web shop"])
    event_types: list[str] = Field(
        default_factory=list, description=_CHOICE, json_schema_extra=_TYPES, examples=[["generation.completed"]]
    )
    metadata: dict[str, str] = Field(
        default_factory=dict, description="Yours; it comes back with the endpoint.", json_schema_extra=_METADATA
    )
    enabled: bool = True


class ChangeWebhookRequest(RequestModel):
    """What shall be different. Fields that are left out or null stay as they are."""

    url: str | None = Field(default=None, description=_ADDRESS, json_schema_extra=_URL)
    description: str | None = Field(default=None, json_schema_extra={"maxLength": _LONGEST_DESCRIPTION})
    event_types: list[str] | None = Field(default=None, description=_CHOICE, json_schema_extra=_TYPES)
    metadata: dict[str, str] | None = Field(default=None, json_schema_extra=_METADATA)
    enabled: bool | None = Field(
        default=None, description="`true` also enables an endpoint that was disabled because it failed."
    )


class ResendRequest(RequestModel):
    """From when on. Follow `nextAfter` with the same `since`."""

    since: str = Field(
        description="Longer than thirty days ago is taken as thirty days ago: what is older has expired.",
        json_schema_extra={"format": "date-time"},
        examples=["2026-11-20T10:00:00Z"],
    )
    after: str | None = Field(
        default=None, description="`nextAfter` of the answer before.", json_schema_extra={"format": "uuid"}
    )


class VerifyRequest(RequestModel):
    """The code that was sent to the destination."""

    code: str = Field(
        description="`data.verification.code` of what arrived there.",
        json_schema_extra={"maxLength": 100},
        examples=["6f9619ff8b86d011b42d00cf4fc964ff"],
    )


class ExampleRequest(RequestModel):
    """Which event to send an example of."""

    event_type: str = Field(json_schema_extra={"enum": [*EVENT_TYPES]}, examples=["generation.completed"])


def moment_since(request: ResendRequest) -> datetime:
    """When to begin. Raises InvalidRequest."""
    try:
        return parse_time(request.since)
    except ValueError as error:
        message = "since must be a time such as 2026-11-20T10:00:00Z."
        raise InvalidRequest.of("since", message, "RFC 3339 date-time") from error


def position_after(request: ResendRequest) -> str | None:
    """Where to go on. Raises InvalidRequest."""
    if request.after is None or is_id(request.after):
        return request.after
    raise InvalidRequest.of("after", "after is nextAfter of an answer.", "a UUID")


def event_type(request: ExampleRequest) -> str:
    """Which type. Raises InvalidRequest."""
    (name,) = _event_types([request.event_type], "eventType")
    return name


def endpoint_id(text: str) -> str:
    """An id in an address, or the word that stands for the webhooks of requests. Raises NotFound."""
    return text if text == REQUESTS else parse.resource_id(text, "webhook endpoint")


def new_endpoint(request: NewWebhookRequest, trusted_origins: Iterable[str], by: Deliverer) -> NewEndpoint:
    """The command. Raises InvalidRequest."""
    destination = _destination(request, by)
    return NewEndpoint(
        url="" if destination else _address(request.url, trusted_origins),
        destination=destination,
        description=_text("description", request.description, _LONGEST_DESCRIPTION),
        event_types=_event_types(request.event_types),
        metadata=_metadata(request.metadata),
        enabled=request.enabled,
    )


def change_of(request: ChangeWebhookRequest, trusted_origins: Iterable[str]) -> EndpointChange:
    """The command. Raises InvalidRequest."""
    given = request.description
    return EndpointChange(
        url=None if request.url is None else _address(request.url, trusted_origins),
        description=None if given is None else _text("description", given, _LONGEST_DESCRIPTION),
        event_types=None if request.event_types is None else _event_types(request.event_types),
        metadata=None if request.metadata is None else _metadata(request.metadata),
        enabled=request.enabled,
    )


def _destination(request: NewWebhookRequest, by: Deliverer) -> Destination | None:
    """What the ARN names; None for an address."""
    kind = _type(request.type)
    named = {"arn": request.arn, "accountId": request.account_id, "region": request.region, "prefix": request.prefix}
    if kind is DestinationType.HTTPS:
        if surplus := [name for name, value in named.items() if value is not None]:
            raise InvalidRequest.of(surplus[0], f"An endpoint of type https has no {surplus[0]}.", None)
        return None
    if request.url is not None:
        raise InvalidRequest.of("url", f"An endpoint of type {kind} has an arn and no url.", None)
    if request.arn is None:
        raise InvalidRequest.of("arn", f"An endpoint of type {kind} needs an arn.", None)
    return parse_destination(
        kind,
        request.arn,
        by,
        account_id=request.account_id,
        region=request.region,
        prefix=request.prefix,
    )


def _type(name: str) -> DestinationType:
    try:
        return DestinationType(name)
    except ValueError as error:
        raise InvalidRequest.of("type", "There is no such type of endpoint.", [*map(str, DestinationType)]) from error


def _address(text: str | None, trusted_origins: Iterable[str]) -> str:
    if text is None:
        raise InvalidRequest.of("url", "An endpoint of type https needs a url.", _ADDRESS)
    try:
        parse_address(text, origins(trusted_origins))
    except BadAddress as error:
        raise InvalidRequest.of("url", f"url {error.reason}.", error.allowed) from error
    return text


def _event_types(names: Sequence[str], field: str = "eventTypes") -> tuple[str, ...]:
    unknown = [name for name in names if name not in EVENT_TYPES]
    if unknown:
        message = f"There is no event type {unknown[0][:80]!r}."
        raise InvalidRequest.of(field, message, sorted(EVENT_TYPES))
    return tuple(dict.fromkeys(names))


def _metadata(values: Mapping[str, str]) -> dict[str, str]:
    if len(values) > _MOST_METADATA:
        limit = {"maxProperties": _MOST_METADATA}
        raise InvalidRequest.of("metadata", f"metadata has at most {_MOST_METADATA} entries.", limit)
    return {
        _text("metadata", name, _LONGEST_NAME): _text("metadata", value, _LONGEST_VALUE)
        for name, value in values.items()
    }


def _text(field: str, text: str, longest: int) -> str:
    if len(text) > longest or any(category(character) in _INVISIBLE for character in text):
        message = f"A text in {field} has at most {longest} characters, none of them a control character."
        raise InvalidRequest.of(field, message, {"maxLength": longest})
    return text
