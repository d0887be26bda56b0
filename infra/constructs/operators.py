"""Functions that people with an AWS identity call by hand. Nothing else can reach them."""

from infra.constructs.foundation import Foundation
from infra.constructs.small_function import SmallFunction
from infra.constructs.submitting import allow_submitting

from constructs import Construct


class Operators(Construct):
    """The operators' functions; `aws lambda invoke` is their only entrance."""

    def __init__(self, scope: Construct, id: str, *, foundation: Foundation) -> None:
        super().__init__(scope, id)
        data, own = foundation.data, foundation.variables
        self.provision_workspace = SmallFunction(
            self,
            "ProvisionWorkspace",
            kit=foundation.kit,
            folder="operator/provision_workspace",
            timeout_seconds=10,
            env=own.core | own.ledger,
        )
        self.provision_workspace.allow("dynamodb:GetItem", "dynamodb:PutItem", on=data.core.table_arn)
        self.provision_workspace.allow("dynamodb:GetItem", "dynamodb:PutItem", on=data.ledger.table_arn)
        self.bind_sender = SmallFunction(
            self,
            "BindSender",
            kit=foundation.kit,
            folder="operator/bind_sender",
            timeout_seconds=10,
            env=own.core,
        )
        self.bind_sender.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", on=data.core.table_arn)
        self.lay_down_data = SmallFunction(
            self,
            "LayDownData",
            kit=foundation.kit,
            folder="operator/lay_down_data",
            timeout_seconds=20,
            env=own.core,
        )
        self.lay_down_data.allow("dynamodb:GetItem", "dynamodb:PutItem", on=data.core.table_arn)
        self.redrive_intake = self._redrive_intake(foundation)
        self.functions = (self.provision_workspace, self.bind_sender, self.lay_down_data, self.redrive_intake)

    def _redrive_intake(self, foundation: Foundation) -> SmallFunction:
        own, dead_letters = foundation.variables, foundation.queues.intake.dead_letters.queue_arn
        function = SmallFunction(
            self,
            "RedriveIntake",
            kit=foundation.kit,
            folder="operator/redrive_intake",
            timeout_seconds=100,
            env=own.submitting | own.trusted_webhooks | own.intake_dead_letters,
        )
        allow_submitting(function, foundation.data, foundation.queues)
        function.allow("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", on=dead_letters)
        return function
