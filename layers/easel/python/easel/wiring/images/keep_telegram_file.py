"""Telegram's file ids of pictures."""

from easel.repositories.images.telegram_files import DynamoTelegramFiles
from easel.services.images.keep_telegram_file import KeepTelegramFile
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def telegram_files(env: CoreTable) -> DynamoTelegramFiles:
    """Read them."""
    return DynamoTelegramFiles(dynamodb(), env.CORE_TABLE_NAME)


def keep_telegram_file(env: CoreTable) -> KeepTelegramFile:
    """Remember one."""
    return KeepTelegramFile(files=telegram_files(env))
