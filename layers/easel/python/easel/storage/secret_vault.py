"""Texts that only the worker that needs them may read, encrypted with a key of KMS.

What was encrypted for one owner cannot be decrypted for another: its id is the encryption context.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from easel.aws_errors import raised_as
from easel.errors import SecretUnavailable

_MOST_REMEMBERED: Final = 256
_NOT_SEALED: Final = "A secret could not be encrypted. Please try again."
_NOT_OPENED: Final = "A secret could not be decrypted."


class KmsVault:
    """`ports.webhooks.Vault`. KMS takes 4,096 bytes.

    What was decrypted is remembered by the process, for as long as it lives: a call of KMS for each use would cost more
    than the use. The client is made when it is first needed.
    """

    def __init__(self, client: Callable[[], Any], key_id: str, context: str) -> None:
        self._client = client
        self._key_id = key_id
        self._context = context
        self._opened: dict[tuple[str, str], str] = {}

    def seal(self, text: str, owner: str) -> str:
        with raised_as(SecretUnavailable, _NOT_SEALED):
            made = self._client().encrypt(
                KeyId=self._key_id, Plaintext=text.encode("utf-8"), EncryptionContext={self._context: owner}
            )
        return base64.b64encode(made["CiphertextBlob"]).decode("ascii")

    def open(self, sealed: str, owner: str) -> str:
        known = self._opened.get((sealed, owner))
        if known is None:
            known = self._decrypt(sealed, owner)
            if len(self._opened) >= _MOST_REMEMBERED:
                self._opened.clear()
            self._opened[sealed, owner] = known
        return known

    def _decrypt(self, sealed: str, owner: str) -> str:
        try:
            blob = base64.b64decode(sealed, validate=True)
        except binascii.Error as error:
            raise SecretUnavailable(_NOT_OPENED) from error
        with raised_as(SecretUnavailable, _NOT_OPENED):
            found = self._client().decrypt(
                KeyId=self._key_id, CiphertextBlob=blob, EncryptionContext={self._context: owner}
            )
        plain: bytes = found["Plaintext"]
        return plain.decode("utf-8")
