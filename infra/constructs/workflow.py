"""The state machine that carries one generation from its start to its settlement."""

import json
from pathlib import Path
from typing import Any, Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from infra.constructs.data import ENDING, SETTLING, Data
from infra.constructs.nag import acknowledge, acknowledge_wildcard
from infra.constructs.queues import Queues
from infra.constructs.retention import log_group, removal_policy
from infra.constructs.small_function import TRACING, FunctionKit, SmallFunction
from infra.constructs.variables import Variables
from infra.settings import Tracing

from constructs import Construct

DEFINITION: Final = Path(__file__).with_name("generation.asl.json")
EMULATED_DEADLINE_SECONDS: Final = 900
"""The emulator reads a deadline only when it is written out; this one is as long as the longest of any request."""

_LOG_DELIVERY: Final = tuple(
    f"logs:{action}"
    for action in (
        *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
        *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
    )
)
_SAMPLING: Final = ("xray:GetSamplingRules", "xray:GetSamplingTargets")


class Workflow(Construct):
    """The state machine with a role that may do what its states do, and the function of its last state."""

    def __init__(
        self, scope: Construct, id: str, *, kit: FunctionKit, variables: Variables, data: Data, queues: Queues
    ) -> None:
        super().__init__(scope, id)
        self.settle_generation = self._settle(kit, variables, data)
        self.functions = (self.settle_generation,)
        grants = iam.PolicyDocument(
            statements=[
                _allow("sqs:SendMessage", on=[queue.arn for queue in queues.render.values()]),
                _allow("lambda:InvokeFunction", on=[self.settle_generation.arn]),
                _allow(*_LOG_DELIVERY, *TRACING, *_SAMPLING, on=["*"]),
            ]
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={"Grants": grants},
        )
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(_definition(emulated=kit.settings.emulated)),
            definition_substitutions={"SettleFunctionArn": self.settle_generation.arn},
            role=self.role.without_policy_updates(),
            # Without the data: it carries task tokens, and the console has it for each execution anyway.
            logs=sfn.LogOptions(
                destination=log_group(self, "Logs", kit.settings), level=sfn.LogLevel.ALL, include_execution_data=False
            ),
            tracing_enabled=kit.settings.tracing is Tracing.ALL,
            removal_policy=removal_policy(kit.settings),
        )
        acknowledge(
            self.machine,
            "AwsSolutions-SF2",
            "Serverless-StepFunctionStateMachineXray",
            because="Traces are billed each; an execution's history shows the same steps, and a switch turns them on.",
        )
        acknowledge_wildcard(self.role, "*", because="Log delivery and X-Ray take no resource in their permissions.")

    @property
    def arn(self) -> str:
        return self.machine.state_machine_arn

    @property
    def variables(self) -> dict[str, str]:
        """The environment variable of functions that start, stop or answer executions."""
        return {"STATE_MACHINE_ARN": self.arn}

    @property
    def executions_arn(self) -> str:
        """The ARN pattern of the executions of this machine."""
        return Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _settle(self, kit: FunctionKit, variables: Variables, data: Data) -> SmallFunction:
        function = SmallFunction(
            self,
            "SettleGeneration",
            kit=kit,
            folder="workflow/settle_generation",
            timeout_seconds=30,
            env=variables.core | variables.ledger | variables.base_url,
        )
        function.allow(*ENDING, on=data.core.table_arn)
        function.allow(*SETTLING, on=data.ledger.table_arn)
        return function


def _allow(*actions: str, on: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=on)


def _definition(*, emulated: bool) -> str:
    definition: dict[str, Any] = json.loads(DEFINITION.read_text(encoding="utf-8"))
    if emulated:
        render = definition["States"]["RenderImages"]["ItemProcessor"]["States"]["RenderImage"]
        del render["TimeoutSecondsPath"]
        render["TimeoutSeconds"] = EMULATED_DEADLINE_SECONDS
    return json.dumps(definition)
