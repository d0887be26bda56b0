from dataclasses import dataclass, field
from typing import Any, cast

from infra.local.clients import Clients
from infra.local.emulator_fixups import apply_fixups, set_secret

TEMPLATE = {
    "Resources": {
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True}},
        },
        "PlainTable": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": 5}},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"CorsConfiguration": {"AllowOrigins": ["*"]}}},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 3}},
    }
}

NESTED_TEMPLATE = {
    "Resources": {"Inner": {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": 2}}}
}
TEMPLATES: dict[str, dict[str, Any]] = {"easel": TEMPLATE, "id-of-Nested": NESTED_TEMPLATE}


@dataclass
class EmulatedServices:
    """The few operations that the fix-ups use, on a memory that begins as the emulator's CloudFormation leaves it."""

    time_to_live: dict[str, str] = field(default_factory=dict)
    concurrency: dict[str, int] = field(default_factory=dict)
    cors: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    writes: int = 0

    @property
    def cloudformation(self) -> "EmulatedServices":
        return self

    dynamodb = functions = http_apis = cloudformation

    def describe_stack_resources(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - the operation's own spelling
        names = TEMPLATES[StackName]["Resources"]
        return {"StackResources": [{"LogicalResourceId": n, "PhysicalResourceId": f"id-of-{n}"} for n in names]}

    def get_template(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - as above
        return {"TemplateBody": TEMPLATES[StackName]}

    def describe_time_to_live(self, TableName: str) -> dict[str, Any]:  # noqa: N803 - as above
        status = "ENABLED" if TableName in self.time_to_live else "DISABLED"
        return {"TimeToLiveDescription": {"TimeToLiveStatus": status}}

    def update_time_to_live(self, TableName: str, TimeToLiveSpecification: dict[str, Any]) -> None:  # noqa: N803 - as above
        self.writes += 1
        self.time_to_live[TableName] = TimeToLiveSpecification["AttributeName"]

    def get_function_concurrency(self, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - as above
        known = self.concurrency.get(FunctionName)
        return {} if known is None else {"ReservedConcurrentExecutions": known}

    def put_function_concurrency(self, FunctionName: str, ReservedConcurrentExecutions: int) -> None:  # noqa: N803 - as above
        self.writes += 1
        self.concurrency[FunctionName] = ReservedConcurrentExecutions

    def get_api(self, ApiId: str) -> dict[str, Any]:  # noqa: N803 - as above
        return {"CorsConfiguration": self.cors[ApiId]} if ApiId in self.cors else {}

    def update_api(self, ApiId: str, CorsConfiguration: dict[str, Any]) -> None:  # noqa: N803 - as above
        self.writes += 1
        self.cors[ApiId] = CorsConfiguration


def test_ignored_properties_are_set_from_the_templates_of_root_and_nested_stacks() -> None:
    services = EmulatedServices()

    assert apply_fixups(cast("Clients", services), "easel") == 4

    assert services.time_to_live == {"id-of-Table": "expiresAt"}
    assert services.concurrency == {"id-of-Function": 5, "id-of-Inner": 2}
    assert services.cors == {"id-of-Api": {"AllowOrigins": ["*"]}}


def test_what_is_there_is_left_alone() -> None:
    services = EmulatedServices()
    apply_fixups(cast("Clients", services), "easel")
    before = services.writes

    assert apply_fixups(cast("Clients", services), "easel") == 0
    assert services.writes == before


class Secrets:
    """One secret and how often it was written."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.writes = 0

    @property
    def secrets(self) -> "Secrets":
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - the operation's own spelling
        return {"SecretString": self.value}

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:  # noqa: N803 - as above
        self.writes += 1
        self.value = SecretString


def test_a_secret_is_written_once() -> None:
    secrets = Secrets("unset")

    assert set_secret(cast("Clients", secrets), "arn", "sim-key")
    assert not set_secret(cast("Clients", secrets), "arn", "sim-key")
    assert (secrets.value, secrets.writes) == ("sim-key", 1)
