"""The bytes of one reference picture, from wherever it is."""

from __future__ import annotations

from easel.domain.generation import Generation
from easel.domain.provider import ReferenceImage
from easel.domain.reference import ImageSource, Reference, TelegramSource, UploadSource, UrlSource
from easel.domain.upload import media_type_of
from easel.errors import ReferenceUnavailable
from easel.services.ports.pictures import PictureReader
from easel.services.ports.providers import ReferenceFetcher
from easel.services.ports.references import AddressVault, TelegramFiles
from easel.services.ports.uploads import Uploads
from easel.services.references.images_of_workspace import ImagesOfWorkspace


class FetchReference:
    """Pictures of the workspace are read from the bucket, and looked up again: they may have been deleted since."""

    def __init__(
        self,
        *,
        web: ReferenceFetcher,
        telegram: TelegramFiles,
        store: PictureReader,
        images: ImagesOfWorkspace,
        uploads: Uploads,
        vault: AddressVault,
    ) -> None:
        self._web = web
        self._telegram = telegram
        self._store = store
        self._images = images
        self._uploads = uploads
        self._vault = vault

    def __call__(self, generation: Generation, reference: Reference) -> ReferenceImage:
        """The picture as it is there, not cleaned.

        Raises:
            ReferenceUnavailable: it is not there, or cannot be fetched safely.
            ImageRejected: what is there is no picture, or too large.
            SecretUnavailable: its address cannot be decrypted, or the bot's token cannot be read, now.
            StorageUnavailable: the bucket does not answer.
        """
        match reference.source:
            case UrlSource(url, sealed=sealed):
                return self._web.fetch(url if sealed is None else self._vault.open(sealed, generation.id))
            case UploadSource(upload_id):
                upload = self._uploads.get(generation.workspace_id, upload_id)
                if upload and upload.reference_key:
                    return self._stored("upload", upload.reference_key, media_type_of(upload.reference_key))
                return self._stored("upload", upload.key if upload else None, upload.media_type if upload else None)
            case ImageSource(image_id):
                found = self._images.find(generation.workspace_id, image_id)
                stored = found.image.stored if found else None
                return self._stored(
                    "image", stored.original_key if stored else None, stored.media_type if stored else None
                )
            case TelegramSource(file_id):
                return self._telegram.fetch(file_id)

    def _stored(self, kind: str, key: str | None, media_type: str | None) -> ReferenceImage:
        data = self._store.get(key) if key else None
        if data is None or media_type is None:
            raise ReferenceUnavailable(f"The {kind} was deleted.")
        return ReferenceImage(data, media_type, f"reference.{media_type.rpartition('/')[2]}")
