"""What a page needs to show a picture: widths for `srcset`, crops for link previews, and a ready piece of HTML."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from easel.domain.content_item import ContentVariant
from easel.domain.image import StoredImage
from easel.domain.renditions import OG, SQUARE, widths_within
from easel.errors import InvalidRequest
from easel.http.models import AnswerModel

META: Final = "meta"
HTML: Final = "html"
_PARTS: Final = (META, HTML)
_LONGEST: Final = 40
_SIZES: Final = {
    ContentVariant.HERO: "100vw",
    ContentVariant.INLINE: "(min-width: 800px) 800px, 100vw",
}
_LOADING: Final = {
    # The opening picture is what a reader waits for; the others may come when they are near.
    ContentVariant.HERO: 'fetchpriority="high"',
    ContentVariant.INLINE: 'loading="lazy"',
}

Include = Annotated[
    str | None,
    Query(
        description="`meta` for the field `meta`, `html` for the field `html`, `html,meta` for both.",
        json_schema_extra={"pattern": "^(html|meta)(,(html|meta))*$"},
    ),
]


class ContentMeta(AnswerModel):
    """A finished picture for pages. Every file is made when it is first asked for."""

    srcset: str = Field(description="The widths as jpeg, for the attribute `srcset`.")
    srcset_webp: str = Field(description="The same as webp.")
    sizes: str = Field(description="For the attribute `sizes`: a proposal.")
    width: int
    height: int
    og_image_url: str = Field(description="1200x630 as jpeg, for `og:image`.")
    square_image_url: str = Field(description="1200x1200 as jpeg, for the structured data of an article.")


def parts_to_include(text: str | None) -> frozenset[str]:
    """The parts that the query asks for. Raises InvalidRequest."""
    names = frozenset((text or "")[:_LONGEST].lower().replace(" ", "").split(",")) - {""}
    if unknown := names - frozenset(_PARTS):
        raise InvalidRequest.of("include", f"There is nothing called {min(unknown)!r} to include.", list(_PARTS))
    return names


def meta_of(stored: StoredImage, variant: ContentVariant, address: str) -> ContentMeta:
    """The picture at this address."""
    return ContentMeta(
        srcset=_srcset(stored, address, "jpg"),
        srcset_webp=_srcset(stored, address, "webp"),
        sizes=_SIZES[variant],
        width=stored.width,
        height=stored.height,
        og_image_url=f"{address}/{OG.name}",
        square_image_url=f"{address}/{SQUARE.name}",
    )


def html_of(meta: ContentMeta, variant: ContentVariant, address: str, alt: str) -> str:
    """The picture as HTML: room is kept for it, and browsers choose the file."""
    image = " ".join(
        (
            f'<img src="{escape(address)}" srcset="{escape(meta.srcset)}" sizes="{escape(meta.sizes)}"',
            f'width="{meta.width}" height="{meta.height}" alt="{escape(alt)}" {_LOADING[variant]} decoding="async">',
        )
    )
    source = f'<source type="image/webp" srcset="{escape(meta.srcset_webp)}" sizes="{escape(meta.sizes)}">'
    return f"<picture>{source}{image}</picture>"


def included(
    parts: Collection[str], stored: StoredImage | None, variant: ContentVariant, address: str, alt: str
) -> tuple[ContentMeta | None, str | None]:
    """(meta, html) of a picture, as far as they were asked for; neither before it is finished."""
    if stored is None or not parts:
        return None, None
    meta = meta_of(stored, variant, address)
    return meta if META in parts else None, html_of(meta, variant, address, alt) if HTML in parts else None


def _srcset(stored: StoredImage, address: str, ending: str) -> str:
    return ", ".join(
        f"{address}/w{width}.{ending} {min(width, stored.width)}w" for width in widths_within(stored.width)
    )
