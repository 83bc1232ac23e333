"""The generic warehouse, as the rest of the product knows it."""

from integrations.connectors.spec import RateLimit, SystemSpec
from integrations.connectors.warehouse.adapter import WarehouseConnector
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.webhooks import authenticate

SPEC = SystemSpec(
    slug="warehouse",
    label="Warehouse",
    roles=frozenset({"warehouse"}),
    config=WarehouseConfig,
    credentials=("api_key", "webhook_key", "drop_folder"),
    rate_limit=RateLimit(requests=150),
    build=WarehouseConnector,
    authenticate=authenticate,
)
