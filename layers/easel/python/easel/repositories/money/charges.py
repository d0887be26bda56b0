"""Payments that bots took from their users, in DynamoDB.

WS#<bot's workspace> / CHARGE#<hash of the payment's id>
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from easel.repositories.money import keys
from easel.repositories.records import Records
from easel.services.ports.charges import Charge

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from easel.services.ports.transactions import Write


class DynamoCharges:
    """`ports.charges.Charges`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    def adding(self, bot_workspace_id: str, charge: Charge, now: datetime) -> Write:
        values = {
            **keys.charge(bot_workspace_id, _hash(charge.id)),
            "entity": "CHARGE",
            "chargeId": charge.id,
            "telegramId": charge.telegram_id,
            "milliCredits": charge.milli_credits,
        }
        return self._records.adding("put charge", values, now)

    def get(self, bot_workspace_id: str, charge_id: str) -> Charge | None:
        values = self._records.get(keys.charge(bot_workspace_id, _hash(charge_id)))
        return Charge(values["chargeId"], values["telegramId"], values["milliCredits"]) if values else None


def _hash(charge_id: str) -> str:
    # A key may not have every character that an id of others may have.
    return hashlib.sha256(charge_id.encode("utf-8")).hexdigest()
