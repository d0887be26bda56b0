"""Addresses of the routes about images. Which file is asked for is read by `easel.http.pictures`."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

ImageId = Annotated[str, Path(alias="imageId", json_schema_extra={"format": "uuid"})]
GenerationOfArchive = Annotated[str, Path(alias="generationId", json_schema_extra={"format": "uuid"})]
PermalinkToken = Annotated[str, Path()]
ProviderName = Annotated[str, Path(description="The provider that was given the address.")]
CallbackTicket = Annotated[str, Query(alias="t", description="The ticket in the address.")]
