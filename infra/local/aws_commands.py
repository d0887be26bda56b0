"""`make bootstrap`, `diff`, `deploy` and `destroy`: the stack on AWS, with the caller's credentials."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.local import aws_account, environments, page_upload, recovery, release_data
from infra.local.aws_account import Account
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.packages import CDK
from infra.local.places import NODE_TOOLS, REPOSITORY, VENV_PYTHON, Places
from infra.local.programs import run
from infra.settings import StageSettings, read_settings
from infra.switches import SettingsError, variable_of

_STAGES: Final = ("dev", "staging", "production")
_LAYERS_SECONDS: Final = 600
_CDK_SECONDS: Final = 3600
_REPAIR_SECONDS: Final = 1800
_CLOUDFRONT_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Target:
    """One stage in one account."""

    stage: str
    settings: StageSettings
    account: Account

    @property
    def stack(self) -> str:
        return self.settings.stack_name

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Target":
        """The stage that STAGE names. Raises ToolError when it is unknown or a switch has a wrong value."""
        stage = environment.get("STAGE") or "dev"
        if stage not in _STAGES:
            raise ToolError(
                f"STAGE is {stage!r}; give one of {', '.join(_STAGES)}. For this machine there is `make up`."
            )
        try:
            settings = read_settings({"stage": stage}.get, environment)
        except SettingsError as error:
            raise ToolError(str(error)) from error
        account = Account.current()
        if settings.edge.rate_limit and account.region != _CLOUDFRONT_REGION:
            raise ToolError(
                f"edgeRateLimit needs a stack in {_CLOUDFRONT_REGION}, where WAF's rules for CloudFront are."
            )
        return cls(stage, settings, account)


def bootstrap(display: Display, _places: Places) -> int:
    """Give the CDK its bucket and roles in the account, once per account and region."""
    account = Account.current()
    display.say(f"Preparing account {account.id} in {account.region} for the CDK.")
    # Away from cdk.json it does not build our app, which it does not need.
    return _run_cdk(account, "bootstrap", f"aws://{account.id}/{account.region}", folder=str(NODE_TOOLS))


def diff(display: Display, places: Places) -> int:
    """Show what a deployment would change."""
    target = Target.from_environment()
    display.say(f"Stage {target.stage} in account {target.account.id}, {target.account.region}: what would change.")
    _build_layers(display, places)
    return _cdk(target, "diff")


def deploy(display: Display, places: Places) -> int:
    """Build for Lambda and deploy; the CDK asks before it widens permissions.

    The first deployment is made twice: without protection against deletion, so that CloudFormation can remove what it
    made if something fails, and then with it.
    Raises ToolError when something about the account or the stack has to be put right first.
    """
    target = Target.from_environment()
    account = target.account
    display.say(f"Deploying stage {target.stage} to account {account.id} in {account.region}.")
    for warning in (aws_account.bootstrap_warning(account), aws_account.concurrency_warning(account, target.settings)):
        if warning:
            display.say(f"  Note: {warning}")
    with display.step("State of the stack"):
        repaired = recovery.recover(account.cloudformation, target.stack, skip_failed=False, seconds=_REPAIR_SECONDS)
    if repaired:
        display.say(f"  After a deployment that failed: {repaired}.")
    first = recovery.status_of(account.cloudformation, target.stack) is None
    # Before the deployment whose pages name them.
    uploaded = not first and page_upload.upload_files(display, account.buckets, _outputs(target))
    _build_layers(display, places)
    if first and target.settings.deletion_protection:
        code = _cdk(target, "deploy", "--context", "deletionProtection=false")
        if code != 0:
            return code
        display.say("The first deployment has worked. Now stack, tables and user pool are protected against deletion.")
    code = _cdk(target, "deploy")
    if code == 0:
        _lay_down_data(display, target)
        _publish_pages(display, target, uploaded=uploaded)
    return code


def _outputs(target: Target) -> dict[str, str]:
    (stack,) = target.account.cloudformation.describe_stacks(StackName=target.stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _lay_down_data(display: Display, target: Target) -> None:
    release_data.lay_down(display, target.account.functions, _outputs(target))


def _publish_pages(display: Display, target: Target, *, uploaded: bool) -> None:
    outputs, buckets = _outputs(target), target.account.buckets
    if uploaded or page_upload.upload_files(display, buckets, outputs):
        page_upload.publish(buckets, outputs)
        display.say(f"  The studio: {outputs['StudioUrl']}/generator")


def destroy(display: Display, _places: Places) -> int:
    """Remove a trial stage with all its data. Raises ToolError for stages whose data outlives them."""
    target = Target.from_environment()
    if not target.settings.disposable:
        raise ToolError(
            f"Stage {target.stage} keeps its data, and is protected against deletion. To give it up, deploy it with "
            f"{variable_of('deletionProtection')}=false, then delete the stack {target.stack} in CloudFormation: "
            "tables, bucket, secrets and logs stay and are yours to delete."
        )
    if recovery.status_of(target.account.cloudformation, target.stack) is None:
        display.say(f"There is no stack {target.stack} in account {target.account.id}, {target.account.region}.")
        return 0
    if not _is_confirmed(display, target):
        return 1
    with display.step("Emptying the bucket"):
        aws_account.empty_buckets(target.account, target.stack)
    return _cdk(target, "destroy", "--force")


def _is_confirmed(display: Display, target: Target) -> bool:
    """CONFIRM names the stack in scripts; a person types its name."""
    where = f"account {target.account.id}, {target.account.region}"
    display.say(f"This deletes the stack {target.stack} in {where} with all its generations, pictures and credits.")
    try:
        answer = os.environ.get("CONFIRM") or input(f"Type {target.stack} to go on: ")
    except EOFError:
        answer = ""
    if answer.strip() == target.stack:
        return True
    display.say(f"Nothing was deleted. In a script: CONFIRM={target.stack} make destroy STAGE={target.stage}")
    return False


def _build_layers(display: Display, places: Places) -> None:
    with display.step("Lambda layers"):
        run([VENV_PYTHON, "-m", "infra.build_layers", "lambda"], what="Building the layers",
            log=places.logs / "layers-aws.log", timeout_seconds=_LAYERS_SECONDS)  # fmt: skip


def _cdk(target: Target, command: str, *arguments: str) -> int:
    return _run_cdk(
        target.account, command, target.stack, "--context", f"stage={target.stage}", *arguments, *_more_arguments()
    )


def _run_cdk(account: Account, *arguments: str, folder: str = str(REPOSITORY)) -> int:
    """The CDK at the caller's terminal, because it may ask. Returns its exit code."""
    environment = os.environ | {
        "PATH": environments.basic()["PATH"],
        "CDK_DEFAULT_ACCOUNT": account.id,
        "CDK_DEFAULT_REGION": account.region,
    }
    command = [str(CDK), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, timeout=_CDK_SECONDS, check=False).returncode


def _more_arguments() -> list[str]:
    """Further arguments for the CDK, such as `--require-approval never` in a pipeline."""
    return os.environ.get("CDK_ARGS", "").split()
