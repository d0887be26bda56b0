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
    PasswordRequired,
    PayloadTooLarge,
    QueueUnavailable,
    RateLimited,
    SecretUnavailable,
    StaleWrite,
    StorageUnavailable,
    TooManyShares,
)
from easel.http.description import UNCHANGED, empty, route
from easel.http.failures import PictureGone, RouteNotFound

_TAG: Final = "Images"
_SHARES: Final = "Shares"
_PUBLIC: Final = "Public gallery"
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
    "The marks are the workspace's. Of several images each is changed on its own, and `failed` "
    "names those that could not be; a repeated change changes nothing.",
    {200: "The marks of the images."},
    errors=(InvalidRequest, NotFound, StaleWrite, Contended),
)

LIST_GALLERY: Final = route(
    "listGallery",
    _TAG,
    "Search the images of the workspace",
    "By words of the prompt, model, shape, favourite, tag, time and how their generation ended; everything that is "
    "given has to be true. Images of generations that have ended. Follow `nextCursor` until it is null, also after a "
    "page that is empty.",
    {200: "One page."},
    errors=(InvalidRequest,),
)

LIST_POPULAR_PROMPTS: Final = route(
    "listPopularPrompts",
    _TAG,
    "List the prompts that were used most",
    "Of the last few thousand generations that were completed, in a period and of a model where they are given. "
    "Prompts with the same words count as one.",
    {200: "The prompts."},
    errors=(InvalidRequest,),
)

LIST_TAGS: Final = route(
    "listTags",
    _TAG,
    "List the tags of images",
    "In alphabetical order, with the number of images that have each, those in the trash too. Follow `nextCursor`.",
    {200: "One page."},
)

TRASH_IMAGES: Final = route(
    "trashImages",
    _TAG,
    "Put images into the trash",
    "They are taken for deleted at once: their addresses answer 404, and they are in no list but that of the trash. "
    "They can be restored until `endsAt`, and are deleted for good afterwards. `results` says what became of each "
    "image; a repeated request changes nothing.",
    {200: "What became of each image."},
    errors=(InvalidRequest, Contended),
)

RESTORE_IMAGES: Final = route(
    "restoreImages",
    _TAG,
    "Restore images from the trash",
    "They are as they were, favourites, tags and addresses included. `results` says what became of each image; one "
    "that is not in the trash stays as it is.",
    {200: "What became of each image."},
    errors=(InvalidRequest, Contended),
)

CREATE_SHARE: Final = route(
    "createShare",
    _SHARES,
    "Share an image or a generation by a link",
    "Anyone with `url` sees the images until `expiresAt`, without an account; a password and a hidden prompt are "
    "possible. The address is shown once: only a hash of it is kept.",
    {201: "The link."},
    errors=(InvalidRequest, NotFound, TooManyShares),
)

LIST_SHARES: Final = route(
    "listShares",
    _SHARES,
    "List shares",
    "The newest first, with the number of views. Follow `nextCursor`.",
    {200: "One page."},
    errors=(InvalidRequest,),
)

READ_SHARE: Final = route(
    "readShare", _SHARES, "Get a share", "A link, without its address.", {200: "The link."}, errors=(NotFound,)
)

REVOKE_SHARE: Final = route(
    "revokeShare",
    _SHARES,
    "Revoke a share",
    "The link answers 404 from now on. Addresses of files that were handed out before work for an hour at most.",
    {204: empty("It is revoked.")},
    errors=(NotFound, Contended),
)

_OPENING_ERRORS: Final = (
    NotFound,
    PasswordRequired,
    RateLimited,
    StorageUnavailable,
    DatabaseUnavailable,
    DatabaseRefused,
)
OPEN_SHARE: Final = route(
    "openShare",
    _SHARES,
    "Open a shared link",
    "404 for a link that has ended, was revoked, or whose images were deleted, which are not told apart. One with a "
    "password answers 401 with `password_required`: send the password with POST.",
    {200: "What it shows."},
    errors=_OPENING_ERRORS,
    public=True,
)

SHOW_SHARE_PREVIEW: Final = route(
    "showSharePreview",
    _SHARES,
    "Get the picture of a shared link",
    "For previews of the link in chats and feeds: the first image. It is not counted as a view.",
    {302: empty("`Location` is the image.")},
    errors=_OPENING_ERRORS,
    public=True,
)

OPEN_SHARE_WITH_PASSWORD: Final = route(
    "openShareWithPassword",
    _SHARES,
    "Open a shared link with its password",
    "A few tries a minute from one address; then 429 until `Retry-After`.",
    {200: "What it shows."},
    errors=(InvalidRequest, *_OPENING_ERRORS),
    public=True,
)

PUBLISH_IMAGE: Final = route(
    "publishImage",
    _PUBLIC,
    "Publish an image",
    "It is shown in the public gallery, without its prompt unless `showPrompt` is true, and without whose it is. "
    "One that is published with other values is not changed and answers 409: withdraw it first.",
    {200: "The publication."},
    errors=(InvalidRequest, NotFound, Conflict, StaleWrite, Contended),
)

READ_PUBLICATION: Final = route(
    "readPublication",
    _PUBLIC,
    "Get whether an image is published",
    "Also says whether an operator has taken it down.",
    {200: "The publication."},
    errors=(NotFound,),
)

WITHDRAW_IMAGE: Final = route(
    "withdrawImage",
    _PUBLIC,
    "Take an image out of the public gallery",
    "Caches may show it for a minute more.",
    {204: empty("It is not published.")},
    errors=(NotFound, StaleWrite, Contended),
)

TAKE_DOWN_IMAGE: Final = route(
    "takeDownImage",
    _PUBLIC,
    "Take down a published image (operators)",
    "Its workspace cannot publish it again. The image itself stays. Needs the scope `gallery:moderate`.",
    {204: empty("It is taken down.")},
    errors=(NotFound, Contended),
)

LIST_PUBLIC_GALLERY: Final = route(
    "listPublicGallery",
    _PUBLIC,
    "List published images",
    "The newest first; nothing says whose they are. Cacheable for a minute. Follow `nextCursor`.",
    {200: "One page."},
    errors=(InvalidRequest, SecretUnavailable, DatabaseUnavailable, DatabaseRefused),
    public=True,
)

SHOW_PUBLIC_IMAGE: Final = route(
    "showPublicImage",
    _PUBLIC,
    "Get a published image",
    "Redirects to the file. 404 once it is withdrawn, taken down or deleted.",
    {302: empty("`Location` is the image.")},
    errors=(InvalidRequest, NotFound, StorageUnavailable, DatabaseUnavailable, DatabaseRefused),
    public=True,
)

LIST_TRASH: Final = route(
    "listTrash",
    _TAG,
    "List the trash",
    "What was put into it last comes first. Follow `nextCursor`: a page may be shorter than `limit`. To delete an "
    "image before its time is over, use DELETE /api/v1/images/{imageId}.",
    {200: "One page."},
    errors=(InvalidRequest,),
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
