"""Search of the pictures of a workspace, in DynamoDB.

One query or two, then the records of the page; as many calls for a hundred pictures as for a hundred thousand. The
query reads

- the index `generations_by_status`, whose entries have a summary of each generation that has ended: up to some
  thousands in one call for each status. A search that finds less than a page in them continues after them, with the
  cursor.
- or the list of a tag or of the favourites, where one of them is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from easel.domain.gallery import GallerySearch, Summary
from easel.domain.image import Status
from easel.domain.image_marks import ImageMarks
from easel.ids import MAX_IMAGES, generation_of_image, image_id, lowest_id
from easel.repositories.generations import keys as generation_keys
from easel.repositories.generations.assembled import generation_from, generation_of, keys_of_image
from easel.repositories.images import keys
from easel.repositories.keys import Key, workspace_partition
from easel.repositories.table import Query, Table, Values
from easel.services.ports.image_marks import GalleryImage, PopularPrompt, PopularPrompts
from easel.services.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOOKED_THROUGH: Final = 3_000
"""Summaries in one call, where there are as many: some 350 bytes each, and a call returns 1 MB."""
_INDEX: Final = "generations_by_status"
_LAST: Final = "~"
_FIRST: Final = " "


class DynamoGallery:
    """`ports.image_marks.GallerySearches`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def search(self, workspace_id: str, search: GallerySearch, *, limit: int, after: str | None) -> Page[GalleryImage]:
        marked = search.favourite or search.tag is not None
        find = self._marked if marked else self._summarised
        ids, next_after = find(workspace_id, search, limit, after)
        found = self._table.get_all(
            list({key["sk"]: key for id_ in ids for key in _records_of(workspace_id, id_)}.values())
        )
        page = Page(tuple(ids), tuple(ids), next_after)
        return page.find(lambda id_: _row(workspace_id, id_, found, search))

    def popular(self, workspace_id: str, search: GallerySearch, *, limit: int) -> PopularPrompts:
        query = _summaries(workspace_id, search, search.status or Status.COMPLETED, None)
        entries, more = self._table.one_answer(query, at_once=LOOKED_THROUGH)
        by_words: dict[str, list[tuple[str, int]]] = {}
        for entry in entries:
            summary = Summary.decode(entry["summary"]) if "summary" in entry else None
            if summary is not None and summary.words and search.may_find(summary):
                made = by_words.setdefault(summary.words, [])
                made.append((generation_keys.generation_id_of(entry)[1], summary.images))
        most = sorted(by_words.values(), key=lambda made: (-len(made), made[0][0]))[:limit]
        prompts = self._prompts(workspace_id, [made[0][0] for made in most])
        return PopularPrompts(
            [
                PopularPrompt(prompts[made[0][0]], len(made), sum(images for _, images in made), made[0][0])
                for made in most
                if made[0][0] in prompts
            ],
            len(entries),
            complete=not more,
        )

    def _prompts(self, workspace_id: str, generation_ids: Sequence[str]) -> dict[str, str]:
        records = [
            key(workspace_id, id_)
            for id_ in generation_ids
            for key in (generation_keys.generation_request, generation_keys.generation_state)
        ]
        found = self._table.get_all(records)
        generations = (
            generation_from(found[key["pk"], key["sk"]] for key in pair if (key["pk"], key["sk"]) in found)
            for pair in zip(records[::2], records[1::2], strict=True)
        )
        return {one.id: one.prompt for one in generations if one is not None}

    def _marked(
        self, workspace_id: str, search: GallerySearch, limit: int, after: str | None
    ) -> tuple[list[str], str | None]:
        prefix = keys.FAVOURITE_PREFIX if search.tag is None else keys.tagged_images_prefix(search.tag)
        low, high = _range(search, after)
        query = Query.between(
            workspace_partition(workspace_id),
            f"{prefix}{low}",
            f"{prefix}{high}",
            newest_first=not search.oldest_first,
            consistent=False,
        )
        records, more = self._table.page(query, limit=limit + 1)
        # Between includes its ends, and the last one of the page before is one of them.
        ids = [id_ for record in records if (id_ := str(record["sk"]).removeprefix(prefix)) != after][:limit]
        more = more or len(records) > limit + (after is not None)
        return ids, ids[-1] if ids and more else None

    def _summarised(
        self, workspace_id: str, search: GallerySearch, limit: int, after: str | None
    ) -> tuple[list[str], str | None]:
        is_narrow = search != GallerySearch(
            status=search.status, since=search.since, before=search.before, oldest_first=search.oldest_first
        )
        entries, more = self._entries(workspace_id, search, after, LOOKED_THROUGH if is_narrow else limit + 1)
        ids: list[str] = []
        for entry in entries:
            _, generation_id = generation_keys.generation_id_of(entry)
            summary = Summary.decode(entry["summary"]) if "summary" in entry else None
            if summary is not None and search.may_find(summary):
                ids += _following(generation_id, summary.images, after, oldest_first=search.oldest_first)
            if len(ids) > limit:
                return ids[:limit], ids[limit - 1]
        return ids, _end_of(entries[-1], oldest_first=search.oldest_first) if more and entries else None

    def _entries(
        self, workspace_id: str, search: GallerySearch, after: str | None, at_once: int
    ) -> tuple[list[Values], bool]:
        """The entries of all statuses in the order of the list, as far as each was read, and whether there are more."""
        lists = [
            self._table.one_answer(_summaries(workspace_id, search, status, after), at_once=at_once)
            for status in search.statuses
        ]
        entries = sorted((entry for found, _ in lists for entry in found), key=_place, reverse=not search.oldest_first)
        # Behind the end of a list that has more, entries of that list may be missing between those of the others.
        ends = [_place(found[-1]) for found, more in lists if more and found]
        if not ends:
            return entries, False
        if search.oldest_first:
            return [entry for entry in entries if _place(entry) <= min(ends)], True
        return [entry for entry in entries if _place(entry) >= max(ends)], True


