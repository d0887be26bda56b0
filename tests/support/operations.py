"""The functions at work, one operation after the other, over an emulated AWS: which calls does each of them make?

Handlers, composition root and adapters are the ones that ship; only the provider follows a script. What Step Functions
does by itself (the fan-out) is not a call of ours and is not counted.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pytest
from PIL import Image
from tests.functions.api.harness import LAMBDA_CONTEXT, Answer, http_event
from tests.support import validator
from tests.support.aws_calls import AwsCalls, counted_aws_calls
from tests.support.emulator import ACCOUNT, Emulator, unique_name
from tests.support.engine import Behaviour, ScriptedProvider, finished_at_once, refusing, running_for
from tests.support.folders import api_folder
from tests.support.stored_keys import widen_key
from tests.support.streams import in_stream_record
from tests.support.tables import create_core_table, create_ephemeral_table, create_ledger_table

from easel import settings
from easel.clock import system_clock
from easel.domain.provider import RemotePicture
from easel.errors import ProviderErrorClass
from easel.providers import registry
from easel.repositories.delivery.outbox import OUTBOX_ENTITY
from easel.services.images.callback_tickets import CallbackSigner, CallbackTicket
from easel.services.ports.image_tasks import ImageRef
from easel.wiring.secrets import forget as forget_secrets

_MACHINE: Final = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}

Calls = tuple[str, ...]

UNUSED_TOKEN: Final = "a token nobody waits for"


class PictureProvider(ScriptedProvider):
    """Does what the script says and delivers a real picture, which the imaging code can read."""

    def download(self, picture: RemotePicture) -> bytes:
        return self.picture()

    def picture(self) -> bytes:
        """A red png."""
        drawn = io.BytesIO()
        Image.new("RGB", (1024, 1024), "red").save(drawn, "PNG")
        return drawn.getvalue()


class Functions:
    """All functions in one process, and what they work on."""

    def __init__(self, emulator: Emulator) -> None:
        self.provider = PictureProvider()
        self._s3 = emulator.client("s3")
        self._dynamodb = emulator.client("dynamodb")
        self._sqs = emulator.client("sqs")
        self.environment = emulator.environment() | self._resources(emulator)
        self._caller: Mapping[str, Any] = {}
        self._workspace_id = self._api_key = ""

    def _resources(self, emulator: Emulator) -> dict[str, str]:
        queues = {
            name: self._queue(name)
            for name in (
                *("deletions", "generations", "render", "collect", "integration", "uploads"),
                *("webhooks", "slow-webhooks"),
            )
        }
        bucket, bus = unique_name("images"), unique_name("bus")
        emulator.client("s3").create_bucket(Bucket=bucket)
        emulator.client("events").create_event_bus(Name=bus)
        signing = emulator.client("secretsmanager").create_secret(Name=unique_name("signing"), SecretString="key")
        machine = emulator.client("stepfunctions").create_state_machine(
            name=unique_name("machine"), definition=json.dumps(_MACHINE), roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine"
        )
        return {
            "CORE_TABLE_NAME": create_core_table(self._dynamodb),
            "LEDGER_TABLE_NAME": create_ledger_table(self._dynamodb),
            "EPHEMERAL_TABLE_NAME": create_ephemeral_table(self._dynamodb),
            "IMAGES_BUCKET_NAME": bucket,
            "IMAGES_BASE_URL": "",
            "UPLOADS_QUEUE_URL": queues["uploads"],
            "UPLOAD_SCAN": "false",
            "EVENT_BUS_NAME": bus,
            "GENERATIONS_QUEUE_URL": queues["generations"],
            "RENDER_QUEUE_URLS": json.dumps({"wavespeed": queues["render"]}),
            "COLLECT_QUEUE_URLS": json.dumps({"wavespeed": queues["collect"]}),
            "ROUTING": json.dumps({"providers": ["wavespeed"], "preferred": [], "fallback": "same-model"}),
            "WORKER_SECONDS": "120",
            "WORKER_MEMORY_MB": "512",
            "INTEGRATION_QUEUE_URL": queues["integration"],
            "DELETIONS_QUEUE_URL": queues["deletions"],
            "WEBHOOKS_QUEUE_URL": queues["webhooks"],
            "SLOW_WEBHOOKS_QUEUE_URL": queues["slow-webhooks"],
            "STATE_MACHINE_ARN": machine["stateMachineArn"],
            "SIGNING_SECRET_ARN": signing["ARN"],
            "SESSION_SECRET_ARN": signing["ARN"],
            "TELEGRAM_BOT_SECRET_ARN": signing["ARN"],
            "INIT_DATA_MAX_AGE_SECONDS": "86400",
            "INTERNAL_NETWORKS": "",
            "STUDIO_MODEL": "sandbox",
            "CONTENT_BASE_URL": "https://easel.example",
            "EASEL_DOORS": "canonical,bot",
            "TOKEN_ISSUERS": "[]",
            "PROVIDER_SETTINGS": json.dumps({"wavespeed": {}}),
            "REFERENCE_TRUSTED_ORIGINS": "",
            "WEBHOOK_TRUSTED_ORIGINS": "",
            "TELEGRAM_API_URL": "https://api.telegram.org",
            "ADDRESS_KEY_ID": emulator.client("kms").create_key()["KeyMetadata"]["Arn"],
            "PUBLIC_BASE_URL": "https://easel.example",
            "TRIAL_CREDITS": "5",
            "TRIAL_DAYS": "30",
            "TRASH_DAYS": "30",
            "STARS_RATE": "1/10",
            "STARS_MINIMUM": "10",
            "RATE_LIMIT_USER_PER_MINUTE": "60",
            "RATE_LIMIT_WORKSPACE_PER_HOUR": "1000",
            "RATE_LIMIT_ADDRESS_PER_MINUTE": "100",
        }

    def _queue(self, name: str) -> str:
        return self._sqs.create_queue(QueueName=unique_name(name))["QueueUrl"]

    # --- calling functions ------------------------------------------------------------------------------------------

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Run a function as Lambda would. Raises AssertionError when it reports a failed message."""
        handler = importlib.import_module(f"functions.{function.replace('/', '.')}.handler")
        answer = handler.lambda_handler(event, LAMBDA_CONTEXT)
        if "rawPath" in event and "statusCode" in answer:
            described = Answer.of(answer)
            validator.check(event["requestContext"]["http"]["method"], event["rawPath"], described)
        assert not (isinstance(answer, dict) and answer.get("batchItemFailures")), f"{function} failed"
        return answer

    def request(self, function: str, method: str, path: str, expected: int = 200, **options: Any) -> Any:
        """Call a route with the key of the workspace; gives the body."""
        event = http_event(method, path, authorizer=self._caller, **options)
        answer = self.invoke(api_folder(function), event)
        assert answer["statusCode"] == expected, answer
        return json.loads(answer["body"]) if answer.get("body") else None

    def message(self, function: str, queue_url: str, body: Mapping[str, Any]) -> Any:
        """Hand a message to a worker, as the event source mapping would."""
        self._sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))
        (received,) = self._sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=5)["Messages"]
        record = {
            "messageId": received["MessageId"],
            "receiptHandle": received["ReceiptHandle"],
            "body": json.dumps(body),
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue",
            "awsRegion": "us-east-1",
        }
        return self.invoke(f"workers/{function}", {"Records": [record]})

    # --- operations -------------------------------------------------------------------------------------------------

    def provision(self) -> None:
        names = {"workspaceName": "bench", "ownerName": "bench", "keyName": "bench", "credits": 100}
        made = self.invoke("operator/provision_workspace", names)
        self._workspace_id, self._api_key = made["workspaceId"], made["apiKey"]

    def authorize(self) -> None:
        event = http_event("GET", "/", headers={"Authorization": f"Bearer {self._api_key}"}, authorizer=None)
        self._caller = self.invoke("api/accounts/authorize_request", event)["context"]
        assert "principal" in self._caller, self._caller

    def submit(self, key: str = "", expected: int = 202, **changes: Any) -> Any:
        body = {"prompt": "a red fox", "model": "seedream-v4", "size": "1024x1024"} | changes
        headers = {"Idempotency-Key": key} if key else {}
        path = "/api/v1/generations"
        return self.request("submit_generation", "POST", path, expected, body=body, headers=headers)

    def status(self, generation: Mapping[str, Any]) -> Any:
        return self.request("read_generations", "GET", f"/api/v1/generations/{generation['id']}")

    def list(self, query: str = "limit=1") -> Any:
        return self.request("list_generations", "GET", "/api/v1/generations", query=query)

    def cancel(self, generation: Mapping[str, Any]) -> Any:
        return self.request("cancel_generation", "POST", f"/api/v1/generations/{generation['id']}/cancel")

    def show_image(self, generation: Mapping[str, Any], expected: int = 200) -> Any:
        path = f"/api/v1/images/{generation['images'][0]['id']}"
        return self.request("read_images", "GET", path, expected, headers={"Accept": "application/json"})

    def mark(self, generation: Mapping[str, Any], **change: Any) -> Any:
        body = {"imageIds": [generation["images"][0]["id"]], **change}
        return self.request("mark_images", "POST", "/api/v1/gallery/marks", body=body)

    def gallery(self, path: str, query: str = "") -> Any:
        function = "summarise_gallery" if path else "read_gallery"
        return self.request(function, "GET", f"/api/v1/gallery{path}", query=query)

    def start(self, generation: Mapping[str, Any]) -> None:
        body = {
            "workspaceId": self._workspace_id,
            "generationId": generation["id"],
            "requestId": "test-request",
            "model": "seedream-v4",
            "images": 1,
            "deadlineSeconds": 180,
        }
        self.message("start_generation", self.environment["GENERATIONS_QUEUE_URL"], body)

    def render(self, generation: Mapping[str, Any], behaviour: Behaviour, *, task_token: str = UNUSED_TOKEN) -> None:
        self.provider.script.append(behaviour)
        named = {"provider": "wavespeed", "model": "seedream-v4", "taskToken": task_token}
        body = self._image(generation) | named
        (queue_url,) = json.loads(self.environment["RENDER_QUEUE_URLS"]).values()
        self.message("render_image", queue_url, body)

    def collect(self, generation: Mapping[str, Any], polls: int) -> None:
        body = self._image(generation) | {"provider": "wavespeed", "polls": polls}
        self.message("collect_image", self._collect_queue_url(), body)

    def _collect_queue_url(self) -> str:
        urls: dict[str, str] = json.loads(self.environment["COLLECT_QUEUE_URLS"])
        return urls["wavespeed"]

    def call_back(self, generation: Mapping[str, Any]) -> None:
        """As the vendor does it, for the image that was rendered last."""
        ref, attempt_id = self._ref(generation), self.provider.tasks[-1].attempt_id
        signer = CallbackSigner(lambda: [b"key"], system_clock)
        ticket = signer.sign("wavespeed", CallbackTicket(ref, attempt_id), system_clock() + timedelta(minutes=1))
        path, body = "/api/v1/callbacks/wavespeed", f"job-{len(self.provider.jobs)}"
        self.request("receive_callback", "POST", path, 204, query=f"t={ticket}", body=body)

    def follow(self, generation: Mapping[str, Any]) -> None:
        """What the queue then delivers."""
        hint = {"attemptId": self.provider.tasks[-1].attempt_id, "jobId": f"job-{len(self.provider.jobs)}"}
        body = self._image(generation) | {"provider": "wavespeed", "hint": {"provider": "wavespeed", **hint}}
        self.message("collect_image", self._collect_queue_url(), body)

    def empty_collect_queue(self) -> None:
        self._sqs.purge_queue(QueueUrl=self._collect_queue_url())

    def settle(self, generation: Mapping[str, Any]) -> None:
        self.invoke("workflow/settle_generation", self._image(generation))

    def publish(self) -> None:
        """The stream's first outbox record, whichever that is."""
        items = self._dynamodb.scan(TableName=self.environment["CORE_TABLE_NAME"])["Items"]
        waiting = next(item for item in items if item.get("entity") == {"S": OUTBOX_ENTITY})
        change = {"NewImage": in_stream_record(waiting), "SequenceNumber": "1", "StreamViewType": "NEW_AND_OLD_IMAGES"}
        record = {"eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change}
        self.invoke("workers/publish_events", {"Records": [record]})

    # --- money ------------------------------------------------------------------------------------------------------

    def may(self, *scopes: str) -> None:
        """Give the caller further scopes, as a key or role would."""
        principal = json.loads(self._caller["principal"])
        principal["scopes"] = sorted({*principal["scopes"], *scopes})
        self._caller = {**self._caller, "principal": json.dumps(principal)}
        widen_key(self._dynamodb, self.environment["CORE_TABLE_NAME"], self._caller)

    def own_costs(self) -> None:
        """Let the caller own the workspace, so that it sees what providers take."""
        principal = json.loads(self._caller["principal"]) | {"roles": ["owner"]}
        self._caller = {**self._caller, "principal": json.dumps(principal)}

    def wallet(self, path: str = "") -> Any:
        return self.request("read_wallet", "GET", f"/api/v1/wallet{path}")

    def give(self, grant_id: str, credits: int, expected: int = 201) -> Any:
        body = {"id": grant_id, "kind": "purchase" if credits > 0 else "adjustment", "credits": credits}
        return self.request("grant_credits", "POST", "/api/v1/wallet/grants", expected, body=body)

    def quote(self) -> Any:
        body = {"prompt": "a red fox", "model": "seedream-v4"}
        return self.request("quote_generation", "POST", "/api/v1/quotes", body=body)

    # --- prompt templates -------------------------------------------------------------------------------------------

    def template(self, method: str, path: str = "", expected: int = 200, body: Any = None) -> Any:
        changing = method in {"PUT", "DELETE"} or (method == "POST" and not path.endswith("/render"))
        function = "manage_prompt_templates" if changing else "read_prompt_templates"
        return self.request(function, method, f"/api/v1/prompt-templates{path}", expected, body=body)

    # --- uploads ----------------------------------------------------------------------------------------------------

    def upload(self, method: str, path: str = "", expected: int = 200, body: Any = None) -> Any:
        function = {"GET": "read_uploads", "POST": "create_upload", "DELETE": "delete_upload"}[method]
        return self.request(function, method, f"/api/v1/uploads{path}", expected, body=body)

    def put(self, key: str, data: bytes) -> None:
        """What a form does that a ticket allows."""
        self._s3.put_object(Bucket=self.environment["IMAGES_BUCKET_NAME"], Key=key, Body=data)

    # --- products ---------------------------------------------------------------------------------------------------

    def product(self, method: str, path: str = "", expected: int = 200, body: Any = None) -> Any:
        function = "read_products" if method == "GET" else "manage_products"
        return self.request(function, method, f"/api/v1/products{path}", expected, body=body)

    def usage(self, path: str = "") -> Any:
        return self.request("read_usage", "GET", f"/api/v1/usage{path}")

    def data(self, path: str, query: str = "") -> Any:
        return self.request("read_usage", "GET", f"/api/v1/data/{path}", query=query)

    def set_budget(self, credits: int) -> Any:
        return self.request("set_budgets", "PUT", "/api/v1/budgets/workspace", body={"credits": credits})

    def budget(self) -> Any:
        return self.request("read_budgets", "GET", "/api/v1/budgets/workspace")

    def reconcile(self) -> Any:
        return self.invoke("schedules/reconcile_ledger", {"workspaceIds": [self._workspace_id]})

    def sweep(self) -> None:
        self.invoke("schedules/sweep_generations", {})

    def _ref(self, generation: Mapping[str, Any]) -> ImageRef:
        return ImageRef(self._workspace_id, generation["id"], 0)

    def _image(self, generation: Mapping[str, Any]) -> dict[str, Any]:
        names = {"workspaceId": self._workspace_id, "generationId": generation["id"]}
        return {**names, "index": 0, "requestId": "test-request"}


@contextmanager
def functions_over(emulator: Emulator) -> Iterator[tuple[Functions, AwsCalls]]:
    """The functions with fresh clients and settings, and the count of their calls."""
    functions = Functions(emulator)
    with pytest.MonkeyPatch.context() as patch, counted_aws_calls() as calls:
        for name, value in functions.environment.items():
            patch.setenv(name, value)
        patch.setattr(registry, "FACTORIES", {"wavespeed": lambda _: functions.provider})
        _forget_everything()
        yield functions, calls
        _forget_everything()


def _forget_everything() -> None:
    """A new process has read no settings and made no clients."""
    settings.forget()
    forget_secrets()
    for name in [name for name in sys.modules if name.startswith("easel.wiring.")]:
        for value in vars(sys.modules[name]).values():
            if callable(getattr(value, "cache_clear", None)):
                value.cache_clear()


def measure(emulator: Emulator) -> dict[str, Calls]:
    """Every operation once, in the order of a generation's life; its calls by name."""
    found: dict[str, Calls] = {}
    with functions_over(emulator) as (functions, calls):

        def note(name: str, action: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
            answers: list[Any] = []
            found[name] = calls.during(lambda: answers.append(action(*arguments, **options)))
            return answers[0]

        _measure_front_doors(functions, note)
        _measure_products(functions, note)
        _measure_uploads(functions, note)
        _measure_templates(functions, note)
        _measure_workers(functions, note)
        _measure_money(functions, note)
    return found


def _measure_front_doors(functions: Functions, note: Callable[..., Any]) -> None:
    note("make a workspace", functions.provision)
    note("check a key, new to the process", functions.authorize)
    note("check a key again", functions.authorize)
    note("submit", functions.submit)
    first = note("submit with a key", functions.submit, "once")
    note("submit it again", functions.submit, "once")
    note("submit what is refused", functions.submit, expected=400, size="1x1")
    note("status, new to the process", functions.status, first)
    note("status", functions.status, first)
    note("list, new to the process", functions.list)
    note("list", functions.list)
    note("list by status", functions.list, "limit=1&status=PENDING")
    note("picture that is being made", functions.show_image, first, 202)
    note("cancel", functions.cancel, first)


def _measure_uploads(functions: Functions, note: Callable[..., Any]) -> None:
    ticket = note("announce an upload", functions.upload, "POST", expected=201, body={"contentType": "image/png"})
    arrived = {"workspaceId": ticket["fields"]["key"].split("/")[1], "uploadId": ticket["uploadId"]}
    note("upload that is awaited", functions.upload, "GET", f"/{ticket['uploadId']}")
    functions.put(ticket["fields"]["key"], functions.provider.picture())
    queue = functions.environment["UPLOADS_QUEUE_URL"]
    note("check what arrived", functions.message, "process_upload", queue, arrived)
    note("check it again", functions.message, "process_upload", queue, arrived)
    note("upload", functions.upload, "GET", f"/{ticket['uploadId']}")
    note("uploads", functions.upload, "GET")
    note("delete an upload", functions.upload, "DELETE", f"/{ticket['uploadId']}", 204)


def _measure_products(functions: Functions, note: Callable[..., Any]) -> None:
    made = note("create a product", functions.product, "POST", expected=201, body={"name": "mug"})
    path = f"/{made['id']}"
    note("product", functions.product, "GET", path)
    note("products", functions.product, "GET")
    note("change a product", functions.product, "PUT", path, body={"name": "cup"})
    note("change it to the same product", functions.product, "PUT", path, body={"name": "cup"})
    note("delete a product", functions.product, "DELETE", path, 204)


def _measure_templates(functions: Functions, note: Callable[..., Any]) -> None:
    shot = {"id": "side", "name": "Side", "text": "A {shoe}, from the side."}
    words = {"name": "Shoes", "variables": [{"name": "shoe", "required": True}], "shots": [shot]}
    product = {"id": "product-shots", "variables": {"name": "mug"}}
    made = note("make a template", functions.template, "POST", expected=201, body=words)
    changed, path = words | {"name": "Boots"}, f"/{made['id']}"
    note("change a template", functions.template, "PUT", path, body=changed)
    note("change it to the same", functions.template, "PUT", path, body=changed)
    note("templates", functions.template, "GET")
    note("template", functions.template, "GET", path)
    note("template that ships", functions.template, "GET", "/product-shots")
    note("try a template", functions.template, "POST", f"{path}/render", body={"variables": {"shoe": "clog"}})
    note("submit with what ships", functions.submit, prompt=None, size=None, template=product)
    own = {"id": made["id"], "variables": {"shoe": "clog"}}
    note("submit with an own template", functions.submit, prompt=None, template=own)
    note("remove a template", functions.template, "DELETE", path, 204)


def _measure_workers(functions: Functions, note: Callable[..., Any]) -> None:
    done, polled, failed = (functions.submit() for _ in range(3))
    note("start", functions.start, done)
    for generation in (polled, failed):
        functions.start(generation)
    note("render, delivered at once", functions.render, done, finished_at_once)
    note("render, job begun", functions.render, polled, running_for(1))
    note("collect, still running", functions.collect, polled, 1)
    note("collect, delivered", functions.collect, polled, 2)
    called_back = functions.submit()
    functions.start(called_back)
    functions.render(called_back, running_for(0))
    note("callback", functions.call_back, called_back)
    functions.empty_collect_queue()
    note("follow a callback", functions.follow, called_back)
    note("follow it again", functions.follow, called_back)
    note("render, refused", functions.render, failed, refusing(ProviderErrorClass.CONTENT))
    note("settle, delivered", functions.settle, done)
    note("settle, failed", functions.settle, failed)
    note("tell of an end", functions.publish)
    note("picture", functions.show_image, done)
    note("mark a picture", functions.mark, done, favourite=True, addTags=["fox"])
    note("mark it again", functions.mark, done, favourite=True)
    functions.gallery("", "favourite=true")
    note("favourites", functions.gallery, "", "favourite=true")
    note("tags", functions.gallery, "/tags")
    note("sweep, nothing to do", functions.sweep)


def _measure_money(functions: Functions, note: Callable[..., Any]) -> None:
    functions.may("wallet:read", "wallet:grant", "workspace:admin")
    note("wallet", functions.wallet)
    note("statement", functions.wallet, "/entries")
    note("give credits", functions.give, "first", 100)
    note("give them again", functions.give, "first", 100, expected=200)
    note("take credits back", functions.give, "second", -10)
    note("quote", functions.quote)
    note("usage", functions.usage)
    note("own usage", functions.usage, "/me")
    note("analytics", functions.data, "analytics")
    note("dashboard", functions.data, "dashboard")
    note("set a budget", functions.set_budget, 500)
    note("budget", functions.budget)


def as_table(measured: Mapping[str, Calls]) -> str:
    """One line per operation: name, number, calls; the same call several times in a row is written once."""
    width = max(len(name) for name in measured)
    lines = [f"{name:{width}}  {len(calls):2}  {_in_words(calls)}".rstrip() for name, calls in measured.items()]
    return "\n".join(lines)


def _in_words(calls: Calls) -> str:
    words: list[list[Any]] = []
    for call in calls:
        name = call.partition(":")[2]
        if words and words[-1][0] == name:
            words[-1][1] += 1
        else:
            words.append([name, 1])
    return ", ".join(name if count == 1 else f"{count} x {name}" for name, count in words)
