"""Page cursors: the sort key to go on from, signed for one list of one owner.

The partition is always rebuilt from the authenticated caller, so a cursor opens nothing that the caller could not list
anyway.
"""

from __future__ import annotations

from easel.errors import InvalidCursor
from easel.signing import ExpiredToken, ForgedToken, Keys, Signer


class CursorSigner:
    """Makes and reads cursors. They do not expire: a client that stored one may go on as long as its key is in use."""

    def __init__(self, keys: Keys) -> None:
        self._signer = Signer("cursor", keys)

    def sign(self, after: str, *, owner: str, query: str) -> str:
        """The cursor that goes on after this sort key of `query`, for `owner` alone."""
        return self._signer.sign(after.encode("utf-8"), owner, query, expires_at=None)

    def read(self, cursor: str, *, owner: str, query: str) -> str:
        """The sort key to go on from.

        Raises:
            InvalidCursor: not one of ours, altered, or issued for another owner or another query.
        """
        try:
            return self._signer.verify(cursor, owner, query).decode("utf-8")
        except (ForgedToken, ExpiredToken):
            message = "This cursor was not issued for this list; start again without one."
            raise InvalidCursor.of("cursor", message) from None
