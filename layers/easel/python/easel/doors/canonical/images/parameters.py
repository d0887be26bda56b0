"""Addresses and query parameters of the routes about images, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, cast

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from easel.http.parse import choice

if TYPE_CHECKING:
    from easel.services.images.links import Variant

VARIANTS: Final = ("original", "preview", "thumbnail")
"""Those of `services.links`, repeated so that the type need not be inspected at run time."""

VariantChoice = Annotated[
    str | None,
    Query(description="Which file; the original when left out.", json_schema_extra={"enum": [*VARIANTS, None]}),
]
Accept = Annotated[str | None, Header(description="`application/json` for a description instead of the redirect.")]
ImageId = Annotated[str, Path(alias="imageId", json_schema_extra={"format": "uuid"})]
PermalinkToken = Annotated[str, Path()]
ProviderName = Annotated[str, Path(description="The provider that was given the address.")]
CallbackTicket = Annotated[str, Query(alias="t", description="The ticket in the address.")]


def chosen_variant(text: str | None) -> Variant:
    """Read `variant`; the original is the default.

    Raises:
        InvalidRequest: not one of ours.
    """
    return "original" if text is None else cast("Variant", choice("variant", text.lower(), VARIANTS))
