"""Removal of uploads: at the caller's request, and when they have ended."""

from easel.clock import system_clock
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.uploads.delete_upload import DeleteUpload
from easel.services.uploads.sweep_uploads import SweepUploads
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.uploads.upload_store import upload_store


class RemoveUploadsEnv(CoreTable, ImagesBucket):
    """What removal needs."""


def delete_upload(env: RemoveUploadsEnv) -> DeleteUpload:
    """Delete one upload."""
    return DeleteUpload(
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME), store=upload_store(env), clock=system_clock
    )


def sweep_uploads(env: RemoveUploadsEnv) -> SweepUploads:
    """Remove uploads that have ended."""
    return SweepUploads(
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME), store=upload_store(env), clock=system_clock
    )
