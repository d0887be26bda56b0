"""Users in DynamoDB, and their Telegram identities.

USER#<user> / USER                       the user
USERS / <created>#<user>                 all users by age; points to the record above
WS#<bot's workspace> / TELEGRAM#<id>     a user of this bot
INITDATA#<digest> / INITDATA             a used Mini App sign-in; expires by TTL
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.identities import TelegramIdentity, TelegramProfile
from easel.errors import NotFound
from easel.repositories.accounts import keys
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import workspace_partition
from easel.repositories.records import Records
from easel.repositories.table import ConditionFailed, Table
from easel.services.ports.accounts import UserRecord
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PROFILE: Final = {
    "telegram_id": "telegramId",
    "username": "username",
    "first_name": "firstName",
    "last_name": "lastName",
    "language_code": "languageCode",
}
"""The attributes that a profile is stored in."""


class DynamoUsers:
    """`ports.accounts.Users`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def adding(self, user: UserRecord) -> Sequence[Write]:
        values = {
            **keys.user(user.user_id),
            "entity": "USER",
            "id": user.user_id,
            "name": user.name,
            **(_profile_values(user.profile) if user.profile else {}),
        }
        entry = {
            **keys.users_by_age(to_iso(user.created_at), user.user_id),
            "entity": "USER_ENTRY",
            "userId": user.user_id,
        }
        return [
            self._records.adding("put user", values, user.created_at),
            self._records.adding("register user", entry, user.created_at),
        ]

    def existing(self, user_id: str) -> Write:
        check = {
            "TableName": self._records.name,
            "Key": to_item(keys.user(user_id)),
            "ConditionExpression": "attribute_exists(pk)",
        }
        return TransactionWrite(
            "find user", {"ConditionCheck": check}, lambda _: NotFound(f"There is no user {user_id}.")
        )

    def adding_telegram(self, identity: TelegramIdentity, now: datetime) -> Write:
        values = {
            **keys.telegram_user(identity.bot_workspace_id, identity.telegram_id),
            "entity": "TELEGRAM_USER",
            "telegramId": identity.telegram_id,
            "userId": identity.user_id,
            "workspaceId": identity.workspace_id,
        }
        return self._records.adding("put telegram user", values, now)

    def get(self, user_id: str) -> UserRecord | None:
        values = self._records.get(keys.user(user_id))
        return _user_from(values) if values else None

    def update_profile(
        self, user_id: str, profile: TelegramProfile, now: datetime, *, unknown: Collection[str] = ()
    ) -> UserRecord | None:
        values = _profile_values(profile, unknown)
        kept = {name: value for name, value in values.items() if value is not None}
        gone = sorted(values.keys() - kept.keys())
        expression = "SET updatedAt = :now" + "".join(f", {name} = :{name}" for name in kept)
        try:
            changed = self._records.update(
                keys.user(user_id),
                expression + (f" REMOVE {', '.join(gone)}" if gone else ""),
                condition="attribute_exists(pk)",
                values={":now": to_iso(now)} | {f":{name}": value for name, value in kept.items()},
                returns="ALL_NEW",
            )
        except ConditionFailed:
            return None
        return _user_from(changed)

    def knows_telegram(self, identity: TelegramIdentity) -> bool:
        return self._records.get(keys.telegram_user(identity.bot_workspace_id, identity.telegram_id)) is not None

    def of_bot(self, bot_workspace_id: str, *, limit: int, after: str | None) -> Page[int]:
        partition = workspace_partition(bot_workspace_id)
        found = self._records.listed(partition, limit=limit, after=after, prefix=keys.TELEGRAM_USER_PREFIX)
        return found.map(lambda values: int(values["telegramId"]))

    def newest(self, *, limit: int, after: str | None) -> Page[UserRecord]:
        entries = self._records.listed(keys.USERS_PARTITION, limit=limit, after=after, newest_first=True)
        found = self._records.get_all([keys.user(entry["userId"]) for entry in entries.items])
        by_id = {values["id"]: _user_from(values) for values in found.values()}
        return entries.find(lambda entry: by_id.get(entry["userId"]))


class DynamoInitDataClaims:
    """`ports.accounts.InitDataClaims`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def first_use(self, digest: str, now: datetime, until: datetime) -> datetime:
        key = keys.init_data(digest)
        values = {**key, "entity": "INIT_DATA", "usedAt": to_iso(now), "expiresAt": int(until.timestamp())}
        try:
            self._table.put(values, "attribute_not_exists(pk)")
        except ConditionFailed:
            used = self._table.get(key)
            # It is only gone when its TTL is over, and then the sign-in itself has expired.
            return from_iso(used["usedAt"]) if used else now
        # As stored, so that a repeated sign-in gets the same session.
        return from_iso(to_iso(now))


def _profile_values(profile: TelegramProfile, unknown: Collection[str] = ()) -> dict[str, Any]:
    return {stored: getattr(profile, name) for name, stored in _PROFILE.items() if name not in unknown}


def _user_from(values: Mapping[str, Any]) -> UserRecord:
    return UserRecord(
        user_id=values["id"],
        created_at=from_iso(values["createdAt"]),
        name=values.get("name"),
        profile=_profile_from(values) if "telegramId" in values else None,
        updated_at=from_iso(values["updatedAt"]) if "updatedAt" in values else None,
    )


def _profile_from(values: Mapping[str, Any]) -> TelegramProfile:
    return TelegramProfile(
        telegram_id=values["telegramId"],
        username=values.get("username"),
        first_name=values.get("firstName"),
        last_name=values.get("lastName"),
        language_code=values.get("languageCode"),
    )
