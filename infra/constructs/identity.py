"""How people sign in: the user pool with its clients, Google beside it by settings, and whose tokens are taken."""

from typing import Any, Final

from aws_cdk import Duration, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from infra.constructs.nag import acknowledge
from infra.constructs.retention import removal_policy
from infra.settings import StageSettings

from constructs import Construct

SIGN_IN_PATH: Final = "/sign-in"
"""The studio's page that Cognito's hosted page leads back to."""
OPERATOR_GROUP: Final = "operators"
"""People in this group of the user pool run the platform."""
_SCOPES: Final = [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE]


class Identity(Construct):
    """The user pool. `token_issuers` tells the authorizer whose tokens count, made for whom, proven by which keys."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.users = self._user_pool()
        self.studio: cognito.UserPoolClient | None = None
        self._google = self._google_provider() if settings.sign_in.with_google else None
        self.client = self._client()
        if settings.edge.pages or settings.sign_in.with_google:
            self._hosted_page()
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
            "audiences": [client.user_pool_client_id for client in (self.client, self.studio) if client],
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

    @property
    def sign_in_host(self) -> str:
        """The host of Cognito's hosted page."""
        return f"{self._domain_prefix}.auth.{Stack.of(self).region}.amazoncognito.com"

    def open_studio(self, address: str) -> None:
        """Let the studio at this address sign people in: authorization code with PKCE, and no secret (RFC 7636)."""
        self.studio = self.users.add_client(
            "Studio",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(),
            supported_identity_providers=self._providers,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=_SCOPES,
                callback_urls=[f"{address}{SIGN_IN_PATH}"],
                logout_urls=[f"{address}{SIGN_IN_PATH}"],
            ),
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            # A tab that is closed forgets its token; no one works longer than this in one tab.
            refresh_token_validity=Duration.hours(12),
            # A refresh token is good for one use, with time for an answer that was lost.
            refresh_token_rotation_grace_period=Duration.seconds(30),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )
        if self._google:
            self.studio.node.add_dependency(self._google)

    @property
    def _domain_prefix(self) -> str:
        stack = Stack.of(self)
        return self._settings.sign_in.domain_prefix or f"{self._settings.stack_name}-{stack.account}"

    @property
    def _providers(self) -> list[cognito.UserPoolClientIdentityProvider]:
        own = [cognito.UserPoolClientIdentityProvider.COGNITO]
        return [*own, cognito.UserPoolClientIdentityProvider.GOOGLE] if self._google else own

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

    def _client(self) -> cognito.UserPoolClient:
        """For browsers and phones, which can keep no secret."""
        sign_in = self._settings.sign_in
        client = self.users.add_client(
            "Apps",
            generate_secret=False,
            # Signing in with a password by API is for the tools of an emulator; people prove theirs by SRP.
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=self._settings.emulated),
            supported_identity_providers=self._providers,
            disable_o_auth=not sign_in.with_google,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=_SCOPES,
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
        if self._google:
            client.node.add_dependency(self._google)
        return client

    def _hosted_page(self) -> None:
        self.users.add_domain("SignIn", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=self._domain_prefix))

    def _google_provider(self) -> cognito.UserPoolIdentityProviderGoogle:
        sign_in = self._settings.sign_in
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
