"""Take a request for images: check it, store it, queue it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from easel.clock import Clock
from easel.domain.budgets import scopes_of
from easel.domain.catalogue import plan_upstream
from easel.domain.credits import hold_of
from easel.domain.generation import Generation
from easel.domain.image import ServedBy, Status
from easel.domain.permalinks import new_permalink_secret
from easel.domain.plans import plan_of
from easel.domain.price import Price
from easel.domain.request import Mode, Reference, Routing
from easel.domain.template_use import TemplateUse
from easel.errors import (
    IdempotencyKeyReused,
    InvalidRequest,
    KeyAlreadyClaimed,
    QueueUnavailable,
    QuoteExpired,
    WalletMissing,
)
from easel.ids import new_generation_id
from easel.services.accounts.principal import Principal
from easel.services.money.appraise import Appraisal, Appraise
from easel.services.money.quotes import QuoteSigner
from easel.services.ports.generations import GenerationRepository, IdempotencyClaim, IdempotencyClaims
from easel.services.ports.messages import GenerationQueue
from easel.services.ports.money import Budgets, Ledger
from easel.services.ports.transactions import UnitOfWork
from easel.services.ports.usage import UsageCounters, UsageRule
from easel.services.prompt_templates.compose_prompts import new_images, used

logger = logging.getLogger(__name__)

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
"""How long an `Idempotency-Key` answers with the generation it first made."""


@dataclass(frozen=True, slots=True)
class NewGeneration:
    """A request as a front door understood it; not yet checked against the model.

    `template` makes the prompts instead of `prompt`, which is then empty. `n` is None for one image, or for as many as
    the template has shots. `input_params` is the body as the caller sent it. `cancel_after` shortens the model's own
    deadline. `quote_id` is a bound on what is charged.
    """

    prompt: str
    model: str
    n: int | None = None
    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    size_policy: str | None = None
    watermark: str | None = None
    references: tuple[Reference, ...] = ()
    input_params: Mapping[str, Any] = field(default_factory=dict)
    client_reference: str | None = None
    cancel_after: timedelta | None = None
    quote_id: str | None = None
    routing: Routing = field(default_factory=Routing)
    template: TemplateUse | None = None

    def fingerprint(self) -> str:
        """Tells whether two requests ask for the same, whatever the order of their fields."""
        body = {"input": self.input_params, "cancelAfter": str(self.cancel_after)}
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted request; `replayed` when its `Idempotency-Key` had made the generation before."""

    generation: Generation
    replayed: bool


