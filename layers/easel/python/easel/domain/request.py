"""A request for images: what the caller asks for, and the parameters that the catalogue makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that the model shall work from, in the caller's order."""

    url: str
    role: str = "reference"
    telegram_file_id: str | None = None


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
class ImageParameters:
    """What the picture shall be, after validation against the catalogue.

    A model takes either `size` or `aspect_ratio` (with `resolution` where it has one); the others are None.
    `watermark` is text to be drawn into the picture. `asked_size` is what the caller wrote, where the nearest size that
    the model has was taken instead.
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
