"""Requests for images, made from plain fields."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from easel.domain.request import AskedParameters, ImageRequest

_ASKED: Final = frozenset(field.name for field in fields(AskedParameters))


def an_image_request(model: str = "seedream-v4", prompt: str = "a red fox", **given: Any) -> ImageRequest:
    """A request with these fields; those of `AskedParameters` stand beside the others."""
    asked = {name: value for name, value in given.items() if name in _ASKED}
    rest = {name: value for name, value in given.items() if name not in _ASKED}
    return ImageRequest(prompt=prompt, model=model, asked=AskedParameters(**asked), **rest)
