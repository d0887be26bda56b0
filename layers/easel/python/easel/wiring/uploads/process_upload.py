"""The check of what arrived. Functions that use this need the imaging layer."""

from easel.clock import system_clock
from easel.imaging.upload_cleaner import PillowUploadCleaner
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.uploads.process_upload import ProcessUpload
from easel.storage.keys import upload_of_incoming
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, ImagesBucket, UploadScan
from easel.wiring.uploads.upload_store import upload_store
from easel.workflow.upload_messages import ArrivedUpload, arrivals


class ProcessUploadEnv(CoreTable, ImagesBucket, UploadScan):
    """What the check needs."""


def process_upload(env: ProcessUploadEnv) -> ProcessUpload:
    """Check what arrived."""
    return ProcessUpload(
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME),
        store=upload_store(env),
        cleaner=PillowUploadCleaner(),
        clock=system_clock,
        scanned=env.UPLOAD_SCAN,
    )


def uploads_in(body: str) -> list[ArrivedUpload]:
    """The uploads that a message is about."""
    return arrivals(body, upload_of_incoming)
