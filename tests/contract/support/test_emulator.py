"""The embedded cloud itself: it comes up, answers, and leaves nothing behind."""

from __future__ import annotations

import socket
from urllib.parse import urlparse

import pytest
from tests.support.emulator import Emulator, emulator, unique_name


def test_the_session_emulator_answers_aws_calls(emulator: Emulator) -> None:
    name = unique_name("greetings")

    url = emulator.client("sqs").create_queue(QueueName=name)["QueueUrl"]

    assert url.endswith(name)


def test_two_emulators_run_side_by_side_without_seeing_each_other(emulator: Emulator) -> None:
    bucket = unique_name("mine")
    emulator.client("s3").create_bucket(Bucket=bucket)

    with _another() as other:
        buckets = other.client("s3").list_buckets()["Buckets"]

    assert [entry["Name"] for entry in buckets] == []


def test_the_port_is_free_again_after_the_emulator_ends() -> None:
    with _another() as cloud:
        port = urlparse(cloud.url).port
    assert port is not None

    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


_another = emulator
