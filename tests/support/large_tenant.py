"""A tenant whose workspace grows as wanted, and what its requests cost then."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from tests.functions.api.bot_client import BotClient
from tests.functions.api.picture_tenant import PictureTenant
from tests.functions.api.world import World, world
from tests.support.large_workspaces import Copies
from tests.support.mini_app import TELEGRAM_ID
from tests.support.stored_pictures import StoredPictures

from easel.domain.identities import TelegramIdentity
from easel.domain.request import Channel
from easel.ids import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functions.api.harness import Answer
    from tests.support.aws_calls import AwsCalls
    from tests.support.emulator import Emulator
    from tests.support.issuer import Issuer

    from easel.domain.generation import Generation

_LISTS: Final = (
    "/api/products?limit=10",
    "/api/products?limit=10&page=2",
    "/api/v1/products?limit=10",
    "/api/generations?limit=10",
    "/api/generations?limit=10&page=2",
    "/api/generations?limit=10&status=COMPLETED",
    "/api/generations?limit=10&status=PENDING",
    "/api/v1/generations?limit=10",
    "/api/v1/generations?limit=10&status=COMPLETED",
    "/api/v1/gallery?limit=10",
    "/api/v1/gallery?limit=10&sort=oldest",
    "/api/v1/gallery?limit=10&favourite=true",
    "/api/v1/gallery/tags",
    "/api/v1/gallery/trash",
    "/api/v1/shares",
    "/api/v1/data/dashboard",
    "/api/v1/data/analytics",
    "/api/v1/images?limit=10",
    "/api/v1/images?limit=10&offset=10",
    "/api/v1/prompts?limit=10",
    "/api/v1/content-items/article/images?limit=10",
    "/api/ai/spend",
    "/api/presets",
    "/api/v1/usage",
    "/api/v1/usage/me",
    "/api/v1/wallet",
    "/api/v1/wallet/entries",
    "/api/v1/events",
    "/api/v1/uploads",
    "/api/v1/batches",
    "/api/v1/prompt-templates",
    "/api/v1/public/gallery",
)
"""A page of a number reads what comes before it, however much follows."""
SEARCHES: Final = (
    "/api/v1/gallery?limit=10&q=linen",
    "/api/v1/gallery?limit=10&q=nothing",
    "/api/v1/gallery?limit=10&model=seedream-v4&ratio=1:1&from=2023-01-01",
    "/api/v1/gallery/prompts",
)
"""Each looks through summaries, up to a number of them (`repositories.images.gallery.LOOKED_THROUGH`)."""


_OF_A_PERSON: Final = (
    f"/api/v1/generations?telegram_id={TELEGRAM_ID}&limit=10&offset=0",
    f"/api/v1/generations?telegram_id={TELEGRAM_ID}&limit=10&offset=10",
    f"/api/v1/generations/active?telegram_id={TELEGRAM_ID}",
    f"/api/v1/users/{TELEGRAM_ID}/balance",
    f"/api/v1/users/{TELEGRAM_ID}/trial",
    "/api/v1/users/spend",
)
"""What a bot asks about a person whom it brought."""
_ARTICLE: Final = "article"


@dataclass
class LargeTenant:
    """One product, one generation and one content item, and as many copies of them as wanted; so of a bot's person."""

    world: World
    calls: AwsCalls
    pictures: PictureTenant
    product_id: str
    generation_id: str
    image_id: str
    copies: Copies
    bot: BotClient
    of_the_person: Generation
    size: int = 1

    @classmethod
    @contextmanager
    def made(
        cls, emulator: Emulator, issuer: Issuer, calls: AwsCalls, copies_in: Callable[..., Copies] = Copies
    ) -> Iterator[Self]:
        """In a deployment of its own, made while calls are counted."""
        with world(emulator, issuer) as deployment:
            dict(deployment.environment)  # Reading it makes its resources, which are no calls of a request.
            pictures = PictureTenant(deployment, deployment.tenant())
            product = pictures.world.call(
                "POST", "/api/v1/products", token=pictures.tenant["apiKey"], body={"name": "bag"}
            ).json
            generation = pictures.generation(1_000)
            copies = copies_in(pictures.dynamodb, deployment.environment["CORE_TABLE_NAME"])
            pictures.ask(generation)  # An archive is built once.
            pictures.call("GET", "/api/v1/events")  # That somebody reads them is noted once.
            copies.count_generations(generation.workspace_id, generation.user_id, 1)
            pictures.article(_ARTICLE, generation)
            bot, of_the_person = _a_bot(deployment, pictures)
            copies.count_generations(of_the_person.workspace_id, of_the_person.user_id, 1)
            yield cls(
                deployment,
                calls,
                pictures,
                product["id"],
                generation.id,
                generation.images[0].id,
                copies,
                bot,
                of_the_person,
            )

    def grow_to(self, size: int) -> None:
        """Have so many products and generations."""
        workspace, user = self.pictures.tenant["workspaceId"], self.pictures.tenant["userId"]
        self.copies.products(workspace, self.product_id, self.size, size)
        self.copies.generations(workspace, self.generation_id, self.size, size)
        self.copies.versions(workspace, _ARTICLE, self.generation_id, self.size, size)
        self.copies.count_generations(workspace, user, size - self.size)
        person = self.of_the_person
        self.copies.generations(person.workspace_id, person.id, self.size, size)
        self.copies.count_generations(person.workspace_id, person.user_id, size - self.size)
        self.size = size

    def totals(self) -> dict[str, int]:
        """What the lists with totals say."""
        return {path: self.pictures.call("GET", path).json["total"] for path in ("/api/products", "/api/generations")}

    def measure(self) -> dict[str, tuple[str, ...]]:
        """The calls to AWS of each request, and how many records its queries read."""
        single = (
            f"/api/products/{self.product_id}",
            f"/api/generations/{self.generation_id}",
            f"/api/generations/{self.generation_id}/download",
            f"/api/images/{self.image_id}",
        )
        own = {path: self._calls(self.pictures.call, *path.split("?")) for path in (*_LISTS, *SEARCHES, *single)}
        number = number_of(self.of_the_person.id)
        results = f"/api/v1/generations/{number}/results?telegram_id={TELEGRAM_ID}"
        return own | {path: self._calls(self.bot.call, *path.split("?")) for path in (*_OF_A_PERSON, results)}

    def _calls(self, call: Callable[..., Answer], path: str, query: str = "") -> tuple[str, ...]:
        answers: list[Answer] = []
        read_before = self.calls.records_read
        calls = self.calls.during(lambda: answers.append(call("GET", path, query=query)))
        assert answers[0].status in {200, 302}, answers[0].body
        # What the authorizer reads depends on what it remembers; it ends with the count of the request. A process reads
        # a secret once in five minutes.
        counted = "dynamodb:UpdateItem" in calls
        own = calls[calls.index("dynamodb:UpdateItem") + 1 :] if counted else calls
        told = (f"{self.calls.records_read - read_before} records read",)
        return (*(call for call in own if call != "secrets-manager:GetSecretValue"), *told)


def _a_bot(deployment: World, pictures: PictureTenant) -> tuple[BotClient, Generation]:
    """A bot, and a generation of a person whom it brought."""
    tenant = deployment.tenant("Bot", key="bot")
    bot = BotClient(deployment, tenant["apiKey"])
    bot.sync()
    person = TelegramIdentity(tenant["workspaceId"], TELEGRAM_ID)
    stored = StoredPictures(
        dynamodb=pictures.dynamodb,
        table=deployment.environment["CORE_TABLE_NAME"],
        s3=pictures.s3,
        bucket=pictures.bucket,
    )
    return bot, stored.generation(person.workspace_id, 1_000, user_id=person.user_id, channel=Channel.TELEGRAM)
