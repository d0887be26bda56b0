"""Refusals in plain words end the image and are shown to no other vendor, whichever adapter reads them."""
# ruff: noqa: RUF001 - sentences of many languages have letters that look like those of another one

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.unit.providers.vendor import Vendor, a_task, fetch_failure, submit_failure

from easel.domain.routing import is_final
from easel.errors import ProviderError
from easel.errors import ProviderErrorClass as Class
from easel.providers.google import Google
from easel.providers.nanobanana_api import NanobananaApi
from easel.providers.nanobanana_seed import NanobananaSeed
from easel.providers.openai import OpenAI
from easel.providers.refusals import is_prose, is_refusal, is_technical
from easel.providers.wavespeed import WaveSpeed

REFUSALS = [
    # English
    "I can't create images of real people.",
    "I’m unable to generate that image.",
    "I cannot fulfill this request.",
    "Sorry, but I won't draw this.",
    "I'm sorry, I can't help with that.",
    "As an AI, I do not depict violence.",
    "This request violates our terms of service.",
    "That goes against our community guidelines.",
    "This is not in line with our usage policies.",
    "Your prompt doesn't comply with our content policy.",
    "The prompt was blocked.",
    "Generated image was filtered because it may contain nudity.",
    "Request refused for safety reasons.",
    "Inappropriate content detected",
    "Possible copyright infringement: protected character",
    "The image shows a public figure.",
    "content_policy_violation",
    "blocked: PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
    "NSFW content detected",
    "Rejected as a result of our safety system.",
    "I must decline.",
    "I'm not able to make this kind of picture.",
    "It would breach the acceptable use policy",
    # Others
    "Das kann ich leider nicht darstellen.",
    "Ich kann solche Bilder nicht erstellen.",
    "Ich darf keine realen Personen zeigen.",
    "Diese Anfrage verstößt gegen unsere Richtlinien.",
    "Je ne peux pas créer cette image.",
    "Contenu inapproprié.",
    "Cela enfreint nos conditions d'utilisation.",
    "No puedo generar esa imagen.",
    "La solicitud infringe nuestras políticas.",
    "Não posso criar essa imagem.",
    "O pedido viola as diretrizes.",
    "Non posso creare questa immagine.",
    "La richiesta viola i termini di servizio.",
    "Dit is in strijd met ons beleid.",
    "Dat kan ik niet maken.",
    "Jag kan inte skapa den bilden.",
    "Nie mogę utworzyć tego obrazu.",
    "To narusza zasady.",
    "Tento obrázek nemohu vytvořit.",
    "Я не могу создать такое изображение.",
    "Запрос нарушает правила сервиса.",
    "Я не можу створити це зображення.",
    "Bu görseli oluşturamam.",
    "İstek kullanım koşullarını ihlal ediyor.",
    "Men bunday rasm chiza olmayman.",
    "Bu so'rov qoidalarga zid, nomaqbul.",
    "Saya tidak dapat membuat gambar ini.",
    "Permintaan melanggar kebijakan.",
    "Tôi không thể tạo hình ảnh này.",
    "抱歉,我无法生成这样的图片。",
    "该内容违反了我们的政策",
    "提示词包含敏感内容",
    "無法提供此圖片",
    "申し訳ありませんが、その画像は作成できません。",
    "コンテンツポリシーに違反しています",
    "죄송하지만 그 이미지는 만들 수 없습니다.",
    "정책 위반입니다",
    "لا يمكنني إنشاء هذه الصورة.",
    "المحتوى غير لائق",
    "מצטער, אני לא יכול ליצור תמונה כזו.",
    "نمی‌توانم این تصویر را بسازم.",
    "मैं यह चित्र नहीं बना सकता।",
    "ขออภัย ฉันไม่สามารถสร้างภาพนี้ได้",
    "Δεν μπορώ να δημιουργήσω αυτή την εικόνα.",
]
"""Each is seen as a refusal wherever a vendor writes it."""

OTHER_WORDS = [
    "What a lovely fox that would be!",
    "Which style would you like?",
    "Here is your picture:",
    "Kuva ei ole sopiva.",
    "Mynd af þessu tagi er ekki í boði.",
    "Ta slika ni primerna za izdelavo.",
    "Энэ зургийг зурахгүй.",
    "এই ছবি আঁকা হবে না",
    "Eso no va a ocurrir, lo lamento mucho.",
    "Ugh. Not that one, my friend.",
]
"""Words without a picture, in languages and phrases that no list has: fail closed."""

TECHNICAL = [
    "Internal server error",
    "The service is temporarily unavailable.",
    "The model is overloaded.",
    "Request timed out after 60 s",
    "Deadline exceeded while waiting for a GPU",
    "CUDA out of memory",
    "Too many requests, try again later",
    "There was a technical problem.",
]
"""What proves that something broke."""

BREAKDOWNS = [
    *TECHNICAL,
    "it did not work",
    "the picture is 1200 px wide, 1400x1400 wanted",
    "a policy of honesty, with credit to all",
    "Image generation task failed",
    "failed to download the reference",
    "Invalid size '1792x936'. Width and height must both be divisible by 16.",
    "Aspect ratio 7:5 is not supported for this model.",
    "Unknown parameter: style",
    "upstream returned 502",
    "schema violation: expected type integer",
    "",
]
"""Errors that say nothing about the content: another vendor may well make the picture."""


def google(vendor: Vendor) -> Google:
    return Google(api_key=lambda: "k", base_url="https://vendor.test", transport=httpx.MockTransport(vendor))


def openai(vendor: Vendor) -> OpenAI:
    return OpenAI(api_key=lambda: "k", base_url="https://vendor.test/v1", transport=httpx.MockTransport(vendor))


