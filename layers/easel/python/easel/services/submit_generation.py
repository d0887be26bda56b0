"""Take a request for images: check it, store it, queue it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from easel.clock import Clock
from easel.domain.catalogue import Catalogue, Model, validate_parameters
from easel.domain.generation import Generation, Image, ImageParameters, Mode, Reference, Status
from easel.domain.permalinks import new_permalink_secret
from easel.errors import IdempotencyKeyReused, KeyAlreadyClaimed, QueueUnavailable
from easel.ids import image_id, new_generation_id
from easel.services.ports import (
    GenerationQueue,
    GenerationRepository,
    IdempotencyClaim,
    IdempotencyClaims,
    UnitOfWork,
)
from easel.services.principal import Principal

logger = logging.getLogger(__name__)

IDEMPOTENCY_WINDOW: Final = timedelta(hours=24)
"""How long an `Idempotency-Key` answers with the generation it first made."""


@dataclass(frozen=True, slots=True)
class NewGeneration:
    """A request as a front door understood it; not yet checked against the model.

    `input_params` is the body as the caller sent it. `cancel_after` shortens the model's own deadline.
    """

    prompt: str
    model: str
    n: int = 1
    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    output_format: str | None = None
    references: tuple[Reference, ...] = ()
    input_params: Mapping[str, Any] = field(default_factory=dict)
    client_reference: str | None = None
    cancel_after: timedelta | None = None

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

    Two calls to AWS: one transaction, one message. A crash between them is healed by `SweepGenerations`.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        generations: GenerationRepository,
        claims: IdempotencyClaims,
        unit_of_work: UnitOfWork,
        queue: GenerationQueue,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
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
            InvalidRequest: something the model does not do; nothing is written.
            IdempotencyKeyReused: the key came with another request before.
        """
        model = self._catalogue.find(request.model)
        parameters = validate_parameters(
            model,
            prompt=request.prompt,
            count=request.n,
            size=request.size,
            aspect_ratio=request.aspect_ratio,
            resolution=request.resolution,
            output_format=request.output_format,
            references=request.references,
        )
        now = self._clock()
        generation = _draft(principal, request, model, parameters, request_id, now)
        writes = [self._generations.creation(generation)]
        claim = _claim(principal, request, idempotency_key, now)
        if claim:
            writes.insert(0, self._claims.claim(principal.workspace_id, claim, generation.id, now))
        try:
            self._unit_of_work.commit(*writes)
        except KeyAlreadyClaimed as claimed:
            return self._replay(principal, claimed, request)
        self._enqueue(generation)
        return Submitted(generation, replayed=False)

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


def _draft(
    principal: Principal,
    request: NewGeneration,
    model: Model,
    parameters: ImageParameters,
    request_id: str,
    now: datetime,
) -> Generation:
    generation_id = new_generation_id()
    allowed = timedelta(seconds=model.deadline_seconds)
    return Generation(
        id=generation_id,
        workspace_id=principal.workspace_id,
        user_id=principal.user_id,
        channel=principal.channel,
        model=model.id,
        provider=model.candidates[0].provider,
        prompt=request.prompt,
        mode=Mode.IMAGE_TO_IMAGE if request.references else Mode.TEXT_TO_IMAGE,
        parameters=parameters,
        input_params=request.input_params,
        references=request.references,
        images=tuple(Image(id=image_id(generation_id, index), index=index) for index in range(request.n)),
        status=Status.PENDING,
        created_at=now,
        deadline=now + min(allowed, request.cancel_after or allowed),
        permalink_secret=new_permalink_secret(),
        request_id=request_id,
        client_reference=request.client_reference,
    )


def _claim(
    principal: Principal, request: NewGeneration, idempotency_key: str | None, now: datetime
) -> IdempotencyClaim | None:
    if idempotency_key is None:
        return None
    # Scoped by user: two users of one workspace may choose the same key.
    key_hash = hashlib.sha256(f"{principal.user_id}\n{idempotency_key}".encode()).hexdigest()
    return IdempotencyClaim(key_hash, request.fingerprint(), now + IDEMPOTENCY_WINDOW)
