"""Page cursors."""

from easel.http.pagination import CursorSigner
from easel.wiring.aws import secret
from easel.wiring.env import SigningKey


def cursor_signer(env: SigningKey) -> CursorSigner:
    """Signs and reads page cursors. The key is read when the first cursor is."""
    return CursorSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"))
