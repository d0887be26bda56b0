"""Analyses of pictures in DynamoDB: WS#<workspace> / ANALYSIS#<image>."""

from __future__ import annotations

from typing import TYPE_CHECKING

from easel.domain.picture_analysis import Colour, PictureAnalysis, PictureText
from easel.repositories.images import keys
from easel.repositories.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoPictureAnalyses:
    """`ports.picture_analysis.PictureAnalyses`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = Table(client, table_name)

    def get(self, workspace_id: str, image_id: str) -> PictureAnalysis | None:
        values = self._table.get(keys.picture_analysis(workspace_id, image_id), consistent=False)
        if values is None:
            return None
        colours = tuple(Colour(one["hex"], one["percent"]) for one in values["colours"])
        text = PictureText(values["alt"], tuple(values["tags"])) if "alt" in values else None
        return PictureAnalysis(colours, text)

    def put(self, workspace_id: str, image_id: str, analysis: PictureAnalysis) -> None:
        text = analysis.text
        self._table.put(
            {
                **keys.picture_analysis(workspace_id, image_id),
                "entity": "PICTURE_ANALYSIS",
                "schema": 1,
                "colours": [{"hex": colour.hex, "percent": colour.percent} for colour in analysis.colours],
                **({"alt": text.alt, "tags": list(text.tags)} if text else {}),
            }
        )
