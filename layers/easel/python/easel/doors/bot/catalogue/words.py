"""Models and sizes in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.http.description import UNCHANGED, route

_TAG: Final = "Telegram"

LIST_MODELS: Final = route(
    "botListModels",
    _TAG,
    "List models with prices",
    "The active models, each with `options` and its price in credits: a bare list.",
    {200: "Models.", 304: UNCHANGED},
    public=True,
)

LIST_SIZES: Final = route(
    "botListSizes",
    _TAG,
    "List ready-made sizes",
    "Of `seedream-v4`, as a bare list of `WIDTH*HEIGHT`.",
    {200: "Sizes.", 304: UNCHANGED},
    public=True,
)
