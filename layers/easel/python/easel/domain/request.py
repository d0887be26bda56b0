"""A request for images: what the caller asks for, and the parameters that the catalogue makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from easel.domain.reference import Reference
from easel.domain.template_use import TemplateUse

_SEEDS: Final = 2**32
_ENTRY: Final = re.compile(r"\[[0-9]+\].*")
"""What the name of an entry has after the name of its list."""


class Mode(StrEnum):
    """Whether the request carries reference pictures."""

    TEXT_TO_IMAGE = "text-to-image"
    IMAGE_TO_IMAGE = "image-to-image"


class Channel(StrEnum):
    """Through which front door the request came; limits and answers differ by it."""

    API = "api"
    WEB = "web"
    TELEGRAM = "telegram"
    INTAKE = "intake"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels. Canonical text is `WxH`."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class AskedParameters:
    """What the caller wrote about the picture, in the caller's spelling; None where nothing was written.

    `validate_parameters` checks it against a model and makes `ImageParameters` of it. With `negative_in_prompt` a model
    that has no field for a negative prompt is told of it in the text of its prompt, and does not refuse it.
    """

    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    watermark: str | None = None
    size_policy: str | None = None
    negative_prompt: str | None = None
    guidance: float | None = None
    steps: int | None = None
    seed: int | None = None
    negative_in_prompt: bool = False

    @property
    def names_measures(self) -> bool:
        """Whether the caller chose a size, a ratio or a resolution."""
        return not (self.size is self.aspect_ratio is self.resolution is None)


@dataclass(frozen=True, slots=True)
class ImageParameters:
    """What the picture shall be, after validation against the catalogue.

    A model takes either `size` or `aspect_ratio` (with `resolution` where it has one); the others are None.
    `watermark` is text to be drawn into the picture. `seed` is that of the first image. `asked_size` is what the caller
    wrote, where the nearest size that the model has was taken instead.
    """

    size: Size | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    watermark: str | None = None
    asked_size: Size | None = None
    negative_prompt: str | None = None
    guidance: float | None = None
    steps: int | None = None
    seed: int | None = None

    def of_image(self, index: int) -> ImageParameters:
        """Those of one image: each has a seed of its own, or all were the same picture."""
        if self.seed is None:
            return self
        return replace(self, seed=(self.seed + index) % _SEEDS)

    @property
    def measures(self) -> tuple[Size | None, str | None, str | None]:
        """Size, ratio and resolution: what a price depends on, with the quality."""
        return self.size, self.aspect_ratio, self.resolution


class Fallback(StrEnum):
    """Who may stand in when the first provider does not deliver."""

    NONE = "none"
    """Nobody."""
    SAME_MODEL = "same-model"
    """Another provider of the same model."""
    EQUIVALENT = "equivalent"
    """Also another model of the same kind."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What a request, a workspace or a deployment says about who shall make an image; None where it says nothing.

    `after_refusal` lets another vendor try what the content policy of one has refused.
    """

    provider: str | None = None
    fallback: Fallback | None = None
    after_refusal: bool = False


@dataclass(frozen=True, slots=True)
class RequestWebhook:
    """An address that the end of one generation is posted to.

    `url` is what is stored and shown; where it carries a secret, `sealed` is the whole, encrypted with the id of the
    generation. `event_types` empty means every end.
    """

    url: str
    event_types: tuple[str, ...] = ()
    sealed: str | None = None

    def wants(self, event_type: str) -> bool:
        """Whether this end is posted to it."""
        return not self.event_types or event_type in self.event_types

    def as_text(self) -> str:
        """As it is stored, with a generation and with its event in the outbox."""
        return json.dumps([self.url, list(self.event_types), self.sealed])

    @classmethod
    def read(cls, text: str | None) -> RequestWebhook | None:
        """The inverse of `as_text`; None for None."""
        if not text:
            return None
        url, event_types, sealed = json.loads(text)
        return cls(url, tuple(event_types), sealed)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a request was made from.

    `product_id` is the product that its images show. `parent_image` is the image that is made again, `shot` what that
    image was in its template, and `note` what was wrong with it. `reply_to` is the URL of a queue that its events are
    sent to as well, and `correlation_id` comes back in them: both are of messages in the intake. `webhook` is told of
    its end.
    """

    product_id: str | None = None
    parent_image: str | None = None
    shot: str | None = None
    note: str | None = None
    reply_to: str | None = None
    correlation_id: str | None = None
    webhook: RequestWebhook | None = None
    title: str | None = None
    """What its files are named after, such as the name of the product; None for the prompt."""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A request for images as a front door understood it; not yet checked against the model.

    `template` makes the prompts instead of `prompt`, which is then empty. `n` is None for one image, or for as many as
    the template has shots. `input_params` is the body as the caller sent it. `cancel_after` shortens the deadline.
    `quote_id` is an upper bound on what is charged. `reference_fields` are the fields of that body that name the
    references, one for each; empty where they are not in the body, as those of an earlier image.
    """

    prompt: str
    model: str
    n: int | None = None
    asked: AskedParameters = field(default_factory=AskedParameters)
    references: tuple[Reference, ...] = ()
    reference_fields: tuple[str, ...] = ()
    input_params: Mapping[str, Any] = field(default_factory=dict)
    client_reference: str | None = None
    cancel_after: timedelta | None = None
    quote_id: str | None = None
    routing: Routing = field(default_factory=Routing)
    template: TemplateUse | None = None
    origin: Origin = field(default_factory=Origin)

    @property
    def count(self) -> int:
        """The number of images."""
        return 1 if self.n is None else self.n

    def reference_field(self, index: int) -> str:
        """The field of the body that names the source of a reference, as the front door has it."""
        if self.reference_fields:
            return self.reference_fields[index]
        return f"references[{index}].{self.references[index].field}"

    def picture_fields(self) -> list[str]:
        """The fields of the body that together name the pictures to work from, a list as one."""
        numbered = enumerate(self.references)
        names = (self.reference_field(index) for index, reference in numbered if not reference.is_mask)
        return list(dict.fromkeys(_ENTRY.sub("", name) for name in names))

    @property
    def mode(self) -> Mode:
        return Mode.IMAGE_TO_IMAGE if self.references else Mode.TEXT_TO_IMAGE
