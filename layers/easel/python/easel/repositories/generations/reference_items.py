"""The stored form of references: one attribute per kind of source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easel.domain.reference import ImageSource, Reference, Source, TelegramSource, UploadSource, UrlSource
from easel.domain.template_use import ANY_ROLE


def reference_values(reference: Reference) -> dict[str, Any]:
    """`{"url": …}`, `{"uploadId": …}`, `{"imageId": …}` or `{"fileId": …}`, with the role where it is a special one."""
    source = _source_values(reference.source)
    return source if reference.role == ANY_ROLE else source | {"role": reference.role}


def reference_from(values: Mapping[str, Any]) -> Reference:
    return Reference(_source_from(values), values.get("role", ANY_ROLE))


def _source_values(source: Source) -> dict[str, Any]:
    match source:
        case UploadSource(upload_id):
            return {"uploadId": upload_id}
        case ImageSource(image_id):
            return {"imageId": image_id}
        case TelegramSource(file_id):
            return {"fileId": file_id}
        case UrlSource(url, file_id, sealed):
            more = {"telegramFileId": file_id, "sealed": sealed}
            return {"url": url} | {name: value for name, value in more.items() if value is not None}


def _source_from(values: Mapping[str, Any]) -> Source:
    if "uploadId" in values:
        return UploadSource(values["uploadId"])
    if "imageId" in values:
        return ImageSource(values["imageId"])
    if "fileId" in values:
        return TelegramSource(values["fileId"])
    return UrlSource(values["url"], values.get("telegramFileId"), values.get("sealed"))
