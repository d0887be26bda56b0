"""Take a request for images: check it, store it, queue it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from easel.clock import Clock
from easel.domain.address_secrets import without_secrets
from easel.domain.budgets import scopes_of
from easel.domain.catalogue import plan_upstream
from easel.domain.credits import hold_of
from easel.domain.deadlines import time_allowed
from easel.domain.generation import Generation
from easel.domain.image import Image, ServedBy, Status
from easel.domain.permalinks import new_permalink_secret
from easel.domain.plans import plan_of
from easel.domain.price import Price
from easel.domain.request import ImageRequest
from easel.errors import (
    Forbidden,
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
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.usage import UsageCounters, UsageRule
from easel.services.prompt_templates.compose_prompts import new_images, used
from easel.services.references.resolve_references import ResolveReferences

logger = logging.getLogger(__name__)

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
"""How long an `Idempotency-Key` answers with the generation it first made."""
BOT_TEXT: Final = (
    "This key belongs to a bot, which pays for nothing itself. Name the person who pays: X-Act-As: telegram:<id>, or "
    "telegram_id at the bot's own addresses."
)


Along = Callable[[Generation], Sequence[Write]]
"""Makes writes that belong to a new generation: they are committed with it, or not at all."""


def nothing_along(_: Generation) -> Sequence[Write]:
    """No further writes."""
    return ()


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
        references: ResolveReferences,
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
        self._references = references
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
        self,
        principal: Principal,
        request: ImageRequest,
        *,
        request_id: str,
        idempotency_key: str | None,
        any_request: bool = False,
        along: Along = nothing_along,
    ) -> Submitted:
        """Accept the request. `along` is not called for a repetition.

        With `any_request` the key stands for one submit whatever it asks for: a repetition with another request is
        answered with the generation that the key made, too.

        Raises:
            Forbidden: a bot that does not say for whom: it would pay itself.
            InvalidRequest: something the model does not do, a quote that does not hold for it, or a reference that
                cannot be used.
            IdempotencyKeyReused: the key came with another request before, or its generation was deleted.
            LimitReached: too much is running, or was asked for today.
            InsufficientCredits: the wallet has less than the price.
            BudgetExceeded: the workspace or the key may not spend so much this month.
            EaselError: what the failed condition of a write of `along` means.

        After any of them nothing is written.
        """
        if principal.is_bot:
            raise Forbidden(BOT_TEXT)
        now = self._clock()
        try:
            generation, attachments = self._draft(principal, request, request_id, now)
        except InvalidRequest as refusal:
            # A repetition is answered as the first call was, however late it comes: a quote may have expired since, and
            # a template or a reference may have changed or been deleted.
            may_change = request.template is not None or bool(request.references)
            may_be_repetition = may_change or isinstance(refusal, QuoteExpired)
            earlier = (
                self._earlier(principal, request, idempotency_key, now, any_request=any_request)
                if may_be_repetition
                else None
            )
            if earlier is None:
                raise
            return earlier
        claim = self._claim(principal, request, idempotency_key, now)
        try:
            self._commit(principal, generation, claim, (*attachments, *along(generation)), now)
        except KeyAlreadyClaimed as claimed:
            return self._replay(principal, claimed, request, claim, any_request=any_request)
        self._enqueue(generation)
        logger.info("generation submitted", extra={"generation_id": generation.id})
        return Submitted(generation, replayed=False)

    def _claim(
        self, principal: Principal, request: ImageRequest, idempotency_key: str | None, now: datetime
    ) -> IdempotencyClaim | None:
        """Raises InvalidRequest: a parameter that the model does not take."""
        if idempotency_key is None:
            return None
        key_hash = key_hash_of(principal, idempotency_key)
        return IdempotencyClaim(key_hash, self._appraise.fingerprint(request), now + IDEMPOTENCY_WINDOW)

    def _earlier(
        self,
        principal: Principal,
        request: ImageRequest,
        idempotency_key: str | None,
        now: datetime,
        *,
        any_request: bool,
    ) -> Submitted | None:
        """What the same request made under its key before, where it could not be made today."""
        try:
            claim = self._claim(principal, request, idempotency_key, now)
        except InvalidRequest:
            return None
        claimed = self._claims.find(principal.workspace_id, claim.key_hash, now) if claim else None
        if not claimed:
            return None
        return self._replay(principal, KeyAlreadyClaimed(*claimed), request, claim, any_request=any_request)

    def _price(self, principal: Principal, request: ImageRequest, appraisal: Appraisal) -> Price:
        """What it costs today, or what was quoted when that is less."""
        if request.quote_id is None:
            return appraisal.price
        quoted = self._quotes.read(request.quote_id, principal.workspace_id, appraisal)
        return min(appraisal.price, quoted, key=lambda price: price.total)

    def _commit(
        self,
        principal: Principal,
        generation: Generation,
        claim: IdempotencyClaim | None,
        along: Sequence[Write],
        now: datetime,
    ) -> None:
        plan = plan_of(principal.plan)
        rule = UsageRule(plan.max_active_in(generation.channel), plan.max_generations_per_day)
        # The order decides which error a caller sees when several conditions fail.
        writes = [self._usage.starting(generation, rule), *self._generations.creation(generation), *along]
        if claim:
            writes.insert(0, self._claims.claim(principal.workspace_id, claim, generation.id, now))
        hold = hold_of(generation)
        if hold is None:
            self._unit_of_work.commit(*writes)
            return
        writes += self._ledger.holding(hold)
        _, *keys = scopes_of(principal.workspace_id, principal.budget_keys)
        writes += [self._budgets.reserving(key, hold.amount, now) for key in keys]
        try:
            self._unit_of_work.commit(*writes)
        except WalletMissing:
            self._open_account(principal.workspace_id, principal.identities)
            self._unit_of_work.commit(*writes)

    def _draft(
        self, principal: Principal, request: ImageRequest, request_id: str, now: datetime
    ) -> tuple[Generation, Sequence[Write]]:
        """The generation as it is stored, and the writes that keep the uploads it uses."""
        appraisal = self._appraise(principal, request)
        model, made = appraisal.model, appraisal.composition
        generation_id = new_generation_id()
        resolved = self._references(principal, request, generation_id)
        generation = Generation(
            id=generation_id,
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            channel=principal.channel,
            model=model.id,
            provider=appraisal.candidate.provider,
            served_by=ServedBy(appraisal.candidate.provider, appraisal.candidate.model),
            adjustments=plan_upstream(appraisal.candidate, request.prompt, appraisal.parameters).adjustments,
            prompt=made.title if made else request.prompt,
            mode=request.mode,
            parameters=appraisal.parameters,
            input_params=without_secrets(request.input_params),
            references=resolved.references,
            images=_images(generation_id, request, appraisal),
            status=Status.PENDING,
            created_at=now,
            deadline=now + time_allowed(model.deadline_seconds, request.cancel_after),
            permalink_secret=new_permalink_secret(),
            request_id=request_id,
            client_reference=request.client_reference,
            price=self._price(principal, request, appraisal),
            budget_keys=principal.budget_keys,
            routing=request.routing,
            template=used(made),
            origin=replace(
                request.origin,
                title=made.subject if made else request.origin.title,
                webhook=self._references.webhook(request.origin.webhook, generation_id),
            ),
            work_seconds=model.deadline_seconds,
        )
        return generation, resolved.writes

    def _enqueue(self, generation: Generation) -> None:
        try:
            self._queue.submit(generation)
        except QueueUnavailable:
            # The generation is stored and the caller may rely on it: the sweeper sends the message again.
            logger.warning("generation stored but not queued; the sweeper will queue it")

    def _replay(
        self,
        principal: Principal,
        claimed: KeyAlreadyClaimed,
        request: ImageRequest,
        claim: IdempotencyClaim | None,
        *,
        any_request: bool,
    ) -> Submitted:
        if not any_request and (claim is None or claimed.fingerprint != claim.fingerprint):
            raise _key_reused() from claimed
        generation = self._generations.get(principal.workspace_id, claimed.generation_id)
        if generation is None:
            raise IdempotencyKeyReused("The generation that this Idempotency-Key made was deleted.") from claimed
        # Left out with a template, `n` is the number of its shots: the fingerprint cannot know it, the generation does.
        if request.template is not None and request.n not in {None, len(generation.images)}:
            raise _key_reused() from claimed
        logger.info("submission repeated", extra={"generation_id": generation.id})
        return Submitted(generation, replayed=True)


def key_hash_of(principal: Principal, idempotency_key: str) -> str:
    """By which a key is claimed. Scoped by user: two users of one workspace may choose the same key."""
    return hashlib.sha256(f"{principal.user_id}\n{idempotency_key}".encode()).hexdigest()


def _images(generation_id: str, request: ImageRequest, appraisal: Appraisal) -> tuple[Image, ...]:
    images = new_images(generation_id, appraisal.price.images, appraisal.composition)
    shot = request.origin.shot
    return tuple(replace(image, shot=shot) for image in images) if shot else images


def _key_reused() -> IdempotencyKeyReused:
    return IdempotencyKeyReused("This Idempotency-Key was used before with another request.")
