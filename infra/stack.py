"""The root stack: composes the constructs and defines the outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, CliCredentialsStackSynthesizer, Stack
from infra.constructs import doors
from infra.constructs.api import Api
from infra.constructs.authorizer import Authorizer
from infra.constructs.data import Data
from infra.constructs.delivery import Delivery
from infra.constructs.events import Events
from infra.constructs.foundation import Foundation
from infra.constructs.http_front import HttpFront
from infra.constructs.identity import Identity
from infra.constructs.layers import Layers
from infra.constructs.library import Library
from infra.constructs.nag import answer_lint
from infra.constructs.observability import Observability
from infra.constructs.operators import Operators
from infra.constructs.pictures import Pictures
from infra.constructs.queues import Queues
from infra.constructs.realtime import Realtime
from infra.constructs.routes import RoutedStack
from infra.constructs.schedules import Schedules
from infra.constructs.small_function import FunctionKit
from infra.constructs.sockets import Sockets
from infra.constructs.upload_pipeline import UploadPipeline
from infra.constructs.variables import Variables
from infra.constructs.webhook_worker import WebhookWorker
from infra.constructs.workers import Workers
from infra.constructs.workflow import Workflow
from infra.settings import CANONICAL, StageSettings

from constructs import Construct


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The code to deploy: the folder of the functions, and the zip file of each layer by name."""

    functions: Path
    layers: Mapping[str, Path]


