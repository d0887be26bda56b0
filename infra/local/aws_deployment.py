"""`make deploy`: deploy the stack to AWS with the caller's credentials."""

import os
import subprocess
from typing import Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from infra.local import environments
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.packages import CDK
from infra.local.places import REPOSITORY, VENV_PYTHON, Places
from infra.local.programs import run

_STAGES: Final = ("dev", "staging", "production")
_LAYERS_SECONDS: Final = 600
_DEPLOY_SECONDS: Final = 3600


def deploy_to_aws(display: Display, places: Places) -> int:
    """Build for Lambda and deploy the stage STAGE; the CDK asks before it widens permissions.

    Raises ToolError when the stage is unknown, or no usable credentials or region are set.
    """
    stage = os.environ.get("STAGE", "dev")
    if stage not in _STAGES:
        raise ToolError(f"STAGE is {stage!r}; give one of {', '.join(_STAGES)}. For this machine there is `make up`.")
    account, region = _account_and_region()
    display.say(f"Deploying stage {stage} to account {account} in {region}.")
    with display.step("Lambda layers"):
        run([VENV_PYTHON, "-m", "infra.build_layers", "lambda"], what="Building the layers",
            log=places.logs / "layers-aws.log", timeout_seconds=_LAYERS_SECONDS)  # fmt: skip
    environment = os.environ | {
        "PATH": environments.basic()["PATH"],
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": region,
    }
    command = [str(CDK), "deploy", f"easel-{stage}", "--context", f"stage={stage}", *_words()]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, timeout=_DEPLOY_SECONDS, check=False).returncode


def _words() -> list[str]:
    """Further arguments for the CDK, such as `--require-approval never` in a pipeline."""
    return os.environ.get("CDK_ARGS", "").split()


def _account_and_region() -> tuple[str, str]:
    # boto3 itself reads AWS_DEFAULT_REGION only.
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    if not session.region_name:
        raise ToolError("No AWS region is set. Set AWS_REGION, or a region in your AWS profile (AWS_PROFILE).")
    try:
        config = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
        account = session.client("sts", config=config).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise ToolError(
            f"AWS gives no account for your credentials ({error}). Sign in first, for example with `aws sso login`, "
            "and name the profile in AWS_PROFILE."
        ) from error
    return account, session.region_name
