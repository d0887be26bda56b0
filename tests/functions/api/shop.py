"""A tenant of the shop door: its calls, its uploads, and what the engine does to its generations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.support.generations import a_stored_image

from easel.domain.generation import conclude
from easel.domain.image import FAILURE_TEXTS, Status
from easel.domain.upload import UNATTACHED_LIFETIME, AcceptedPicture, Upload, UploadState
from easel.errors import ProviderErrorClass
from easel.ids import new_id
from easel.repositories.attribute_values import to_item
from easel.repositories.catalogue.latencies import DynamoLatencies
from easel.repositories.generations.generations import DynamoGenerations
from easel.repositories.generations.image_items import image_item
from easel.repositories.uploads.uploads import DynamoUploads
from easel.wiring import aws
from easel.wiring.generations.close_generation import SettleEnv, close_generation

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

    from easel.domain.generation import Generation

FACTS: Final = {"name": "canvas tote bag", "color": "forest green", "material": "waxed cotton"}


class Shop:
    """One tenant with its calls."""

    def __init__(self, world: World, name: str = "Acme", **more: Any) -> None:
        self.world = world
        self.tenant = world.tenant(name, **more)
        self._dynamodb, self._table = world.emulator.client("dynamodb"), world.environment["CORE_TABLE_NAME"]
        self._generations = DynamoGenerations(self._dynamodb, self._table)
        self.uploads = DynamoUploads(self._dynamodb, self._table)

    def call(self, method: str, path: str, **more: Any) -> Answer:
        return self.world.call(method, path, token=self.tenant["apiKey"], **more)

    def upload(self, *, ready: bool = True) -> str:
        """An upload of this tenant, checked unless told otherwise."""
        now = datetime.now(UTC)
        upload = Upload(
            id=new_id(),
            workspace_id=self.tenant["workspaceId"],
            user_id=self.tenant["userId"],
            state=UploadState.AWAITING,
            announced_type="image/png",
            filename="bag.png",
            created_at=now,
            expires_at=now + UNATTACHED_LIFETIME,
        )
        self.uploads.add(upload)
        if ready:
            self.accept(upload.id)
        return upload.id

    def accept(self, upload_id: str) -> None:
        """What the worker does once it has checked an upload."""
        workspace_id = self.tenant["workspaceId"]
        key = f"uploads/{workspace_id}/{upload_id}/aa"
        checked = AcceptedPicture(f"{key}.png", f"{key}-thumb.webp", "image/png", 1234, 40, 30, "ab" * 32)
        self.uploads.accept(workspace_id, upload_id, checked)

    def stored_upload(self, upload_id: str) -> Upload:
        found = self.uploads.get(self.tenant["workspaceId"], upload_id)
        assert found is not None
        return found

    def product(self, **changes: Any) -> dict[str, Any]:
        answer = self.call("POST", "/api/v1/products", body=FACTS | changes)
        assert answer.status == 201, answer.body
        body: dict[str, Any] = answer.json
        return body

    def counted(self, method: str, path: str, **more: Any) -> tuple[Answer, list[str]]:
        """An answer, and what its function asked of DynamoDB."""
        called: list[str] = []

        def note(model: Any, **_: object) -> None:
            called.append(model.name)

        self.world.authorize({"authorization": f"Bearer {self.tenant['apiKey']}"})
        events = aws.aws_client("dynamodb").meta.events
        events.register("before-call.dynamodb", note, unique_id="counted")
        try:
            answer = self.call(method, path, **more)
        finally:
            events.unregister("before-call.dynamodb", unique_id="counted")
        # The first one counts the request against the rate limits.
        return answer, called[1:]

    def observe(self, model: str, seconds: Collection[float]) -> None:
        """What workers note about images of this model."""
        latencies = DynamoLatencies(self._dynamodb, self.world.environment["EPHEMERAL_TABLE_NAME"])
        for waited in seconds:
            latencies.record(model, timedelta(seconds=waited), datetime.now(UTC))

    # --- what the engine does ---------------------------------------------------------------------------------------

    def generation(self, generation_id: str) -> Generation:
        """As it is stored."""
        found = self._generations.get(self.tenant["workspaceId"], generation_id)
        assert found is not None
        return found

    def begin(self, generation_id: str) -> None:
        """What happens before its execution starts."""
        assert self._generations.begin(self.tenant["workspaceId"], generation_id, datetime.now(UTC))

    def deliver(self, generation_id: str, indexes: Collection[int]) -> None:
        """What a worker writes for images that it has made."""
        generation = self.generation(generation_id)
        for image in generation.images:
            if image.index in indexes:
                done = replace(
                    image, status=Status.COMPLETED, stage=None, stored=a_stored_image(), completed_at=datetime.now(UTC)
                )
                self._put(generation, done)

    def fail(self, generation_id: str, indexes: Collection[int]) -> None:
        """What a worker writes for images that cannot be made."""
        generation = self.generation(generation_id)
        failure = FAILURE_TEXTS[ProviderErrorClass.FAILED]
        for image in generation.images:
            if image.index in indexes:
                failed = replace(
                    image, status=Status.FAILED, stage=None, failure=failure, completed_at=datetime.now(UTC)
                )
                self._put(generation, failed)

    def settle(self, generation_id: str) -> None:
        """What the state machine does last."""
        environment = self.world.environment
        close = close_generation(SettleEnv.model_validate({name: environment[name] for name in SettleEnv.model_fields}))
        close(self.tenant["workspaceId"], generation_id, lambda generation: conclude(generation.images))

    def _put(self, generation: Generation, image: Any) -> None:
        item = image_item(generation.workspace_id, generation.id, image)
        self._dynamodb.put_item(TableName=self._table, Item=to_item(item))
