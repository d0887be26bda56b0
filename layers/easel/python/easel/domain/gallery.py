"""What a gallery can be searched for: words of the prompt, model, shape, whose, when.

The record of a generation that has ended keeps a summary of itself in its index, so that thousands can be looked
through in one read; what is found there is then checked against the pictures themselves.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.domain.image_marks import ImageMarks

RATIOS: Final = ("1:1", "5:4", "4:5", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "2:1", "1:2", "21:9", "9:21")
MAX_WORDS: Final = 8
"""Of a search."""
LONGEST_SEARCH: Final = 200
"""Characters."""
MADE_IN: Final = (Status.COMPLETED, Status.CANCELLED)
"""How generations end that have pictures: what was delivered before one was cancelled stays."""
_SUMMARY_BYTES: Final = 320
"""Words of a summary: what is behind them is not found. More would make the record of usual generations dearer."""
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class GallerySearch:
    """Which images are wanted; None, and an empty tuple, for all. `since` is included, `before` is not.

    `status` is how their generation ended; None for every image that was made. A word stands for all words that begin
    with it; one that is written without blanks between words (Chinese, Thai) for every place where it occurs.
    """

    words: tuple[str, ...] = ()
    model: str | None = None
    ratio: str | None = None
    user_id: str | None = None
    status: Status | None = None
    favourite: bool = False
    tag: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    oldest_first: bool = False

    @property
    def statuses(self) -> tuple[Status, ...]:
        """How the generations ended that are looked through."""
        return MADE_IN if self.status is None else (self.status,)

    def shows(self, generation: Generation, image: Image) -> bool:
        """Whether this image is there to be listed; one that was never made is, where its status is asked for."""
        made_only = self.status in {None, Status.COMPLETED}
        return generation.status in self.statuses and image.gone_at is None and not (made_only and image.stored is None)

    def finds(self, generation: Generation, image: Image, marks: ImageMarks) -> bool:
        """Whether this image is wanted, by everything but time and status."""
        return (
            (self.model is None or generation.model == self.model)
            and (self.user_id is None or generation.user_id == self.user_id)
            and (self.ratio is None or ratio_of(image) == self.ratio)
            and (not self.favourite or marks.favourite)
            and (self.tag is None or self.tag in marks.tags)
            and _has_words(" ".join(words_of(generation.prompt_of(image))), self.words)
        )

    def may_find(self, summary: Summary) -> bool:
        """Whether an image of the generation with this summary may be wanted."""
        return (
            (self.model is None or summary.model == self.model)
            and (self.user_id is None or summary.user_id == self.user_id)
            and (self.ratio is None or self.ratio in summary.ratios)
            and _has_words(summary.words, self.words)
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What the index keeps of a generation: `words` are those of its prompts, each once, as far as there is room."""

    images: int
    model: str
    user_id: str
    ratios: tuple[str, ...]
    words: str

    @classmethod
    def of(cls, generation: Generation) -> Summary:
        ratios = sorted({ratio for image in generation.images if (ratio := ratio_of(image)) is not None})
        prompts = (generation.prompt_of(image) for image in generation.images)
        words = dict.fromkeys(word for prompt in dict.fromkeys(prompts) for word in words_of(prompt))
        return cls(len(generation.images), generation.model, generation.user_id, tuple(ratios), _fitting(words))

    def encode(self) -> str:
        """One line for each field: words and ids have no line breaks."""
        return "\n".join((str(self.images), self.model, self.user_id, " ".join(self.ratios), self.words))

    @classmethod
    def decode(cls, text: str) -> Summary:
        images, model, user_id, ratios, words = text.split("\n")
        return cls(int(images), model, user_id, tuple(ratios.split()), words)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in one spelling for what reads the same, each once, in their order."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return tuple(dict.fromkeys(_WORD.findall(plain)))


def ratio_of(image: Image) -> str | None:
    """The usual ratio that the sides of a picture are nearest to; None without a picture."""
    picture = image.stored
    if picture is None:
        return None
    wanted = math.log(picture.width / picture.height)
    return min(RATIOS, key=lambda ratio: abs(_logarithm(ratio) - wanted))


def _logarithm(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return math.log(int(width) / int(height))


def _has_words(text: str, wanted: Iterable[str]) -> bool:
    beginnings = f" {text}"
    return all(f" {word}" in beginnings or (not word.isascii() and word in text) for word in wanted)


def _fitting(words: Iterable[str]) -> str:
    kept: list[str] = []
    room = _SUMMARY_BYTES
    for word in words:
        room -= len(word.encode("utf-8", "surrogatepass")) + 1
        if room < 0:
            break
        kept.append(word)
    return " ".join(kept)
