"""Check at submit what the references of a request name, and make of them what is stored with the generation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID

from easel.clock import Clock
from easel.domain.address_secrets import hide_secrets
from easel.domain.identities import TelegramIdentity, telegram_id_among, user_among
from easel.domain.permalinks import decode_permalink, permalink_token
from easel.domain.reference import ImageSource, Reference, Source, TelegramSource, UploadSource, UrlSource
from easel.domain.request import ImageRequest, RequestWebhook
from easel.domain.upload import Upload, UploadState
from easel.errors import FieldError, InvalidRequest, ReferenceNotReady, UnknownReference
from easel.services.accounts.principal import Principal
from easel.services.ports.references import AddressVault, BotWorkspace
from easel.services.ports.transactions import Write
from easel.services.ports.uploads import Uploads
from easel.services.references.images_of_workspace import FoundImage, ImagesOfWorkspace

_MASK_TYPE: Final = "image/png"
_ID: Final = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_FILE_ID: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class ResolvedReferences:
    """The references as they are stored, and what keeps their uploads: writes for the transaction of the submit."""

    references: tuple[Reference, ...]
    writes: tuple[Write, ...] = ()


class _Picture(Protocol):
    """What the record of an upload or of an image says about its picture; all None while there is none."""

    @property
    def media_type(self) -> str | None: ...
    @property
    def width(self) -> int | None: ...
    @property
    def height(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class _Found:
    """A reference that can be used, and its picture where we have it."""

    source: Source
    picture: _Picture | None = None


class ResolveReferences:
    """No call to anything for plain addresses; one read per picture, one for all uploads, one encryption per secret."""

    def __init__(
        self,
        *,
        images: ImagesOfWorkspace,
        uploads: Uploads,
        vault: AddressVault,
        bot_workspace: BotWorkspace,
        public_base_url: str,
        clock: Clock,
    ) -> None:
        self._images = images
        self._uploads = uploads
        self._vault = vault
        self._bot_workspace = bot_workspace
        self._base_url = public_base_url
        self._clock = clock

    def __call__(self, principal: Principal, request: ImageRequest, generation_id: str) -> ResolvedReferences:
        """Resolve every reference.

        Raises:
            UnknownReference: no such upload or picture in the caller's workspace.
            ReferenceNotReady: it is still being checked or made.
            InvalidRequest: it can never be used, or there is no bot to fetch it.
        """
        uploads = self._uploads_of(principal.workspace_id, request.references)
        found = self._resolve_all(principal, request, uploads)
        resolved = tuple(
            replace(reference, source=self._sealed(one.source, generation_id))
            for reference, one in zip(request.references, found, strict=True)
        )
        return ResolvedReferences(resolved, tuple(map(self._uploads.counting_use, uploads.values())))

    def webhook(self, webhook: RequestWebhook | None, generation_id: str) -> RequestWebhook | None:
        """A request's webhook as it is stored: without the secret that its address carries, which is encrypted."""
        if webhook is None or (shown := hide_secrets(webhook.url)) == webhook.url:
            return webhook
        return replace(webhook, url=shown, sealed=self._vault.seal(webhook.url, generation_id))

    def check(self, principal: Principal, request: ImageRequest) -> None:
        """Whether a submit would take every reference now. Raises what `__call__` raises; nothing is encrypted."""
        self._resolve_all(principal, request, self._uploads_of(principal.workspace_id, request.references))

    def _resolve_all(
        self, principal: Principal, request: ImageRequest, uploads: Mapping[str, Upload]
    ) -> Sequence[_Found]:
        found = [
            self._resolve(principal, reference.source, request.reference_field(index), uploads)
            for index, reference in enumerate(request.references)
        ]
        _check_masks(request, [one.picture for one in found])
        return found

    def _resolve(self, principal: Principal, source: Source, field: str, uploads: Mapping[str, Upload]) -> _Found:
        match source:
            case UrlSource():
                return self._at_address(principal, source, field)
            case UploadSource(upload_id):
                upload = self._ready_upload(uploads.get(_as_id(upload_id) or ""), field)
                return _Found(UploadSource(upload.id), upload)
            case ImageSource(image_id):
                known = _as_id(image_id)
                found = self._images.find(principal.workspace_id, known) if known else None
                return _finished(found, field)
            case TelegramSource(file_id):
                self._check_bot(principal, file_id, field)
                return _Found(source)

    def _at_address(self, principal: Principal, source: UrlSource, field: str) -> _Found:
        token = permalink_token(source.url, self._base_url)
        return _Found(source) if token is None else self._by_permalink(principal.workspace_id, token, field)

    def _sealed(self, source: Source, generation_id: str) -> Source:
        """The source as it is stored: an address without the secret that it carries, which is encrypted."""
        if not isinstance(source, UrlSource) or (shown := hide_secrets(source.url)) == source.url:
            return source
        return replace(source, url=shown, sealed=self._vault.seal(source.url, generation_id))

    def _by_permalink(self, workspace_id: str, token: str, field: str) -> _Found:
        """A permalink is public, but redirects to a link that works for an hour: the picture is read from the store."""
        permalink = decode_permalink(token)
        if permalink is None or permalink.workspace_id != workspace_id:
            raise _unknown(field, "image")
        found = self._images.find(workspace_id, permalink.image_id)
        return _finished(found if found and permalink.matches(found.permalink_secret) else None, field)

    def _uploads_of(self, workspace_id: str, references: Sequence[Reference]) -> Mapping[str, Upload]:
        named = [reference.source for reference in references]
        ids = {_as_id(source.upload_id) for source in named if isinstance(source, UploadSource)} - {None}
        return self._uploads.get_all(workspace_id, [upload_id for upload_id in ids if upload_id]) if ids else {}

    def _ready_upload(self, upload: Upload | None, field: str) -> Upload:
        if upload is None or upload.is_expired(self._clock()):
            raise _unknown(field, "upload")
        if not upload.state.is_final:
            raise _not_ready(field, "is an upload that is not ready yet; see its state")
        if upload.state is not UploadState.READY:
            why = f": {upload.rejection.message}" if upload.rejection else "."
            raise InvalidRequest.of(field, f"{field} is an upload that was rejected{why}")
        return upload

    def _check_bot(self, principal: Principal, file_id: str, field: str) -> None:
        if not _FILE_ID.fullmatch(file_id):
            raise InvalidRequest.of(
                field, f"{field} is not a file id of Telegram.", {"pattern": f"^{_FILE_ID.pattern}$"}
            )
        bot = self._bot_workspace()
        if bot is None or not _is_served_by(bot, principal):
            message = f"{field} needs a Telegram bot, and none is set up for this workspace. Give a url or an uploadId."
            raise InvalidRequest.of(field, message, ["uploadId", "imageId", "url"])


