"""All settings of the stack: read from CDK context and environment, validated, and frozen before anything is built.

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
from urllib.parse import urlsplit

from infra.sign_in import SignInSettings, read_sign_in

from infra import switches

REPOSITORY: Final = Path(__file__).resolve().parent.parent
WAVESPEED: Final = "wavespeed"
NANOBANANA: Final = "nanobanana"
_ADDRESSES: Final = {
    WAVESPEED: "https://api.wavespeed.ai",
    "openai": "https://api.openai.com/v1",
    "google": "https://generativelanguage.googleapis.com",
    NANOBANANA: "https://api.nanobananaapi.ai",
    "sandbox": None,
}
"""Every provider with the base URL of its vendor; None for the built-in one."""
_WITH_JOBS: Final = frozenset({WAVESPEED, NANOBANANA})
_WORKER_SECONDS: Final = {"openai": 240, "google": 240}
"""Providers that answer with the image itself keep the connection open for up to three minutes; others need 120 s."""
_SEED: Final = "seed"
"""The contract without callbacks."""
_NANOBANANA_VARIANTS: Final = ("nanobananaapi", _SEED)
_CONTENT_MODELS: Final = {
    "google": "nano-banana-2.1",
    "openai": "gpt-image-2.6-flare",
    WAVESPEED: "nano-banana-2",
    NANOBANANA: "nano-banana",
    "sandbox": "sandbox",
}
"""The model for pictures of content items where only the provider is named."""
_FALLBACKS: Final = ("none", "same-model", "equivalent")

CANONICAL: Final = "canonical"
SHOP: Final = "shop"
WORKSPACE: Final = "workspace"
BOT: Final = "bot"
CONTENT: Final = "content"
STUDIO: Final = "studio"
OPENAI: Final = "openai"
DOORS: Final = (CANONICAL, SHOP, WORKSPACE, BOT, CONTENT, STUDIO, OPENAI)
"""The doors that a deployment can open. Functions that no open door needs are not created."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
_SYSTEM_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN")
_CLOUDFRONT_REGION: Final = "us-east-1"


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
class EdgeSettings:
    """The edge in front of the API: CloudFront if `enabled`, and a custom domain name.

    `rate_limit` is WAF's limit of requests per IP address in five minutes; None for no WAF.
    """

    enabled: bool
    rate_limit: int | None
    domain_name: str | None
    certificate_arn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One image provider: its concurrency and its connection.

    `base_url` is None for the built-in provider. A provider with jobs is polled for results. `worker_seconds` is the
    timeout of a worker. `sync_mode` asks a vendor with jobs to answer the submit with the image; `variant` selects one
    of several contracts of a vendor. With `callbacks` the vendor gets a callback URL and is polled rarely. With
    `reads_references` it takes URLs of reference images instead of bytes.
    """

    name: str
    max_concurrency: int
    base_url: str | None = None
    has_jobs: bool = False
    worker_seconds: int = 120
    sync_mode: bool | None = None
    variant: str | None = None
    callbacks: bool = False
    reads_references: bool = False

    @property
    def has_key(self) -> bool:
        return self.base_url is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSettings:
    """The preferred providers of models that several serve, and the default fallback."""

    preferred: tuple[str, ...]
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSettings:
    """How pictures of content items are made: the model, and the provider that is asked first (None for any)."""

    model: str
    provider: str | None


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
    upload_concurrency: int
    upload_scan: bool
    reference_trusted_origins: tuple[str, ...]
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
    return StageSettings(
        stage=stage,
        name_prefix=read.get("namePrefix", switches.name_prefix, "easel"),
        version=_project_version(),
        deletion_protection=read.get("deletionProtection", switches.boolean, not trial),
        doors=read.get("doors", _doors, DOORS),
        public_base_url=read.get("publicBaseUrl", url, None),
        top_up_url=read.get("topUpUrl", url, None),
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
        edge=_edge(read, local=local),
        providers=tuple(_provider(read, url, name, parallel) for name in _ADDRESSES),
        routing=RoutingSettings(
            preferred=read.get("preferredProviders", _provider_names, ()),
            fallback=read.get("defaultFallback", switches.one_of(_FALLBACKS, str), "same-model"),
        ),
        revived_models=read.get("revivedModels", _model_names, ()),
        content=_content(read),
        studio_model=read.get("studioModel", _model_name, "sd3-medium"),
        start_concurrency=read.get("startConcurrency", switches.concurrency, parallel),
        intake_concurrency=read.get("intakeConcurrency", switches.concurrency, parallel),
        intake_principals=read.get("intakePrincipals", switches.arns("iam"), ()),
        intake_reply_queues=read.get("intakeReplyQueues", switches.arns("sqs"), ()),
        collect_concurrency=read.get("collectConcurrency", switches.concurrency, 4 if local else 20),
        upload_concurrency=read.get("uploadConcurrency", switches.concurrency, parallel),
        upload_scan=_upload_scan(read, local=local),
        reference_trusted_origins=read.get("referenceTrustedOrigins", trusted_origins, ()),
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


def _edge(read: switches.Switches, *, local: bool) -> EdgeSettings:
    edge = EdgeSettings(
        enabled=read.get("edge", switches.boolean, False),
        # The range of WAF.
        rate_limit=read.get("edgeRateLimit", switches.whole_number(10, 2_000_000_000), None),
        domain_name=read.get("domainName", switches.domain_name, None),
        certificate_arn=read.get("certificateArn", switches.certificate_arn, None),
    )
    if local and (edge.enabled or edge.domain_name):
        raise switches.SettingsError("edge and domainName are for AWS: an emulator serves neither.")
    if edge.rate_limit and not edge.enabled:
        raise switches.SettingsError("edgeRateLimit needs edge=true: WAF stands before CloudFront, not before the API.")
    if bool(edge.domain_name) != bool(edge.certificate_arn):
        raise switches.SettingsError("domainName and certificateArn go together: set both or none.")
    if edge.enabled and edge.certificate_arn and f":{_CLOUDFRONT_REGION}:" not in edge.certificate_arn:
        raise switches.SettingsError(f"certificateArn must be in {_CLOUDFRONT_REGION}: CloudFront takes no other.")
    return edge


def _provider(read: switches.Switches, url: Callable[[str], str], name: str, parallel: int) -> ProviderSettings:
    address = _ADDRESSES[name]
    base_url = read.get(f"{name}BaseUrl", url, address) if address else None
    variants = switches.one_of(_NANOBANANA_VARIANTS, str)
    variant = read.get("nanobananaVariant", variants, _NANOBANANA_VARIANTS[0]) if name == NANOBANANA else None
    # Plain http is for the local stage only, whose address only the simulators can reach.
    reachable = url is switches.https_base_url or urlsplit(base_url or "").hostname in _LOOPBACK
    return ProviderSettings(
        name=name,
        max_concurrency=read.get(f"{name}Concurrency", switches.concurrency, parallel),
        base_url=base_url,
        has_jobs=name in _WITH_JOBS,
        worker_seconds=_WORKER_SECONDS.get(name, 120),
        sync_mode=read.get("wavespeedSyncMode", switches.boolean, True) if name == WAVESPEED else None,
        variant=variant,
        callbacks=name in _WITH_JOBS and read.get(f"{name}Callbacks", switches.boolean, reachable and variant != _SEED),
        reads_references=name == NANOBANANA and variant != _SEED,
    )


def _content(read: switches.Switches) -> ContentSettings:
    provider = read.get("contentProvider", _content_provider, None)
    model = read.get("contentModel", _model_name, _CONTENT_MODELS.get(provider or "", _CONTENT_MODELS["google"]))
    return ContentSettings(model=model, provider=provider)


def _content_provider(raw: str) -> str:
    """`gemini` is the word of an older service for google."""
    name = {"gemini": "google"}.get(raw.lower(), raw.lower())
    if name not in _ADDRESSES:
        raise ValueError(f"must be one of {', '.join(_ADDRESSES)} (or gemini for google).")
    return name


def _model_name(raw: str) -> str:
    (name,) = _model_names(raw) or ("",)
    return name


def _doors(raw: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if unknown := [name for name in names if name not in DOORS]:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(DOORS)}.")
    return names


def _stars_rate(raw: str) -> str:
    if not re.fullmatch(r"[0-9]{1,6}/[1-9][0-9]{0,5}", raw):
        raise ValueError(f"{raw}: credits for Stars are written as 1/10.")
    return raw


def _provider_names(raw: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if unknown := [name for name in names if name not in _ADDRESSES]:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(_ADDRESSES)}.")
    return names


def _model_names(raw: str) -> tuple[str, ...]:
    """The catalogue decides which models can be revived; functions fail to start with an invalid one."""
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if odd := [name for name in names if not re.fullmatch(r"[a-z0-9.-]{1,64}", name)]:
        raise ValueError(f"{', '.join(odd)}: a model's id has small letters, digits, dots and dashes.")
    return names


def _project_version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
