"""The front doors that a deployment opens."""

from collections.abc import Callable

from easel import settings
from easel.http.addresses import doors_named
from easel.http.door import DoorName
from easel.wiring.env import OpenDoors


def open_doors(env: type[OpenDoors]) -> Callable[[], frozenset[DoorName]]:
    """For functions at addresses that several doors share; the environment is read with the first request."""
    return lambda: doors_named(settings.load(env).EASEL_DOORS)
