"""How people sign in: the user pool with its one client, Google beside it by settings, and whose tokens are taken."""

from typing import Any, Final

from aws_cdk import Duration, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.settings import StageSettings

from constructs import Construct

OPERATOR_GROUP: Final = "operators"
"""People in this group of the user pool run the platform."""


class Identity(Construct):
    """The user pool. `token_issuers` tells the authorizer whose tokens count, made for whom, proven by which keys."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.users = self._user_pool()
        providers = [cognito.UserPoolClientIdentityProvider.COGNITO]
        google = self._google() if settings.sign_in.with_google else None
        if google:
            providers.append(cognito.UserPoolClientIdentityProvider.GOOGLE)
        self.client = self._client(providers)
        if google:
            self.client.node.add_dependency(google)
        cognito.CfnUserPoolGroup(
            self,
            "Operators",
            user_pool_id=self.users.user_pool_id,
            group_name=OPERATOR_GROUP,
            description="People who run the platform.",
        )

    @property
    def issuer(self) -> str:
        """What the user pool calls itself in its tokens."""
        return f"https://cognito-idp.{Stack.of(self).region}.amazonaws.com/{self.users.user_pool_id}"

    @property
    def token_issuers(self) -> str:
        """JSON for the variable `TOKEN_ISSUERS`."""
        keys_url = self._settings.sign_in.keys_url
        keys = f"{keys_url}/{self.users.user_pool_id}" if keys_url else self.issuer
        own: dict[str, Any] = {
            "issuer": self.issuer,
            "audiences": [self.client.user_pool_client_id],
            "jwksUrl": f"{keys}/.well-known/jwks.json",
            "groupsClaim": "cognito:groups",
            "operatorGroup": OPERATOR_GROUP,
        }
        others = [
            {
                "issuer": other.issuer,
                "audiences": list(other.audiences),
                "jwksUrl": other.jwks_url,
                "groupsClaim": other.groups_claim,
                "operatorGroup": other.operator_group,
            }
            for other in self._settings.sign_in.oidc_issuers
        ]
        return Stack.of(self).to_json_string([own, *others])

    def _user_pool(self) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Users",
            self_sign_up_enabled=self._settings.sign_in.self_sign_up,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            deletion_protection=self._settings.deletion_protection,
            removal_policy=removal_policy(self._settings),
        )
        acknowledge(
            pool,
            "AwsSolutions-COG2",
            because="People may switch a second factor on; customers of an image service are not forced to.",
        )
        acknowledge(
            pool,
            *("AwsSolutions-COG3", "AwsSolutions-COG8"),
            because="Threat protection needs Cognito's Plus plan, which costs more per user than a free user brings.",
        )
        return pool

    def _client(self, providers: list[cognito.UserPoolClientIdentityProvider]) -> cognito.UserPoolClient:
        """For browsers and phones, which can keep no secret."""
        sign_in = self._settings.sign_in
        return self.users.add_client(
            "Apps",
            generate_secret=False,
            # Signing in with a password by API is for the tools of an emulator; people prove theirs by SRP.
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=self._settings.emulated),
            supported_identity_providers=providers,
            disable_o_auth=not sign_in.with_google,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
                callback_urls=list(sign_in.callback_urls),
            )
            if sign_in.with_google
            else None,
            # A day for the emulator, so that scripts need not sign in again and again.
            access_token_validity=Duration.hours(24 if self._settings.emulated else 1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    def _google(self) -> cognito.UserPoolIdentityProviderGoogle:
        sign_in = self._settings.sign_in
        self.users.add_domain(
            "SignIn", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=str(sign_in.domain_prefix))
        )
        return cognito.UserPoolIdentityProviderGoogle(
            self,
            "Google",
            user_pool=self.users,
            client_id=str(sign_in.google_client_id),
            client_secret_value=SecretValue.secrets_manager(str(sign_in.google_secret_name)),
            scopes=["openid", "email", "profile"],
            attribute_mapping=cognito.AttributeMapping(
                email=cognito.ProviderAttribute.GOOGLE_EMAIL, fullname=cognito.ProviderAttribute.GOOGLE_NAME
            ),
        )
