"""Tickets in the addresses that vendors call back."""

from easel.clock import system_clock
from easel.services.images.callback_tickets import CallbackSigner
from easel.wiring.aws import secret
from easel.wiring.env import SigningKey


def callback_signer(env: SigningKey) -> CallbackSigner:
    """Signs and reads tickets. The key is read when the first ticket is."""
    return CallbackSigner(lambda: secret(env.SIGNING_SECRET_ARN).encode("utf-8"), system_clock)
