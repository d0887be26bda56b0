"""The repositories on a `core` table of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from tests.support.generations import NOW, WORKSPACE_ID, a_generation
from tests.support.tables import create_core_table

from easel.domain.generation import Generation
from easel.domain.image import Image, Status
from easel.ids import image_id, uuid7
from easel.repositories.accounts.api_keys import DynamoApiKeys
from easel.repositories.accounts.users import DynamoInitDataClaims, DynamoUsers
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.attribute_values import from_item
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.images.image_tasks import DynamoImageTasks
from easel.repositories.money.usage import DynamoUsageCounters
from easel.repositories.products import DynamoProducts
from easel.repositories.prompt_templates import DynamoPromptTemplates
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.ports.image_tasks import ImageRef
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write
from easel.services.ports.usage import UsageRule

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

_Item = TypeVar("_Item")

MANY = UsageRule(max_active=100, max_per_day=1_000)


@dataclass
class Core:
    """The table, what fulfils the ports on it, and what tests do to it."""

    client: DynamoDBClient
    table: str

    def __post_init__(self) -> None:
        self.generations = DynamoGenerations(self.client, self.table)
        self.tasks = DynamoImageTasks(self.client, self.table)
        self.usage = DynamoUsageCounters(self.client, self.table)
        self.outbox = DynamoOutbox(self.client, self.table)
        self.users = DynamoUsers(self.client, self.table)
        self.workspaces = DynamoWorkspaces(self.client, self.table)
        self.api_keys = DynamoApiKeys(self.client, self.table)
        self.prompt_templates = DynamoPromptTemplates(self.client, self.table)
        self.products = DynamoProducts(self.client, self.table)
        self.uploads = DynamoUploads(self.client, self.table)
        self.init_data = DynamoInitDataClaims(self.client, self.table)

    def commit(self, *writes: Write) -> None:
        DynamoTransactions(self.client).commit(*writes)

    def created(self, **changes: Any) -> Generation:
        """A generation with an id of its own, stored and counted as running."""
        generation = a_generation(**({"id": an_id(0)} | changes))
        self.commit(*self.generations.creation(generation), self.usage.starting(generation, MANY))
        return generation

    def running(self, **changes: Any) -> Generation:
        """A generation that the state machine has begun."""
        generation = self.created(**changes)
        return self.begin(generation)

    def begin(self, generation: Generation) -> Generation:
        assert self.generations.begin(generation.workspace_id, generation.id, NOW)
        return self.stored(generation)

    def stored(self, generation: Generation) -> Generation:
        found = self.generations.get(generation.workspace_id, generation.id)
        assert found is not None
        return found

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table, as it lies there."""
        return [from_item(item) for item in self.client.scan(TableName=self.table)["Items"]]


@pytest.fixture
def core(emulator: Emulator) -> Core:
    client = emulator.client("dynamodb")
    return Core(client, create_core_table(client))


def shown(page: Page[_Item]) -> tuple[list[_Item], str | None]:
    """The items of a page, and where the list goes on."""
    return list(page.items), page.next_after


def an_id(seconds: float) -> str:
    """A generation's id that was made so many seconds after `NOW`."""
    moment = NOW + timedelta(seconds=seconds)
    return id_of(moment)


def id_of(moment: datetime) -> str:
    made = str(uuid7(int(moment.timestamp() * 1000)))
    return f"{made[:-1]}0"


def ref_to(generation: Generation, index: int = 0) -> ImageRef:
    return ImageRef(generation.workspace_id, generation.id, index, "req-1")


def ended_image(generation: Generation, index: int = 0, status: Status = Status.FAILED) -> Image:
    return replace(generation.images[index], status=status, stage=None, completed_at=NOW)


__all__ = ["WORKSPACE_ID", "Core", "an_id", "ended_image", "image_id", "ref_to", "shown"]
