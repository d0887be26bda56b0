"""How long data lives: logs for the days set, everything stateful beyond the stack where data matters."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from infra.settings import LOG_RETENTION, StageSettings

from constructs import Construct


def removal_policy(settings: StageSettings) -> RemovalPolicy:
    """What becomes of data when the stack goes."""
    return RemovalPolicy.DESTROY if settings.disposable else RemovalPolicy.RETAIN


def log_group(scope: Construct, id: str, settings: StageSettings) -> logs.LogGroup:
    """A log group with the retention of the settings."""
    return logs.LogGroup(
        scope,
        id,
        retention=logs.RetentionDays[LOG_RETENTION[settings.log_retention_days]],
        removal_policy=removal_policy(settings),
    )
