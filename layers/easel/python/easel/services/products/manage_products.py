"""Create, change and delete products, with the pictures that they use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from easel.clock import Clock
from easel.domain.product import (
    ROLES,
    Product,
    ProductChange,
    ProductFacts,
    ProductPicture,
    changed,
    changed_facts,
)
from easel.domain.upload import Upload, UploadState, product_attachment
from easel.errors import FieldError, InvalidRequest, NotFound, StaleWrite, UploadNotReady
from easel.ids import new_id
from easel.services.accounts.principal import Principal
from easel.services.ports.products import Products
from easel.services.ports.transactions import UnitOfWork, Write
from easel.services.ports.uploads import Uploads

_TRIES: Final = 3
"""Of a change without a version: it is made again on what another writer has left."""


class ManageProducts:
    """Creates, changes and deletes products. An upload is kept while a product uses it.

    A change that names the version it was made from is refused when the product has another one. A change without a
    version applies to the newest: fields that it does not name keep what another writer has given them.
    """

    def __init__(self, *, products: Products, uploads: Uploads, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._products = products
        self._uploads = uploads
        self._unit_of_work = unit_of_work
        self._clock = clock

    def create(self, principal: Principal, facts: ProductFacts, uploads: Mapping[str, str]) -> Product:
        """Create a product; `uploads` are its pictures by role.

        Raises:
            InvalidRequest: an upload that is not there.
            UploadNotReady: an upload that is no checked picture (yet).
            TooManyAttachments: an upload is used by too many others.
        """
        now = self._clock()
        found = self._found(principal, uploads)
        product = Product(
            id=new_id(),
            workspace_id=principal.workspace_id,
            user_id=principal.user_id,
            facts=facts,
            created_at=now,
            updated_at=now,
            pictures=tuple(_picture(role, found[uploads[role]]) for role in ROLES if role in uploads),
        )
        attached = [
            self._uploads.attaching(found[upload_id], product_attachment(product.id))
            for upload_id in sorted(product.upload_ids)
        ]
        self._unit_of_work.commit(*self._products.creating(product), *attached)
        return product

    def change(
        self, principal: Principal, product_id: str, change: ProductChange, *, version: int | None = None
    ) -> Product:
        """Change facts and pictures. What changes nothing makes no new version.

        Raises:
            InvalidRequest: a fact that is missing or too long; an upload that is not there.
            UploadNotReady: an upload that is no checked picture (yet).
            NotFound: no such product.
            StaleWrite: it has another version than `version`, or other writers were faster each time.
            TooManyAttachments: an upload is used by too many others.
        """
        for tries_left in reversed(range(_TRIES)):
            before = self._get(principal, product_id, version)
            try:
                return self._changed(principal, before, change)
            except StaleWrite:
                if not tries_left:
                    raise
        raise AssertionError("the last try returns or raises")

    def delete(self, principal: Principal, product_id: str, *, version: int | None = None) -> None:
        """Delete a product. Uploads that nothing else uses end with it; generations keep what they have made.

        Raises:
            NotFound: no such product.
            StaleWrite: it has another version than `version`, or other writers were faster each time.
        """
        for tries_left in reversed(range(_TRIES)):
            product = self._get(principal, product_id, version)
            now = self._clock()
            try:
                self._unit_of_work.commit(
                    *self._products.deleting(product, now), *self._detaching(product, product.upload_ids, now)
                )
            except StaleWrite:
                if not tries_left:
                    raise
            else:
                return

    def _changed(self, principal: Principal, before: Product, change: ProductChange) -> Product:
        now = self._clock()
        named = {role: upload_id for role, upload_id in change.uploads.items() if upload_id is not None}
        found = self._found(principal, named)
        kept = [picture for picture in before.pictures if picture.role not in change.uploads]
        added = [_picture(role, found[upload_id]) for role, upload_id in named.items()]
        after = changed(before, changed_facts(before.facts, change.facts), [*kept, *added], now)
        if after is before:
            return before
        attached = [
            self._uploads.attaching(found[upload_id], product_attachment(before.id))
            for upload_id in sorted(after.upload_ids - before.upload_ids)
        ]
        detached = self._detaching(before, before.upload_ids - after.upload_ids, now)
        self._unit_of_work.commit(self._products.replacing(after, before), *attached, *detached)
        return after

    def _get(self, principal: Principal, product_id: str, version: int | None) -> Product:
        product = self._products.get(principal.workspace_id, product_id)
        if product is None:
            raise NotFound(f"There is no product {product_id}.")
        if version not in {None, product.version}:
            raise StaleWrite(f"The product has version {product.version}, not {version}. Read it again.")
        return product

    def _found(self, principal: Principal, uploads: Mapping[str, str]) -> Mapping[str, Upload]:
        """The uploads that a request names. An id of another workspace is like one that is not there."""
        found = self._uploads.get_all(principal.workspace_id, uploads.values()) if uploads else {}
        missing = [_missing(role, upload_id) for role, upload_id in uploads.items() if upload_id not in found]
        if missing:
            raise InvalidRequest(missing[0].message, missing)
        return found

    def _detaching(self, product: Product, upload_ids: Iterable[str], now: datetime) -> list[Write]:
        """End the product's use of these uploads; what nothing else uses ends now."""
        found = self._uploads.get_all(product.workspace_id, upload_ids) if upload_ids else {}
        use = product_attachment(product.id)
        return [
            self._uploads.detaching(found[upload_id], use, expires_at=now)
            for upload_id in sorted(found)
            if use in found[upload_id].attached_to
        ]


def _picture(role: str, upload: Upload) -> ProductPicture:
    """Raises UploadNotReady."""
    if upload.state is not UploadState.READY or not (upload.key and upload.thumbnail_key and upload.media_type):
        raise UploadNotReady(f"The upload {upload.id} is {upload.state} and not {UploadState.READY}.")
    return ProductPicture(
        role=role,
        upload_id=upload.id,
        key=upload.key,
        thumbnail_key=upload.thumbnail_key,
        media_type=upload.media_type,
        width=upload.width or 0,
        height=upload.height or 0,
    )


def _missing(role: str, upload_id: str) -> FieldError:
    return FieldError(f"{role}UploadId", f"There is no upload {upload_id[:80]}.", {"state": UploadState.READY.value})
