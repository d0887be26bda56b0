"""The bot door about generations: the seed's list of routes, and the requests of its live client replayed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image as PillowImage
from pydantic.alias_generators import to_camel
from tests.functions.api.bot_client import UNSET, BotClient
from tests.support.generations import a_stored_image
from tests.support.mini_app import BOT_TOKEN, TELEGRAM_ID, init_data

from easel.domain.attempt import Attempt
from easel.domain.identities import TelegramIdentity
from easel.domain.image import FAILURE_TEXTS, Image, Stage, Status
from easel.doors.bot.texts import text_of
from easel.errors import ProviderErrorClass
from easel.identity.telegram import derived_key
from easel.ids import number_of
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.generations.generations import DynamoGenerations

if TYPE_CHECKING:
    from tests.functions.api.harness import Answer
    from tests.functions.api.world import World

    from easel.domain.generation import Generation

CHAT: dict[str, Any] = {"chat_id": -1001234567890, "message_id": 77, "prompt_message_id": 76, "language": "uz"}
SEEDREAM, NANO, PRO = 1, 2, 3


@pytest.fixture
def bot(world: World) -> BotClient:
    """The live bot with a user: the workspace stores its token, its client sends the key derived from it."""
    world.set_bot(world.tenant("Bot", key="bot")["workspaceId"])
    client = BotClient(world, derived_key(BOT_TOKEN))
    assert client.sync().status == 200
    return client


def workspace_of(bot: BotClient, telegram_id: int = TELEGRAM_ID) -> str:
    secret = bot.world.emulator.client("secretsmanager").get_secret_value(
        SecretId=bot.world.environment["TELEGRAM_BOT_SECRET_ARN"]
    )
    return TelegramIdentity(json.loads(secret["SecretString"])["workspaceId"], telegram_id).workspace_id


def stored(bot: BotClient, public_id: str) -> Generation:
    repository = DynamoGenerations(bot.world.emulator.client("dynamodb"), bot.world.environment["CORE_TABLE_NAME"])
    generation = repository.get(workspace_of(bot), public_id)
    assert generation is not None
    return generation


def put(bot: BotClient, generation: Generation) -> None:
    """Store a generation anew, as it would be later in its life."""
    client = bot.world.emulator.client("dynamodb")
    table = bot.world.environment["CORE_TABLE_NAME"]
    for item in bot.world.stored():
        if generation.id in item["sk"]:
            client.delete_item(TableName=table, Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}})
    DynamoTransactions(client).commit(*DynamoGenerations(client, table).creation(generation))


def ended(bot: BotClient, public_id: str, **changes: Any) -> Generation:
    generation = stored(bot, public_id)
    picture = Image(generation.images[0].id, 0, Status.COMPLETED, None, stored=a_stored_image())
    values: dict[str, Any] = {
        "status": Status.COMPLETED,
        "images": (picture,),
        "charged": 1_000,
        "completed_at": datetime.now(UTC),
    }
    generation = replace(generation, **(values | changes))
    put(bot, generation)
    return generation


@pytest.mark.requirement("S001-15", "S001-72", "S001-73", "S001-36", "S001-45")
def test_a_submit_is_answered_with_what_the_bot_and_its_mini_app_read(bot: BotClient) -> None:
    models = bot.models()

    answer = bot.submit(model_id=models["seedream-v4"], size="2048*2048", **CHAT)

    assert answer.status == 200
    request = answer.json["request"]
    assert isinstance(request["id"], int)
    assert 0 < request["id"] < 2**53
    assert request["id"] == number_of(request["public_id"]) == answer.json["job_id"]
    assert request["user_id"] == TELEGRAM_ID
    assert (request["model_id"], request["model_key"], request["status"]) == (SEEDREAM, "seedream-v4", "pending")
    assert (request["prompt"], request["size"], request["cost"]) == ("a red fox", "2048*2048", 1)
    assert (request["references_count"], request["error_message"]) == (0, None)
    assert request["input_params"]["model_id"] == SEEDREAM
    assert request["input_params"]["input_fidelity"] is None
    assert {"style", "created_at", "updated_at", "started_at", "completed_at", "aspect_ratio"} <= set(request)
    assert (answer.json["provider_job_id"], answer.json["trial_used"]) == (None, True)
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json == {
        "user_id": TELEGRAM_ID,
        "telegram_id": TELEGRAM_ID,
        "balance": 4,
        "held": 1,
    }
    assert [message["generationId"] for message in bot.queued("GENERATIONS_QUEUE_URL")] == [request["public_id"]]


@pytest.mark.requirement("S001-66", "S001-68", "S001-69", "S001-42")
@pytest.mark.parametrize(
    ("model_id", "fields", "shown"),
    [
        (SEEDREAM, {}, {"size": "2048*2048"}),
        (SEEDREAM, {"size": "1024x1024"}, {"size": "1024*1024"}),
        ("seedream-v4", {"size": "4096*4096"}, {"size": "4096*4096"}),
        (NANO, {"aspect_ratio": "16:9"}, {"aspect_ratio": "16:9", "size": None}),
        (PRO, {"aspect_ratio": "1:1", "resolution": "4k"}, {"aspect_ratio": "1:1", "resolution": "4k"}),
    ],
)
def test_each_model_takes_the_parameters_of_the_seed(
    bot: BotClient, model_id: object, fields: dict[str, Any], shown: dict[str, Any]
) -> None:
    request = bot.submit(model_id=model_id, **fields).json["request"]

    assert {name: request[name] for name in shown} == shown


@pytest.mark.requirement("S001-42", "S001-66", "S001-68", "S001-69")
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"model_id": SEEDREAM, "size": "512*512"}, "size"),
        ({"model_id": SEEDREAM, "aspect_ratio": "1:1"}, "aspect_ratio"),
        ({"model_id": NANO, "size": "2048*2048"}, "size"),
        ({"model_id": NANO, "resolution": "2k"}, "resolution"),
        ({"model_id": PRO, "resolution": "8k"}, "resolution"),
        ({"model_id": PRO, "aspect_ratio": "17:3"}, "aspect_ratio"),
        ({"input_fidelity": "high"}, "input_fidelity"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"chat_id": "x" * 65}, "chat_id"),
        ({"message_id": "seventy"}, "message_id"),
        ({"reference_urls": ["https://93.184.216.34/a.png"], "reference_file_ids": ["A", "B"]}, "reference_file_ids"),
        ({"reference_urls": ["http://169.254.169.254/a.png"]}, "reference_urls[0]"),
        ({"no_such_field": 1}, "no_such_field"),
    ],
)
def test_what_cannot_be_is_400_names_the_field_and_costs_nothing(
    bot: BotClient, fields: dict[str, Any], named: str
) -> None:
    answer = bot.submit(**fields)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")
    assert named in {fault["field"].partition(".")[0] for fault in answer.json["detail"]["fields"]}
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json["balance"] == 5
    assert bot.queued("GENERATIONS_QUEUE_URL") == []


WHOLE_NUMBER_OR_TEXT = {"anyOf": [{"type": "integer"}, {"type": "string"}]}


@pytest.mark.parametrize(
    ("address", "fields", "fault"),
    [
        ("price", {"model_id": None}, ("model_id", "model_id is required.", WHOLE_NUMBER_OR_TEXT)),
        ("submit", {"model_id": None}, ("model_id", "model_id is required.", WHOLE_NUMBER_OR_TEXT)),
        ("price", {"model_id": [1]}, ("model_id", "model_id must be a whole number or text.", WHOLE_NUMBER_OR_TEXT)),
        ("submit", {"chat_id": 1.5}, ("chat_id", "chat_id must be a whole number or text.", WHOLE_NUMBER_OR_TEXT)),
        ("submit", {"chat_id": 10**400}, ("chat_id", f"chat_id must be at most {2**53}.", {"maximum": 2**53})),
        ("submit", {"aspect_ratio": "1:1"}, ("aspect_ratio", "seedream-v4 does not take aspect_ratio.", [])),
        ("submit", {"chat_id": "x" * 65}, ("chat_id", "chat_id must have at most 64 characters.", {"maxLength": 64})),
    ],
)
def test_a_field_of_two_types_has_one_fault_that_names_it(
    bot: BotClient, address: str, fields: dict[str, Any], fault: tuple[str, str, Any]
) -> None:
    body = {"telegram_id": TELEGRAM_ID, "model_id": 1} | ({"prompt": "a fox"} if address == "submit" else {}) | fields

    answer = bot.call("POST", f"/api/v1/generations/{address}", body=body)

    assert answer.status == 400
    (found,) = answer.json["detail"]["fields"]
    assert (found["field"], found["message"], found["allowed"]) == fault


@pytest.mark.parametrize("model_id", [999, "no-such-model", 0, -1])
def test_an_unknown_model_is_400(bot: BotClient, model_id: object) -> None:
    answer = bot.submit(model_id=model_id)

    assert (answer.status, answer.json["error"]["code"]) == (400, "unknown_model")
    assert [fault["field"] for fault in answer.json["detail"]["fields"]] == ["model_id"]


@pytest.mark.parametrize("urls", [[], ["https://93.184.216.34/a.png"]])
def test_a_file_id_that_is_too_long_is_named_as_the_bot_names_it(bot: BotClient, urls: list[str]) -> None:
    answer = bot.submit(reference_urls=urls, reference_file_ids=["x" * 5_000])

    assert answer.status == 400
    (fault,) = answer.json["detail"]["fields"]
    assert fault["field"] == "reference_file_ids[0]"
    assert fault["message"].startswith("reference_file_ids[0] has 5000 bytes")


@pytest.mark.requirement("S001-70", "S001-71", "S001-37", "X-26")
def test_references_make_it_image_to_image_and_keep_their_order(bot: BotClient) -> None:
    urls = [f"https://93.184.216.34/{name}.png" for name in "cab"]

    request = bot.submit(model_id=SEEDREAM, reference_urls=urls, reference_file_ids=["C", None, "B"]).json["request"]

    assert (request["mode"], request["references_count"]) == ("i2i", 3)
    assert request["reference_urls"] == urls
    assert request["reference_file_ids"] == ["C", None, "B"]
    assert bot.of(request["id"]).json["input_params"]["reference_file_ids"] == ["C", None, "B"]


@pytest.mark.requirement("S001-70")
@pytest.mark.parametrize("fields", [{}, {"reference_urls": None, "reference_file_ids": None}])
def test_without_references_it_is_text_to_image_and_nulls_are_taken(bot: BotClient, fields: dict[str, Any]) -> None:
    answer = bot.submit(model_id=SEEDREAM, **fields)

    assert (answer.status, answer.json["request"]["mode"]) == (200, "t2i")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reference_urls": ["https://a.example/1.png"] * 11}, "reference_urls"),
        ({"reference_file_ids": ["file"] * 11}, "reference_file_ids"),
        ({"reference_urls": ["https://a.example/1.png"] * 11, "reference_file_ids": ["file"]}, "reference_urls"),
        ({"reference_file_ids": ["file", None, "no file id!"]}, "reference_file_ids[2]"),
        ({"reference_urls": ["https://a.example/1.png", "https://127.0.0.1/1.png"]}, "reference_urls[1]"),
    ],
)
@pytest.mark.parametrize("spelled", [str, to_camel])
def test_a_reference_at_fault_is_named_by_the_field_that_was_sent(
    bot: BotClient, sent: dict[str, Any], field: str, spelled: Callable[[str], str]
) -> None:
    body = {"telegram_id": TELEGRAM_ID, "model_id": SEEDREAM, "prompt": "a fox"}
    body |= {spelled(name): value for name, value in sent.items()}

    answer = bot.call("POST", "/api/v1/generations/submit", body=body)

    (fault,) = answer.json["detail"]["fields"]
    name = field.partition("[")[0]
    assert (answer.status, fault["field"]) == (400, field.replace(name, spelled(name)))


def test_a_model_at_fault_is_named_as_it_was_sent(bot: BotClient) -> None:
    answer = bot.submit(model="seedream-v4")

    assert [fault["field"] for fault in answer.json["detail"]["fields"]] == ["model"], "this door has no such field"


def test_eleven_references_are_too_many(bot: BotClient) -> None:
    urls = [f"https://93.184.216.34/{number}.png" for number in range(11)]

    answer = bot.submit(model_id=SEEDREAM, reference_urls=urls)

    assert answer.status == 400
    assert bot.queued("GENERATIONS_QUEUE_URL") == []


@pytest.mark.requirement("S001-21", "S001-22", "X-12")
def test_a_second_one_at_the_same_time_is_409_and_names_the_first(bot: BotClient) -> None:
    first = bot.submit().json["request"]

    answer = bot.submit(prompt="another", language="ru")

    assert answer.status == 409
    assert answer.json["detail"]["active_request_id"] == first["id"]
    assert answer.json["message"] == text_of("active_generation", "ru")
    active = bot.call("GET", "/api/v1/generations/active", query=f"telegram_id={TELEGRAM_ID}").json
    assert (active["request_id"], active["has_active"]) == (first["id"], True)


@pytest.mark.requirement("S001-16")
def test_active_names_the_running_one_with_where_it_is_shown_and_else_nothing(bot: BotClient) -> None:
    def active() -> Any:
        return bot.call("GET", "/api/v1/generations/active", query=f"telegram_id={TELEGRAM_ID}").json

    nothing = active()
    request = bot.submit(**CHAT).json["request"]
    running = active()
    ended(bot, request["public_id"])

    assert (nothing["has_active"], nothing["request_id"], nothing["public_id"], nothing["status"]) == (
        *(False, None, None, None),
    )
    assert (running["has_active"], running["public_id"], running["status"]) == (True, request["public_id"], "pending")
    assert {name: running[name] for name in CHAT} == CHAT
    assert active()["has_active"] is False


@pytest.mark.requirement("S001-17", "S001-19", "S001-38")
@pytest.mark.parametrize("name", ["id", "public_id"])
def test_a_finished_generation_shows_results_that_work_without_a_credential(bot: BotClient, name: str) -> None:
    request = bot.submit(**CHAT).json["request"]
    assert bot.of(request[name], "/results").json == []
    ended(bot, request["public_id"])

    status, results = bot.of(request[name]).json, bot.of(request[name], "/results").json

    assert (status["id"], status["status"], status["cost"]) == (request["id"], "completed", 1)
    assert status["completed_at"]
    (url,) = results
    assert url.startswith("https://easel.example/i/")
    assert status["result_urls"] == results
    (result,) = status["results"]
    assert (result["url"], result["telegram_photo_url"]) == (url, f"{url}/photo.jpg")
    assert result["filename"].startswith("a-red-fox-1.")
    assert {key: status[key] for key in CHAT} == CHAT
    assert bot.world.call("GET", url.removeprefix("https://easel.example")).status == 302


@pytest.mark.requirement("S001-17", "X-1")
@pytest.mark.parametrize("what", ["", "/results"])
def test_a_generation_is_bound_to_its_user(bot: BotClient, what: str) -> None:
    bot.sync(telegram_id=42)
    request = bot.submit().json["request"]

    for named in (request["id"], request["public_id"]):
        assert bot.of(named, what, telegram_id=42).status == 404
        assert bot.call("GET", f"/api/v1/generations/{named}{what}", query="telegram_id=42").status == 403
        assert bot.of(named, what).status == 200
    assert bot.refresh(request["id"], telegram_id=42).status == 404


@pytest.mark.parametrize("named", ["0", "1", "9" * 18, "9" * 19, "nonsense", "-5", "1e3", "019a9f1c-0000"])
def test_what_no_generation_is_called_is_404(bot: BotClient, named: str) -> None:
    assert bot.of(named, "/results").status == 404


@pytest.mark.parametrize("query", ["", "telegram_id=", "telegram_id=abc", "telegram_id=0"])
def test_a_request_that_names_nobody_is_400(bot: BotClient, query: str) -> None:
    answer = bot.call("GET", "/api/v1/generations/active", user=None, query=query)

    assert (answer.status, answer.json["detail"]["fields"][0]["field"]) == (400, "telegram_id")


def test_an_unsynced_user_is_404_everywhere_and_pays_nothing(bot: BotClient) -> None:
    assert bot.submit(telegram_id=4242).status == 404
    assert bot.of(1, telegram_id=4242).status == 404
    assert bot.queued("GENERATIONS_QUEUE_URL") == []


@pytest.mark.requirement("S001-22", "X-36")
def test_the_clients_repetition_after_a_lost_answer_is_the_same_job_and_one_charge(bot: BotClient) -> None:
    first, again, third = (bot.submit(**CHAT).json for _ in range(3))

    assert again["request"]["id"] == third["request"]["id"] == first["request"]["id"]
    assert [said["replayed"] for said in (first, again, third)] == [False, True, True]
    assert bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json["balance"] == 4
    assert len(bot.queued("GENERATIONS_QUEUE_URL")) == 1


def test_another_status_message_is_another_job_even_with_the_same_prompt(bot: BotClient) -> None:
    first = bot.submit(**CHAT).json["request"]
    ended(bot, first["public_id"])
    bot.world.emulator.client("dynamodb")  # The counter of running ones is not under test here.

    assert bot.submit(**{**CHAT, "message_id": 78}).status in {200, 409}
    assert bot.submit(**CHAT).json["request"]["id"] == first["id"]


def test_without_a_status_message_nothing_is_joined(bot: BotClient) -> None:
    assert bot.submit().status == 200
    assert bot.submit().status == 409


@pytest.mark.parametrize("other", [{"prompt": "a green fox"}, {"model_id": NANO}, {"reference_file_ids": ["A"]}])
def test_a_status_message_stands_for_the_generation_that_it_first_made(bot: BotClient, other: dict[str, Any]) -> None:
    first = bot.submit(**CHAT).json["request"]

    answer = bot.submit(**CHAT, **other)

    assert (answer.status, answer.json["request"]["id"], answer.json["request"]["prompt"]) == (
        *(200, first["id"]),
        "a red fox",
    )
    balance = bot.call("GET", f"/api/v1/users/{TELEGRAM_ID}/balance").json
    assert (balance["balance"], balance["held"]) == (4, 1)


def test_a_key_that_was_used_for_something_else_is_refused(bot: BotClient) -> None:
    def submit(prompt: str) -> Answer:
        body = {"telegram_id": TELEGRAM_ID, "model_id": SEEDREAM, "prompt": prompt, **CHAT}
        return bot.call("POST", "/api/v1/generations/submit", headers={"idempotency-key": "own"}, body=body)

    submit("a red fox")

    answer = submit("a green fox")

    assert (answer.status, answer.json["error"]["code"]) == (422, "idempotency_key_reused")
    assert answer.json["message"] == text_of("idempotency_key_reused", "uz")


def test_the_same_message_id_in_another_chat_or_of_another_user_is_another_job(bot: BotClient) -> None:
    bot.sync(telegram_id=42)

    one, other = bot.submit(**CHAT), bot.submit(telegram_id=42, **CHAT)

    assert one.json["request"]["public_id"] != other.json["request"]["public_id"]


@pytest.mark.requirement("S001-18", "X-20", "S001-39")
def test_a_refresh_has_the_provider_asked_now(bot: BotClient) -> None:
    request = bot.submit(model_id=SEEDREAM).json["request"]
    generation = stored(bot, request["public_id"])
    attempt = Attempt("attempt-1", "wavespeed", "seedream-v4", "bytedance/seedream-v4", datetime.now(UTC), "job-1")
    image = replace(generation.images[0], stage=Stage.GENERATING, attempts=(attempt,), status=Status.PROCESSING)
    put(bot, replace(generation, status=Status.PROCESSING, images=(image,)))

    answer = bot.refresh(request["id"])

    assert (answer.status, answer.json["status"]) == (200, "running")
    (message,) = bot.queued("COLLECT_QUEUE_URLS")
    assert message["hint"]["jobId"] == "job-1"


def test_a_chat_whose_number_was_written_with_an_exponent_comes_back(bot: BotClient) -> None:
    assert bot.submit(chat_id=1e5, message_id=7.0).json["request"]["chat_id"] == 100_000


def test_a_refresh_of_what_has_ended_asks_nobody(bot: BotClient) -> None:
    request = bot.submit(**CHAT).json["request"]
    ended(bot, request["public_id"])

    answer = bot.refresh(request["id"])

    assert (answer.json["status"], answer.json["chat_id"]) == ("completed", CHAT["chat_id"])
    assert bot.queued("COLLECT_QUEUE_URLS") == []


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_a_failure_says_why_and_what_came_back_in_the_language_of_the_request(bot: BotClient, language: str) -> None:
    request = bot.submit(**{**CHAT, "language": language}).json["request"]
    failure = FAILURE_TEXTS[ProviderErrorClass.CONTENT]
    failed = Image(stored(bot, request["public_id"]).images[0].id, 0, Status.FAILED, None, failure=failure)
    ended(bot, request["public_id"], status=Status.FAILED, images=(failed,), failure=failure, charged=0)

    status = bot.of(request["id"]).json

    assert (status["status"], status["error_code"], status["cost"]) == ("failed", "content_policy", 0)
    returned = text_of("credit_returned", language, {"credits": 1})
    assert status["error_message"] == f"{text_of('content_policy', language)} {returned}"
    assert len(status["error_message"]) <= 200


@pytest.mark.parametrize(
    ("error_class", "code", "text"),
    [
        (ProviderErrorClass.QUOTA, "provider_balance_low", "Making pictures is paused. Please try again later."),
        (ProviderErrorClass.RETRYABLE, "provider_unavailable", "The image service is busy. Please try again later."),
    ],
)
def test_our_own_shortage_is_told_apart_from_a_busy_vendor(
    bot: BotClient, error_class: ProviderErrorClass, code: str, text: str
) -> None:
    request = bot.submit(**{**CHAT, "language": "en"}).json["request"]
    failure = FAILURE_TEXTS[error_class]
    failed = Image(stored(bot, request["public_id"]).images[0].id, 0, Status.FAILED, None, failure=failure)
    ended(bot, request["public_id"], status=Status.FAILED, images=(failed,), failure=failure, charged=0)

    read = bot.of(request["id"]).json
    (listed,) = bot.call("GET", "/api/v1/generations", query=f"telegram_id={TELEGRAM_ID}").json["items"]

    for shown in (read, listed):
        assert shown["error_code"] == code
        assert shown["error_message"].startswith(text)


@pytest.mark.parametrize(
    ("paid", "returned"),
    [(1_000, "1 credit returned."), (2_500, "2.5 credits returned."), (3_000, "3 credits returned.")],
)
def test_a_single_credit_comes_back_in_the_singular(bot: BotClient, paid: int, returned: str) -> None:
    request = bot.submit(**{**CHAT, "language": "en"}).json["request"]
    generation = stored(bot, request["public_id"])
    assert generation.price is not None
    failure = FAILURE_TEXTS[ProviderErrorClass.FAILED]
    price = replace(generation.price, total=paid)
    put(bot, replace(generation, status=Status.FAILED, price=price, failure=failure, charged=0))

    assert bot.of(request["id"]).json["error_message"] == f"{text_of('provider_failed', 'en')} {returned}"


@pytest.mark.requirement("S001-29")
def test_the_history_is_what_the_bot_lists(bot: BotClient) -> None:
    made = []
    for number in range(3):
        request = bot.submit(**{**CHAT, "message_id": number}, prompt=f"fox {number}").json["request"]
        made.append(request["id"])
        generation = ended(bot, request["public_id"])
        client = bot.world.emulator.client("dynamodb")
        for item in bot.world.stored():
            if item["sk"].startswith("USAGE#"):
                client.delete_item(
                    TableName=bot.world.environment["CORE_TABLE_NAME"],
                    Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}},
                )
        assert generation.status is Status.COMPLETED

    first = bot.call("GET", "/api/v1/generations", query=f"telegram_id={TELEGRAM_ID}&limit=2&offset=0").json
    second = bot.call("GET", "/api/v1/generations", query=f"telegram_id={TELEGRAM_ID}&limit=2&offset=2").json

    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert (first["total"], first["limit"], first["offset"]) == (3, 2, 0)
    assert (second["total"], second["offset"]) == (3, 2)
    read = {"id", "public_id", "prompt", "status", "mode", "model_key", "aspect_ratio", "size", "resolution", "quality"}
    assert first["items"][0]["model_name"] == "Seedream 4"
    assert read | {"cost", "result_urls", "reference_urls", "error_message", "created_at", "completed_at"} <= set(
        first["items"][0]
    )


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=101", "offset=-1", "offset=1000", "limit=abc"])
def test_a_part_of_the_history_that_there_cannot_be_is_400(bot: BotClient, query: str) -> None:
    answer = bot.call("GET", "/api/v1/generations", query=f"telegram_id={TELEGRAM_ID}&{query}")

    (fault,) = answer.json["detail"]["fields"]
    assert (answer.status, fault["field"]) == (400, query.partition("=")[0])
    assert ("minimum" in fault["allowed"]) == ("abc" not in query), "whole numbers are told the range"


@pytest.mark.requirement("S001-45", "X-11")
def test_the_price_is_one_credit_and_asking_for_it_writes_nothing(bot: BotClient) -> None:
    before = len(bot.world.stored())
    body = {"telegram_id": TELEGRAM_ID, "model_id": SEEDREAM, **UNSET, "is_image_to_image": False}

    answer = bot.call("POST", "/api/v1/generations/price", body=body)

    assert (answer.status, answer.json["price_credits"], answer.json["model_key"]) == (200, 1, "seedream-v4")
    assert {"model_id", "price_usd", "is_dynamic", "cached"} <= set(answer.json)
    assert len(bot.world.stored()) == before


def test_an_empty_wallet_is_402_and_says_what_is_missing(bot: BotClient) -> None:
    bot.world.environment["TRIAL_CREDITS"] = "0"
    bot.sync(telegram_id=42)

    answer = bot.submit(telegram_id=42, language="ru")

    assert (answer.status, answer.json["detail"]["code"]) == (402, "insufficient_credits")
    assert (answer.json["detail"]["required"], answer.json["detail"]["available"]) == (1.0, 0.0)


@pytest.mark.requirement("X-1")
def test_a_mini_app_submits_for_its_own_user(bot: BotClient) -> None:
    signed = {"x-telegram-init-data": init_data()}
    body = {"telegram_id": TELEGRAM_ID, "model_id": 1, "prompt": "a red fox"}

    def send(telegram_id: int) -> Any:
        path = "/api/v1/generations/submit"
        return bot.world.call("POST", path, headers=signed, body={**body, "telegram_id": telegram_id})

    assert send(1).status == 403
    answer = send(TELEGRAM_ID)
    assert answer.status == 200
    assert bot.of(answer.json["request"]["id"]).status == 200


@pytest.mark.requirement("X-1")
@pytest.mark.parametrize("headers", [{}, {"x-telegram-user-id": str(TELEGRAM_ID)}])
def test_a_bots_key_without_a_person_pays_nothing_by_accident(world: World, headers: dict[str, str]) -> None:
    made = world.tenant("Bot", key="bot", credits=100)
    body = {"prompt": "a red fox", "model": "sandbox"}

    answer = world.call("POST", "/api/v1/generations", token=made["apiKey"], headers=headers, body=body)

    assert (answer.status, answer.json["error"]["code"]) == (403, "forbidden")
    assert "X-Act-As" in answer.json["detail"]
    assert BotClient(world, "").queued("GENERATIONS_QUEUE_URL") == []


def test_a_photo_link_leads_to_a_jpeg_that_telegram_takes_and_is_made_once(bot: BotClient) -> None:
    request = bot.submit(**CHAT).json["request"]
    s3, bucket = bot.world.emulator.client("s3"), bot.world.environment["IMAGES_BUCKET_NAME"]
    target = io.BytesIO()
    PillowImage.new("RGB", (64, 48), "red").save(target, "PNG")
    prefix = f"generated/{workspace_of(bot)}/{request['public_id']}/one"
    s3.put_object(Bucket=bucket, Key=f"{prefix}/original.png", Body=target.getvalue())
    kept = a_stored_image(original_key=f"{prefix}/original.png", media_type="image/png")
    image = Image(stored(bot, request["public_id"]).images[0].id, 0, Status.COMPLETED, None, stored=kept)
    ended(bot, request["public_id"], images=(image,))
    (result,) = bot.of(request["id"]).json["results"]
    path = result["telegram_photo_url"].removeprefix("https://easel.example")

    first, again = (bot.world.call("GET", path) for _ in range(2))

    assert (first.status, again.status) == (302, 302)
    assert f"{prefix}/photo.jpg" in (again.header("Location") or "")
    photo = s3.get_object(Bucket=bucket, Key=f"{prefix}/photo.jpg")["Body"].read()
    with PillowImage.open(io.BytesIO(photo)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 48))
    assert bot.world.call("GET", path.replace("/i/", "/i/A")).status == 404


def test_the_file_id_under_which_a_bot_sent_a_result_comes_back_to_this_bot_only(bot: BotClient) -> None:
    request = bot.submit(**CHAT).json["request"]
    path = f"/api/v1/generations/{request['id']}/results"

    def keep(number: object, **body: Any) -> Any:
        return bot.call("PUT", f"{path}/{number}/telegram-file", body={"file_id": "AgACAgIAAxkB", **body})

    too_early = keep(0)
    ended(bot, request["public_id"])
    before = bot.of(request["id"]).json["results"][0]["telegram_file_id"]
    kept = keep(0, bot_id=123)

    assert (too_early.status, before, kept.status) == (404, None, 200)
    assert bot.of(request["id"]).json["results"][0]["telegram_file_id"] == "AgACAgIAAxkB"
    assert [keep(number).status for number in (1, "x", "999")] == [404, 404, 404]
    assert [keep(0, file_id=file_id).status for file_id in ("", None, "x" * 257)] == [400, 400, 400]
