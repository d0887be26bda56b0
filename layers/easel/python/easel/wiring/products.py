"""Products."""

from easel.clock import system_clock
from easel.repositories.dynamodb import DynamoTransactions
from easel.repositories.products import DynamoProducts
from easel.repositories.uploads.uploads import DynamoUploads
from easel.services.products.manage_products import ManageProducts
from easel.services.products.picture_links import LinkPictures
from easel.services.products.product_request import ProductRequest
from easel.services.products.read_products import ReadProducts
from easel.wiring.aws import dynamodb
from easel.wiring.env import CoreTable, ImagesBucket
from easel.wiring.images.image_store import image_store


def read_products(env: CoreTable) -> ReadProducts:
    """Read products."""
    return ReadProducts(products=DynamoProducts(dynamodb(), env.CORE_TABLE_NAME))


def manage_products(env: CoreTable) -> ManageProducts:
    """Create, change and delete products."""
    return ManageProducts(
        products=DynamoProducts(dynamodb(), env.CORE_TABLE_NAME),
        uploads=DynamoUploads(dynamodb(), env.CORE_TABLE_NAME),
        unit_of_work=DynamoTransactions(dynamodb()),
        clock=system_clock,
    )


def product_request(env: CoreTable) -> ProductRequest:
    """From a product to a request for its pictures."""
    return ProductRequest(products=DynamoProducts(dynamodb(), env.CORE_TABLE_NAME))


def links(env: ImagesBucket) -> LinkPictures:
    """Make links to the pictures of products."""
    return LinkPictures(store=image_store(env), clock=system_clock)