def _check_masks(request: ImageRequest, pictures: Sequence[_Picture | None]) -> None:
    """Refuse a mask that no vendor would take. Raises InvalidRequest.

    Of a picture at an address of others nothing is known before it is fetched.
    """
    first = next(
        (picture for reference, picture in zip(request.references, pictures, strict=True) if not reference.is_mask),
        None,
    )
    for index, mask in enumerate(pictures):
        if mask is None or not request.references[index].is_mask:
            continue
        field = request.reference_field(index)
        if mask.media_type not in {None, _MASK_TYPE}:
            raise InvalidRequest.of(field, f"{field} must be a PNG.", {"mediaType": _MASK_TYPE})
        if first and first.width and mask.width and (mask.width, mask.height) != (first.width, first.height):
            size, own = f"{first.width}x{first.height}", f"{mask.width}x{mask.height}"
            message = f"{field} must have the size of the first picture, {size}, and has {own}."
            raise InvalidRequest.of(field, message, {"size": size})


def _is_served_by(bot_workspace_id: str, principal: Principal) -> bool:
    """Whether the caller is the workspace of this bot, or a person whom it brought."""
    if principal.workspace_id == bot_workspace_id:
        return True
    telegram_id, user_id = telegram_id_among(principal.identities), user_among(principal.identities)
    return telegram_id is not None and TelegramIdentity(bot_workspace_id, telegram_id).user_id == user_id


def _finished(found: FoundImage | None, field: str) -> _Found:
    if found is None:
        raise _unknown(field, "image")
    if found.image.stored is None:
        if found.image.status.is_final:
            raise InvalidRequest.of(field, f"{field} is an image that was never made, or is deleted.")
        raise _not_ready(field, "is an image that is still being made")
    return _Found(ImageSource(found.image.id), found.image.stored)


def _unknown(field: str, kind: str) -> UnknownReference:
    message = f"{field} is no {kind} of this workspace."
    return UnknownReference(message, [FieldError(field, message)])


def _not_ready(field: str, state: str) -> ReferenceNotReady:
    message = f"{field} {state}."
    return ReferenceNotReady(message, [FieldError(field, message)])


def _as_id(text: str) -> str | None:
    """The id in its usual spelling; None for what can be none."""
    return str(UUID(text)) if _ID.fullmatch(text) else None
