"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass

from easel.domain.generation import Channel
from easel.domain.plans import DEFAULT_PLAN


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller, acting within one workspace."""

    workspace_id: str
    user_id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    channel: Channel
    key_id: str
    plan: str = DEFAULT_PLAN
    identities: tuple[str, ...] = ()
    """All names of the person behind it (`user:<id>`, `telegram:<id>`), for what is given once per person."""
