"""Every switch of the stack: read from CDK context and environment, checked, and frozen before anything is built.

A context key wins over its environment variable, which wins over the preset of the stage. The table is in README.md.
"""

import json
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

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
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
class OidcIssuer:
    """An identity provider beside the stack's own user pool; tokens must be made for one of `audiences`.

    People in `operator_group`, by the claim `groups_claim`, run the platform.
    """

    issuer: str
    audiences: tuple[str, ...]
    jwks_url: str
    groups_claim: str = "groups"
    operator_group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """How people come in.

    `keys_url` is where the user pool's public keys are served, None for AWS itself. Google needs its client, the name
    of a secret of the account that has the client's, the domain of the hosted sign-in page, and where to come back to.
    """

    self_sign_up: bool
    keys_url: str | None
    oidc_issuers: tuple[OidcIssuer, ...]
    google_client_id: str | None
    google_secret_name: str | None
    domain_prefix: str | None
    callback_urls: tuple[str, ...]
    init_data_max_age_seconds: int

    @property
    def with_google(self) -> bool:
        return self.google_client_id is not None


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
    doors: tuple[str, ...]
    public_base_url: str | None
    cors_origins: tuple[str, ...]
    throttle_rate: int
    throttle_burst: int
    log_retention_days: int
    log_level: str
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
        doors=read.get("doors", _doors, DOORS),
        public_base_url=read.get("publicBaseUrl", url, None),
        cors_origins=read.get("corsOrigins", _any_origins if trial else _origins, ("*",) if local else ()),
        throttle_rate=read.get("throttleRate", _number(1, 10_000), 100),
        throttle_burst=read.get("throttleBurst", _number(1, 5_000), 200),
        log_retention_days=read.get("logRetentionDays", _retention, 1 if local else 7 if trial else 90),
        log_level=read.get("logLevel", _one_of(_LOG_LEVELS, str), "INFO"),
        providers=tuple(_provider(read, url, name, parallel) for name in _ADDRESSES),
        routing=RoutingSettings(
            preferred=read.get("preferredProviders", _provider_names, ()),
            fallback=read.get("defaultFallback", _one_of(_FALLBACKS, str), "same-model"),
        ),
        revived_models=read.get("revivedModels", _model_names, ()),
        start_concurrency=read.get("startConcurrency", _concurrency, parallel),
        collect_concurrency=read.get("collectConcurrency", _concurrency, 4 if local else 20),
        reference_trusted_origins=read.get("referenceTrustedOrigins", _origins if local else _never, ()),
        alarm_email=read.get("alarmEmail", _email, None),
        trial_credits=read.get("trialCredits", _number(0, 1_000_000), 5),
        trial_days=read.get("trialDays", _number(1, 3_650), 30),
        sign_in=_sign_in(read, url, local=local),
        debug_users=read.get("debugUsers", _switch, stage is not Stage.PRODUCTION),
        # Locally everybody comes from one address, and scripts are in a hurry.
        rate_limits=RateLimitSettings(
            user_per_minute=read.get("rateLimitUserPerMinute", _rate, 6_000 if local else 60),
            workspace_per_hour=read.get("rateLimitWorkspacePerHour", _rate, 100_000 if local else 1_000),
            address_per_minute=read.get("rateLimitAddressPerMinute", _rate, 6_000 if local else 100),
        ),
    )


def _provider(read: "_Switches", url: Callable[[str], str], name: str, parallel: int) -> ProviderSettings:
    address = _ADDRESSES[name]
    base_url = read.get(f"{name}BaseUrl", url, address) if address else None
    variants = _one_of(_NANOBANANA_VARIANTS, str)
    variant = read.get("nanobananaVariant", variants, _NANOBANANA_VARIANTS[0]) if name == NANOBANANA else None
    # Plain http is for the local stage, whose address only its own simulators can reach.
    reachable = url is _https_base_url or urlsplit(base_url or "").hostname in _LOOPBACK
    return ProviderSettings(
        name=name,
        max_concurrency=read.get(f"{name}Concurrency", _concurrency, parallel),
        base_url=base_url,
        has_jobs=name in _WITH_JOBS,
        worker_seconds=_WORKER_SECONDS.get(name, 120),
        sync_mode=read.get("wavespeedSyncMode", _switch, True) if name == WAVESPEED else None,
        variant=variant,
        callbacks=name in _WITH_JOBS and read.get(f"{name}Callbacks", _switch, reachable and variant != _SEED),
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


def _sign_in(read: "_Switches", url: Callable[[str], str], *, local: bool) -> SignInSettings:
    given = SignInSettings(
        self_sign_up=read.get("selfSignUp", _switch, False),
        keys_url=read.get("signInKeysUrl", _base_url if local else _refuse_keys, None),
        oidc_issuers=read.get("oidcIssuers", _oidc_issuers(url), ()),
        google_client_id=read.get("googleClientId", str, None),
        google_secret_name=read.get("googleSecretName", str, None),
        domain_prefix=read.get("signInDomainPrefix", _domain_prefix, None),
        callback_urls=read.get("signInCallbackUrls", _addresses(url), ()),
        init_data_max_age_seconds=read.get("initDataMaxAgeSeconds", _number(60, 86_400), 3_600),
    )
    google = (given.google_client_id, given.google_secret_name, given.domain_prefix, given.callback_urls)
    if any(google) and not all(google):
        raise SettingsError(
            "googleClientId, googleSecretName, signInDomainPrefix and signInCallbackUrls go together: set all or none."
        )
    return given


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


def _addresses(url: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda raw: tuple(url(part.strip()) for part in raw.split(",") if part.strip())


def _domain_prefix(raw: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", raw) or re.search("aws|amazon|cognito", raw):
        raise ValueError("must have 1 to 63 of a-z, 0-9 and -, without aws, amazon or cognito.")
    return raw


def _oidc_issuers(url: Callable[[str], str]) -> Callable[[str], tuple[OidcIssuer, ...]]:
    """Reads `[{"issuer", "audiences": [...], "jwksUrl", "groupsClaim"?, "operatorGroup"?}]`."""

    def parse(raw: str) -> tuple[OidcIssuer, ...]:
        try:
            entries = json.loads(raw)
            return tuple(
                OidcIssuer(
                    # Compared letter by letter later on, so its form is checked and its letters stay.
                    issuer=entry["issuer"] if url(entry["issuer"]) else "",
                    audiences=_audiences(entry["audiences"]),
                    jwks_url=url(entry["jwksUrl"]),
                    groups_claim=str(entry.get("groupsClaim", "groups")),
                    operator_group=entry.get("operatorGroup"),
                )
                for entry in entries
            )
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError):
            form = '[{"issuer": "https://...", "audiences": ["..."], "jwksUrl": "https://..."}]'
            raise ValueError(f"must be a JSON list such as {form}.") from None

    return parse


def _audiences(given: Any) -> tuple[str, ...]:
    # A provider serves many applications: a token that was made for another one must not open this one.
    if not isinstance(given, list) or not given or not all(isinstance(name, str) and name for name in given):
        raise ValueError("audiences must be a list with at least one name.")
    return tuple(given)


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


def _refuse_keys(_raw: str) -> str:
    raise ValueError("it replaces Cognito's own public keys and exists for the local stage only.")


def _email(raw: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", raw):
        raise ValueError("must be an e-mail address.")
    return raw


def _project_version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
