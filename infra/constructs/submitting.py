"""What a function needs that submits generations, behind a route or a queue."""

from infra.constructs.data import Data
from infra.constructs.queues import Queues
from infra.constructs.small_function import SmallFunction


def allow_submitting(function: SmallFunction, data: Data, queues: Queues) -> None:
    """Let a function submit generations."""
    # Of the bot only whose it is: its workspace may name references by their Telegram file id.
    function.allow("secretsmanager:GetSecretValue", on=[data.secrets.signing_arn, data.secrets.telegram_bot_arn])
    function.allow("kms:Encrypt", on=data.key.key_arn)
    function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=data.ledger.table_arn)
    function.allow("dynamodb:GetItem", "dynamodb:Query", on=data.core.table_arn)
    function.allow("dynamodb:PutItem", "dynamodb:UpdateItem", on=data.core.table_arn)
    # Uploads that are references.
    function.allow("dynamodb:BatchGetItem", on=data.core.table_arn)
    function.allow("sqs:SendMessage", on=queues.generations.arn)
