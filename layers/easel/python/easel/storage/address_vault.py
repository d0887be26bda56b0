"""Web addresses that carry a secret, encrypted with a key of KMS: submit encrypts, image workers decrypt."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from easel.aws_errors import raised_as
from easel.errors import SecretUnavailable

_CONTEXT: Final = "generation"
_NOT_SEALED: Final = "The address of a reference picture could not be encrypted. Please try again."
_NOT_OPENED: Final = "The address of a reference picture could not be decrypted."


class KmsAddressVault:
    """`ports.references.AddressVault`. The client is made when the first address comes: most requests have none."""

    def __init__(self, client: Callable[[], Any], key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def seal(self, address: str, generation_id: str) -> str:
        """See the port. KMS takes 4,096 bytes; addresses have at most 2,048."""
        with raised_as(SecretUnavailable, _NOT_SEALED):
            made = self._client().encrypt(
                KeyId=self._key_id,
                Plaintext=address.encode("utf-8"),
                EncryptionContext={_CONTEXT: generation_id},
            )
        return base64.b64encode(made["CiphertextBlob"]).decode("ascii")

    def open(self, sealed: str, generation_id: str) -> str:
        try:
            blob = base64.b64decode(sealed, validate=True)
        except binascii.Error as error:
            raise SecretUnavailable(_NOT_OPENED) from error
        with raised_as(SecretUnavailable, _NOT_OPENED):
            found = self._client().decrypt(
                KeyId=self._key_id, CiphertextBlob=blob, EncryptionContext={_CONTEXT: generation_id}
            )
        plain: bytes = found["Plaintext"]
        return plain.decode("utf-8")
