"""Submitting and waiting, for doors that answer with images."""

from __future__ import annotations

from typing import Any, NoReturn, cast

import pytest
from tests.support.requests import an_image_request

from easel.errors import InsufficientCredits
from easel.services.generations.generate_images import Call, GenerateImages
from easel.services.generations.reuse_generation import Reuse

CALL = Call("a-workspace", "r-1", None, wait=25)


class _NothingToReuse:
    def find(self, principal: Any, request: Any, *, fresh: bool) -> Reuse:
        return Reuse("a-workspace")


def refusing(*_: Any, **__: Any) -> NoReturn:
    raise InsufficientCredits(10_000, 4_000)


@pytest.mark.parametrize("top_up_url", [None, "https://shop.example/credits"])
def test_who_has_too_few_credits_learns_where_there_are_more(top_up_url: str | None) -> None:
    generate = GenerateImages(
        enter=lambda principal, _: principal,
        reuse=cast(Any, _NothingToReuse()),
        submit=refusing,
        wait=refusing,
        top_up_url=top_up_url,
    )

    with pytest.raises(InsufficientCredits) as caught:
        generate(cast(Any, None), an_image_request(), CALL)

    assert (caught.value.required, caught.value.available, caught.value.top_up_url) == (10_000, 4_000, top_up_url)
