"""What calls an operator, and what they look at then: alarms, their topic, one dashboard."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Aws, Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from infra.constructs.nag import acknowledge
from infra.constructs.queues import Queues
from infra.constructs.small_function import METRICS_NAMESPACE, SmallFunction
from infra.settings import StageSettings

from constructs import Construct

DAILY_METRICS: Final = {
    "LedgerDifference": "A wallet is not what its entries and open holds say. The auditor's log has the details.",
    "WalletsUnchecked": "The auditor had no time for some wallets, or they never stood still.",
    "ModelsMissing": "A vendor no longer lists a model of the catalogue. The log of the catalogue's watch names it.",
}
"""Counted once a day, by the auditor and the catalogue's watch; zero when all is well."""
STUCK_METRIC: Final = "StuckGenerations"
"""Counted by the sweep: open generations past their deadline. Namespace Easel, the one dimension is `service`."""
SET_ASIDE_METRIC: Final = "RecordsSetAside"
"""Counted by every batch job; zero when all is well."""

_MINUTE: Final = Duration.minutes(1)
_FIVE_MINUTES: Final = Duration.minutes(5)
_OLDEST_MESSAGE_SECONDS: Final = {"generations": 120, "render": 300, "collect": 1200}
"""How long a message may wait, by the kind of queue. One for `collect` may be delayed by fifteen minutes on purpose."""


