"""The check of references at submit, and what it shares with the workers that fetch them."""

from functools import partial

from easel.clock import system_clock
from easel.identity.telegram import read_bot
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.references.images_of_workspace import ImagesOfWorkspace
from easel.services.references.resolve_references import ResolveReferences
from easel.storage.address_vault import KmsAddressVault
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import AddressKey, BotSecret, CoreTable, PublicAddress
from easel.wiring.secrets import secret


class ResolveEnv(CoreTable, PublicAddress, AddressKey, BotSecret):
    """Environment of whatever takes references."""


def resolve_references(env: ResolveEnv) -> ResolveReferences:
    """Check what references name."""
    return ResolveReferences(
        images=ImagesOfWorkspace(DynamoGenerations(dynamodb(), env.CORE_TABLE_NAME)),
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME),
        vault=address_vault(env),
        bot_workspace=partial(_bot_workspace, env.TELEGRAM_BOT_SECRET_ARN),
        public_base_url=env.PUBLIC_BASE_URL,
        clock=system_clock,
    )


def address_vault(env: AddressKey) -> KmsAddressVault:
    """Encrypts and decrypts addresses that carry a secret."""
    return KmsAddressVault(lambda: aws_client("kms"), env.ADDRESS_KEY_ID)


def _bot_workspace(secret_arn: str) -> str | None:
    bot = read_bot(secret(secret_arn))
    # Files of a bot are read with its token.
    return bot.workspace_id if bot and bot.token else None
