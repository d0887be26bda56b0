"""The indexes of the tables: one definition for the stack, and for the tables that tests create."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; both key attributes are strings. It holds keys, and what is named in `also`."""

    name: str
    partition: str
    sort: str
    also: tuple[str, ...] = ()


OPEN_BY_ATTENTION: Final = Index("open_generations_by_attention", "openShard", "attentionAt")
BY_STATUS: Final = Index("generations_by_status", "statusKey", "sk", also=("summary",))
UPLOADS_BY_EXPIRY: Final = Index("uploads_by_expiry", "uploadShard", "uploadEndsAt")
GRANTS_BY_EXPIRY: Final = Index("grants_by_expiry", "expiryShard", "grantExpiresAt")

CORE_INDEXES: Final = (OPEN_BY_ATTENTION, BY_STATUS, UPLOADS_BY_EXPIRY)
LEDGER_INDEXES: Final = (GRANTS_BY_EXPIRY,)
