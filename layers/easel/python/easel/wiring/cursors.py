"""Page cursors."""

from easel.http.cursors import CursorSigner
from easel.wiring.env import SigningKey
from easel.wiring.secrets import signing_keys


def cursor_signer(env: SigningKey) -> CursorSigner:
    """Signs and reads page cursors. The key is read when the first cursor is."""
    return CursorSigner(signing_keys(env))
