"""One Lambda function: a folder under `functions/`, a role of its own, a log group of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from infra.constructs.layers import ARCHITECTURE, RUNTIME, Layers
from infra.constructs.nag import acknowledge, acknowledge_wildcard
from infra.constructs.retention import log_group
from infra.settings import StageSettings, Tracing

from constructs import Construct

METRICS_NAMESPACE: Final = "Easel"
Conditions = Mapping[str, Mapping[str, str]]
TRACING: Final = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")

_EMULATED_SECONDS: Final = 30
"""What an emulated function has at least: a laptop that does ten things at once may need long for a first answer."""


class MissingHandler(ValueError):
    """A function is declared whose folder has no handler."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionKit:
    """What all functions share. `root` is the folder that function folders are named from."""

    settings: StageSettings
    layers: Layers
    root: Path


class SmallFunction(Construct):
    """A function that may do nothing but write its own logs and traces until `allow` says otherwise.

    `folder` is relative to the kit's root and holds `handler.py`; `variant` tells functions of one folder apart.
    `imaging` adds the layer with Pillow, `identity` the one that verifies and signs tokens,
    `documentation` that of the documentation page. `calls_itself` switches off
    Lambda's loop detection, which would stop a job that is re-queued more than sixteen times. `traced` lets the
    function start traces where the settings trace the submission of requests only.
    Raises MissingHandler.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        kit: FunctionKit,
        folder: str,
        timeout_seconds: int,
        env: Mapping[str, str],
        memory_mb: int = 512,
        imaging: bool = False,
        identity: bool = False,
        documentation: bool = False,
        calls_itself: bool = False,
        traced: bool = False,
        variant: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        if not (kit.root / folder / "handler.py").is_file():
            raise MissingHandler(f"functions/{folder} is declared in the stack but has no handler.py.")
        self.folder = folder
        self.label = f"{folder}:{variant}" if variant else folder
        self.timeout_seconds = timeout_seconds
        self.settings = kit.settings
        self._emulated = kit.settings.emulated
        self._grants = iam.PolicyDocument()
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Grants": self._grants},
        )
        self.log_group = log_group(self, "Logs", kit.settings)
        layers = [kit.layers.dependencies, kit.layers.easel]
        further = (
            (kit.layers.imaging, imaging),
            (kit.layers.identity, identity),
            (kit.layers.documentation, documentation),
        )
        layers += [layer for layer, wanted in further if wanted]
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(
                str(kit.root / folder), exclude=["__pycache__", "*.pyc", "event.json", "*.md"]
            ),
            handler="handler.lambda_handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            layers=layers,
            # The CDK would add a policy of its own, a resource more per function.
            role=self.role.without_policy_updates(),
            timeout=Duration.seconds(max(timeout_seconds, _EMULATED_SECONDS) if self._emulated else timeout_seconds),
            memory_size=memory_mb,
            environment={**common_env(kit.settings), **env},
            tracing=_tracing(kit.settings, traced=traced),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=_application_log_level(kit.settings),
            system_log_level_v2=lambda_.SystemLogLevel[kit.settings.system_log_level],
            recursive_loop=lambda_.RecursiveLoop.ALLOW if calls_itself else lambda_.RecursiveLoop.TERMINATE,
        )
        self.allow("logs:CreateLogStream", "logs:PutLogEvents", on=self.log_group.log_group_arn)
        self.allow(*TRACING, on="*", because="X-Ray takes trace segments without a resource to name.")
        acknowledge(
            self.role,
            "Serverless-LambdaStarPermissions",
            because="X-Ray needs it; AwsSolutions-IAM5 asks for a reason for each wildcard of this role by itself.",
        )
        acknowledge(
            self.function,
            "Serverless-LambdaTracing",
            because="Traces are billed each; functions that start none continue those of a submitted request.",
        )
        acknowledge(
            self.function,
            "Serverless-LambdaDLQ",
            because="It is called synchronously, by a poller with a dead letter queue, or again a minute later.",
        )

    @property
    def arn(self) -> str:
        return self.function.function_arn

    @property
    def name(self) -> str:
        return self.function.function_name

    def allow(
        self,
        *actions: str,
        on: str | Iterable[str],
        because: str | None = None,
        conditions: Conditions | None = None,
    ) -> None:
        """Let the function do exactly these actions on exactly these ARNs, where the conditions hold.

        An ARN with a wildcard needs `because`, a full sentence that becomes the reason of its acknowledgement.
        Raises ValueError when the two do not go together.
        """
        resources = [on] if isinstance(on, str) else list(on)
        wide = [resource for resource in resources if "*" in resource]
        if bool(wide) != bool(because):
            raise ValueError(f"{self.folder}: a wildcard and a reason for it belong together: {resources}")
        if self._emulated and any(action.startswith("states:SendTask") for action in actions):
            # The emulator sees no resource in the answer to a task token.
            resources = ["*"]
        self._grants.add_statements(
            iam.PolicyStatement(actions=list(actions), resources=resources, conditions=conditions)
        )
        if because:
            acknowledge_wildcard(self.role, *wide, because=because)

    def deny(self, *actions: str, conditions: Conditions, on_all_but: Iterable[str] = ()) -> None:
        """Keep the function from these actions where the conditions hold, whatever any policy allows."""
        spared = list(on_all_but)
        self._grants.add_statements(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=list(actions),
                resources=None if spared else ["*"],
                not_resources=spared or None,
                conditions=conditions,
            )
        )


def _tracing(settings: StageSettings, *, traced: bool) -> lambda_.Tracing:
    # A sampling rule has no effect on what Lambda records, so the others only continue traces that reach them.
    if settings.tracing is Tracing.ALL or (traced and settings.tracing is Tracing.SUBMIT):
        return lambda_.Tracing.ACTIVE
    return lambda_.Tracing.PASS_THROUGH


def _application_log_level(settings: StageSettings) -> lambda_.ApplicationLogLevel:
    # Lambda drops what is below this level, and takes a line without a level, such as a metric, for INFO. So our logger
    # alone leaves out what is below the level of the settings, and metrics pass at any.
    return lambda_.ApplicationLogLevel.DEBUG if settings.log_level == "DEBUG" else lambda_.ApplicationLogLevel.INFO


def common_env(settings: StageSettings) -> dict[str, str]:
    """What every function is told."""
    return {
        "POWERTOOLS_SERVICE_NAME": settings.stack_name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "LOG_LEVEL": settings.log_level,
        "EASEL_STAGE": settings.stage.value,
        **({"REVIVED_MODELS": ",".join(settings.revived_models)} if settings.revived_models else {}),
    }
