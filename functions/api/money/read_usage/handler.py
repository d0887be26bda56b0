"""GET /api/v1/usage and /api/v1/usage/me: a workspace's usage, and the caller's limits today."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.money import answers as money
from easel.doors.canonical.money import requests, words
from easel.http import answers, callers, gateway, reports
from easel.wiring.env import Accounts as Env
from easel.wiring.money import usage as wiring

app = gateway.resolver(CANONICAL)


@app.get("/api/v1/usage", **words.READ_USAGE)
def read_usage(
    caller: callers.WalletRead,
    first: requests.FirstDay = None,
    last: requests.LastDay = None,
    group_by: requests.UsageGroup = None,
) -> Response[money.UsageBody]:
    since, until = reports.days(first, last)
    report = wiring.read_usage(settings.load(Env)).report(caller, first=since, last=until, group_by=group_by or "day")
    return answers.as_json(money.usage_body(report, shows_costs=caller.sees_provider_costs))


@app.get("/api/v1/usage/me", **words.READ_OWN_USAGE)
def read_own_usage(caller: callers.GenerationsRead) -> Response[money.OwnUsageBody]:
    usage = wiring.read_usage(settings.load(Env)).own(caller)
    return answers.as_json(money.own_usage_body(usage, app.current_event.raw_event))


lambda_handler = gateway.entry(app)
