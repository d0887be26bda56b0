"""Uploads as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from easel.clock import from_iso, to_iso
from easel.domain import limits
from easel.domain.upload import AcceptedPicture, Upload, UploadRejection, UploadState

_SCHEMA: Final = 1


def upload_values(upload: Upload) -> dict[str, Any]:
    """A new upload without its keys and what makes it end."""
    return {
        "entity": "UPLOAD",
        "schema": _SCHEMA,
        "id": upload.id,
        "workspaceId": upload.workspace_id,
        "userId": upload.user_id,
        "state": upload.state.value,
        "announcedType": upload.announced_type,
        "filename": upload.filename,
        "createdAt": to_iso(upload.created_at),
        "mediaType": upload.media_type,
        "bytes": upload.bytes,
        "width": upload.width,
        "height": upload.height,
        "sha256": upload.sha256,
        "key": upload.key,
        "thumbnailKey": upload.thumbnail_key,
        "referenceKey": upload.reference_key,
        "attachedTo": set(upload.attached_to) or None,
    }


def accepted_values(picture: AcceptedPicture) -> dict[str, Any]:
    """What changes when an upload becomes READY."""
    return {
        "state": UploadState.READY.value,
        "mediaType": picture.media_type,
        "bytes": picture.bytes,
        "width": picture.width,
        "height": picture.height,
        "sha256": picture.sha256,
        "key": picture.key,
        "thumbnailKey": picture.thumbnail_key,
        **({"referenceKey": picture.reference_key} if picture.reference_key else {}),
    }


def rejection_values(rejection: UploadRejection) -> dict[str, Any]:
    """What changes when an upload becomes REJECTED."""
    return {
        "state": UploadState.REJECTED.value,
        "rejection": {
            "reason": limits.shortened(rejection.reason, limits.CODE),
            "message": limits.shortened(rejection.message, limits.MESSAGE),
        },
    }


def upload_from(values: Mapping[str, Any]) -> Upload:
    """The upload of a stored record."""
    rejection = values.get("rejection")
    ends_at = values.get("uploadEndsAt")
    return Upload(
        id=values["id"],
        workspace_id=values["workspaceId"],
        user_id=values["userId"],
        state=UploadState(values["state"]),
        announced_type=values["announcedType"],
        filename=values.get("filename"),
        created_at=from_iso(values["createdAt"]),
        expires_at=from_iso(ends_at) if ends_at else None,
        media_type=values.get("mediaType"),
        bytes=values.get("bytes"),
        width=values.get("width"),
        height=values.get("height"),
        sha256=values.get("sha256"),
        key=values.get("key"),
        thumbnail_key=values.get("thumbnailKey"),
        reference_key=values.get("referenceKey"),
        rejection=UploadRejection(rejection["reason"], rejection["message"]) if rejection else None,
        attached_to=frozenset(values.get("attachedTo", ())),
        generation_uses=values.get("generationUses", 0),
    )
