"""Files that come within a request. Functions that use this need the imaging layer."""

from easel.clock import system_clock
from easel.imaging.upload_cleaner import PillowUploadCleaner
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.uploads.accept_upload import AcceptUpload
from easel.wiring.aws import dynamodb
from easel.wiring.env import UploadScan
from easel.wiring.uploads.create_upload import TicketEnv, create_upload
from easel.wiring.uploads.upload_store import upload_store


class AcceptEnv(TicketEnv, UploadScan):
    """What accepting files needs."""


def accept_upload(env: AcceptEnv) -> AcceptUpload:
    """Accept files of forms."""
    return AcceptUpload(
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME),
        store=upload_store(env),
        cleaner=PillowUploadCleaner(),
        tickets=create_upload(env),
        clock=system_clock,
        scanned=env.UPLOAD_SCAN,
    )
