"""The settings of sign-in."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra import switches


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcIssuer:
    """An identity provider besides the stack's own user pool; tokens must have one of `audiences`.

    Members of `operator_group`, by the claim `groups_claim`, are operators of the platform.
    """

    issuer: str
    audiences: tuple[str, ...]
    jwks_url: str
    groups_claim: str = "groups"
    operator_group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """The sign-in settings.

    `keys_url` is the URL of the user pool's public keys, None on AWS. Google needs a client id, the name of the secret
    with the client secret, the domain of the hosted sign-in page, and the callback URLs of apps.
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


def read_sign_in(read: switches.Switches, url: Callable[[str], str], *, local: bool) -> SignInSettings:
    """Read the sign-in settings. `url` validates an address. Raises SettingsError."""
    given = SignInSettings(
        self_sign_up=read.get("selfSignUp", switches.boolean, False),
        keys_url=read.get("signInKeysUrl", switches.base_url if local else switches.refuse_keys, None),
        oidc_issuers=read.get("oidcIssuers", _oidc_issuers(url), ()),
        google_client_id=read.get("googleClientId", str, None),
        google_secret_name=read.get("googleSecretName", str, None),
        domain_prefix=read.get("signInDomainPrefix", switches.domain_prefix, None),
        callback_urls=read.get("signInCallbackUrls", switches.addresses(url), ()),
        init_data_max_age_seconds=read.get("initDataMaxAgeSeconds", switches.whole_number(60, 86_400), 86_400),
    )
    google = (given.google_client_id, given.google_secret_name, given.callback_urls)
    if any(google) and not all((*google, given.domain_prefix)):
        raise switches.SettingsError(
            "googleClientId, googleSecretName, signInDomainPrefix and signInCallbackUrls go together: set all or none, "
            "or signInDomainPrefix alone."
        )
    return given


def _oidc_issuers(url: Callable[[str], str]) -> Callable[[str], tuple[OidcIssuer, ...]]:
    """Parse `[{"issuer", "audiences": [...], "jwksUrl", "groupsClaim"?, "operatorGroup"?}]`."""

    def parse(raw: str) -> tuple[OidcIssuer, ...]:
        try:
            entries = json.loads(raw)
            return tuple(
                OidcIssuer(
                    # It is compared exactly later, so it is validated but not normalized.
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
    # A provider serves many applications: a token for another one must not be accepted.
    if not isinstance(given, list) or not given or not all(isinstance(name, str) and name for name in given):
        raise ValueError("audiences must be a list with at least one name.")
    return tuple(given)
