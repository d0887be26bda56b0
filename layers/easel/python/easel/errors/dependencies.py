"""A service that Easel depends on did not do what it was asked."""

from __future__ import annotations

from easel.errors.base import EaselError


class Unavailable(EaselError):
    """A dependency did not answer, or the outcome is unknown. A retry may succeed."""

    code = "unavailable"


class DatabaseUnavailable(Unavailable):
    """The database did not answer; a write may or may not have been made."""

    code = "database_unavailable"


class Contended(DatabaseUnavailable):
    """Every retry of a write lost against other writers; nothing was written, so retrying is safe."""

    code = "contended"


class StorageUnavailable(Unavailable):
    """An object could not be stored, read or linked, or the outcome is unknown."""

    code = "storage_unavailable"


class ImagingUnavailable(Unavailable):
    """No process could be started to decode an image, or it got no CPU time; a retry may succeed."""

    code = "imaging_unavailable"


class QueueUnavailable(Unavailable):
    """A message could not be sent, or the outcome is unknown."""

    code = "queue_unavailable"


class WorkflowUnavailable(Unavailable):
    """A workflow could not be started, stopped or answered, or the outcome is unknown."""

    code = "workflow_unavailable"


class SecretUnavailable(Unavailable):
    """A secret could not be read."""

    code = "secret_unavailable"


class IdentityUnavailable(Unavailable):
    """The keys of an identity provider cannot be fetched."""

    code = "identity_unavailable"


class DatabaseRefused(EaselError):
    """The database rejects the request and would reject a retry: a record that is too large, no permission."""

    code = "database_refused"
