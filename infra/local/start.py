"""`make up`: from a fresh clone to a running API. Each step is skipped when it is not needed."""

import json
import time
from typing import Any, Final

from infra.local import demo, emulator_fixups, environments, identities, release_data, servers
from infra.local.clients import Clients
from infra.local.demo import DemoWorkspace
from infra.local.deployment import STACK, Deployment, simulator_urls
from infra.local.display import Display
from infra.local.failures import ToolError
from infra.local.files import read_object, write_privately
from infra.local.options import PROVIDER_KEY_VARIABLES, Options
from infra.local.places import VENV_PYTHON, Places, relative
from infra.local.ports import Ports, choose
from infra.local.processes import Processes, Server
from infra.local.programs import run
from infra.local.simulators.wavespeed import WEBHOOK_SECRET
from infra.settings import REALTIME_STAGE

_LAYERS_SECONDS: Final = 300


def up(display: Display, places: Places, options: Options, *, summary_always: bool = True) -> dict[str, Any]:
    """Start one copy and return its record, the content of `local.json`.

    The addresses are shown at the end; without `summary_always` only where something was started or deployed.
    Raises ToolError.
    """
    began = time.monotonic()
    places.make()
    processes = Processes(places.processes, places.logs)
    ports = _choose_ports(places, processes, options)
    deployment = Deployment(places, ports, options)
    fresh = _start_servers(display, places, processes, ports, options)
    if not deployment.is_current():
        if repaired := deployment.repair():
            display.say(f"  After a deployment that failed: {repaired}.")
        if not fresh:
            _rest(display, processes, servers.emulator(places, ports, iam_enforced=options.iam_enforced))
        _deploy(display, deployment)
        fresh = True
    if fresh:
        _apply_fixups(display, deployment)
    outputs = deployment.outputs()
    write_privately(places.edge_target, _target(ports, outputs))
    clients = Clients(ports.emulator_url)
    _hand_out_keys(clients, outputs, options)
    if fresh:
        release_data.lay_down(display, clients.functions, outputs)
    workspace = _open_workspace(display, clients, ports, places, outputs)
    with display.step("Demo user, operator and bot"):
        people = identities.open_identities(clients, ports.edge_url, outputs, read_object(places.record))
    record = _record(places, processes, ports, options, outputs, workspace) | people.as_record()
    write_privately(places.record, record)
    if fresh or summary_always:
        _summarize(display, places, record, seconds=time.monotonic() - began)
    return record


def _choose_ports(places: Places, processes: Processes, options: Options) -> Ports:
    ours = frozenset(record.port for record in processes.running().values())
    return choose(places.ports, base=options.port_base, ours=ours)


def _start_servers(display: Display, places: Places, processes: Processes, ports: Ports, options: Options) -> bool:
    """True when the emulator had to be started."""
    with display.step("Emulated AWS, vendor simulators, edge") as step:
        wanted = servers.all_servers(places, ports, iam_enforced=options.iam_enforced)
        started = [server.name for server in wanted if processes.ensure(server)]
        step.note = f"started: {', '.join(started)}" if started else "running"
    return servers.EMULATOR in started


def _rest(display: Display, processes: Processes, emulator: Server) -> None:
    """Warm functions make an update four times slower: a restart ends them and saves all data."""
    with display.step("Restarting the emulated AWS before the update"):
        processes.stop(emulator.name, seconds=emulator.stop_seconds)
        processes.ensure(emulator)


def _deploy(display: Display, deployment: Deployment) -> None:
    with display.step("Lambda layers"):
        run(
            [VENV_PYTHON, "-m", "infra.build_layers", "host"],
            what="Building the layers",
            log=deployment.places.logs / "layers.log",
            timeout_seconds=_LAYERS_SECONDS,
            environment=environments.basic(),
        )
    with display.step("cdk bootstrap") as step:
        step.note = "" if deployment.bootstrap() else "done before"
    with display.step("cdk deploy"):
        deployment.deploy()


def _apply_fixups(display: Display, deployment: Deployment) -> None:
    with display.step("Settings that the emulator's CloudFormation ignores") as step:
        count = emulator_fixups.apply_fixups(Clients(deployment.ports.emulator_url), STACK)
        step.note = f"{count} set" if count else "all set"


def _target(ports: Ports, outputs: dict[str, str]) -> dict[str, str]:
    """What the edge passes requests on to."""
    below = f"{ports.emulator_url}/_aws/execute-api"
    sockets = f"ws{below.removeprefix('http')}/{outputs['RealtimeApiId']}/{REALTIME_STAGE}"
    return {"url": f"{below}/{outputs['ApiId']}/$default", "realtimeUrl": sockets}


def _hand_out_keys(clients: Clients, outputs: dict[str, str], options: Options) -> None:
    for provider, arn in json.loads(outputs["ProviderSecretArns"]).items():
        emulator_fixups.set_secret(clients, arn, options.provider_keys.get(provider, emulator_fixups.SIMULATOR_KEY))
    if "wavespeed" not in options.provider_keys:
        emulator_fixups.set_secret(clients, json.loads(outputs["WebhookSecretArns"])["wavespeed"], WEBHOOK_SECRET)


def _open_workspace(
    display: Display, clients: Clients, ports: Ports, places: Places, outputs: dict[str, str]
) -> DemoWorkspace:
    record = read_object(places.record)
    with display.step("Demo workspace") as step:
        if "apiKey" in record and "workspaceId" in record:
            workspace = DemoWorkspace(workspace_id=record["workspaceId"], api_key=record["apiKey"])
            if demo.is_open(ports.edge_url, workspace):
                step.note = "kept"
                return workspace
        workspace = demo.provision(clients, outputs)
        if not demo.is_open(ports.edge_url, workspace):
            raise ToolError("The API refuses the key that it has just given out.", log=places.logs / "emulator.log")
        return workspace


def _record(
    places: Places,
    processes: Processes,
    ports: Ports,
    options: Options,
    outputs: dict[str, str],
    workspace: DemoWorkspace,
) -> dict[str, Any]:
    return {
        "apiUrl": ports.edge_url,
        "apiKey": workspace.api_key,
        "workspaceId": workspace.workspace_id,
        "simulators": simulator_urls(ports),
        "providers": {
            name: "real" if name in options.provider_keys else "simulated" for name in PROVIDER_KEY_VARIABLES
        },
        "awsEndpointUrl": ports.emulator_url,
        "region": environments.REGION,
        "accountId": environments.ACCOUNT,
        "iamEnforced": options.iam_enforced,
        "stackOutputs": outputs,
        "pids": {name: record.pid for name, record in processes.running().items()},
        "logs": str(places.logs),
    }


def _summarize(display: Display, places: Places, record: dict[str, Any], *, seconds: float) -> None:
    display.say()
    display.say(f"Easel is up ({seconds:.1f} s).")
    display.say(f"  studio         {record['apiUrl']}/dashboard")
    display.say(f"  API            {record['apiUrl']}  (documentation at {record['apiUrl']}/docs)")
    display.say(f"  key and more   {relative(places.record)}")
    display.say(f"  emulated AWS   {record['awsEndpointUrl']}" + ("  (IAM enforced)" if record["iamEnforced"] else ""))
    for vendor, kind in record["providers"].items():
        note = f"REAL service, with your key from {PROVIDER_KEY_VARIABLES[vendor]}: pictures cost money"
        display.say(f"  {vendor:<14} {note if kind == 'real' else 'simulated at ' + record['simulators'][vendor]}")
    display.say("  stop           make down   (make clean also forgets everything)")
