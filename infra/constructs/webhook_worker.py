"""The function that delivers events to what customers name: addresses, and queues, buses and buckets of theirs."""

from typing import Final

from aws_cdk import Aws
from infra.constructs.data import Data
from infra.constructs.queues import Queues
from infra.constructs.small_function import FunctionKit, SmallFunction
from infra.constructs.variables import Variables

from constructs import Construct

_DESTINATIONS: Final = {
    "sqs:SendMessage": f"arn:{Aws.PARTITION}:sqs:*:*:*",
    "events:PutEvents": f"arn:{Aws.PARTITION}:events:*:*:event-bus/*",
    "s3:PutObject": f"arn:{Aws.PARTITION}:s3:::*/*",
}
_OWN: Final = {"aws:ResourceAccount": Aws.ACCOUNT_ID}


class WebhookWorker(Construct):
    """The worker of both lanes. Its role is the one that customers' policies name."""

    def __init__(
        self, scope: Construct, id: str, *, kit: FunctionKit, variables: Variables, data: Data, queues: Queues
    ) -> None:
        super().__init__(scope, id)
        self._data, self._queues = data, queues
        self.function = function = SmallFunction(
            self,
            "Deliver",
            kit=kit,
            folder="workers/deliver_webhook",
            timeout_seconds=Queues.WEBHOOK_SECONDS,
            # It queues the next attempt; a delivery has ten.
            calls_itself=True,
            env=variables.core
            | variables.images
            | variables.addresses
            | variables.webhook_queues
            | variables.trusted_webhooks,
        )
        self.variables = {
            "DELIVERY_ROLE_ARN": function.role.role_arn,
            # The emulator has one account, so that its destinations are in ours.
            "OWN_ACCOUNT_DESTINATIONS": str(kit.settings.emulated).lower(),
        }
        """For functions that take destinations and show the policies that they need."""
        actions = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=data.core.table_arn)
        # It makes the secret of a workspace whose request is the first to name a webhook.
        function.allow("kms:Decrypt", "kms:Encrypt", on=data.key.key_arn)
        lanes = [queues.webhooks, queues.slow_webhooks]
        function.allow("sqs:SendMessage", on=[lane.arn for lane in lanes])
        function.allow(
            "s3:GetObject",
            on=data.generated_objects,
            because="It copies images of many workspaces to their own buckets, all below this one prefix.",
        )
        self._allow_destinations()
        # An attempt waits for its receiver, so each is alone. Slow receivers have a queue and workers of their own.
        for lane in lanes:
            lane.feed(function, batch_size=1, max_concurrency=kit.settings.webhook_concurrency)

    def _allow_destinations(self) -> None:
        """Whatever a customer's own policy lets us into, in every account but ours.

        A workspace names the resource, so our role must not be of use to it in our own account: the permission ends
        there, and a denial holds even where a policy of ours should let the role in.
        """
        function = self.function
        for action, resources in _DESTINATIONS.items():
            function.allow(
                action,
                on=resources,
                because="Customers name resources of their own accounts, and their policies decide. Ours are excluded.",
                # The emulator has no such condition, and one account.
                conditions=None if function.settings.emulated else {"StringNotEquals": _OWN},
            )
        if function.settings.emulated:
            return
        function.deny(
            "sqs:SendMessage",
            on_all_but=[self._queues.webhooks.arn, self._queues.slow_webhooks.arn],
            conditions={"StringEquals": _OWN},
        )
        function.deny("events:PutEvents", "s3:PutObject", conditions={"StringEquals": _OWN})
