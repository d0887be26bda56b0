"""Models, sizes, provider routing and the providers' status in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from easel.errors import Contended, DatabaseRefused, DatabaseUnavailable, InvalidRequest, NotFound, UnknownModel
from easel.http.description import UNCHANGED, route

_TAG: Final = "Catalogue"

LIST_MODELS: Final = route(
    "listModels",
    _TAG,
    "List models",
    "Every model that vendors offer, with its options and prices; with `include=retired` also the retired names. "
    "The JSON Schema of a model's requests is at its own address.",
    {200: "The models.", 304: UNCHANGED},
    public=True,
)

READ_MODEL: Final = route(
    "readModel",
    _TAG,
    "Get a model",
    "Its options, price, latency and the JSON Schema of its requests.",
    {200: "The model.", 304: UNCHANGED},
    errors=(
        NotFound,
        DatabaseUnavailable,
        DatabaseRefused,
    ),
    public=True,
)

LIST_SIZES: Final = route(
    "listSizes",
    _TAG,
    "List sizes",
    "Ready-made sizes to offer to people. Models may take others; see their options.",
    {200: "The sizes.", 304: UNCHANGED},
    errors=(UnknownModel,),
    public=True,
)

READ_ROUTING: Final = route(
    "readRouting",
    "Workspaces",
    "Get the provider routing of a workspace",
    "The provider it prefers and who may stand in, for requests that do not say otherwise.",
    {200: "The routing."},
    errors=(NotFound,),
)

SET_ROUTING: Final = route(
    "setRouting",
    "Workspaces",
    "Set the provider routing of a workspace",
    "For its owners and admins. It applies from the next generation on.",
    {200: "Set."},
    errors=(
        InvalidRequest,
        NotFound,
        Contended,
    ),
)

STATUS: Final = route(
    "readStatus",
    "Service",
    "Get the status of the providers",
    "A provider that fails often is not asked for a while (its circuit is open); then one request goes out as a probe. "
    "Meanwhile other providers of the same model serve, where there are any.",
    {200: "The circuits as they are now."},
    errors=(DatabaseUnavailable, DatabaseRefused),
    public=True,
)
