"""What references name, in memory: uploads, a vault that only pretends to encrypt, a bot."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from tests.support.memory_writes import MemoryWrite

from easel.domain.provider import ReferenceImage
from easel.domain.upload import GENERATIONS_ATTACHMENT, Upload, UploadState
from easel.errors import ReferenceUnavailable, SecretUnavailable
from easel.services.ports.references import CopyClaim, CopyRefused, CopyState, ReferenceCopy
from easel.services.references.fetch_reference import FetchReference
from easel.services.references.images_of_workspace import ImagesOfWorkspace
from easel.services.references.resolve_references import ResolveReferences

BASE_URL: Final = "https://easel.example"
UPLOADED_AT: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class PlainVault:
    """`ports.references.AddressVault` whose secrets nobody should guess from what is stored."""

    def seal(self, address: str, generation_id: str) -> str:
        return base64.b64encode(f"{generation_id} {address}".encode()[::-1]).decode()

    def open(self, sealed: str, generation_id: str) -> str:
        bound_to, _, address = base64.b64decode(sealed)[::-1].decode().partition(" ")
        if bound_to != generation_id:
            raise SecretUnavailable("another generation's")
        return address


@dataclass
class MemoryUploads:
    """The part of `ports.uploads.Uploads` that references use."""

    uploads: dict[tuple[str, str], Upload] = field(default_factory=dict)

    def put(self, upload: Upload) -> Upload:
        self.uploads[upload.workspace_id, upload.id] = upload
        return upload

    def get(self, workspace_id: str, upload_id: str) -> Upload | None:
        return self.uploads.get((workspace_id, upload_id))

    def get_all(self, workspace_id: str, upload_ids: Iterable[str]) -> Mapping[str, Upload]:
        found = {upload_id: self.get(workspace_id, upload_id) for upload_id in upload_ids}
        return {upload_id: upload for upload_id, upload in found.items() if upload}

    def attaching(self, upload: Upload, to: str) -> MemoryWrite:
        kept = replace(upload, attached_to=upload.attached_to | {to}, expires_at=None)
        return MemoryWrite("attach upload", lambda: None, lambda: self.put(kept))

    def counting_use(self, upload: Upload) -> MemoryWrite:
        used = replace(upload, generation_uses=upload.generation_uses + 1)
        return self.attaching(used, GENERATIONS_ATTACHMENT)


@dataclass
class MemoryCopies:
    """`ports.references.ReferenceCopies`; `begun` counts the claims that were given."""

    states: dict[tuple[str, int], tuple[datetime, CopyClaim] | ReferenceCopy | CopyRefused] = field(
        default_factory=dict
    )
    begun: int = 0

    def begin(self, generation_id: str, number: int, *, now: datetime, until: datetime) -> CopyState:
        state = self.states.get((generation_id, number))
        if isinstance(state, (ReferenceCopy, CopyRefused)):
            return state
        if state is not None and state[0] >= now:
            return None
        self.begun += 1
        claim = CopyClaim(generation_id, number, str(self.begun))
        self.states[generation_id, number] = (until, claim)
        return claim

    def finish(self, claim: CopyClaim, copy: ReferenceCopy) -> None:
        if self._is_mine(claim):
            self.states[claim.generation_id, claim.number] = copy

    def refuse(self, claim: CopyClaim, refusal: CopyRefused) -> None:
        if self._is_mine(claim):
            self.states[claim.generation_id, claim.number] = refusal

    def release(self, claim: CopyClaim) -> None:
        if self._is_mine(claim):
            del self.states[claim.generation_id, claim.number]

    def _is_mine(self, claim: CopyClaim) -> bool:
        state = self.states.get((claim.generation_id, claim.number))
        return isinstance(state, tuple) and state[1] == claim


class NoTelegram:
    """`ports.references.TelegramFiles` of a deployment without a bot."""

    def fetch(self, file_id: str) -> ReferenceImage:
        raise ReferenceUnavailable("There is no Telegram bot to fetch the file with.")


def an_upload(upload_id: str, workspace_id: str, **changes: Any) -> Upload:
    """An upload that is ready, and nobody's yet."""
    upload = Upload(
        id=upload_id,
        workspace_id=workspace_id,
        user_id="user-1",
        state=UploadState.READY,
        announced_type="image/png",
        filename="front.png",
        created_at=UPLOADED_AT,
        expires_at=UPLOADED_AT + timedelta(days=1),
        media_type="image/png",
        bytes=3,
        width=1,
        height=1,
        sha256="0" * 64,
        key=f"uploads/{workspace_id}/{upload_id}/0.png",
        thumbnail_key=f"uploads/{workspace_id}/{upload_id}/0-thumb.webp",
    )
    return replace(upload, **changes)


def resolve_references_over(
    generations: object,
    clock: Callable[[], datetime],
    *,
    uploads: object | None = None,
    bot_workspace: Callable[[], str | None] = lambda: None,
) -> ResolveReferences:
    """The check that ships, over these generations."""
    return ResolveReferences(
        images=ImagesOfWorkspace(cast(Any, generations)),
        uploads=cast(Any, uploads or MemoryUploads()),
        vault=PlainVault(),
        bot_workspace=bot_workspace,
        public_base_url=BASE_URL,
        clock=clock,
    )


def fetch_reference_over(
    generations: object, *, web: object, store: object, uploads: object | None = None, telegram: object | None = None
) -> FetchReference:
    """The fetch that ships, over these generations and objects."""
    return FetchReference(
        web=cast(Any, web),
        telegram=cast(Any, telegram or NoTelegram()),
        store=cast(Any, store),
        images=ImagesOfWorkspace(cast(Any, generations)),
        uploads=cast(Any, uploads or MemoryUploads()),
        vault=PlainVault(),
    )
