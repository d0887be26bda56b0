"""Uploads the studio's pages to the bucket of a stack on AWS.

The files of a release have addresses of their own, so they may be there before the deployment that names them, and are
cached for good. What differs between deployments is in one document that is never cached, `config.json`.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from infra.local.display import Display
from infra.local.failures import ToolError

from infra import web_files

if TYPE_CHECKING:
    from mypy_boto3_s3.service_resource import Bucket, S3ServiceResource

RELEASES_KEPT: Final = 3
"""A tab that was opened before a deployment still loads the files of its own release."""
PROMPT_LIMIT: Final = 500
"""Characters of a prompt, as in seed 003."""
_FOLDER: Final = web_files.PREFIX.strip("/")
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


def upload_files(display: Display, buckets: "S3ServiceResource", outputs: Mapping[str, str]) -> bool:
    """Upload the files of this release; False where the stack has no bucket for them. Raises ToolError."""
    name = outputs.get("StudioBucketName")
    if name is None:
        return False
    with display.step("Pages of the studio") as step:
        try:
            for file in web_files.names():
                _upload(buckets.Bucket(name), file)
            step.note = f"release {web_files.release()}"
        except (ClientError, BotoCoreError) as error:
            raise ToolError(f"The pages could not be uploaded to {name} ({error}).") from error
    return True


def publish(buckets: "S3ServiceResource", outputs: Mapping[str, str]) -> None:
    """Write the settings of the deployment for its pages, and delete the files of old releases. Raises ToolError."""
    bucket = buckets.Bucket(outputs["StudioBucketName"])
    try:
        bucket.put_object(
            Key=f"{_FOLDER}/config.json",
            Body=json.dumps(config(outputs)).encode(),
            ContentType="application/json",
            CacheControl="no-cache",
        )
        _delete_old_releases(bucket)
    except (ClientError, BotoCoreError) as error:
        raise ToolError(f"The settings of the pages could not be written to {bucket.name} ({error}).") from error


def config(outputs: Mapping[str, str]) -> dict[str, object]:
    """What the pages have to know of a deployment. All of it is public."""
    hosted = outputs["SignInUrl"]
    return {
        "signIn": {
            "kind": "hosted",
            "authorizeUrl": f"{hosted}/oauth2/authorize",
            "logoutUrl": f"{hosted}/logout",
            "clientId": outputs["StudioClientId"],
        },
        "promptLimit": PROMPT_LIMIT,
    }


def _upload(bucket: "Bucket", name: str) -> None:
    found = web_files.find(name)
    if found is None:
        raise ToolError(f"{name} is not there to be uploaded. `make install` installs what the pages need.")
    bucket.put_object(
        Key=f"{_FOLDER}/{web_files.release()}/{name}",
        Body=found.path.read_bytes(),
        ContentType=found.content_type,
        CacheControl=_FOR_GOOD,
    )


def _delete_old_releases(bucket: "Bucket") -> None:
    newest: dict[str, float] = {}
    for each in bucket.objects.filter(Prefix=f"{_FOLDER}/"):
        release, inside, _ = each.key.removeprefix(f"{_FOLDER}/").partition("/")
        if inside:
            newest[release] = max(newest.get(release, 0), each.last_modified.timestamp())
    newest.pop(web_files.release(), None)
    for release in sorted(newest, key=lambda name: newest[name], reverse=True)[RELEASES_KEPT - 1 :]:
        bucket.objects.filter(Prefix=f"{_FOLDER}/{release}/").delete()
