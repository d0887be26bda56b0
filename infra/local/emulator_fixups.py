"""Sets properties that the emulator's CloudFormation ignores, from the deployed templates.

The README of this folder lists them. On AWS the templates set them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from infra.local.clients import Clients

SIMULATOR_KEY: Final = "sim-easel-local"
"""An API key that the simulators accept."""

Resource = Mapping[str, Any]
_NESTED_STACK: Final = "AWS::CloudFormation::Stack"


def apply_fixups(clients: Clients, stack: str) -> int:
    """Set the ignored properties of a stack and its nested stacks by API. Returns the number of changes."""
    ids = _physical_ids(clients, stack)
    template: Mapping[str, Any] = clients.cloudformation.get_template(StackName=stack)["TemplateBody"]
    count = 0
    for logical_id, resource in template.get("Resources", {}).items():
        if logical_id not in ids:
            continue
        if resource["Type"] == _NESTED_STACK:
            count += apply_fixups(clients, ids[logical_id])
        elif fixup := _FIXUPS.get(resource["Type"]):
            count += sum(1 for _ in fixup(clients, ids[logical_id], resource.get("Properties", {})))
    return count


def set_secret(clients: Clients, secret_arn: str, value: str) -> bool:
    """Write a secret unless it has that value; True when it was written."""
    if clients.secrets.get_secret_value(SecretId=secret_arn).get("SecretString") == value:
        return False
    clients.secrets.put_secret_value(SecretId=secret_arn, SecretString=value)
    return True


def _physical_ids(clients: Clients, stack: str) -> dict[str, str]:
    described = clients.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in described}


def _fix_table(clients: Clients, name: str, properties: Resource) -> Iterator[str]:
    expected = properties.get("TimeToLiveSpecification")
    if expected and expected.get("Enabled"):
        actual = clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if actual.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
            clients.dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": expected["AttributeName"]},
            )
            yield "time to live"


def _fix_function(clients: Clients, name: str, properties: Resource) -> Iterator[str]:
    expected = properties.get("ReservedConcurrentExecutions")
    if expected is not None:
        actual = clients.functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
        if actual != int(expected):
            clients.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(expected))
            yield "reserved concurrency"


def _fix_http_api(clients: Clients, api_id: str, properties: Resource) -> Iterator[str]:
    expected = properties.get("CorsConfiguration")
    if expected and not clients.http_apis.get_api(ApiId=api_id).get("CorsConfiguration"):
        clients.http_apis.update_api(ApiId=api_id, CorsConfiguration=dict(expected))  # type: ignore[arg-type] # the template has the operation's own keys
        yield "cross-origin rules"


_FIXUPS: Final[Mapping[str, Callable[[Clients, str, Resource], Iterator[str]]]] = {
    "AWS::DynamoDB::Table": _fix_table,
    "AWS::Lambda::Function": _fix_function,
    "AWS::ApiGatewayV2::Api": _fix_http_api,
}
