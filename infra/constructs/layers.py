"""The Lambda layers, from the zip files that `infra/build_layers.py` makes."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

from constructs import Construct

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64


class Layers(Construct):
    """Third-party code, imaging, token code, the documentation page, our own code.

    `archives` has the zip file of each by name.
    """

    def __init__(self, scope: Construct, id: str, *, archives: Mapping[str, Path]) -> None:
        super().__init__(scope, id)
        self.dependencies = self._layer("Dependencies", archives["dependencies"])
        self.imaging = self._layer("Imaging", archives["imaging"])
        self.identity = self._layer("Identity", archives["identity"])
        self.documentation = self._layer("Documentation", archives["documentation"])
        self.easel = self._layer("Easel", archives["easel"])

    def _layer(self, id: str, archive: Path) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id,
            code=lambda_.Code.from_asset(str(archive)),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )
