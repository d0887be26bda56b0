"""Only a token that its issuer made for us, and that is valid now, names anybody."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from tests.support.issuer import AUDIENCE, ISSUER, SUBJECT, Issuer, an_issuer, payload, serving

from easel.domain.identities import TelegramIdentity
from easel.errors import IdentityUnavailable
from easel.identity.sessions import Sessions, kid_of
from easel.identity.tokens import Tokens, TrustedIssuer
from easel.services.ports.accounts import MiniAppUser, SignedInPerson

SECRET = "a-session-secret-of-this-test-run-0123456789-abcdefghijklmnopqrs"
OTHER_ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example"
PERSON = SignedInPerson(ISSUER, SUBJECT, is_operator=False)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving(an_issuer()) as running:
        yield running


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens(
        [
            TrustedIssuer(ISSUER, frozenset({AUDIENCE, "easel-cli"}), issuer.jwks_url, "roles", "staff"),
            TrustedIssuer(OTHER_ISSUER, frozenset({"client-1"}), issuer.jwks_url, "cognito:groups", "operators"),
        ],
        Sessions(lambda: [SECRET]),
    )


@pytest.mark.requirement("S000-59", "X-1")
@pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
def test_a_good_token_names_its_person(tokens: Tokens, issuer: Issuer, kid: str) -> None:
    assert tokens(issuer.token(kid)) == PERSON


@pytest.mark.parametrize("audience", ["easel-cli", ["somebody-else", AUDIENCE]])
def test_one_of_several_audiences_is_enough(tokens: Tokens, issuer: Issuer, audience: object) -> None:
    assert tokens(issuer.token(aud=audience)) == PERSON


def test_an_access_token_of_cognito_names_its_client_instead_of_an_audience(tokens: Tokens, issuer: Issuer) -> None:
    good = issuer.token(iss=OTHER_ISSUER, aud=None, client_id="client-1", token_use="access")
    assert tokens(good) == SignedInPerson(OTHER_ISSUER, SUBJECT, is_operator=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "client-2"},
        {"token_use": None},
        {"token_use": "refresh", "aud": "client-1"},
        {"aud": "client-2"},
    ],
)
def test_an_access_token_of_cognito_for_another_client_names_nobody(
    tokens: Tokens, issuer: Issuer, changes: dict[str, str | None]
) -> None:
    claims: dict[str, Any] = {"aud": None, "client_id": "client-1", "token_use": "access", **changes}
    assert tokens(issuer.token(iss=OTHER_ISSUER, **claims)) is None, changes


@pytest.mark.parametrize(
    ("claims", "runs_it"),
    [
        ({"roles": ["staff"]}, True),
        ({"roles": ["customers"]}, False),
        ({"roles": "staff"}, False),
        ({"cognito:groups": ["staff"]}, False),
    ],
)
def test_who_runs_the_platform_is_what_the_provider_says(
    tokens: Tokens, issuer: Issuer, claims: dict[str, Any], *, runs_it: bool
) -> None:
    found = tokens(issuer.token(**claims))
    assert isinstance(found, SignedInPerson)
    assert found.is_operator is runs_it


def test_nobody_runs_the_platform_by_a_provider_without_such_a_group(issuer: Issuer) -> None:
    plain = Tokens([TrustedIssuer(ISSUER, frozenset({AUDIENCE}), issuer.jwks_url)], Sessions(lambda: [SECRET]))
    assert plain(issuer.token(groups=[None, "operators"])) == PERSON


NOW = int(time.time())
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 120},
    "without expiry": {"exp": None},
    "expiry is no number": {"exp": "soon"},
    "not valid yet": {"nbf": NOW + 86_400},
    "issued in the future": {"iat": NOW + 86_400},
    "without time of issue": {"iat": None},
    "unknown issuer": {"iss": "https://id.example.com"},
    "without issuer": {"iss": None},
    "wrong audience": {"aud": "another-app"},
    "no audience": {"aud": None},
    "empty audience": {"aud": []},
    "audience is an object": {"aud": {AUDIENCE: True}},
    "audience of another issuer": {"aud": "client-1"},
    "without subject": {"sub": None},
    "empty subject": {"sub": ""},
    "long subject": {"sub": "x" * 256},
}


@pytest.mark.requirement("S000-59")
@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_a_token_that_is_not_for_us_or_not_for_now_names_nobody(
    tokens: Tokens, issuer: Issuer, claims: dict[str, Any]
) -> None:
    assert tokens(issuer.token(**claims)) is None


@pytest.mark.parametrize("claims", [{"exp": NOW - 30}, {"nbf": NOW + 30}, {"iat": NOW + 30}])
def test_clocks_may_differ_by_a_minute(tokens: Tokens, issuer: Issuer, claims: dict[str, Any]) -> None:
    fresh = {name: int(time.time()) + (value - NOW) for name, value in claims.items()}
    assert tokens(issuer.token(**fresh)) == PERSON


def test_an_issuer_cannot_vouch_for_another(issuer: Issuer) -> None:
    with serving(an_issuer()) as stranger:
        both = Tokens(
            [
                TrustedIssuer(ISSUER, frozenset({AUDIENCE}), issuer.jwks_url),
                TrustedIssuer(OTHER_ISSUER, frozenset({AUDIENCE}), stranger.jwks_url),
            ],
            Sessions(lambda: [SECRET]),
        )
        assert both(stranger.token(iss=OTHER_ISSUER)) is not None
        assert both(stranger.token(iss=ISSUER)) is None


def test_a_forged_token_names_nobody(tokens: Tokens, issuer: Issuer) -> None:
    forger = an_issuer()
    assert tokens(forger.token()) is None
    head, body, signature = issuer.token().split(".")
    other_body = encoded(payload(sub="somebody-else"))
    assert tokens(f"{head}.{other_body}.{signature}") is None
    assert tokens(f"{head}.{body}.") is None


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_a_token_without_a_signature_names_nobody(tokens: Tokens, algorithm: str) -> None:
    head = encoded({"alg": algorithm, "typ": "JWT", "kid": "rsa-1"})
    assert tokens(f"{head}.{encoded(payload())}.") is None


def test_a_token_that_a_library_left_unsigned_names_nobody(tokens: Tokens) -> None:
    assert tokens(jwt.encode(payload(), "", "none", headers={"kid": "rsa-1"})) is None


PUBLIC_KEYS: dict[str, Callable[[Issuer], bytes]] = {
    "PEM": lambda issuer: issuer.public_pem("rsa-1"),
    "PEM without its last line break": lambda issuer: issuer.public_pem("rsa-1").strip(),
    "JWK": lambda issuer: json.dumps(issuer.published["rsa-1"]).encode(),
    "modulus": lambda issuer: str(issuer.published["rsa-1"]["n"]).encode(),
}


@pytest.mark.requirement("S000-59")
@pytest.mark.parametrize("form", PUBLIC_KEYS)
@pytest.mark.parametrize(("algorithm", "digest"), [("HS256", "sha256"), ("HS512", "sha512")])
def test_a_public_key_is_no_shared_secret(
    tokens: Tokens, issuer: Issuer, form: str, algorithm: str, digest: str
) -> None:
    """The classical confusion: HMAC over the token with what everybody can read of the issuer's key."""
    signed = f"{encoded({'alg': algorithm, 'typ': 'JWT', 'kid': 'rsa-1'})}.{encoded(payload())}"
    mac = hmac.digest(PUBLIC_KEYS[form](issuer), signed.encode(), digest)
    assert tokens(f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}") is None


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_a_key_serves_its_own_algorithm_only(tokens: Tokens, issuer: Issuer, algorithm: str) -> None:
    key = issuer.keys["rsa-1"]
    assert tokens(jwt.encode(payload(), key, algorithm, headers={"kid": "rsa-1"})) is None


