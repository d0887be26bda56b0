"""How long data lives: logs for the days set, everything stateful beyond the stack where data matters."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from infra.settings import StageSettings
from infra.switches import LOG_RETENTION

from constructs import Construct


def removal_policy(settings: StageSettings) -> RemovalPolicy:
    """What becomes of data when the stack goes.

    Where data matters it stays, except when its creation fails: what a failed first deployment leaves behind would
    belong to no stack, and its names would be taken.
    """
    return RemovalPolicy.DESTROY if settings.disposable else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


def log_group(scope: Construct, id: str, settings: StageSettings) -> logs.LogGroup:
    """A log group with the retention of the settings."""
    return logs.LogGroup(
        scope,
        id,
        retention=logs.RetentionDays[LOG_RETENTION[settings.log_retention_days]],
        removal_policy=removal_policy(settings),
    )