def _place(entry: Values) -> str:
    return str(entry["sk"])


def _summaries(workspace_id: str, search: GallerySearch, status: Status, after: str | None) -> Query:
    """The entries of the index with this status that come after this image."""
    low, high = _generations(search, after)
    return Query(
        "statusKey = :status AND sk BETWEEN :low AND :high",
        {":status": generation_keys.status_key(workspace_id, status.value), ":low": low, ":high": high},
        index=_INDEX,
        newest_first=not search.oldest_first,
    )


def _following(generation_id: str, images: int, after: str | None, *, oldest_first: bool) -> list[str]:
    """The images of a generation in the order of the list, those after this one."""
    ids = [image_id(generation_id, index) for index in range(images)]
    if oldest_first:
        return [id_ for id_ in ids if after is None or id_ > after]
    return [id_ for id_ in reversed(ids) if after is None or id_ < after]


def _end_of(entry: Values, *, oldest_first: bool) -> str:
    """The position behind all images of this generation."""
    _, generation_id = generation_keys.generation_id_of(entry)
    return image_id(generation_id, MAX_IMAGES - 1 if oldest_first else 0)


def _generations(search: GallerySearch, after: str | None) -> tuple[str, str]:
    """The sort keys between which the records of the generations lie that come after this image."""
    low, high = (f"{generation_keys.GENERATION_PREFIX}{end}" for end in _range(search, None))
    origin = generation_of_image(after) if after else None
    if origin is None:
        return low, high
    generation_id, index = origin
    # The records of a generation sort behind its id. It belongs to the page while not all of its images have passed.
    before, behind = (f"{generation_keys.GENERATION_PREFIX}{generation_id}{end}" for end in ("", f"#{_LAST}"))
    if search.oldest_first:
        return (behind if index == MAX_IMAGES - 1 else before), high
    return low, (before if index == 0 else behind)


def _range(search: GallerySearch, after: str | None) -> tuple[str, str]:
    """The ids between which the list lies, the ends included: ids begin with their time."""
    low = lowest_id(search.since) if search.since else _FIRST
    high = lowest_id(search.before) if search.before else _LAST
    if after is None:
        return low, high
    return (max(low, after), high) if search.oldest_first else (low, min(high, after))


def _records_of(workspace_id: str, image: str) -> list[Key]:
    """What a row is read from: the image and its marks."""
    of_image = keys_of_image(workspace_id, image)
    return [*of_image, keys.image_marks(workspace_id, image)] if of_image else []


def _row(
    workspace_id: str, image: str, found: Mapping[tuple[str, str], Values], search: GallerySearch
) -> GalleryImage | None:
    """None for an image that was deleted, has no picture in a list of those that have, or is not what is wanted."""
    origin = generation_of(workspace_id, image, found)
    if origin is None:
        return None
    generation, index = origin
    shown = generation.images[index]
    key = keys.image_marks(workspace_id, image)
    marked = found.get((key["pk"], key["sk"]))
    marks = ImageMarks(marked["favourite"], tuple(marked["tags"])) if marked else ImageMarks()
    wanted = search.shows(generation, shown) and search.finds(generation, shown, marks)
    return GalleryImage(generation, index, marks) if wanted else None
