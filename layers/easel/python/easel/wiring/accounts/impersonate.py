"""The person whom a request of a bot names."""

from easel.repositories.accounts.users import DynamoUsers
from easel.services.accounts.impersonation import ImpersonateTelegramUser
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def telegram_person(env: CoreTable) -> ImpersonateTelegramUser:
    """The caller as the person whom the request names."""
    return ImpersonateTelegramUser(users=DynamoUsers(dynamodb(), env.CORE_TABLE_NAME))
