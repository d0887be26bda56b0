"""A reference: a picture that the model shall work from, by where it is and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from easel.domain.template_use import ANY_ROLE

MASK: Final = "mask"
"""The role of a mask: a PNG of the size of the first picture, transparent where that picture may be changed."""


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A picture at a web address.

    `telegram_file_id` is kept for callers who name a picture by both. An address that carries a secret is stored
    twice: `url` shows it without the secret, `sealed` is the whole one, encrypted for the worker that fetches it.
    """

    url: str = field(repr=False)
    telegram_file_id: str | None = None
    sealed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UploadSource:
    """A picture that was uploaded to the caller's workspace."""

    upload_id: str


@dataclass(frozen=True, slots=True)
class ImageSource:
    """A picture that was made in the caller's workspace."""

    image_id: str


@dataclass(frozen=True, slots=True)
class TelegramSource:
    """A file that the workspace's Telegram bot can fetch."""

    file_id: str


Source = UrlSource | UploadSource | ImageSource | TelegramSource


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference, in the caller's order."""

    source: Source
    role: str = ANY_ROLE

    @property
    def is_mask(self) -> bool:
        """Whether it says where to edit, instead of being a picture to work from."""
        return self.role == MASK

    @property
    def url(self) -> str | None:
        """The web address, if it is at one."""
        return self.source.url if isinstance(self.source, UrlSource) else None

    @property
    def telegram_file_id(self) -> str | None:
        """The Telegram file id, if the caller named one."""
        match self.source:
            case TelegramSource(file_id) | UrlSource(telegram_file_id=file_id):
                return file_id
            case _:
                return None

    @property
    def field(self) -> str:
        """The field of the canonical door that names the source."""
        return _FIELDS[type(self.source)]

    @property
    def name(self) -> str:
        """What the field says."""
        match self.source:
            case UrlSource(url=name) | UploadSource(name) | ImageSource(name) | TelegramSource(name):
                return name


_FIELDS: Final[dict[type[Source], str]] = {
    UrlSource: "url",
    UploadSource: "uploadId",
    ImageSource: "imageId",
    TelegramSource: "telegramFileId",
}


@dataclass(frozen=True, slots=True)
class ReferenceNeeds:
    """What a candidate has to take: so many pictures, and a mask."""

    pictures: int = 0
    mask: bool = False


NO_REFERENCES: Final = ReferenceNeeds()


def needs_of(references: Sequence[Reference]) -> ReferenceNeeds:
    """What has to be taken for these references."""
    masks = sum(reference.is_mask for reference in references)
    return ReferenceNeeds(len(references) - masks, masks > 0)


def at_url(url: str, role: str = ANY_ROLE, telegram_file_id: str | None = None) -> Reference:
    """A reference to a picture at a web address."""
    return Reference(UrlSource(url, telegram_file_id), role)
