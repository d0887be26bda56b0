"""Accepts a generation as a tutorial would: the same libraries, one conditional write, one message, no promises.

No identity, idempotency, price, limits, budgets, references or pictures. What submitting takes more than this is what
those cost.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

logger = Logger(service="plain")
metrics = Metrics(namespace="Plain", service="plain")
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.client("dynamodb")
queue = boto3.client("sqs")


class Wanted(BaseModel):
    """The body of a request."""

    prompt: str = Field(min_length=1, max_length=4_000)
    model: str
    n: int = Field(default=1, ge=1, le=10)


@app.post("/api/v1/generations")
def submit(wanted: Wanted) -> tuple[dict[str, Any], int]:
    made = {"id": str(uuid.uuid4()), "status": "queued", **wanted.model_dump()}
    item = {"pk": {"S": f"PLAIN#{made['id']}"}, "sk": {"S": "GENERATION"}, "prompt": {"S": wanted.prompt}}
    table.put_item(TableName=os.environ["CORE_TABLE_NAME"], Item=item, ConditionExpression="attribute_not_exists(pk)")
    queue.send_message(QueueUrl=os.environ["PLAIN_QUEUE_URL"], MessageBody=made["id"])
    metrics.add_metric(name="Accepted", unit=MetricUnit.Count, value=1)
    logger.info("accepted")
    return made, 202


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
