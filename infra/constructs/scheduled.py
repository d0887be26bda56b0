"""What every function that the clock calls has: a rule, a limit to retries, and a queue for what failed."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from infra.constructs.small_function import SmallFunction

from constructs import Construct


class Scheduled(Construct):
    """Calls a function on a schedule and retries a failed call `retries` times within `max_age`.

    What fails for good goes to `dead_letters`: from EventBridge if Lambda did not take the call, from Lambda if the
    function failed.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        function: SmallFunction,
        schedule: events.Schedule,
        dead_letters: sqs.Queue,
        retries: int,
        max_age: Duration,
    ) -> None:
        super().__init__(scope, id)
        target = targets.LambdaFunction(
            function.function, retry_attempts=retries, max_event_age=max_age, dead_letter_queue=dead_letters
        )
        events.Rule(self, "Rule", schedule=schedule, targets=[target])
        function.allow("sqs:SendMessage", on=dead_letters.queue_arn)
        failed = lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead_letters.queue_arn)
        lambda_.CfnEventInvokeConfig(
            self,
            "Invocation",
            function_name=function.name,
            qualifier="$LATEST",
            maximum_retry_attempts=retries,
            maximum_event_age_in_seconds=max_age.to_seconds(),
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(on_failure=failed),
        )
