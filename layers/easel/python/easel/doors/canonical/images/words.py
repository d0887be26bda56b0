"""Images, and the callbacks of providers about them, in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    Conflict,
    Contended,
    DatabaseRefused,
    DatabaseUnavailable,
    ImagingUnavailable,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    QueueUnavailable,
    SecretUnavailable,
    StaleWrite,
    StorageUnavailable,
)
from easel.http.description import UNCHANGED, empty, route
from easel.http.failures import PictureGone, RouteNotFound

_TAG: Final = "Images"
_BEING_MADE: Final = "It is being made. Ask again after `Retry-After` seconds."

READ_IMAGE: Final = route(
    "readImage",
    _TAG,
    "Get an image",
    "Redirects to a link that works for an hour without credentials; HEAD leads to one for HEAD. With `?format=json` "
    "or `Accept: application/json` it answers with the image's metadata instead, with an `ETag`. `?download=1` names "
    "the file. `If-None-Match` and `Range` are answered where the redirect leads.",
    {200: "The metadata.", 202: _BEING_MADE, 302: empty("`Location` is the image."), 304: UNCHANGED},
    errors=(NotFound, PictureGone),
)

READ_ARCHIVE: Final = route(
    "readArchive",
    _TAG,
    "Download all images of a generation",
    "Redirects to a ZIP file: `manifest.json` first, then the originals as they are stored. A small one is there at "
    "once; a larger one is built, and until then the answer says its exact size and how far it is. HEAD and `Range` "
    "are answered where the redirect leads. With `?format=json` or `Accept: application/json` it is described instead.",
    {
        200: "The description of an archive that is ready.",
        202: "The generation is under way, or the archive is being built. Ask again after `Retry-After` seconds.",
        302: empty("`Location` is the ZIP file."),
    },
    errors=(NotFound, PictureGone, QueueUnavailable),
)

READ_PROVENANCE: Final = route(
    "readImageProvenance",
    _TAG,
    "Get where an image comes from",
    "The marks that its files carry, and whether a file with this hash is its original.",
    {200: "The marks."},
    errors=(NotFound, PictureGone),
)

EXPORT_IMAGE: Final = route(
    "exportImage",
    _TAG,
    "Get an image ready for the places where it is sold",
    "Files in the sizes of each place, made once from the original and never enlarged, with what each meets of the "
    "place's rules as it was measured: `borderWhite` and `fillRatio` say how far a picture is from pure white borders "
    "and from filling its frame.",
    {200: "The files and the rules."},
    errors=(NotFound, Conflict, ImagingUnavailable),
)

MARK_IMAGES: Final = route(
    "markImages",
    _TAG,
    "Mark images as favourites, or with tags",
    "The marks are the workspace's. Of several images each is changed on its own; a repeated change changes nothing.",
    {200: "The marks of the images."},
    errors=(InvalidRequest, NotFound, StaleWrite, Contended),
)

LIST_GALLERY: Final = route(
    "listGallery",
    _TAG,
    "List favourites, or images with a tag",
    "The newest images first. Follow `nextCursor`: a page may be shorter than `limit`, where images were deleted.",
    {200: "One page."},
    errors=(InvalidRequest,),
)

LIST_TAGS: Final = route(
    "listTags",
    _TAG,
    "List the tags of images",
    "In alphabetical order, with the number of images that have each. Follow `nextCursor`.",
    {200: "One page."},
)

_GONE_FOR_GOOD: Final = (
    "Original, variants and archives are removed with every version, and its permalink answers 404. What was charged "
    "stays charged. May be repeated."
)
DELETE_IMAGE: Final = route(
    "deleteImage",
    _TAG,
    "Delete an image",
    _GONE_FOR_GOOD,
    {204: empty("It is deleted.")},
    errors=(NotFound, Conflict, QueueUnavailable),
)

DELETE_GENERATION: Final = route(
    "deleteGeneration",
    "Generations",
    "Delete a generation with its images",
    f"{_GONE_FOR_GOOD} Only for a generation that has ended; one that is under way has to be cancelled first.",
    {204: empty("It is deleted.")},
    errors=(NotFound, Conflict, QueueUnavailable),
)

READ_PERMALINK: Final = route(
    "readPermalink",
    _TAG,
    "Get an image by its permalink",
    "Known from the moment the request is accepted, and never changes. Anyone who has it can see the image.",
    {202: _BEING_MADE, 302: empty("`Location` is the image.")},
    errors=(
        NotFound,
        PictureGone,
        StorageUnavailable,
        DatabaseUnavailable,
        DatabaseRefused,
    ),
    public=True,
)

RECEIVE_CALLBACK: Final = route(
    "receiveCallback",
    "Operations",
    "Receive a provider's callback",
    "For providers, at the address that they were given with the job. It is taken as a hint to look at the job now. "
    "An unsolicited callback is answered as an unknown address.",
    {204: empty("Accepted.")},
    errors=(
        RouteNotFound,
        PayloadTooLarge,
        QueueUnavailable,
        SecretUnavailable,
    ),
    public=True,
    takes_bytes=True,
    open_query=True,
)
