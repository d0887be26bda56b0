"""botocore's data in a layer: all that functions call works as before, and little else is there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
import botocore.session
import pytest
from infra.settings import REPOSITORY

from easel.storage.s3 import client_config
from infra import botocore_models

if TYPE_CHECKING:
    from botocore.session import Session

_DATA = Path(botocore.__file__).parent / "data"
_REGIONS = ("us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1")
_MOST_BYTES = 100_000


@pytest.fixture(scope="module")
def used() -> botocore_models.Operations:
    return botocore_models.used_operations([REPOSITORY / "layers" / "easel", REPOSITORY / "functions"])


@pytest.fixture(scope="module")
def reduced(used: botocore_models.Operations, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of botocore's data, reduced."""
    root = tmp_path_factory.mktemp("layer")
    data = root / "botocore" / "data"
    data.mkdir(parents=True)
    for service in (*botocore_models.SERVICES, "ec2"):
        shutil.copytree(_DATA / service, data / service)
    for file in _DATA.glob("*.json"):
        shutil.copy(file, data)
    botocore_models.reduce(root, used)
    return data


def session_with(data: Path | None = None) -> Session:
    session = botocore.session.get_session()
    if data:
        loader = session.get_component("data_loader")
        loader.search_paths[:] = [str(data)]
    return session


def client(service: str, region: str, data: Path | None = None) -> Any:
    config = client_config(None) if service == "s3" else None
    return session_with(data).create_client(
        service, region_name=region, aws_access_key_id="test", aws_secret_access_key="test", config=config
    )


@pytest.mark.parametrize("service", botocore_models.SERVICES)
def test_every_operation_that_is_used_is_there_with_all_of_its_shapes(
    service: str, reduced: Path, used: botocore_models.Operations
) -> None:
    ours, theirs = client(service, "eu-central-1", reduced), client(service, "eu-central-1")

    for name in used[service]:
        for kept, whole in zip(_shapes(ours, name), _shapes(theirs, name), strict=True):
            assert _described(kept) == _described(whole)
    assert {shape.name for shape in ours.meta.service_model.error_shapes} >= {
        shape.name for name in used[service] for shape in theirs.meta.service_model.operation_model(name).error_shapes
    }


@pytest.mark.parametrize("region", _REGIONS)
@pytest.mark.parametrize("service", botocore_models.SERVICES)
def test_services_are_where_they_were(service: str, region: str, reduced: Path) -> None:
    assert client(service, region, reduced).meta.endpoint_url == client(service, region).meta.endpoint_url


@pytest.mark.parametrize("region", _REGIONS)
def test_a_presigned_form_is_made_as_before(region: str, reduced: Path) -> None:
    def form(data: Path | None) -> Any:
        made = client("s3", region, data).generate_presigned_post("pictures", "incoming/a", ExpiresIn=60)
        # The values change with the time.
        return made["url"], sorted(made["fields"])

    assert form(reduced) == form(None)


def test_what_is_not_used_is_gone(reduced: Path) -> None:
    assert {path.name for path in reduced.iterdir() if path.is_dir()} == set(botocore_models.SERVICES)
    assert "DescribeTable" not in client("dynamodb", "eu-central-1", reduced).meta.service_model.operation_names
    assert (reduced / "endpoints.json").stat().st_size < _MOST_BYTES
    assert all(path.stat().st_size < _MOST_BYTES for path in reduced.glob("*/*/service-2.json"))


def test_the_operations_are_those_that_the_sources_name(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text('client.put_item(); client.get_paginator("list_object_versions")')

    used = botocore_models.used_operations([tmp_path])

    assert used["dynamodb"] == {"PutItem"}
    assert used["s3"] == {"ListObjectVersions", "CreateBucket", "HeadBucket"}
    assert used["sqs"] == frozenset()


def _shapes(of: Any, operation: str) -> list[Any]:
    model = of.meta.service_model.operation_model(operation)
    return [model.input_shape, model.output_shape]


def _described(shape: Any, seen: tuple[str, ...] = ()) -> Any:
    """A shape with all that it contains; recursive ones once."""
    if shape is None or shape.name in seen:
        return shape and shape.name
    within = (*seen, shape.name)
    members = getattr(shape, "members", None) or {
        part: getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)
    }
    inner = {name: _described(member, within) for name, member in members.items()}
    return (shape.name, shape.type_name, sorted(shape.metadata.items(), key=str), shape.serialization, inner)
