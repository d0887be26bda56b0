"""The trash."""

from datetime import timedelta

from easel.clock import system_clock
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.images.trash import DynamoTrash
from easel.services.images.empty_trash import EmptyTrash
from easel.services.images.manage_trash import ManageTrash
from easel.services.images.read_trash import ReadTrash
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, TrashTime
from easel.wiring.images.deletion import DeleteEnv, delete_images


class ManageTrashEnv(CoreTable, TrashTime):
    """Environment of whatever fills the trash."""


def manage_trash(env: ManageTrashEnv) -> ManageTrash:
    """Put pictures into the trash, and restore them."""
    return ManageTrash(
        records=DynamoTrash(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        kept=timedelta(days=env.TRASH_DAYS),
        clock=system_clock,
    )


def read_trash(env: CoreTable) -> ReadTrash:
    """List the trash."""
    return ReadTrash(lists=DynamoTrash(dynamodb(), env.CORE_TABLE_NAME))


def empty_trash(env: DeleteEnv) -> EmptyTrash:
    """Delete what has ended."""
    ends = DynamoTrash(dynamodb(), env.CORE_TABLE_NAME)
    return EmptyTrash(ends=ends, delete=delete_images(env).from_trash, clock=system_clock)
