"""Sets what the emulator's CloudFormation drops without a word, from the very template that was deployed.

Which properties those are is written in this folder's README. On AWS the template alone does it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from infra.local.clients import Clients

SIMULATOR_KEY: Final = "sim-easel-local"
"""What the simulators take for a vendor's key."""

Resource = Mapping[str, Any]


def mend(clients: Clients, stack: str, template: Mapping[str, Any]) -> int:
    """Repeat the dropped properties through the services' own operations. Returns how many were set."""
    ids = _physical_ids(clients, stack)
    done = 0
    for logical_id, resource in template.get("Resources", {}).items():
        mender = _MENDERS.get(resource["Type"])
        if mender is not None and logical_id in ids:
            done += sum(1 for _ in mender(clients, ids[logical_id], resource.get("Properties", {})))
    return done


def set_secret(clients: Clients, secret_arn: str, value: str) -> bool:
    """Write a secret unless it has that value; True when it was written."""
    if clients.secrets.get_secret_value(SecretId=secret_arn).get("SecretString") == value:
        return False
    clients.secrets.put_secret_value(SecretId=secret_arn, SecretString=value)
    return True


def _physical_ids(clients: Clients, stack: str) -> dict[str, str]:
    described = clients.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in described}


def _mend_table(clients: Clients, name: str, properties: Resource) -> Iterator[str]:
    wanted = properties.get("TimeToLiveSpecification")
    if wanted and wanted.get("Enabled"):
        found = clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if found.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
            clients.dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": wanted["AttributeName"]},
            )
            yield "time to live"


def _mend_function(clients: Clients, name: str, properties: Resource) -> Iterator[str]:
    wanted = properties.get("ReservedConcurrentExecutions")
    if wanted is not None:
        found = clients.functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
        if found != int(wanted):
            clients.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(wanted))
            yield "reserved concurrency"


def _mend_http_api(clients: Clients, api_id: str, properties: Resource) -> Iterator[str]:
    wanted = properties.get("CorsConfiguration")
    if wanted and not clients.http_apis.get_api(ApiId=api_id).get("CorsConfiguration"):
        clients.http_apis.update_api(ApiId=api_id, CorsConfiguration=dict(wanted))  # type: ignore[arg-type] # the template has the operation's own keys
        yield "cross-origin rules"


_MENDERS: Final[Mapping[str, Callable[[Clients, str, Resource], Iterator[str]]]] = {
    "AWS::DynamoDB::Table": _mend_table,
    "AWS::Lambda::Function": _mend_function,
    "AWS::ApiGatewayV2::Api": _mend_http_api,
}
