"""Keys of people, workspaces, members, API keys and senders."""

from __future__ import annotations

from typing import Final

from easel.repositories.keys import Key, part, workspace_partition

MEMBER_PREFIX: Final = "MEMBER#"
WORKSPACE_PREFIX: Final = "WORKSPACE#"
API_KEY_PREFIX: Final = "KEY#"
TELEGRAM_USER_PREFIX: Final = "TELEGRAM#"
USERS_PARTITION: Final = "USERS"


def workspace(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "WORKSPACE"}


def member(workspace_id: str, user_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{MEMBER_PREFIX}{part(user_id)}"}


def user_partition(user_id: str) -> str:
    return f"USER#{part(user_id)}"


def user(user_id: str) -> Key:
    return {"pk": user_partition(user_id), "sk": "USER"}


def users_by_age(created_at: str, user_id: str) -> Key:
    """The list of all users. One partition: sign-ups are far slower than its write limit."""
    return {"pk": USERS_PARTITION, "sk": f"{part(created_at)}#{part(user_id)}"}


def workspace_of_user(user_id: str, workspace_id: str) -> Key:
    """The other side of `member`: from a user to their workspaces."""
    return {"pk": user_partition(user_id), "sk": f"{WORKSPACE_PREFIX}{part(workspace_id)}"}


def telegram_user(bot_workspace_id: str, telegram_id: int) -> Key:
    return {"pk": workspace_partition(bot_workspace_id), "sk": f"{TELEGRAM_USER_PREFIX}{telegram_id}"}


def init_data(digest: str) -> Key:
    return {"pk": f"INITDATA#{part(digest)}", "sk": "INITDATA"}


def api_key(key_hash: str) -> Key:
    return {"pk": f"APIKEY#{part(key_hash)}", "sk": "APIKEY"}


def api_key_of_workspace(workspace_id: str, key_id: str) -> Key:
    """The same key in its workspace's list."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{API_KEY_PREFIX}{part(key_id)}"}


def intake_sender(sender_id: str) -> Key:
    return {"pk": f"SENDER#{part(sender_id)}", "sk": "SENDER"}
