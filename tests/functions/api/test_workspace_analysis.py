"""The analysis of an image at the workspace door: colours of the stored thumbnail, and words of a model."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from PIL import Image as Picture
from tests.functions.api.harness import CALLER, WORKSPACE, Store
from tests.support.engine import finished_at_once
from tests.support.generations import a_generation, a_stored_image
from tests.support.operations import Functions, functions_over

from easel.domain.image import Image, Status
from easel.domain.picture_analysis import Colour, PictureAnalysis, PictureText
from easel.errors import InvalidRequest, NotFound, ProviderError, ProviderErrorClass
from easel.ids import image_id, new_generation_id
from easel.imaging.colours import main_colours
from easel.services.images.analyse_image import AnalyseImage
from easel.services.images.read_images import ReadImages

if TYPE_CHECKING:
    from tests.support.emulator import Emulator

TEXT = PictureText("A fox in the snow.", ("fox", "snow"))


def thumbnail(colour: str = "#3366cc") -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", (64, 48), colour).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


@dataclass
class Ports:
    """What the use case needs, in memory; `says` is what the model says next."""

    says: PictureText | ProviderError | None = TEXT
    asked: int = 0
    kept: dict[tuple[str, str], PictureAnalysis] = field(default_factory=dict)

    def get(self, workspace_id: str, picture_id: str) -> PictureAnalysis | None:
        return self.kept.get((workspace_id, picture_id))

    def put(self, workspace_id: str, picture_id: str, analysis: PictureAnalysis) -> None:
        self.kept[workspace_id, picture_id] = analysis

    def describe(self, data: bytes, media_type: str) -> PictureText | None:
        assert (data, media_type) == (thumbnail(), "image/webp")
        self.asked += 1
        if isinstance(self.says, ProviderError):
            raise self.says
        return self.says


def analyse(store: Store, ports: Ports, *, sees: bool = True) -> AnalyseImage:
    return AnalyseImage(
        images=ReadImages(generations=cast(Any, store)),
        analyses=ports,
        read=lambda _: thumbnail(),
        find_colours=main_colours,
        describer=ports if sees else None,
    )


def delivered(store: Store) -> str:
    generation_id = new_generation_id()
    image = Image(image_id(generation_id, 0), 0, Status.COMPLETED, None, stored=a_stored_image())
    store.put(a_generation(id=generation_id, workspace_id=WORKSPACE, images=(image,), status=Status.COMPLETED))
    return image.id


@pytest.mark.requirement("S002-73")
def test_a_picture_is_described_once(store: Store) -> None:
    ports, picture = Ports(), delivered(store)

    first, again = (analyse(store, ports)(CALLER, picture) for _ in range(2))

    assert first.analysis == again.analysis == PictureAnalysis((Colour("#3366cc", 100),), TEXT)
    assert (first.stored.width, ports.asked) == (1024, 1)


def test_a_vendor_in_trouble_leaves_the_colours_and_is_asked_again_the_next_time(store: Store) -> None:
    trouble = ProviderError("away", provider="google", error_class=ProviderErrorClass.RETRYABLE)
    ports, picture = Ports(says=trouble), delivered(store)

    assert analyse(store, ports)(CALLER, picture).analysis == PictureAnalysis((Colour("#3366cc", 100),))
    ports.says = TEXT
    assert analyse(store, ports)(CALLER, picture).analysis.text == TEXT


def test_without_a_model_there_are_colours(store: Store) -> None:
    ports, picture = Ports(), delivered(store)

    for _ in range(2):
        assert analyse(store, ports, sees=False)(CALLER, picture).analysis.text is None
    assert ports.asked == 0


def test_there_has_to_be_a_picture(store: Store) -> None:
    generation = store.put(a_generation(workspace_id=WORKSPACE))

    with pytest.raises(InvalidRequest):
        analyse(store, Ports())(CALLER, generation.images[0].id)
    with pytest.raises(NotFound):
        analyse(store, Ports())(CALLER, image_id(new_generation_id(), 0))


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[Functions]:
    with functions_over(emulator) as (functions, _):
        functions.provision()
        functions.authorize()
        yield functions


@pytest.mark.requirement("S002-73")
def test_the_route_answers_for_a_delivered_image(functions: Functions) -> None:
    generation = functions.submit()
    functions.start(generation)
    functions.render(generation, finished_at_once)
    functions.settle(generation)
    picture = generation["images"][0]["id"]

    def ask() -> Any:
        return functions.request("workspace_analyse_image", "GET", f"/api/ai/images/{picture}/analysis")["data"]

    first = ask()
    assert (first["id"], first["width"], first["height"], first["mediaType"]) == (picture, 1024, 1024, "image/png")
    (red,) = first["colors"]
    assert (int(red["hex"][1:3], 16) > 230, red["percent"]) == (True, 100)
    # This deployment has no model that sees pictures.
    assert (first["alt"], first["tags"]) == (None, [])
    assert ask() == first
