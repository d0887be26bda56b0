"""Keys of usage sums and of payments in the `core` table. Those of the `ledger` table are in `ledger_items.py`."""

from __future__ import annotations

from easel.repositories.keys import Key, part, workspace_partition


def charge(bot_workspace_id: str, charge_hash: str) -> Key:
    return {"pk": workspace_partition(bot_workspace_id), "sk": f"CHARGE#{part(charge_hash)}"}


def usage_summary(workspace_id: str, day: str, user_id: str, model: str, provider: str, key_id: str = "") -> Key:
    parts = "#".join(part(name) for name in (day, user_id, model, provider, *([key_id] if key_id else [])))
    return {"pk": workspace_partition(workspace_id), "sk": f"SUMMARY#{parts}"}


def usage_summary_days(workspace_id: str, first_day: str, last_day: str) -> tuple[Key, Key]:
    """The key range of the summaries of these days, both included."""
    partition = workspace_partition(workspace_id)
    low, high = f"SUMMARY#{part(first_day)}#", f"SUMMARY#{part(last_day)}#~"
    return {"pk": partition, "sk": low}, {"pk": partition, "sk": high}
