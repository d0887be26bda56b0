"""Chooses loopback ports and stores them, so that links stay valid across restarts."""

import json
import socket
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from infra.local.failures import ToolError

_FIRST: Final = 20_000
_LAST: Final = 29_990
"""Below the range of ephemeral ports."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of the three servers of a copy, on 127.0.0.1."""

    edge: int
    emulator: int
    simulators: int

    @property
    def edge_url(self) -> str:
        return f"http://127.0.0.1:{self.edge}"

    @property
    def emulator_url(self) -> str:
        return f"http://127.0.0.1:{self.emulator}"

    @property
    def simulators_url(self) -> str:
        return f"http://127.0.0.1:{self.simulators}"


def choose(remembered: Path, *, base: int | None, ours: frozenset[int] = frozenset()) -> Ports:
    """The ports from `base`, or the stored ones, or free ones; the choice is written to `remembered`.

    `ours` are ports on which this copy's own servers listen already: they count as free. Raises ToolError when `base`
    is given and one of its ports is in use by another program.
    """
    if base is not None:
        ports = Ports(base, base + 1, base + 2)
        taken = [port for port in asdict(ports).values() if not _usable(port, ours)]
        if taken:
            raise ToolError(f"Port {taken[0]} is in use by another program; choose another EASEL_PORT_BASE.")
    else:
        ports = _remembered_if_usable(remembered, ours) or _free(remembered, ours)
    remembered.write_text(json.dumps(asdict(ports)), encoding="utf-8")
    return ports


def _remembered_if_usable(remembered: Path, ours: frozenset[int]) -> Ports | None:
    try:
        ports = Ports(**json.loads(remembered.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return ports if all(_usable(port, ours) for port in asdict(ports).values()) else None


def _free(seed: Path, ours: frozenset[int]) -> Ports:
    candidates = _candidates(str(seed))
    found: list[int] = []
    for port in candidates:
        if _usable(port, ours):
            found.append(port)
        if len(found) == len(Ports.__dataclass_fields__):
            return Ports(*found)
    raise ToolError(f"No three free ports between {_FIRST} and {_LAST}; set EASEL_PORT_BASE.")


def _candidates(seed: str) -> Iterator[int]:
    """All ports, starting at one that depends on the folder: two copies starting together rarely collide."""
    start = zlib.crc32(seed.encode()) % (_LAST - _FIRST)
    for step in range(_LAST - _FIRST):
        yield _FIRST + (start + step) % (_LAST - _FIRST)


def _usable(port: int, ours: frozenset[int]) -> bool:
    if port in ours:
        return True
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
