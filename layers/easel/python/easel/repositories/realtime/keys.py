"""Keys of what is sent through WebSockets (table `ephemeral`)."""

from __future__ import annotations

from typing import Final

from easel.repositories.keys import Key, part

SEQUENCE_PREFIX: Final = "SEQ#"
CONNECTION_PREFIX: Final = "CONNECTION#"


def realtime_partition(workspace_id: str) -> str:
    """Of what is sent through a workspace's WebSockets (table `ephemeral`). Its stream has all of it in order."""
    return f"REALTIME#{part(workspace_id)}"


def realtime_head(workspace_id: str) -> Key:
    return {"pk": realtime_partition(workspace_id), "sk": "HEAD"}


def realtime_event(workspace_id: str, seq: int) -> Key:
    return {"pk": realtime_partition(workspace_id), "sk": f"{SEQUENCE_PREFIX}{seq:016d}"}


def realtime_event_id(workspace_id: str, event_id: str) -> Key:
    return {"pk": realtime_partition(workspace_id), "sk": f"EVENT#{part(event_id)}"}


def realtime_connection(workspace_id: str, connection_id: str) -> Key:
    return {"pk": realtime_partition(workspace_id), "sk": f"{CONNECTION_PREFIX}{part(connection_id)}"}


def realtime_subscription(workspace_id: str, connection_id: str, moment: str) -> Key:
    return {"pk": realtime_partition(workspace_id), "sk": f"SUBSCRIBE#{part(connection_id)}#{part(moment)}"}


def connection_owner(connection_id: str) -> Key:
    """Whose a connection is (table `ephemeral`)."""
    return {"pk": f"{CONNECTION_PREFIX}{part(connection_id)}", "sk": "CONNECTION"}
