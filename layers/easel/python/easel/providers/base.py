"""The contract of an adapter: one vendor behind the `ImageProvider` port."""

from __future__ import annotations

from abc import ABC, abstractmethod

from easel.domain.provider import (
    Callback,
    CallbackRequest,
    Finished,
    OfferedModel,
    ProviderTask,
    RemotePicture,
    Running,
    Submission,
)


class ProviderAdapter(ABC):
    """One vendor behind the `ImageProvider` port. Every method raises `ProviderError` when the vendor fails us.

    What the settings' own callables raise (a secret that cannot be read) passes through: it is not the vendor's doing.
    """

    name: str
    reads_references: bool = False

    @abstractmethod
    def submit(self, task: ProviderTask) -> Submission:
        """Ask for one image. Never repeated by the adapter."""

    @abstractmethod
    def fetch(self, job_id: str) -> Finished | Running:
        """Where a job stands. Safe to repeat."""

    @abstractmethod
    def download(self, picture: RemotePicture) -> bytes:
        """The bytes of a finished picture. Safe to repeat."""

    @abstractmethod
    def cancel(self, job_id: str) -> bool:
        """Ask the vendor to stop; False when it cannot."""

    @abstractmethod
    def parse_callback(self, request: CallbackRequest) -> Callback | None:
        """Read a callback; None when it is not a genuine one."""

    def list_models(self) -> tuple[OfferedModel, ...] | None:
        """What the vendor offers to our key now; None when it has no such list. Safe to repeat."""
        return None
