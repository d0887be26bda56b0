"""The daily check: what vendors no longer offer, what they have announced, and what ends soon."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from easel.domain.catalogue import Candidate, Catalogue, Life, Lifecycle, Model, load_catalogue
from easel.domain.catalogue.loading import read_catalogue
from easel.domain.catalogue.watch import Finding
from easel.domain.events import INSTALLATION, Event, serialise_event
from easel.domain.provider import OfferedModel
from easel.errors import ProviderError, ProviderErrorClass, QueueUnavailable
from easel.events import schema
from easel.events.catalogue_schema import CatalogueEvent, catalogue_json_schema
from easel.jobs import JobCounts
from easel.providers.base import ProviderAdapter
from easel.providers.sandbox import Sandbox
from easel.services.catalogue.check_catalogue import CatalogueReport, CheckCatalogue

TODAY = datetime(2026, 11, 21, 6, 43, tzinfo=UTC)
END = date(2026, 12, 24)


class Vendor(Sandbox):
    """A provider whose list is what a test says: entries, none at all, or an error."""

    def __init__(self, offered: tuple[OfferedModel, ...] | Exception | None) -> None:
        super().__init__()
        self._offered = offered

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        if isinstance(self._offered, Exception):
            raise self._offered
        return self._offered


def a_model(name: str, *offers: tuple[str, str, str], life: Life | None = None) -> Model:
    pattern = load_catalogue().find("nano-banana")
    candidates = tuple(Candidate(provider, name, text, image, {"default": 1}) for provider, text, image in offers)
    return replace(
        pattern, id=name, aliases=(), life=life or Life(), candidates=candidates, equivalents=(), provider=offers[0][0]
    )


class World:
    """A catalogue, vendors and a clock, and what was told."""

    def __init__(self, *models: Model, at: datetime = TODAY, **vendors: tuple[OfferedModel, ...] | Exception | None):
        self.told: list[Event] = []
        self.now = TODAY
        self.is_down = False
        self.unpublishable = ""
        adapters: dict[str, ProviderAdapter] = {name: Vendor(offered) for name, offered in vendors.items()}
        self.check = CheckCatalogue(
            catalogue=Catalogue("1", models, clock=lambda: self.now),
            names=sorted(adapters),
            providers=adapters.__getitem__,
            publish=self._publish,
            tell_workspaces=lambda *_: JobCounts(),
            clock=lambda: self.now,
        )

    def _publish(self, event: Event) -> None:
        if self.is_down:
            raise QueueUnavailable("The bus is away.")
        if event.data["model"]["id"] == self.unpublishable:
            raise ValueError("an event that the bus does not take")
        self.told.append(event)

    def run(self) -> CatalogueReport:
        self.told.clear()
        return self.check("check-1")


ALIVE = a_model("alive", ("vendor", "alive-1", "alive-1"))
DYING = a_model("dying", ("vendor", "dying-1", "dying-1"), life=Life(Lifecycle.DEPRECATED, END, None, "alive", "Ends."))
LIST = (OfferedModel("alive-1"), OfferedModel("dying-1", END), OfferedModel("of no interest", date(2026, 11, 22)))


def test_a_catalogue_that_agrees_with_its_vendors_has_nothing_to_tell() -> None:
    world = World(ALIVE, DYING, vendor=LIST)

    assert world.run() == CatalogueReport((), {})
    assert world.told == []


@pytest.mark.requirement("X-25")
def test_a_model_that_the_vendor_no_longer_lists_is_told_once_for_each_of_its_names() -> None:
    both = a_model("both", ("vendor", "both/text", "both/edit"))
    world = World(ALIVE, both, vendor=(OfferedModel("both/text"),))

    report = world.run()

    seen = {(one.what, one.model.id, one.upstream_model) for one in report.observations}
    assert seen == {(Finding.MISSING, "alive", "alive-1"), (Finding.MISSING, "both", "both/edit")}
    assert [event.type for event in world.told] == ["catalogue.model_missing"] * 2
    assert len({event.id for event in world.told}) == 2


def test_a_vendor_without_a_list_is_taken_at_the_catalogues_word() -> None:
    assert World(ALIVE, vendor=None).run() == CatalogueReport((), {})


def test_an_end_that_the_catalogue_does_not_know_is_told_until_it_does() -> None:
    announced = (OfferedModel("alive-1", date(2027, 3, 1)),)
    world = World(ALIVE, vendor=announced)

    (seen,) = world.run().observations
    (first,) = world.told
    assert (seen.what, seen.on, seen.days_left) == (Finding.ANNOUNCED, date(2027, 3, 1), 100)

    world.now += timedelta(days=1)
    world.run()
    assert [event.id for event in world.told] == [first.id]

    known = replace(ALIVE, life=Life(Lifecycle.DEPRECATED, date(2027, 3, 1), None, "dying", "It ends."))
    assert World(known, vendor=announced).run().observations == ()


@pytest.mark.requirement("X-25")
@pytest.mark.parametrize("offered", [LIST, None], ids=["by its vendor", "by the catalogue alone"])
def test_an_end_that_is_known_is_told_a_month_a_week_and_a_day_before(
    offered: tuple[OfferedModel, ...] | None,
) -> None:
    world = World(ALIVE, DYING, vendor=offered)
    told: dict[int, Event] = {}
    for days in range(40, -1, -1):
        world.now = datetime(2026, 12, 24, 6, 43, tzinfo=UTC) - timedelta(days=days)
        world.run()
        for event in world.told:
            if event.type == "catalogue.model_ends_soon":
                told[days] = event

    # On the day after, too, under the same id: a check may have been missed.
    assert list(told) == [30, 29, 7, 6, 1]
    assert told[30].id == told[29].id != told[7].id == told[6].id != told[1].id
    assert told[7].data["model"]["daysLeft"] == 7


def test_a_vendor_that_does_not_answer_hides_neither_the_others_nor_the_dates() -> None:
    error = ProviderError("no", provider="mute", error_class=ProviderErrorClass.RETRYABLE)
    dying = a_model(
        "dying", ("mute", "m", "m"), life=Life(Lifecycle.DEPRECATED, date(2026, 11, 28), None, "alive", ".")
    )
    world = World(ALIVE, dying, mute=error, vendor=())

    report = world.run()

    assert report.unchecked == {"mute": "retryable"}
    assert {one.what for one in report.observations} == {Finding.MISSING, Finding.ENDS_SOON}


def test_a_list_that_no_adapter_can_read_hides_nothing_of_the_others() -> None:
    lost = a_model("lost", ("odd", "lost-1", "lost-1"))

    report = World(ALIVE, lost, vendor=(), odd=RuntimeError("a list of an unknown form")).run()

    assert report.unchecked == {"odd": "unreadable"}
    assert [(one.what, one.model.id) for one in report.observations] == [(Finding.MISSING, "alive")]


def test_a_finding_that_cannot_be_published_does_not_keep_the_others_back() -> None:
    others = [a_model(name, ("vendor", name, name)) for name in ("first", "second", "third")]
    world = World(*others, vendor=())
    world.unpublishable = "first"

    report = world.run()

    assert report.failed == 1
    assert {event.data["model"]["id"] for event in world.told} == {"second", "third"}


def test_retired_names_are_no_promise() -> None:
    retired = a_model("old", ("vendor", "old-1", "old-1"), life=Life(Lifecycle.RETIRED, None, END, "alive", "Ended."))

    assert World(ALIVE, retired, vendor=(OfferedModel("alive-1"),)).run().observations == ()


def test_an_event_that_cannot_be_sent_is_counted_and_has_the_same_id_next_time() -> None:
    world = World(ALIVE, vendor=())
    world.run()
    (told,) = world.told
    world.is_down = True
    assert world.run().failed == 1

    world.is_down = False
    world.now += timedelta(hours=2)
    world.run()
    assert [event.id for event in world.told] == [told.id]
    world.now += timedelta(days=1)
    world.run()
    assert [event.id for event in world.told] != [told.id]


@pytest.mark.requirement("M-10")
def test_each_event_is_described_completely() -> None:
    world = World(ALIVE, DYING, vendor=(OfferedModel("dying-1", date(2026, 11, 28)),))
    world.run()

    assert {event.type for event in world.told} == {f"catalogue.{what}" for what in Finding}
    for event in world.told:
        text = serialise_event(event)
        assert CatalogueEvent.model_validate_json(text).model_dump(mode="json", by_alias=True) == json.loads(text)
        jsonschema_rs.Draft202012Validator(catalogue_json_schema()).validate(json.loads(text))
        assert (event.workspace_id, event.request_id) == (INSTALLATION, "check-1")


def test_the_published_schema_is_that_of_the_models() -> None:
    published = Path(schema.__file__).with_name("catalogue.v1.schema.json")

    assert json.loads(published.read_text()) == catalogue_json_schema()


@pytest.mark.requirement("X-25")
def test_the_models_that_end_in_ten_days_are_told_of_a_week_before() -> None:
    def now() -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    catalogue = read_catalogue(clock=now)
    told: list[Event] = []
    check = CheckCatalogue(
        catalogue=catalogue,
        names=["openai"],
        providers=lambda _: Vendor(None),
        publish=told.append,
        tell_workspaces=lambda *_: JobCounts(),
        clock=now,
    )
    check("check-1")

    ending = {event.data["model"]["id"] for event in told if event.data["model"]["endsOn"] == "2026-12-01"}
    assert ending == {"gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest"}
