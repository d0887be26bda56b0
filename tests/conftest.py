"""What every test may use, and what keeps every test away from a real AWS account."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import hypothesis
import pytest
from tests.support.emulator import Emulator
from tests.support.emulator import emulator as running_emulator
from tests.support.run_record import RunRecord, is_wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

# A slow machine is no failure, so no per-example deadline. A gate says the same of the same code each time; to look
# for what nobody has seen yet, set EASEL_EXPLORE, and EASEL_PROPERTY_EXAMPLES for longer stories.
hypothesis.settings.register_profile("gate", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile("explore" if os.environ.get("EASEL_EXPLORE") else "gate")


def pytest_configure(config: pytest.Config) -> None:
    """Record what `make test` takes, and keep every test away from AWS."""
    if is_wanted():
        config.pluginmanager.register(RunRecord())
    _without_credentials()


def _without_credentials() -> None:
    """Replace whatever credentials the developer has: a test that forgets its fake fails instead of billing someone."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # Collecting makes millions of objects that stay: the garbage collector has nothing to find in them.
    gc.disable()


@pytest.hookimpl(trylast=True)  # after they were put in random order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no processor waits for one that was begun last."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Spare the garbage collector the collected tests, which would be most of what it looks through."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """The embedded cloud of this test run, started by the first test that asks for it."""
    with running_emulator() as cloud:
        yield cloud
