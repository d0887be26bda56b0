"""Errors about models."""

from __future__ import annotations

from easel.errors.base import EaselError, InvalidRequest


class UnknownModel(InvalidRequest):
    """No such model in the catalogue."""

    code = "unknown_model"


class ProvidersNotConfigured(EaselError):
    """No vendor that could work with what was sent has a key."""

    code = "provider_not_configured"
