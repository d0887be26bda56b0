"""Keys of pictures beside their generation: marks, trash, shares, publications, archives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from easel.repositories.keys import Key, part, shard_of, workspace_partition

FAVOURITE_PREFIX: Final = "FAVOURITE#"
TAG_PREFIX: Final = "TAG#"
TRASH_SHARDS: Final = 4
PUBLIC_PARTITION: Final = "PUBLIC"
TRASHED_PREFIX: Final = "TRASHED#"
SHARE_PREFIX: Final = "SHARE#"


def telegram_file(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"TGFILE#{part(image_id)}"}


def telegram_files_prefix(generation_id: str) -> str:
    """Of the file ids of a generation's images: their ids differ from its own in the last digit."""
    return f"TGFILE#{part(generation_id)[:-1]}"


def picture_analysis(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"ANALYSIS#{part(image_id)}"}


def image_marks(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"MARKS#{part(image_id)}"}


def favourite_image(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{FAVOURITE_PREFIX}{part(image_id)}"}


def trashed_image(workspace_id: str, trashed_at: str, image_id: str) -> Key:
    """Sorts by the time at which it was put into the trash."""
    sort = f"{TRASHED_PREFIX}{part(trashed_at)}#{part(image_id)}"
    return {"pk": workspace_partition(workspace_id), "sk": sort}


def image_of_trashed(key: Mapping[str, str]) -> str:
    """Image id of the key that `trashed_image` makes."""
    return key["sk"].rsplit("#", 1)[1]


def trash_end(ends_at: str, workspace_id: str, image_id: str) -> Key:
    """The same picture in the list that the clock goes through."""
    sort = f"{part(ends_at)}#{part(workspace_id)}#{part(image_id)}"
    return {"pk": trash_partition(shard_of(image_id, TRASH_SHARDS)), "sk": sort}


def trash_partition(shard: int) -> str:
    return f"TRASH#{shard}"


def publication(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"PUBLICATION#{part(image_id)}"}


def public_image(publication_id: str) -> Key:
    """One partition: images are published by hand, far slower than its limits, and answers are cached."""
    return {"pk": PUBLIC_PARTITION, "sk": part(publication_id)}


def share(workspace_id: str, share_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{SHARE_PREFIX}{part(share_id)}"}


def shares_of_target_prefix(target_id: str) -> str:
    """Sort keys of the shares of an image or a generation begin with this."""
    return f"SHAREOF#{part(target_id)}#"


def share_of_target(workspace_id: str, target_id: str, share_id: str) -> Key:
    sort = f"{shares_of_target_prefix(target_id)}{part(share_id)}"
    return {"pk": workspace_partition(workspace_id), "sk": sort}


def share_count(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "SHARES"}


def tag(workspace_id: str, name: str) -> Key:
    """A tag that some picture has or had. It may have any character."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{TAG_PREFIX}{quote(name, safe='')}"}


def tagged_images_prefix(name: str) -> str:
    """Sort keys of the pictures with a tag begin with this."""
    return f"TAGGED#{quote(name, safe='')}#"


def tagged_image(workspace_id: str, name: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{tagged_images_prefix(name)}{part(image_id)}"}


def image_call(workspace_id: str, generation_id: str, index: int) -> Key:
    """The last call to a provider for an image. Apart from the generation: no reader of a generation needs it."""
    return {"pk": workspace_partition(workspace_id), "sk": f"CALL#{part(generation_id)}#{index}"}


def archive(workspace_id: str, generation_id: str, digest: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"ARCHIVE#{part(generation_id)}#{part(digest)}"}
