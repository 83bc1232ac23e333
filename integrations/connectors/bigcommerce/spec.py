"""What the rest of the product knows of BigCommerce."""

from integrations.connectors.bigcommerce.adapter import BigCommerceConnector
from integrations.connectors.bigcommerce.assumed import QUOTA, WINDOW_SECONDS
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.webhooks import authenticate
from integrations.connectors.spec import RateLimit, SystemSpec

SPEC = SystemSpec(
    slug="bigcommerce",
    label=SYSTEM,
    roles=frozenset({"shop"}),
    config=BigCommerceConfig,
    credentials=(
        "access_token",
        "webhook_token",
        "client_secret",
        "previous_client_secret",
    ),
    rate_limit=RateLimit(requests=QUOTA, seconds=WINDOW_SECONDS),
    build=BigCommerceConnector,
    authenticate=authenticate,
)
