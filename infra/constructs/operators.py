"""Functions that people with an AWS identity call by hand. Nothing else can reach them."""

from infra.constructs.foundation import Foundation
from infra.constructs.small_function import SmallFunction

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
        self.provision_workspace.allow("dynamodb:PutItem", on=data.ledger.table_arn)
        self.functions = (self.provision_workspace,)