class EaselStack(Stack):
    """All of Easel: one stack, with nested stacks for the functions behind routes.

    Sibling stacks would deadlock over exports when a reference moves. Nested stacks get parameters instead and are
    deployed in one change set.
    """

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, code: Code) -> None:
        super().__init__(
            scope,
            id,
            stack_name=settings.stack_name,
            description=f"Easel {settings.version} ({settings.stage})",
            termination_protection=settings.deletion_protection,
            # The emulator does not need the roles of a bootstrapped account.
            synthesizer=CliCredentialsStackSynthesizer() if settings.emulated else None,
            tags={"application": "easel", "stage": settings.stage.value},
        )
        answer_lint(self)
        self.data = Data(self, "Data", settings=settings)
        self.queues = Queues(self, "Queues", settings=settings)
        self.events = Events(self, "Events", settings=settings)
        self.sockets = Sockets(self, "Sockets", settings=settings)
        self.identity = Identity(self, "Identity", settings=settings)
        self.front = HttpFront(self, "Front", settings=settings, identity=self.identity, pictures=self.data.images)
        if studio := _studio_address(settings, self.front):
            self.identity.open_studio(studio)
        self.pictures = Pictures(self, "Pictures", settings=settings, bucket=self.data.images, edge=self.front.edge)
        kit = FunctionKit(settings=settings, layers=Layers(self, "Layers", archives=code.layers), root=code.functions)
        variables = Variables(
            self,
            settings=settings,
            front=self.front,
            sockets=self.sockets,
            data=self.data,
            pictures=self.pictures,
            queues=self.queues,
            bus=self.events,
        )
        self.workflow = Workflow(self, "Workflow", kit=kit, variables=variables, data=self.data, queues=self.queues)
        self.webhook_worker = WebhookWorker(
            self, "WebhookWorker", kit=kit, variables=variables, data=self.data, queues=self.queues
        )
        self.foundation = foundation = Foundation(
            kit=kit,
            variables=variables,
            front=self.front,
            sockets=self.sockets,
            data=self.data,
            queues=self.queues,
            identity=self.identity,
            workflow=self.workflow,
            bus=self.events,
            webhook_worker=self.webhook_worker,
        )
        self.workers = Workers(self, "Workers", foundation=foundation)
        self.uploads = UploadPipeline(self, "Uploads", foundation=foundation)
        self.schedules = Schedules(self, "Schedules", foundation=foundation)
        self.operators = Operators(self, "Operators", foundation=foundation)
        self.authorizer = Authorizer(self, "Authorizer", foundation=foundation)
        self.api = Api(self, "Api", foundation=foundation, authorizer=self.authorizer)
        self.doors = self._doors(settings)
        self.further = self._further(settings)
        self.functions = (
            *self.api.functions,
            *(self.doors.functions if self.doors else ()),
            *(function for stack in self.further for function in stack.functions),
            self.authorizer.function,
            *self.workers.functions,
            self.webhook_worker.function,
            *self.uploads.functions,
            *self.workflow.functions,
            *self.schedules.functions,
            *self.operators.functions,
        )
        # An emulator has no alarms.
        self.observability = None if settings.emulated else self._observability(settings)
        self._publish_outputs()

    def _doors(self, settings: StageSettings) -> doors.Doors | None:
        if not doors.wanted(settings.doors):
            return None
        return doors.Doors(self, "Doors", foundation=self.foundation, authorizer=self.authorizer)

    def _further(self, settings: StageSettings) -> tuple[RoutedStack, ...]:
        """Rooms of the canonical door for which its own template has no room."""
        if CANONICAL not in settings.doors:
            return ()
        foundation, authorizer = self.foundation, self.authorizer
        return (
            Delivery(self, "Delivery", foundation=foundation, authorizer=authorizer),
            Library(self, "Library", foundation=foundation, authorizer=authorizer),
            Realtime(self, "Realtime", foundation=foundation, authorizer=authorizer),
        )

    def _observability(self, settings: StageSettings) -> Observability:
        return Observability(
            self,
            "Observability",
            settings=settings,
            engine=(self.authorizer.function, *self.workers.engine, *self.workflow.functions),
            queues=self.queues,
            machine=self.workflow.machine,
            http=self.front.http,
            key=self.data.key,
        )

    def _publish_outputs(self) -> None:
        data, queues = self.data, self.queues
        outputs: dict[str, Any] = {
            "ApiUrl": self.front.http.api_endpoint,
            "ApiId": self.front.http.api_id,
            "RealtimeApiId": self.sockets.api.ref,
            "CoreTableName": data.core.table_name,
            "LedgerTableName": data.ledger.table_name,
            "EphemeralTableName": data.ephemeral.table_name,
            "ImagesBucketName": data.images.bucket_name,
            "GenerationsQueueUrl": queues.generations.url,
            "CollectQueueUrls": {provider: queue.url for provider, queue in queues.collect.items()},
            "RenderQueueUrls": {provider: queue.url for provider, queue in queues.render.items()},
            "IntegrationQueueUrl": queues.integration.url,
            "IntakeQueueUrl": queues.intake.url,
            "DeadLetterQueueUrls": {name: queue.queue_url for name, queue in queues.dead_letters.items()},
            "EventBusName": self.events.bus.event_bus_name,
            "StateMachineArn": self.workflow.arn,
            "SigningSecretArn": data.secrets.signing.secret_arn,
            "ProviderSecretArns": {name: secret.secret_arn for name, secret in data.secrets.vendors.items()},
            "WebhookSecretArns": {name: secret.secret_arn for name, secret in data.secrets.webhooks.items()},
            "TelegramBotSecretArn": data.secrets.telegram_bot.secret_arn,
            "UserPoolId": self.identity.users.user_pool_id,
            "UserPoolClientId": self.identity.client.user_pool_client_id,
            "TokenIssuer": self.identity.issuer,
            "ProvisionWorkspaceFunctionName": self.operators.provision_workspace.name,
            "FunctionNames": {function.label: function.name for function in self.functions},
        }
        if self.front.edge and self.front.edge.pages:
            outputs["StudioUrl"] = self.front.edge.url
            outputs["StudioBucketName"] = self.front.edge.pages.bucket.bucket_name
            outputs["SignInUrl"] = f"https://{self.identity.sign_in_host}"
        if self.identity.studio:
            outputs["StudioClientId"] = self.identity.studio.user_pool_client_id
        if self.front.domain_target:
            outputs["DomainTarget"] = self.front.domain_target
        if self.observability:
            outputs["AlarmTopicArn"] = self.observability.topic.topic_arn
        for name, value in outputs.items():
            CfnOutput(self, name, value=value if isinstance(value, str) else self.to_json_string(value))


def _studio_address(settings: StageSettings, front: HttpFront) -> str | None:
    """Where people sign in to the studio: at CloudFront, or at the edge of this machine."""
    if settings.emulated:
        return settings.public_base_url
    return front.edge.url if front.edge and front.edge.pages else None
