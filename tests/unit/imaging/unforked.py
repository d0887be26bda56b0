"""Imaging without its child process, for tests of thousands of pictures: all but the limits of the system."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from easel.imaging import bounded
from easel.imaging.limits import Limits


@contextmanager
def unforked() -> Iterator[None]:
    """Within, pictures are cleaned and finished in this process."""
    with (
        patch("easel.imaging.foreign.run_bounded", _in_this_process),
        patch("easel.imaging.pillow_processor.run_bounded", _in_this_process),
    ):
        yield


def _in_this_process(work: Callable[[], bounded.Result], _: Limits) -> list[bytes]:
    return bounded._unpacked(b"".join(bounded._answer(work, math.inf)))
