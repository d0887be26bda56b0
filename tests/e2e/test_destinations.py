"""A customer's queue, bus and bucket on the deployed stack: verified, then a generation's end and its picture."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.conftest import Studio
from tests.support.cloud import wait_for
from tests.support.emulator import ACCOUNT, REGION

from easel.domain.deliveries import body_of

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef

pytestmark = pytest.mark.requirement("M-8", "M-9", "M-10")


class Customer:
    """Somebody with two queues, a bus that a rule leads from to the second one, and a bucket."""

    def __init__(self, studio: Studio) -> None:
        aws, self._api = studio.cloud.aws, studio.api
        self.name = f"customer-{secrets.token_hex(4)}"
        self._sqs, self._s3, events = aws.client("sqs"), aws.client("s3"), aws.client("events")
        self._urls = {
            way: self._sqs.create_queue(QueueName=f"{self.name}-{way}")["QueueUrl"] for way in ("queue", "bus")
        }
        self.bus_arn = events.create_event_bus(Name=self.name)["EventBusArn"]
        events.put_rule(Name=self.name, EventBusName=self.name, EventPattern=json.dumps({"source": ["easel"]}))
        target: TargetTypeDef = {"Id": "queue", "Arn": self.queue_arn("bus")}
        events.put_targets(Rule=self.name, EventBusName=self.name, Targets=[target])
        self._s3.create_bucket(Bucket=self.name)

    def queue_arn(self, way: str) -> str:
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}-{way}"

    def arrived(self, way: str) -> dict[str, Any]:
        """The next message of this queue."""

        def receive() -> dict[str, Any] | None:
            found = self._sqs.receive_message(QueueUrl=self._urls[way], MessageAttributeNames=["All"])
            for message in found.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._urls[way], ReceiptHandle=message["ReceiptHandle"])
                return dict(message)
            return None

        return wait_for(receive, within_seconds=60, what=f"something arrives by the {way}")

    def written(self, key: str) -> bytes:
        """An object of the bucket."""

        def read() -> bytes | None:
            found = self._s3.list_objects_v2(Bucket=self.name, Prefix=key)
            return self._s3.get_object(Bucket=self.name, Key=key)["Body"].read() if found["KeyCount"] else None

        return wait_for(read, within_seconds=60, what=f"{key} is in the bucket")

    def create(self, **body: Any) -> str:
        """A new endpoint, to which a code is sent."""
        made = self._api.post("/api/v1/webhooks", json={**body, "eventTypes": ["generation.completed"]})
        assert made.status_code == 201, made.text
        webhook_id: str = made.json()["id"]
        assert self._api.post(f"/api/v1/webhooks/{webhook_id}/send-code").status_code == 202
        return webhook_id

    def verify(self, webhook_id: str, event: Any) -> None:
        """Give back the code of this event."""
        code = event["data"]["verification"]["code"]
        verified = self._api.post(f"/api/v1/webhooks/{webhook_id}/verify", json={"code": code})
        assert (verified.status_code, verified.json()["enabled"]) == (200, True), verified.text


def test_an_end_is_told_to_a_queue_and_a_bus_and_its_picture_copied_to_a_bucket(own_studio: Studio) -> None:
    customer = Customer(own_studio)
    queue = customer.create(type="sqs", arn=customer.queue_arn("queue"))
    customer.verify(queue, json.loads(customer.arrived("queue")["Body"]))
    bus = customer.create(type="eventbridge", arn=customer.bus_arn)
    customer.verify(bus, json.loads(customer.arrived("bus")["Body"])["detail"])
    bucket = customer.create(type="s3", arn=f"arn:aws:s3:::{customer.name}", accountId=ACCOUNT, prefix="easel/")
    customer.verify(bucket, json.loads(customer.written(f"easel/easel-verification/{bucket}.json")))

    generation = own_studio.generate(model="sandbox", prompt="a red fox")

    message = customer.arrived("queue")
    event = json.loads(message["Body"])
    assert (event["type"], event["data"]["id"]) == ("generation.completed", generation["id"])
    assert message["MessageAttributes"]["eventId"]["StringValue"] == event["id"]
    assert json.loads(customer.arrived("bus")["Body"])["detail"] == event
    start = f"easel/{generation['id']}"
    assert customer.written(f"{start}/event.json") == message["Body"].encode()
    picture = own_studio.api.get(generation["images"][0]["permalink"], follow_redirects=True)
    assert customer.written(f"{start}/0.png") == picture.content

    def told() -> Any:
        logged = own_studio.api.get("/api/v1/events", params={"types": "results.delivered"}).json()["events"]
        return [found for found in logged if found["data"]["id"] == generation["id"]]

    (results,) = wait_for(told, within_seconds=60, what="the log says where the results are")
    assert results["data"]["results"]["files"][0]["key"] == f"{start}/0.png"
    # Owners see in the log what providers take, which no delivery tells.
    assert body_of(own_studio.api.get(f"/api/v1/events/{event['id']}").text) == message["Body"]