def test_a_key_of_one_kind_does_not_serve_under_the_name_of_another(tokens: Tokens, issuer: Issuer) -> None:
    assert tokens(issuer.token("ec-1", header={"kid": "rsa-1"})) is None
    assert tokens(issuer.token("rsa-1", header={"kid": "ec-1"})) is None


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"b64": False}, {"zip": "DEF"}, {"kid": "no-such-key"}])
def test_headers_that_change_the_rules_are_refused(tokens: Tokens, issuer: Issuer, header: dict[str, Any]) -> None:
    key = issuer.keys["rsa-1"]
    head = encoded({"alg": "RS256", "typ": "JWT", "kid": "rsa-1", **header})
    signed = f"{head}.{encoded(payload())}"
    signature = jwt.get_algorithm_by_name("RS256").sign(signed.encode(), key)
    assert tokens(f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}") is None


def test_a_token_cannot_bring_its_own_key(tokens: Tokens) -> None:
    forger = an_issuer()
    brought = {"jwk": forger.published["rsa-1"], "jku": "https://forger.example.com/keys", "kid": "rsa-1"}
    assert tokens(forger.token(header=brought)) is None


@pytest.mark.parametrize("kid", [None, "", 7, ["rsa-1"]])
def test_a_token_must_name_its_key(tokens: Tokens, issuer: Issuer, kid: Any) -> None:
    head = {"alg": "RS256", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    signed = f"{encoded(head)}.{encoded(payload())}"
    signature = jwt.get_algorithm_by_name("RS256").sign(signed.encode(), issuer.keys["rsa-1"])
    assert tokens(f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}") is None


NOT_TOKENS = ["", ".", "..", "a.b.c", "....", "ek_no", "é.é.é", "e30.e30.e30", "W10.W10.W10", "bnVsbA.bnVsbA.x"]


@pytest.mark.parametrize("text", NOT_TOKENS)
def test_a_text_that_is_no_token_names_nobody(tokens: Tokens, text: str) -> None:
    assert tokens(text) is None


@pytest.mark.parametrize("iss", [[ISSUER], {}, 7], ids=["list", "object", "number"])
def test_an_issuer_that_is_no_text_names_nobody(tokens: Tokens, iss: object) -> None:
    head = encoded({"alg": "RS256", "kid": "rsa-1"})
    assert tokens(f"{head}.{encoded(payload() | {'iss': iss})}.c2lnbmF0dXJl") is None


GOOD_HEAD = base64.urlsafe_b64encode(b'{"alg": "RS256", "kid": "rsa-1"}').rstrip(b"=").decode()
DEEP = base64.urlsafe_b64encode(b"[" * 3_000).rstrip(b"=").decode()
LONG_NUMBER = base64.urlsafe_b64encode(b'{"iss": ' + b"9" * 5_000 + b"}").rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [f"{DEEP}.{DEEP}.x", f"{GOOD_HEAD}.{DEEP}.x", f"{GOOD_HEAD}.{LONG_NUMBER}.x"],
    ids=["deep header", "deep claims", "long number"],
)
def test_hostile_json_names_nobody(tokens: Tokens, text: str) -> None:
    assert tokens(text) is None


