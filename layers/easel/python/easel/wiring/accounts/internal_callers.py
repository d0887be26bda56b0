"""Callers without a credential of ours."""

from collections.abc import Callable

from easel import settings
from easel.repositories.accounts.senders import DynamoSenders
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.services.accounts.internal_callers import InternalCallers
from easel.services.accounts.principal import Principal
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def internal_callers(env: CoreTable) -> InternalCallers:
    """Find the member that an operator has bound to a sender."""
    return InternalCallers(
        senders=DynamoSenders(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
    )


def signers(env: type[CoreTable]) -> Callable[[str], Principal | None]:
    """For functions whose requests are signed; the environment is read with the first such request."""

    def find(signer: str) -> Principal | None:
        return internal_callers(settings.load(env))(signer)

    return find
