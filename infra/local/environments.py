"""The environment variables of the programs started here.

The emulator passes its environment to every function, and the CDK CLI reads AWS profiles: both get a short list without
the developer's cloud accounts and keys.
"""

import os
from collections.abc import Mapping
from typing import Final

from infra.local.places import VENV

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"

_PASSED_ON: Final = frozenset({
    "PATH", "HOME", "USER", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
})  # fmt: skip

_LOOPBACK: Final = "127.0.0.1,localhost"


def basic(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The basic variables, with the virtual environment first on the PATH and no proxy for loopback addresses."""
    kept = {name: value for name, value in environment.items() if name in _PASSED_ON}
    kept["PATH"] = f"{VENV / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, [kept.get(name), _LOOPBACK]))
    return kept


def emulated_cloud(endpoint_url: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """For clients of the emulator: dummy credentials, and no access to real profiles."""
    return basic(environment) | {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }
