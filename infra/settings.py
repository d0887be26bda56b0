"""Every switch of the stack: read from CDK context and environment, checked, and frozen before anything is built.

A context key wins over its environment variable, which wins over the preset of the stage. The table is in README.md.
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
"""Every provider with the address of its vendor; None for the one that is built in."""
_WITH_JOBS: Final = frozenset({WAVESPEED, NANOBANANA})
_WORKER_SECONDS: Final = {"openai": 240, "google": 240}
"""Those that answer with the picture itself hold the line for up to three minutes; the others take 120."""
_SEED: Final = "seed"
"""The contract of the document, which knows no callbacks."""
_NANOBANANA_VARIANTS: Final = ("nanobananaapi", _SEED)
_FALLBACKS: Final = ("none", "same-model", "equivalent")

CANONICAL: Final = "canonical"
DOORS: Final = (CANONICAL,)
"""The front doors that a deployment can open. What no door needs is not created."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
_SYSTEM_LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN")
_CLOUDFRONT_REGION: Final = "us-east-1"


class Stage(StrEnum):
    """Which copy of the system this is."""

    LOCAL = "local"
    DEV = "dev"
    STAGING = "staging"
    PRODUCTION = "production"


class Tracing(StrEnum):
    """Which functions start traces of X-Ray; the others continue those that reach them. Each trace is billed."""

    OFF = "off"
    SUBMIT = "submit"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """What stands before the API: CloudFront if `enabled`, a domain name of its own.

    `rate_limit` is how many requests an address may make in five minutes before WAF refuses more; None for no WAF.
    """

    enabled: bool
    rate_limit: int | None
    domain_name: str | None
    certificate_arn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One image provider: how many of its images may be in work at once, and how it is reached.

    `base_url` is None for a provider that is built in. One with jobs answers later, and is asked for them.
    `worker_seconds` is how long a worker may be at one image. `sync_mode` asks a vendor that has jobs to answer with
    the picture itself all the same; `variant` chooses between the contracts that go by one vendor's name. With
    `callbacks` the vendor is told where to say that a job is done, and is asked for it rarely. One that
    `reads_references` takes links to reference pictures instead of their bytes.
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
    """Which providers are preferred where several serve a model, and who may stand in unless a request says so."""

    preferred: tuple[str, ...]
    fallback: str


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
    there, because a loopback endpoint speaks plain http. `disposable` data dies with the stack. With
    `deletion_protection` stack, tables and user pool refuse to be deleted; a first deployment has to be without it, or
    CloudFormation could not remove what it made when it fails. Throttling is in requests per second over the whole API.
    """

    stage: Stage
    name_prefix: str
    version: str
    deletion_protection: bool
    doors: tuple[str, ...]
    public_base_url: str | None
    cors_origins: tuple[str, ...]
    throttle_rate: int
    throttle_burst: int
    log_retention_days: int
    log_level: str
    system_log_level: str
    tracing: Tracing
    detailed_metrics: bool
    bucket_versioning: bool
    edge: EdgeSettings
    providers: tuple[ProviderSettings, ...]
    routing: RoutingSettings
    revived_models: tuple[str, ...]
    start_concurrency: int
    collect_concurrency: int
    reference_trusted_origins: tuple[str, ...]
    alarm_email: str | None
    trial_credits: int
    trial_days: int
    sign_in: SignInSettings
    debug_users: bool
    rate_limits: RateLimitSettings

    @property
    def stack_name(self) -> str:
        """Begins the names of whatever has a name, so that two copies fit into one account."""
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
    """The settings of one deployment. `context` looks a CDK context key up and gives None when it is not set.

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
        cors_origins=read.get("corsOrigins", any_origins, ("*",) if local else ()),
        throttle_rate=read.get("throttleRate", switches.whole_number(1, 10_000), 100),
        throttle_burst=read.get("throttleBurst", switches.whole_number(1, 5_000), 200),
        log_retention_days=read.get("logRetentionDays", switches.retention_days, 1 if local else 7 if trial else 90),
        log_level=read.get("logLevel", switches.one_of(_LOG_LEVELS, str), "INFO"),
        system_log_level=read.get("systemLogLevel", switches.one_of(_SYSTEM_LOG_LEVELS, str), "WARN"),
        tracing=read.get("tracing", switches.one_of(tuple(Tracing), Tracing), Tracing.SUBMIT),
        detailed_metrics=read.get("detailedMetrics", switches.boolean, False),
        bucket_versioning=read.get("bucketVersioning", switches.boolean, False),
        edge=_edge(read, local=local),
        providers=tuple(_provider(read, url, name, parallel) for name in _ADDRESSES),
        routing=RoutingSettings(
            preferred=read.get("preferredProviders", _provider_names, ()),
            fallback=read.get("defaultFallback", switches.one_of(_FALLBACKS, str), "same-model"),
        ),
        revived_models=read.get("revivedModels", _model_names, ()),
        start_concurrency=read.get("startConcurrency", switches.concurrency, parallel),
        collect_concurrency=read.get("collectConcurrency", switches.concurrency, 4 if local else 20),
        reference_trusted_origins=read.get("referenceTrustedOrigins", trusted_origins, ()),
        alarm_email=read.get("alarmEmail", switches.email_address, None),
        trial_credits=read.get("trialCredits", switches.whole_number(0, 1_000_000), 5),
        trial_days=read.get("trialDays", switches.whole_number(1, 3_650), 30),
        sign_in=read_sign_in(read, url, local=local),
        debug_users=read.get("debugUsers", switches.boolean, stage is not Stage.PRODUCTION),
        # Locally everybody comes from one address, and scripts are in a hurry.
        rate_limits=RateLimitSettings(
            user_per_minute=read.get("rateLimitUserPerMinute", switches.rate, 6_000 if local else 60),
            workspace_per_hour=read.get("rateLimitWorkspacePerHour", switches.rate, 100_000 if local else 1_000),
            address_per_minute=read.get("rateLimitAddressPerMinute", switches.rate, 6_000 if local else 100),
        ),
    )


def _edge(read: switches.Switches, *, local: bool) -> EdgeSettings:
    edge = EdgeSettings(
        enabled=read.get("edge", switches.boolean, False),
        # The range that WAF takes.
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
    # Plain http is for the local stage, whose address only its own simulators can reach.
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


def _doors(raw: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if unknown := [name for name in names if name not in DOORS]:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(DOORS)}.")
    return names


def _provider_names(raw: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if unknown := [name for name in names if name not in _ADDRESSES]:
        raise ValueError(f"{', '.join(unknown)}: there are only {', '.join(_ADDRESSES)}.")
    return names


def _model_names(raw: str) -> tuple[str, ...]:
    """Which of them can be revived is the catalogue's to say; functions refuse to start with one that cannot."""
    names = tuple(part.strip() for part in raw.split(",") if part.strip())
    if odd := [name for name in names if not re.fullmatch(r"[a-z0-9.-]{1,64}", name)]:
        raise ValueError(f"{', '.join(odd)}: a model's id has small letters, digits, dots and dashes.")
    return names


def _project_version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
