"""Cancelling or deleting generations, by where they stand."""

from easel.clock import system_clock
from easel.services.generations.cancel_or_delete import CancelOrDelete
from easel.wiring.generations.cancel_generation import CancelEnv, cancel_generation
from easel.wiring.images.deletion import DeleteEnv, delete_images


class CancelOrDeleteEnv(CancelEnv, DeleteEnv):
    """Environment of whatever cancels and deletes generations."""


def cancel_or_delete(env: CancelOrDeleteEnv) -> CancelOrDelete:
    """End or delete a generation at the caller's request."""
    return CancelOrDelete(cancel=cancel_generation(env), delete=delete_images(env).generation, clock=system_clock)
