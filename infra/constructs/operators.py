"""Functions that people with an AWS identity call by hand. Nothing else can reach them."""

from infra.constructs.data import Data
from infra.constructs.small_function import FunctionKit, SmallFunction

from constructs import Construct


class Operators(Construct):
    """The operators' functions; `aws lambda invoke` is their only entrance."""

    def __init__(self, scope: Construct, id: str, *, kit: FunctionKit, data: Data) -> None:
        super().__init__(scope, id)
        self.provision_workspace = SmallFunction(
            self,
            "ProvisionWorkspace",
            kit=kit,
            folder="operator/provision_workspace",
            timeout_seconds=10,
            env={"CORE_TABLE_NAME": data.core.table_name, "LEDGER_TABLE_NAME": data.ledger.table_name},
        )
        self.provision_workspace.allow("dynamodb:GetItem", "dynamodb:PutItem", on=data.core.table_arn)
        self.provision_workspace.allow("dynamodb:PutItem", on=data.ledger.table_arn)
        self.functions = (self.provision_workspace,)
