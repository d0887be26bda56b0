from pathlib import Path
from typing import Any

import pytest
from infra.local import deployment
from infra.local.deployment import Deployment
from infra.local.files import write_privately
from infra.local.options import Options
from infra.local.places import Places
from infra.local.ports import Ports
from infra.settings import Stage, read_settings

COMPLETE = {
    "StackStatus": "CREATE_COMPLETE",
    "StackId": "arn",
    "CreationTime": 1,
    "Outputs": [{"OutputKey": "ApiId", "OutputValue": "a"}],
}

UNPACKED = ".build/layers/easel-host-0123456789abcdef"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in place of ours."""
    folder = tmp_path / "checkout"
    for name in ("functions", "layers", "infra/local", "infra/__pycache__", UNPACKED):
        (folder / name).mkdir(parents=True)
    (folder / "functions" / "handler.py").write_text("one")
    (folder / "cdk.json").write_text("{}")
    monkeypatch.setattr(deployment, "REPOSITORY", folder)
    monkeypatch.setattr(deployment, "_NOT_DEPLOYED", (folder / "infra" / "local",))
    return folder


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the emulator says about the stack."""
    stack: dict[str, Any] = dict(COMPLETE)
    monkeypatch.setattr(deployment, "_describe", lambda _clients, _name: stack)
    return stack


@pytest.fixture
def deployed(tmp_path: Path, checkout: Path, emulated: dict[str, Any]) -> Deployment:
    """A deployment that has just been done."""
    done = Deployment(Places(tmp_path / "state"), Ports(8080, 8081, 8082), Options())
    known = {"fingerprint": done._fingerprint(), "stack": deployment._version(emulated)}
    write_privately(done.places.deployed, known)
    assert done.is_current()
    return done


@pytest.mark.parametrize(
    "name", ["functions/handler.py", "layers/new.py", "layers/guide.md", "infra/stack.py", "cdk.json"]
)
def test_changed_sources_are_deployed(deployed: Deployment, checkout: Path, name: str) -> None:
    (checkout / name).write_text("two")

    assert not deployed.is_current()


@pytest.mark.parametrize("name", ["infra/local/edge.py", "infra/README.md", "infra/__pycache__/stack.pyc", "README.md"])
def test_what_is_not_deployed_changes_nothing(deployed: Deployment, checkout: Path, name: str) -> None:
    (checkout / name).write_text("two")

    assert deployed.is_current()


def test_layers_that_somebody_removed_are_deployed(deployed: Deployment, checkout: Path) -> None:
    (checkout / UNPACKED).rmdir()

    assert not deployed.is_current()


def test_another_port_or_a_real_key_is_deployed(deployed: Deployment) -> None:
    assert not Deployment(deployed.places, Ports(9090, 8081, 8082), Options()).is_current()
    real = Options(provider_keys={"wavespeed": "key"})
    assert not Deployment(deployed.places, deployed.ports, real).is_current()


@pytest.mark.parametrize("name", ["EASEL_IAM", "EASEL_DIR", "EASEL_PORT_BASE"])
def test_choices_of_the_tools_are_none_of_the_stacks(
    deployed: Deployment, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")

    assert deployed.is_current()


def test_a_switch_of_the_stack_is_deployed(deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_LOG_LEVEL", "DEBUG")

    assert not deployed.is_current()


@pytest.mark.parametrize(
    "change", [{"StackStatus": "ROLLBACK_COMPLETE"}, {"StackStatus": "UPDATE_FAILED"}, {"LastUpdatedTime": 2}]
)
def test_a_stack_that_is_broken_or_another_is_deployed(
    deployed: Deployment, emulated: dict[str, Any], change: dict[str, Any]
) -> None:
    emulated.update(change)

    assert not deployed.is_current()


def test_a_lost_stack_is_deployed(deployed: Deployment, emulated: dict[str, Any]) -> None:
    emulated.clear()

    assert not deployed.is_current()


def test_the_stack_takes_the_switches_that_it_is_given(tmp_path: Path) -> None:
    local = Deployment(Places(tmp_path), Ports(8080, 8081, 8082), Options())

    settings = read_settings(local.context.get, {})

    assert settings.stage is Stage.LOCAL
    assert settings.public_base_url == "http://127.0.0.1:8080"
    assert settings.providers[0].base_url == "http://127.0.0.1:8082/wavespeed"


def test_a_real_key_leaves_the_vendors_own_address(tmp_path: Path) -> None:
    real = Deployment(Places(tmp_path), Ports(8080, 8081, 8082), Options(provider_keys={"wavespeed": "secret"}))

    settings = read_settings(real.context.get, {})

    assert settings.providers[0].base_url == "https://api.wavespeed.ai"
    assert "secret" not in repr(real.context)


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("EASEL_WEBHOOK_TRUSTED_ORIGINS", "webhookTrustedOrigins"),
        ("EASEL_REFERENCE_TRUSTED_ORIGINS", "referenceTrustedOrigins"),
    ],
)
def test_a_developer_s_own_servers_are_trusted_beside_ours(tmp_path: Path, variable: str, setting: str) -> None:
    own = Options.from_environment({variable: "http://127.0.0.1:9000, http://127.0.0.1:9001"})

    ours, both = (
        Deployment(Places(tmp_path), Ports(8080, 8081, 8082), options).context[setting].split(",")
        for options in (Options(), own)
    )

    assert both == [*ours, "http://127.0.0.1:9000", "http://127.0.0.1:9001"]
