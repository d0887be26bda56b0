"""What the root stack shares with every group of functions, nested stacks included."""

from dataclasses import dataclass

from infra.constructs.data import Data
from infra.constructs.events import Events
from infra.constructs.http_front import HttpFront
from infra.constructs.identity import Identity
from infra.constructs.queues import Queues
from infra.constructs.small_function import FunctionKit
from infra.constructs.sockets import Sockets
from infra.constructs.variables import Variables
from infra.constructs.webhook_worker import WebhookWorker
from infra.constructs.workflow import Workflow
from infra.settings import StageSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """The constructs of the root stack that functions are wired to. A nested stack receives them as parameters."""

    kit: FunctionKit
    variables: Variables
    front: HttpFront
    sockets: Sockets
    data: Data
    queues: Queues
    identity: Identity
    workflow: Workflow
    bus: Events
    webhook_worker: WebhookWorker

    @property
    def settings(self) -> StageSettings:
        return self.kit.settings
