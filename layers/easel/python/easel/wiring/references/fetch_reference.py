"""The bytes of reference pictures."""

from collections.abc import Iterable
from functools import partial

from easel.identity.telegram import read_bot
from easel.outbound.references import SafeReferenceFetcher
from easel.outbound.telegram import TelegramFileFetcher
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.ports.pictures import PictureReader
from easel.services.references.fetch_reference import FetchReference
from easel.services.references.images_of_workspace import ImagesOfWorkspace
from easel.wiring.aws import dynamodb
from easel.wiring.env import AddressKey, TelegramApi
from easel.wiring.references.resolve_references import address_vault
from easel.wiring.secrets import secret


class FetchEnv(AddressKey, TelegramApi):
    """Environment of whatever fetches references, beside the core table and the trusted origins."""


def fetch_reference(env: FetchEnv, *, core_table: str, trusted: Iterable[str], store: PictureReader) -> FetchReference:
    """Fetch a reference picture from wherever it is."""
    return FetchReference(
        web=SafeReferenceFetcher(trusted_origins=trusted),
        telegram=TelegramFileFetcher(
            partial(_bot_token, env.TELEGRAM_BOT_SECRET_ARN), base_url=env.TELEGRAM_API_URL, trusted_origins=trusted
        ),
        store=store,
        images=ImagesOfWorkspace(DynamoGenerations(dynamodb(), core_table)),
        uploads=DynamoUploads(dynamodb(), core_table),
        vault=address_vault(env),
    )


def _bot_token(secret_arn: str) -> str | None:
    bot = read_bot(secret(secret_arn))
    return bot.token if bot else None
