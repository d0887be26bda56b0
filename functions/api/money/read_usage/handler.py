"""A workspace's usage, as sums, analytics and a dashboard, and the caller's limits today."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.canonical.door import CANONICAL
from easel.doors.canonical.money import analytics, requests, usage_answers, words
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
) -> Response[usage_answers.UsageBody]:
    since, until = reports.days(first, last)
    report = wiring.read_usage(settings.load(Env)).report(caller, first=since, last=until, group_by=group_by or "day")
    return answers.as_json(usage_answers.usage_body(report, shows_costs=caller.sees_provider_costs))


@app.get("/api/v1/usage/me", **words.READ_OWN_USAGE)
def read_own_usage(caller: callers.GenerationsRead) -> Response[usage_answers.OwnUsageBody]:
    usage = wiring.read_usage(settings.load(Env)).own(caller)
    return answers.as_json(usage_answers.own_usage_body(usage, app.current_event.raw_event))


@app.get("/api/v1/data/analytics", **words.READ_ANALYTICS)
def read_analytics(
    caller: callers.WalletRead,
    first: requests.FirstDay = None,
    last: requests.LastDay = None,
    form: requests.AnalyticsFormat = None,
    accept: requests.Accept = None,
) -> Response[analytics.AnalyticsBody | str]:
    since, until = reports.days(first, last)
    as_csv = reports.wants_csv(form, accept)
    found = wiring.read_usage(settings.load(Env)).analytics(caller, first=since, last=until)
    return analytics.analytics_answer(found, as_csv=as_csv, shows_costs=caller.sees_provider_costs)


@app.get("/api/v1/data/dashboard", **words.READ_DASHBOARD)
def read_dashboard(
    caller: callers.WalletRead, first: requests.FirstDay = None, last: requests.LastDay = None
) -> Response[analytics.DashboardBody]:
    since, until = reports.days(first, last)
    found = wiring.read_usage(settings.load(Env)).dashboard(caller, first=since, last=until)
    return answers.as_json(analytics.dashboard_body(found, shows_costs=caller.sees_provider_costs))


lambda_handler = gateway.entry(app)
