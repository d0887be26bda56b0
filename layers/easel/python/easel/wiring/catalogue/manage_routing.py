"""The routing settings of workspaces."""

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.catalogue.routing_defaults import DynamoRoutingDefaults
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.catalogue.manage_routing import ManageRouting
from easel.wiring.accounts.standing import standing
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def manage_routing(env: CoreTable) -> ManageRouting:
    """Read and replace a workspace's settings."""
    return ManageRouting(
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        settings=DynamoRoutingDefaults(dynamodb(), env.CORE_TABLE_NAME),
        catalogue=load_catalogue(),
        standing=standing(env),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )
