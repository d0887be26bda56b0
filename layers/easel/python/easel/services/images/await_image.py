"""Wait for a single picture, for pages that load its address before it is made."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from easel.services.images.read_images import ImageView

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 2.0


class AwaitImage:
    """`find` reads an image by its permalink's token, and raises NotFound."""

    def __init__(
        self,
        *,
        find: Callable[[str], ImageView],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._find = find
        self._monotonic = monotonic
        self._sleep = sleep

    def __call__(self, token: str, seconds: float) -> ImageView:
        """The image as soon as it has ended, or as it stands after `seconds`. Raises NotFound."""
        until = self._monotonic() + seconds
        pause = _FIRST_PAUSE
        while True:
            view = self._find(token)
            left = until - self._monotonic()
            if view.image.status.is_final or left <= 0:
                return view
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
