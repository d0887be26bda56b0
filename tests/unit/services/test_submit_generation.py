"""The submit use case that ships, over ports in memory: what it stores, holds, queues, refuses and repeats."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from tests.support.requests import an_image_request
from tests.support.submitting import MemorySubmissions, quote_signer, submit_generation_over

from easel.domain.budgets import BudgetKind, BudgetScope
from easel.domain.catalogue import load_catalogue
from easel.domain.deadlines import MAX_QUEUE_WAIT
from easel.domain.generation import Generation
from easel.domain.image import ServedBy, Status
from easel.domain.plans import PLANS
from easel.domain.pricing import load_price_book
from easel.domain.prompt_templates import TemplateSet, find_built_in
from easel.domain.reference import at_url
from easel.domain.request import Channel, Fallback, ImageRequest, Mode, Routing, Size
from easel.domain.template_use import TemplateUse
from easel.errors import (
    BudgetExceeded,
    EaselError,
    IdempotencyKeyReused,
    InsufficientCredits,
    InvalidRequest,
    LimitReached,
    QuoteExpired,
    UnknownTemplate,
)
from easel.outbound.addresses import find_fault
from easel.services.accounts.principal import Principal
from easel.services.generations.submit_generation import IDEMPOTENCY_WINDOW, Submitted
from easel.services.money.appraise import Appraisal, Appraise
from easel.services.money.quotes import QUOTE_LIFETIME
from easel.services.ports.usage import UsageRule

NOW: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
WORKSPACE: Final = "019a9f1c-0000-7000-8000-00000000000a"
CALLER: Final = Principal(
    workspace_id=WORKSPACE,
    user_id="user-1",
    roles=frozenset({"member"}),
    scopes=frozenset({"generations:write"}),
    channel=Channel.API,
    key_id="key-2",
    identities=("user:user-1",),
    budget_keys=("key-1", "key-2"),
)
SEEDREAM: Final = load_catalogue().find("seedream-v4")
BAG: Final = TemplateUse("product-shots", {"name": "tote bag", "color": "green"}, shots=("duo", "flat-lay"))
KEY: Final = "key-1"


@dataclass
class Desk:
    """The use case with everything it writes, under a clock that the test turns."""

    ports: MemorySubmissions = field(default_factory=MemorySubmissions)
    now: datetime = NOW
    templates: dict[str, TemplateSet | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._submit = submit_generation_over(self.ports, lambda: self.now, find_template=self._find_template)

    def submit(self, request: ImageRequest, key: str | None = None, caller: Principal = CALLER) -> Submitted:
        return self._submit(caller, request, request_id="req-1", idempotency_key=key)

    def stored(self, request: ImageRequest, caller: Principal = CALLER) -> Generation:
        """What a submit has stored; it is also what it answers with."""
        submitted = self.submit(request, caller=caller)
        stored = self.ports.get(WORKSPACE, submitted.generation.id)
        assert stored is not None
        assert submitted == Submitted(stored, replayed=False)
        return stored

    def appraised(self, request: ImageRequest, plan: str) -> Appraisal:
        return Appraise(catalogue=load_catalogue(), prices=load_price_book(), address_fault=find_fault(()))(
            replace(CALLER, plan=plan), request
        )

    def quote(self, request: ImageRequest, plan: str = "standard") -> str:
        return quote_signer(lambda: self.now).sign(WORKSPACE, self.appraised(request, plan)).id

    def _find_template(self, _workspace_id: str, template_id: str, version: int | None) -> TemplateSet | None:
        return self.templates[template_id] if template_id in self.templates else find_built_in(template_id, version)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def refused(desk: Desk, request: ImageRequest, error: type[EaselError], key: str | None = None) -> EaselError:
    """How a request is refused; nothing is written."""
    before = (dict(desk.ports.generations), dict(desk.ports.claims), list(desk.ports.holds), list(desk.ports.queued))
    with pytest.raises(error) as refusal:
        desk.submit(request, key)
    after = (desk.ports.generations, desk.ports.claims, desk.ports.holds, desk.ports.queued)
    assert before == after
    return refusal.value


# --- what is stored -------------------------------------------------------------------------------------------------


def test_a_generation_belongs_to_its_caller_and_is_to_be_made(desk: Desk) -> None:
    stored = desk.stored(an_image_request(n=3))

    assert (stored.workspace_id, stored.user_id, stored.channel) == (WORKSPACE, "user-1", Channel.API)
    assert (stored.request_id, stored.budget_keys) == ("req-1", ("key-1", "key-2"))
    assert (stored.status, stored.created_at, len(stored.images)) == (Status.PENDING, NOW, 3)
    assert (stored.model, stored.provider) == ("seedream-v4", "wavespeed")
    assert stored.served_by == ServedBy("wavespeed", "seedream-v4")
    assert stored.work_seconds == SEEDREAM.deadline_seconds
    assert len(stored.permalink_secret) >= 20


def test_a_model_is_stored_under_its_own_name_whatever_the_caller_calls_it(desk: Desk) -> None:
    assert desk.stored(an_image_request(model=" Seedream-V4 ")).model == "seedream-v4"


def test_without_references_an_image_comes_from_text_alone(desk: Desk) -> None:
    stored = desk.stored(an_image_request())

    assert (stored.mode, stored.references) == (Mode.TEXT_TO_IMAGE, ())


def test_with_references_an_image_comes_from_them_in_the_callers_order(desk: Desk) -> None:
    references = (
        at_url("https://a.example/2.png", "front", "file-2"),
        at_url("https://a.example/1.png"),
    )

    stored = desk.stored(an_image_request(references=references))

    assert (stored.mode, stored.references) == (Mode.IMAGE_TO_IMAGE, references)


def test_the_callers_own_words_are_kept(desk: Desk) -> None:
    sent = {"prompt": "a red fox", "n": 1.0, "extra": [None, {"a": 1.5}]}

    stored = desk.stored(an_image_request(prompt="a red fox", input_params=sent, client_reference="order 7"))

    assert (stored.prompt, stored.input_params, stored.client_reference) == ("a red fox", sent, "order 7")


def test_parameters_are_stored_as_the_model_reads_them(desk: Desk) -> None:
    asked = {"size": "2048*2048", "output_format": "JPG", "style": " Vivid ", "watermark": " Easel "}

    parameters = desk.stored(an_image_request(**asked)).parameters

    assert (parameters.size, parameters.output_format) == (Size(2048, 2048), "jpeg")
    assert (parameters.style, parameters.watermark) == ("vivid", "Easel")


def test_what_the_first_provider_will_make_otherwise_is_stored(desk: Desk) -> None:
    stored = desk.stored(an_image_request(style="vivid"))

    assert [(one.field, one.made) for one in stored.adjustments] == [("style", "prompt")]


def test_what_the_request_says_about_providers_is_kept_and_followed(desk: Desk) -> None:
    routing = Routing("wavespeed", Fallback.EQUIVALENT, after_refusal=True)

    stored = desk.stored(an_image_request(model="nano-banana-2.1", routing=routing))

    assert (stored.routing, stored.provider) == (routing, "wavespeed")


def test_a_template_makes_a_prompt_for_each_image(desk: Desk) -> None:
    stored = desk.stored(an_image_request(prompt="", template=BAG))

    assert stored.template is not None
    assert (stored.template.id, stored.template.version) == ("product-shots", 2)
    assert stored.prompt == "Product shots: tote bag"
    assert [image.shot for image in stored.images] == ["duo", "flat-lay"]
    assert all("green" in (image.prompt or "") for image in stored.images)


# --- time -----------------------------------------------------------------------------------------------------------


def test_cancel_after_shortens_the_deadline_and_never_lengthens_it(desk: Desk) -> None:
    usual = desk.stored(an_image_request()).deadline
    assert usual == NOW + timedelta(seconds=SEEDREAM.deadline_seconds) + MAX_QUEUE_WAIT

    shorter = desk.stored(an_image_request(cancel_after=timedelta(seconds=30))).deadline
    longer = desk.stored(an_image_request(cancel_after=timedelta(days=1))).deadline

    assert (shorter, longer) == (NOW + timedelta(seconds=30), usual)


# --- money ----------------------------------------------------------------------------------------------------------


def test_the_price_is_held_before_anything_is_made_and_counts_against_every_budget(desk: Desk) -> None:
    stored = desk.stored(an_image_request(n=4))

    assert stored.price is not None
    assert stored.price.images == 4
    (hold,) = desk.ports.holds
    assert (hold.generation_id, hold.amount, hold.workspace_id) == (stored.id, stored.price.total, WORKSPACE)
    scopes = [BudgetScope(WORKSPACE), BudgetScope(WORKSPACE, "key-1"), BudgetScope(WORKSPACE, "key-2")]
    assert desk.ports.reserved == [(scope, stored.price.total) for scope in scopes]


def test_everything_is_written_in_one_transaction(desk: Desk) -> None:
    desk.submit(an_image_request(), KEY)

    (writes,) = desk.ports.unit_of_work.committed
    budgets = ["reserve key budget", "reserve key budget"]
    assert writes == ["claim key", "count for user-1", "put generation", "hold credits", *budgets]


def test_the_test_model_is_free_and_touches_no_wallet(desk: Desk) -> None:
    stored = desk.stored(an_image_request(model="sandbox"))

    assert stored.price is None or stored.price.total == 0
    assert (desk.ports.holds, desk.ports.reserved) == ([], [])


def test_a_workspace_that_was_never_seen_gets_its_account_first(desk: Desk) -> None:
    desk.ports.unseen.add(WORKSPACE)

    desk.stored(an_image_request())

    assert desk.ports.opened == [(WORKSPACE, ("user:user-1",))]
    assert len(desk.ports.holds) == 1


def test_with_too_few_credits_the_request_is_refused_with_both_amounts(desk: Desk) -> None:
    desk.ports.wallets[WORKSPACE] = 1

    refusal = refused(desk, an_image_request(), InsufficientCredits)

    assert isinstance(refusal, InsufficientCredits)
    assert (refusal.available, refusal.required > 1) == (1, True)


@pytest.mark.parametrize("scope", [BudgetScope(WORKSPACE), BudgetScope(WORKSPACE, "key-1")], ids=str)
def test_a_budget_that_is_used_up_refuses_the_request(desk: Desk, scope: BudgetScope) -> None:
    desk.ports.budgets[scope] = 1

    refusal = refused(desk, an_image_request(), BudgetExceeded)

    assert isinstance(refusal, BudgetExceeded)
    assert refusal.kind == (BudgetKind.KEY if scope.key_id else BudgetKind.WORKSPACE)


@pytest.mark.parametrize(("channel", "active"), [(Channel.API, 10), (Channel.WEB, 10), (Channel.TELEGRAM, 1)])
def test_the_limits_are_those_of_the_plan_and_the_channel(desk: Desk, channel: Channel, active: int) -> None:
    desk.submit(an_image_request(), caller=replace(CALLER, channel=channel))

    assert desk.ports.rules == [UsageRule(active, PLANS["standard"].max_generations_per_day)]


def test_a_limit_that_is_reached_refuses_the_request(desk: Desk) -> None:
    desk.ports.max_generations = 0

    refused(desk, an_image_request(), LimitReached)


# --- quotes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quoted_in", "charged_in"), [("standard", "tiered"), ("tiered", "standard")])
def test_with_a_quote_no_more_is_charged_than_it_said(desk: Desk, quoted_in: str, charged_in: str) -> None:
    quote = desk.quote(an_image_request(), plan=quoted_in)

    stored = desk.stored(an_image_request(quote_id=quote), caller=replace(CALLER, plan=charged_in))

    assert stored.price is not None
    assert stored.price.total == min(desk.appraised(an_image_request(), plan).price.total for plan in PLANS)
    assert desk.ports.holds[-1].amount == stored.price.total


def test_a_quote_for_another_request_is_refused(desk: Desk) -> None:
    refused(desk, an_image_request(n=2, quote_id=desk.quote(an_image_request())), InvalidRequest)


def test_an_expired_quote_is_refused(desk: Desk) -> None:
    quote = desk.quote(an_image_request())
    desk.now += QUOTE_LIFETIME

    refused(desk, an_image_request(quote_id=quote), QuoteExpired)


# --- the queue ------------------------------------------------------------------------------------------------------


def test_what_was_stored_is_queued(desk: Desk) -> None:
    stored = desk.stored(an_image_request())

    assert desk.ports.queued == [stored]


def test_a_queue_that_is_away_refuses_nothing(desk: Desk) -> None:
    desk.ports.queue_is_away = True

    desk.stored(an_image_request())


# --- repeating ------------------------------------------------------------------------------------------------------


def test_a_repetition_is_answered_with_the_same_generation_and_costs_nothing(desk: Desk) -> None:
    first = desk.submit(an_image_request(), KEY).generation
    moved_on = replace(first, status=Status.PROCESSING)
    desk.ports.generations[WORKSPACE, first.id] = moved_on

    again = desk.submit(an_image_request(size="2048*2048", n=1), KEY)

    assert again == Submitted(moved_on, replayed=True)
    assert len(desk.ports.holds) == len(desk.ports.queued) == len(desk.ports.generations) == 1


@pytest.mark.parametrize(
    "difference",
    [
        {"prompt": "a blue fox"},
        {"model": "sandbox"},
        {"n": 2},
        {"style": "vivid"},
        {"references": (at_url("https://a.example/1.png"),)},
        {"client_reference": "order 7"},
        {"cancel_after": timedelta(seconds=9)},
        {"routing": Routing(fallback=Fallback.NONE)},
        {"prompt": "", "template": BAG},
    ],
    ids=", ".join,
)
def test_another_request_under_the_same_key_is_refused(desk: Desk, difference: dict[str, Any]) -> None:
    desk.submit(an_image_request(), KEY)

    refused(desk, an_image_request(**difference), IdempotencyKeyReused, KEY)


def test_a_key_belongs_to_one_user(desk: Desk) -> None:
    desk.submit(an_image_request(), KEY)

    other = desk.submit(an_image_request(), KEY, replace(CALLER, user_id="user-2"))

    assert not other.replayed


def test_a_key_counts_for_a_day(desk: Desk) -> None:
    desk.submit(an_image_request(), KEY)
    desk.now += IDEMPOTENCY_WINDOW

    assert not desk.submit(an_image_request(prompt="another"), KEY).replayed


def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    refused(desk, an_image_request(size="1x1"), InvalidRequest, KEY)

    assert not desk.submit(an_image_request(), KEY).replayed


def test_a_repetition_outlives_its_quote(desk: Desk) -> None:
    request = an_image_request(quote_id=desk.quote(an_image_request()))
    first = desk.submit(request, KEY).generation
    desk.now += QUOTE_LIFETIME

    assert desk.submit(request, KEY) == Submitted(first, replayed=True)
    refused(desk, replace(request, prompt="another"), IdempotencyKeyReused, KEY)


def test_a_repetition_outlives_its_template(desk: Desk) -> None:
    request = an_image_request(prompt="", template=BAG)
    first = desk.submit(request, KEY).generation
    desk.templates["product-shots"] = None

    assert desk.submit(request, KEY) == Submitted(first, replayed=True)
    refused(desk, request, UnknownTemplate, "another key")


@pytest.mark.parametrize("n", [None, 2])
def test_the_number_of_shots_may_be_written_or_left_out(desk: Desk, n: int | None) -> None:
    first = desk.submit(an_image_request(prompt="", template=BAG), KEY).generation

    assert desk.submit(an_image_request(prompt="", template=BAG, n=n), KEY).generation == first


def test_another_number_than_that_of_the_shots_is_another_request(desk: Desk) -> None:
    desk.submit(an_image_request(prompt="", template=BAG), KEY)

    refused(desk, an_image_request(prompt="", template=BAG, n=3), IdempotencyKeyReused, KEY)


def test_the_key_of_a_deleted_generation_makes_no_second_one(desk: Desk) -> None:
    first = desk.submit(an_image_request(), KEY).generation
    del desk.ports.generations[WORKSPACE, first.id]

    refused(desk, an_image_request(), IdempotencyKeyReused, KEY)
