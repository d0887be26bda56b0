"""Functions for events and webhooks."""

from collections.abc import Callable, Mapping

from infra.constructs.functions.room import DELETE, GET, PATCH, POST, Room, Route
from infra.constructs.small_function import SmallFunction

RESEND_SECONDS = 29
"""The API gives up on a function after thirty seconds."""


class Delivery(Room):
    """What workspaces are told."""

    folder = "delivery"
    routes = (
        Route("GetEvents", GET, "/api/v1/events", "read_events"),
        Route("GetEvent", GET, "/api/v1/events/{eventId}", "read_events"),
        Route("GetWebhooks", GET, "/api/v1/webhooks", "read_webhooks"),
        Route("GetWebhook", GET, "/api/v1/webhooks/{webhookId}", "read_webhooks"),
        Route("GetDeliveries", GET, "/api/v1/webhooks/{webhookId}/deliveries", "read_webhooks"),
        Route("GetDelivery", GET, "/api/v1/webhooks/{webhookId}/deliveries/{deliveryId}", "read_webhooks"),
        Route("PostWebhook", POST, "/api/v1/webhooks", "manage_webhooks"),
        Route("PatchWebhook", PATCH, "/api/v1/webhooks/{webhookId}", "manage_webhooks"),
        Route("DeleteWebhook", DELETE, "/api/v1/webhooks/{webhookId}", "manage_webhooks"),
        Route("PostResend", POST, "/api/v1/webhooks/{webhookId}/deliveries/{deliveryId}/resend", "resend_webhooks"),
        Route("PostRecover", POST, "/api/v1/webhooks/{webhookId}/recover", "resend_webhooks"),
        Route("PostReplay", POST, "/api/v1/webhooks/{webhookId}/replay-missing", "resend_webhooks"),
        Route("PostExample", POST, "/api/v1/webhooks/{webhookId}/example", "resend_webhooks"),
        Route("PostWebhookCode", POST, "/api/v1/webhooks/{webhookId}/send-code", "verify_webhooks"),
        Route("PostWebhookVerify", POST, "/api/v1/webhooks/{webhookId}/verify", "verify_webhooks"),
        Route("PostWebhookRotate", POST, "/api/v1/webhooks/{webhookId}/rotate", "manage_webhooks"),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "read_events": self._read,
            "read_webhooks": self._read_webhooks,
            "manage_webhooks": self._manage_webhooks,
            "resend_webhooks": self._resend_webhooks,
            "verify_webhooks": self._verify_webhooks,
        }

    @property
    def _destinations(self) -> dict[str, str]:
        """Who delivers to queues, buses and buckets of customers."""
        return self.foundation.webhook_worker.variables

    def _read(self) -> SmallFunction:
        function = self.function("read_events", self.variables.core)
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.data.core.table_arn)
        return function

    def _read_webhooks(self) -> SmallFunction:
        own = self.variables
        function = self.function("read_webhooks", own.core | own.signing | self._destinations)
        function.allow("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", on=self.data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=self.data.secrets.signing_arn)
        return function

    def _manage_webhooks(self) -> SmallFunction:
        own = self.variables
        function = self.function(
            "manage_webhooks", own.core | own.addresses | own.trusted_webhooks | self._destinations
        )
        actions = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self.data.core.table_arn)
        # It cannot read what it encrypts.
        function.allow("kms:Encrypt", on=self.data.key.key_arn)
        return function

    def _verify_webhooks(self) -> SmallFunction:
        own = self.variables
        function = self.function("verify_webhooks", own.core | own.addresses | own.webhook_queues | self._destinations)
        actions = ("GetItem", "PutItem", "ConditionCheckItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self.data.core.table_arn)
        # It makes a code, and cannot read the one that it has made.
        function.allow("kms:Encrypt", on=self.data.key.key_arn)
        function.allow("sqs:SendMessage", on=self.queues.slow_webhooks.arn)
        return function

    def _resend_webhooks(self) -> SmallFunction:
        own = self.variables
        # A hundred deliveries, each stored and queued.
        function = self.function("resend_webhooks", own.core | own.webhook_queues, timeout_seconds=RESEND_SECONDS)
        actions = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=self.data.core.table_arn)
        function.allow("sqs:SendMessage", on=[self.queues.webhooks.arn, self.queues.slow_webhooks.arn])
        return function
