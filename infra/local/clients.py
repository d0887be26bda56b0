"""AWS clients for the emulator."""

from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from infra.local.environments import REGION

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CONFIG: Final = Config(
    connect_timeout=5, read_timeout=90, retries={"mode": "standard", "max_attempts": 3}, inject_host_prefix=False
)


class Clients:
    """Creates clients that can only reach the emulator at `endpoint_url`."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)  # noqa: S106 - the emulator's credentials

    @property
    def cloudformation(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def dynamodb(self) -> "DynamoDBClient":
        return self._session.client("dynamodb", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def functions(self) -> "LambdaClient":
        return self._session.client("lambda", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def http_apis(self) -> "ApiGatewayV2Client":
        return self._session.client("apigatewayv2", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def logs(self) -> Any:  # its stubs would be a package more for two calls
        return self._session.client("logs", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def s3(self) -> "S3Client":
        return self._session.client("s3", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def secrets(self) -> "SecretsManagerClient":
        return self._session.client("secretsmanager", endpoint_url=self._endpoint_url, config=_CONFIG)

    @property
    def user_pools(self) -> "CognitoIdentityProviderClient":
        return self._session.client("cognito-idp", endpoint_url=self._endpoint_url, config=_CONFIG)
