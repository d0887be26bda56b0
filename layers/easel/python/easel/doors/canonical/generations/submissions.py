"""From the body of a canonical request to the request of the domain. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from easel.domain.reference import ImageSource, Reference, Source, TelegramSource, UploadSource, UrlSource
from easel.domain.request import Fallback, ImageRequest, Origin, RequestWebhook, Routing
from easel.domain.template_use import ROLE, TemplateUse
from easel.doors.canonical.generations.requests import (
    ReferenceRequest,
    SubmitGenerationRequest,
    TemplateUseRequest,
    WebhookRequest,
)
from easel.errors import InvalidRequest
from easel.outbound.addresses import BadAddress, origins, parse_address


def image_request(
    request: SubmitGenerationRequest,
    *,
    sent: Mapping[str, Any],
    cancel_after: timedelta | None,
    trusted: Collection[str] = (),
    trusted_webhooks: Collection[str] = (),
) -> ImageRequest:
    """The request. `sent` is the body as it came in, kept with the generation.

    Addresses are checked by the parser that they are called with: https at public hosts, or an origin
    (`scheme://host:port`) in `trusted` for references, in `trusted_webhooks` for the webhook.

    Raises:
        InvalidRequest: more file ids than addresses, so that some would belong to nothing; references in two ways,
            without or with several sources, in a role that cannot be one, or at an address that would not be fetched.
    """
    named = _references(request, trusted)
    return ImageRequest(
        prompt=request.prompt or "",
        model=request.model,
        n=request.n,
        asked=request.asked(),
        references=tuple(reference for _, reference in named),
        reference_fields=tuple(field for field, _ in named),
        input_params=sent,
        client_reference=request.client_reference,
        origin=Origin(webhook=_webhook(request.webhook, trusted_webhooks)),
        cancel_after=cancel_after,
        quote_id=request.quote_id,
        template=_template(request.template) if request.template else None,
        routing=Routing(
            provider=request.provider,
            fallback=Fallback(request.fallback) if request.fallback else None,
            after_refusal=bool(request.fallback_after_refusal),
        ),
    )


def _webhook(webhook: WebhookRequest | None, trusted: Collection[str]) -> RequestWebhook | None:
    if webhook is None:
        return None
    try:
        parse_address(webhook.url, origins(trusted))
    except BadAddress as error:
        raise InvalidRequest.of("webhook.url", f"webhook.url {error.reason}.", error.allowed) from error
    return RequestWebhook(webhook.url, tuple(dict.fromkeys(webhook.events)))


def _template(request: TemplateUseRequest) -> TemplateUse:
    return TemplateUse(
        id=request.id,
        variables=request.variables,
        version=request.version,
        shots=None if request.shots is None else tuple(request.shots),
        truncate=request.truncate,
    )


def _references(request: SubmitGenerationRequest, trusted: Collection[str]) -> list[tuple[str, Reference]]:
    """The references, each with the field that names it."""
    named = _named(request)
    trusted_origins = origins(trusted)
    for field, reference in named:
        if reference.url is None:
            continue
        try:
            parse_address(reference.url, trusted_origins)
        except BadAddress as error:
            raise InvalidRequest.of(field, f"{field} {error.reason}.", error.allowed) from error
    return named


def _named(request: SubmitGenerationRequest) -> list[tuple[str, Reference]]:
    urls, file_ids = request.reference_urls or [], request.reference_file_ids or []
    if request.references:
        if urls or file_ids:
            other = "referenceUrls" if urls else "referenceFileIds"
            raise InvalidRequest.of(
                "references", f"Give either references or {other}, not both.", ["references", other]
            )
        return [_named_reference(f"references[{index}]", given) for index, given in enumerate(request.references)]
    if urls and len(file_ids) > len(urls):
        message = f"There are {len(file_ids)} referenceFileIds for {len(urls)} referenceUrls."
        raise InvalidRequest.of("referenceFileIds", message, {"maxItems": len(urls)})
    if not urls:
        sources = map(TelegramSource, file_ids)
        return [(f"referenceFileIds[{index}]", Reference(source)) for index, source in enumerate(sources)]
    pairs = enumerate(zip_longest(urls, file_ids))
    return [(f"referenceUrls[{index}]", Reference(UrlSource(url, file_id))) for index, (url, file_id) in pairs]


def _named_reference(at: str, given: ReferenceRequest) -> tuple[str, Reference]:
    reference = Reference(_source(at, given), _role(at, given))
    return f"{at}.{reference.field}", reference


def _source(at: str, reference: ReferenceRequest) -> Source:
    sources: list[Source] = []
    if reference.upload_id is not None:
        sources.append(UploadSource(reference.upload_id))
    if reference.image_id is not None:
        sources.append(ImageSource(reference.image_id))
    if reference.url is not None:
        sources.append(UrlSource(reference.url))
    if reference.telegram_file_id is not None:
        sources.append(TelegramSource(reference.telegram_file_id))
    if len(sources) != 1:
        message = f"{at} must have exactly one of uploadId, imageId, url and telegramFileId."
        raise InvalidRequest.of(at, message, ["uploadId", "imageId", "url", "telegramFileId"])
    return sources[0]


def _role(at: str, reference: ReferenceRequest) -> str:
    if not re.fullmatch(ROLE, reference.role):
        field = f"{at}.role"
        raise InvalidRequest.of(field, f"{field} is not spelled as it must be.", {"pattern": f"^{ROLE}$"})
    return reference.role
