"""Create links to pictures, and revoke them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from easel.clock import Clock
from easel.domain.share import (
    USUAL_LIFETIME,
    Share,
    ShareToken,
    hash_of_secret,
    hash_password,
    new_secret,
)
from easel.errors import NotFound, StaleWrite
from easel.ids import generation_of_image, new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.generations import GenerationReader
from easel.services.ports.shares import Shares
from easel.services.ports.transactions import UnitOfWork


@dataclass(frozen=True, slots=True)
class ShareOrder:
    """What a new link shall be like. `ends_at` is None for the usual lifetime."""

    target_id: str
    ends_at: datetime | None = None
    password: str | None = None
    hides_prompt: bool = False
    title: str | None = None


class ManageShares:
    """A link is of the workspace: whoever may change its pictures may revoke it."""

    def __init__(
        self, *, generations: GenerationReader, shares: Shares, unit_of_work: UnitOfWork, clock: Clock
    ) -> None:
        self._generations = generations
        self._shares = shares
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, order: ShareOrder) -> tuple[Share, str]:
        """A new link and its token, which is not kept.

        Raises:
            NotFound: no such image with a picture, or no such generation, in the caller's workspace; or it has ended
                and has no picture to show.
            TooManyShares: the workspace has the maximum number.
        """
        self._check_target(principal, order.target_id)
        now, secret = self._clock(), new_secret()
        share = Share(
            id=new_id(),
            workspace_id=principal.workspace_id,
            target_id=order.target_id,
            secret_hash=hash_of_secret(secret),
            created_at=now,
            created_by=principal.user_id,
            ends_at=order.ends_at or now + USUAL_LIFETIME,
            hides_prompt=order.hides_prompt,
            title=order.title,
            password_hash=hash_password(order.password) if order.password is not None else None,
        )
        self._unit_of_work.commit(*self._shares.adding(share))
        return share, ShareToken(share.workspace_id, share.id, secret).encode()

    def _check_target(self, principal: Principal, target_id: str) -> None:
        origin = generation_of_image(target_id)
        generation_id, index = origin or (target_id, None)
        generation = self._generations.get(principal.workspace_id, generation_id)
        if generation is None:
            kind = "generation" if origin is None else "image"
            raise NotFound(f"There is no {kind} {target_id}.")
        if index is not None and (index >= len(generation.images) or generation.images[index].stored is None):
            raise NotFound(f"There is no image {target_id}.")
        if generation.status.is_final and all(image.stored is None for image in generation.images):
            raise NotFound(f"The generation {target_id} has no image to show.")

    def revoke(self, principal: Principal, share_id: str) -> None:
        """End a link now, and forget it. Raises NotFound."""
        share = self._shares.get(principal.workspace_id, share_id)
        missing = NotFound(f"There is no share {share_id}.")
        if share is None:
            raise missing
        try:
            self._unit_of_work.commit(*self._shares.removing(share))
        except StaleWrite:
            # The count only moves in transactions with the record: it is the record that is gone.
            raise missing from None
