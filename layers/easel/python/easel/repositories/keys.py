"""What keys of the `core` table are made of. Each room builds and parses its own, in its `keys.py` or its only module.

Children live under their workspace, ids are UUIDv7, so a sort key orders by time. Ids may not contain `#`.
"""

from __future__ import annotations

Key = dict[str, str]


def part(value: str) -> str:
    """The value itself. Raises ValueError where it cannot be told from its neighbours."""
    if "#" in value or not value:
        raise ValueError(f"{value!r} cannot be part of a key")
    return value


def workspace_partition(workspace_id: str) -> str:
    return f"WS#{part(workspace_id)}"


def shard_of(identifier: str, shards: int) -> int:
    """Shard by the random end of the id, not by its time."""
    return sum(identifier[-8:].encode()) % shards
