"""Keys of uploads."""

from __future__ import annotations

from typing import Final

from easel.repositories.keys import Key, part, shard_of, workspace_partition

UPLOAD_PREFIX: Final = "UPLOAD#"
UPLOAD_SHARDS: Final = 4


def upload(workspace_id: str, upload_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{UPLOAD_PREFIX}{part(upload_id)}"}


def upload_shard(upload_id: str) -> str:
    """Partition of the sparse index `uploads_by_expiry`."""
    return upload_partition(shard_of(upload_id, UPLOAD_SHARDS))


def upload_partition(shard: int) -> str:
    return f"UPLOADS#{shard}"


def upload_id_of(key: Key) -> tuple[str, str]:
    """(workspace id, upload id) of an upload's key."""
    return key["pk"].removeprefix("WS#"), key["sk"].removeprefix(UPLOAD_PREFIX)
