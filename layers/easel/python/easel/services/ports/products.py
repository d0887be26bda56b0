"""Products of workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from easel.domain.product import Product
from easel.services.ports.pages import Page
from easel.services.ports.transactions import Write


class Products(Protocol):
    """Products of workspaces, and how many each workspace has."""

    def creating(self, product: Product) -> Sequence[Write]:
        """Add a product and count it. Conflict: StaleWrite."""
        ...

    def replacing(self, product: Product, before: Product) -> Write:
        """Put the next version. Conflict: StaleWrite when the stored one is not `before`."""
        ...

    def deleting(self, product: Product, now: datetime) -> Sequence[Write]:
        """Set a product aside and count it no longer. Conflict: StaleWrite when it was changed since it was read."""
        ...

    def get(self, workspace_id: str, product_id: str) -> Product | None: ...

    def list(self, workspace_id: str, *, limit: int, after: str | None, skip: int = 0) -> Page[Product]:
        """The newest first."""
        ...

    def total(self, workspace_id: str) -> int:
        """How many the workspace has."""
        ...
