"""What callers rely on: idempotent submits, tenants kept apart, honest lists, links that work and expire, events."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.e2e.conftest import Studio
from tests.support import plain_http
from tests.support.cloud import LocalCloud, Workspace, wait_for

from easel.events.schema import GenerationEvent


@pytest.mark.requirement("S001-21")
def test_ten_posts_with_one_key_make_one_generation_and_one_job(studio: Studio, prompt: str) -> None:
    # When the same request comes ten times at once
    body = {"prompt": prompt, "model": "seedream-v4"}
    headers = {"Idempotency-Key": f'"key-{prompt[-8:]}"'}
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: studio.api.post("/api/v1/generations", json=body, headers=headers), range(10))
        )
    # Then all name one generation, and the vendor made one picture
    assert {answer.status_code for answer in answers} <= {200, 202}, "200 when it had ended by then"
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 9
    studio.finish(answers[0].json()["id"])
    assert len(studio.jobs(prompt)) == 1
    # And another body under that key is refused
    other = studio.api.post("/api/v1/generations", json={**body, "n": 2}, headers=headers)
    assert other.status_code == 422
    assert other.json()["error"]["code"] == "idempotency_key_reused"


def test_another_tenants_things_do_not_exist(studio: Studio, other_workspace: Workspace, prompt: str) -> None:
    mine = studio.generate(prompt=prompt, model="sandbox")
    with studio.cloud.api(other_workspace) as stranger:
        for path in (f"generations/{mine['id']}", f"images/{mine['images'][0]['id']}"):
            assert stranger.get(f"/api/v1/{path}").status_code == 404
        assert stranger.post(f"/api/v1/generations/{mine['id']}/cancel").status_code == 404
        assert stranger.get("/api/v1/generations").json()["generations"] == []


@pytest.mark.requirement("S000-12", "S000-64", "X-7")
def test_a_list_is_walked_by_cursor_newest_first(own_studio: Studio, prompt: str) -> None:
    made = [own_studio.submit(prompt=f"{prompt} {number}", model="sandbox")["id"] for number in range(5)]
    seen: list[str] = []
    cursors: list[str] = []
    while len(seen) < 5:
        parameters: dict[str, Any] = {"limit": 2} | ({"cursor": cursors[-1]} if cursors else {})
        page = own_studio.api.get("/api/v1/generations", params=parameters).json()
        seen += [generation["id"] for generation in page["generations"]]
        if len(seen) < 5:
            assert page["nextCursor"], "there is more"
            cursors.append(page["nextCursor"])
    assert seen[:5] == made[::-1]
    forged = cursors[-1][:-3] + "abc"
    refused = own_studio.api.get("/api/v1/generations", params={"cursor": forged})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "invalid_cursor"
    for generation_id in made:
        own_studio.finish(generation_id)


@pytest.mark.requirement("S000-28", "M-9", "X-14")
def test_links_work_without_credentials_expire_and_cannot_be_changed(studio: Studio, prompt: str) -> None:
    image = studio.generate(prompt=prompt, model="sandbox")["images"][0]
    redirect = studio.api.get(f"/api/v1/images/{image['id']}")
    assert redirect.status_code == 302
    link = redirect.headers["location"]
    assert plain_http.get(link).content.startswith(b"\x89PNG")
    assert 0 < int(parse_qs(urlsplit(link).query)["X-Amz-Expires"][0]) <= 3600
    assert plain_http.get(link.replace("original.png", "other.png")).status_code == 403
    assert plain_http.get(link[:-4] + "0000").status_code == 403
    for variant in ("url", "previewUrl", "thumbnailUrl"):
        assert plain_http.get(image[variant]).status_code == 200


@pytest.mark.requirement("X-34", "S000-26")
def test_a_cancelled_generation_stays_cancelled_and_its_late_picture_is_not_delivered(
    studio: Studio, prompt: str
) -> None:
    submitted = studio.submit(prompt=f"{prompt} [fault:slow seconds=20]", model="seedream-v4")
    cancelled = studio.api.post(f"/api/v1/generations/{submitted['id']}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    assert cancelled.json()["status"] == "CANCELLED"
    again = studio.api.post(f"/api/v1/generations/{submitted['id']}/cancel")
    assert again.status_code == 200
    assert studio.status(submitted["id"])["imagesCompleted"] == 0
    finished = studio.generate(prompt=prompt, model="sandbox")
    too_late = studio.api.post(f"/api/v1/generations/{finished['id']}/cancel")
    assert too_late.status_code == 409


@pytest.mark.requirement("M-10", "S002-72")
def test_other_systems_learn_of_every_end_from_the_integration_queue(
    cloud: LocalCloud, studio: Studio, prompt: str
) -> None:
    wanted = {
        studio.generate(prompt=prompt, model="sandbox")["id"]: "generation.completed",
        studio.generate(prompt=f"{prompt} [sandbox:content]", model="sandbox")["id"]: "generation.failed",
    }
    queue, sqs = cloud.outputs["IntegrationQueueUrl"], cloud.aws.client("sqs")
    found: dict[str, GenerationEvent] = {}

    def both() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", ()):
            # The queue has the events of all tests, those about deleted images among them.
            if json.loads(message["Body"])["type"] in wanted.values():
                event = GenerationEvent.model_validate_json(message["Body"])
                found[event.data.generation.id] = event
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return wanted.keys() <= found.keys()

    wait_for(both, within_seconds=30, what="both events arrive")
    for generation_id, event_type in wanted.items():
        assert found[generation_id].type == event_type
        assert found[generation_id].data.generation.images[0].permalink.startswith(cloud.api_url)


@pytest.mark.requirement("S001-74")
def test_a_request_id_is_found_in_every_log_up_to_the_vendor_attempt(
    cloud: LocalCloud, studio: Studio, prompt: str
) -> None:
    request_id = f"trace-{prompt[-8:]}"
    generation = studio.generate(
        prompt=f"{prompt} [fault:moderation]", model="seedream-v4", headers={"X-Request-ID": request_id}
    )
    assert generation["status"] == "FAILED"
    logs = cloud.aws.client("logs")

    def functions_that_logged_it() -> set[str] | None:
        lines = _log_lines(logs)
        assert not any(prompt in line for line in lines), "prompts are not logged"
        speakers = {json.loads(line)["function_name"] for line in lines if f'"request_id":"{request_id}"' in line}
        found = {folder for folder, name in cloud.output_map("FunctionNames").items() if name in speakers}
        wanted = {"workers/start_generation", "workers/render_image:wavespeed", "workflow/settle_generation"}
        return found if wanted <= found else None

    wait_for(functions_that_logged_it, within_seconds=20, what="the request id is in the workers' logs")


def _log_lines(logs: Any) -> list[str]:
    lines: list[str] = []
    groups = logs.get_paginator("describe_log_groups").paginate()
    for name in [group["logGroupName"] for page in groups for group in page["logGroups"]]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
            lines += [event["message"] for event in page["events"]]
    return lines


def test_a_second_message_for_a_generation_changes_nothing(cloud: LocalCloud, studio: Studio, prompt: str) -> None:
    # Given a generation that has ended
    generation = studio.generate(prompt=prompt, model="seedream-v4")
    # When its messages come again
    ids = {"workspaceId": cloud.workspace.id, "generationId": generation["id"], "requestId": "again"}
    sqs = cloud.aws.client("sqs")
    start = {
        **ids,
        "model": "seedream-v4",
        "images": 1,
        "deadlineSeconds": 60,
    }
    render = {**ids, "index": 0, "provider": "wavespeed", "model": "seedream-v4", "taskToken": "gone"}
    collect = {**ids, "index": 0, "provider": "wavespeed", "polls": 1}
    sqs.send_message(QueueUrl=cloud.outputs["GenerationsQueueUrl"], MessageBody=json.dumps(start))
    sqs.send_message(QueueUrl=cloud.output_map("RenderQueueUrls")["wavespeed"], MessageBody=json.dumps(render))
    sqs.send_message(QueueUrl=cloud.output_map("CollectQueueUrls")["wavespeed"], MessageBody=json.dumps(collect))
    # Then they are taken, and neither the generation nor the vendor notices
    queues = [
        cloud.outputs["GenerationsQueueUrl"],
        cloud.output_map("RenderQueueUrls")["wavespeed"],
        cloud.output_map("CollectQueueUrls")["wavespeed"],
    ]
    for queue in queues:
        # Other tests use them too, some with vendors that hang: each is empty at times, all at once may never be.
        wait_for(partial(_is_empty, sqs, queue), within_seconds=150, what=f"the message in {queue} is taken")
    after = studio.status(generation["id"])
    ignored = {"url", "urlExpiresAt", "previewUrl", "thumbnailUrl"}
    assert {**after, "images": [_without(image, ignored) for image in after["images"]]} == {
        **generation,
        "images": [_without(image, ignored) for image in generation["images"]],
    }
    assert len(studio.jobs(prompt)) == 1


def _without(image: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in image.items() if name not in names}


def _is_empty(sqs: Any, queue_url: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return all(int(counts[name]) == 0 for name in names)
