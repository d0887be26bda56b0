"""Repairs a stack after a failed deployment, so that it can be deployed again.

CloudFormation cannot update a stack whose creation failed, and the CDK asks interactively before it continues a failed
rollback.
"""

import time
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError, WaiterError
from infra.local.failures import ToolError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef
    from mypy_boto3_s3 import S3Client

WORKING: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
"""A version is fully deployed; after a rollback, the previous one."""
NEVER_WORKED: Final = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""The creation failed: there is no version to go back to, and CloudFormation updates no stack in such a state."""
HALF_DELETED: Final = "DELETE_FAILED"
HALF_UPDATED: Final = "UPDATE_FAILED"
HALF_ROLLED_BACK: Final = "UPDATE_ROLLBACK_FAILED"

_POLL_SECONDS: Final = 1


def status_of(cloudformation: "CloudFormationClient", stack: str) -> str | None:
    """The status of a stack; None when there is none."""
    try:
        (description,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return None if description["StackStatus"] == "DELETE_COMPLETE" else description["StackStatus"]


def recover(cloudformation: "CloudFormationClient", stack: str, *, skip_failed: bool, seconds: int) -> str | None:
    """Repair the stack if a failed deployment left it in a state that blocks the next one.

    Waits for a deployment in progress. A stack whose creation failed is deleted. A failed rollback is continued; with
    `skip_failed`, if it fails again, without the resources that could not be rolled back. Returns what was done, or
    None if nothing was necessary. Raises ToolError, which says what to do, when the repair fails or times out.
    """
    status = settled_status(cloudformation, stack, seconds)
    try:
        if status in NEVER_WORKED:
            delete(cloudformation, stack, seconds)
            return f"deleted a stack in {status}"
        if status == HALF_UPDATED:
            cloudformation.rollback_stack(StackName=stack)
            _wait_for_rollback(cloudformation, stack, seconds)
            return f"rolled back from {status}"
        if status == HALF_ROLLED_BACK:
            return _finish_rollback(cloudformation, stack, skip_failed=skip_failed, seconds=seconds)
        if status == HALF_DELETED:
            raise ToolError(f"The deletion of the stack {stack} has failed and must be finished first.")
    except (ClientError, WaiterError) as error:
        raise ToolError(f"The stack {stack} is in {status} and could not be repaired ({error}).") from error
    return None


def settled_status(cloudformation: "CloudFormationClient", stack: str, seconds: int) -> str | None:
    """Wait until no operation is in progress; returns the status."""
    deadline = time.monotonic() + seconds
    while True:
        status = status_of(cloudformation, stack)
        if not status or not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            return status
        if time.monotonic() > deadline:
            raise ToolError(f"The stack {stack} has been in {status} for over {seconds} s; no deployment can start.")
        time.sleep(_POLL_SECONDS)


def delete_orphans(cloudformation: "CloudFormationClient", stack: str) -> int:
    """Delete nested stacks that the emulator leaves behind when the creation of `stack` fails. Returns their number."""
    orphans = [
        each["StackName"]
        for each in cloudformation.describe_stacks()["Stacks"]
        if each["StackName"].startswith(f"{stack}-") and each["StackStatus"] in NEVER_WORKED
    ]
    for orphan in orphans:
        cloudformation.delete_stack(StackName=orphan)
    return len(orphans)


def _finish_rollback(cloudformation: "CloudFormationClient", stack: str, *, skip_failed: bool, seconds: int) -> str:
    cloudformation.continue_update_rollback(StackName=stack)
    try:
        _wait_for_rollback(cloudformation, stack, seconds)
    except WaiterError:
        if not skip_failed:
            raise
        skipped = _failed_resources(cloudformation, stack)
        cloudformation.continue_update_rollback(StackName=stack, ResourcesToSkip=skipped)
        _wait_for_rollback(cloudformation, stack, seconds)
        return f"finished the rollback without {', '.join(skipped)}"
    return "finished the rollback"


def delete(cloudformation: "CloudFormationClient", stack: str, seconds: int) -> None:
    """Delete a stack and wait until it is gone. Raises WaiterError."""
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig=_polling(seconds))


def delete_bucket(s3: "S3Client", bucket: str) -> None:
    """Delete a bucket with everything in it, if there is one."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        for version in versions:
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)


def _wait_for_rollback(cloudformation: "CloudFormationClient", stack: str, seconds: int) -> None:
    cloudformation.get_waiter("stack_rollback_complete").wait(StackName=stack, WaiterConfig=_polling(seconds))


def _polling(seconds: int) -> "WaiterConfigTypeDef":
    return {"Delay": _POLL_SECONDS, "MaxAttempts": seconds // _POLL_SECONDS}


def _failed_resources(cloudformation: "CloudFormationClient", stack: str) -> list[str]:
    """The resources that the last rollback could not restore, by the newest events."""
    failed: list[str] = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:
            if event["LogicalResourceId"] == stack and event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS":
                return sorted(set(failed))
            if event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != stack:
                failed.append(event["LogicalResourceId"])
    return sorted(set(failed))
