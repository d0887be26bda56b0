"""People can sign in safely, and the authorizer is told exactly whose tokens count."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App
from infra.settings import read_settings
from infra.stack import Code, EaselStack
from infra.switches import SettingsError
from tests.infra.synthesized import Synthesized

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOGLE = {
    "googleClientId": "easel.apps.googleusercontent.com",
    "googleSecretName": "easel/google",
    "signInDomainPrefix": "easel-example",
    "signInCallbackUrls": "https://app.example.com/signed-in,https://app.example.com/again",
}
ISSUER = {"issuer": "https://id.example.com/", "audiences": ["easel"], "jwksUrl": "https://id.example.com/keys"}


@pytest.fixture(scope="module")
def open_stack(code: Code, flags: Mapping[str, object]) -> Synthesized:
    """A stack with every way in switched on."""
    more = {"oidcIssuers": json.dumps([{**ISSUER, "operatorGroup": "staff"}]), "selfSignUp": "true"}
    settings = read_settings({"stage": "staging", **GOOGLE, **more}.get, {})
    app = App(context={**flags, "aws:cdk:enable-path-metadata": True}, analytics_reporting=False)
    return Synthesized(EaselStack(app, settings.stack_name, settings=settings, code=code), settings)


def token_issuers(stack: Synthesized) -> list[dict[str, Any]]:
    issuers: list[dict[str, Any]] = json.loads(stack.environment("api/accounts/authorize_request")["TOKEN_ISSUERS"])
    return issuers


@pytest.mark.requirement("S000-59")
def test_the_user_pool_is_one_that_passwords_can_be_trusted_to(production: Synthesized) -> None:
    (pool,) = production.of_type("AWS::Cognito::UserPool").values()
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == 12
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "verified_email", "Priority": 1}]
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def test_the_client_keeps_no_secret_and_gives_none_away(production: Synthesized, local: Synthesized) -> None:
    client = production.of_type("AWS::Cognito::UserPoolClient")["Identity/Users/Apps"]
    assert client["GenerateSecret"] is False
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert (client["PreventUserExistenceErrors"], client["EnableTokenRevocation"]) == ("ENABLED", True)
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert client["TokenValidityUnits"] == {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"}
    assert (client["AccessTokenValidity"], client["IdTokenValidity"]) == (60, 60)
    tools = local.of_type("AWS::Cognito::UserPoolClient")["Identity/Users/Apps"]
    assert "ALLOW_ADMIN_USER_PASSWORD_AUTH" in tools["ExplicitAuthFlows"]


def test_the_authorizer_takes_tokens_of_the_user_pool_for_its_clients(production: Synthesized) -> None:
    (own,) = token_issuers(production)
    address = "https://cognito-idp.AWS::Region.amazonaws.com/Identity/Users"
    assert own == {
        "issuer": address,
        "audiences": ["Identity/Users/Apps", "Identity/Users/Studio"],
        "jwksUrl": f"{address}/.well-known/jwks.json",
        "groupsClaim": "cognito:groups",
        "operatorGroup": "operators",
    }
    (group,) = production.of_type("AWS::Cognito::UserPoolGroup").values()
    assert group["GroupName"] == "operators"


def test_further_providers_stand_beside_it(open_stack: Synthesized) -> None:
    assert token_issuers(open_stack)[1:] == [{**ISSUER, "groupsClaim": "groups", "operatorGroup": "staff"}]


@pytest.mark.requirement("S003-63", "X-1")
def test_google_is_there_by_settings_alone(open_stack: Synthesized, production: Synthesized) -> None:
    (google,) = open_stack.of_type("AWS::Cognito::UserPoolIdentityProvider").values()
    assert google["ProviderType"] == "Google"
    assert google["ProviderDetails"]["client_secret"] == "{{resolve:secretsmanager:easel/google:SecretString:::}}"
    clients = open_stack.of_type("AWS::Cognito::UserPoolClient")
    for client in (clients["Identity/Users/Apps"], clients["Identity/Users/Studio"]):
        named = [open_stack.text(provider) for provider in client["SupportedIdentityProviders"]]
        assert named == ["COGNITO", "Google"]
        assert client["AllowedOAuthFlows"] == ["code"]
    assert clients["Identity/Users/Apps"]["CallbackURLs"] == GOOGLE["signInCallbackUrls"].split(",")
    assert production.of_type("AWS::Cognito::UserPoolIdentityProvider") == {}


def test_people_make_their_own_accounts_only_where_that_is_wanted(open_stack: Synthesized) -> None:
    (pool,) = open_stack.of_type("AWS::Cognito::UserPool").values()
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False


@pytest.mark.requirement("X-33")
def test_users_are_listed_in_production_only_when_that_is_switched_on(
    production: Synthesized, dev: Synthesized
) -> None:
    switched = {
        stack: stack.environment("api/accounts/debug_users")["DEBUG_USERS_ENABLED"] for stack in (production, dev)
    }
    assert switched == {production: "false", dev: "true"}
    assert read_settings({"stage": "production", "debugUsers": "true"}.get, {}).debug_users


@pytest.mark.parametrize(
    ("switches", "complaint"),
    [
        ({"googleClientId": "easel"}, "set all or none"),
        ({**GOOGLE, "signInDomainPrefix": "my-aws-login"}, "without aws, amazon or cognito"),
        ({**GOOGLE, "signInCallbackUrls": "http://app.example.com"}, "plain http is for the local stage"),
        ({"oidcIssuers": "https://id.example.com"}, "must be a JSON list"),
        ({"oidcIssuers": json.dumps([{"issuer": ISSUER["issuer"]}])}, "must be a JSON list"),
        ({"oidcIssuers": json.dumps([{**ISSUER, "audiences": []}])}, "audiences must be a list"),
        ({"oidcIssuers": json.dumps([{**ISSUER, "audiences": "easel"}])}, "audiences must be a list"),
        ({"oidcIssuers": json.dumps([{**ISSUER, "jwksUrl": "http://id.example.com/keys"}])}, "plain http is for"),
        ({"oidcIssuers": json.dumps([{**ISSUER, "issuer": "http://id.example.com/"}])}, "plain http is for"),
        ({"signInKeysUrl": "https://keys.example.com"}, "exists for the local stage only"),
        ({"initDataMaxAgeSeconds": "59"}, "must be a whole number from 60 to 86400"),
    ],
)
def test_a_way_in_that_is_not_safe_cannot_be_deployed(switches: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(complaint)):
        read_settings({"stage": "production", **switches}.get, {})


def test_an_issuers_name_stays_as_it_is_written() -> None:
    (issuer,) = read_settings({"oidcIssuers": json.dumps([ISSUER])}.get, {}).sign_in.oidc_issuers
    assert issuer.issuer == "https://id.example.com/"
