"""Workspaces and their members in DynamoDB.

WS#<workspace> / WORKSPACE               the workspace, with its number of owners
WS#<workspace> / MEMBER#<user>           a membership
USER#<user> / WORKSPACE#<workspace>      the same by user; changed in the same transaction
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from easel.clock import from_iso
from easel.domain.plans import DEFAULT_PLAN
from easel.errors import Conflict, EaselError, Forbidden, LastOwner, NotFound, StaleWrite
from easel.repositories.accounts import keys
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import Values
from easel.services.ports.accounts import Membership, WorkspaceRecord
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoWorkspaces:
    """`ports.accounts.Workspaces`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    # --- writes: parts of transactions --------------------------------------------------------------------------

    def adding(self, workspace: WorkspaceRecord) -> Write:
        values = {
            **keys.workspace(workspace.workspace_id),
            "entity": "WORKSPACE",
            "id": workspace.workspace_id,
            "name": workspace.name,
            "plan": workspace.plan,
            "personal": workspace.personal,
            "owners": 1,
        }
        return self._records.adding("put workspace", values, workspace.created_at)

    def adding_member(self, membership: Membership) -> Sequence[Write]:
        def taken(_: dict[str, Any] | None) -> EaselError:
            return Conflict(f"User {membership.user_id} belongs to this workspace already.")

        values = {
            "workspaceId": membership.workspace_id,
            "userId": membership.user_id,
            "role": membership.role,
            "plan": membership.plan,
        }
        member, mirror = _both_keys(membership)
        return [
            self._records.adding("put member", {**member, "entity": "MEMBER", **values}, membership.added_at, taken),
            self._records.adding("put membership", {**mirror, "entity": "MEMBERSHIP", **values}, membership.added_at),
        ]

    def changing_role(self, membership: Membership, role: str) -> Sequence[Write]:
        return [
            self._changing(
                "change role",
                "Update",
                key,
                membership,
                {"UpdateExpression": "SET #role = :role"},
                {":role": role},
            )
            for key in _both_keys(membership)
        ]

    def removing_member(self, membership: Membership) -> Sequence[Write]:
        return [self._changing("remove member", "Delete", key, membership) for key in _both_keys(membership)]

    def still_member(self, workspace_id: str, user_id: str, roles: Sequence[str], scope: str) -> Write:
        def refused(item: dict[str, Any] | None) -> EaselError:
            if item is None:
                return NotFound(f"There is no workspace {workspace_id}.")
            return Forbidden(f"This needs the scope {scope} in workspace {workspace_id}.")

        allowed = {f":role{number}": role for number, role in enumerate(roles)}
        return TransactionWrite(
            "check that the caller is still a member",
            {
                "ConditionCheck": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.member(workspace_id, user_id)),
                    "ConditionExpression": f"#role IN ({', '.join(allowed)})",
                    "ExpressionAttributeNames": {"#role": "role"},
                    "ExpressionAttributeValues": to_item(allowed),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            refused,
        )

    def existing(self, workspace_id: str) -> Write:
        return TransactionWrite(
            "check that the workspace exists",
            {
                "ConditionCheck": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.workspace(workspace_id)),
                    "ConditionExpression": "attribute_exists(pk)",
                }
            },
            lambda _: NotFound(f"There is no workspace {workspace_id}."),
        )

    def counting_key(self, membership: Membership) -> Write:
        return self._changing(
            "count a personal key",
            "Update",
            keys.member(membership.workspace_id, membership.user_id),
            membership,
            {"UpdateExpression": "SET keysCreated = :next"},
            {":next": membership.keys_created + 1},
        )

    def counting_owners(self, workspace_id: str, change: int) -> Write:
        return TransactionWrite(
            "count owners",
            {
                "Update": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.workspace(workspace_id)),
                    "UpdateExpression": "SET owners = owners + :change",
                    "ConditionExpression": "owners > :least",
                    "ExpressionAttributeValues": to_item({":change": change, ":least": -change}),
                }
            },
            lambda _: LastOwner("A workspace always has an owner. Make another member an owner first."),
        )

    def _changing(
        self,
        description: str,
        action: str,
        key: Key,
        membership: Membership,
        more: Mapping[str, Any] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Write:
        condition = "#role = :was"
        expected: dict[str, Any] = {":was": membership.role}
        if key["sk"].startswith(keys.MEMBER_PREFIX):
            # A change of the membership must not miss a key that was created since the read.
            if membership.keys_created:
                condition += " AND keysCreated = :keys"
                expected[":keys"] = membership.keys_created
            else:
                condition += " AND attribute_not_exists(keysCreated)"
        return TransactionWrite(
            description,
            {
                action: {
                    "TableName": self._records.name,
                    "Key": to_item(key),
                    **(more or {}),
                    "ConditionExpression": condition,
                    "ExpressionAttributeNames": {"#role": "role"},
                    "ExpressionAttributeValues": to_item({**expected, **(values or {})}),
                }
            },
            lambda _: StaleWrite(f"{description}: the membership changed since it was read."),
        )

    # --- reads and single writes ----------------------------------------------------------------------------------

    def get(self, workspace_id: str) -> WorkspaceRecord | None:
        values = self._records.get(keys.workspace(workspace_id))
        return _workspace_from(values) if values else None

    def renaming(self, workspace_id: str, name: str) -> Write:
        return TransactionWrite(
            "rename workspace",
            {
                "Update": {
                    "TableName": self._records.name,
                    "Key": to_item(keys.workspace(workspace_id)),
                    "UpdateExpression": "SET #name = :name",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeNames": {"#name": "name"},
                    "ExpressionAttributeValues": to_item({":name": name}),
                }
            },
            lambda _: NotFound(f"There is no workspace {workspace_id}."),
        )

    def membership(self, workspace_id: str, user_id: str) -> Membership | None:
        values = self._records.get(keys.member(workspace_id, user_id))
        return _membership_from(values) if values else None

    def members(self, workspace_id: str, *, limit: int, after: str | None) -> Page[Membership]:
        partition = workspace_partition(workspace_id)
        return self._records.listed(partition, limit=limit, after=after, prefix=keys.MEMBER_PREFIX).map(
            _membership_from
        )

    def of_user(self, user_id: str, *, limit: int, after: str | None) -> Page[tuple[WorkspaceRecord, str]]:
        partition = keys.user_partition(user_id)
        entries = self._records.listed(partition, limit=limit, after=after, prefix=keys.WORKSPACE_PREFIX)
        found = self._records.get_all([keys.workspace(entry["workspaceId"]) for entry in entries.items])
        by_id = {values["id"]: _workspace_from(values) for values in found.values()}

        def seen(entry: Values) -> tuple[WorkspaceRecord, str] | None:
            workspace = by_id.get(entry["workspaceId"])
            return (workspace, entry["role"]) if workspace else None

        return entries.find(seen)


def _both_keys(membership: Membership) -> tuple[Key, Key]:
    return (
        keys.member(membership.workspace_id, membership.user_id),
        keys.workspace_of_user(membership.user_id, membership.workspace_id),
    )


def _workspace_from(values: Mapping[str, Any]) -> WorkspaceRecord:
    return WorkspaceRecord(
        workspace_id=values["id"],
        name=values["name"],
        created_at=from_iso(values["createdAt"]),
        plan=values.get("plan", DEFAULT_PLAN),
        personal=values.get("personal", False),
    )


def _membership_from(values: Mapping[str, Any]) -> Membership:
    return Membership(
        workspace_id=values["workspaceId"],
        user_id=values["userId"],
        role=values["role"],
        added_at=from_iso(values["createdAt"]),
        plan=values.get("plan", DEFAULT_PLAN),
        keys_created=values.get("keysCreated", 0),
    )
