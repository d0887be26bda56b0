"""Every key of the `core` table is built and parsed here, and nowhere else.

Children live under their workspace, ids are UUIDv7, so a sort key orders by time. Ids may not contain `#`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

Key = dict[str, str]

GENERATION_PREFIX: Final = "GEN#"
REQUEST: Final = "REQUEST"
STATE: Final = "STATE"
IMAGE: Final = "IMAGE#"
"""The records of a generation: the last parts of their sort keys."""
USAGE_PREFIX: Final = "USAGE#"
ACTIVE_PREFIX: Final = "active:"
"""Of the attributes of a usage record that name a user's running generations, by channel."""
MEMBER_PREFIX: Final = "MEMBER#"
WORKSPACE_PREFIX: Final = "WORKSPACE#"
API_KEY_PREFIX: Final = "KEY#"
TELEGRAM_USER_PREFIX: Final = "TELEGRAM#"
PROMPT_TEMPLATE_PREFIX: Final = "PROMPT#"
UPLOAD_PREFIX: Final = "UPLOAD#"
PRODUCT_PREFIX: Final = "PRODUCT#"
BATCH_PREFIX: Final = "BATCH#"
CONTENT_PREFIX: Final = "CONTENT#"
LOGGED_PREFIX: Final = "AT#"
LISTENER_PREFIX: Final = "LISTENER#"
FAVOURITE_PREFIX: Final = "FAVOURITE#"
TAG_PREFIX: Final = "TAG#"
USERS_PARTITION: Final = "USERS"
OUTBOX_SHARDS: Final = 4
OPEN_SHARDS: Final = 4
UPLOAD_SHARDS: Final = 4


def _part(value: str) -> str:
    if "#" in value or not value:
        raise ValueError(f"{value!r} cannot be part of a key")
    return value


def workspace_partition(workspace_id: str) -> str:
    return f"WS#{_part(workspace_id)}"


def workspace(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "WORKSPACE"}


def routing(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "ROUTING"}


