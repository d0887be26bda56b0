"""Links to pictures in DynamoDB.

WS#<workspace> / SHARE#<share>                     one link; the ids order them by age
WS#<workspace> / SHAREOF#<target>#<share>          the same in the list of its image or generation
WS#<workspace> / SHARES                            how many there are
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.share import MAX_SHARES, Share
from easel.errors import EaselError, StaleWrite, TooManyShares
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.images import keys
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.table import ConditionFailed, Query, Table, Values
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA: Final = 1


class DynamoShares:
    """`ports.shares.Shares`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def adding(self, share: Share) -> Sequence[Write]:
        listed = {"entity": "SHARE_OF", "schema": _SCHEMA}
        return [
            self._table.putting("put share", _item(share)),
            self._table.putting("list share of its target", {**_key_of_target(share), **listed}),
            self._counting(share.workspace_id, 1),
        ]

    def removing(self, share: Share) -> Sequence[Write]:
        there = {"TableName": self._table.name, "ConditionExpression": "attribute_exists(pk)"}
        return [
            *(
                TransactionWrite("remove share", {"Delete": {**there, "Key": to_item(key)}}, _stale)
                for key in (keys.share(share.workspace_id, share.id), _key_of_target(share))
            ),
            self._counting(share.workspace_id, -1),
        ]

    def _counting(self, workspace_id: str, change: int) -> Write:
        condition = "attribute_not_exists(#count) OR #count < :most" if change > 0 else "#count > :none"
        update = {
            "TableName": self._table.name,
            "Key": to_item(keys.share_count(workspace_id)),
            "UpdateExpression": "ADD #count :change",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": to_item(
                {":change": change} | ({":most": MAX_SHARES} if change > 0 else {":none": 0})
            ),
        }
        return TransactionWrite("count shares", {"Update": update}, _full if change > 0 else _stale)

    def get(self, workspace_id: str, share_id: str) -> Share | None:
        values = self._table.get(keys.share(workspace_id, share_id))
        return _share_from(values) if values else None

    def list(self, workspace_id: str, *, target_id: str | None, limit: int, after: str | None) -> Page[Share]:
        partition = workspace_partition(workspace_id)
        prefix = keys.SHARE_PREFIX if target_id is None else keys.shares_of_target_prefix(target_id)
        query = Query.of(partition, prefix, newest_first=True)
        start = {"pk": partition, "sk": f"{prefix}{after}"} if after else None
        records, more = self._table.page(query, limit=limit, start=start)
        page = Page.of(records, lambda record: str(record["sk"]).removeprefix(prefix), more=more)
        if target_id is None:
            return page.map(_share_from)
        wanted = {id_: keys.share(workspace_id, id_) for id_ in page.positions}
        found = self._table.get_all(list(wanted.values()), consistent=True)
        ids = Page(page.positions, page.positions, page.next_after)
        return ids.find(lambda id_: _found(found.get((wanted[id_]["pk"], wanted[id_]["sk"]))))

    def note_view(self, share: Share, at: datetime) -> None:
        try:
            self._table.update(
                keys.share(share.workspace_id, share.id),
                "ADD #views :one SET lastViewedAt = :at",
                condition="attribute_exists(pk)",
                names={"#views": "views"},
                values={":one": 1, ":at": to_iso(at)},
            )
        except ConditionFailed:
            return


def _key_of_target(share: Share) -> Key:
    return keys.share_of_target(share.workspace_id, share.target_id, share.id)


def _item(share: Share) -> dict[str, Any]:
    return {
        **keys.share(share.workspace_id, share.id),
        "entity": "SHARE",
        "schema": _SCHEMA,
        "id": share.id,
        "workspaceId": share.workspace_id,
        "targetId": share.target_id,
        "secretHash": share.secret_hash,
        "createdAt": to_iso(share.created_at),
        "createdBy": share.created_by,
        "endsAt": to_iso(share.ends_at),
        "hidesPrompt": share.hides_prompt,
        "title": share.title,
        "passwordHash": share.password_hash,
        "views": share.views,
    }


def _found(values: Values | None) -> Share | None:
    return _share_from(values) if values else None


def _share_from(values: Mapping[str, Any]) -> Share:
    return Share(
        id=values["id"],
        workspace_id=values["workspaceId"],
        target_id=values["targetId"],
        secret_hash=values["secretHash"],
        created_at=from_iso(values["createdAt"]),
        created_by=values["createdBy"],
        ends_at=from_iso(values["endsAt"]),
        hides_prompt=values["hidesPrompt"],
        title=values.get("title"),
        password_hash=values.get("passwordHash"),
        views=values["views"],
        last_viewed_at=from_iso(values["lastViewedAt"]) if "lastViewedAt" in values else None,
    )


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The share was revoked meanwhile.")


def _full(_: dict[str, Any] | None) -> EaselError:
    return TooManyShares(f"A workspace can have {MAX_SHARES} shares; revoke some that have ended.")