def wavespeed(vendor: Vendor) -> WaveSpeed:
    return WaveSpeed(api_key=lambda: "k", base_url="https://vendor.test", transport=httpx.MockTransport(vendor))


def nanobanana(vendor: Vendor) -> NanobananaApi:
    return NanobananaApi(api_key=lambda: "k", base_url="https://vendor.test", transport=httpx.MockTransport(vendor))


def seed(vendor: Vendor) -> NanobananaSeed:
    return NanobananaSeed(api_key=lambda: "k", base_url="https://vendor.test", transport=httpx.MockTransport(vendor))


def ok(body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


def said_by_google(words: str, **candidate: Any) -> ProviderError:
    reply = {"candidates": [{"content": {"parts": [{"text": words}]}} | candidate], "usageMetadata": {}}
    return submit_failure(google, a_task("gemini-3-pro-image"), ok(reply))


def in_a_failed_job(words: str) -> list[ProviderError]:
    """The words as each vendor with jobs gives them for one that failed."""
    record = {"taskId": "j", "successFlag": 3, "errorMessage": words, "errorCode": 501}
    return [
        fetch_failure(wavespeed, ok({"code": 200, "data": {"id": "j", "status": "failed", "error": words}})),
        fetch_failure(
            wavespeed, ok({"code": 200, "data": {"id": "j", "status": "failed", "error": {"message": words}}})
        ),
        fetch_failure(nanobanana, ok({"code": 200, "msg": "success", "data": record})),
        fetch_failure(seed, ok({"task_id": "j", "status": "failed", "error": words})),
    ]


def instead_of_a_picture(words: str) -> list[ProviderError]:
    """The words where each vendor should have given a picture."""
    task = a_task("gpt-image-2")
    record = {"taskId": "j", "successFlag": 1, "response": {"resultImageUrl": words}}
    return [
        submit_failure(openai, task, ok({"data": [{"b64_json": words}]})),
        submit_failure(openai, task, ok({"data": [{"url": words}]})),
        submit_failure(openai, task, ok({"data": [{"text": words}]})),
        submit_failure(openai, task, ok({"data": [], "message": words})),
        fetch_failure(wavespeed, ok({"code": 200, "data": {"id": "j", "status": "completed", "outputs": [words]}})),
        fetch_failure(wavespeed, ok({"code": 200, "data": {"id": "j", "status": "completed", "error": words}})),
        fetch_failure(nanobanana, ok({"code": 200, "msg": "success", "data": record})),
        fetch_failure(seed, ok({"task_id": "j", "status": "completed", "images": [words]})),
        fetch_failure(seed, ok({"task_id": "j", "status": "completed", "message": words})),
    ]


def ends_the_image(error: ProviderError) -> bool:
    return error.error_class is Class.CONTENT and is_final(error, after_refusal=False)


@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_is_known_by_its_words_in_every_vendors_errors(words: str) -> None:
    assert is_refusal(words)
    assert all(map(ends_the_image, in_a_failed_job(words)))
    for status in (400, 403, 422, 500, 503):
        envelope = httpx.Response(status, json={"error": {"message": words, "type": None, "code": None}})
        assert ends_the_image(submit_failure(openai, a_task("gpt-image-2"), envelope)), status
    for status, name in ((400, "INVALID_ARGUMENT"), (500, "INTERNAL"), (503, "UNAVAILABLE")):
        envelope = httpx.Response(status, json={"error": {"code": status, "status": name, "message": words}})
        assert ends_the_image(submit_failure(google, a_task("gemini-3-pro-image"), envelope)), name


@pytest.mark.parametrize("words", [*REFUSALS, *OTHER_WORDS])
@pytest.mark.parametrize("reason", ["STOP", None, "NO_IMAGE", "OTHER", "IMAGE_OTHER", "SOMETHING_NEW"])
def test_words_instead_of_a_picture_are_a_refusal_unless_there_is_a_technical_reason(
    words: str, reason: str | None
) -> None:
    assert ends_the_image(said_by_google(words, finishReason=reason))
    assert ends_the_image(said_by_google("", finishReason=reason, finishMessage=words))


@pytest.mark.parametrize("words", [*[one for one in REFUSALS if is_prose(one)], *OTHER_WORDS])
def test_words_in_a_pictures_place_are_a_refusal_at_every_vendor(words: str) -> None:
    assert all(map(ends_the_image, instead_of_a_picture(words)))


@pytest.mark.parametrize(
    "reason", ["MAX_TOKENS", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"]
)
def test_a_technical_reason_lets_another_vendor_try_unless_the_words_refuse(reason: str) -> None:
    assert said_by_google("Here is half of what I wanted to say about", finishReason=reason).error_class is Class.FAILED
    assert ends_the_image(said_by_google("I can't create images of real people.", finishReason=reason))


@pytest.mark.parametrize("words", TECHNICAL)
def test_words_that_prove_a_breakdown_are_no_refusal(words: str) -> None:
    assert is_technical(words)
    assert said_by_google(words, finishReason="STOP").error_class is Class.FAILED


def test_a_refusal_that_also_names_a_breakdown_stays_a_refusal() -> None:
    words = "I can't create images of real people. Please try again later with another prompt."
    assert ends_the_image(said_by_google(words, finishReason="STOP"))


@pytest.mark.parametrize("words", BREAKDOWNS)
def test_an_error_that_says_nothing_about_the_content_is_none_about_it(words: str) -> None:
    assert {error.error_class for error in in_a_failed_job(words)} == {Class.FAILED}


def test_no_refusal_is_repeated_in_our_words() -> None:
    for error in (*in_a_failed_job("SECRET, and I can't draw it"), *instead_of_a_picture("SECRET and some more words")):
        assert "SECRET" not in f"{error} {error.provider_code}"
