"""Reads settings from CDK context and environment, and validates them."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

LOG_RETENTION: Final = {
    1: "ONE_DAY",
    3: "THREE_DAYS",
    7: "ONE_WEEK",
    14: "TWO_WEEKS",
    30: "ONE_MONTH",
    90: "THREE_MONTHS",
    180: "SIX_MONTHS",
    365: "ONE_YEAR",
}
"""Log retention in days, as the CDK names it."""

_WIDEST: Final = {4: 16, 6: 32}
"""The shortest prefixes of networks that may be trusted."""
_LONGEST_DOMAIN_NAME: Final = 253
_DOMAIN_NAME: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_Value = TypeVar("_Value")


class SettingsError(ValueError):
    """A setting has an invalid value. The message names the setting, the value and the allowed values."""


def variable_of(key: str) -> str:
    """The environment variable of a context key: `publicBaseUrl` is EASEL_PUBLIC_BASE_URL."""
    return "EASEL_" + re.sub(r"(?<!^)(?=[A-Z])", "_", key).upper()


@dataclass(frozen=True, slots=True)
class Switches:
    """The two sources of settings. `context` returns None for a key that is not set."""

    context: Callable[[str], Any]
    environ: Mapping[str, str]

    def get(self, key: str, parse: Callable[[str], _Value], default: _Value) -> _Value:
        """The parsed value; the default if it is missing or blank in both sources."""
        value = self.context(key)
        raw = str(self.environ.get(variable_of(key), "") if value is None else value).strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as problem:
            raise SettingsError(f"{key} ({variable_of(key)}) is {raw!r}: {problem}") from None


def one_of(allowed: tuple[str, ...], make: Callable[[str], _Value]) -> Callable[[str], _Value]:
    def parse(raw: str) -> _Value:
        if raw not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}.")
        return make(raw)

    return parse


def whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not raw.isdecimal() or not low <= int(raw) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}.")
        return int(raw)

    return parse


rate: Final = whole_number(1, 1_000_000)
concurrency: Final = whole_number(2, 1_000)
"""AWS's range for the maximum concurrency of an event source mapping."""


def retention_days(raw: str) -> int:
    if not raw.isdecimal() or int(raw) not in LOG_RETENTION:
        raise ValueError(f"must be one of {', '.join(map(str, LOG_RETENTION))} days.")
    return int(raw)


def boolean(raw: str) -> bool:
    if raw.lower() not in {"true", "false"}:
        raise ValueError("must be true or false.")
    return raw.lower() == "true"


def base_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) address without query, such as https://easel.example.com.")
    return raw.rstrip("/")


def https_base_url(raw: str) -> str:
    if urlsplit(raw).scheme != "https":
        raise ValueError("must be an https address; plain http is for the local stage.")
    return base_url(raw)


def addresses(url: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda raw: tuple(url(part.strip()) for part in raw.split(",") if part.strip())


def bucket_name(raw: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", raw):
        raise ValueError("must have 3 to 63 of a-z, 0-9 and -, and neither begin nor end with a dash.")
    return raw


def name_prefix(raw: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", raw) or raw.endswith("-"):
        raise ValueError("must have 1 to 20 of a-z, 0-9 and -, begin with a letter and not end with a dash.")
    return raw


def domain_name(raw: str) -> str:
    if len(raw) > _LONGEST_DOMAIN_NAME or not re.fullmatch(
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", raw
    ):
        raise ValueError("must be a domain name, such as images.example.com.")
    return raw


def certificate_arn(raw: str) -> str:
    if not re.fullmatch(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}", raw):
        raise ValueError("must be the ARN of a certificate of ACM.")
    return raw


def domain_prefix(raw: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", raw) or re.search("aws|amazon|cognito", raw):
        raise ValueError("must have 1 to 63 of a-z, 0-9 and -, without aws, amazon or cognito.")
    return raw


def origins(raw: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in raw.split(",") if part.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is not an origin, such as https://app.example.com (no path, no slash).")
    return origins


def networks(raw: str) -> tuple[str, ...]:
    """Networks as CIDR, none so wide that strangers would be in it."""
    named = tuple(part.strip() for part in raw.split(",") if part.strip())
    for name in named:
        network = ipaddress.ip_network(name)
        if network.prefixlen < _WIDEST[network.version]:
            raise ValueError(f"{name!r} is wider than /{_WIDEST[network.version]}.")
    return named


def origins_or_any(raw: str) -> tuple[str, ...]:
    return ("*",) if raw == "*" else origins(raw)


def refuse_unprotected(_raw: str) -> tuple[str, ...]:
    raise ValueError("it switches off a protection and exists for the local stage only.")


def refuse_keys(_raw: str) -> str:
    raise ValueError("it replaces Cognito's own public keys and exists for the local stage only.")


def email_address(raw: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", raw):
        raise ValueError("must be an e-mail address.")
    return raw


def arns(service: str) -> Callable[[str], tuple[str, ...]]:
    """ARNs of a service, separated by commas; without wildcards, since permissions are given on them."""

    def parse(raw: str) -> tuple[str, ...]:
        found = tuple(part.strip() for part in raw.split(",") if part.strip())
        shape = re.compile(rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:[0-9]{{12}}:[A-Za-z0-9+=,.@_/-]+")
        if odd := [arn for arn in found if not shape.fullmatch(arn)]:
            raise ValueError(f"{', '.join(odd)}: must be ARNs of {service}, without wildcards.")
        return found

    return parse
