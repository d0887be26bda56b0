"""All settings of the stack: read from CDK context and environment, validated, and frozen before anything is built.

Those of providers, CloudFront and sign-in are in `provider_settings.py`, `edge_settings.py` and `sign_in.py`.

A context key takes precedence over its environment variable, which takes precedence over the stage's default. The table
is in README.md.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from infra.edge_settings import EdgeSettings, read_edge
from infra.provider_settings import (
    ContentSettings,
    ProviderSettings,
    RoutingSettings,
    model_name,
    model_names,
    read_content,
    read_providers,
    read_routing,
)
from infra.sign_in import SignInSettings, read_sign_in

from infra import switches

REPOSITORY: Final = Path(__file__).resolve().parent.parent
REALTIME_STAGE: Final = "live"
"""The one stage of the WebSocket API."""
REALTIME_PATH: Final = "/realtime"
"""Where the edge of the emulated cloud serves it."""

CANONICAL: Final = "canonical"
SHOP: Final = "shop"
WORKSPACE: Final = "workspace"
BOT: Final = "bot"
CONTENT: Final = "content"
STUDIO: Final = "studio"
OPENAI: Final = "openai"
DOORS: Final = (CANONICAL, SHOP, WORKSPACE, BOT, CONTENT, STUDIO, OPENAI)
"""The doors that a deployment can open. Functions that no open door needs are not created."""

_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
_SYSTEM_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN")


class Stage(StrEnum):
    """The stage of a deployment."""

    LOCAL = "local"
    DEV = "dev"
    STAGING = "staging"
    PRODUCTION = "production"


class Tracing(StrEnum):
    """Which functions start X-Ray traces; the others continue incoming ones. Each trace is billed."""

    OFF = "off"
    SUBMIT = "submit"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitSettings:
    """Rate limits: requests per minute of a user and of an IP address, per hour of a workspace.

    They apply to the standard plan; plans with limits of their own keep them.
    """

    user_per_minute: int
    workspace_per_hour: int
    address_per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """The settings that differ between deployments.

    `emulated` selects the forms that the local emulator needs where it differs from AWS. `enforce_ssl` is only off
    there, because loopback endpoints use http. `disposable` data is deleted with the stack. With `deletion_protection`
    stack, tables and user pool cannot be deleted; the first deployment has to be without it, so that CloudFormation can
    remove everything when it fails. Throttling is in requests per second of the whole API.
    """

    stage: Stage
    name_prefix: str
    version: str
    deletion_protection: bool
    doors: tuple[str, ...]
    public_base_url: str | None
    top_up_url: str | None
    bucket_name: str | None
    content_base_url: str | None
    internal_networks: tuple[str, ...]
    cors_origins: tuple[str, ...]
    throttle_rate: int
    throttle_burst: int
    log_retention_days: int
    log_level: str
    system_log_level: str
    tracing: Tracing
    detailed_metrics: bool
    bucket_versioning: bool
    picture_cdn: bool
    edge: EdgeSettings
    providers: tuple[ProviderSettings, ...]
    routing: RoutingSettings
    revived_models: tuple[str, ...]
    content: ContentSettings
    studio_model: str
    start_concurrency: int
    intake_concurrency: int
    intake_principals: tuple[str, ...]
    intake_reply_queues: tuple[str, ...]
    collect_concurrency: int
    image_worker_memory_mb: int
    upload_concurrency: int
    upload_scan: bool
    trash_days: int
    reference_trusted_origins: tuple[str, ...]
    webhook_concurrency: int
    webhook_trusted_origins: tuple[str, ...]
    telegram_api_url: str
    alarm_email: str | None
    trial_credits: int
    trial_days: int
    stars_rate: str
    stars_minimum: int
    sign_in: SignInSettings
    debug_users: bool
    rate_limits: RateLimitSettings

    @property
    def stack_name(self) -> str:
        """Prefix of all resource names, so that two deployments fit into one account."""
        return f"{self.name_prefix}-{self.stage}"

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
    """The settings of one deployment. `context` returns the value of a CDK context key, or None.

    Raises SettingsError.
    """
    read = switches.Switches(context, environ)
    stage = read.get("stage", switches.one_of(tuple(Stage), Stage), Stage.DEV)
    local, trial = stage is Stage.LOCAL, stage in {Stage.LOCAL, Stage.DEV}
    parallel = 4 if local else 10
    url = switches.base_url if local else switches.https_base_url
    any_origins = switches.origins_or_any if trial else switches.origins
    trusted_origins = switches.origins if local else switches.refuse_unprotected
    doors: tuple[str, ...] = read.get("doors", _doors, DOORS)
    return StageSettings(
        stage=stage,
        name_prefix=read.get("namePrefix", switches.name_prefix, "easel"),
        version=_project_version(),
        deletion_protection=read.get("deletionProtection", switches.boolean, not trial),
        doors=doors,
        public_base_url=read.get("publicBaseUrl", url, None),
        top_up_url=read.get("topUpUrl", url, None),
        bucket_name=read.get("bucketName", switches.bucket_name, None),
        content_base_url=read.get("contentBaseUrl", url, None),
        internal_networks=read.get("internalNetworks", switches.networks, ()),
        cors_origins=read.get("corsOrigins", any_origins, ("*",) if local else ()),
        throttle_rate=read.get("throttleRate", switches.whole_number(1, 10_000), 100),
        throttle_burst=read.get("throttleBurst", switches.whole_number(1, 5_000), 200),
        log_retention_days=read.get("logRetentionDays", switches.retention_days, 1 if local else 7 if trial else 90),
        log_level=read.get("logLevel", switches.one_of(_LOG_LEVELS, str), "INFO"),
        system_log_level=read.get("systemLogLevel", switches.one_of(_SYSTEM_LOG_LEVELS, str), "WARN"),
        tracing=read.get("tracing", switches.one_of(tuple(Tracing), Tracing), Tracing.SUBMIT),
        detailed_metrics=read.get("detailedMetrics", switches.boolean, False),
        bucket_versioning=read.get("bucketVersioning", switches.boolean, False),
        picture_cdn=read.get("pictureCdn", switches.boolean, not local),
        # The pages ask the API at addresses of these two doors.
        edge=read_edge(read, pages=not local and {CANONICAL, STUDIO} <= set(doors), local=local),
        providers=read_providers(read, url, concurrency=parallel),
        routing=read_routing(read),
        revived_models=read.get("revivedModels", model_names, ()),
        content=read_content(read),
        studio_model=read.get("studioModel", model_name, "sd3-medium"),
        start_concurrency=read.get("startConcurrency", switches.concurrency, parallel),
        intake_concurrency=read.get("intakeConcurrency", switches.concurrency, parallel),
        intake_principals=read.get("intakePrincipals", switches.arns("iam"), ()),
        intake_reply_queues=read.get("intakeReplyQueues", switches.arns("sqs"), ()),
        collect_concurrency=read.get("collectConcurrency", switches.concurrency, 4 if local else 20),
        image_worker_memory_mb=read.get("imageWorkerMemoryMb", switches.whole_number(512, 3_008), 512),
        upload_concurrency=read.get("uploadConcurrency", switches.concurrency, parallel),
        upload_scan=_upload_scan(read, local=local),
        trash_days=read.get("trashDays", switches.whole_number(1, 365), 30),
        reference_trusted_origins=read.get("referenceTrustedOrigins", trusted_origins, ()),
        webhook_concurrency=read.get("webhookConcurrency", switches.concurrency, 4 if local else 20),
        webhook_trusted_origins=read.get("webhookTrustedOrigins", trusted_origins, ()),
        telegram_api_url=read.get("telegramApiUrl", url, "https://api.telegram.org"),
        alarm_email=read.get("alarmEmail", switches.email_address, None),
        trial_credits=read.get("trialCredits", switches.whole_number(0, 1_000_000), 5),
        stars_rate=read.get("starsRate", _stars_rate, "1/10"),
        stars_minimum=read.get("starsMinimum", switches.whole_number(1, 100_000), 10),
        trial_days=read.get("trialDays", switches.whole_number(1, 3_650), 30),
        sign_in=read_sign_in(read, url, local=local),
        debug_users=read.get("debugUsers", switches.boolean, stage is not Stage.PRODUCTION),
        # Locally all requests come from one address, many of them from scripts.
        rate_limits=RateLimitSettings(
            user_per_minute=read.get("rateLimitUserPerMinute", switches.rate, 6_000 if local else 60),
            workspace_per_hour=read.get("rateLimitWorkspacePerHour", switches.rate, 100_000 if local else 1_000),
            address_per_minute=read.get("rateLimitAddressPerMinute", switches.rate, 6_000 if local else 100),
        ),
    )


def _upload_scan(read: switches.Switches, *, local: bool) -> bool:
    scan: bool = read.get("uploadScan", switches.boolean, False)
    if local and scan:
        raise switches.SettingsError("uploadScan is for AWS: an emulator scans nothing.")
    return scan


def _doors(raw: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if unknown := [name for name in names if name not in DOORS]:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(DOORS)}.")
    return names


def _stars_rate(raw: str) -> str:
    if not re.fullmatch(r"[0-9]{1,6}/[1-9][0-9]{0,5}", raw):
        raise ValueError(f"{raw}: credits for Stars are written as 1/10.")
    return raw


def _project_version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
