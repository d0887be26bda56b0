"""The intake."""

from datetime import timedelta

from easel.clock import system_clock
from easel.doors.canonical.generations.intake import IntakeReader
from easel.repositories.accounts.senders import DynamoSenders
from easel.repositories.accounts.workspaces import DynamoWorkspaces
from easel.repositories.delivery.outbox import DynamoOutbox
from easel.repositories.dynamodb import DynamoTransactions
from easel.services.accounts.bind_sender import BindSender
from easel.services.generations.redrive_intake import RedriveIntake
from easel.services.generations.take_intake import TakeIntake
from easel.wiring.aws import aws_client, dynamodb
from easel.wiring.env import CoreTable, IntakeDeadLetterQueue, IntakeQueue, TrustedOrigins
from easel.wiring.generations.submit_generation import SubmitEnv, submit_generation
from easel.wiring.secrets import signing_keys
from easel.workflow.intake_queue import IntakeDeadLetters
from easel.workflow.queues import MessageHold

_WAIT = timedelta(seconds=20)


class TakeEnv(SubmitEnv, TrustedOrigins, IntakeDeadLetterQueue):
    """Environment of whatever takes messages of the intake."""


class WorkerEnv(TakeEnv, IntakeQueue):
    """Environment of the intake's worker."""


def take_intake(env: TakeEnv) -> TakeIntake:
    """Take one message."""
    return TakeIntake(
        senders=DynamoSenders(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        messages=IntakeReader(env.REFERENCE_TRUSTED_ORIGINS, env.WEBHOOK_TRUSTED_ORIGINS),
        submit=submit_generation(env),
        outbox=DynamoOutbox(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        set_aside=_dead_letters(env),
        clock=system_clock,
    )


def redrive_intake(env: TakeEnv) -> RedriveIntake:
    """Take messages that were set aside once more."""
    return RedriveIntake(dead_letters=_dead_letters(env), take=take_intake(env))


def bind_sender(env: CoreTable) -> BindSender:
    """Bind senders to workspaces."""
    return BindSender(
        senders=DynamoSenders(dynamodb(), env.CORE_TABLE_NAME),
        workspaces=DynamoWorkspaces(dynamodb(), env.CORE_TABLE_NAME),
        clock=system_clock,
    )


def hold_back() -> MessageHold:
    """Have a message come back soon."""
    return MessageHold(aws_client("sqs"), _WAIT)


def _dead_letters(env: TakeEnv) -> IntakeDeadLetters:
    return IntakeDeadLetters(aws_client("sqs"), env.INTAKE_DEAD_LETTERS_URL, signing_keys(env))
