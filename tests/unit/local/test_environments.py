from infra.local import environments

PERSONAL = {
    "PATH": "/usr/bin",
    "HOME": "/srv/easel",
    "AWS_PROFILE": "production",
    "AWS_SECRET_ACCESS_KEY": "a real one",
    "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
    "WAVESPEED_API_KEY": "a real one",
    "LOG_LEVEL": "WARNING",
    "PYTHONPATH": "/somewhere",
    "HTTPS_PROXY": "http://proxy.example:3128",
    "NO_PROXY": "intranet.example",
}


def test_nothing_of_the_persons_accounts_reaches_the_servers() -> None:
    passed_on = environments.basic(PERSONAL)

    assert not {"AWS_PROFILE", "WAVESPEED_API_KEY", "LOG_LEVEL", "PYTHONPATH"} & passed_on.keys()
    assert "a real one" not in passed_on.values()


def test_proxies_are_for_the_world_outside_only() -> None:
    passed_on = environments.basic(PERSONAL)

    assert passed_on["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert passed_on["NO_PROXY"].split(",") == ["intranet.example", "127.0.0.1", "localhost"]


def test_clients_of_the_emulator_cannot_reach_a_real_account() -> None:
    given = environments.emulated_cloud("http://127.0.0.1:4566", PERSONAL)

    aws = {name: value for name, value in given.items() if name.startswith("AWS_")}
    assert aws["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert aws["AWS_ACCESS_KEY_ID"] == aws["AWS_SECRET_ACCESS_KEY"] == "test"
    assert "AWS_PROFILE" not in aws
    assert "AWS_ENDPOINT_URL_S3" not in aws