class SubmitGeneration:
    """The one way in: every front door ends here.

    Two calls to AWS: one transaction, one message. The transaction claims the key, counts against the limits, holds the
    credits and stores the generation, or does nothing. A crash after it is healed by `SweepGenerations`.
    """

    def __init__(
        self,
        *,
        appraise: Appraise,
        quotes: QuoteSigner,
        generations: GenerationRepository,
        claims: IdempotencyClaims,
        usage: UsageCounters,
        ledger: Ledger,
        budgets: Budgets,
        open_account: Callable[[str, tuple[str, ...]], None],
        unit_of_work: UnitOfWork,
        queue: GenerationQueue,
        clock: Clock,
    ) -> None:
        self._appraise = appraise
        self._quotes = quotes
        self._usage = usage
        self._ledger = ledger
        self._budgets = budgets
        self._open_account = open_account
        self._generations = generations
        self._claims = claims
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock

    def __call__(
        self, principal: Principal, request: NewGeneration, *, request_id: str, idempotency_key: str | None
    ) -> Submitted:
        """Accept the request.

        Raises:
            InvalidRequest: something the model does not do, or a quote that does not hold for it.
            IdempotencyKeyReused: the key came with another request before.
            LimitReached: too much is running, or was asked for today.
            InsufficientCredits: the wallet has less than the price.
            BudgetExceeded: the workspace or the key may not spend so much this month.

        After any of them nothing is written.
        """
        now = self._clock()
        claim = _claim(principal, request, idempotency_key, now)
        try:
            generation = self._draft(principal, request, request_id, now)
            self._commit(principal, generation, claim, now)
        except KeyAlreadyClaimed as claimed:
            return self._replay(principal, claimed, request)
        except InvalidRequest as refusal:
            # A repetition is answered as the first call was, however late it comes: a quote may have run out since, and
            # a template may have changed or gone.
            if request.template is None and not isinstance(refusal, QuoteExpired):
                raise
            known = self._claims.find(principal.workspace_id, claim.key_hash, now) if claim else None
            if known is None:
                raise
            return self._replay(principal, KeyAlreadyClaimed(*known), request)
        self._enqueue(generation)
        return Submitted(generation, replayed=False)

    def _price(self, principal: Principal, request: NewGeneration, appraisal: Appraisal) -> Price:
        """What it costs today, or what was quoted when that is less."""
        if request.quote_id is None:
            return appraisal.price
        quoted = self._quotes.read(request.quote_id, principal.workspace_id, appraisal)
        return min(appraisal.price, quoted, key=lambda price: price.total)

    def _commit(
        self, principal: Principal, generation: Generation, claim: IdempotencyClaim | None, now: datetime
    ) -> None:
        plan = plan_of(principal.plan)
        rule = UsageRule(plan.max_active_in(generation.channel), plan.max_generations_per_day)
        # The order decides which error a caller sees when several conditions fail.
        writes = [self._usage.starting(generation, rule), self._generations.creation(generation)]
        if claim:
            writes.insert(0, self._claims.claim(principal.workspace_id, claim, generation.id, now))
        hold = hold_of(generation)
        if hold is None:
            self._unit_of_work.commit(*writes)
            return
        writes += self._ledger.holding(hold)
        scopes = scopes_of(principal.workspace_id, principal.budget_keys)
        writes += [self._budgets.reserving(scope, hold.amount, now) for scope in scopes]
        try:
            self._unit_of_work.commit(*writes)
        except WalletMissing:
            self._open_account(principal.workspace_id, principal.identities)
            self._unit_of_work.commit(*writes)

    def _draft(self, principal: Principal, request: NewGeneration, request_id: str, now: datetime) -> Generation:
        appraisal = self._appraise(principal, request)
        model, made = appraisal.model, appraisal.composition
        generation_id = new_generation_id()
        allowed = timedelta(seconds=model.deadline_seconds)
        return Generation(
            id=generation_id,
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            channel=principal.channel,
            model=model.id,
            provider=appraisal.candidate.provider,
            served_by=ServedBy(appraisal.candidate.provider, appraisal.candidate.model),
            adjustments=plan_upstream(appraisal.candidate, request.prompt, appraisal.parameters).adjustments,
            prompt=made.title if made else request.prompt,
            mode=Mode.IMAGE_TO_IMAGE if request.references else Mode.TEXT_TO_IMAGE,
            parameters=appraisal.parameters,
            input_params=request.input_params,
            references=request.references,
            images=new_images(generation_id, appraisal.price.images, made),
            status=Status.PENDING,
            created_at=now,
            deadline=now + min(allowed, request.cancel_after or allowed),
            permalink_secret=new_permalink_secret(),
            request_id=request_id,
            client_reference=request.client_reference,
            price=self._price(principal, request, appraisal),
            budget_keys=principal.budget_keys,
            routing=request.routing,
            template=used(made),
        )

    def _enqueue(self, generation: Generation) -> None:
        try:
            self._queue.submit(generation)
        except QueueUnavailable:
            # The generation is stored and the caller may rely on it: the sweeper sends the message again.
            logger.warning("generation stored but not queued; the sweeper will queue it")

    def _replay(self, principal: Principal, claimed: KeyAlreadyClaimed, request: NewGeneration) -> Submitted:
        if claimed.fingerprint != request.fingerprint():
            raise IdempotencyKeyReused("This Idempotency-Key was used before with another request.") from claimed
        generation = self._generations.get(principal.workspace_id, claimed.generation_id)
        if generation is None:
            raise IdempotencyKeyReused("The generation that this Idempotency-Key made was deleted.") from claimed
        return Submitted(generation, replayed=True)


def _claim(
    principal: Principal, request: NewGeneration, idempotency_key: str | None, now: datetime
) -> IdempotencyClaim | None:
    if idempotency_key is None:
        return None
    # Scoped by user: two users of one workspace may choose the same key.
    key_hash = hashlib.sha256(f"{principal.user_id}\n{idempotency_key}".encode()).hexdigest()
    return IdempotencyClaim(key_hash, request.fingerprint(), now + IDEMPOTENCY_WINDOW)
