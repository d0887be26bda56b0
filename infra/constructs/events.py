"""The bus on which Easel tells other systems what happened."""

from aws_cdk import aws_events as events
from infra.settings import StageSettings

from constructs import Construct


class Events(Construct):
    """The event bus. Receivers add rules of their own to it."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.bus = events.EventBus(self, "Bus", event_bus_name=settings.stack_name)
