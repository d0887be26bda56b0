"""A failure at the bot door: readable by its client, in three languages, short enough for a chat."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import Response
from tests.support.failures import all_errors, samples

from easel import errors
from easel.domain.image import FAILURE_TEXTS
from easel.doors.bot.door import BOT
from easel.doors.bot.texts import LANGUAGES, LONGEST_TEXT, language_of, text_of
from easel.http import refusals
from easel.http.incoming import Incoming
from easel.http.problems import KINDS
from easel.ids import new_generation_id, number_of, prefix_of_number
from easel.observability import bind_request_id

INTERNAL_ERROR = 500


def refused(error: Exception, body: Any = None, query: Any = None) -> tuple[Response[str], Any]:
    bind_request_id("r-1")
    sent = {"body": json.dumps(body)} if body else {}
    event = {"rawPath": "/api/v1/generations/submit", "queryStringParameters": query, **sent}
    answer = refusals.answer(BOT, error, Incoming(event))
    return answer, json.loads(answer.body or "")


@pytest.mark.requirement("S001-21", "X-12")
def test_a_running_generation_is_named_where_the_bots_client_looks_for_it() -> None:
    running = new_generation_id()
    limit = errors.LimitReached("One at a time.", kind="active_generations", limit=1, active_ids=[running])

    answer, body = refused(limit, {"language": "ru"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/json")
    assert body["detail"]["active_request_id"] == number_of(running)
    assert body["detail"]["active_public_id"] == running
    assert body["error"]["code"] == "limit_reached"
    assert body["message"] == "Предыдущая картинка ещё создаётся. Дождитесь её."


def test_too_few_credits_are_402_with_both_numbers() -> None:
    answer, body = refused(errors.InsufficientCredits(2_000, 500), {"language": "uz"})

    assert (answer.status_code, body["detail"]["required"], body["detail"]["available"]) == (402, 2.0, 0.5)
    assert body["message"] == "Kredit yetarli emas: 2 kerak, 0.5 bor."


def test_a_daily_limit_of_one_reads_as_well_as_any_other() -> None:
    limit = errors.LimitReached("One a day.", kind="generations_per_day", limit=1, retry_after=60)

    assert refused(limit)[1]["message"] == "The daily limit is reached: 1."


def test_a_field_at_fault_is_named_in_every_language() -> None:
    fault = errors.InvalidRequest.of("size", "size must be one of 1024*1024.", ["1024*1024"])

    texts = [refused(fault, {"language": language})[1]["message"] for language in LANGUAGES]

    assert all("size" in text for text in texts)
    assert len(set(texts)) == len(LANGUAGES)
    assert refused(fault)[1]["detail"]["fields"] == [
        {"field": "size", "message": "size must be one of 1024*1024.", "allowed": ["1024*1024"]}
    ]


def test_language_is_also_read_from_the_query() -> None:
    assert refused(errors.NotFound("-"), query={"language": "uz"})[1]["message"] == "Topilmadi."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_short_text_in_every_language(language: str) -> None:
    for error in all_errors() & KINDS.keys():
        for sample in samples(error):
            _, body = refused(sample, {"language": language})
            assert 0 < len(body["message"]) <= LONGEST_TEXT
            assert "{" not in body["message"]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_reason_of_a_failed_generation_has_a_text_of_its_own(language: str) -> None:
    fallback = text_of("no such code", language)

    for code in {failure.code for failure in FAILURE_TEXTS.values()} | {"provider_balance_low"}:
        text = text_of(code, language, status=INTERNAL_ERROR)
        assert text not in {fallback, text_of("no such code", language, status=INTERNAL_ERROR)}
        assert text != text_of(code, "en")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (("uz",), "uz"),
        (("xx", "ru"), "ru"),
        ((None, 7, ["uz"]), "en"),
        (("de-DE, uz;q=0.5",), "uz"),
        (("ru_RU",), "ru"),
    ],
)
def test_the_first_language_that_we_have_counts(wanted: tuple[Any, ...], language: str) -> None:
    assert language_of(*wanted) == language


def test_what_nobody_foresaw_is_a_500_that_tells_nothing() -> None:
    answer, body = refused(ZeroDivisionError("secret"))

    assert (answer.status_code, body["error"]["code"]) == (500, "internal_error")
    assert "secret" not in (answer.body or "")


@pytest.mark.requirement("S001-72", "X-2")
def test_a_number_of_an_id_fits_into_javascript_and_leads_back_to_it() -> None:
    for _ in range(100):
        identifier = new_generation_id()
        number = number_of(identifier)
        assert 0 < number < 2**53
        prefix = prefix_of_number(number)
        assert prefix is not None
        assert identifier.startswith(prefix)
        assert len(prefix) == len("019a9f1c-5c00-7abc")


@pytest.mark.parametrize("number", [0, -1, 2**60, 10**40])
def test_a_number_that_no_id_has_leads_nowhere(number: int) -> None:
    assert prefix_of_number(number) is None
