"""Addresses and query parameters of the routes about images, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, cast

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from easel.http.parse import choice, wants_json

if TYPE_CHECKING:
    from easel.services.images.links import Variant

VARIANTS: Final = ("original", "preview", "thumbnail")
"""Those of `services.links`, repeated so that the type need not be inspected at run time."""
SHORT_NAMES: Final = {"thumb": "thumbnail"}
FORMATS: Final = ("image", "json")
_SWITCH: Final = {"1": True, "true": True, "0": False, "false": False}

VariantChoice = Annotated[
    str | None,
    Query(
        description="Which file; the original when left out. `thumb` is `thumbnail`.",
        json_schema_extra={"enum": [*VARIANTS, *SHORT_NAMES, None]},
    ),
]
FormatChoice = Annotated[
    str | None,
    Query(
        alias="format",
        description="`json` for a description instead of the redirect; `image` for the redirect.",
        json_schema_extra={"enum": [*FORMATS, None]},
    ),
]
DownloadChoice = Annotated[
    str | None,
    Query(
        description="`1` to save the file, under a name of its product, role and number, instead of showing it.",
        json_schema_extra={"enum": [*_SWITCH, None]},
    ),
]
Accept = Annotated[str | None, Header(description="`application/json` for a description instead of the redirect.")]
ImageId = Annotated[str, Path(alias="imageId", json_schema_extra={"format": "uuid"})]
GenerationOfArchive = Annotated[str, Path(alias="generationId", json_schema_extra={"format": "uuid"})]
PermalinkToken = Annotated[str, Path()]
ProviderName = Annotated[str, Path(description="The provider that was given the address.")]
CallbackTicket = Annotated[str, Query(alias="t", description="The ticket in the address.")]


def chosen_variant(text: str | None) -> Variant:
    """Read `variant`; the original is the default.

    Raises:
        InvalidRequest: not one of ours.
    """
    if text is None:
        return "original"
    name = SHORT_NAMES.get(text.lower(), text.lower())
    return cast("Variant", choice("variant", name, VARIANTS))


def chosen_json(format_text: str | None, accept: str | None) -> bool:
    """Whether the description is asked for: by `format`, else by `Accept`.

    Raises:
        InvalidRequest: a format that is not one of ours.
    """
    if format_text is None:
        return wants_json(accept)
    return choice("format", format_text.lower(), FORMATS) == "json"


def chosen_download(text: str | None) -> bool:
    """Read `download`; false is the default.

    Raises:
        InvalidRequest: neither 1, 0, true nor false.
    """
    return text is not None and _SWITCH[choice("download", text.lower(), tuple(_SWITCH))]
