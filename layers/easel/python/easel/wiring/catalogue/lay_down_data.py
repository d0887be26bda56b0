"""The data of this release."""

import json
from collections.abc import Sequence
from importlib import resources

from easel.clock import system_clock
from easel.domain.catalogue import load_catalogue
from easel.domain.pricing import load_price_book
from easel.repositories.catalogue.data_versions import DynamoDataVersions
from easel.services.catalogue.lay_down_data import LaidDown, LayDownData
from easel.services.ports.data_versions import DataSet
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable


def lay_down_data(env: CoreTable) -> Sequence[LaidDown]:
    """Lay down what this release brings."""
    versions = DynamoDataVersions(dynamodb(), env.CORE_TABLE_NAME)
    return LayDownData(versions=versions, clock=system_clock)(sets_of_this_release())


def sets_of_this_release() -> Sequence[DataSet]:
    """Its catalogue and its prices, as they ship."""
    prices = resources.files("easel.domain.pricing").joinpath("price_book.json").read_text("utf-8")
    folder = resources.files("easel.domain.catalogue").joinpath("data")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    catalogue = {file.name.removesuffix(".json"): json.loads(file.read_text("utf-8")) for file in files}
    return (
        DataSet("prices", load_price_book().version, _plain(json.loads(prices))),
        DataSet("catalogue", load_catalogue().version, _plain(catalogue)),
    )


def _plain(values: object) -> str:
    """The same text for the same values, however their file is laid out."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"))
