"""Which file of an image a request asks for, and how: the same query parameters at every door that shows images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, cast

from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from easel.domain.file_names import picture_name
from easel.http.parse import choice, wants_json
from easel.services.images.links import LinkOptions, variant_key

if TYPE_CHECKING:
    from easel.services.images.links import Variant
    from easel.services.images.read_images import ImageView

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


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """Which file of an image is asked for: to be saved or shown, or its headers only."""

    variant: Variant
    download: bool = False
    head: bool = False

    @classmethod
    def read(cls, variant: str | None, download: str | None, *, head: bool) -> PictureRequest:
        """Raises InvalidRequest: a value that is not one of ours."""
        return cls(chosen_variant(variant), chosen_download(download), head)

    def link_options(self, view: ImageView, title: str) -> LinkOptions:
        """`title` is the first part of the name to save it under."""
        if not self.download or view.image.stored is None:
            return LinkOptions(head=self.head)
        key = variant_key(view.image.stored, self.variant)
        name = picture_name(title, view.image.shot, view.image.index + 1, key)
        return LinkOptions(filename=name, head=self.head)


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
