"""Names that lead elsewhere from one look to the next, through whole generations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.support.engine import Engine, a_request
from tests.support.tables import create_core_table
from tests.unit.imaging.pictures import a_picture, encoded
from tests.unit.outbound.network import Dialler, Shelf, serving, tls_of

from easel.domain.image import Status
from easel.domain.reference import at_url
from easel.errors import ReferenceUnavailable
from easel.imaging.limits import FOREIGN
from easel.imaging.reference_cleaner import PillowReferenceCleaner
from easel.outbound.references import SafeReferenceFetcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from tests.support.emulator import Emulator

HOST = "pictures.example"
PUBLIC, METADATA = "93.184.215.14", "169.254.169.254"


class Names:
    """A name server of the attacker: the answers in turn, the last one again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> DynamoDBClient:
    return emulator.client("dynamodb")


@pytest.fixture
def engine(client: DynamoDBClient) -> Engine:
    return Engine(client, create_core_table(client))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Dialler, dict[str, Any]]]:
    """A host with one picture, whatever address is dialled for it; what fetchers need to call it."""
    server, context = tls_of(HOST, tmp_path)
    with serving(Shelf(body=encoded(a_picture(60, 40), "PNG")), server) as port:
        dialler = Dialler(port)
        yield dialler, {"dialler": dialler, "ssl_context": context}


def run(engine: Engine, names: Names, options: dict[str, Any], images: int = 1) -> Any:
    engine.use(references=SafeReferenceFetcher(resolve=names, **options), cleaner=PillowReferenceCleaner(FOREIGN))
    request = a_request(n=images, references=(at_url(f"https://{HOST}/fox.png"),))
    return engine.run(engine.submit(request).generation.id)


@pytest.mark.requirement("S003-42")
@pytest.mark.parametrize("inside", [METADATA, "127.0.0.1", "10.0.0.8", "::ffff:169.254.169.254", "fd00::1"])
def test_a_name_that_leads_inside_when_it_is_fetched_ends_the_generation_and_costs_nothing(
    engine: Engine, web: tuple[Dialler, dict[str, Any]], inside: str
) -> None:
    dialler, options = web

    ended = run(engine, Names([PUBLIC, inside], [inside]), options)

    failure = ended.images[0].failure
    assert (ended.status, ended.charged, ended.provider_cost_micro_usd) == (Status.FAILED, 0, 0)
    assert (failure.code, failure.message) == (
        ReferenceUnavailable.code,
        f"'{HOST}' is not at a public address.",
    )
    assert (dialler.dialled, engine.provider.tasks, engine.store.objects) == ([], [], {})


@pytest.mark.requirement("S003-42")
def test_a_name_that_leads_inside_right_after_the_look_is_called_where_it_was_seen(
    engine: Engine, web: tuple[Dialler, dict[str, Any]]
) -> None:
    """All images work from the one picture that was fetched: nobody asks for the name again."""
    dialler, options = web
    names = Names([PUBLIC], [METADATA])

    ended = run(engine, names, options, images=4)

    assert (ended.status, names.asked, dialler.dialled) == (Status.COMPLETED, 1, [PUBLIC])
    assert len({reference.data for task in engine.provider.tasks for reference in task.references}) == 1


@pytest.mark.requirement("S003-42")
def test_a_vendor_that_fetches_references_never_gets_the_name(
    engine: Engine, web: tuple[Dialler, dict[str, Any]]
) -> None:
    _, options = web
    engine.provider.reads_references = True

    run(engine, Names([PUBLIC], [METADATA]), options)

    (task,) = engine.provider.tasks
    (lent,) = task.references
    assert lent.url is not None
    assert HOST not in lent.url
