"""GET /api/ai/spend: what a workspace spends."""

from aws_lambda_powertools.event_handler import Response

from easel import settings
from easel.doors.workspace.door import WORKSPACE
from easel.doors.workspace.money import spend
from easel.http import callers, gateway, reports
from easel.wiring.env import Accounts as Env
from easel.wiring.money import usage as wiring

app = gateway.resolver(WORKSPACE)


@app.get("/api/ai/spend", **spend.READ_SPEND)
def read_spend(
    caller: callers.WalletRead,
    first: spend.FirstDay = None,
    last: spend.LastDay = None,
    group_by: spend.Group = None,
    form: spend.Form = None,
    accept: spend.Accept = None,
) -> Response[spend.SpendBody | str]:
    since, until = reports.days(first, last)
    group, as_csv = spend.chosen_group(group_by), reports.wants_csv(form, accept)
    usage = wiring.read_usage(settings.load(Env))
    report = usage.report(caller, first=since, last=until, group_by=spend.grouping(group))
    return spend.spend_answer(report, group, as_csv=as_csv)


lambda_handler = gateway.entry(app)
