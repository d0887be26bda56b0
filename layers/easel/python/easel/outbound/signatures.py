"""The signature of a delivery, as Standard Webhooks has it: headers of a POST, attributes of a message."""

from __future__ import annotations

from datetime import datetime

from standardwebhooks import Webhook

from easel.services.ports.webhooks import Posting


def signed(posting: Posting, at: datetime) -> dict[str, str]:
    """By which a receiver knows that it is ours, and when it was sent."""
    signatures = [Webhook(secret).sign(posting.event_id, at, posting.body) for secret in posting.secrets]
    return {
        "webhook-id": posting.event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
