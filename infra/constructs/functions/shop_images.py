"""Files of the shop door: images and ZIP files of generations."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.constructs.functions.images import archives_function
from infra.constructs.functions.room import GET, Room, Route
from infra.constructs.small_function import SmallFunction
from infra.settings import SHOP

_SHOP: Final = (SHOP,)


class ShopImages(Room):
    """Downloads at the addresses of seed 000."""

    folder = "images"
    routes = (
        Route("GetShopImage", GET, "/api/images/{imageId}", "shop_download_images", doors=_SHOP),
        Route("GetShopDownload", GET, "/api/generations/{generationId}/download", "shop_download_images", doors=_SHOP),
    )

    @property
    def functions(self) -> Mapping[str, Callable[[], SmallFunction]]:
        return {"shop_download_images": lambda: archives_function(self, "shop_download_images")}
