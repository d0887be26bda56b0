"""The start of a function's process, which Lambda gives a whole processor: what the first request needs belongs here.

A function of 512 MB has a third of a processor when it answers. What is imported, read and connected at the start is
therefore three times as fast as in the first request. Everywhere else than in Lambda nothing is done ahead.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable
from typing import Final

_IN_LAMBDA: Final = "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def begin() -> None:
    """Before the imports: they make many objects that stay, which the garbage collector need not look at each time."""
    if _IN_LAMBDA:
        gc.disable()


def complete(prepare: Callable[[], object] | None = None) -> None:
    """After the imports: do what the first request would have to do, then let the garbage collector work again.

    When `prepare` fails, the first request does it again, and its caller gets a proper answer.
    """
    if not _IN_LAMBDA:
        return
    try:
        if prepare:
            prepare()
    except Exception as error:  # noqa: BLE001 - a function that cannot start answers nothing at all
        # Only the type: messages of foreign errors may contain values.
        logging.getLogger("easel.start").warning("not prepared for requests: %s", type(error).__name__)
    finally:
        gc.freeze()
        gc.enable()
