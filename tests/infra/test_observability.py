"""Whatever should never happen rings; the bell is encrypted and only CloudWatch may ring it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

OLDEST_MESSAGE_SECONDS = {
    "Queues/Generations/Queue": 120,
    "Queues/RenderWavespeed/Queue": 300,
    "Queues/RenderOpenai/Queue": 300,
    "Queues/RenderGoogle/Queue": 300,
    "Queues/RenderNanobanana/Queue": 300,
    "Queues/RenderSandbox/Queue": 300,
    "Queues/CollectWavespeed/Queue": 1200,
    "Queues/CollectNanobanana/Queue": 1200,
}
LONGEST_DELAY_SECONDS = 900


def test_one_message_in_any_dead_letter_queue_rings(production: Synthesized) -> None:
    watched = _watched(production, "ApproximateNumberOfMessagesVisible")
    assert set(watched) == {path for path in production.of_type("AWS::SQS::Queue") if "DeadLetters" in path}
    assert {alarm["Threshold"] for alarm in watched.values()} == {0}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_a_function_that_fails_or_is_throttled_rings_whichever_it_is(production: Synthesized, metric: str) -> None:
    alarms = production.of_type("AWS::CloudWatch::Alarm").values()
    (alarm,) = (found for found in alarms if found.get("MetricName") == metric)
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]) == ("AWS/Lambda", "Sum", 0)
    # Without a dimension the metric covers every function of the account.
    assert "Dimensions" not in alarm


def test_each_alarm_is_billed_for_one_metric_and_there_are_few(production: Synthesized) -> None:
    alarms = production.of_type("AWS::CloudWatch::Alarm").values()
    assert all("MetricName" in alarm for alarm in alarms)
    assert len(alarms) <= 31


def test_a_route_has_metrics_of_its_own_only_where_that_is_switched_on(
    production: Synthesized, varied: Synthesized
) -> None:
    def detailed(stack: Synthesized) -> bool:
        stage = stack.of_type("AWS::ApiGatewayV2::Stage")["Front/Stage"]
        return bool(stage["DefaultRouteSettings"].get("DetailedMetricsEnabled", False))

    assert not detailed(production)
    assert detailed(varied)


def test_messages_that_wait_too_long_ring(production: Synthesized) -> None:
    watched = _watched(production, "ApproximateAgeOfOldestMessage")
    assert {path: alarm["Threshold"] for path, alarm in watched.items()} == OLDEST_MESSAGE_SECONDS


def test_a_poll_that_is_delayed_on_purpose_does_not_ring() -> None:
    assert OLDEST_MESSAGE_SECONDS["Queues/CollectWavespeed/Queue"] > LONGEST_DELAY_SECONDS


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"])
def test_workflows_that_do_not_end_well_ring(production: Synthesized, metric: str) -> None:
    assert set(_watched(production, metric)) == {"Workflow/Machine"}


def test_generations_that_stay_stuck_ring_under_the_name_that_the_sweep_counts_them(production: Synthesized) -> None:
    service = production.environment("schedules/sweep_generations")["POWERTOOLS_SERVICE_NAME"]
    alarm = _watched(production, "StuckGenerations")[service]
    assert alarm["Namespace"] == production.environment("schedules/sweep_generations")["POWERTOOLS_METRICS_NAMESPACE"]
    assert [dimension["Name"] for dimension in alarm["Dimensions"]] == ["service"]


def test_answers_that_blame_us_ring(production: Synthesized) -> None:
    assert set(_watched(production, "5xx")) == {"Front/Http"}


def test_every_alarm_reaches_the_topic_and_says_what_happened(production: Synthesized) -> None:
    for path, alarm in production.of_type("AWS::CloudWatch::Alarm").items():
        for reaction in ("AlarmActions", "OKActions"):
            assert [production.text(action) for action in alarm[reaction]] == ["Observability/Topic"], path
        assert alarm["AlarmDescription"].endswith("."), path
        assert alarm["TreatMissingData"] == "notBreaching", path


def test_the_topic_is_encrypted_with_a_key_that_cloudwatch_may_use(production: Synthesized) -> None:
    topic = production.of_type("AWS::SNS::Topic")["Observability/Topic"]
    key = production.of_type("AWS::KMS::Key")[production.text(topic["KmsMasterKeyId"])]
    users = {statement["Principal"].get("Service") for statement in key["KeyPolicy"]["Statement"]}
    assert key["EnableKeyRotation"] is True
    assert users == {None, "cloudwatch.amazonaws.com"}
    (condition,) = (one["Condition"] for one in key["KeyPolicy"]["Statement"] if "Service" in one["Principal"])
    assert condition["Null"] == {
        "kms:EncryptionContext:generation": "true",
        "kms:EncryptionContext:webhook": "true",
    }, "secrets of tenants are not its affair"


def test_only_cloudwatch_of_this_account_may_publish_and_only_over_tls(production: Synthesized) -> None:
    (policy,) = production.of_type("AWS::SNS::TopicPolicy").values()
    deny, allow = policy["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (allow["Effect"], allow["Action"]) == ("Allow", "sns:Publish")
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_address_of_the_person_on_call_is_subscribed(production: Synthesized, dev: Synthesized) -> None:
    (subscription,) = production.of_type("AWS::SNS::Subscription").values()
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "on-call@example.com")
    assert dev.of_type("AWS::SNS::Subscription") == {}


def test_the_dashboard_shows_every_alarm(production: Synthesized) -> None:
    (dashboard,) = production.of_type("AWS::CloudWatch::Dashboard").values()
    body = json.loads(production.text(dashboard["DashboardBody"]))
    (alarms,) = [widget["properties"]["alarms"] for widget in body["widgets"] if widget["type"] == "alarm"]
    assert {arn.partition("#")[0] for arn in alarms} == set(production.of_type("AWS::CloudWatch::Alarm"))


def test_the_dashboard_is_small_enough_to_be_free(production: Synthesized) -> None:
    (dashboard,) = production.of_type("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(production.text(dashboard["DashboardBody"]))["widgets"]
    assert sum(len(widget["properties"].get("metrics", [])) for widget in widgets) <= 50


@pytest.mark.parametrize("metric", ["LedgerDifference", "WalletsUnchecked", "ModelsMissing"])
def test_what_is_found_once_a_day_rings_for_a_day(production: Synthesized, metric: str) -> None:
    (alarm,) = (
        found for found in production.of_type("AWS::CloudWatch::Alarm").values() if found.get("MetricName") == metric
    )
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Period"]) == ("Easel", "Maximum", 86_400)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": production.settings.stack_name}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_the_ledger_is_proven_every_night(production: Synthesized) -> None:
    rule = production.of_type("AWS::Events::Rule")["Schedules/EachNight/Rule"]
    (target,) = rule["Targets"]
    assert rule["ScheduleExpression"] == "cron(17 3 * * ? *)"
    assert production.text(target["Arn"]) == "Schedules/ReconcileLedger/Function"
    assert production.text(target["DeadLetterConfig"]["Arn"]) == "Queues/ScheduleDeadLetters"


def test_the_catalogue_is_held_against_its_vendors_every_day(production: Synthesized) -> None:
    rule = production.of_type("AWS::Events::Rule")["Schedules/EachDay/Rule"]
    (target,) = rule["Targets"]
    assert rule["ScheduleExpression"] == "cron(43 6 * * ? *)"
    assert production.text(target["Arn"]) == "Schedules/CheckCatalogue/Function"
    assert production.text(target["DeadLetterConfig"]["Arn"]) == "Queues/ScheduleDeadLetters"


@pytest.mark.parametrize("kind", ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic"])
def test_an_emulator_has_no_alarms(local: Synthesized, kind: str) -> None:
    assert local.of_type(kind) == {}


@pytest.mark.parametrize("stage", ["production", "local"])
def test_every_log_group_forgets(request: pytest.FixtureRequest, stage: str) -> None:
    stack: Synthesized = request.getfixturevalue(stage)
    kept = {group["RetentionInDays"] for group in stack.of_type("AWS::Logs::LogGroup").values()}
    assert kept == {stack.settings.log_retention_days}


def _watched(stack: Synthesized, metric: str) -> dict[str, dict[str, Any]]:
    """The alarms on a metric by what they watch."""
    found = {}
    for alarm in stack.of_type("AWS::CloudWatch::Alarm").values():
        if alarm["MetricName"] == metric:
            (dimension,) = alarm["Dimensions"]
            found[stack.text(dimension["Value"]).removesuffix("#QueueName")] = alarm
    return found
