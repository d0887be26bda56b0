"""Products in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    Contended,
    InvalidRequest,
    NotFound,
    StaleWrite,
    StorageUnavailable,
    TooManyAttachments,
    UploadNotReady,
)
from easel.http.description import UNCHANGED, empty, route

_TAG: Final = "Products"
_PICTURES: Final = (UploadNotReady, TooManyAttachments, StorageUnavailable)

LIST_PRODUCTS: Final = route(
    "listProducts",
    _TAG,
    "List products",
    "The newest first, ten to a page. Follow `nextCursor`; `page` reaches the first thousand.",
    {200: "One page."},
    errors=(StorageUnavailable,),
)

READ_PRODUCT: Final = route(
    "readProduct",
    _TAG,
    "Get a product",
    "With links to its pictures. Its `ETag` names its version.",
    {200: "The product.", 304: UNCHANGED},
    errors=(NotFound, StorageUnavailable),
)

CREATE_PRODUCT: Final = route(
    "createProduct",
    _TAG,
    "Create a product",
    "Pictures come as uploads (`POST /api/v1/uploads`); the product keeps them while it uses them.",
    {201: "Created."},
    errors=(InvalidRequest, Contended, *_PICTURES),
)

CHANGE_PRODUCT: Final = route(
    "changeProduct",
    _TAG,
    "Update a product",
    "Only what the body names changes. With `If-Match` or `version` the change is refused with 409 when the product "
    "has changed since it was read.",
    {200: "The product as it is now."},
    errors=(InvalidRequest, NotFound, StaleWrite, Contended, *_PICTURES),
)

DELETE_PRODUCT: Final = route(
    "deleteProduct",
    _TAG,
    "Delete a product",
    "Uploads that nothing else uses are deleted with it. Images that were generated from it stay.",
    {204: empty("Deleted.")},
    errors=(NotFound, StaleWrite, Contended),
)
