"""What every role may do, as a table. A change to it is a change to what a bug in a function can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesized

CORE = "Data/Core"
LEDGER = "Data/Ledger"
EPHEMERAL = "Data/Ephemeral"
PICTURES = "Data/Images/generated/*"
UNMARKED = "Data/Images/unmarked/*"
LENT = "Data/Images/lent/*"
INCOMING = "Data/Images/incoming/*"
UPLOADS = "Data/Images/uploads/*"
BATCHES = "Data/Images/batches/*"
ARCHIVES = "Data/Images/archives/*"
BUCKET = "Data/Images"
EXECUTIONS = "execution of Workflow/Machine:*"

CALLING_BACK = {"Wavespeed", "Nanobanana"}
VENDORS = ("Wavespeed", "Openai", "Google", "Nanobanana")

_RENDER_QUEUES = {f"Queues/Render{provider}/Queue": "sqs: SendMessage" for provider in (*VENDORS, "Sandbox")}
_COLLECT_QUEUES = {f"Queues/Collect{provider}/Queue": "sqs: SendMessage" for provider in ("Wavespeed", "Nanobanana")}
_CONSUMER = "sqs: ReceiveMessage DeleteMessage GetQueueAttributes"
_HOLDING_CONSUMER = f"{_CONSUMER} ChangeMessageVisibility"


_ASKING_FOR_ARCHIVES = {
    CORE: "dynamodb: Query GetItem UpdateItem DeleteItem",
    PICTURES: "s3: GetObject",
    ARCHIVES: "s3: PutObject AbortMultipartUpload DeleteObject DeleteObjectVersion GetObject",
    BUCKET: "s3: ListBucketVersions",
    "Queues/Archives/Queue": "sqs: SendMessage",
}
_REMOVING_PICTURES = {
    PICTURES: "s3: DeleteObject DeleteObjectVersion",
    UNMARKED: "s3: DeleteObject DeleteObjectVersion",
    ARCHIVES: "s3: DeleteObject DeleteObjectVersion",
    LENT: "s3: DeleteObject DeleteObjectVersion",
    BUCKET: "s3: ListBucketVersions",
}


def _image_worker(does: str, provider: str) -> dict[str, str]:
    """A worker reads the key of its own vendor and of no other."""
    key = {} if provider == "Sandbox" else {f"Data/{provider}Key": "secretsmanager: GetSecretValue"}
    renders = does == "Render"
    # It fetches reference pictures: of the workspace, from addresses with secrets, from Telegram.
    fetching = {
        UPLOADS: "s3: GetObject",
        # What is fetched and cleaned serves all images of a generation, and vendors that read references themselves.
        LENT: "s3: PutObject GetObject",
        "Data/Key": "kms: Decrypt",
        "Data/TelegramBot": "secretsmanager: GetSecretValue",
    }
    return {
        CORE: "dynamodb: GetItem Query BatchGetItem PutItem UpdateItem",
        EPHEMERAL: "dynamodb: BatchGetItem PutItem DeleteItem UpdateItem",
        PICTURES: "s3: PutObject GetObject" if renders else "s3: PutObject",
        UNMARKED: "s3: PutObject",
        **(fetching if renders else {}),
        "Workflow/Machine": "states: SendTaskSuccess SendTaskFailure",
        **_RENDER_QUEUES,
        **_COLLECT_QUEUES,
        "Queues/Deletions/Queue": "sqs: SendMessage",
        f"Queues/{does}{provider}/Queue": f"{_HOLDING_CONSUMER} SendMessage",
        **key,
        # It signs the addresses that vendors call back.
        **({"Data/Signing": "secretsmanager: GetSecretValue"} if does == "Render" and provider in CALLING_BACK else {}),
    }


_ACCEPTING_UPLOADS = {
    CORE: "dynamodb: PutItem UpdateItem",
    INCOMING: "s3: PutObject",
    UPLOADS: "s3: PutObject GetObject",
}
_REMOVING_UPLOADS = {
    BUCKET: "s3: ListBucketVersions",
    INCOMING: "s3: DeleteObject DeleteObjectVersion",
    UPLOADS: "s3: DeleteObject DeleteObjectVersion",
}

_SUBMITTING = {
    CORE: "dynamodb: GetItem Query PutItem UpdateItem BatchGetItem",
    LEDGER: "dynamodb: GetItem PutItem UpdateItem",
    "Queues/Generations/Queue": "sqs: SendMessage",
    "Data/Signing": "secretsmanager: GetSecretValue",
    # References: whose the bot is, and the encryption of addresses that carry a secret.
    "Data/TelegramBot": "secretsmanager: GetSecretValue",
    "Data/Key": "kms: Encrypt",
}

_ANSWERING_CALLS = {**_SUBMITTING, CORE: f"{_SUBMITTING[CORE]} DeleteItem"}
"""Of functions that close calls when they are answered."""

_DELIVERING = {f"Queues/{lane}/Queue": "sqs: SendMessage" for lane in ("Webhooks", "SlowWebhooks")}

_SENDING_LIVE = {
    f"arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:Sockets/Api/live/{method}/@connections/*": (
        "execute-api: ManageConnections"
    )
    for method in ("POST", "DELETE")
}

FUNCTIONS: dict[str, dict[str, str]] = {
    "api/realtime/create_ticket": {"Data/Signing": "secretsmanager: GetSecretValue"},
    "api/realtime/follow_generation": {
        CORE: "dynamodb: Query",
        EPHEMERAL: "dynamodb: PutItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "realtime/connect": {
        CORE: "dynamodb: GetItem PutItem",
        EPHEMERAL: "dynamodb: PutItem Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "realtime/disconnect": {EPHEMERAL: "dynamodb: GetItem DeleteItem"},
    "realtime/receive_message": {
        EPHEMERAL: "dynamodb: GetItem PutItem UpdateItem DeleteItem",
        **_SENDING_LIVE,
    },
    "realtime/push_events": {
        CORE: "dynamodb: Query",
        EPHEMERAL: "dynamodb: GetItem Query UpdateItem DeleteItem",
        f"{EPHEMERAL}#StreamArn": "dynamodb: DescribeStream GetRecords GetShardIterator ListStreams",
        "Queues/OutboxDeadLetters": "sqs: SendMessage",
        **_SENDING_LIVE,
    },
    "api/accounts/authorize_request": {
        CORE: "dynamodb: GetItem BatchGetItem",
        EPHEMERAL: "dynamodb: UpdateItem",
        "Data/Session": "secretsmanager: GetSecretValue",
        "Data/TelegramBot": "secretsmanager: GetSecretValue",
    },
    "api/generations/cancel_generation": {
        CORE: "dynamodb: Query BatchGetItem PutItem UpdateItem",
        LEDGER: "dynamodb: GetItem BatchGetItem PutItem UpdateItem",
        PICTURES: "s3: GetObject",
        EXECUTIONS: "states: StopExecution",
    },
    "api/content/submit_content_image": _SUBMITTING,
    "api/generations/studio_submit_generation": _SUBMITTING,
    "api/generations/studio_read_generations": {
        CORE: "dynamodb: Query BatchGetItem",
        f"{CORE}/index/generations_by_status": "dynamodb: Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/content/read_content_file": {CORE: "dynamodb: GetItem Query", PICTURES: "s3: GetObject"},
    "api/content/show_rendition": {CORE: "dynamodb: GetItem Query", PICTURES: "s3: GetObject PutObject"},
    "api/content/read_content_images": {
        CORE: "dynamodb: GetItem Query BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/content/manage_content_images": {
        CORE: "dynamodb: GetItem Query BatchGetItem PutItem UpdateItem DeleteItem",
        **_REMOVING_PICTURES,
        "Queues/Deletions/Queue": "sqs: SendMessage",
    },
    "api/accounts/debug_users": {
        CORE: "dynamodb: Query BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/generations/show_timeline": {CORE: "dynamodb: Query"},
    "api/generations/settle_by_hand": {
        CORE: "dynamodb: Query BatchGetItem PutItem UpdateItem",
        LEDGER: "dynamodb: GetItem BatchGetItem PutItem UpdateItem",
        EXECUTIONS: "states: StopExecution",
    },
    "api/catalogue/describe_models": {EPHEMERAL: "dynamodb: BatchGetItem"},
    "api/catalogue/read_status": {EPHEMERAL: "dynamodb: Query"},
    "api/operations/describe_service": {},
    "api/accounts/exchange_telegram": {
        CORE: "dynamodb: GetItem PutItem UpdateItem",
        LEDGER: "dynamodb: GetItem PutItem",
        "Data/Session": "secretsmanager: GetSecretValue",
        "Data/TelegramBot": "secretsmanager: GetSecretValue",
    },
    "api/accounts/manage_api_keys": {
        CORE: "dynamodb: GetItem PutItem UpdateItem ConditionCheckItem",
        LEDGER: "dynamodb: BatchGetItem",
    },
    "api/accounts/manage_members": {
        CORE: "dynamodb: GetItem PutItem UpdateItem ConditionCheckItem DeleteItem Query",
    },
    "api/catalogue/manage_routing": {CORE: "dynamodb: GetItem PutItem ConditionCheckItem"},
    "api/accounts/manage_workspaces": {CORE: "dynamodb: GetItem PutItem UpdateItem ConditionCheckItem"},
    "api/accounts/read_api_keys": {
        CORE: "dynamodb: Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/money/grant_credits": {CORE: "dynamodb: ConditionCheckItem", LEDGER: "dynamodb: GetItem PutItem UpdateItem"},
    "api/products/manage_products": {
        CORE: "dynamodb: GetItem BatchGetItem PutItem UpdateItem DeleteItem",
        UPLOADS: "s3: GetObject",
    },
    "api/products/read_products": {
        CORE: "dynamodb: GetItem Query",
        UPLOADS: "s3: GetObject",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/products/shop_create_product": {
        **_ACCEPTING_UPLOADS,
        CORE: "dynamodb: BatchGetItem PutItem UpdateItem",
    },
    "api/products/shop_manage_products": {
        CORE: "dynamodb: GetItem BatchGetItem PutItem UpdateItem DeleteItem",
        UPLOADS: "s3: GetObject",
    },
    "api/products/shop_read_products": {
        CORE: "dynamodb: GetItem Query",
        UPLOADS: "s3: GetObject",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/prompt_templates/manage_prompt_templates": {CORE: "dynamodb: GetItem PutItem UpdateItem DeleteItem"},
    "api/money/quote_generation": {
        CORE: "dynamodb: GetItem Query BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
        "Data/TelegramBot": "secretsmanager: GetSecretValue",
    },
    "api/money/read_budgets": {CORE: "dynamodb: GetItem", LEDGER: "dynamodb: GetItem BatchGetItem"},
    "api/generations/list_generations": {
        CORE: "dynamodb: GetItem Query BatchGetItem",
        f"{CORE}/index/generations_by_status": "dynamodb: Query",
        PICTURES: "s3: GetObject",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/export_image": {CORE: "dynamodb: Query", PICTURES: "s3: GetObject PutObject"},
    "api/images/delete_images": {
        CORE: "dynamodb: Query GetItem BatchGetItem UpdateItem PutItem DeleteItem",
        **_REMOVING_PICTURES,
        "Queues/Deletions/Queue": "sqs: SendMessage",
    },
    "api/images/mark_images": {CORE: "dynamodb: BatchGetItem ConditionCheckItem PutItem UpdateItem DeleteItem"},
    "api/images/read_gallery": {
        CORE: "dynamodb: Query BatchGetItem",
        f"{CORE}/index/generations_by_status": "dynamodb: Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/summarise_gallery": {
        CORE: "dynamodb: Query BatchGetItem",
        f"{CORE}/index/generations_by_status": "dynamodb: Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/publish_image": {CORE: "dynamodb: Query GetItem PutItem UpdateItem DeleteItem"},
    "api/images/read_public_gallery": {
        CORE: "dynamodb: Query GetItem BatchGetItem",
        PICTURES: "s3: GetObject",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/manage_shares": {CORE: "dynamodb: Query GetItem PutItem UpdateItem DeleteItem"},
    "api/images/read_shares": {
        CORE: "dynamodb: Query GetItem BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/open_share": {
        CORE: "dynamodb: Query GetItem UpdateItem",
        EPHEMERAL: "dynamodb: UpdateItem",
        PICTURES: "s3: GetObject",
    },
    "api/images/manage_trash": {CORE: "dynamodb: BatchGetItem PutItem UpdateItem DeleteItem"},
    "api/images/read_trash": {
        CORE: "dynamodb: Query BatchGetItem",
        PICTURES: "s3: GetObject",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/request_archive": _ASKING_FOR_ARCHIVES,
    "api/images/shop_download_images": _ASKING_FOR_ARCHIVES,
    "api/generations/read_generations": {
        CORE: "dynamodb: GetItem Query",
        EPHEMERAL: "dynamodb: BatchGetItem",
        PICTURES: "s3: GetObject",
    },
    "api/generations/bot_read_generations": {CORE: "dynamodb: GetItem Query"},
    "api/generations/bot_submit_generation": _SUBMITTING,
    "api/generations/refresh_generation": {
        CORE: "dynamodb: GetItem Query",
        EPHEMERAL: "dynamodb: UpdateItem",
        **_COLLECT_QUEUES,
    },
    "api/images/keep_telegram_file": {CORE: "dynamodb: GetItem Query PutItem"},
    "api/images/show_photo": {CORE: "dynamodb: Query", PICTURES: "s3: GetObject PutObject"},
    "api/money/top_up_users": {
        CORE: "dynamodb: GetItem PutItem ConditionCheckItem",
        LEDGER: "dynamodb: GetItem PutItem UpdateItem",
    },
    "api/money/refund_stars": {
        CORE: "dynamodb: GetItem PutItem ConditionCheckItem",
        LEDGER: "dynamodb: GetItem PutItem UpdateItem",
    },
    "api/money/bot_read_spend": {
        CORE: "dynamodb: Query",
        LEDGER: "dynamodb: BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/money/bot_quote_generation": {
        CORE: "dynamodb: GetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/read_images": {CORE: "dynamodb: Query", PICTURES: "s3: GetObject"},
    "api/accounts/read_workspaces": {
        CORE: "dynamodb: GetItem PutItem Query BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/prompt_templates/read_prompt_templates": {
        CORE: "dynamodb: GetItem Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/money/read_usage": {CORE: "dynamodb: GetItem Query", LEDGER: "dynamodb: GetItem PutItem"},
    "api/money/read_wallet": {
        LEDGER: "dynamodb: GetItem Query PutItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/images/receive_callback": {
        **_COLLECT_QUEUES,
        "Data/Signing": "secretsmanager: GetSecretValue",
        "Data/WavespeedWebhook": "secretsmanager: GetSecretValue",
    },
    "api/money/set_budgets": {
        CORE: "dynamodb: GetItem ConditionCheckItem",
        LEDGER: "dynamodb: GetItem BatchGetItem PutItem UpdateItem",
    },
    "api/generations/retry_image": {**_SUBMITTING, PICTURES: "s3: GetObject"},
    "api/generations/shop_cancel_generation": {
        CORE: "dynamodb: Query GetItem BatchGetItem PutItem UpdateItem DeleteItem",
        LEDGER: "dynamodb: GetItem BatchGetItem PutItem UpdateItem",
        EXECUTIONS: "states: StopExecution",
        **_REMOVING_PICTURES,
        "Queues/Deletions/Queue": "sqs: SendMessage",
    },
    "api/generations/shop_read_generations": {
        CORE: "dynamodb: Query BatchGetItem",
        f"{CORE}/index/generations_by_status": "dynamodb: Query",
        EPHEMERAL: "dynamodb: BatchGetItem",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/generations/shop_start_generation": _SUBMITTING,
    "api/generations/submit_generation": {**_SUBMITTING, PICTURES: "s3: GetObject"},
    "api/generations/workspace_submit_generation": {**_SUBMITTING, PICTURES: "s3: GetObject"},
    "api/generations/workspace_edit_images": {
        **_SUBMITTING,
        INCOMING: "s3: PutObject",
        UPLOADS: "s3: PutObject GetObject",
        PICTURES: "s3: GetObject",
    },
    "api/generations/openai_create_images": {**_ANSWERING_CALLS, PICTURES: "s3: GetObject"},
    "api/generations/openai_edit_images": {
        **_ANSWERING_CALLS,
        INCOMING: "s3: PutObject",
        UPLOADS: "s3: PutObject GetObject",
        PICTURES: "s3: GetObject",
    },
    "api/catalogue/openai_describe_models": {},
    "api/generations/workspace_read_generations": {CORE: "dynamodb: GetItem Query", PICTURES: "s3: GetObject"},
    "api/images/workspace_analyse_image": {
        CORE: "dynamodb: GetItem Query PutItem",
        PICTURES: "s3: GetObject",
        "Data/GoogleKey": "secretsmanager: GetSecretValue",
    },
    "api/images/workspace_await_image": {CORE: "dynamodb: Query", PICTURES: "s3: GetObject"},
    "api/money/workspace_read_usage": {CORE: "dynamodb: Query"},
    "api/operations/workspace_describe_page": {CORE: "dynamodb: Query"},
    "api/generations/workspace_manage_result_cache": {CORE: "dynamodb: GetItem PutItem ConditionCheckItem"},
    "api/accounts/read_users": {CORE: "dynamodb: GetItem PutItem UpdateItem", LEDGER: "dynamodb: GetItem PutItem"},
    "api/accounts/sync_users": {CORE: "dynamodb: GetItem PutItem UpdateItem", LEDGER: "dynamodb: GetItem PutItem"},
    "api/uploads/bot_upload_media": {
        **_ACCEPTING_UPLOADS,
        **{f"Data/{vendor}Key": "secretsmanager: DescribeSecret" for vendor in VENDORS},
    },
    "api/uploads/create_upload": _ACCEPTING_UPLOADS,
    "api/uploads/delete_upload": {CORE: "dynamodb: GetItem UpdateItem DeleteItem", **_REMOVING_UPLOADS},
    "api/uploads/read_uploads": {
        CORE: "dynamodb: GetItem Query UpdateItem",
        UPLOADS: "s3: GetObject",
        "Queues/Uploads/Queue": "sqs: SendMessage",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/uploads/shop_upload_images": _ACCEPTING_UPLOADS,
    "operator/provision_workspace": {CORE: "dynamodb: GetItem PutItem", LEDGER: "dynamodb: GetItem PutItem"},
    "schedules/check_catalogue": {
        CORE: "dynamodb: Query PutItem",
        LEDGER: "dynamodb: Query",
        **{f"Data/{vendor}Key": "secretsmanager: GetSecretValue" for vendor in VENDORS},
        "Queues/Integration/Queue": "sqs: SendMessage",
        "Queues/ScheduleDeadLetters": "sqs: SendMessage",
        "Events/Bus": "events: PutEvents",
    },
    "schedules/reconcile_ledger": {
        CORE: "dynamodb: Query",
        LEDGER: "dynamodb: GetItem Query",
        "Queues/ScheduleDeadLetters": "sqs: SendMessage",
    },
    "api/delivery/read_events": {CORE: "dynamodb: GetItem Query PutItem"},
    "schedules/sweep_generations": {
        EPHEMERAL: "dynamodb: GetItem PutItem UpdateItem",
        CORE: "dynamodb: Query BatchGetItem PutItem UpdateItem GetItem DeleteItem",
        f"{CORE}/index/open_generations_by_attention": "dynamodb: Query",
        LEDGER: "dynamodb: GetItem BatchGetItem PutItem UpdateItem",
        f"{LEDGER}/index/grants_by_expiry": "dynamodb: Query",
        "Queues/Generations/Queue": "sqs: SendMessage",
        "Queues/Integration/Queue": "sqs: SendMessage",
        **_DELIVERING,
        "Queues/ScheduleDeadLetters": "sqs: SendMessage",
        "Events/Bus": "events: PutEvents",
        EXECUTIONS: "states: StopExecution",
    },
    "schedules/sweep_uploads": {
        CORE: "dynamodb: Query GetItem BatchGetItem UpdateItem PutItem DeleteItem",
        f"{CORE}/index/uploads_by_expiry": "dynamodb: Query",
        "Queues/Deletions/Queue": "sqs: SendMessage",
        # Pictures whose time in the trash is over.
        **_REMOVING_PICTURES,
        "Queues/ScheduleDeadLetters": "sqs: SendMessage",
        **_REMOVING_UPLOADS,
    },
    "workers/collect_image:nanobanana": _image_worker("Collect", "Nanobanana"),
    "workers/collect_image:wavespeed": _image_worker("Collect", "Wavespeed"),
    "workers/process_upload": {
        CORE: "dynamodb: GetItem UpdateItem",
        BUCKET: "s3: ListBucket",
        INCOMING: "s3: GetObject DeleteObject",
        UPLOADS: "s3: PutObject DeleteObject",
        "Queues/Uploads/Queue": _CONSUMER,
    },
    "workers/remove_files": {
        CORE: "dynamodb: Query GetItem BatchGetItem DeleteItem UpdateItem",
        **_REMOVING_PICTURES,
        "Queues/Deletions/Queue": _CONSUMER,
    },
    "workers/build_archive": {
        CORE: "dynamodb: Query UpdateItem DeleteItem",
        PICTURES: "s3: GetObject",
        ARCHIVES: "s3: PutObject AbortMultipartUpload DeleteObject DeleteObjectVersion",
        BUCKET: "s3: ListBucketVersions",
        "Queues/Archives/Queue": "sqs: ReceiveMessage DeleteMessage GetQueueAttributes",
    },
    "workers/take_intake": {
        **_SUBMITTING,
        "Queues/Intake/Queue": _HOLDING_CONSUMER,
        "Queues/Intake/DeadLetters": "sqs: SendMessage",
    },
    "workers/run_batch": {
        **_SUBMITTING,
        CORE: f"{_SUBMITTING[CORE]} ConditionCheckItem",
        BATCHES: "s3: GetObject PutObject",
        "Queues/Batches/Queue": f"{_CONSUMER} ChangeMessageVisibility SendMessage",
    },
    "api/generations/submit_batch": {
        CORE: "dynamodb: GetItem PutItem UpdateItem",
        BATCHES: "s3: PutObject",
        "Queues/Batches/Queue": "sqs: SendMessage",
    },
    "api/generations/read_batches": {
        CORE: "dynamodb: GetItem Query",
        BATCHES: "s3: GetObject",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/generations/openai_manage_batch_files": {
        CORE: "dynamodb: GetItem PutItem DeleteItem",
        BATCHES: "s3: PutObject DeleteObject",
    },
    "api/generations/openai_read_batches": {CORE: "dynamodb: GetItem Query", BATCHES: "s3: GetObject"},
    "api/generations/openai_submit_file_batch": {
        CORE: "dynamodb: GetItem PutItem UpdateItem",
        BATCHES: "s3: GetObject PutObject",
        "Queues/Batches/Queue": "sqs: SendMessage",
    },
    "api/generations/change_batch": {
        CORE: "dynamodb: GetItem PutItem UpdateItem",
        "Queues/Batches/Queue": "sqs: SendMessage",
    },
    "operator/bind_sender": {CORE: "dynamodb: GetItem PutItem DeleteItem"},
    "operator/lay_down_data": {CORE: "dynamodb: GetItem PutItem"},
    "operator/redrive_intake": {
        **_SUBMITTING,
        "Queues/Intake/DeadLetters": "sqs: SendMessage ReceiveMessage DeleteMessage",
    },
    "api/delivery/manage_webhooks": {
        CORE: "dynamodb: GetItem BatchGetItem PutItem UpdateItem DeleteItem ConditionCheckItem",
        "Data/Key": "kms: Encrypt",
    },
    "api/delivery/read_webhooks": {
        CORE: "dynamodb: GetItem BatchGetItem Query",
        "Data/Signing": "secretsmanager: GetSecretValue",
    },
    "api/delivery/resend_webhooks": {
        CORE: "dynamodb: GetItem BatchGetItem Query PutItem UpdateItem",
        **_DELIVERING,
    },
    "api/delivery/verify_webhooks": {
        CORE: "dynamodb: GetItem PutItem ConditionCheckItem",
        "Data/Key": "kms: Encrypt",
        "Queues/SlowWebhooks/Queue": "sqs: SendMessage",
    },
    "workers/deliver_webhook": {
        CORE: "dynamodb: GetItem BatchGetItem Query PutItem UpdateItem",
        "Data/Key": "kms: Decrypt Encrypt",
        PICTURES: "s3: GetObject",
        # In other accounts than ours, and nowhere else: `test_destinations.py`.
        "arn:AWS::Partition:sqs:*:*:*?": "sqs: SendMessage",
        "arn:AWS::Partition:events:*:*:event-bus/*?": "events: PutEvents",
        "arn:AWS::Partition:s3:::*/*?": "s3: PutObject",
        **dict.fromkeys(_DELIVERING, f"{_CONSUMER} SendMessage"),
    },
    "workers/publish_events": {
        CORE: "dynamodb: GetItem BatchGetItem Query PutItem UpdateItem DeleteItem",
        EPHEMERAL: "dynamodb: GetItem PutItem UpdateItem",
        **_DELIVERING,
        f"{CORE}#StreamArn": "dynamodb: DescribeStream GetRecords GetShardIterator ListStreams",
        "Events/Bus": "events: PutEvents",
        "Queues/Integration/Queue": "sqs: SendMessage",
        "Queues/OutboxDeadLetters": "sqs: SendMessage",
    },
    "workers/render_image:google": _image_worker("Render", "Google"),
    "workers/render_image:nanobanana": _image_worker("Render", "Nanobanana"),
    "workers/render_image:openai": _image_worker("Render", "Openai"),
    "workers/render_image:sandbox": _image_worker("Render", "Sandbox"),
    "workers/render_image:wavespeed": _image_worker("Render", "Wavespeed"),
    "workers/start_generation": {
        CORE: "dynamodb: GetItem UpdateItem",
        EPHEMERAL: "dynamodb: BatchGetItem",
        "Queues/Generations/Queue": _CONSUMER,
        "Workflow/Machine": "states: StartExecution",
    },
    "workflow/settle_generation": {
        CORE: "dynamodb: Query BatchGetItem PutItem UpdateItem",
        LEDGER: "dynamodb: GetItem BatchGetItem PutItem UpdateItem",
    },
}

WORKFLOW = {
    **_RENDER_QUEUES,
    "Workflow/SettleGeneration/Function": "lambda: InvokeFunction",
}
_NEEDS_NO_RESOURCE = {
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
}


def test_functions_may_do_what_the_table_says_and_nothing_else(production: Synthesized) -> None:
    actual = {folder: _of_function(production, folder) for folder in production.functions}
    assert actual == {folder: _spelled_out(table) for folder, table in FUNCTIONS.items()}


def test_the_state_machine_may_do_what_its_states_do_and_nothing_else(production: Synthesized) -> None:
    role = production.text(production.of_type("AWS::StepFunctions::StateMachine")["Workflow/Machine"]["RoleArn"])
    wide = {f"{action} on *" for action in _NEEDS_NO_RESOURCE}
    assert production.permissions(role) == _spelled_out(WORKFLOW) | wide


def test_there_are_no_other_roles_and_no_managed_policies(production: Synthesized) -> None:
    roles = production.of_type("AWS::IAM::Role")
    assert len(roles) == len(FUNCTIONS) + 1
    for path, role in roles.items():
        assert set(role) <= {"AssumeRolePolicyDocument", "Policies", "Tags"}, path
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        assert production.of_type(kind) == {}, kind


def test_a_role_can_be_taken_on_by_its_own_service_only(production: Synthesized) -> None:
    for path, role in production.of_type("AWS::IAM::Role").items():
        service = "states" if path == "Workflow/Role" else "lambda"
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}, path


def test_the_emulator_gets_other_forms_for_secrets_task_tokens_and_destinations_only(
    production: Synthesized, local: Synthesized
) -> None:
    widened: dict[str, set[str]] = {}
    for folder in production.functions:
        difference = _of_function(local, folder) - _of_function(production, folder)
        widened |= {folder: difference} if difference else {}
    answer_tokens = {"states:SendTaskSuccess on *", "states:SendTaskFailure on *"}
    prefix = "secretsmanager:GetSecretValue on arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:"
    bot = f"{prefix}easel-local/telegram-bot-??????"
    assert widened == {
        **{
            label: {*answer_tokens, f"{prefix}easel-local/{label.partition(':')[2]}-??????"}
            | ({bot} if "render" in label else set())
            # The one that is simulated there: no other could call back to it.
            | ({f"{prefix}easel-local/signing-??????"} if label == "workers/render_image:wavespeed" else set())
            for label in FUNCTIONS
            if ":" in label and not label.endswith(":sandbox")
        },
        "workers/render_image:sandbox": answer_tokens | {bot},
        "api/accounts/authorize_request": {
            f"{prefix}easel-local/session-??????",
            f"{prefix}easel-local/telegram-bot-??????",
        },
        "api/accounts/debug_users": {f"{prefix}easel-local/signing-??????"},
        "realtime/connect": {f"{prefix}easel-local/signing-??????"},
        "api/realtime/create_ticket": {f"{prefix}easel-local/signing-??????"},
        "api/realtime/follow_generation": {f"{prefix}easel-local/signing-??????"},
        "api/accounts/exchange_telegram": {
            f"{prefix}easel-local/session-??????",
            f"{prefix}easel-local/telegram-bot-??????",
        },
        "api/accounts/read_api_keys": {f"{prefix}easel-local/signing-??????"},
        "api/content/read_content_images": {f"{prefix}easel-local/signing-??????"},
        "api/content/submit_content_image": {bot, f"{prefix}easel-local/signing-??????"},
        "api/generations/list_generations": {f"{prefix}easel-local/signing-??????"},
        "api/money/bot_quote_generation": {f"{prefix}easel-local/signing-??????"},
        "api/generations/bot_submit_generation": {bot, f"{prefix}easel-local/signing-??????"},
        "api/generations/studio_submit_generation": {bot, f"{prefix}easel-local/signing-??????"},
        "api/generations/studio_read_generations": {f"{prefix}easel-local/signing-??????"},
        "api/images/read_public_gallery": {f"{prefix}easel-local/signing-??????"},
        "api/images/read_shares": {f"{prefix}easel-local/signing-??????"},
        "api/images/read_trash": {f"{prefix}easel-local/signing-??????"},
        "api/images/read_gallery": {f"{prefix}easel-local/signing-??????"},
        "api/images/summarise_gallery": {f"{prefix}easel-local/signing-??????"},
        "api/money/bot_read_spend": {f"{prefix}easel-local/signing-??????"},
        "api/generations/retry_image": {bot, f"{prefix}easel-local/signing-??????"},
        "api/generations/shop_read_generations": {f"{prefix}easel-local/signing-??????"},
        "api/generations/shop_start_generation": {bot, f"{prefix}easel-local/signing-??????"},
        "api/products/read_products": {f"{prefix}easel-local/signing-??????"},
        "api/products/shop_read_products": {f"{prefix}easel-local/signing-??????"},
        "api/delivery/read_webhooks": {f"{prefix}easel-local/signing-??????"},
        # The emulator has one account, and no condition that tells accounts apart.
        "workers/deliver_webhook": {
            "sqs:SendMessage on arn:AWS::Partition:sqs:*:*:*",
            "events:PutEvents on arn:AWS::Partition:events:*:*:event-bus/*",
            "s3:PutObject on arn:AWS::Partition:s3:::*/*",
        },
        "api/uploads/read_uploads": {f"{prefix}easel-local/signing-??????"},
        "api/prompt_templates/read_prompt_templates": {f"{prefix}easel-local/signing-??????"},
        "api/accounts/read_workspaces": {f"{prefix}easel-local/signing-??????"},
        "api/money/read_wallet": {f"{prefix}easel-local/signing-??????"},
        "api/images/receive_callback": {
            f"{prefix}easel-local/signing-??????",
            f"{prefix}easel-local/wavespeed-webhook-??????",
        },
        "api/money/quote_generation": {bot, f"{prefix}easel-local/signing-??????"},
        **{
            f"api/generations/{name}": {bot, f"{prefix}easel-local/signing-??????"}
            for name in (
                *("submit_generation", "workspace_submit_generation", "workspace_edit_images"),
                *("openai_create_images", "openai_edit_images"),
            )
        },
        "api/images/workspace_analyse_image": {f"{prefix}easel-local/google-??????"},
        "api/uploads/bot_upload_media": {
            f"{prefix}easel-local/{vendor.lower()}-??????".replace("GetSecretValue", "DescribeSecret")
            for vendor in VENDORS
        },
        "workers/run_batch": {bot, f"{prefix}easel-local/signing-??????"},
        "api/generations/read_batches": {f"{prefix}easel-local/signing-??????"},
        "workers/take_intake": {bot, f"{prefix}easel-local/signing-??????"},
        "operator/redrive_intake": {bot, f"{prefix}easel-local/signing-??????"},
        "schedules/check_catalogue": {f"{prefix}easel-local/{vendor.lower()}-??????" for vendor in VENDORS},
    }


@pytest.mark.requirement("X-32")
def test_no_function_may_read_a_picture_without_its_watermark(production: Synthesized) -> None:
    shown = tuple(f"on {prefix}" for prefix in (PICTURES, LENT, INCOMING, UPLOADS, ARCHIVES, BATCHES))
    readers = [
        permission
        for folder in production.functions
        for permission in _of_function(production, folder)
        if permission.startswith("s3:Get") and not permission.endswith(shown)
    ]
    assert readers == []


def test_only_the_api_and_the_clock_may_invoke_functions(production: Synthesized) -> None:
    invokers = {
        (production.text(permission["FunctionName"]), permission["Principal"], "SourceArn" in permission)
        for permission in production.of_type("AWS::Lambda::Permission").values()
    }
    called_by_the_api = {path for folder, path in _paths(production).items() if folder.startswith("api/")}
    called_by_the_api |= {f"Realtime/Live/{name}/Function" for name in ("Connect", "Disconnect", "ReceiveMessage")}
    expected = {(path, "apigateway.amazonaws.com", True) for path in called_by_the_api}
    by_the_clock = (
        "Schedules/SweepGenerations/Function",
        "Schedules/ReconcileLedger/Function",
        "Schedules/CheckCatalogue/Function",
        "Uploads/SweepUploads/Function",
    )
    assert invokers == expected | {(path, "events.amazonaws.com", True) for path in by_the_clock}


def _of_function(stack: Synthesized, folder: str) -> set[str]:
    """What a function may do beside writing its own logs and traces, which every one must be able to do."""
    path = _paths(stack)[folder].removesuffix("/Function")
    own = {f"logs:{action} on {path}/Logs" for action in ("CreateLogStream", "PutLogEvents")}
    own |= {f"xray:{action} on *" for action in ("PutTraceSegments", "PutTelemetryRecords")}
    found = stack.permissions(f"{path}/Role")
    assert own <= found, folder
    return found - own


def _paths(stack: Synthesized) -> dict[str, str]:
    by_identity = {id(function): path for path, function in stack.of_type("AWS::Lambda::Function").items()}
    return {folder: by_identity[id(function)] for folder, function in stack.functions.items()}


def _spelled_out(table: dict[str, str]) -> set[str]:
    """`{"Data/Core": "dynamodb: GetItem Query"}` as one line per action, the way a template is read."""
    lines: set[str] = set()
    for resource, actions in table.items():
        service, _, names = actions.partition(": ")
        lines |= {f"{service}:{name} on {resource}" for name in names.split()}
    return lines
