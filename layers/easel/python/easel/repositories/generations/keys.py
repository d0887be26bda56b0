"""Keys of generations, of the counters of those that run, of batches, and of what repeated calls find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from easel.repositories.keys import Key, part, shard_of, workspace_partition

GENERATION_PREFIX: Final = "GEN#"
REQUEST: Final = "REQUEST"
STATE: Final = "STATE"
IMAGE: Final = "IMAGE#"
"""The records of a generation: the last parts of their sort keys."""
USAGE_PREFIX: Final = "USAGE#"
ACTIVE_PREFIX: Final = "active:"
"""Of the attributes of a usage record that name a user's running generations, by channel."""
BATCH_PREFIX: Final = "BATCH#"
BATCH_FILE_PREFIX: Final = "BATCHFILE#"
OPEN_SHARDS: Final = 4


def generation_prefix(generation_id: str) -> str:
    """What the sort keys of all records of a generation begin with."""
    return f"{GENERATION_PREFIX}{part(generation_id)}#"


def generation_request(workspace_id: str, generation_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{generation_prefix(generation_id)}{REQUEST}"}


def generation_state(workspace_id: str, generation_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{generation_prefix(generation_id)}{STATE}"}


def generation_image(workspace_id: str, generation_id: str, index: int) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{generation_prefix(generation_id)}{IMAGE}{index}"}


def idempotency_claim(workspace_id: str, key_hash: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"IDEMPOTENCY#{part(key_hash)}"}


def call_tickets_prefix(call_hash: str) -> str:
    """Of the tickets of equal calls; they sort by age, as the ids of their generations do."""
    return f"CALLED#{part(call_hash)}#"


def call_ticket(workspace_id: str, call_hash: str, generation_id: str) -> Key:
    return {
        "pk": workspace_partition(workspace_id),
        "sk": f"{call_tickets_prefix(call_hash)}{part(generation_id)}",
    }


def result_cache(workspace_id: str) -> Key:
    """Whether the workspace reuses results."""
    return {"pk": workspace_partition(workspace_id), "sk": "RESULTCACHE"}


def cached_result(workspace_id: str, fingerprint: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"RESULT#{part(fingerprint)}"}


def usage(workspace_id: str, user_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{USAGE_PREFIX}{part(user_id)}"}


def batch(workspace_id: str, batch_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{BATCH_PREFIX}{part(batch_id)}"}


def batch_line(workspace_id: str, batch_id: str, number: int) -> Key:
    """Outside of the prefix of the batches that are listed."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{batch_lines_prefix(batch_id)}{number:05d}"}


def batch_lines_prefix(batch_id: str) -> str:
    return f"BATCHLINE#{part(batch_id)}#"


def batch_file(workspace_id: str, file_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{BATCH_FILE_PREFIX}{part(file_id)}"}


def status_key(workspace_id: str, status: str) -> str:
    """Partition of the index `generations_by_status`."""
    return f"{workspace_partition(workspace_id)}#{part(status)}"


def open_shard(generation_id: str) -> str:
    """Partition of the sparse index `open_generations_by_attention`."""
    return open_partition(shard_of(generation_id, OPEN_SHARDS))


def open_partition(shard: int) -> str:
    return f"OPEN#{shard}"


def generation_id_of(key: Mapping[str, str]) -> tuple[str, str]:
    """(workspace id, generation id) of the key of any record of a generation."""
    return key["pk"].removeprefix("WS#"), key["sk"].split("#")[1]


def generation_part_of(key: Mapping[str, str]) -> str:
    """Which record of a generation this is: REQUEST, STATE, or IMAGE# with the image's index."""
    return key["sk"].split("#", 2)[2]
