"""Functions of the bot door, by rooms."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.generations import SUBMIT_SECONDS
from infra.constructs.functions.room import GET, POST, PUT, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.constructs.workers import IMAGING_MEMORY_MB
from infra.settings import BOT

_BOT: Final = (BOT,)
_GENERATIONS: Final = "/api/v1/generations"


class BotGenerations(Room):
    """Generations at the addresses of seed 001."""

    folder = "generations"
    routes = (
        Route("PostBotSubmit", POST, f"{_GENERATIONS}/submit", "bot_submit_generation", doors=_BOT),
        Route("GetBotActive", GET, f"{_GENERATIONS}/active", "bot_read_generations", doors=_BOT),
        Route("GetBotResults", GET, f"{_GENERATIONS}/{{generationId}}/results", "bot_read_generations", doors=_BOT),
        Route("PostBotRefresh", POST, f"{_GENERATIONS}/{{generationId}}/refresh", "refresh_generation", doors=_BOT),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "bot_submit_generation": self._submit,
            "bot_read_generations": self._read,
            "refresh_generation": self._refresh,
        }

    def _submit(self) -> SmallFunction:
        function = self.function(
            "bot_submit_generation", self.variables.submitting, timeout_seconds=SUBMIT_SECONDS, traced=True
        )
        self.allow_submitting(function)
        return function

    def _read(self) -> SmallFunction:
        function = self.function("bot_read_generations", self.variables.core | self.variables.base_url)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=self.data.core.table_arn)
        return function

    def _refresh(self) -> SmallFunction:
        own, data = self.variables, self.data
        function = self.function("refresh_generation", own.core | own.ephemeral | own.collect_queues | own.base_url)
        function.allow("dynamodb:GetItem", "dynamodb:Query", on=data.core.table_arn)
        function.allow("dynamodb:UpdateItem", on=data.ephemeral.table_arn)
        function.allow("sqs:SendMessage", on=[queue.arn for queue in self.queues.collect.values()])
        return function


class BotImages(Room):
    """Pictures as Telegram takes them."""

    folder = "images"
    routes = (
        Route("GetPhoto", GET, "/i/{token}/photo.jpg", "show_photo", public=True, doors=_BOT),
        Route(
            "PutTelegramFile",
            PUT,
            f"{_GENERATIONS}/{{generationId}}/results/{{resultNumber}}/telegram-file",
            "keep_telegram_file",
            doors=_BOT,
        ),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"show_photo": self._show, "keep_telegram_file": self._keep}

    def _keep(self) -> SmallFunction:
        function = self.function("keep_telegram_file", self.variables.core | self.variables.base_url)
        function.allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.data.core.table_arn)
        return function

    def _show(self) -> SmallFunction:
        function = self.function(
            "show_photo",
            self.variables.core | self.variables.images,
            timeout_seconds=SUBMIT_SECONDS,
            memory_mb=IMAGING_MEMORY_MB,
            imaging=True,
        )
        function.allow("dynamodb:Query", on=self.data.core.table_arn)
        function.allow(
            "s3:GetObject",
            "s3:PutObject",
            on=self.data.generated_objects,
            because="A photo lies beside its original, and all pictures lie below this one prefix.",
        )
        return function


class BotMoney(Room):
    """Prices, payments and top-ups at the addresses of seed 001 and of its live client."""

    folder = "money"
    routes = (
        Route("PostBotPrice", POST, f"{_GENERATIONS}/price", "bot_quote_generation", doors=_BOT),
        Route("PostBotGrants", POST, "/api/v1/users/{telegram_id}/grants", "top_up_users", doors=_BOT),
        Route("GetStarsOptions", GET, "/api/v1/payments/stars/options", "top_up_users", doors=_BOT),
        Route("PostStarsConfirm", POST, "/api/v1/payments/stars/confirm", "top_up_users", doors=_BOT),
        Route("PostStarsRefund", POST, "/api/v1/payments/stars/refund/{chargeId}", "refund_stars", doors=_BOT),
        Route("PostStarsRefundNamed", POST, "/api/v1/payments/stars/refund", "refund_stars", doors=_BOT),
        Route("GetBotSpend", GET, "/api/v1/users/spend", "bot_read_spend", doors=_BOT),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {
            "bot_quote_generation": self._quote,
            "top_up_users": self._top_up,
            "refund_stars": self._refund,
            "bot_read_spend": self._read_spend,
        }

    def _quote(self) -> SmallFunction:
        own, data = self.variables, self.data
        function = self.function("bot_quote_generation", own.core | own.signing | own.references)
        function.allow("dynamodb:GetItem", on=data.core.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=data.secrets.signing_arn)
        return function

    def _top_up(self) -> SmallFunction:
        return self._moving_credits("top_up_users", self.variables.stars)

    def _refund(self) -> SmallFunction:
        return self._moving_credits("refund_stars", {})

    def _moving_credits(self, name: str, variables: dict[str, str]) -> SmallFunction:
        own, data = self.variables, self.data
        function = self.function(name, own.core | own.ledger | own.trial | variables)
        # The condition check is of the bot's own key, in the transaction that brings the credits.
        actions = ("GetItem", "PutItem", "ConditionCheckItem")
        function.allow(*(f"dynamodb:{action}" for action in actions), on=data.core.table_arn)
        function.allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=data.ledger.table_arn)
        return function

    def _read_spend(self) -> SmallFunction:
        own, data = self.variables, self.data
        function = self.function("bot_read_spend", own.core | own.ledger | own.signing)
        function.allow("dynamodb:Query", on=data.core.table_arn)
        function.allow("dynamodb:BatchGetItem", on=data.ledger.table_arn)
        function.allow("secretsmanager:GetSecretValue", on=data.secrets.signing_arn)
        return function
