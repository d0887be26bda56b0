"""What a page asks before it shows the form, in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.http.description import route

_TAG: Final = "Workspace API"

READ_SESSION: Final = route(
    "readSession", _TAG, "Who is signed in", "With the workspace that the caller acts in.", {200: "The session."}
)
LIST_AI_MODELS: Final = route(
    "listAiModels",
    _TAG,
    "List the models that make images",
    "Retired names are listed too: requests for them are served by their successors.",
    {200: "The models."},
)
LIST_PRESETS: Final = route(
    "listPresets",
    _TAG,
    "List prompts to begin with",
    "The shots of the prompt templates that ship with Easel, and of the workspace's own.",
    {200: "The presets."},
)
