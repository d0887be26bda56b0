"""The AWS account that a deployment goes to: who we are there, and whether it is ready."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from infra.local import recovery
from infra.local.failures import ToolError
from infra.settings import StageSettings

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3.service_resource import S3ServiceResource

_CONFIG: Final = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
_TOOLKIT_STACK: Final = "CDKToolkit"


@dataclass(frozen=True, slots=True)
class Account:
    """One account in one region, with clients for it."""

    id: str
    region: str
    session: boto3.Session

    @classmethod
    def current(cls) -> "Account":
        """The account of the caller's credentials. Raises ToolError when there are none, or no region."""
        # boto3 itself reads AWS_DEFAULT_REGION only.
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
        if not session.region_name:
            raise ToolError("No AWS region is set. Set AWS_REGION, or a region in your AWS profile (AWS_PROFILE).")
        try:
            number = session.client("sts", config=_CONFIG).get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise ToolError(
                f"AWS gives no account for your credentials ({error}). Sign in first, for example with "
                "`aws sso login`, and name the profile in AWS_PROFILE."
            ) from error
        return cls(number, session.region_name, session)

    @property
    def cloudformation(self) -> "CloudFormationClient":
        return self.session.client("cloudformation", config=_CONFIG)

    @property
    def functions(self) -> "LambdaClient":
        return self.session.client("lambda", config=_CONFIG)

    @property
    def buckets(self) -> "S3ServiceResource":
        return self.session.resource("s3", config=_CONFIG)


def bootstrap_warning(account: Account) -> str | None:
    """What a person has to know when the CDK seems to have no bucket and no roles in this account and region yet."""
    if recovery.status_of(account.cloudformation, _TOOLKIT_STACK) in recovery.WORKING:
        return None
    return f"There is no stack {_TOOLKIT_STACK} in {account.region}. If the CDK asks for it, run `make bootstrap` once."


def concurrency_of_queues(settings: StageSettings) -> int:
    """How many functions the queues alone may have running at once."""
    collecting = sum(provider.has_jobs for provider in settings.providers) * settings.collect_concurrency
    return settings.start_concurrency + collecting + sum(provider.max_concurrency for provider in settings.providers)


def concurrency_warning(account: Account, settings: StageSettings) -> str | None:
    """What a person has to know when the account may run too few functions at once; None when it is enough."""
    limit = account.functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    needed = concurrency_of_queues(settings)
    if limit > needed:
        return None
    return (
        f"This account may run {limit} functions at once in {account.region}; the queues alone may ask for {needed}, "
        "and clients' requests would then fail with 503. Ask AWS for more (Service Quotas, Lambda, Concurrent "
        "executions), or lower the switches that end in Concurrency (infra/README.md)."
    )


def empty_buckets(account: Account, stack: str) -> int:
    """Delete every object, version and unfinished upload in the buckets of a stack. Returns how many buckets it has."""
    resources = account.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    names = [
        resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == "AWS::S3::Bucket" and resource["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    for name in names:
        bucket = account.buckets.Bucket(name)
        bucket.object_versions.delete()
        bucket.objects.delete()
        for upload in bucket.multipart_uploads.all():
            upload.abort()
    return len(names)
