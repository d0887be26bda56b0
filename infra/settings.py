"""Every switch of the stack: read from CDK context and environment, checked, and frozen before anything is built.

A context key wins over its environment variable, which wins over the preset of the stage. The table is in README.md.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

REPOSITORY: Final = Path(__file__).resolve().parent.parent
WAVESPEED: Final = "wavespeed"
SANDBOX: Final = "sandbox"

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
"""The CDK's names for the numbers of days that logs may be kept."""

_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
_Value = TypeVar("_Value")


class SettingsError(ValueError):
    """A switch has a value that cannot be deployed. The message names the switch, the value and what is allowed."""


class Stage(StrEnum):
    """Which copy of the system this is."""

    LOCAL = "local"
    DEV = "dev"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One image provider: how many of its images may be in work at once, and how it is reached.

    `base_url` is None for a provider that is built in. `sync_mode` asks the vendor to answer with the picture itself.
    """

    name: str
    max_concurrency: int
    base_url: str | None = None
    sync_mode: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitSettings:
    """How many requests fit into a window: of a user and of an address in a minute, of a workspace in an hour.

    They are those of the standard plan; a plan with wider ones of its own keeps them.
    """

    user_per_minute: int
    workspace_per_hour: int
    address_per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """What differs between copies of the system.

    `emulated` asks for the forms that a local emulator needs where it departs from AWS. `enforce_ssl` is off only
    there, because a loopback endpoint speaks plain http. `disposable` data dies with the stack. Throttling is in
    requests per second over the whole API.
    """

    stage: Stage
    version: str
    public_base_url: str | None
    cors_origins: tuple[str, ...]
    throttle_rate: int
    throttle_burst: int
    log_retention_days: int
    log_level: str
    wavespeed: ProviderSettings
    sandbox: ProviderSettings
    start_concurrency: int
    collect_concurrency: int
    reference_trusted_origins: tuple[str, ...]
    alarm_email: str | None
    trial_credits: int
    trial_days: int
    rate_limits: RateLimitSettings

    @property
    def stack_name(self) -> str:
        return f"easel-{self.stage}"

    @property
    def emulated(self) -> bool:
        return self.stage is Stage.LOCAL

    @property
    def enforce_ssl(self) -> bool:
        return self.stage is not Stage.LOCAL

    @property
    def disposable(self) -> bool:
        return self.stage in {Stage.LOCAL, Stage.DEV}


def read_settings(context: Callable[[str], Any], environ: Mapping[str, str]) -> StageSettings:
    """The settings of one deployment. `context` looks a CDK context key up and gives None when it is not set.

    Raises SettingsError.
    """
    read = _Switches(context, environ)
    stage = read.get("stage", _one_of(tuple(Stage), Stage), Stage.DEV)
    local, trial = stage is Stage.LOCAL, stage in {Stage.LOCAL, Stage.DEV}
    parallel = 4 if local else 10
    url = _base_url if local else _https_base_url
    return StageSettings(
        stage=stage,
        version=_project_version(),
        public_base_url=read.get("publicBaseUrl", url, None),
        cors_origins=read.get("corsOrigins", _any_origins if trial else _origins, ("*",) if local else ()),
        throttle_rate=read.get("throttleRate", _number(1, 10_000), 100),
        throttle_burst=read.get("throttleBurst", _number(1, 5_000), 200),
        log_retention_days=read.get("logRetentionDays", _retention, 1 if local else 7 if trial else 90),
        log_level=read.get("logLevel", _one_of(_LOG_LEVELS, str), "INFO"),
        wavespeed=ProviderSettings(
            name=WAVESPEED,
            max_concurrency=read.get("wavespeedConcurrency", _concurrency, parallel),
            base_url=read.get("wavespeedBaseUrl", url, "https://api.wavespeed.ai"),
            sync_mode=read.get("wavespeedSyncMode", _switch, True),
        ),
        sandbox=ProviderSettings(name=SANDBOX, max_concurrency=read.get("sandboxConcurrency", _concurrency, parallel)),
        start_concurrency=read.get("startConcurrency", _concurrency, parallel),
        collect_concurrency=read.get("collectConcurrency", _concurrency, 4 if local else 20),
        reference_trusted_origins=read.get("referenceTrustedOrigins", _origins if local else _never, ()),
        alarm_email=read.get("alarmEmail", _email, None),
        trial_credits=read.get("trialCredits", _number(0, 1_000_000), 5),
        trial_days=read.get("trialDays", _number(1, 3_650), 30),
        # Locally everybody comes from one address, and scripts are in a hurry.
        rate_limits=RateLimitSettings(
            user_per_minute=read.get("rateLimitUserPerMinute", _rate, 6_000 if local else 60),
            workspace_per_hour=read.get("rateLimitWorkspacePerHour", _rate, 100_000 if local else 1_000),
            address_per_minute=read.get("rateLimitAddressPerMinute", _rate, 6_000 if local else 100),
        ),
    )


def variable_of(key: str) -> str:
    """The environment variable of a context key: `publicBaseUrl` is EASEL_PUBLIC_BASE_URL."""
    return "EASEL_" + re.sub(r"(?<!^)(?=[A-Z])", "_", key).upper()


@dataclass(frozen=True, slots=True)
class _Switches:
    context: Callable[[str], Any]
    environ: Mapping[str, str]

    def get(self, key: str, parse: Callable[[str], _Value], default: _Value) -> _Value:
        """The parsed value; the default when neither source has it or it is blank there."""
        value = self.context(key)
        raw = str(self.environ.get(variable_of(key), "") if value is None else value).strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as problem:
            raise SettingsError(f"{key} ({variable_of(key)}) is {raw!r}: {problem}") from None


def _one_of(allowed: tuple[str, ...], make: Callable[[str], _Value]) -> Callable[[str], _Value]:
    def parse(raw: str) -> _Value:
        if raw not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}.")
        return make(raw)

    return parse


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not raw.isdecimal() or not low <= int(raw) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}.")
        return int(raw)

    return parse


_rate: Final = _number(1, 1_000_000)
_concurrency: Final = _number(2, 1_000)
"""The range that AWS takes for the maximum concurrency of a queue's event source mapping."""


def _retention(raw: str) -> int:
    if not raw.isdecimal() or int(raw) not in LOG_RETENTION:
        raise ValueError(f"must be one of {', '.join(map(str, LOG_RETENTION))} days.")
    return int(raw)


def _switch(raw: str) -> bool:
    if raw.lower() not in {"true", "false"}:
        raise ValueError("must be true or false.")
    return raw.lower() == "true"


def _base_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) address without query, such as https://easel.example.com.")
    return raw.rstrip("/")


def _https_base_url(raw: str) -> str:
    if urlsplit(raw).scheme != "https":
        raise ValueError("must be an https address; plain http is for the local stage.")
    return _base_url(raw)


def _origins(raw: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in raw.split(",") if part.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is not an origin, such as https://app.example.com (no path, no slash).")
    return origins


def _any_origins(raw: str) -> tuple[str, ...]:
    return ("*",) if raw == "*" else _origins(raw)


def _never(_raw: str) -> tuple[str, ...]:
    raise ValueError("it switches off a protection and exists for the local stage only.")


def _email(raw: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", raw):
        raise ValueError("must be an e-mail address.")
    return raw


def _project_version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
