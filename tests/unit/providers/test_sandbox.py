"""The sandbox draws what was asked, always the same, and fails when told to."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from easel.domain.provider import (
    CallbackRequest,
    Finished,
    InlinePicture,
    ProviderTask,
    ReferenceImage,
    RemotePicture,
    UpstreamParameters,
)
from easel.domain.request import Size
from easel.errors import ProviderError, ProviderErrorClass
from easel.providers.sandbox import Sandbox

SMALL = UpstreamParameters(size=Size(160, 96))


def picture_of(task: ProviderTask) -> bytes:
    submission = Sandbox().submit(task)
    assert submission.job_id is None
    assert isinstance(submission.state, Finished)
    assert submission.state.cost_micro_usd == 0
    assert isinstance(submission.state.picture, InlinePicture)
    return submission.state.picture.data


def encoded(colour: str, size: tuple[int, int] = (50, 80)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("size", [Size(64, 64), Size(2048, 640), Size(333, 777)], ids=str)
@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp", None])
def test_the_picture_has_the_size_and_format_asked(task: ProviderTask, size: Size, output_format: str | None) -> None:
    data = picture_of(replace(task, parameters=UpstreamParameters(size=size, output_format=output_format)))
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert picture.size == (size.width, size.height)
        assert picture.format == (output_format or "png").upper()


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        (UpstreamParameters(), (1024, 1024)),
        (UpstreamParameters(aspect_ratio="1:1", resolution="2k"), (2048, 2048)),
        (UpstreamParameters(aspect_ratio="16:9"), (1360, 768)),
        (UpstreamParameters(aspect_ratio="9:16"), (768, 1360)),
    ],
)
def test_without_a_size_the_ratio_and_resolution_decide(
    task: ProviderTask, parameters: UpstreamParameters, size: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(picture_of(replace(task, parameters=parameters)))) as picture:
        assert picture.size == size


def test_the_prompt_alone_decides_the_picture(task: ProviderTask) -> None:
    fox = replace(task, parameters=SMALL)
    assert picture_of(fox) == picture_of(replace(fox, attempt_id="another"))
    assert picture_of(fox) != picture_of(replace(fox, prompt="a blue fox"))


@pytest.mark.parametrize("prompt", ["Қизил тулки", "🦊", "x" * 4000, "\ud83e half a pair", "line\nbreak\ttab"])
def test_every_prompt_can_be_drawn(task: ProviderTask, prompt: str) -> None:
    assert picture_of(replace(task, prompt=prompt, parameters=SMALL))


def test_the_first_reference_picture_shows_in_the_result(task: ProviderTask) -> None:
    def result(colour: str) -> tuple[float, ...]:
        reference = ReferenceImage(encoded(colour), "image/png", "reference.png")
        data = picture_of(replace(task, parameters=SMALL, references=(reference,)))
        with Image.open(io.BytesIO(data)) as picture:
            pixel = picture.resize((1, 1)).getpixel((0, 0))
        assert isinstance(pixel, tuple)
        return pixel

    red, blue = result("red"), result("blue")
    assert red[0] > blue[0] + 80
    assert blue[2] > red[2] + 80


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\nnothing more", encoded("red")[:60]], ids=["no picture", "cut short"]
)
def test_an_unreadable_reference_is_the_callers_fault(task: ProviderTask, data: bytes) -> None:
    broken = replace(task, references=(ReferenceImage(data, "image/png", "reference.png"),))
    with pytest.raises(ProviderError) as caught:
        Sandbox().submit(broken)
    assert caught.value.error_class is ProviderErrorClass.CALLER


@pytest.mark.parametrize(
    ("directive", "expected"),
    [("fail", ProviderErrorClass.FAILED), *((known.value, known) for known in ProviderErrorClass)],
)
def test_it_fails_as_the_prompt_asks(task: ProviderTask, directive: str, expected: ProviderErrorClass) -> None:
    with pytest.raises(ProviderError) as caught:
        Sandbox().submit(replace(task, prompt=f"a fox [sandbox:{directive}]"))
    assert caught.value.error_class is expected


def test_it_is_slow_as_the_prompt_asks_but_never_beyond_the_timeout(task: ProviderTask) -> None:
    slept: list[float] = []
    slow = replace(task, prompt="a fox [sandbox:slow=3]", parameters=SMALL, timeout_seconds=10)

    Sandbox(sleep=slept.append).submit(slow)
    with pytest.raises(ProviderError) as caught:
        Sandbox(sleep=slept.append).submit(replace(slow, timeout_seconds=2))

    assert slept == [3.0, 2.0]
    assert caught.value.error_class is ProviderErrorClass.AMBIGUOUS


def test_garbage_is_no_picture(task: ProviderTask) -> None:
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(io.BytesIO(picture_of(replace(task, prompt="[sandbox:garbage]"))))


def test_it_has_no_jobs_no_links_and_no_callbacks() -> None:
    sandbox = Sandbox()
    with pytest.raises(ProviderError):
        sandbox.fetch("job-1")
    with pytest.raises(ProviderError):
        sandbox.download(RemotePicture("https://example.com/1.png"))
    assert sandbox.cancel("job-1") is False
    assert sandbox.parse_callback(CallbackRequest({}, {}, b"{}")) is None


def test_a_mask_keeps_the_picture_where_it_is_opaque(task: ProviderTask) -> None:
    buffer = io.BytesIO()
    mask = Image.new("RGBA", (160, 96), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, 80, 96))
    mask.save(buffer, "PNG")
    source = ReferenceImage(encoded("red", (160, 96)), "image/png", "a.png")
    references = (source, ReferenceImage(buffer.getvalue(), "image/png", "mask.png", is_mask=True))

    with Image.open(io.BytesIO(picture_of(replace(task, parameters=SMALL, references=references)))) as picture:
        assert picture.getpixel((120, 48)) == (255, 0, 0)
        assert picture.getpixel((40, 20)) != (255, 0, 0)
