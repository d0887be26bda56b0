"""Webhooks in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import (
    Conflict,
    Contended,
    InvalidRequest,
    NotFound,
    QueueUnavailable,
    SecretUnavailable,
    StaleWrite,
    TooManyWebhooks,
)
from easel.http.description import empty, route

_TAG: Final = "Webhooks"

CREATE_WEBHOOK: Final = route(
    "createWebhook",
    _TAG,
    "Create a webhook endpoint",
    "Events of the workspace are posted to it as Standard Webhooks, at least once: verify `webhook-signature` with the "
    "answer's `secret`, and drop repeats by `webhook-id`. Answer with 2xx within 15 seconds. A failed delivery is "
    "repeated nine times in 75 hours; `Retry-After` is honoured, and 410 disables the endpoint.\n\n"
    "Of type `sqs`, `eventbridge` or `s3` it is a queue, a bus or a bucket in your own AWS account, named by `arn`. "
    "Attach the answer's `policy` there, ask for a code with `.../send-code`, and give back what arrives with "
    "`.../verify`; before, it gets nothing. A bucket gets the images of each completed generation.",
    {201: "Created. The secret is shown this once."},
    errors=(InvalidRequest, TooManyWebhooks, SecretUnavailable, Contended),
)

LIST_WEBHOOKS: Final = route(
    "listWebhooks", _TAG, "List webhook endpoints", "All of them, oldest first.", {200: "The endpoints."}
)

READ_WEBHOOK: Final = route(
    "readWebhook",
    _TAG,
    "Get a webhook endpoint",
    "With how it answers.",
    {200: "The endpoint."},
    errors=(NotFound,),
)

CHANGE_WEBHOOK: Final = route(
    "changeWebhook",
    _TAG,
    "Update a webhook endpoint",
    "Deliveries that are under way go to the new address. A destination is enabled by verifying it.",
    {200: "The endpoint."},
    errors=(InvalidRequest, NotFound, Conflict, SecretUnavailable, Contended),
)

DELETE_WEBHOOK: Final = route(
    "deleteWebhook",
    _TAG,
    "Delete a webhook endpoint",
    "What waits for it is not posted any more.",
    {204: empty("Deleted.")},
    errors=(NotFound, StaleWrite, Contended),
)

ROTATE_WEBHOOK_SECRET: Final = route(
    "rotateWebhookSecret",
    _TAG,
    "Rotate the secret of a webhook endpoint",
    "For 24 hours deliveries are signed with both secrets, then with the new one alone.",
    {201: "The new secret, shown this once."},
    errors=(NotFound, SecretUnavailable, Contended),
)

LIST_DELIVERIES: Final = route(
    "listWebhookDeliveries",
    _TAG,
    "List deliveries",
    "What was posted to an endpoint in the last 30 days, newest first. Follow `nextCursor`.",
    {200: "One page."},
    errors=(NotFound,),
)

READ_DELIVERY: Final = route(
    "readWebhookDelivery",
    _TAG,
    "Get a delivery",
    "With the time, status, duration and answer of each attempt.",
    {200: "The delivery."},
    errors=(NotFound,),
)

_RESENDING: Final = (NotFound, Conflict, QueueUnavailable)

RESEND_DELIVERY: Final = route(
    "resendWebhookDelivery",
    _TAG,
    "Resend a delivery",
    "The same bytes with the same `webhook-id`, as a new delivery with retries of its own.",
    {202: "Queued."},
    errors=_RESENDING,
)

RECOVER_WEBHOOK: Final = route(
    "recoverWebhook",
    _TAG,
    "Resend what failed",
    "Every delivery that has failed since a time, each once; what waits for another attempt is tried now. A hundred "
    "at once: follow `nextAfter`.",
    {202: "Queued."},
    errors=(InvalidRequest, *_RESENDING),
)

REPLAY_WEBHOOK: Final = route(
    "replayMissingWebhookEvents",
    _TAG,
    "Send what was missed",
    "Events since a time that the endpoint wants and was never sent, as when it was made later: those of the last "
    "thirty days, oldest first; a hundred for a request. Follow `nextAfter`.",
    {202: "Queued."},
    errors=(InvalidRequest, *_RESENDING),
)

SEND_CODE: Final = route(
    "sendWebhookCode",
    _TAG,
    "Send a code to a destination",
    "A message with a code goes to the queue, bus or bucket, once its policy lets us. The answer is its delivery, "
    "whose log says what AWS answered. At most once a minute; a new code ends the one before.",
    {202: "Queued."},
    errors=(NotFound, Conflict, StaleWrite, SecretUnavailable, QueueUnavailable, Contended),
)

VERIFY_WEBHOOK: Final = route(
    "verifyWebhook",
    _TAG,
    "Verify a destination",
    "With the code that arrived there, within an hour and five tries. From then on it gets events.",
    {200: "The endpoint, verified."},
    errors=(InvalidRequest, NotFound, Conflict, Contended),
)

SEND_EXAMPLE: Final = route(
    "sendWebhookExample",
    _TAG,
    "Send an example",
    "An event of this type that never happened, once; its `data.example` is true.",
    {202: "Queued."},
    errors=(InvalidRequest, *_RESENDING),
)
