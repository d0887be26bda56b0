"""Object keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from easel.storage.keys import image_prefix, incoming_key, unmarked_prefix, upload_of_incoming, upload_prefix

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.requirement("X-15", "S000-36")
def test_an_image_lies_below_its_workspace_and_group() -> None:
    assert image_prefix("ws-1", "gen-2", "img-3") == "generated/ws-1/gen-2/img-3"


@pytest.mark.requirement("X-32")
def test_a_picture_without_its_watermark_lies_apart() -> None:
    assert unmarked_prefix("ws-1", "gen-2", "img-3") == "unmarked/ws-1/gen-2/img-3"


@pytest.mark.parametrize("prefix", [image_prefix, unmarked_prefix])
@pytest.mark.parametrize("bad", ["", "..", ".", "a/b", "a b", "../other", "a\n", "ü", "-a"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_id_cannot_lead_out_of_its_folder(prefix: Callable[..., str], bad: str, position: int) -> None:
    parts = ["workspace", "group", "image"]
    parts[position] = bad

    with pytest.raises(ValueError, match="object key"):
        prefix(*parts)


@pytest.mark.requirement("S000-36")
def test_what_arrives_lies_apart_from_what_was_checked() -> None:
    assert incoming_key("ws-1", "up-2") == "incoming/ws-1/up-2"
    assert upload_prefix("ws-1", "up-2") == "uploads/ws-1/up-2"


def test_an_incoming_object_leads_to_its_upload() -> None:
    assert upload_of_incoming(incoming_key("ws-1", "up-2")) == ("ws-1", "up-2")


@pytest.mark.parametrize("key", ["", "incoming/a", "incoming/a/b/c", "uploads/a/b", "incoming/../b", "incoming//b"])
def test_any_other_object_leads_to_no_upload(key: str) -> None:
    assert upload_of_incoming(key) is None
