"""Tickets in the addresses that vendors call back."""

from easel.clock import system_clock
from easel.services.images.callback_tickets import CallbackSigner
from easel.wiring.env import SigningKey
from easel.wiring.secrets import signing_keys


def callback_signer(env: SigningKey) -> CallbackSigner:
    """Signs and reads tickets. The key is read when the first ticket is."""
    return CallbackSigner(signing_keys(env), system_clock)
