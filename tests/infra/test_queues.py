"""Every queue keeps what fails, is encrypted, is reached over TLS, and hides messages for long enough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack
from infra.constructs.queues import WorkQueue
from infra.settings import read_settings

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

QUEUES = {
    "Queues/Archives/Queue": "workers/build_archive",
    "Queues/Deletions/Queue": "workers/remove_files",
    "Queues/Generations/Queue": "workers/start_generation",
    "Queues/Batches/Queue": "workers/run_batch",
    "Queues/Intake/Queue": "workers/take_intake",
    "Queues/RenderWavespeed/Queue": "workers/render_image:wavespeed",
    "Queues/RenderOpenai/Queue": "workers/render_image:openai",
    "Queues/RenderGoogle/Queue": "workers/render_image:google",
    "Queues/RenderNanobanana/Queue": "workers/render_image:nanobanana",
    "Queues/RenderSandbox/Queue": "workers/render_image:sandbox",
    "Queues/CollectWavespeed/Queue": "workers/collect_image:wavespeed",
    "Queues/CollectNanobanana/Queue": "workers/collect_image:nanobanana",
    "Queues/Uploads/Queue": "workers/process_upload",
    "Queues/Integration/Queue": None,
    "Queues/Webhooks/Queue": "workers/deliver_webhook",
    "Queues/SlowWebhooks/Queue": "workers/deliver_webhook",
}
SHARED = ("Render", "Collect", "Webhooks")
"""Kinds of queues that share their dead letters, and the alarm on them."""


def dead_letters_of(path: str) -> str:
    """Where what fails in a queue goes."""
    kinds = (kind for kind in SHARED if kind in path)
    kind = next(kinds, None)
    return f"Queues/{kind}DeadLetters" if kind else path.removesuffix("Queue") + "DeadLetters"


DEAD_LETTERS = {*map(dead_letters_of, QUEUES), "Queues/OutboxDeadLetters", "Queues/ScheduleDeadLetters"}
DAY = 24 * 60 * 60


@pytest.mark.requirement("S000-39", "S000-42", "S000-75")
def test_there_is_one_queue_per_step_and_provider(production: Synthesized) -> None:
    assert set(production.of_type("AWS::SQS::Queue")) == set(QUEUES) | DEAD_LETTERS


@pytest.mark.parametrize("path", QUEUES)
def test_what_fails_goes_to_the_dead_letters_of_its_kind(production: Synthesized, path: str) -> None:
    redrive = production.of_type("AWS::SQS::Queue")[path]["RedrivePolicy"]
    assert production.text(redrive["deadLetterTargetArn"]) == dead_letters_of(path)
    # Messages wait in the intake for the sender's running generations, and are answered after forty deliveries. That of
    # a batch stays until it has ended, and is renewed after four hundred.
    waiting = {"Queues/Intake/Queue": 50, "Queues/Batches/Queue": 500}
    assert redrive["maxReceiveCount"] in ([waiting[path]] if path in waiting else range(3, 6))


def test_dead_letters_outlive_the_messages_they_replace(production: Synthesized) -> None:
    queues = production.of_type("AWS::SQS::Queue")
    assert {queues[path]["MessageRetentionPeriod"] for path in DEAD_LETTERS} == {14 * DAY}
    assert {queues[path]["MessageRetentionPeriod"] for path in QUEUES} == {4 * DAY}


@pytest.mark.parametrize(("path", "folder"), [(path, folder) for path, folder in QUEUES.items() if folder])
def test_messages_are_hidden_for_six_times_the_consumers_timeout(
    production: Synthesized, path: str, folder: str
) -> None:
    hidden = production.of_type("AWS::SQS::Queue")[path]["VisibilityTimeout"]
    assert hidden >= 6 * production.functions[folder]["Timeout"]


def test_a_queue_refuses_a_consumer_that_may_outlast_it() -> None:
    class Slow:
        folder, timeout_seconds = "workers/slow", 31

    settings = read_settings({"stage": "dev"}.get, {})
    queue = WorkQueue(Stack(App()), "Queue", settings=settings, consumer_timeout_seconds=30, attempts=3)
    with pytest.raises(ValueError, match="workers/slow may run longer"):
        queue.feed(Slow(), batch_size=1, max_concurrency=2)  # type: ignore[arg-type]  # only what is looked at


def test_queues_are_encrypted_and_refuse_plain_http(production: Synthesized) -> None:
    guarded = set()
    for policy in production.of_type("AWS::SQS::QueuePolicy").values():
        (queue,) = policy["Queues"]
        denials = [statement for statement in policy["PolicyDocument"]["Statement"] if statement["Effect"] == "Deny"]
        assert [(denial["Action"], denial["Principal"], denial["Condition"]) for denial in denials] == [
            ("sqs:*", {"AWS": "*"}, {"Bool": {"aws:SecureTransport": "false"}})
        ]
        guarded.add(production.text(queue))
    assert guarded == set(production.of_type("AWS::SQS::Queue"))
    assert all(queue["SqsManagedSseEnabled"] for queue in production.of_type("AWS::SQS::Queue").values())


def test_consumers_report_single_failures_and_are_capped(production: Synthesized) -> None:
    assert _consumers(production) == {
        "Queues/Archives/Queue": ("Workers/BuildArchive/Function", 1, 10),
        "Queues/Deletions/Queue": ("Workers/RemoveFiles/Function", 10, 10),
        "Queues/Generations/Queue": ("Workers/StartGeneration/Function", 10, 10),
        "Queues/Intake/Queue": ("Workers/TakeIntake/Function", 5, 10),
        "Queues/Batches/Queue": ("Workers/RunBatch/Function", 1, 10),
        "Queues/RenderWavespeed/Queue": ("Workers/RenderWavespeed/Function", 1, 10),
        "Queues/RenderOpenai/Queue": ("Workers/RenderOpenai/Function", 1, 10),
        "Queues/RenderGoogle/Queue": ("Workers/RenderGoogle/Function", 1, 10),
        "Queues/RenderNanobanana/Queue": ("Workers/RenderNanobanana/Function", 1, 10),
        "Queues/RenderSandbox/Queue": ("Workers/RenderSandbox/Function", 1, 10),
        "Queues/CollectWavespeed/Queue": ("Workers/CollectWavespeed/Function", 1, 20),
        "Queues/CollectNanobanana/Queue": ("Workers/CollectNanobanana/Function", 1, 20),
        "Queues/Uploads/Queue": ("Uploads/ProcessUpload/Function", 1, 10),
        "Queues/Webhooks/Queue": ("WebhookWorker/Deliver/Function", 1, 20),
        "Queues/SlowWebhooks/Queue": ("WebhookWorker/Deliver/Function", 1, 20),
    }
    for path, mapping in production.of_type("AWS::Lambda::EventSourceMapping").items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], path


def test_a_laptop_runs_fewer_at_once(local: Synthesized) -> None:
    assert {concurrency for _, _, concurrency in _consumers(local).values()} == {4}


def test_the_outbox_is_followed_from_the_first_record_and_loses_none(production: Synthesized) -> None:
    mapping = production.of_type("AWS::Lambda::EventSourceMapping")["Workers/Outbox"]
    assert production.text(mapping["EventSourceArn"]) == "Data/Core#StreamArn"
    assert production.text(mapping["FunctionName"]) == "Workers/PublishEvents/Function"
    assert (mapping["StartingPosition"], mapping["BisectBatchOnFunctionError"]) == ("TRIM_HORIZON", True)
    assert 0 < mapping["MaximumRetryAttempts"] < 100
    assert mapping["ParallelizationFactor"] == 10, "one batch at once is 25 events a second"
    assert production.text(mapping["DestinationConfig"]["OnFailure"]["Destination"]) == "Queues/OutboxDeadLetters"


def test_of_all_changes_only_events_wake_the_publisher(production: Synthesized) -> None:
    mapping = production.of_type("AWS::Lambda::EventSourceMapping")["Workers/Outbox"]
    patterns = [json.loads(rule["Pattern"]) for rule in mapping["FilterCriteria"]["Filters"]]
    assert patterns == [
        {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"entity": {"S": ["OUTBOX"]}}}},
        {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"entity": {"S": ["STATE", "IMAGE"]}}}},
    ]


def test_the_sweep_runs_each_minute_and_its_failures_are_kept(production: Synthesized) -> None:
    rule = production.of_type("AWS::Events::Rule")["Schedules/EachMinute/Rule"]
    (target,) = rule["Targets"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert production.text(target["Arn"]) == "Schedules/SweepGenerations/Function"
    assert production.text(target["DeadLetterConfig"]["Arn"]) == "Queues/ScheduleDeadLetters"
    again = production.of_type("AWS::Lambda::EventInvokeConfig")["Schedules/EachMinute/Invocation"]
    assert again["MaximumRetryAttempts"] == 0
    assert production.text(again["DestinationConfig"]["OnFailure"]["Destination"]) == "Queues/ScheduleDeadLetters"


def _consumers(stack: Synthesized) -> dict[str, tuple[str, int, int]]:
    """Per queue: who consumes it, how many messages at once, how many of it at once."""
    mappings: list[dict[str, Any]] = list(stack.of_type("AWS::Lambda::EventSourceMapping").values())
    return {
        stack.text(mapping["EventSourceArn"]): (
            stack.text(mapping["FunctionName"]),
            mapping["BatchSize"],
            mapping["ScalingConfig"]["MaximumConcurrency"],
        )
        for mapping in mappings
        if "ScalingConfig" in mapping
    }


def test_the_intake_takes_what_the_api_takes_from_those_who_are_named(varied: Synthesized) -> None:
    assert varied.of_type("AWS::SQS::Queue")["Queues/Intake/Queue"]["MaximumMessageSize"] == 256 * 1024
    policies = varied.of_type("AWS::SQS::QueuePolicy")
    statements = policies["Queues/Intake/Queue/Policy"]["PolicyDocument"]["Statement"]
    (allowed,) = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/crm"}
    assert set(allowed["Action"]) == {"sqs:SendMessage", "sqs:GetQueueUrl"}
    roles = json.dumps(varied.of_type("AWS::IAM::Role"))
    assert "arn:aws:sqs:eu-central-1:123456789012:crm-pictures" in roles


@pytest.mark.parametrize("arn", ["*", "arn:aws:iam::123456789012:role/*", "arn:aws:sqs:eu-central-1:1:q"])
def test_nobody_is_let_in_by_a_wildcard(arn: str) -> None:
    with pytest.raises(ValueError, match="without wildcards"):
        read_settings({"stage": "dev", "intakePrincipals": arn}.get, {})
