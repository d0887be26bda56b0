"""Tickets for uploads."""

from easel.clock import system_clock
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.uploads.create_upload import CreateUpload
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.uploads.upload_store import upload_store


class TicketEnv(CoreTable, ImagesBucket):
    """What tickets need."""


def create_upload(env: TicketEnv) -> CreateUpload:
    """Announce uploads."""
    return CreateUpload(
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME), store=upload_store(env), clock=system_clock
    )
