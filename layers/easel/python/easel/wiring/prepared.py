"""What a function makes at the start of its process, so that its first request need not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from easel import settings

_Env = TypeVar("_Env", bound=settings.Settings)


def prepared(env: type[_Env], *factories: Callable[[_Env], Any]) -> Callable[[], None]:
    """Call these factories with the environment once, for what they load, read and connect; see `easel.start`."""

    def prepare() -> None:
        for factory in factories:
            factory(settings.load(env))

    return prepare
