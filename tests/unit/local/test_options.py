import pytest
from infra.local.failures import ToolError
from infra.local.options import Options


def test_without_variables_ports_are_free_and_vendors_simulated() -> None:
    options = Options.from_environment({})

    assert options.port_base is None
    assert not options.iam_enforced
    assert options.provider_keys == {}


def test_a_real_key_is_taken_and_never_shown() -> None:
    options = Options.from_environment({"WAVESPEED_API_KEY": " secret-key "})

    assert options.provider_keys == {"wavespeed": "secret-key"}
    assert "secret-key" not in repr(options)


@pytest.mark.parametrize(("text", "enforced"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_iam_is_enforced_on_request(text: str, enforced: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    assert Options.from_environment({"EASEL_IAM": text}).iam_enforced is enforced


@pytest.mark.parametrize("text", ["eighty", "80", "65535", "-1", "8080.5"])
def test_an_unusable_port_is_refused(text: str) -> None:
    with pytest.raises(ToolError, match="EASEL_PORT_BASE"):
        Options.from_environment({"EASEL_PORT_BASE": text})