class Observability(Construct):
    """Alarms on everything that should never happen, and a dashboard of what does."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StageSettings,
        engine: Sequence[SmallFunction],
        queues: Queues,
        machine: sfn.StateMachine,
        http: apigateway.HttpApi,
        key: kms.Key,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.topic = self._alarm_topic(key)
        self.alarms = [
            *self._queue_alarms(queues),
            *self._function_alarms(),
            *self._workflow_alarms(machine),
            self._stuck_alarm(),
            self._set_aside_alarm(),
            *(self._daily_alarm(name, because) for name, because in DAILY_METRICS.items()),
            self._api_alarm(http),
        ]
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
            alarm.add_ok_action(actions.SnsAction(self.topic))
        self._dashboard(engine, queues, machine, http)

    def _alarm_topic(self, key: kms.Key) -> sns.Topic:
        cloudwatch_alarms = iam.ServicePrincipal(
            "cloudwatch.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[cloudwatch_alarms],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                # For messages only: secrets of generations and webhooks are encrypted with their ids as context.
                conditions={
                    "Null": {"kms:EncryptionContext:generation": "true", "kms:EncryptionContext:webhook": "true"}
                },
            )
        )
        topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=self._settings.enforce_ssl)
        topic.add_to_resource_policy(
            iam.PolicyStatement(principals=[cloudwatch_alarms], actions=["sns:Publish"], resources=[topic.topic_arn])
        )
        if self._settings.alarm_email:
            self._tell(self._settings.alarm_email, topic)
        return topic

    def _tell(self, address: str, topic: sns.Topic) -> None:
        subscription = sns.Subscription(
            self, "OnCall", topic=topic, endpoint=address, protocol=sns.SubscriptionProtocol.EMAIL
        )
        acknowledge(
            subscription,
            "Serverless-SNSRedrivePolicy",
            because="A mail that could not be delivered is of no use later; the alarm itself stays visible.",
        )

    def _queue_alarms(self, queues: Queues) -> list[cloudwatch.Alarm]:
        dead = [
            self._alarm(
                f"DeadLetters{_id_of(name)}",
                queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum"),
                because=f"Something in {name} could not be handled and waits in its dead letter queue.",
            )
            for name, queue in queues.dead_letters.items()
        ]
        old = [
            self._alarm(
                f"OldestMessage{_id_of(name)}",
                queue.queue.metric_approximate_age_of_oldest_message(period=_MINUTE, statistic="Maximum"),
                above=seconds,
                periods=3,
                because=f"Messages in {name} wait for over {seconds} seconds: its consumer is stuck or too slow.",
            )
            for name, queue in queues.work.items()
            if (seconds := _OLDEST_MESSAGE_SECONDS.get(name.partition("-")[0]))
        ]
        return dead + old

    def _function_alarms(self) -> list[cloudwatch.Alarm]:
        # Of all functions of the account in this region: two metrics for each function would cost more than all else at
        # rest. What a failure leads to is watched as well: 5xx answers, dead letters, workflows.
        return [
            self._alarm(
                "Errors",
                lambda_.Function.metric_all_errors(period=_FIVE_MINUTES, statistic="Sum"),
                because="A function of this account raised or ran out of time; the metric by function says which.",
            ),
            self._alarm(
                "Throttles",
                lambda_.Function.metric_all_throttles(period=_FIVE_MINUTES, statistic="Sum"),
                because="The account had no concurrency left for a run of a function.",
            ),
        ]

    def _workflow_alarms(self, machine: sfn.StateMachine) -> list[cloudwatch.Alarm]:
        found = "The sweep repairs it; its log says why."
        return [
            self._alarm(
                "WorkflowsFailed",
                machine.metric_failed(period=_FIVE_MINUTES, statistic="Sum"),
                because=f"An execution ended without settling its generation. {found}",
            ),
            self._alarm(
                "WorkflowsTimedOut",
                machine.metric_timed_out(period=_FIVE_MINUTES, statistic="Sum"),
                because=f"An execution outlived every deadline. {found}",
            ),
            self._alarm(
                "WorkflowsThrottled",
                machine.metric_throttled(period=_FIVE_MINUTES, statistic="Sum"),
                because="Step Functions holds executions back.",
            ),
        ]

    def _stuck_alarm(self) -> cloudwatch.Alarm:
        return self._alarm(
            "StuckGenerations",
            self._own_metric(STUCK_METRIC, _MINUTE),
            periods=3,
            because="Generations stay open past their deadline although the sweep has seen them.",
        )

    def _set_aside_alarm(self) -> cloudwatch.Alarm:
        return self._alarm(
            "RecordsSetAside",
            self._own_metric(SET_ASIDE_METRIC, _FIVE_MINUTES),
            because="A batch job could not handle a record and left it out. Its log names the record and the reason.",
        )

    def _daily_alarm(self, name: str, because: str) -> cloudwatch.Alarm:
        # For a day, so that the alarm is still on when an operator comes to work.
        return self._alarm(name, self._own_metric(name, Duration.days(1)), because=because)

    def _own_metric(self, name: str, period: Duration) -> cloudwatch.Metric:
        """A metric that our functions write."""
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self._settings.stack_name},
            period=period,
            statistic="Maximum",
        )

    def _api_alarm(self, http: apigateway.HttpApi) -> cloudwatch.Alarm:
        return self._alarm(
            "ServerErrors",
            http.metric_server_error(period=_FIVE_MINUTES, statistic="Sum"),
            because="Clients get 5xx answers.",
        )

    def _alarm(
        self, id: str, metric: cloudwatch.IMetric, *, because: str, above: int = 0, periods: int = 1
    ) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            id,
            metric=metric,
            alarm_description=because,
            threshold=above,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _dashboard(
        self,
        engine: Sequence[SmallFunction],
        queues: Queues,
        machine: sfn.StateMachine,
        http: apigateway.HttpApi,
    ) -> None:
        # CloudWatch's free dashboards show up to fifty metrics.
        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=self._settings.stack_name)
        dashboard.add_widgets(cloudwatch.AlarmStatusWidget(alarms=self.alarms, title="Alarms", width=24, height=5))
        dashboard.add_widgets(
            _graph("Requests", [http.metric_count(), http.metric_client_error(), http.metric_server_error()], "Sum"),
            _graph("API latency (p95)", [http.metric_latency()], "p95"),
            _graph("Workflows", [machine.metric_started(), machine.metric_succeeded(), machine.metric_failed()], "Sum"),
            _graph("Workflow duration (p95)", [machine.metric_time()], "p95"),
        )
        waiting = [queue.queue.metric_approximate_age_of_oldest_message() for queue in queues.work.values()]
        # Dead letters have an alarm for each queue: the list of alarms above shows them.
        dashboard.add_widgets(
            _graph("Oldest message (s)", waiting, "Maximum"),
            _graph("Functions of the account", _account_metrics(), "Sum"),
            _graph("Engine duration (p95)", [each.function.metric_duration() for each in engine], "p95"),
        )


def _graph(title: str, metrics: Sequence[cloudwatch.Metric], statistic: str) -> cloudwatch.GraphWidget:
    left = [metric.with_(statistic=statistic, period=_FIVE_MINUTES) for metric in metrics]
    return cloudwatch.GraphWidget(title=title, left=left, width=6)


def _account_metrics() -> list[cloudwatch.Metric]:
    every = lambda_.Function
    return [every.metric_all_errors(), every.metric_all_throttles(), every.metric_all_invocations()]


def _id_of(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