def test_strangers_do_not_make_us_ask_the_provider(issuer: Issuer) -> None:
    def never(_: str) -> bytes:
        raise AssertionError("asked")

    trusted = TrustedIssuer(ISSUER, frozenset({AUDIENCE}), issuer.jwks_url)
    tokens = Tokens([trusted], Sessions(lambda: [SECRET]), fetch=never)
    assert tokens(issuer.token(iss="https://stranger.example.com/")) is None


def test_a_provider_that_cannot_be_reached_is_not_the_callers_fault(issuer: Issuer) -> None:
    def unreachable(_: str) -> bytes:
        raise OSError("no route")

    trusted = TrustedIssuer(ISSUER, frozenset({AUDIENCE}), issuer.jwks_url)
    with pytest.raises(IdentityUnavailable):
        Tokens([trusted], Sessions(lambda: [SECRET]), fetch=unreachable)(issuer.token())


def test_a_session_signed_with_a_secret_that_is_read_late_is_known_by_its_kid() -> None:
    sessions = Sessions(lambda: [SECRET, "b" * 64])

    assert sessions.key(kid_of("b" * 64)) == "b" * 64
    assert sessions.key(kid_of("c" * 64)) is None


# --- our own --------------------------------------------------------------------------------------------------------

USER = MiniAppUser(TelegramIdentity("019a9f1c-0000-7000-8000-00000000000a", 279058397), "standard")
Change = Callable[[dict[str, Any]], dict[str, Any]]


def session_claims(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": "urn:easel:sessions",
        "aud": "urn:easel:api",
        "sub": USER.identity.user_id,
        "iat": NOW,
        "exp": int(time.time()) + 600,
        "use": "telegram-mini-app",
        "bot": USER.identity.bot_workspace_id,
        "tg": USER.identity.telegram_id,
        "plan": "standard",
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def session(secret: str = SECRET, kid: str | None = None, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(session_claims(**changes), secret, algorithm, headers={"kid": kid or kid_of(SECRET)})


def test_a_session_names_its_user(tokens: Tokens) -> None:
    assert tokens(session()) == USER


BAD_SESSIONS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 120},
    "of another audience": {"aud": AUDIENCE},
    "without audience": {"aud": None},
    "for another use": {"use": "something-else"},
    "of another person": {"sub": "somebody-else"},
    "of another bot": {"bot": "019a9f1c-0000-7000-8000-00000000000b"},
    "without a bot": {"bot": None},
    "with another id": {"tg": 1},
    "with an impossible id": {"tg": 2**52},
    "with a text for an id": {"tg": "279058397"},
    "without a plan": {"plan": None},
    "signed with another secret": {"secret": "b" * 64},
    "of a replaced secret": {"secret": "b" * 64, "kid": kid_of("b" * 64)},
    "with another algorithm": {"algorithm": "HS512"},
    "under the name of another secret": {"kid": "0123456789abcdef"},
}


@pytest.mark.parametrize("changes", BAD_SESSIONS.values(), ids=BAD_SESSIONS.keys())
def test_a_session_that_we_did_not_give_names_nobody(tokens: Tokens, changes: dict[str, Any]) -> None:
    assert tokens(session(**changes)) is None


def test_no_provider_can_make_our_sessions(tokens: Tokens, issuer: Issuer) -> None:
    assert tokens(issuer.token(**session_claims())) is None
    head = {"kid": kid_of(SECRET)}
    assert tokens(jwt.encode(session_claims(), issuer.keys["rsa-1"], "RS256", headers=head)) is None


def test_our_secret_cannot_make_a_providers_tokens(tokens: Tokens) -> None:
    assert tokens(jwt.encode(payload(), SECRET, "HS256", headers={"kid": kid_of(SECRET)})) is None


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