def member(workspace_id: str, user_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{MEMBER_PREFIX}{_part(user_id)}"}


def user_partition(user_id: str) -> str:
    return f"USER#{_part(user_id)}"


def user(user_id: str) -> Key:
    return {"pk": user_partition(user_id), "sk": "USER"}


def users_by_age(created_at: str, user_id: str) -> Key:
    """The list of all users. One partition: sign-ups are far slower than its write limit."""
    return {"pk": USERS_PARTITION, "sk": f"{_part(created_at)}#{_part(user_id)}"}


def workspace_of_user(user_id: str, workspace_id: str) -> Key:
    """The other side of `member`: from a user to their workspaces."""
    return {"pk": user_partition(user_id), "sk": f"{WORKSPACE_PREFIX}{_part(workspace_id)}"}


def telegram_user(bot_workspace_id: str, telegram_id: int) -> Key:
    return {"pk": workspace_partition(bot_workspace_id), "sk": f"{TELEGRAM_USER_PREFIX}{telegram_id}"}


def charge(bot_workspace_id: str, charge_hash: str) -> Key:
    return {"pk": workspace_partition(bot_workspace_id), "sk": f"CHARGE#{_part(charge_hash)}"}


def telegram_file(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"TGFILE#{_part(image_id)}"}


def telegram_files_prefix(generation_id: str) -> str:
    """Of the file ids of a generation's images: their ids differ from its own in the last digit."""
    return f"TGFILE#{_part(generation_id)[:-1]}"


def init_data(digest: str) -> Key:
    return {"pk": f"INITDATA#{_part(digest)}", "sk": "INITDATA"}


def generation_prefix(generation_id: str) -> str:
    """What the sort keys of all records of a generation begin with."""
    return f"{GENERATION_PREFIX}{_part(generation_id)}#"


def generation_request(workspace_id: str, generation_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{generation_prefix(generation_id)}{REQUEST}"}


def generation_state(workspace_id: str, generation_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{generation_prefix(generation_id)}{STATE}"}


def generation_image(workspace_id: str, generation_id: str, index: int) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{generation_prefix(generation_id)}{IMAGE}{index}"}


def picture_analysis(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"ANALYSIS#{_part(image_id)}"}


def image_marks(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"MARKS#{_part(image_id)}"}


def favourite_image(workspace_id: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{FAVOURITE_PREFIX}{_part(image_id)}"}


def tag(workspace_id: str, name: str) -> Key:
    """A tag that some picture has or had. It may have any character."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{TAG_PREFIX}{quote(name, safe='')}"}


def tagged_images_prefix(name: str) -> str:
    """Sort keys of the pictures with a tag begin with this."""
    return f"TAGGED#{quote(name, safe='')}#"


def tagged_image(workspace_id: str, name: str, image_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{tagged_images_prefix(name)}{_part(image_id)}"}


def image_call(workspace_id: str, generation_id: str, index: int) -> Key:
    """The last call to a provider for an image. Apart from the generation: no reader of a generation needs it."""
    return {"pk": workspace_partition(workspace_id), "sk": f"CALL#{_part(generation_id)}#{index}"}


def archive(workspace_id: str, generation_id: str, digest: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"ARCHIVE#{_part(generation_id)}#{_part(digest)}"}


def idempotency_claim(workspace_id: str, key_hash: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"IDEMPOTENCY#{_part(key_hash)}"}


def call_tickets_prefix(call_hash: str) -> str:
    """Of the tickets of equal calls; they sort by age, as the ids of their generations do."""
    return f"CALLED#{_part(call_hash)}#"


def call_ticket(workspace_id: str, call_hash: str, generation_id: str) -> Key:
    return {
        "pk": workspace_partition(workspace_id),
        "sk": f"{call_tickets_prefix(call_hash)}{_part(generation_id)}",
    }


def result_cache(workspace_id: str) -> Key:
    """Whether the workspace reuses results."""
    return {"pk": workspace_partition(workspace_id), "sk": "RESULTCACHE"}


def cached_result(workspace_id: str, fingerprint: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"RESULT#{_part(fingerprint)}"}


def usage(workspace_id: str, user_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{USAGE_PREFIX}{_part(user_id)}"}


def usage_summary(workspace_id: str, day: str, user_id: str, model: str, provider: str, key_id: str = "") -> Key:
    parts = "#".join(_part(part) for part in (day, user_id, model, provider, *([key_id] if key_id else [])))
    return {"pk": workspace_partition(workspace_id), "sk": f"SUMMARY#{parts}"}


def usage_summary_days(workspace_id: str, first_day: str, last_day: str) -> tuple[Key, Key]:
    """The key range of the summaries of these days, both included."""
    partition = workspace_partition(workspace_id)
    low, high = f"SUMMARY#{_part(first_day)}#", f"SUMMARY#{_part(last_day)}#~"
    return {"pk": partition, "sk": low}, {"pk": partition, "sk": high}


def api_key(key_hash: str) -> Key:
    return {"pk": f"APIKEY#{_part(key_hash)}", "sk": "APIKEY"}


def api_key_of_workspace(workspace_id: str, key_id: str) -> Key:
    """The same key in its workspace's list."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{API_KEY_PREFIX}{_part(key_id)}"}


def batch(workspace_id: str, batch_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{BATCH_PREFIX}{_part(batch_id)}"}


def batch_line(workspace_id: str, batch_id: str, number: int) -> Key:
    """Outside of the prefix of the batches that are listed."""
    return {"pk": workspace_partition(workspace_id), "sk": f"BATCHLINE#{_part(batch_id)}#{number:05d}"}


def intake_sender(sender_id: str) -> Key:
    return {"pk": f"SENDER#{_part(sender_id)}", "sk": "SENDER"}


def prompt_template(workspace_id: str, template_id: str) -> Key:
    """The newest version."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{PROMPT_TEMPLATE_PREFIX}{_part(template_id)}"}


def prompt_template_version(workspace_id: str, template_id: str, version: int) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"PROMPTVERSION#{_part(template_id)}#{version}"}


def prompt_template_count(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "PROMPTS"}


def upload(workspace_id: str, upload_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{UPLOAD_PREFIX}{_part(upload_id)}"}


def upload_shard(upload_id: str) -> str:
    """Partition of the sparse index `uploads_by_expiry`."""
    return upload_partition(shard_of(upload_id, UPLOAD_SHARDS))


def upload_partition(shard: int) -> str:
    return f"UPLOADS#{shard}"


def upload_id_of(key: Key) -> tuple[str, str]:
    """(workspace id, upload id) of an upload's key."""
    return key["pk"].removeprefix("WS#"), key["sk"].removeprefix(UPLOAD_PREFIX)


def product(workspace_id: str, product_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"{PRODUCT_PREFIX}{_part(product_id)}"}


def deleted_product(workspace_id: str, product_id: str) -> Key:
    """Outside of the prefix of those that are listed."""
    return {"pk": workspace_partition(workspace_id), "sk": f"DELETEDPRODUCT#{_part(product_id)}"}


def product_count(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "PRODUCTS"}


def content_images_prefix(item_id: str) -> str:
    """Sort keys of the versions of a content item begin with this. An item's id may have any character."""
    return f"{CONTENT_PREFIX}{quote(item_id, safe='')}#"


def content_image(workspace_id: str, item_id: str, generation_id: str) -> Key:
    sort = f"{content_images_prefix(item_id)}{_part(generation_id)}"
    return {"pk": workspace_partition(workspace_id), "sk": sort}


def content_item(workspace_id: str, item_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"CONTENTITEM#{quote(item_id, safe='')}"}


def media(item_id: str, file_name: str) -> Key:
    """A version of a content item by its public address, which names no workspace."""
    return {"pk": f"MEDIA#{quote(item_id, safe='')}/{_part(file_name)}", "sk": "MEDIA"}


def outbox(event_id: str) -> Key:
    return {"pk": outbox_partition(shard_of(event_id, OUTBOX_SHARDS)), "sk": _part(event_id)}


def outbox_partition(shard: int) -> str:
    return f"OUTBOX#{shard}"


def events_partition(workspace_id: str) -> str:
    """Of the log of a workspace's events. Apart from its other records, so that neither slows down the other."""
    return f"EVENTS#{_part(workspace_id)}"


def logged_event(workspace_id: str, position: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"{LOGGED_PREFIX}{_part(position)}"}


def late_event(workspace_id: str, event_id: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"LATE#{_part(event_id)}"}


def last_progress(workspace_id: str, generation_id: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"PROGRESS#{_part(generation_id)}"}


def listener(workspace_id: str, name: str) -> Key:
    return {"pk": events_partition(workspace_id), "sk": f"{LISTENER_PREFIX}{_part(name)}"}


def index_key(workspace_id: str, *parts: str) -> str:
    """Partition of an index over records of a workspace: those that have these parts in common."""
    return "#".join((workspace_partition(workspace_id), *map(_part, parts)))


def status_key(workspace_id: str, status: str) -> str:
    """Partition of the index `generations_by_status`."""
    return index_key(workspace_id, status)


def open_shard(generation_id: str) -> str:
    """Partition of the sparse index `open_generations_by_attention`."""
    return open_partition(shard_of(generation_id, OPEN_SHARDS))


def open_partition(shard: int) -> str:
    return f"OPEN#{shard}"


def shard_of(identifier: str, shards: int) -> int:
    """Shard by the random end of the id, not by its time."""
    return sum(identifier[-8:].encode()) % shards


def generation_id_of(key: Mapping[str, str]) -> tuple[str, str]:
    """(workspace id, generation id) of the key of any record of a generation."""
    return key["pk"].removeprefix("WS#"), key["sk"].split("#")[1]


def generation_part_of(key: Mapping[str, str]) -> str:
    """Which record of a generation this is: REQUEST, STATE, or IMAGE# with the image's index."""
    return key["sk"].split("#", 2)[2]
