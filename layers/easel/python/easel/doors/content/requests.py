"""Requests for pictures of content items, in the three forms that clients of this door send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field, JsonValue

from easel.domain.content_item import LONGEST_ITEM_ID, UNNAMED_ITEM, ContentRequest, ContentVariant, item_id_fault
from easel.domain.text import is_blank
from easel.doors.content.answers import LONGEST_ALT
from easel.errors import FieldError, InvalidRequest
from easel.http.models import RequestModel
from easel.services.content.manage_content_images import ContentTexts

_LONGEST_TITLE: Final = 300
_LONGEST_DESCRIPTION: Final = 2000
_LONGEST_CAPTION: Final = 500


class ContentImageRequest(RequestModel):
    """What the picture is for. Fields may also be written in snake_case; `null` means the same as leaving one out."""

    # Both are optional to the parser, since seed 004 has one text for both when either is missing.
    model_config = ConfigDict(json_schema_extra={"required": ["contentItemId", "title"]})

    content_item_id: str | None = Field(
        default=None,
        description="Your own id of the article, post or page. Required. No slashes, since it is part of the picture's "
        "address.",
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_ITEM_ID},
        examples=["post-7"],
    )
    title: str | None = Field(
        default=None,
        description="The headline. Required.",
        json_schema_extra={"minLength": 1, "maxLength": _LONGEST_TITLE},
        examples=["Ten ways to water a balcony garden in July"],
    )
    description: str | None = Field(
        default=None,
        description="What the article is about.",
        json_schema_extra={"maxLength": _LONGEST_DESCRIPTION},
    )
    variant: Literal["hero", "inline"] | None = Field(
        default=None, description="`hero` (16:9, the default) opens an article, `inline` (4:3) stands within it."
    )
    truncate: bool | None = Field(
        default=None,
        description="Shorten a title or description that is too long, and say so in `warnings`, instead of refusing "
        "it. At the addresses of internal callers it is the default.",
    )
    allow_text: bool | None = Field(
        default=None, description="Whether letters may be part of the picture; left out, it is asked for without any."
    )
    model: str | None = Field(default=None, description="Left out, the deployment's model for content items.")
    provider: str | None = Field(default=None, description="Who shall be asked first.")
    output_format: str | None = Field(default=None, description="`jpeg` (where the model has it), `png` or `webp`.")
    metadata: dict[str, JsonValue] | None = Field(default=None, description="Anything of yours; kept with the request.")


class PromptRequest(RequestModel):
    """The form of callers that bring a prompt of their own."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"anyOf": [{"required": ["prompt"]}, {"required": ["title"]}]}
    )

    prompt: str | None = Field(default=None, description="What the picture shall show; the title when left out.")
    title: str | None = Field(default=None, description="The headline.")
    negative_prompt: str | None = Field(default=None, description="What it shall not show.")
    style: str | None = Field(default=None, description="How it shall look.")
    aspect_ratio: str | None = Field(default=None, description="16:9 when left out.")
    content_item_id: str | None = Field(default=None, description="Your own id of the article; may be left out.")


class ContentTextsRequest(RequestModel):
    """Texts of a picture: those that are left out stay. `null` brings back the text that it had of itself."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    title: str | None = Field(
        default=None, description="The headline.", json_schema_extra={"minLength": 1, "maxLength": _LONGEST_TITLE}
    )
    alt: str | None = Field(
        default=None,
        max_length=LONGEST_ALT,
        description="For people who cannot see the picture; empty for one that only decorates.",
    )
    caption: str | None = Field(default=None, max_length=_LONGEST_CAPTION, description="A line below the picture.")


ItemBody = Annotated[ContentImageRequest, Body()]
TextsBody = Annotated[ContentTextsRequest, Body()]
PromptBody = Annotated[PromptRequest, Body()]


def content_request(body: ContentImageRequest, *, sent: Mapping[str, Any], lenient: bool = False) -> ContentRequest:
    """The request. `lenient` shortens what is too long unless the caller says otherwise.

    Raises:
        InvalidRequest: contentItemId or title is missing, or the id cannot be part of an address.
    """
    item_id, title = _required(body.content_item_id, body.title)
    _check_item_id(item_id)
    return ContentRequest(
        item_id=item_id,
        title=title,
        variant=ContentVariant(body.variant or ContentVariant.HERO),
        description=body.description,
        model=body.model,
        provider=body.provider,
        output_format=body.output_format,
        truncate=lenient if body.truncate is None else body.truncate,
        allow_text=bool(body.allow_text),
        sent=sent,
    )


def changed_texts(body: ContentTextsRequest) -> ContentTexts:
    """The texts that a request changes, each on one line. Raises InvalidRequest: none at all, or no title."""
    given = body.model_fields_set
    if not given:
        raise InvalidRequest.of("body", "Give title, alt or caption.", ["title", "alt", "caption"])
    texts = ContentTexts()
    if "title" in given:
        title = " ".join((body.title or "").split())
        if is_blank(title) or len(title) > _LONGEST_TITLE:
            allowed = {"minLength": 1, "maxLength": _LONGEST_TITLE}
            raise InvalidRequest.of("title", f"title must have 1 to {_LONGEST_TITLE} characters.", allowed)
        texts["title"] = title
    if "alt" in given:
        texts["alt"] = None if body.alt is None else " ".join(body.alt.split())
    if "caption" in given:
        texts["caption"] = " ".join((body.caption or "").split()) or None
    return texts


def prompt_request(body: PromptRequest, *, sent: Mapping[str, Any]) -> ContentRequest:
    """The request of a caller with a prompt of its own; with a title alone it is as from `content_request`.

    Raises:
        InvalidRequest: neither prompt nor title.
    """
    title, prompt = body.title or "", body.prompt or ""
    if is_blank(title) and is_blank(prompt):
        raise InvalidRequest.of("prompt", "prompt or title is required.", ["prompt", "title"])
    item_id = body.content_item_id or UNNAMED_ITEM
    _check_item_id(item_id)
    inline = body.aspect_ratio == ContentVariant.INLINE.aspect_ratio
    return ContentRequest(
        item_id=item_id,
        title=title if not is_blank(title) else prompt,
        variant=ContentVariant.INLINE if inline else ContentVariant.HERO,
        prompt=_prompt(prompt, body) if not is_blank(prompt) else None,
        aspect_ratio=body.aspect_ratio,
        truncate=True,
        sent=sent,
    )


def _prompt(prompt: str, body: PromptRequest) -> str:
    """The models have no field of their own for what shall not be seen, so the prompt says it."""
    style = f"Style: {body.style}." if body.style else ""
    without = f"Do not show: {body.negative_prompt}." if body.negative_prompt else ""
    return " ".join(part for part in (prompt.strip(), style, without) if part)


def _required(item_id: str | None, title: str | None) -> tuple[str, str]:
    named = {"contentItemId": item_id, "title": title}
    missing = [name for name, value in named.items() if value is None or is_blank(value)]
    if missing:
        faults = [FieldError(name, f"{name} is required.", {"minLength": 1}) for name in missing]
        raise InvalidRequest("contentItemId and title are required", faults)
    return item_id or "", title or ""


def _check_item_id(item_id: str) -> None:
    fault = item_id_fault(item_id)
    if fault:
        allowed = {"minLength": 1, "maxLength": LONGEST_ITEM_ID}
        raise InvalidRequest.of("contentItemId", f"contentItemId {fault}.", allowed)
