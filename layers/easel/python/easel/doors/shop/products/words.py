"""The shop's products in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.domain.upload import MAX_INLINE_BYTES
from easel.doors.shop.products.requests import CREATE_BODY
from easel.errors import (
    Contended,
    ImageRejected,
    ImagingUnavailable,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    StaleWrite,
    StorageUnavailable,
    TicketsRequired,
    TooManyAttachments,
    UnsupportedMediaType,
    UploadNotReady,
)
from easel.http.description import UNCHANGED, route
from easel.http.failures import MalformedBody, MalformedForm

_TAG: Final = "Shop"
_PICTURES: Final = (UploadNotReady, TooManyAttachments, StorageUnavailable)

LIST_PRODUCTS: Final = route(
    "listShopProducts",
    _TAG,
    "List products",
    "The newest first. `page` reaches the first thousand; `nextCursor` leads on.",
    {200: "One page, and how many there are."},
    errors=(StorageUnavailable,),
)

READ_PRODUCT: Final = route(
    "readShopProduct",
    _TAG,
    "Get a product",
    "With links to its pictures.",
    {200: "The product.", 304: UNCHANGED},
    errors=(NotFound, StorageUnavailable),
)

CREATE_PRODUCT: Final = route(
    "createShopProduct",
    _TAG,
    "Create a product",
    "A form with `name`, `color`, `material` and the files `frontImage` and `backImage`, "
    f"{MAX_INLINE_BYTES} bytes in all. "
    "A larger one is refused with a ticket for each file in `error.details[].allowed` (`tickets_required`): send the "
    "files with these, then `frontUploadId` and `backUploadId` in place of the files, in a form or as JSON.",
    {201: "Created."},
    errors=(
        PayloadTooLarge,
        TicketsRequired,
        UnsupportedMediaType,
        MalformedBody,
        MalformedForm,
        InvalidRequest,
        ImageRejected,
        ImagingUnavailable,
        StaleWrite,
        Contended,
        *_PICTURES,
    ),
    takes_bytes=True,
    body=CREATE_BODY,
)

UPDATE_PRODUCT: Final = route(
    "updateShopProduct",
    _TAG,
    "Update a product",
    "Only what the body names changes. With `If-Match` or `version` the change is refused with 409 when the product "
    "has changed since it was read.",
    {200: "The product as it is now."},
    errors=(InvalidRequest, NotFound, StaleWrite, Contended, *_PICTURES),
)

DELETE_PRODUCT: Final = route(
    "deleteShopProduct",
    _TAG,
    "Delete a product",
    "With its pictures, where nothing else uses them. Images that were generated from it stay.",
    {200: "Deleted."},
    errors=(NotFound, StaleWrite, Contended),
)
